"""Whether the filter has crashed in an Envoy."""

from tests.harness.artefact import traces
from tests.harness.envoy import Envoy

RELOAD_COUNTERS = ("vm_reload_success", "vm_reload_failure", "vm_reload_backoff")


def filter_failures(envoy: Envoy) -> dict[str, int]:
    """What tells of a crash, with how often it was seen; empty if there was none.

    Envoy's counters move only when the request after the crash makes a new VM (or is refused one), so the log counts too.
    """
    counters = {name: value for name, value in envoy.stats("wasm.").items() if name.endswith(RELOAD_COUNTERS)}
    seen = counters | {"crashes in the log": envoy.log().count(traces().crash)}
    return {name: value for name, value in seen.items() if value}


class CrashWatch:
    """Reads of each Envoy's log only what is new, so that it can be asked often."""

    def __init__(self) -> None:
        self._read: dict[Envoy, int] = {}

    def has_crashed(self, envoy: Envoy) -> bool:
        """Whether the filter has crashed since this was last asked of this Envoy."""
        news = envoy.log(self._read.get(envoy, 0))
        self._read[envoy] = envoy.log_size()
        return traces().crash in news
