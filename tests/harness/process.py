"""Child processes that cannot outlive their parent: the one place where the suite starts, awaits and ends them.

`Process` runs until it is stopped, `run` and `output` wait for a program that ends by itself.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.harness.polling import T, wait_until

STOP_SECONDS = 5.0
LINES_OF_LOG = 30

Command = Sequence[str | Path]


class ProcessEnded(RuntimeError):
    """A process ended when it should have run. The message ends with the last lines of its log."""


class CommandFailed(RuntimeError):
    """A program ended with another status than 0. The message ends with what it wrote to stderr."""


class Process:
    """Runs `command` with stdout and stderr appended to the file `output`; leaving the context ends the whole process group.

    `environment` is added to that of this process. A process that was stopped can be started again.
    Linux ends the child also when this process is killed. That signal belongs to the *thread* that starts the child,
    so start it from a thread that lives as long as the child should.
    """

    def __init__(
        self, command: Command, output: Path, cwd: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self.command = [str(part) for part in command]
        self.output = output
        self._cwd = cwd
        self._environment = environment or {}
        self._child: subprocess.Popen[bytes] | None = None
        self._is_over = True
        """Whether nothing is left of the group, so that its number may be another's."""

    def __enter__(self) -> Self:
        with self.output.open("ab") as sink:
            self._child = subprocess.Popen(
                self.command,
                cwd=self._cwd,
                env=os.environ | self._environment,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent(),
            )
        self._is_over = False
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self, is_ready: Callable[[], T], seconds: float, what: str) -> T:
        """Enters the context and does what `wait_until` does; stops what does not get ready."""
        self.__enter__()
        try:
            return self.wait_until(is_ready, seconds, what)
        except BaseException:
            self.stop()
            raise

    def wait_until(self, is_ready: Callable[[], T], seconds: float, what: str) -> T:
        """Waits until `is_ready` returns something true, and returns that. As long as it raises an OSError it is not ready.

        Raises ProcessEnded if the process ends meanwhile, and TimeoutError after `seconds`.
        """
        reason: list[OSError] = []

        def attempt() -> T | None:
            self.check_running()
            try:
                return is_ready()
            except OSError as error:
                reason[:] = [error]
                return None

        try:
            return wait_until(attempt, seconds, f"{what}; the log is {self.output}")
        except TimeoutError as late:
            raise TimeoutError(f"{late}; {reason[0]!r}" if reason else str(late)) from None

    @property
    def pid(self) -> int:
        assert self._child is not None, "not started"
        return self._child.pid

    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def check_running(self) -> None:
        """Raises ProcessEnded unless it runs."""
        if not self.is_running():
            status = "did not start" if self._child is None else f"ended with status {self._child.returncode}"
            log = self.output.read_text(errors="replace").splitlines()[-LINES_OF_LOG:] if self.output.exists() else []
            raise ProcessEnded("\n".join([f"{self.command[0]} {status}. The end of {self.output}:", *log]))

    def stop(self) -> None:
        """Asks the process group to end, also one that is paused, and kills what is left of it after STOP_SECONDS."""
        self._signal(signal.SIGTERM)
        self.resume()
        if self._child is not None:
            try:
                self._child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                pass
        self.crash()

    def crash(self) -> None:
        """Kills the process group at once: its connections are cut, and it finishes nothing."""
        self._signal(signal.SIGKILL)
        if self._child is not None:
            self._child.wait()
        self._is_over = True

    def interrupt(self) -> None:
        """What Ctrl-C does to the process group."""
        self._signal(signal.SIGINT)

    def pause(self) -> None:
        """Holds the process group: its connections stay open and fall silent."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Ends the pause."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if not self._is_over:
            _signal_group(self.pid, number)


@dataclass(frozen=True)
class Ended:
    """A program that has ended."""

    status: int
    """0 is success; negative: the signal that ended it."""
    output: str
    """What it wrote to stdout."""
    errors: str
    """What it wrote to stderr."""


def run(
    command: Command,
    seconds: float = 60,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    input: str | None = None,
) -> Ended:
    """Runs a program to its end; what is left of its process group then is killed.

    `environment` is added to that of this process. Raises TimeoutError after `seconds`.
    """
    child = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | (environment or {}),
        stdin=subprocess.DEVNULL if input is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_die_with_parent(),
    )
    with child:
        try:
            written, errors = child.communicate(input, seconds)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"waited {seconds} s for the end of {child.args}") from None
        finally:
            _signal_group(child.pid, signal.SIGKILL)
    return Ended(child.returncode, written, errors)


def output(
    command: Command,
    seconds: float = 60,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    input: str | None = None,
) -> str:
    """What a program writes to stdout; as `run`. Raises CommandFailed."""
    ended = run(command, seconds, cwd, environment, input)
    if ended.status != 0:
        raise CommandFailed(f"{' '.join(map(str, command))} ended with status {ended.status}:\n{ended.errors.strip()}")
    return ended.output


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
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
