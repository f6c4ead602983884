"""The shipped files with their component for Istio before 1.30: the filter comes by a WasmPlugin."""

import pytest

from tests.harness.upstream import Upstream
from tests.mesh.harness import shipped
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.mesh import Mesh
from tests.mesh.harness.rollback import LIMIT_SECONDS, roll_back
from tests.mesh.harness.stage import FRAUD, Crowd, Stage

WEIGHT = 50


@pytest.fixture(scope="module")
def stage(mesh: Mesh, blue: Upstream, green: Upstream) -> Stage:
    return Stage(mesh, blue, green, ["routes", "gateway"], WEIGHT, ["wasm-plugin"])


def test_users_are_split_and_back_within_a_second(mesh: Mesh, stage: Stage, figures: Figures) -> None:
    assert stage.extension["kind"] == "WasmPlugin"
    with Crowd(FRAUD, mesh.gateway()) as crowd:
        crowd.wait_for_weight(WEIGHT)
        rollback = roll_back(mesh.kubernetes, shipped.file("rollback/all.yaml"), {crowd: 0}, WEIGHT)
        stage.set_green_weight(20)
        stage.push()
        crowd.wait_for_weight(20)
    rollback.show(figures)
    assert rollback.seconds <= LIMIT_SECONDS
