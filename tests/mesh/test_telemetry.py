"""The decision stands in access logs, in the words of OpenTelemetry too."""

import json

from tests.harness.client import Client
from tests.harness.polling import wait_until
from tests.harness.upstream import Upstream
from tests.mesh.harness.mesh import Mesh, Proxy
from tests.mesh.harness.stage import FRAUD, USERS, Stage

WEIGHT = 50


def test_each_request_is_logged_with_its_variant_and_the_reason(mesh: Mesh, blue: Upstream, green: Upstream) -> None:
    stage = Stage(mesh, blue, green, ["routes", "telemetry", "gateway"], WEIGHT)
    stage.configuration.setdefault("tags", {})["record"] = "bluegreen"
    stage.push()
    gateway = mesh.gateway()
    with Client(gateway.workload.port) as client:
        wait_until(lambda: client.request(FRAUD.path, host=FRAUD.host).status == 200, 20, "the model to be served")
        for user in USERS:
            client.request(f"{FRAUD.path}?user={user}", [("x-user-id", user)], FRAUD.host)
    expected = {f"{FRAUD.path}?user={user}": (user, FRAUD.variant_of(user, WEIGHT)) for user in USERS}
    wait_until(lambda: expected.keys() <= lines_by_path(gateway).keys(), 20, "all requests to be logged")
    for path, (user, variant) in expected.items():
        line = lines_by_path(gateway)[path]
        assert line["variant"] == line["feature_flag.result.variant"] == variant
        assert (line["feature_flag.context.id"], line["feature_flag.key"], line["feature_flag.result.reason"]) == (user, FRAUD.name, "weight")


def lines_by_path(proxy: Proxy) -> dict[str, dict[str, str]]:
    """What the access log says; its last line may be half written."""
    lines = [line for line in proxy.log().rpartition("\n")[0].splitlines() if line.startswith("{")]
    return {line["path"]: line for line in map(json.loads, lines)}
