"""A claim of a verified JSON Web Token as the targeting key."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.harness.artefact import is_native
from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.buckets import variant_of
from tests.harness.client import Answer, Client, Header
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter, jwt_authn
from tests.harness.json_web_token import key_set, token
from tests.harness.routes import Json, route_table, route_to
from tests.harness.upstream import Upstream

ISSUER, SECRET = "https://login.example.com", b"the secret of those who issue tokens"
CLAIMS = ["metadata", "filter_metadata", "envoy.filters.http.jwt_authn", "claims"]
WEIGHT = 50
USERS = [f"user-{number}" for number in range(30)]


def deployment(claim: str) -> Json:
    keys = [{"property": [*CLAIMS, claim]}, {"header": "x-user-id"}]
    return {"name": claim, "match": {"path": f"/{claim}"}, "green_weight": WEIGHT, "sticky": {"keys": keys, "salt": "one-salt"}}


CONFIGURATION = {
    "deployments": [deployment(claim) for claim in ("sub", "tenant", "share", "staff")],
    "tags": {"response_header": "x-variant"},
}


@pytest.fixture(scope="module")
def client(fleet: Fleet, blue: Upstream) -> Iterator[Client]:
    filters = [jwt_authn(ISSUER, key_set(SECRET), "claims"), bluegreen_filter(CONFIGURATION)]
    proxy = fleet.run(bootstrap([listener("ingress", filters, route_table([route_to("blue")]))], [cluster("blue", blue.port)]))
    with Client(proxy.port("ingress")) as client:
        yield client


TOKEN_NUMBERS = count()


def ask(client: Client, path: str, claims: dict[str, Any], headers: list[Header] | None = None, secret: bytes = SECRET) -> Answer:
    """Asks with a token that nobody has seen before."""
    unique = {"iss": ISSUER, "jti": f"token-{next(TOKEN_NUMBERS)}"}
    return client.request(path, [("authorization", f"Bearer {token(unique | claims, secret)}"), *(headers or [])])


def test_the_same_subject_is_on_the_same_variant_with_any_token(client: Client) -> None:
    for _ in range(3):
        assert {user: ask(client, "/sub", {"sub": user}).one("x-variant") for user in USERS} == {
            user: variant_of("one-salt", user, WEIGHT) for user in USERS
        }


@pytest.mark.parametrize(
    ("claim", "value", "key"),
    [
        *(("tenant", number, str(number)) for number in (0, 1, 7, 42, -3, *([] if is_native() else [1_000_000]), 2**40)),
        *(("share", number, json.dumps(number)) for number in (0.5, -2.25, 0.1)),
        *(("staff", value, json.dumps(value)) for value in (True, False)),
        *(("tenant", text, text) for text in ("42", "früher", "8 bytes!")),
    ],
)
def test_numbers_and_booleans_count_as_their_usual_text(client: Client, claim: str, value: Any, key: str) -> None:
    assert ask(client, f"/{claim}", {claim: value}).one("x-variant") == variant_of("one-salt", key, WEIGHT)


def test_without_a_token_the_next_key_decides(client: Client) -> None:
    variants = {user: client.request("/sub", [("x-user-id", user)]).one("x-variant") for user in USERS}
    assert variants == {user: variant_of("one-salt", user, WEIGHT) for user in USERS}


@pytest.mark.parametrize("value", ["", None, *([] if is_native() else [[], {}, ["user-1"], {"id": "user-1"}])], ids=repr)
def test_a_claim_that_is_no_plain_value_is_no_key(client: Client, value: Any) -> None:
    variants = {user: ask(client, "/tenant", {"tenant": value}, [("x-user-id", user)]).one("x-variant") for user in USERS}
    assert variants == {user: variant_of("one-salt", user, WEIGHT) for user in USERS}


def test_a_forged_token_does_not_get_as_far(client: Client) -> None:
    answer = ask(client, "/sub", {"sub": "user-1"}, secret=b"another secret")
    assert (answer.status, answer.one("x-variant")) == (401, None)
