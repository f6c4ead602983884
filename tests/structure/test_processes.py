"""Processes are started, awaited and ended in one place, and none is left over."""

import ast
import os
import re
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.harness.artefact import REPOSITORY
from tests.harness.polling import wait_until
from tests.harness.process import CommandFailed, Process, ProcessEnded, output, run
from tests.harness.service import Service

THE_ONE_PLACE = REPOSITORY / "tests" / "harness" / "process.py"
LONG = "60"
PRINTS_ITS_CHILD = ["sh", "-c", f"sleep {LONG} & echo $!; wait"]
STARTS = {"subprocess", "multiprocessing", "pty"}
STARTS_BY_OS = re.compile(r"\bos\.(?:kill|killpg|fork|system|popen|posix_spawn\w*|spawn\w*|exec\w*)\(")


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def child_of(process: Process) -> int | None:
    """What PRINTS_ITS_CHILD has printed."""
    text = process.output.read_text()
    return int(text) if text.endswith("\n") else None


def test_no_other_module_starts_or_ends_a_process() -> None:
    for folder in ("tests", "benches"):
        for file in (REPOSITORY / folder).rglob("*.py"):
            if file in (THE_ONE_PLACE, Path(__file__)):
                continue
            text = file.read_text(encoding="utf-8")
            imported = {name.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for name in node.names}
            imported |= {node.module or "" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
            assert not imported & STARTS, file
            assert not STARTS_BY_OS.search(text), file


def test_leaving_the_context_ends_the_whole_group(tmp_path: Path) -> None:
    with Process(PRINTS_ITS_CHILD, tmp_path / "log") as process:
        child = process.wait_until(lambda: child_of(process), 10, "the child's number")
        assert is_alive(child)
    wait_until(lambda: not is_alive(child), 10, "the child to be gone")
    assert not process.is_running()


def test_a_paused_process_ends_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    with Process(["sleep", LONG], tmp_path / "log") as process:
        process.pause()
    assert not process.is_running()
    assert time.monotonic() - began < 4


def test_a_crashed_process_can_be_started_again(tmp_path: Path) -> None:
    process = Process(["sleep", LONG], tmp_path / "log")
    with process:
        process.crash()
        assert not process.is_running()
        process.start(process.is_running, 10, "a new one")
        assert process.is_running()
    assert not process.is_running()


def test_what_ends_while_it_is_awaited_is_told_with_its_log(tmp_path: Path) -> None:
    process = Process(["sh", "-c", "echo no port is free; exit 3"], tmp_path / "log")
    with pytest.raises(ProcessEnded, match="(?s)status 3.*no port is free"):
        process.start(lambda: False, 10, "it to be ready")


def test_what_does_not_get_ready_is_stopped(tmp_path: Path) -> None:
    def refused() -> bool:
        raise ConnectionRefusedError("nobody listens")

    process = Process(["sleep", LONG], tmp_path / "log")
    with pytest.raises(TimeoutError, match="it to listen.*nobody listens"):
        process.start(refused, 0.1, "it to listen")
    assert not process.is_running()


def test_a_service_that_fails_to_start_leaves_nothing_running(tmp_path: Path) -> None:
    process = Process(["sleep", LONG], tmp_path / "log")

    class Failing(Service):
        def _start(self, running: ExitStack) -> None:
            running.enter_context(process)
            raise ValueError("too late")

    with pytest.raises(ValueError, match="too late"), Failing():
        pass
    assert not process.is_running()


def test_a_child_does_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from tests.harness.process import Process\n"
        f"with Process(['sleep', '{LONG}'], Path(sys.argv[1])) as process: print(process.pid, flush=True); time.sleep({LONG})"
    )
    with Process([sys.executable, "-c", script, tmp_path / "inner"], tmp_path / "log", cwd=REPOSITORY) as parent:
        child = parent.wait_until(lambda: child_of(parent), 10, "the child's number")
        os.kill(parent.pid, signal.SIGKILL)
        wait_until(lambda: not is_alive(child), 10, "the child to be gone")


def test_a_program_tells_what_it_wrote_and_how_it_ended() -> None:
    ended = run(["sh", "-c", 'cat; echo "$COLOUR" >&2; exit 4'], input="text", environment={"COLOUR": "green"})
    assert (ended.status, ended.output, ended.errors) == (4, "text", "green\n")


def test_a_program_that_fails_says_why() -> None:
    with pytest.raises(CommandFailed, match="(?s)status 1.*no such model"):
        output(["sh", "-c", "echo no such model >&2; exit 1"])


def test_a_program_that_takes_too_long_is_killed_with_what_it_started(tmp_path: Path) -> None:
    number = tmp_path / "number"
    with pytest.raises(TimeoutError, match="0.5 s"):
        run(["sh", "-c", f"sleep {LONG} & echo $! > {number}; wait"], seconds=0.5)
    wait_until(lambda: not is_alive(int(number.read_text())), 10, "the child to be gone")
