"""An Envoy whose instructions are counted."""

import os
import re
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from benches.instructions.valgrind import Valgrind
from tests.harness.envoy import Envoy
from tests.harness.polling import wait_until
from tests.harness.process import Process

START_SECONDS = 240.0
"""Valgrind makes a start some ten times slower, and other jobs may run beside it."""
CONTROL_SECONDS = 120.0

ENVOY = Path(sysconfig.get_path("platlib")) / "envoy" / "_bin" / "envoy"
"""Envoy itself: what stands in the environment's bin is a launcher."""


class CountedEnvoy(Envoy):
    """Envoy with one worker under callgrind, which counts nothing until `count` is called."""

    def __init__(self, bootstrap: dict[str, Any], directory: Path, valgrind: Valgrind) -> None:
        super().__init__(_undisturbed(bootstrap), directory, arguments=["--log-level", "warning"])
        self._valgrind = valgrind
        self._counts = directory / "counts"
        callgrind = [
            "--tool=callgrind",
            # V8 and LuaJIT write code while they run.
            "--smc-check=all-non-file",
            "--instr-atstart=no",
            "--fair-sched=yes",
            f"--vgdb-prefix={directory / 'vgdb'}",
            f"--callgrind-out-file={self._counts}",
        ]
        _, *arguments = self._process.command
        arguments[arguments.index("--file-flush-interval-msec") + 1] = "3600000"
        command = [valgrind.program, *callgrind, ENVOY, *arguments]
        environment = ["env", *(f"{name}={value}" for name, value in valgrind.environment.items())]
        self._process = Process([*environment, *command], output=directory / "envoy.log", cwd=directory)

    def __enter__(self) -> Self:
        self._process.start(self._has_started, START_SECONDS, "Envoy to start under valgrind")
        return self

    def _has_started(self) -> bool:
        try:
            return super()._has_started()
        except TimeoutError:
            return False

    def start_counting(self) -> None:
        """From here on valgrind watches each instruction, which makes Envoy some ten times slower again."""
        self._tell("instrumentation on")

    def count(self, work: Callable[[], None]) -> int:
        """How many instructions all of Envoy's threads need while `work` runs."""
        known = set(self.directory.glob("counts.*"))
        self._tell("zero")
        work()
        self._tell("dump")
        [file] = set(self.directory.glob("counts.*")) - known
        totals = wait_until(lambda: re.findall(r"^totals: (\d+)$", file.read_text(errors="replace"), re.MULTILINE), 60, "counts")
        return int(totals[-1])

    def _tell(self, command: str) -> None:
        """Gives callgrind a command, and waits until it is carried out."""
        control = [self._valgrind.control, f"--vgdb-prefix={self.directory / 'vgdb'}", f"--pid={self._process.pid}"]
        environment = os.environ | self._valgrind.environment
        subprocess.run([*control, *command.split()], check=True, capture_output=True, timeout=CONTROL_SECONDS, env=environment)


def _undisturbed(bootstrap: dict[str, Any]) -> dict[str, Any]:
    """Without the work that Envoy does by the clock and not by the request."""
    patient = {"miss_timeout": "3600s", "megamiss_timeout": "3600s"}
    watchdogs = {"main_thread_watchdog": patient, "worker_watchdog": patient}
    return bootstrap | {"stats_flush_on_admin": True, "watchdogs": watchdogs}
