"""The walk of envoy/observability/README.md prints what it shows."""

import os
import re
import shutil
import socket
from contextlib import ExitStack
from pathlib import Path

from tests.harness.artefact import REPOSITORY, filter_wasm
from tests.harness.documents import Walk, blocks
from tests.harness.envoy import program

PORTS = ("10000", "9901", "8081", "8082", "9090", "9093", "9099")
"""Which the walk names."""


def free_ports() -> dict[str, str]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in PORTS]
        return {port: str(one.getsockname()[1]) for port, one in zip(PORTS, sockets, strict=True)}


def test_the_walk_prints_what_it_shows(tmp_path: Path) -> None:
    ports = free_ports()

    def with_ports(text: str) -> str:
        return re.sub(rf"(?<![\d.])({'|'.join(PORTS)})\b", lambda match: ports[match[0]], text)

    def translate(text: str) -> str:
        text = text.replace("python3 models.py", f"python3 models.py {ports['8081']} {ports['8082']}")
        text = text.replace("envoy -c", "envoy --disable-hot-restart --concurrency 1 -c")
        return with_ports(text.replace("release_plot.py", f"release_plot.py --prometheus http://127.0.0.1:{ports['9090']}"))

    for folder in ("standalone", "observability"):
        shutil.copytree(REPOSITORY / "envoy" / folder, tmp_path / "envoy" / folder)
    (tmp_path / "dist").mkdir()
    shutil.copy(filter_wasm(), tmp_path / "dist")
    here = tmp_path / "envoy" / "observability"
    # A reader waits for a scrape; a test need not.
    for file, change in {
        here / "prometheus.yaml": lambda text: with_ports(re.sub("15s", "1s", text)),
        here / "alertmanager.yaml": with_ports,
        here.parent / "standalone" / "bootstrap.yaml": lambda text: re.sub(r"port_value: (\d+)", lambda match: f"port_value: {ports[match[1]]}", text),
    }.items():
        file.write_text(change(file.read_text()))
    programs = [program().parent, *(REPOSITORY / "target" / folder for folder in ("prometheus", "alertmanager"))]
    path = os.pathsep.join([*map(str, programs), os.environ["PATH"]])
    walk = [block for block in blocks(REPOSITORY / "envoy" / "observability" / "README.md") if block.is_run]
    assert len(walk) >= 10
    with Walk(here, os.environ | {"PATH": path}, translate) as reader:
        for block in walk:
            reader.run(block)
