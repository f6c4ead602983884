"""A page that calls a model of another origin: the browser asks first, by a preflight."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.harness.browser import Browser
from tests.browser.harness.model import StreamingModel
from tests.harness.buckets import users_between

NAME = "fraud"
USERS = {variant: users_between(NAME, low, high, 1)[0] for variant, low, high in (("green", 0, 50), ("blue", 50, 100))}
PAGE = "https://news.example"
KEY = "x-user-id"
ANSWER_OF_A_MODEL = {
    "access-control-allow-origin": PAGE,
    "access-control-allow-credentials": "true",
    "access-control-allow-headers": KEY,
    "access-control-expose-headers": "x-served-by-variant",
}


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    sticky = {"keys": [{"header": KEY}], "issue_cookie": {"same_site": "none"}}
    deployments = [
        {"name": "preflight", "match": {"path_prefix": "/own", "methods": ["OPTIONS"]}},
        {"name": NAME, "green_weight": 50, "sticky": sticky},
    ]
    return {"deployments": deployments, "tags": {"response_header": "x-served-by-variant"}}


@pytest.fixture
def models(blue: StreamingModel, green: StreamingModel) -> Iterator[tuple[StreamingModel, StreamingModel]]:
    for model in (blue, green):
        model.received.clear()
        model.response_headers = ANSWER_OF_A_MODEL
    yield blue, green
    for model in (blue, green):
        model.response_headers = {}


def preflights(models: tuple[StreamingModel, ...], path: str) -> list[tuple[str, dict[str, Any]]]:
    """Who answered preflights for a path, and with what headers they came."""
    return [
        (model.name, dict(request["headers"]))
        for model in models
        for request in model.received
        if request["path"] == path and request["method"] == "OPTIONS"
    ]


def ask(browser: Browser, url: str, variant: str) -> None:
    """Calls a model as a user of one variant, from a page of another site; it gets that variant's answer."""
    answer = browser.fetch(url, headers={KEY: USERS[variant]}, credentials="include")
    assert (answer["status"], answer["headers"]["x-served-by-variant"], answer["body"]["upstream"]) == (200, variant, variant)


def test_a_preflight_brings_no_key_and_its_cookie_is_dropped(browser: Browser, models: tuple[StreamingModel, StreamingModel]) -> None:
    browser.open(f"{PAGE}/elsewhere")
    browser.clear_cookies()
    for number, variant in enumerate(["green", "blue"] * 5):
        ask(browser, f"https://models.shop.example/shared?n={number}", variant)
        [(_, headers)] = preflights(models, f"/shared?n={number}")
        assert KEY not in headers and "cookie" not in headers
        assert headers["access-control-request-headers"] == KEY
    assert browser.cookies() == []


def test_preflights_with_a_deployment_of_their_own_stay_on_blue(browser: Browser, models: tuple[StreamingModel, StreamingModel]) -> None:
    browser.open(f"{PAGE}/elsewhere")
    for number in range(10):
        ask(browser, f"https://models.shop.example/own?n={number}", "green")
        assert [name for name, _ in preflights(models, f"/own?n={number}")] == ["blue"]


def test_envoys_cors_filter_before_this_one_answers_preflights_itself(browser: Browser, models: tuple[StreamingModel, StreamingModel]) -> None:
    for model in models:
        model.response_headers = {}
    browser.open(f"{PAGE}/elsewhere")
    for number, variant in enumerate(["green", "blue"] * 2):
        ask(browser, f"https://cors.shop.example/shared?n={number}", variant)
        assert preflights(models, f"/shared?n={number}") == []
