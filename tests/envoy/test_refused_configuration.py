"""A configuration with an error is refused whole, and the proxy serves on."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.polling import wait_until
from tests.harness.prediction import predict, users, users_on, variant, variant_of
from tests.harness.process import ProcessEnded
from tests.harness.routes import route_table, route_to
from tests.harness.standalone import Standalone
from tests.harness.upstream import Upstream, received

WEIGHT = 10
ECDS = "extension_config_discovery.http_filter.bluegreen."
REFUSED = "configuration refused: "
INVALID: dict[str, Any] = {
    "deployments": [
        {"name": "fraud", "green_weight": 120},
        {"name": "fraud", "match": {"path": "no-slash"}},
        {"name": "", "clusters": {"blue": "only-blue"}},
    ],
    "rollback": {"sources": ["moon"]},
}
"""Errors of every kind: a value out of range, two names alike, a path that cannot be one, a missing value, an unknown word."""
INVALID_PATHS = [
    "deployments[0].green_weight",
    "deployments[1].name",
    "deployments[1].match.path",
    "deployments[2].name",
    "deployments[2].clusters",
    "rollback.sources[0]",
]


@pytest.fixture
def client(proxy: Envoy) -> Iterator[Client]:
    with Client(proxy.port("ingress")) as client:
        yield client


def push_refused(standalone: Standalone, proxy: Envoy, configuration: dict[str, Any] | str) -> None:
    """Pushes a configuration and waits until Envoy counts it as rejected."""
    rejected = proxy.stat(ECDS + "update_rejected")
    standalone.push_configuration(configuration)
    proxy.wait_for_stat(ECDS + "update_rejected", rejected + 1)


@pytest.mark.parametrize(
    "configuration",
    ["", " ", "{", "[]", "null", "{}", '{"deployments": null}', '{"deployments": [{"name": "a"}], "colour": "red"}']
    + [f'{{"deployments": [{{"name": "a", "green_weight": {weight}}}]}}' for weight in ("-1", "100.1", "1e999", "NaN", '"10"')],
)
def test_the_good_configuration_serves_on(standalone: Standalone, proxy: Envoy, client: Client, configuration: str) -> None:
    push_refused(standalone, proxy, configuration)
    assert [variant(predict(client, user)) for user in users(50)] == [variant_of(user, WEIGHT) for user in users(50)]


def test_envoy_logs_every_error_with_its_path(standalone: Standalone, proxy: Envoy) -> None:
    start = proxy.log_size()
    push_refused(standalone, proxy, INVALID)
    lines = [line for line in proxy.log(start).splitlines() if REFUSED in line]
    for path in INVALID_PATHS:
        assert any(path in line for line in lines), path
    assert "deployments[0].green_weight: 120 is not between 0 and 100" in proxy.log(start)


def test_the_last_canary_can_be_taken_away(standalone: Standalone, proxy: Envoy, client: Client) -> None:
    standalone.push_configuration({"deployments": []})
    forged = [("x-bluegreen-variant", "green"), ("x-bluegreen-cluster", "fraud-green")]
    user = users_on("green", WEIGHT, 1)[0]
    wait_until(lambda: variant(predict(client, user)) is None, 10, "the empty configuration to be in force")
    answer = predict(client, user, forged)
    assert (answer.json()["upstream"], variant(answer), received(answer, "x-bluegreen-cluster")) == ("blue", None, [])


def test_after_a_refused_configuration_a_good_one_is_taken(standalone: Standalone, proxy: Envoy, client: Client) -> None:
    good = Standalone(standalone.directory, 0, 0).configuration()
    push_refused(standalone, proxy, INVALID)
    good["deployments"][0]["green_weight"] = 100
    standalone.push_configuration(good)
    blue_user = users_on("blue", WEIGHT, 1)[0]
    wait_until(lambda: variant(predict(client, blue_user)) == "green", 10, "the good configuration to be in force")


def test_envoy_does_not_start_with_a_refused_configuration(fleet: Fleet, blue: Upstream) -> None:
    invalid = '{"deployments": [{"name": "fraud", "green_weight": 120}]}'
    listeners = [listener("ingress", bluegreen_filter(invalid), route_table([route_to("blue")]))]
    with pytest.raises(ProcessEnded, match="deployments.0..green_weight: 120 is not between 0 and 100"):
        fleet.run(bootstrap(listeners, [cluster("blue", blue.port)]))


def test_blue_serves_if_the_first_configuration_is_refused(fleet: Fleet, blue: Upstream, green: Upstream) -> None:
    standalone = Standalone(fleet.directory(), blue.port, green.port)
    good = standalone.configuration()
    standalone.push_configuration(INVALID)
    proxy = fleet.start(standalone.envoy())
    user = users_on("green", WEIGHT, 1)[0]
    with Client(proxy.port("ingress")) as client:
        tags = ("x-bluegreen-variant", "x-bluegreen-cluster", "x-bluegreen-mirror-cluster", "x-bluegreen-bucket")
        answer = predict(client, user, [(tag, "fraud-green") for tag in tags])
        assert (answer.status, answer.json()["upstream"], variant(answer)) == (200, "blue", None)
        assert [received(answer, tag) for tag in tags] == [[], [], [], []]

        standalone.push_configuration(good)
        wait_until(lambda: variant(predict(client, user)) == "green", 10, "the good configuration to be in force")
