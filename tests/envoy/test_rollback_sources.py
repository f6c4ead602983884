"""Where a rollback flag may stand, and that it can be pushed to any place that xDS reaches."""

import json
from typing import Any

import pytest

from tests.harness.artefact import is_native
from tests.harness.bootstrap import bootstrap, cluster, cluster_resource, listener, listener_resource, watched_bootstrap
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.files import write_resources
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.polling import wait_until
from tests.harness.routes import rollback_flag, route_table, route_to
from tests.harness.upstream import Upstream

SOURCES = ["virtual_host", "route", "cluster", "listener", *([] if is_native() else ["node"])]
"""The dynamic module refuses `node`, and reads stand-ins for the virtual host and the listener."""


def configuration(sources: list[str]) -> str:
    """A deployment that is green for everybody."""
    deployments = [{"name": "fraud", "green_weight": 100}]
    return json.dumps({"deployments": deployments, "rollback": {"sources": sources}, "tags": {"response_header": "x-variant"}})


def variant(port: int) -> str | None:
    """The variant on a new connection."""
    with Client(port) as client:
        return client.request("/").one("x-variant")


@pytest.fixture(scope="module")
def flagged(fleet: Fleet, blue: Upstream) -> Envoy:
    """For each source a listener where that source alone carries the flag and counts, and one where it is not looked at."""
    flag = rollback_flag(True)
    listeners, clusters = [], []
    for source in SOURCES:
        on: dict[str, Any] = {source: flag}
        clusters.append(cluster(source, blue.port, on.get("cluster")))
        routes = route_table([route_to(source, on.get("route"))], on.get("virtual_host"))
        others = [other for other in SOURCES if other not in (source, "node")]
        listeners.append(listener(source, bluegreen_filter(configuration([source])), routes, on.get("listener")))
        listeners.append(listener(f"not {source}", bluegreen_filter(configuration(others)), routes, on.get("listener")))
    return fleet.run(bootstrap(listeners, clusters, node_metadata=flag))


@pytest.mark.parametrize("source", SOURCES)
def test_a_flag_in_a_listed_source_rolls_back(flagged: Envoy, source: str) -> None:
    assert variant(flagged.port(source)) == "blue"


@pytest.mark.parametrize("source", SOURCES)
def test_a_flag_in_a_source_that_is_not_listed_does_nothing(flagged: Envoy, source: str) -> None:
    assert variant(flagged.port(f"not {source}")) == "green"


@pytest.mark.parametrize("source", ["virtual_host", "route", "cluster", "listener"])
def test_a_flag_can_be_pushed_with_listeners_and_clusters(fleet: Fleet, blue: Upstream, source: str) -> None:
    directory = fleet.directory()
    listeners, clusters = directory / "listeners.json", directory / "clusters.json"

    def put(flag: bool) -> None:
        on: dict[str, Any] = {source: rollback_flag(flag)}
        routes = route_table([route_to("blue", on.get("route"))], on.get("virtual_host"))
        ingress = listener("ingress", bluegreen_filter(configuration([source])), routes, on.get("listener"))
        write_resources(clusters, [cluster_resource(cluster("blue", blue.port, on.get("cluster")))])
        write_resources(listeners, [listener_resource(ingress)])

    put(False)
    envoy = fleet.run(watched_bootstrap(listeners, clusters))
    assert variant(envoy.port("ingress")) == "green"
    put(True)
    wait_until(lambda: variant(envoy.port("ingress")) == "blue", 10, "the rollback")
    put(False)
    wait_until(lambda: variant(envoy.port("ingress")) == "green", 10, "the end of the rollback")
