"""A child process that cannot outlive its parent."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.harness.polling import T, wait_until

STOP_SECONDS = 5.0


class Process:
    """Runs `command` with stdout and stderr going to the file `output`; leaving the context ends the whole process group.

    Linux ends the child also when this process is killed. That signal belongs to the *thread* that starts the child,
    so start it from a thread that lives as long as the child should.
    """

    def __init__(self, command: Sequence[str | Path], output: Path, cwd: Path | None = None) -> None:
        self.command = [str(part) for part in command]
        self.output = output
        self.cwd = cwd
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self.output.open("ab") as sink:
            self._child = subprocess.Popen(
                self.command,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent(),
            )
        return self

    def start(self, is_ready: Callable[[], T], seconds: float, what: str) -> T:
        """Enters the context and waits for `is_ready`, whose first true value it returns; stops what does not get ready."""
        self.__enter__()
        try:
            return wait_until(is_ready, seconds, what)
        except BaseException:
            self.stop()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        assert self._child is not None, "not started"
        return self._child.pid

    def exit_status(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        assert self._child is not None, "not started"
        return self._child.poll()

    def stop(self) -> None:
        """Asks the process group to end, and kills what is left of it after STOP_SECONDS."""
        if self._child is None:
            return
        self._signal_group(signal.SIGTERM)
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        self._signal_group(signal.SIGKILL)
        self._child.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            pass


def _die_with_parent() -> Callable[[], None] | None:
    """What the child runs between fork and exec. The library is loaded here, for little is safe to do after the fork."""
    if sys.platform != "linux":
        return None
    set_parent_death_signal = 1
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def ask_for_signal() -> None:
        libc.prctl(set_parent_death_signal, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return ask_for_signal
