"""One release of a guarded deployment, observed from its start to its end."""

import time
from collections.abc import Iterator

import pytest

from tests.harness.observed import Observed


@pytest.fixture(scope="session")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    """Green is good at first, and then breaks at one of two proxies, which trips. The other one gets another configuration, a bad
    one, and flags that nobody understands."""
    with Observed(lambda: tmp_path_factory.mktemp("observed")) as observed:
        edge = observed.envoys[0]
        for which in range(2):
            observed.ask(100, which)
        observed.prometheus.wait_for("bluegreen_requests_total")
        observed.ask_until(lambda: observed.prometheus.query("deployment_reason:bluegreen_green:ratio30m"))
        refuse(observed)
        misspell(observed)
        other_files = observed.files[1]
        other_files.push_configuration(observed.guarded(other_files.configuration(), weight=40))
        since = time.time()
        observed.green.status = 500
        observed.ask_until(lambda: observed.stat(edge, "bluegreen_guard_tripped"))
        observed.prometheus.wait_for(f"bluegreen_guard_tripped == 1 and timestamp(bluegreen_guard_tripped) > {since}")
        observed.prometheus.wait_for('ALERTS{alertname="BluegreenGuardTripped",alertstate="firing"}')
        observed.ask(50, which=1)
        yield observed


def refuse(observed: Observed) -> None:
    """The second proxy refuses a configuration."""
    files, envoy = observed.files[1], observed.envoys[1]
    good = files.configuration()
    files.push_configuration({"deployments": 5})
    envoy.wait_for_log("configuration refused")
    files.push_configuration(good)


def misspell(observed: Observed) -> None:
    """The second proxy meets a flag that names nobody, and one that cannot be read."""
    files, envoy = observed.files[1], observed.envoys[1]
    for flag, counter in (("nobody-of-this-name", "rollback.unknown_name"), ("{a: {b: c}}", "rollback.unreadable")):
        files.roll_back(flag)
        observed.ask_until(lambda: observed.stat(envoy, f"bluegreen.{counter}"), which=1)
    files.end_rollback()
    reloads = next(name for name in envoy.stats() if name.endswith("rds.models.config_reload"))
    envoy.wait_for_stat(reloads, 3)
