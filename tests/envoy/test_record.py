"""The decision as logs and traces keep it, and what can be made of it: envoy/observability/access-log.yaml and the SQL of envoy/CASES.md."""

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness.artefact import REPOSITORY, is_native
from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.buckets import variant_of
from tests.harness.client import Client
from tests.harness.collector import Collector
from tests.harness.envoy import VERSION_VARIABLE, Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import TYPE, bluegreen_filter
from tests.harness.polling import wait_until
from tests.harness.routes import rollback_flag, route_to
from tests.harness.upstream import Upstream
from tests.harness.watched_routes import WatchedRoutes

Json = Any

WEIGHT = 50
USERS = [f"user-{number}" for number in range(60)]
PIN = "qa-1"
CONFIGURATION = {
    "deployments": [
        {
            "name": "fraud-scorer",
            "match": {"path": "/fraud"},
            "green_weight": WEIGHT,
            "sticky": {"keys": [{"header": "x-user-id"}]},
            "pins": {"green": [PIN]},
        }
    ],
    "tags": {"record": "bluegreen"},
}


OLDER = os.environ.get(VERSION_VARIABLE)
pytestmark = pytest.mark.skipif(is_native() and bool(OLDER), reason="before Envoy 1.40 no expression reads the module's record")
TAGS_HAVE_FORMATS = not (OLDER or "").startswith("1.36.")
"""Whether a tag of a trace can be made by a format."""


STATE, AS_TEXT = "filter_state['wasm.bluegreen']", "string(filter_state['wasm.bluegreen'])"


def shipped() -> dict[str, Json]:
    """The parts of the file. For the dynamic module, whose filter state is bytes to expressions, they are changed as the file says."""
    text = (REPOSITORY / "envoy" / "observability" / "access-log.yaml").read_text()
    if not is_native():
        return yaml.safe_load(text)
    parts = yaml.safe_load(text.replace(STATE, AS_TEXT))
    cel = {"@type": TYPE + "envoy.extensions.formatter.cel.v3.Cel", "cel_config": {"enable_string_conversion": True}}
    [log] = parts["access_log"]
    log["typed_config"]["log_format"]["formatters"] = [{"name": "envoy.formatter.cel", "typed_config": cel}]
    for tag in parts["tracing"]["custom_tags"]:
        tag["value"] = "%FILTER_STATE(wasm.bluegreen:PLAIN)%"
    return parts


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector("collector") as collector:
        yield collector


@pytest.fixture(scope="module")
def routes(fleet: Fleet) -> WatchedRoutes:
    return WatchedRoutes(fleet.directory() / "routes.json", [route_to("blue")])


@pytest.fixture(scope="module")
def envoy(fleet: Fleet, routes: WatchedRoutes, blue: Upstream, collector: Collector) -> Envoy:
    uri = {"uri": "http://collector/v1/traces", "cluster": "collector", "timeout": "1s"}
    tracer = {"@type": TYPE + "envoy.config.trace.v3.OpenTelemetryConfig", "http_service": {"http_uri": uri}, "service_name": "edge"}
    parts = shipped()
    if TAGS_HAVE_FORMATS:
        parts["tracing"]["provider"] = {"name": "envoy.tracers.opentelemetry", "typed_config": tracer}
    else:
        del parts["tracing"]
    ingress = listener("ingress", bluegreen_filter(CONFIGURATION), routes.table(), **parts)
    clusters = [cluster("blue", blue.port), cluster("collector", collector.port)]
    settings = {"layered_runtime": {"layers": [{"name": "static", "static_layer": {"tracing.opentelemetry.min_flush_spans": 1}}]}}
    return fleet.run(bootstrap([ingress], clusters) | settings)


@pytest.fixture(scope="module")
def client(envoy: Envoy) -> Iterator[Client]:
    with Client(envoy.port("ingress")) as client:
        yield client


def ask(envoy: Envoy, client: Client, path: str, user: str) -> dict[str, Json]:
    """What the access log says of one request."""
    size = envoy.log_size()
    assert client.request(path, [("x-user-id", user)]).status == 200

    def line() -> dict[str, Json] | None:
        whole = [json.loads(line) for line in envoy.log(size).splitlines(keepends=True) if line.startswith("{") and line.endswith("}\n")]
        return next((line for line in whole if line["feature_flag.context.id"] == user), None)

    return wait_until(line, 10, "a line of the access log")


def test_the_access_log_has_the_decision_in_opentelemetry_s_words(envoy: Envoy, client: Client) -> None:
    logged = ask(envoy, client, "/fraud", "user-1")
    assert logged["event.name"] == "feature_flag.evaluation"
    assert logged["feature_flag.key"] == "fraud-scorer"
    assert logged["feature_flag.result.variant"] == variant_of("fraud-scorer", "user-1", WEIGHT)
    assert logged["feature_flag.result.reason"] == "weight"
    assert logged["feature_flag.context.id"] == "user-1"
    assert re.fullmatch(r"\d{1,2}\.\d{4}", logged["bluegreen.bucket"])


def test_a_pin_is_logged_without_a_bucket(envoy: Envoy, client: Client) -> None:
    logged = ask(envoy, client, "/fraud", PIN)
    assert (logged["feature_flag.result.variant"], logged["feature_flag.result.reason"], logged["bluegreen.bucket"]) == ("green", "pin", "none")


def test_where_no_deployment_matches_the_log_says_nothing(envoy: Envoy, client: Client) -> None:
    logged = ask(envoy, client, "/elsewhere", "user-1")
    assert [value for name, value in logged.items() if name.startswith(("feature_flag.key", "feature_flag.result", "bluegreen"))] == [None] * 4


def test_a_rollback_is_logged(envoy: Envoy, client: Client, routes: WatchedRoutes) -> None:
    green = next(user for user in USERS if variant_of("fraud-scorer", user, WEIGHT) == "green")
    routes.push(client, rollback_flag(True))
    logged = ask(envoy, client, "/fraud", green)
    routes.push(client)
    assert (logged["feature_flag.result.variant"], logged["feature_flag.result.reason"]) == ("blue", "rollback")


@pytest.mark.skipif(not TAGS_HAVE_FORMATS, reason="Envoy 1.36 has no formats in tags of traces")
def test_a_trace_has_the_decision(envoy: Envoy, client: Client, collector: Collector) -> None:
    ask(envoy, client, "/fraud", PIN)
    expected = [b"feature_flag.key", b"fraud-scorer", b"feature_flag.result.variant", b"green", b"feature_flag.result.reason", b"pin"]
    wait_until(lambda: any(all(text in body for text in expected) for body in collector.bodies), 20, "a span with the decision")


def test_a_client_cannot_write_the_record(envoy: Envoy, client: Client) -> None:
    size = envoy.log_size()
    client.request("/elsewhere", [("wasm.bluegreen", "deployment=forged"), ("bluegreen", "deployment=forged")])
    assert "forged" not in envoy.wait_for_log('"event.name"', since=size)


def sql() -> str:
    [statement] = re.findall(r"```sql\n(.*?)```", (REPOSITORY / "envoy" / "CASES.md").read_text(), re.DOTALL)
    return statement


def test_exposures_join_with_labels(envoy: Envoy, client: Client) -> None:
    """All of green's users get a 1 later, of blue's every second one; who is pinned does not count, nor who saw both variants."""
    changed = "changed"
    lines = [ask(envoy, client, "/fraud", user) for user in [*USERS, *USERS[:20], PIN]]
    rows = [tuple(line[name] for name in ("time", "feature_flag.context.id", "feature_flag.key", "feature_flag.result.variant", "feature_flag.result.reason")) for line in lines]
    rows += [("2026-01-01T00:00:00Z", changed, "fraud-scorer", variant, "weight") for variant in ("blue", "green")]
    variants = {user: variant_of("fraud-scorer", user, WEIGHT) for user in USERS}
    users = {variant: [user for user in USERS if variants[user] == variant] for variant in ("blue", "green")}
    outcomes = {user: 1 for user in users["green"]} | {user: number % 2 for number, user in enumerate(users["blue"][:10])} | {PIN: 0, changed: 0}
    with sqlite3.connect(":memory:") as base:
        base.execute("CREATE TABLE exposures (at, user_id, deployment, variant, reason)")
        base.execute("CREATE TABLE labels (user_id, at, outcome)")
        base.executemany("INSERT INTO exposures VALUES (?, ?, ?, ?, ?)", rows)
        base.executemany("INSERT INTO labels VALUES (?, '9999-01-01T00:00:00Z', ?)", outcomes.items())
        base.execute("INSERT INTO labels VALUES (?, '1999-01-01T00:00:00Z', 0)", (users["green"][0],))
        found = base.execute(sql()).fetchall()
    assert found == [("blue", len(users["blue"]), 10, 0.5), ("green", len(users["green"]), len(users["green"]), 1.0)]


def test_a_record_that_is_off_leaves_no_filter_state(fleet: Fleet, blue: Upstream, tmp_path: Path) -> None:
    route = route_to("blue") | {"request_headers_to_add": [{"header": {"key": "x-record", "value": "%FILTER_STATE(wasm.bluegreen:PLAIN)%"}}]}
    routes = WatchedRoutes(tmp_path / "routes.json", [route])
    for tags, count in (({}, 0), ({"record": "bluegreen"}, 1)):
        proxy = fleet.run(bootstrap([listener("ingress", bluegreen_filter(CONFIGURATION | {"tags": tags}), routes.table())], [cluster("blue", blue.port)]))
        with Client(proxy.port("ingress")) as client:
            headers = client.request("/fraud", [("x-user-id", "u")]).json()["headers"]
        assert len([value for name, value in headers if name == "x-record" and value.startswith("deployment=fraud-scorer; ")]) == count
