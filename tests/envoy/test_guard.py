"""A green whose answers fail loses its users, on both workers of a proxy, and nobody loses a request."""

from collections.abc import Iterator

import pytest

from tests.harness.artefact import warning
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.guard import guard, is_tripped, load, metric, no_green, some_green, wait_for_trip
from tests.harness.load import Load, Served
from tests.harness.prediction import predict, users_on, variant
from tests.harness.standalone import Standalone
from tests.harness.upstream import Upstream

WEIGHT = 50
GREEN_USER = users_on("green", WEIGHT, 1)[0]
ENOUGH_SECONDS = 6


@pytest.fixture
def standalone(fleet: Fleet, blue: Upstream, green: Upstream) -> Iterator[Standalone]:
    """A proxy of its own for each test, because a guard remembers. In the end both variants are well again."""
    yield Standalone(fleet.directory(), blue.port, green.port)
    for upstream in (blue, green):
        upstream.be_well()


def start(fleet: Fleet, standalone: Standalone, settings: dict) -> Envoy:
    guard(standalone, settings, WEIGHT)
    return fleet.start(standalone.envoy(concurrency=2))


def trips(running: Load) -> list[Served]:
    """What is answered until green has served nobody for a while."""
    since = len(running.served)
    wait_for_trip(running)
    return running.served[since:]


def has_lost_none(served: list[Served]) -> bool:
    return all(one.status is not None for one in served)


def test_a_green_that_answers_with_errors_is_taken_back_and_says_so(fleet: Fleet, standalone: Standalone, green: Upstream) -> None:
    proxy = start(fleet, standalone, {})
    start_of_log = proxy.log_size()
    with load(proxy) as running:
        running.wait_for(400)
        assert not is_tripped(proxy)
        green.status = 500
        served = trips(running)
    assert has_lost_none(running.served)
    assert {one.status for one in running.served[-200:]} == {200}
    assert {one.variant for one in served} == {"blue", "green"}
    log = proxy.wait_for_log("guard: fraud-scorer is taken back to blue", since=start_of_log)
    assert log.count("is taken back to blue") == 1
    assert warning() in log
    proxy.wait_for_stat(metric("guard_tripped"), 1)
    proxy.wait_for_stat(metric("requests_total", variant="blue", reason="guard"), 50)
    assert proxy.stat(metric("guard_trips_total")) == 1
    assert proxy.stat(metric("failed_total", variant="green")) > 10
    assert proxy.stat(metric("failed_total", variant="blue")) == 0


def test_a_green_that_hangs_is_taken_back(fleet: Fleet, standalone: Standalone, green: Upstream) -> None:
    proxy = start(fleet, standalone, {"failures": {"slower_than": "500ms"}})
    with load(proxy, connections=64) as running:
        running.wait_for(400)
        green.delay_seconds = 3
        trips(running)
    assert is_tripped(proxy)
    assert has_lost_none(running.served)


def test_a_green_that_is_slower_than_blue_is_taken_back(fleet: Fleet, standalone: Standalone, blue: Upstream, green: Upstream) -> None:
    blue.delay_seconds = green.delay_seconds = 0.04
    proxy = start(fleet, standalone, {"failures": {"slower_than_blue": 1.5}})
    with load(proxy, connections=32) as running:
        running.wait_for(1000)
        assert not is_tripped(proxy)
        green.delay_seconds = 0.4
        trips(running)
    assert is_tripped(proxy)


def test_a_header_of_the_answer_marks_a_failure(fleet: Fleet, standalone: Standalone, green: Upstream) -> None:
    proxy = start(fleet, standalone, {"failures": {"response_header": "x-model-error"}})
    with load(proxy) as running:
        running.wait_for(400)
        green.response_headers = {"X-Model-Error": "drift"}
        trips(running)
    assert is_tripped(proxy)


def test_a_green_that_is_gone_is_taken_back_though_blue_answers_in_its_place(fleet: Fleet, standalone: Standalone, green: Upstream) -> None:
    proxy = start(fleet, standalone, {})
    with load(proxy) as running:
        running.wait_for(400)
        green.status = 503
        trips(running)
    assert is_tripped(proxy)
    assert {one.status for one in running.served} == {200}, "the retry hides green's answers"
    assert proxy.stat(metric("rescued_total")) > 10


def test_what_fails_on_both_variants_takes_nobody_back(fleet: Fleet, standalone: Standalone, blue: Upstream, green: Upstream) -> None:
    proxy = start(fleet, standalone, {})
    with load(proxy) as running:
        running.wait_for(400)
        blue.status = green.status = 500
        running.wait_for(2000)
        assert some_green(running.served[-400:])
    assert not is_tripped(proxy)
    assert proxy.stat(metric("failed_total", variant="blue")) > 100


def test_a_few_users_who_always_fail_take_nobody_back(fleet: Fleet, standalone: Standalone, green: Upstream) -> None:
    green.failing_users = set(users_on("green", WEIGHT, 20))
    proxy = start(fleet, standalone, {})
    with load(proxy) as running:
        running.wait_for(3000, timeout=60)
        assert some_green(running.served[-400:])
    assert not is_tripped(proxy)
    assert any(one.status == 500 for one in running.served)


def test_a_client_that_goes_away_is_no_failure(fleet: Fleet, standalone: Standalone, green: Upstream) -> None:
    proxy = start(fleet, standalone, {})
    green.delay_seconds = 0.3
    with load(proxy, connections=32) as running:
        for _ in range(60):
            with Client(proxy.port("ingress"), timeout=0.05) as client, pytest.raises(TimeoutError):
                predict(client, GREEN_USER)
        running.wait_for(200)
    assert not is_tripped(proxy)
    assert proxy.stat(metric("failed_total", variant="green")) == 0


def test_an_explanation_names_the_guard(fleet: Fleet, standalone: Standalone, green: Upstream) -> None:
    configuration = standalone.configuration()
    configuration["explain"] = "override"
    configuration["deployments"][0]["override"] = {"allow": "anyone"}
    standalone.push_configuration(configuration)
    proxy = start(fleet, standalone, {})
    with load(proxy) as running:
        green.status = 500
        trips(running)
    with Client(proxy.port("ingress")) as client:
        answer = predict(client, GREEN_USER, [("x-bluegreen-explain", "1"), ("x-bluegreen-override", "green")])
        assert "reason=guard" in (answer.one("x-bluegreen-explain") or "")
        assert variant(answer) == "blue"
        blue = predict(client, GREEN_USER, [("x-bluegreen-explain", "1"), ("x-bluegreen-override", "blue")])
        assert "reason=override" in (blue.one("x-bluegreen-explain") or "")
    assert no_green(running.served)
