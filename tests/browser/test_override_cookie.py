"""A tester's browser carries an override in a cookie, as envoy/CASES.md shows."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.harness.browser import Browser
from tests.browser.harness.model import StreamingModel
from tests.harness.polling import wait_until
from tests.harness.signed_override import override
from tests.harness.standalone import Standalone

SECRET = b"a secret of 28 bytes, or so."
PAGE = "https://app.shop.example"
SET = "document.cookie = 'bluegreen_override=' + encodeURIComponent(a) + ';path=/'"


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    key = {"id": "ci", "secret_base64": base64.b64encode(SECRET).decode()}
    deployment = {"name": "fraud", "match": {"path_prefix": "/v1"}, "override": {"cookie": "bluegreen_override", "keys": [key]}}
    return {"deployments": [deployment], "tags": {"response_header": "x-served-by-variant"}}


@pytest.fixture
def tester(browser: Browser) -> Browser:
    """A browser whose user has pasted a token for green into the console."""
    browser.open(f"{PAGE}/v1/page")
    assert '"upstream": "blue"' in browser.text()
    browser.run(SET, override("green", "fraud", SECRET, key="ci"))
    return browser


def test_pages_and_their_scripts_are_on_green_and_models_see_no_token(tester: Browser, green: StreamingModel) -> None:
    green.received.clear()
    tester.open(f"{PAGE}/v1/page")
    assert '"upstream": "green"' in tester.text()
    assert tester.fetch("/v1/call")["body"]["upstream"] == "green"
    assert [request["path"] for request in green.received] == ["/v1/page", "/v1/call"]
    assert not [value for request in green.received for _, value in request["headers"] if "bluegreen_override" in value]


def test_an_answer_to_an_override_is_for_no_shared_cache(tester: Browser) -> None:
    assert tester.fetch("/v1/call")["headers"]["cache-control"] == "private"


def test_without_the_cookie_the_tester_is_back_on_blue(tester: Browser) -> None:
    tester.run("document.cookie = 'bluegreen_override=; max-age=0; path=/'")
    assert tester.fetch("/v1/call")["body"]["upstream"] == "blue"


@pytest.fixture
def rolled_back(standalone: Standalone) -> Iterator[None]:
    standalone.roll_back()
    yield
    standalone.end_rollback()


def test_a_rollback_beats_the_override(tester: Browser, rolled_back: None) -> None:
    wait_until(lambda: tester.fetch("/v1/call")["body"]["upstream"] == "blue", 10, "the rollback")


@pytest.fixture
def paste(browser: Browser) -> Callable[[str], None]:
    browser.open(f"{PAGE}/v1/page")
    return lambda token: browser.run(SET, token)


@pytest.mark.parametrize("token", ["green", override("green", "fraud", b"another secret, not ours", key="ci")], ids=["plain", "forged"])
def test_a_token_that_nobody_signed_chooses_nothing(browser: Browser, paste: Callable[[str], None], token: str) -> None:
    paste(token)
    assert browser.fetch("/v1/call")["body"]["upstream"] == "blue"
