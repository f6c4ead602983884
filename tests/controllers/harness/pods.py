"""The pods of the models: what binds them to the node, and one server that answers for all of them."""

import asyncio
import threading
import time
from contextlib import ExitStack
from typing import Any

from aiohttp import web

from tests.controllers.harness.cluster import NODE
from tests.controllers.harness.watch import Watch
from tests.harness.service import Service
from tests.mesh.harness.kubernetes import Kubernetes
from tests.mesh.harness.models import NAMESPACE, UPSTREAM_HEADER

Json = Any

PORT = 8080
VERSION_HEADER = "x-model-version"
"""As the walks have it."""
SERVES_ON_SECONDS = 5.0
"""How long a pod answers after it was deleted, as one does whose preStop hook waits."""
PODS = f"api/v1/namespaces/{NAMESPACE}/pods"


class Pods(Service):
    """Answers on every pod's address with the version that the pod's image names; nobody else's address has an answer.

    `failing` are versions that answer 503. A pod that was deleted a while ago, or never was, cuts the connection.
    """

    def __init__(self, kubernetes: Kubernetes) -> None:
        self.failing: set[str] = set()
        self._kubernetes = kubernetes
        self._versions: dict[str, str] = {}
        self._left: dict[str, float] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="pods", daemon=True)

    def _start(self, running: ExitStack) -> None:
        self._thread.start()
        running.callback(self._end_thread)
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(timeout=10)
        running.enter_context(Watch(self._kubernetes, PODS, self._see))

    def _end_thread(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _listen(self) -> None:
        runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0)
        await runner.setup()
        await web.TCPSite(runner, "0.0.0.0", PORT, backlog=1024).start()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        transport = request.transport
        assert transport is not None
        version = self._version_at(transport.get_extra_info("sockname")[0])
        if version is None:
            transport.abort()
            return web.Response(status=500)
        return web.Response(status=503 if version in self.failing else 200, headers={UPSTREAM_HEADER: version, VERSION_HEADER: version})

    def _version_at(self, address: str) -> str | None:
        left = self._left.get(address)
        return None if left and time.monotonic() > left + SERVES_ON_SECONDS else self._versions.get(address)

    def _see(self, event: str, pod: Json) -> None:
        address = pod.get("status", {}).get("podIP")
        if event == "DELETED":
            self._left[address] = time.monotonic()
        elif address:
            self._versions[address] = pod["spec"]["containers"][0]["image"].rpartition(":")[2]
            self._left.pop(address, None)
        elif not pod["spec"].get("nodeName"):
            self._bind(pod["metadata"]["name"])

    def _bind(self, name: str) -> None:
        """There is one node, so no scheduler is needed to choose it."""
        target = {"apiVersion": "v1", "kind": "Node", "name": NODE}
        self._kubernetes.post(f"{PODS}/{name}/binding", {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}, "target": target})
