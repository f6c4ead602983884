"""Envoy fetches the dynamic module from a URL: a push whose library is missing or wrong leaves the filter as it was."""

import hashlib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copyfile
from threading import Thread
from typing import Any

import pytest

from tests.harness.artefact import filter_library
from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.dynamic_module import FILTER_TYPE, TYPE, module_filter
from tests.harness.envoy import Envoy
from tests.harness.files import write_resources
from tests.harness.polling import wait_until
from tests.harness.routes import route_table, route_to, watched
from tests.harness.upstream import Upstream

REJECTED = "extension_config_discovery.http_filter.bluegreen.config_fail"


@pytest.fixture
def files(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A port that serves the folder beside it."""
    folder = tmp_path / "files"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder)) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port, folder
        server.shutdown()
        thread.join()


def resource(header: str, remote: Any = None) -> Any:
    """The filter, which tells the variant in this response header."""
    configuration = {"deployments": [{"name": "fraud"}], "rollback": {"sources": ["route"]}, "tags": {"response_header": header}}
    typed_config = module_filter(configuration)
    if remote is not None:
        typed_config["dynamic_module_config"] = {"nack_on_cache_miss": True, "module": {"remote": remote}}
    return {"@type": TYPE + "envoy.config.core.v3.TypedExtensionConfig", "name": "bluegreen", "typed_config": typed_config}


def test_a_module_is_fetched_after_a_push_and_the_old_one_serves_until_then(tmp_path: Path, blue: Upstream, files: tuple[int, Path]) -> None:
    port, folder = files
    # Another file than the one in use, so that Envoy cannot have it.
    library = copyfile(filter_library(), folder / "libbluegreen-next.so")
    with library.open("ab") as end:
        end.write(str(tmp_path).encode())
    sha256 = hashlib.sha256(library.read_bytes()).hexdigest()
    remote = {"http_uri": {"uri": f"http://127.0.0.1:{port}/{library.name}", "cluster": "files", "timeout": "10s"}, "sha256": sha256}
    pushed = tmp_path / "filter.json"
    write_resources(pushed, [resource("x-first")])
    discovery = {"name": "bluegreen", "config_discovery": {"config_source": watched(pushed), "type_urls": [FILTER_TYPE]}}
    boot = bootstrap([listener("ingress", discovery, route_table([route_to("blue")]))], [cluster("blue", blue.port), cluster("files", port)])
    with Envoy(boot, tmp_path) as envoy, Client(envoy.port("ingress")) as client:

        def headers() -> list[bool]:
            answer = client.request("/")
            assert answer.status == 200
            return [answer.one(header) == "blue" for header in ("x-first", "x-second")]

        assert headers() == [True, False]

        write_resources(pushed, [resource("x-second", remote | {"sha256": "0" * 64})])
        envoy.wait_for_log("Remote module not cached")
        assert headers() == [True, False]

        write_resources(pushed, [resource("x-second", remote)])
        # Each push of the control plane counts as one attempt; Envoy fetches meanwhile.
        attempts = iter(range(1, 1000))

        def is_taken() -> bool:
            write_resources(pushed, [resource("x-second", remote | {"retry_policy": {"num_retries": next(attempts) % 5}})])
            assert headers() in ([True, False], [False, True])
            return headers() == [False, True]

        wait_until(is_taken, 30, "the fetched module to be in use")
