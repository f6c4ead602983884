"""A conversation keeps the weight of its birth while the weight rises, also through pushes of configurations."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.buckets import variant_of
from tests.harness.client import Client
from tests.harness.fleet import Fleet
from tests.harness.files import write_resources
from tests.harness.http_filters import bluegreen_filter, bluegreen_resource, watched_bluegreen_filter
from tests.harness.polling import wait_until
from tests.harness.routes import Json, route_table, route_to
from tests.harness.time_ids import ulid, uuid_v7
from tests.harness.upstream import Upstream

SALT = "a salt that only the proxies know"
HOUR = 3600


def at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def configuration(start: float, *steps: tuple[float, float], born: str = "uuid_v7") -> Json:
    ramp = {"start": at(start), "steps": [{"at": at(time), "green_weight": weight} for time, weight in steps]}
    sticky = {"keys": [{"header": "x-conversation-id"}], "salt_env": "SALT", "sessions": {"born": born}}
    return {"deployments": [{"name": "chat", "sticky": sticky, "ramp": ramp}], "tags": {"response_header": "x-variant"}}


def variants(client: Client, ids: list[str]) -> list[str | None]:
    return [client.request("/", [("x-conversation-id", id)]).one("x-variant") for id in ids]


@pytest.fixture
def watched(fleet: Fleet) -> Path:
    return fleet.directory() / "filter.json"


@pytest.fixture
def now() -> float:
    return float(int(time.time()))


@pytest.fixture
def client(fleet: Fleet, blue: Upstream, watched: Path, now: float) -> Iterator[Client]:
    write_resources(watched, [bluegreen_resource(configuration(now - 10 * HOUR, (now - 9 * HOUR, 10)), {"SALT": SALT})])
    ingress = listener("ingress", watched_bluegreen_filter(watched), route_table([route_to("blue")]))
    with Client(fleet.run(bootstrap([ingress], [cluster("blue", blue.port)])).port("ingress")) as client:
        yield client


def test_old_conversations_stay_and_new_ones_move_when_a_step_is_added(client: Client, watched: Path, now: float) -> None:
    before = [uuid_v7(now - 9.5 * HOUR) for _ in range(60)]
    old = [uuid_v7(now - 2 * HOUR) for _ in range(60)]
    assert variants(client, before) == ["blue"] * 60
    assert variants(client, old) == [variant_of(SALT, id, 10) for id in old]

    raised = configuration(now - 10 * HOUR, (now - 9 * HOUR, 10), (now - HOUR, 60))
    write_resources(watched, [bluegreen_resource(raised, {"SALT": SALT})])
    new = [uuid_v7(now - HOUR / 2) for _ in range(60)]
    expected = [variant_of(SALT, id, 60) for id in new]
    assert set(expected) == {"blue", "green"}
    wait_until(lambda: variants(client, new) == expected, 10, "the new weight")
    assert variants(client, before) == ["blue"] * 60
    assert variants(client, old) == [variant_of(SALT, id, 10) for id in old]
    plain = [f"user-{number}" for number in range(60)]
    assert variants(client, plain) == [variant_of(SALT, id, 60) for id in plain]


def test_ulids_are_born_too(fleet: Fleet, blue: Upstream, now: float) -> None:
    ramp = configuration(now - 10 * HOUR, (now - 9 * HOUR, 10), (now - HOUR, 60), born="ulid")
    ingress = listener("ingress", bluegreen_filter(ramp, {"SALT": SALT}), route_table([route_to("blue")]))
    with Client(fleet.run(bootstrap([ingress], [cluster("blue", blue.port)])).port("ingress")) as client:
        for birth, weight in ((now - 2 * HOUR, 10), (now - HOUR / 2, 60)):
            ids = [make(birth) for make in (ulid, uuid_v7) for _ in range(30)]
            assert variants(client, ids) == [variant_of(SALT, id, weight) for id in ids]
