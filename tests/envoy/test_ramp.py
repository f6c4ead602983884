"""A weight that follows the clock."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.buckets import variant_of
from tests.harness.client import Client
from tests.harness.files import write_resources
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter, bluegreen_resource, watched_bluegreen_filter
from tests.harness.polling import wait_until
from tests.harness.routes import Json, route_table, route_to
from tests.harness.upstream import Upstream

USERS = [f"user-{number}" for number in range(100)]
RISE_SECONDS = 3


def deployment(name: str, start: str, steps: list[tuple[str, float]], shape: str = "step") -> Json:
    ramp = {"start": start, "steps": [{"after": after, "green_weight": weight} for after, weight in steps], "shape": shape}
    return {"name": name, "match": {"path": f"/{name}"}, "ramp": ramp, "sticky": {"keys": [{"header": "x-user-id"}], "salt": "ramp"}}


def in_utc(seconds: float) -> str:
    """A time so many seconds from now."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def in_kathmandu(seconds: float) -> str:
    return (datetime.now(timezone(timedelta(hours=5, minutes=45))) + timedelta(seconds=seconds)).isoformat()


def configuration(*deployments: Json) -> Json:
    return {"deployments": deployments, "tags": {"response_header": "x-variant"}}


def client_of(bluegreen: Json, fleet: Fleet, blue: Upstream) -> Client:
    ingress = listener("ingress", bluegreen, route_table([route_to("blue")]))
    return Client(fleet.run(bootstrap([ingress], [cluster("blue", blue.port)])).port("ingress"))


def variants(client: Client, name: str) -> dict[str, str | None]:
    return {user: client.request(f"/{name}", [("x-user-id", user)]).one("x-variant") for user in USERS}


def by_weight(green_weight: float) -> dict[str, str]:
    return {user: variant_of("ramp", user, green_weight) for user in USERS}


STEPS: list[tuple[str, float]] = [("0s", 10), ("10m", 30.5), ("1h", 60), ("1d", 90)]


@pytest.fixture(scope="module")
def client(fleet: Fleet, blue: Upstream) -> Iterator[Client]:
    ramps = configuration(
        deployment("future", in_utc(600), STEPS),
        deployment("begun", in_utc(-300), STEPS),
        deployment("elsewhere", in_kathmandu(-1200), STEPS),
        deployment("between", in_utc(-3 * 3600), STEPS),
        deployment("over", in_utc(-100 * 86400), STEPS),
        deployment("future-line", in_utc(600), STEPS, "linear"),
        deployment("over-line", in_kathmandu(-100 * 86400), STEPS, "linear"),
    )
    with client_of(bluegreen_filter(ramps), fleet, blue) as client:
        yield client


@pytest.mark.parametrize(
    ("name", "green_weight"),
    [("future", 0), ("begun", 10), ("elsewhere", 30.5), ("between", 60), ("over", 90), ("future-line", 0), ("over-line", 90)],
)
def test_the_last_step_that_was_reached_holds(client: Client, name: str, green_weight: float) -> None:
    assert variants(client, name) == by_weight(green_weight)


def test_a_line_rises_by_the_clock_and_nobody_goes_back(fleet: Fleet, blue: Upstream) -> None:
    file = fleet.directory() / "filter.json"
    write_resources(file, [bluegreen_resource(configuration(deployment("line", in_utc(600), STEPS)))])
    with client_of(watched_bluegreen_filter(file), fleet, blue) as client:
        begin = datetime.now(UTC) + timedelta(seconds=0.5)
        steps: list[tuple[str, float]] = [(f"{RISE_SECONDS}s", 100)]
        write_resources(file, [bluegreen_resource(configuration(deployment("line", begin.isoformat(), steps, "linear")))])
        rounds: list[dict[str, str | None]] = []

        def everybody_is_on_green() -> bool:
            before = weight_at(time.time(), begin.timestamp())
            rounds.append(variants(client, "line"))
            after = weight_at(time.time(), begin.timestamp())
            for user, variant in rounds[-1].items():
                assert variant in {variant_of("ramp", user, before), variant_of("ramp", user, after)}
            return set(rounds[-1].values()) == {"green"}

        wait_until(everybody_is_on_green, RISE_SECONDS + 5, "the end of the ramp")
    assert set(rounds[0].values()) == {"blue"}
    greens = [{user for user, variant in one.items() if variant == "green"} for one in rounds]
    assert all(earlier <= later for earlier, later in zip(greens, greens[1:], strict=False))
    assert len({len(users) for users in greens}) > 10


def weight_at(now: float, start: float) -> Fraction:
    """The percentage on green of the rising line; times in seconds since 1970."""
    elapsed = Fraction(now) - Fraction(start)
    return min(max(elapsed / RISE_SECONDS, Fraction(0)), Fraction(1)) * 100
