"""The end of a process that gets no chance to say goodbye."""

import os
import signal

from tests.harness.process import Process


def crash(process: Process) -> None:
    """Kills the process group at once. Its connections are cut, nothing is finished."""
    if process.exit_status() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.stop()
