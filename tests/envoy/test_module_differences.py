"""What the dynamic module does otherwise than the filter in WebAssembly: the list in envoy/CONFIGURATION.md, each with a test.

Both stand in one Envoy, in listeners of their own, and are asked the same.
"""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.harness.artefact import filter_wasm
from tests.harness.bootstrap import bootstrap, client_addresses_by_header, cluster, listener
from tests.harness.client import Answer, Client
from tests.harness.dynamic_module import module_filter
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import HTTP, TYPE, set_filter_state, set_metadata
from tests.harness.polling import wait_until
from tests.harness.process import ProcessEnded
from tests.harness.routes import route_of_variant, route_table, route_to
from tests.harness.upstream import Upstream

Ask = Callable[..., Answer]
MODULE = "dynamicmodulescustom."
EXPLAIN = ("x-bluegreen-explain", "1")
GREEN = {"deployments": [{"name": "fraud", "green_weight": 100}], "tags": {"response_header": "x-variant"}}


def wasm_filter(configuration: Any) -> Any:
    """The filter in WebAssembly, whichever one ARTEFACT names."""
    value = {"@type": TYPE + "google.protobuf.StringValue", "value": json.dumps(configuration)}
    vm = {"vm_id": "bluegreen", "runtime": "envoy.wasm.runtime.v8", "code": {"local": {"filename": str(filter_wasm())}}}
    return {"@type": HTTP + "wasm.v3.Wasm", "config": {"name": "bluegreen", "vm_config": vm, "configuration": value}}


@contextmanager
def both(fleet: Fleet, blue: Upstream, configuration: Any, before: list[Any] | None = None, **metadata: Any) -> Iterator[tuple[Client, Client]]:
    """Connections to the filter in WebAssembly and to the dynamic module, with this configuration and metadata of the route."""
    routes = route_table([route_to("blue", metadata or None) | {"name": "all"}])
    listeners = [
        listener(name, [*(before or []), {"name": "bluegreen", "typed_config": typed}], routes, **client_addresses_by_header("10.0.0.1"))
        for name, typed in (("wasm", wasm_filter(configuration)), ("module", module_filter(configuration)))
    ]
    envoy = fleet.run(bootstrap(listeners, [cluster("blue", blue.port)]))
    with Client(envoy.port("wasm")) as wasm, Client(envoy.port("module")) as module:
        yield wasm, module


def variants(clients: tuple[Client, Client]) -> list[str | None]:
    return [client.request("/").one("x-variant") for client in clients]


def by(*sources: Any) -> Any:
    return GREEN | {"rollback": {"sources": list(sources)}}


def test_a_null_under_a_key_that_means_nothing_rolls_back_in_webassembly_alone(fleet: Fleet, blue: Upstream) -> None:
    with both(fleet, blue, by("route"), bluegreen={"rollback": False, "note": None}) as clients:
        assert variants(clients) == ["blue", "green"]


def test_a_flag_that_is_null_rolls_back_in_both(fleet: Fleet, blue: Upstream) -> None:
    with both(fleet, blue, by("route"), bluegreen={"rollback": None}) as clients:
        assert variants(clients) == ["blue", "blue"]


def test_a_flag_that_is_an_empty_struct_rolls_back_in_the_module_alone(fleet: Fleet, blue: Upstream) -> None:
    with both(fleet, blue, by("route"), bluegreen={"rollback": {}}) as clients:
        assert variants(clients) == ["green", "blue"]


@pytest.mark.parametrize(
    ("configuration", "told"),
    [
        (GREEN, "rollback.sources[0]: unsupported: this proxy cannot read \"bluegreen\" in the metadata of `virtual_host`"),
        (by("listener"), "the metadata of `listener`"),
        (by("node"), "the metadata of `node`"),
        (by({"in": "route", "path": ["a", "b", "c"]}), "cannot read \"a.b.c\" in the metadata of `route`"),
        (
            by("route") | {"defaults": {"sticky": {"keys": [{"property": ["metadata", "filter_metadata", "jwt", "payload", "sub"]}]}}},
            "property: unsupported: this proxy has no such attribute",
        ),
    ],
)
def test_what_the_module_cannot_read_is_refused(tmp_path: Path, blue: Upstream, configuration: Any, told: str) -> None:
    ingress = listener("ingress", {"name": "bluegreen", "typed_config": module_filter(configuration)}, route_table([route_to("blue")]))
    with pytest.raises(ProcessEnded) as refused, Envoy(bootstrap([ingress], [cluster("blue", blue.port)]), tmp_path):
        pass
    assert told in str(refused.value)


@pytest.mark.parametrize("source", ["per_filter_config", "filter_state"])
def test_what_only_the_module_can_read_is_refused_in_webassembly(tmp_path: Path, blue: Upstream, source: str) -> None:
    ingress = listener("ingress", {"name": "bluegreen", "typed_config": wasm_filter(by(source))}, route_table([route_to("blue")]))
    with pytest.raises(ProcessEnded, match=f"the metadata of `{source}`"), Envoy(bootstrap([ingress], [cluster("blue", blue.port)]), tmp_path):
        pass


CLAIMS = {"text": "u-1", "large": 1_000_000, "list": ["a"], "struct": {"a": "b"}}


@pytest.mark.parametrize(
    ("claim", "alike"), [("text", True), ("large", False), ("list", False), ("struct", False)]
)
def test_a_deep_claim_comes_by_a_filter_state_as_envoy_prints_it(fleet: Fleet, blue: Upstream, claim: str, alike: bool) -> None:
    """A text is the same key in both. Envoy prints large numbers with an exponent, and lists and structs as JSON."""
    def explaining(prop: list[str]) -> Any:
        keys = {"sticky": {"keys": [{"property": prop}], "salt": "one"}}
        return by("route") | {"explain": "internal", "defaults": keys, "deployments": [{"name": "fraud", "green_weight": 50}]}

    before = [set_metadata({"jwt": {"payload": CLAIMS}}), set_filter_state("claim", f"%DYNAMIC_METADATA(jwt:payload:{claim})%")]
    direct = ["metadata", "filter_metadata", "jwt", "payload", claim]
    filters = (wasm_filter(explaining(direct)), module_filter(explaining(["filter_state", "claim"])))
    listeners = [
        listener(name, [*before, {"name": "bluegreen", "typed_config": typed}], route_table([route_to("blue")]), **client_addresses_by_header("10.0.0.1"))
        for name, typed in zip(("wasm", "module"), filters, strict=True)
    ]
    envoy = fleet.run(bootstrap(listeners, [cluster("blue", blue.port)]))
    told = []
    for name in ("wasm", "module"):
        with Client(envoy.port(name)) as client:
            told.append(client.request("/", [EXPLAIN, ("x-forwarded-for", "10.0.0.1")]).one("x-bluegreen-explain"))
    assert (told[0] == told[1]) == alike, told


ATTRIBUTES = [
    ["request", "path"], ["request", "url_path"], ["request", "host"], ["request", "scheme"], ["request", "method"],
    ["request", "referer"], ["request", "useragent"], ["request", "id"], ["request", "protocol"], ["request", "query"],
    ["request", "headers", "x-user"], ["source", "address"], ["destination", "address"], ["destination", "port"],
    ["connection", "mtls"], ["xds", "route_name"], ["metadata", "filter_metadata", "jwt", "sub"], ["metadata", "filter_metadata", "jwt", "age"],
    ["metadata", "filter_metadata", "jwt", "staff"], ["xds", "route_metadata", "filter_metadata", "ml", "model"], ["filter_state", "claim"],
]
PER_LISTENER = (["destination", "address"], ["destination", "port"])
"""These are other texts at another listener."""


def test_an_attribute_is_the_same_key_in_both(fleet: Fleet, blue: Upstream) -> None:
    deployments = [
        {"name": f"d{number}", "match": {"path_prefix": f"/{number}/"}, "sticky": {"keys": [{"property": path}], "salt": "one"}, "green_weight": 50}
        for number, path in enumerate(ATTRIBUTES)
    ]
    configuration = {"deployments": deployments, "explain": "internal", "rollback": {"sources": ["route"]}}
    before = [set_metadata({"jwt": {"sub": "u-1", "age": 42, "staff": True}}), set_filter_state("claim", "%REQ(x-user)%")]
    headers = [EXPLAIN, ("x-forwarded-for", "10.0.0.1"), ("x-user", "u-1"), ("x-user", "u-2"), ("referer", "here"), ("user-agent", "test"),
               ("x-request-id", "0af76519-16cd-43dd-8448-eb211c80319c")]
    with both(fleet, blue, configuration, before, ml={"model": "fraud"}) as clients:
        for number, path in enumerate(ATTRIBUTES):
            told = [client.request(f"/{number}/a?b=c", headers, "example.com").one("x-bluegreen-explain") for client in clients]
            assert told[1] is not None
            if path in PER_LISTENER:
                assert ["key=property" in (text or "") for text in told] == [True, True], path
            else:
                assert told[0] == told[1], (path, told)


def counted(envoy: Envoy, start: str, end: str) -> int:
    """The sum of all metrics whose names begin and end so."""
    return sum(value for name, value in envoy.stats(start).items() if name.endswith(end))


def requests(envoy: Envoy) -> tuple[int, int]:
    """What Envoy knows of the requests, in WebAssembly and in the module."""
    return counted(envoy, "wasmcustom.deployment=.=fraud;.;", "bluegreen_requests_total"), counted(envoy, f"{MODULE}bluegreen_requests_total.deployment.fraud.", "")


def test_labels_are_in_the_names_in_webassembly_and_labels_in_the_module(fleet: Fleet, blue: Upstream) -> None:
    with both(fleet, blue, by("route")) as clients:
        for client in clients:
            client.request("/")
        envoy = fleet.running[-1]
        wait_until(lambda: [client.request("/") for client in clients] and min(requests(envoy)) > 0, 20, "both to tell")
        page = envoy.admin("/stats/prometheus")
    assert re.search(r'^envoy_dynamicmodulescustom_bluegreen_requests_total\{deployment="fraud",variant="green",reason="\w+"\} \d+$', page, re.MULTILINE)
    assert re.search(r'^envoy_dynamicmodulescustom_bluegreen_weight_ppm\{deployment="fraud"\} 1000000$', page, re.MULTILINE)
    assert envoy.stat(f"{MODULE}bluegreen_deployments") == envoy.stat("wasmcustom.bluegreen_deployments") == 1
    assert envoy.stat(f"{MODULE}bluegreen_configuration_fingerprint") == envoy.stat("wasmcustom.bluegreen_configuration_fingerprint") > 0


def test_a_runtime_key_gives_metrics_of_the_module_the_names_that_they_have_in_webassembly(fleet: Fleet, blue: Upstream) -> None:
    ingress = listener("ingress", {"name": "bluegreen", "typed_config": module_filter(by("route"))}, route_table([route_to("blue")]))
    key = {"envoy.reloadable_features.dynamic_modules_strip_custom_stat_prefix": True}
    runtime = {"layered_runtime": {"layers": [{"name": "names", "static_layer": key}]}}
    envoy = fleet.run(bootstrap([ingress], [cluster("blue", blue.port)]) | runtime)
    with Client(envoy.port("ingress")) as client:
        client.request("/")
    assert re.search(r"^bluegreen_deployments\{\} 1$", envoy.admin("/stats/prometheus"), re.MULTILINE)


def test_what_was_counted_last_comes_in_webassembly_with_the_clock_and_in_the_module_with_the_next_request(fleet: Fleet, blue: Upstream) -> None:
    with both(fleet, blue, by("route")) as clients:
        for client in clients:
            client.request("/")
        envoy = fleet.running[-1]
        wait_until(lambda: requests(envoy)[0] == 1, 20, "the clock of WebAssembly")
        assert requests(envoy)[1] == 0
        wait_until(lambda: clients[1].request("/") and requests(envoy)[1] > 0, 20, "the module to tell")


def test_a_guard_of_the_module_works_though_envoy_keeps_no_metrics(fleet: Fleet, blue: Upstream, green: Upstream) -> None:
    guarded = {"name": "fraud", "green_weight": 50, "guard": {}, "sticky": {"keys": [{"header": "x-user-id"}]}}
    configuration = by("route") | {"deployments": [guarded]}
    routes = route_table([route_of_variant("green", "green"), route_to("blue")])
    ingress = listener("ingress", {"name": "bluegreen", "typed_config": module_filter(configuration)}, routes)
    matcher = {"stats_config": {"stats_matcher": {"exclusion_list": {"patterns": [{"prefix": "dynamicmodulescustom"}]}}}}
    envoy = fleet.run(bootstrap([ingress], [cluster("blue", blue.port), cluster("green", green.port)]) | matcher)
    green.status = 500
    with Client(envoy.port("ingress")) as client:
        users = (f"u-{number}" for number in itertools.count())
        wait_until(lambda: client.request("/", [("x-user-id", next(users))]) and "is taken back to blue" in envoy.log(), 60, "the guard")
        assert {client.request("/", [("x-user-id", next(users))]).one("x-variant") for _ in range(50)} == {"blue"}
    assert envoy.stats(MODULE) == {}


def test_a_flag_of_another_type_makes_envoy_log_a_few_lines_and_not_one_for_each_request(fleet: Fleet, blue: Upstream) -> None:
    """Envoy logs an error when it is asked for a value by another type than it has, and there is no way to ask for the type."""
    for flag, variant in (("churn", "green"), (["churn"], "green"), (0, "green"), ({"a": 1}, "blue")):
        ingress = listener("ingress", {"name": "bluegreen", "typed_config": module_filter(by("route"))},
                           route_table([route_to("blue", {"bluegreen": {"rollback": flag}})]))
        envoy = fleet.run(bootstrap([ingress], [cluster("blue", blue.port)]))
        with Client(envoy.port("ingress")) as client:
            assert {client.request("/").one("x-variant") for _ in range(100)} == {variant}
        assert envoy.log().count("key rollback is not") <= 9, flag
