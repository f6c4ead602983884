"""No error in a configuration brings the secret of an override into Envoy's log."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.files import write_resources
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_resource, watched_bluegreen_filter
from tests.harness.routes import Json, route_table, route_to
from tests.harness.upstream import Upstream

SECRET = "hIdDeN-sEcReT-of-32-bytes-length"
IN_BASE64 = base64.b64encode(SECRET.encode()).decode()
ENVIRONMENT = {"OVERRIDE_SECRET": SECRET, "SHORT_SECRET": SECRET[:15]}
REJECTED = "extension_config_discovery.http_filter.bluegreen.update_rejected"


def with_override(override: Json) -> Json:
    return {"deployments": [{"name": "fraud", "override": override}]}


def with_keys(keys: Json, **more: Json) -> Json:
    return with_override({"keys": keys, **more})


def twice(first: Json, then: Json) -> str:
    """A text with two overrides in one deployment, of which the first has an error."""
    overrides = f'"override": {json.dumps(first)}, "override": {json.dumps(then)}'
    return f'{{"deployments": [{{"name": "fraud", {overrides}}}]}}'


GOOD = with_keys([{"id": "ci", "secret_env": "OVERRIDE_SECRET"}, {"id": "old", "secret_base64": IN_BASE64}])
INVALID = {
    "an_error_elsewhere": GOOD | {"rollback": {"sources": ["moon"]}},
    "an_unknown_word_beside_it": with_keys([{"id": "ci", "secret_base64": IN_BASE64, "colour": "red"}]),
    "two_secrets_in_one_key": with_keys([{"id": "ci", "secret_env": "OVERRIDE_SECRET", "secret_base64": IN_BASE64}]),
    "two_keys_of_one_id": with_keys([{"id": "ci", "secret_base64": IN_BASE64}] * 2),
    "no_id": with_keys([{"secret_base64": IN_BASE64}]),
    "no_base64": with_keys([{"id": "ci", "secret_base64": SECRET}]),
    "bad_base64": with_keys([{"id": "ci", "secret_base64": IN_BASE64 + "!"}]),
    "too_short": with_keys([{"id": "ci", "secret_base64": IN_BASE64[:16]}]),
    "too_short_in_the_environment": with_keys([{"id": "ci", "secret_env": "SHORT_SECRET"}]),
    "not_in_the_environment": with_keys([{"id": "ci", "secret_env": "NO_SECRET"}, {"id": "old", "secret_base64": IN_BASE64}]),
    "the_secret_for_the_name_of_a_variable": with_keys([{"id": "ci", "secret_env": SECRET}]),
    "the_secret_in_a_list": with_keys([{"id": "ci", "secret_base64": [IN_BASE64]}]),
    "the_secret_for_a_key": with_keys([IN_BASE64]),
    "the_secret_for_all_keys": with_keys(IN_BASE64),
    "the_secret_for_an_override": with_override(SECRET),
    "the_secret_for_who_may": with_override({"allow": SECRET}),
    "the_secret_for_a_header": with_override({"allow": "anyone", "header": SECRET + " "}),
    "the_secret_for_a_time": with_override({"allow": "anyone", "max_age": SECRET}),
    "the_secret_before_a_good_override": twice(SECRET, {"allow": "anyone"}),
    "the_secret_before_good_keys": twice({"keys": [IN_BASE64]}, {"allow": "anyone"}),
    "no_json_after_it": '{"deployments": [{"name": "fraud", "override": {"keys": [{"id": "ci", "secret_base64": "' + IN_BASE64 + '"}]}}]',
}


@pytest.fixture(scope="module")
def file(fleet: Fleet) -> Path:
    file = fleet.directory() / "filter.json"
    write_resources(file, [bluegreen_resource(GOOD, ENVIRONMENT)])
    return file


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, file: Path, blue: Upstream) -> Envoy:
    ingress = listener("ingress", watched_bluegreen_filter(file), route_table([route_to("blue")]))
    return fleet.run(bootstrap([ingress], [cluster("blue", blue.port)]))


@pytest.fixture(autouse=True)
def nothing_of_the_secret_is_in_the_log(proxy: Envoy) -> Iterator[None]:
    start = proxy.log_size()
    yield
    log = proxy.log(start)
    for part in (SECRET[:15], IN_BASE64[:16]):
        assert part not in log


def test_a_configuration_in_force_keeps_its_secret(proxy: Envoy) -> None:
    with Client(proxy.port("ingress")) as client:
        client.request("/", [("x-bluegreen-override", "green;dep=fraud;exp=1;sig=" + "0" * 64)])
    assert proxy.stat(REJECTED) == 0


@pytest.mark.parametrize("error", INVALID)
def test_a_refused_configuration_keeps_its_secret(proxy: Envoy, file: Path, error: str) -> None:
    before, start = proxy.stat(REJECTED), proxy.log_size()
    write_resources(file, [bluegreen_resource(INVALID[error], ENVIRONMENT)])
    proxy.wait_for_stat(REJECTED, before + 1)
    assert "configuration refused: " in proxy.wait_for_log("configuration refused: ", since=start)
