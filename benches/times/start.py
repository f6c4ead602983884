"""From the start of a process to its first answer."""

import json
import socket
import tempfile
import time
from pathlib import Path
from typing import Any

from benches.instructions.callgrind import ENVOY
from benches.instructions.floor import floor_module
from benches.instructions.module import BY_ROUTE
from benches.instructions.proxy import configuration, lua, many, module, proxy, wasm
from benches.instructions.request import Request
from benches.markdown import as_table
from benches.times.paired import differences, spread
from tests.harness.client import Client
from tests.harness.process import Process

Json = Any

LONGEST_SECONDS = 60


def starts(rounds: int) -> str:
    """A table of milliseconds, in Markdown."""
    with tempfile.TemporaryDirectory(prefix="bluegreen-") as directory:
        proxies = {
            "no filter": proxy([]),
            "Lua": proxy([lua("one_tag")]),
            "a module without logic": proxy([wasm({}, floor_module("nothing", Path(directory)))]),
            "this filter, 1 deployment": proxy([wasm(configuration())]),
            "this filter, 10,000 deployments": proxy([wasm(many(10_000))]),
            "the dynamic module, 1 deployment": proxy([module(configuration() | BY_ROUTE)]),
            "the dynamic module, 10,000 deployments": proxy([module(many(10_000) | BY_ROUTE)]),
        }
        found: dict[str, list[float]] = {name: [] for name in proxies}
        for _ in range(rounds):
            for name, bootstrap in proxies.items():
                found[name].append(_milliseconds_to_answer(bootstrap))
    alone = found["no filter"]
    lines = [["", "ms to the first answer", "more than no filter"], ["---", "---:", "---:"]]
    for name, times in found.items():
        more = "" if times is alone else differences(times, alone).text(0, "+")
        lines.append([name, spread(times).text(0), more])
    return as_table(lines)


def _milliseconds_to_answer(bootstrap: Json) -> float:
    with tempfile.TemporaryDirectory(prefix="bluegreen-") as directory:
        port = _free_port()
        [listener] = bootstrap["static_resources"]["listeners"]
        listener["address"]["socket_address"]["port_value"] = port
        file = Path(directory) / "bootstrap.json"
        file.write_text(json.dumps(bootstrap))
        arguments = ["--config-path", str(file), "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"]
        start = time.monotonic()
        with Process([ENVOY, *arguments], Path(directory) / "log") as envoy, Client(port) as client:
            envoy.wait_until(lambda: _answers(client), LONGEST_SECONDS, "the first answer")
            return (time.monotonic() - start) * 1e3


def _answers(client: Client) -> bool:
    return client.send(Request().of("user-00000"), "POST").status == 200


def _free_port() -> int:
    """One that nobody has now, so that it can be asked for before the proxy tells."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]
