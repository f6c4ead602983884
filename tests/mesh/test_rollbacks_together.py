"""Several rollbacks at once, by several people: the strictest holds, in whatever order they come and go."""

from contextlib import ExitStack

import pytest

from tests.harness.upstream import Upstream
from tests.mesh.harness import shipped
from tests.mesh.harness.mesh import Mesh
from tests.mesh.harness.stage import CHURN, FRAUD, USERS, Crowd, Stage

WEIGHT, CAP = 50, 5
ALL, ONE, PART = "rollback/all.yaml", "rollback/one.yaml", "rollback/cap.yaml"

# What is done, and the weights that fraud and churn have then.
STEPS: list[tuple[str, str, float, float]] = [
    ("apply", PART, CAP, WEIGHT),
    ("apply", ONE, 0, WEIGHT),
    ("delete", PART, 0, WEIGHT),
    ("apply", PART, 0, WEIGHT),
    ("delete", ONE, CAP, WEIGHT),
    ("apply", ALL, 0, 0),
    ("delete", PART, 0, 0),
    ("apply", PART, 0, 0),
    ("apply", ONE, 0, 0),
    ("delete", ALL, 0, WEIGHT),
    ("delete", ONE, CAP, WEIGHT),
    ("delete", PART, WEIGHT, WEIGHT),
]


@pytest.mark.parametrize("place", ["gateway", "sidecar"])
def test_the_strictest_of_several_rollbacks_holds(mesh: Mesh, blue: Upstream, green: Upstream, place: str) -> None:
    mesh.control_plane.clear()
    Stage(mesh, blue, green, ["routes", place], WEIGHT)
    proxy = mesh.gateway() if place == "gateway" else mesh.sidecar()
    with ExitStack() as stack:
        fraud, churn = (stack.enter_context(Crowd(deployment, proxy, USERS[:60])) for deployment in (FRAUD, CHURN))
        fraud.wait_for_weight(WEIGHT, 60)
        churn.wait_for_weight(WEIGHT)
        start = len(fraud.failed()), len(churn.failed())
        for verb, file, of_fraud, of_churn in STEPS:
            change = mesh.kubernetes.apply if verb == "apply" else mesh.kubernetes.delete
            change(*shipped.file(file))
            for crowd, weight in ((fraud, of_fraud), (churn, of_churn)):
                crowd.wait_for_weight(weight)
                crowd.wait_for(2 * len(crowd.users))
                crowd.wait_for_weight(weight)
        assert (len(fraud.failed()), len(churn.failed())) == start
