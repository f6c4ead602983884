"""Who may choose a variant for one request, and what becomes of those who may not."""

import base64
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.harness.artefact import traces
from tests.harness.bootstrap import bootstrap, client_addresses_by_header, cluster, listener
from tests.harness.client import Client, Header
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import Json, rollback_flag, route_table, route_to
from tests.harness.signed_override import override, signed
from tests.harness.upstream import Upstream, received

OVERRIDE = "x-bluegreen-override"
IN_ENVIRONMENT = b"a secret that only the VM's environment holds"
IN_CONFIGURATION = bytes(range(200, 232))
INSIDE: Header = ("x-forwarded-for", "10.0.0.1")
OUTSIDE: Header = ("x-forwarded-for", "203.0.113.9")
LEEWAY = 30
"""By how many seconds the clocks of signer and proxy may differ."""
REFUSED = traces().counters + "bluegreen.override.refused."


def configuration() -> Json:
    """A deployment for each way to allow overrides, found by its path, with everybody on blue unless its name ends in `-green`."""
    keys = [{"id": "ci", "secret_env": "OVERRIDE_SECRET"}, {"id": "old", "secret_base64": base64.b64encode(IN_CONFIGURATION).decode()}]
    ways: dict[str, Json] = {
        "anyone": {"allow": "anyone"},
        "anyone-green": {"allow": "anyone"},
        "internal": {"allow": "internal"},
        "signed": {"keys": keys, "max_age": "1h"},
        "signed-green": {"keys": keys},
        "forwarded": {"allow": "anyone", "forward": True},
        "renamed": {"allow": "anyone", "header": "X-Colour"},
        "in-a-cookie": {"keys": keys, "cookie": "try"},
        "closed": None,
    }
    return {
        "deployments": [
            {"name": name, "match": {"path": f"/{name}"}, "green_weight": 100 if name.endswith("-green") else 0, "override": way}
            for name, way in ways.items()
        ],
        "tags": {"response_header": "x-variant"},
    }


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, blue: Upstream) -> Envoy:
    bluegreen = bluegreen_filter(configuration(), {"OVERRIDE_SECRET": IN_ENVIRONMENT.decode()})
    addresses = client_addresses_by_header("10.0.0.1")
    listeners = [
        listener("ingress", bluegreen, route_table([route_to("blue")]), **addresses),
        listener("rolled back", bluegreen, route_table([route_to("blue")], rollback_flag(True)), **addresses),
    ]
    return fleet.run(bootstrap(listeners, [cluster("blue", blue.port)]))


@pytest.fixture
def client(proxy: Envoy) -> Iterator[Client]:
    with Client(proxy.port("ingress")) as client:
        yield client


def variant(client: Client, deployment: str, *headers: Header) -> str | None:
    return client.request(f"/{deployment}", headers).one("x-variant")


def test_anyone_may_choose_where_anyone_is_allowed(client: Client) -> None:
    assert variant(client, "anyone", (OVERRIDE, "green"), OUTSIDE) == "green"
    assert variant(client, "anyone-green", (OVERRIDE, "blue"), OUTSIDE) == "blue"
    assert variant(client, "anyone", ("X-BlueGreen-Override", "green")) == "green"


def test_only_internal_requests_may_choose_where_these_are_allowed(client: Client) -> None:
    assert variant(client, "internal", (OVERRIDE, "green"), INSIDE) == "green"
    assert variant(client, "internal", (OVERRIDE, "green"), OUTSIDE) == "blue"
    assert variant(client, "internal", (OVERRIDE, "green"), OUTSIDE, ("x-envoy-internal", "true")) == "blue"


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(("secret", "id"), [(IN_ENVIRONMENT, "ci"), (IN_CONFIGURATION, "old")])
def test_a_signature_by_any_of_the_keys_is_accepted(client: Client, secret: bytes, id: str, named: bool) -> None:
    key = id if named else None
    assert variant(client, "signed", (OVERRIDE, override("green", "signed", secret, key=key)), OUTSIDE) == "green"
    assert variant(client, "signed-green", (OVERRIDE, override("blue", "signed-green", secret, key=key)), OUTSIDE) == "blue"


def test_a_signed_override_ends_with_its_time(client: Client) -> None:
    token = override("green", "signed", IN_ENVIRONMENT, seconds=2 - LEEWAY)
    ends = int(token.split("exp=")[1].split(";")[0]) + LEEWAY
    answered = []
    while (sent := time.time()) < ends + 0.2:
        served = variant(client, "signed", (OVERRIDE, token))
        answered.append((sent, served, time.time()))
        time.sleep(0.05)
    assert {served for _, served, answer_came in answered if answer_came < ends} == {"green"}
    assert {served for sent, served, _ in answered if sent >= ends} == {"blue"}


def refusals() -> dict[str, tuple[str, str, list[str]]]:
    """By what is wrong: the cause that is counted, the deployment, and the values of the header lines."""
    good = override("green", "signed", IN_ENVIRONMENT, key="ci")
    exp = f"exp={int(time.time()) + 600}"
    turned = override("green", "signed-green", IN_ENVIRONMENT).replace("green", "blue", 1)
    return {
        "two_lines": ("repeated", "anyone", ["green", "green"]),
        "two_signed_lines": ("repeated", "signed", [good, good]),
        "another_colour": ("malformed", "anyone", ["red"]),
        "upper_case": ("malformed", "anyone", ["Green"]),
        "more_than_a_colour": ("malformed", "anyone", ["green, green"]),
        "no_expiry": ("malformed", "signed", [signed("green;dep=signed", IN_ENVIRONMENT)]),
        "no_deployment": ("malformed", "signed", [signed(f"green;{exp}", IN_ENVIRONMENT)]),
        "expiry_twice": ("malformed", "signed", [signed(f"green;dep=signed;{exp};{exp}", IN_ENVIRONMENT)]),
        "unknown_field": ("malformed", "signed", [signed(f"green;dep=signed;{exp};who=me", IN_ENVIRONMENT)]),
        "short_signature": ("malformed", "signed", [good[:-1]]),
        "text_after_the_signature": ("malformed", "signed", [good + ";kid=ci"]),
        "plain_where_only_signed_is_allowed": ("not_allowed", "signed", ["green"]),
        "plain_from_outside": ("not_allowed", "internal", ["green"]),
        "for_another_deployment": ("wrong_deployment", "signed", [override("green", "signed-green", IN_ENVIRONMENT)]),
        "expired": ("expired", "signed", [override("green", "signed", IN_ENVIRONMENT, seconds=-LEEWAY - 1)]),
        "valid_for_too_long": ("too_long", "signed", [override("green", "signed", IN_ENVIRONMENT, seconds=3660)]),
        "by_an_unknown_key": ("unknown_key", "signed", [override("green", "signed", IN_ENVIRONMENT, key="nobody")]),
        "by_another_secret": ("bad_signature", "signed", [override("green", "signed", b"another secret of some length")]),
        "by_the_secret_of_another_key": ("bad_signature", "signed", [override("green", "signed", IN_CONFIGURATION, key="ci")]),
        "changed_after_signing": ("bad_signature", "signed-green", [turned]),
    }


@pytest.mark.parametrize("wrong", refusals())
def test_a_refused_override_is_counted_by_its_cause_and_changes_nothing(proxy: Envoy, client: Client, wrong: str) -> None:
    cause, deployment, values = refusals()[wrong]
    before = proxy.stats(REFUSED)
    answer = client.request(f"/{deployment}", [*((OVERRIDE, value) for value in values), OUTSIDE])
    assert answer.one("x-variant") == variant(client, deployment)
    assert received(answer, OVERRIDE) == []
    moved = {name: value - before.get(name, 0) for name, value in proxy.stats(REFUSED).items()}
    assert {name.removeprefix(REFUSED): by for name, by in moved.items() if by} == {cause: 1}


def test_an_accepted_override_goes_no_further_unless_it_is_forwarded(client: Client) -> None:
    token = override("green", "signed", IN_ENVIRONMENT)
    assert received(client.request("/anyone", [(OVERRIDE, "green")]), OVERRIDE) == []
    assert received(client.request("/signed", [(OVERRIDE, token)]), OVERRIDE) == []
    assert received(client.request("/forwarded", [(OVERRIDE, "green")]), OVERRIDE) == ["green"]
    assert received(client.request("/forwarded", [(OVERRIDE, "red")]), OVERRIDE) == []


def test_the_header_can_be_renamed(client: Client) -> None:
    answer = client.request("/renamed", [("x-colour", "green"), (OVERRIDE, "blue")])
    assert (answer.one("x-variant"), received(answer, "x-colour"), received(answer, OVERRIDE)) == ("green", [], [])


def test_an_override_is_taken_off_also_where_none_is_accepted(client: Client) -> None:
    for path in ("/closed", "/elsewhere"):
        answer = client.request(path, [(OVERRIDE, "green"), ("cookie", "a=1; try=green"), ("cookie", "b=2")])
        assert received(answer, OVERRIDE) == []
        assert received(answer, "cookie") == ["a=1; b=2"]
    assert variant(client, "closed", (OVERRIDE, "green")) == "blue"


def test_one_signature_is_good_for_several_deployments(client: Client) -> None:
    token = override("green", "signed,in-a-cookie", IN_ENVIRONMENT)
    assert variant(client, "signed", (OVERRIDE, token)) == "green"
    assert variant(client, "in-a-cookie", (OVERRIDE, token)) == "green"
    assert variant(client, "signed-green", (OVERRIDE, token)) == "green"  # by its weight


def test_a_browser_can_carry_an_override_in_a_cookie_and_no_cache_keeps_the_answer(client: Client) -> None:
    token = quote(override("green", "in-a-cookie", IN_ENVIRONMENT))
    answer = client.request("/in-a-cookie", [("cookie", f"theme=dark; try={token}")])
    assert answer.one("x-variant") == "green"
    assert answer.one("cache-control") == "private"
    assert received(answer, "cookie") == ["theme=dark"]
    answer = client.request("/in-a-cookie", [("cookie", "theme=dark; try=green")])
    assert (answer.one("x-variant"), answer.one("cache-control")) == ("blue", None)


def test_no_override_beats_a_rollback(proxy: Envoy) -> None:
    token = override("green", "signed", IN_ENVIRONMENT)
    with Client(proxy.port("rolled back")) as client:
        assert variant(client, "anyone", (OVERRIDE, "green")) == "blue"
        assert variant(client, "internal", (OVERRIDE, "green"), INSIDE) == "blue"
        assert variant(client, "signed", (OVERRIDE, token)) == "blue"
