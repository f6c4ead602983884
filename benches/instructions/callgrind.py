"""An Envoy whose instructions are counted."""

import re
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benches.instructions.valgrind import Valgrind
from tests.harness.envoy import Envoy
from tests.harness.polling import wait_until
from tests.harness.process import output

CONTROL_SECONDS = 120.0

ENVOY = Path(sysconfig.get_path("platlib")) / "envoy" / "_bin" / "envoy"
"""Envoy itself: what stands in the environment's bin is a launcher."""


class CountedEnvoy(Envoy):
    """Envoy with one worker under callgrind, which counts nothing until `count` is called."""

    start_seconds = 240.0
    """Valgrind makes a start some ten times slower, and other jobs may run beside it."""

    def __init__(self, bootstrap: dict[str, Any], directory: Path, valgrind: Valgrind) -> None:
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
        super().__init__(
            _undisturbed(bootstrap),
            directory,
            arguments=["--log-level", "warning"],
            under=[valgrind.program, *callgrind],
            binary=ENVOY,
            environment=valgrind.environment,
            flush_milliseconds=3_600_000,
        )

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
        output([*control, *command.split()], CONTROL_SECONDS, environment=self._valgrind.environment)


def _undisturbed(bootstrap: dict[str, Any]) -> dict[str, Any]:
    """Without the work that Envoy does by the clock and not by the request."""
    patient = {"miss_timeout": "3600s", "megamiss_timeout": "3600s"}
    watchdogs = {"main_thread_watchdog": patient, "worker_watchdog": patient}
    return bootstrap | {"stats_flush_on_admin": True, "watchdogs": watchdogs}
