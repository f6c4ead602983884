"""When the stage ends, however it ends, no process of it is left."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.artefact import REPOSITORY
from tests.harness.polling import wait_until
from tests.harness.process import Process

MARK = "4711.0815"
"""A number of seconds that nobody else sleeps."""


def isolated() -> list[str]:
    """How `make test-controllers` runs its tests."""
    [script] = re.findall(r"^ISOLATED := (.*?)' sh$", (REPOSITORY / "tests/controllers/controllers.mk").read_text(), re.MULTILINE | re.DOTALL)
    head, body = script.replace("\\\n", " ").replace("$$", "$").split(" sh -c '")
    return [*head.split(), "sh", "-c", body, "sh"]


def sleepers() -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if MARK.encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("end", [Process.interrupt, Process.crash], ids=["Ctrl-C", "kill"])
def test_nothing_outlives_the_stage(end: Callable[[Process], None], tmp_path: Path) -> None:
    """A grandchild in a session of its own, as all processes of the tests are."""
    command = [*isolated(), "sh", "-c", f"setsid sleep {MARK} & trap 'exit 2' INT; while true; do sleep 0.05; done"]
    stage = Process(command, tmp_path / "log")
    with stage:
        stage.wait_until(sleepers, 20, "the stage to run")
        end(stage)
        wait_until(lambda: not sleepers(), 20, "all to be gone")
    assert not stage.is_running()
