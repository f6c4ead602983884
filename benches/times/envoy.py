"""An Envoy whose use of the processor is known."""

from pathlib import Path

from tests.harness.envoy import Envoy


class TimedEnvoy(Envoy):
    """Envoy as the harness runs it."""

    def processor_seconds(self) -> float:
        """What all threads that still run have used so far."""
        statistics = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(file.read_text().split()[0]) for file in statistics) / 1e9
