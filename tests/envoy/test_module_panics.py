"""A panic in any function of the dynamic module that Envoy calls leaves Envoy serving, as if the filter were not there.

The filter gives no way to make it panic, so a build for tests does: `make target/provoked/native/libbluegreen_dynamic_module.so`.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.harness.artefact import REPOSITORY
from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.dynamic_module import FILTER_TYPE, TYPE, module_filter, own_configuration
from tests.harness.envoy import SEARCH_PATH, Envoy
from tests.harness.files import write_resources
from tests.harness.http_filters import HTTP
from tests.harness.routes import route_table, route_to, watched
from tests.harness.upstream import Upstream, received

LIBRARY = REPOSITORY / "target" / "provoked" / "native" / "libbluegreen_dynamic_module.so"
HOOKS = ["program_init", "config_new", "config_destroy", "per_route_config_new", "per_route_config_destroy", "new", "request_headers",
         "response_headers", "destroy"]
UNDECIDED = ("config_new", "new", "request_headers")
"""Where the panic is before the decision, which is therefore not made."""
VARIANT = "x-bluegreen-variant"
CONFIGURATION = {
    "deployments": [{"name": "fraud", "green_weight": 100}],
    "rollback": {"sources": ["per_filter_config"]},
    "tags": {"response_header": "x-variant"},
}


def resource(deployments: int) -> Any:
    named = [{"name": f"fraud-{number}", "match": {"path": f"/{number}"}} for number in range(deployments - 1)]
    configuration = CONFIGURATION | {"deployments": [*named, *CONFIGURATION["deployments"]]}
    return {
        "@type": TYPE + "envoy.config.core.v3.TypedExtensionConfig",
        "name": "bluegreen",
        "typed_config": module_filter(configuration, LIBRARY),
    }


def discovered(file: Path) -> Any:
    """By ECDS, and nothing where that fails."""
    nothing = {"@type": HTTP + "header_mutation.v3.HeaderMutation"}
    types = {"type_urls": [FILTER_TYPE, nothing["@type"]], "default_config": nothing}
    return {"name": "bluegreen", "config_discovery": {"config_source": watched(file), **types}}


@pytest.mark.parametrize("hook", [None, *HOOKS])
def test_a_panic_in_a_hook_leaves_envoy_serving(tmp_path: Path, blue: Upstream, hook: str | None) -> None:
    assert LIBRARY.is_file(), "run `make target/provoked/native/libbluegreen_dynamic_module.so` first"
    file, routes = tmp_path / "filter.json", tmp_path / "routes.json"

    def push_routes(version: str) -> None:
        table = route_table([route_to("blue")])["route_config"]
        table["virtual_hosts"][0] |= own_configuration({"bluegreen": {"rollback": False}}, LIBRARY)
        table["response_headers_to_add"] = [{"header": {"key": "x-routes", "value": version}}]
        write_resources(routes, [{"@type": TYPE + "envoy.config.route.v3.RouteConfiguration", **table}])

    push_routes("1")
    write_resources(file, [resource(1)])
    rds = {"rds": {"route_config_name": "models", "config_source": watched(routes)}}
    boot = bootstrap([listener("ingress", discovered(file), rds)], [cluster("blue", blue.port)])
    environment = {SEARCH_PATH: str(LIBRARY.parent)} | ({} if hook is None else {"BLUEGREEN_PANIC_IN": hook})
    with Envoy(boot, tmp_path, concurrency=2, environment=environment) as envoy, Client(envoy.port("ingress")) as client:
        refuses_routes = hook == "per_route_config_new"
        if refuses_routes:
            envoy.wait_for_log("per-route")
        for number in range(20):
            answer = client.request("/")
            # Without routes there is nowhere to go; Envoy says so.
            assert answer.status == (404 if refuses_routes else 200)
            if not refuses_routes:
                assert received(answer, VARIANT) == ([] if hook in UNDECIDED else ["green"])
            assert (answer.one("x-variant") == "green") == (hook not in (*UNDECIDED, "response_headers"))
            if number == 10:
                write_resources(file, [resource(2)])
                push_routes("2")
        if hook is not None:
            envoy.wait_for_log(f"the hook {hook} panicked and was passed over")
        assert envoy.is_running()
        assert client.request("/").status == (404 if refuses_routes else 200)
