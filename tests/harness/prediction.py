"""Requests to the deployment of envoy/standalone/, and who should answer them."""

from collections.abc import Iterable

from tests.harness import buckets
from tests.harness.client import Answer, Client, Header
from tests.harness.load import Target

PATH = "/v1/models/fraud:predict"
SALT = "fraud-scorer"
VARIANT_HEADER = "x-served-by-variant"
BODY = b'{"instances": [[1, 2, 3]]}'


def predict(client: Client, user: str | None = None, headers: Iterable[Header] = ()) -> Answer:
    """Asks for a prediction, as `user` if one is given."""
    key = [("x-user-id", user)] if user is not None else []
    return client.request(PATH, [*key, *headers], method="POST", body=BODY)


def variant(answer: Answer) -> str | None:
    """The variant that the filter chose; None if no deployment matched."""
    return answer.one(VARIANT_HEADER)


def target(port: int) -> Target:
    """A load of predictions."""
    headers = {"x-user-id": "{user}", "content-type": "application/json"}
    return Target(f"http://127.0.0.1:{port}{PATH}", headers, VARIANT_HEADER, "POST", {"instances": [[1, 2, 3]]})


def variant_of(user: str, green_weight: float | str) -> str:
    """The variant that a user belongs to."""
    return buckets.variant_of(SALT, user, green_weight)


def users(amount: int) -> list[str]:
    return [f"user-{number}" for number in range(amount)]


def users_on(variant: str, green_weight: float, amount: int) -> list[str]:
    """The first users who belong to one variant."""
    low, high = (0, green_weight) if variant == "green" else (green_weight, 100)
    return buckets.users_between(SALT, low, high, amount)
