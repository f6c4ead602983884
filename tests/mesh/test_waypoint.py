"""The filter at a waypoint: HTTPRoutes split by its tag, no flag of a route reaches it, and its own rollback drains nothing."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.load import Load, Target, last_variants
from tests.harness.upstream import Upstream
from tests.mesh.harness import shipped, waypoint
from tests.mesh.harness.control_plane import ControlPlane
from tests.mesh.harness.istiod import MeshOptions
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.mesh import Mesh, Proxy
from tests.mesh.harness.models import UPSTREAM_HEADER, model, tell_names
from tests.mesh.harness.programs import istio
from tests.mesh.harness.rollback import LIMIT_SECONDS
from tests.mesh.harness.stage import FRAUD, PAUSE_SECONDS, USERS

Json = Any

WEIGHT = 50
LISTENERS = "listener_manager.listener_"
"""How listeners were added, changed and drained."""


@pytest.fixture(scope="module")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """One with waypoints, in place of the one that all share."""
    with ControlPlane(istio(), tmp_path_factory.mktemp("ambient"), MeshOptions(ambient=True)) as control_plane:
        yield control_plane


@pytest.fixture(scope="module")
def proxy(mesh: Mesh, blue: Upstream, green: Upstream) -> Proxy:
    tell_names(blue, green)
    waypoint.install(mesh)
    mesh.kubernetes.apply(*model("fraud", blue, green), *shipped.overlay("http-routes", mesh.directory()), *overlay(mesh, "waypoint"))
    return waypoint.start(mesh, blue, green)


@pytest.fixture
def load(mesh: Mesh, proxy: Proxy) -> Iterator[Load]:
    """Users of the service, on their variants. No request fails, and the listener stays as it is."""
    mesh.kubernetes.apply(*overlay(mesh, "waypoint"))
    url = f"http://127.0.0.1:{proxy.port(waypoint.ENTRY)}{FRAUD.path}"
    with Load(Target(url, {"host": FRAUD.service, "x-user-id": "{user}"}, UPSTREAM_HEADER), USERS, pause=PAUSE_SECONDS) as load:
        wait_for(load, WEIGHT)
        start, listeners = len(load.served), proxy.stats(LISTENERS)
        yield load
    assert {one.status for one in load.served[start:]} == {200}
    assert proxy.stats(LISTENERS) == listeners


def overlay(mesh: Mesh, name: str, green_weight: float = WEIGHT) -> list[Json]:
    resources = shipped.overlay(name, mesh.directory())
    shipped.plugin_configuration(shipped.extension(resources))["deployments"][0]["green_weight"] = green_weight
    return resources


def wait_for(load: Load, green_weight: float) -> None:
    variants = FRAUD.variants_of(USERS, green_weight)
    load.wait_until(lambda served: last_variants(served) == variants, 30, f"everybody to be where {green_weight} percent puts them")


def test_its_rollback_moves_everybody_to_blue_and_ends(mesh: Mesh, load: Load, figures: Figures) -> None:
    """As the head of the overlay says."""
    _, roll_back, end = shipped.commands("waypoint/kustomization.yaml")
    start = len(load.served)
    mesh.kubernetes.kubectl(*roll_back)
    patched = time.monotonic()
    wait_for(load, 0)
    seconds = max(one.received for one in load.served[start:] if one.variant == "green") - patched
    figures.seconds("from the end of kubectl patch to the last green answer", seconds)
    assert seconds <= LIMIT_SECONDS
    mesh.kubernetes.kubectl(*end)
    wait_for(load, WEIGHT)


def test_an_apply_of_its_overlay_ends_its_rollback(mesh: Mesh, load: Load) -> None:
    _, roll_back, _ = shipped.commands("waypoint/kustomization.yaml")
    mesh.kubernetes.kubectl(*roll_back)
    wait_for(load, 0)
    mesh.kubernetes.apply(*overlay(mesh, "waypoint"))
    wait_for(load, WEIGHT)


def test_no_flag_of_a_route_reaches_it(mesh: Mesh, load: Load) -> None:
    """A change that comes later has come, and the flags have not."""
    flags = [flag for name in ("all", "one", "one-host", "cap", "cap-host") for flag in shipped.file(f"rollback/{name}.yaml")]
    mesh.kubernetes.apply(*flags)
    mesh.kubernetes.apply(*overlay(mesh, "waypoint", green_weight=80))
    wait_for(load, 80)
    mesh.kubernetes.delete(*flags)
