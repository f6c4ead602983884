"""Configurations of the dynamic module are exchanged under load: no request fails, and each table is freed."""

from collections.abc import Callable
from pathlib import Path

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.dynamic_module import FILTER_TYPE, TYPE, module_filter
from tests.harness.envoy import Envoy
from tests.harness.files import write_resources
from tests.harness.load import Load, Target
from tests.harness.polling import wait_until
from tests.harness.routes import route_table, route_to, watched
from tests.harness.upstream import Upstream

PUSHES, WORKERS, REQUESTS = 100, 4, 100_000
CONFIGURED, DROPPED = "configured: ", "configuration dropped: "
VERBOSE = ["--component-log-level", "dynamic_modules:debug"]
ANSWER = {"match": {"prefix": "/"}, "direct_response": {"status": 200}}


def test_a_hundred_configurations_under_load_lose_no_request_and_are_freed(
    tmp_path: Path, blue: Upstream, record_property: Callable[[str, object], None]
) -> None:
    file = tmp_path / "filter.json"

    def push(number: int) -> None:
        deployments = [{"name": f"model-{index}", "match": {"path": f"/{index}"}} for index in range(100 + number)]
        weighted = [{"name": "fraud", "green_weight": number % 101}, *deployments]
        configuration = {"deployments": weighted, "rollback": {"sources": ["route"]}, "tags": {"response_header": "x-variant"}}
        resource = {"@type": TYPE + "envoy.config.core.v3.TypedExtensionConfig", "name": "bluegreen", "typed_config": module_filter(configuration)}
        write_resources(file, [resource])

    push(0)
    discovery = {"name": "bluegreen", "config_discovery": {"config_source": watched(file), "type_urls": [FILTER_TYPE]}}
    boot = bootstrap([listener("ingress", discovery, route_table([ANSWER, route_to("blue")]))], [cluster("blue", blue.port)])
    with Envoy(boot, tmp_path, WORKERS, arguments=VERBOSE) as envoy:
        target = Target(f"http://127.0.0.1:{envoy.port('ingress')}/", {"x-user-id": "{user}"}, "x-variant")
        with Load(target, [f"user-{number}" for number in range(200)], connections=32) as load:
            for number in range(1, PUSHES + 1):
                push(number)
                wait_until(lambda number=number: envoy.log().count(CONFIGURED) > number, 30, f"configuration {number}")
                load.wait_for(REQUESTS // PUSHES, 60)
        served = load.served
        record_property("requests", len(served))
        assert len(served) >= REQUESTS
        assert {one.status for one in served} == {200}
        # The last one is in use.
        wait_until(lambda: envoy.log().count(DROPPED) == envoy.log().count(CONFIGURED) - 1, 30, "old configurations to be freed")
        assert envoy.log().count(CONFIGURED) == PUSHES + 1
