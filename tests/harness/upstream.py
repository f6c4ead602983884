"""An upstream that tells what it received."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Coroutine
from contextlib import ExitStack
from typing import Any

from aiohttp import web

from tests.harness.client import Answer
from tests.harness.service import Service

HEALTH_PATH = "/healthz"
LARGEST_HEADER = 1 << 20
REMEMBERED = 10_000


def served_by(answer: Answer) -> str:
    """The name of the upstream that answered."""
    return str(answer.json()["upstream"])


def received(answer: Answer, name: str) -> list[str]:
    """The values that the upstream saw under a header's name (lower-case)."""
    return [value for key, value in answer.json()["headers"] if key == name]


class Upstream(Service):
    """An HTTP/1.1 server on a free loopback port, in a thread of this process. It answers every request with JSON:

        {"upstream": name, "method": "POST", "path": "/as?sent", "headers": [["x-user-id", "u1"], …]}

    Header values are decoded as Latin-1, so that every byte can be told apart. Bodies are read and dropped.
    The attributes may be changed at any time. `stop` and `start` take it off its port and put it back there.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.be_well()
        self.healthy = True
        self.served = 0
        """Requests answered so far, health checks apart."""
        self.received: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        """The last requests, as they were answered."""
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"upstream-{name}", daemon=True)
        self._runner: web.ServerRunner | None = None

    def be_well(self) -> None:
        """Answers everybody, well and at once."""
        self.status = 200
        self.delay_seconds = 0.0
        self.response_headers: dict[str, str] = {}
        self.failing_users: set[str] = set()
        """Users, by `x-user-id`, who get 500."""

    def _start(self, running: ExitStack) -> None:
        self._thread.start()
        running.callback(self._end_thread)
        self.start()
        running.callback(self.stop)

    def _end_thread(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def start(self) -> None:
        """Listens, on the port it had before if it had one."""
        self._run(self._open())

    def stop(self) -> None:
        """Closes the port and all connections: to Envoy the host is gone."""
        self._run(self._close())

    async def _open(self) -> None:
        limits = {"max_line_size": LARGEST_HEADER, "max_field_size": LARGEST_HEADER}
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None, **limits), shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        await request.read()
        if request.path == HEALTH_PATH:
            return web.Response(status=200 if self.healthy else 503)
        self.served += 1
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        seen = {
            "upstream": self.name,
            "method": request.method,
            "path": request.raw_path,
            "headers": [[name.decode("latin-1").lower(), value.decode("latin-1")] for name, value in request.raw_headers],
        }
        self.received.append(seen)
        status = 500 if request.headers.get("x-user-id") in self.failing_users else self.status
        return web.Response(status=status, text=json.dumps(seen), content_type="application/json", headers=self.response_headers)

    def _run(self, task: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(task, self._loop).result(timeout=10)
