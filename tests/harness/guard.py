"""A deployment under a guard, in front of the standalone files: pushing its settings, and seeing what it has done."""

from typing import Any

from tests.harness.artefact import is_native, traces
from tests.harness.envoy import Envoy
from tests.harness.load import Load, Served
from tests.harness.polling import wait_until
from tests.harness.prediction import target, users
from tests.harness.standalone import Standalone

Json = Any

DEPLOYMENT = "fraud-scorer"


def guard(standalone: Standalone, settings: Json, green_weight: float = 50) -> None:
    """Pushes the configuration that users copy, with this guard and this weight."""
    configuration = standalone.configuration()
    for deployment in configuration["deployments"]:
        deployment["guard"] = settings
        deployment["green_weight"] = green_weight
    standalone.push_configuration(configuration)


def metric(name: str, **tags: str) -> str:
    """What Envoy's admin interface calls a metric of the deployment."""
    labels = {"deployment": DEPLOYMENT, **tags}
    if is_native():
        behind = "".join(f".{tag}.{value}" for tag, value in labels.items())
        return f"{traces().counters}bluegreen_{name}{behind}"
    before = "".join(f"{tag}=.={value};.;" for tag, value in labels.items())
    return f"{traces().counters}{before}bluegreen_{name}"


def is_tripped(proxy: Envoy) -> bool:
    return proxy.stat(metric("guard_tripped")) == 1


def load(proxy: Envoy, amount: int = 200, connections: int = 16, pause: float = 0.05) -> Load:
    """A few hundred requests a second, over so many connections that both workers have some."""
    return Load(target(proxy.port("ingress")), users(amount), connections, pause)


def wait_for_trip(running: Load, timeout: float = 30.0) -> None:
    """Waits until green has served nobody for a while."""
    running.wait_until(no_green, timeout, "green to be taken back")


def no_green(served: list[Served]) -> bool:
    return len(served) >= 200 and all(one.variant == "blue" for one in served[-200:])


def some_green(served: list[Served]) -> bool:
    return any(one.variant == "green" for one in served)


def wait_until_tripped(proxy: Envoy, timeout: float = 10.0) -> None:
    wait_until(lambda: is_tripped(proxy), timeout, "the guard's gauge")
