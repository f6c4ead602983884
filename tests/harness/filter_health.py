"""Whether the filter has crashed in an Envoy."""

from tests.harness.envoy import Envoy

RELOAD_COUNTERS = ("vm_reload_success", "vm_reload_failure", "vm_reload_backoff")
CRASH_LOG = " failed: Uncaught "


def filter_failures(envoy: Envoy) -> dict[str, int]:
    """What tells of a crash, with how often it was seen; empty if there was none.

    Envoy's counters move only when the request after the crash makes a new VM (or is refused one), so the log counts too.
    """
    counters = {name: value for name, value in envoy.stats("wasm.").items() if name.endswith(RELOAD_COUNTERS)}
    seen = counters | {"crashes in the log": envoy.log().count(CRASH_LOG)}
    return {name: value for name, value in seen.items() if value}
