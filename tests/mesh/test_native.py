"""The shipped files with the component envoy/istio/native: an EnvoyFilter brings the dynamic module to the gateway."""

from typing import Any

from tests.harness.artefact import filter_library
from tests.harness.upstream import Upstream
from tests.mesh.harness import shipped
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.mesh import Mesh
from tests.mesh.harness.models import model, tell_names
from tests.mesh.harness.rollback import LIMIT_SECONDS, roll_back
from tests.mesh.harness.stage import FRAUD, Crowd

Json = Any

WEIGHT = 50


def module(resources: list[Json]) -> Json:
    """The extension configuration within the EnvoyFilter."""
    [found] = [one for one in resources if one["kind"] == "EnvoyFilter" and one["metadata"]["name"] == "bluegreen"]
    [patch] = [patch for patch in found["spec"]["configPatches"] if patch["applyTo"] == "EXTENSION_CONFIG"]
    return patch["patch"]["value"]["typed_config"]


def test_users_are_split_and_back_within_a_second(mesh: Mesh, blue: Upstream, green: Upstream, figures: Figures) -> None:
    tell_names(blue, green)
    resources = [*shipped.overlay("routes", mesh.directory()), *shipped.overlay("gateway", mesh.directory(), ["native"])]
    assert "TrafficExtension" not in {resource["kind"] for resource in resources}
    typed_config = module(resources)
    typed_config["dynamic_module_config"]["module"]["local"]["filename"] = str(filter_library())
    typed_config["filter_config"]["value"]["deployments"][0]["green_weight"] = WEIGHT
    mesh.kubernetes.apply(*model("fraud", blue, green), *resources)
    with Crowd(FRAUD, mesh.gateway()) as crowd:
        crowd.wait_for_weight(WEIGHT)
        rollback = roll_back(mesh.kubernetes, shipped.file("native/rollback.yaml"), {crowd: 0}, WEIGHT)
        typed_config["filter_config"]["value"]["deployments"][0]["green_weight"] = 20
        mesh.kubernetes.apply(*resources)
        crowd.wait_for_weight(20)
    rollback.show(figures)
    assert rollback.seconds <= LIMIT_SECONDS
