"""The requests that a browser sends at once before it has a cookie."""

from typing import Any

import pytest

from tests.browser.harness.browser import Browser

PARALLEL = 20
PAGE = "https://app.shop.example"
ASK_AT_ONCE = """
const ask = async number => {
    const answer = await fetch(`${a}?n=${number}`, {cache: 'no-store'});
    await answer.text();
    return answer.headers.get('x-served-by-variant');
};
const variants = await Promise.all([...Array(b).keys()].map(ask));
const protocols = performance.getEntriesByType('resource').map(entry => entry.nextHopProtocol);
return {variants, protocols};
"""


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    deployments = [
        {"name": per, "match": {"path_prefix": f"/{per}"}, "green_weight": 50, "sticky": {"issue_cookie": {"per": per, "http_only": False}}}
        for per in ("request", "connection")
    ]
    return {"deployments": deployments, "tags": {"response_header": "x-served-by-variant"}}


def ask_at_once(browser: Browser, path: str) -> tuple[set[str], int]:
    """The variants of the first requests of a page, and how many cookies came of them."""
    browser.open(f"{PAGE}/elsewhere")
    browser.run("window.set = []; cookieStore.onchange = event => window.set.push(...event.changed.map(cookie => cookie.value))")
    answer = browser.run(ASK_AT_ONCE, path, PARALLEL)
    assert set(answer["protocols"]) == {"h2"} and len(answer["variants"]) == PARALLEL
    [now] = [cookie["value"] for cookie in browser.cookies()]
    browser.run("while (window.set.at(-1) !== a) await new Promise(done => setTimeout(done, 1))", now)
    return set(answer["variants"]), len(set(browser.run("return window.set")))


def test_the_first_requests_of_a_connection_stay_together(browser: Browser) -> None:
    variants, cookies = ask_at_once(browser, "/connection")
    assert (len(variants), cookies) == (1, 1)
    [cookie] = browser.cookies()
    assert ask_again(browser, "/connection") == variants
    assert [cookie["value"] for cookie in browser.cookies()] == [cookie["value"]]


def test_each_first_request_decides_for_itself_otherwise(browser: Browser) -> None:
    variants, cookies = ask_at_once(browser, "/request")
    assert variants == {"blue", "green"} and cookies > 1
    assert len(ask_again(browser, "/request")) == 1, "the last cookie counts from then on"


def ask_again(browser: Browser, path: str) -> set[str]:
    return set(browser.run(ASK_AT_ONCE, path, PARALLEL)["variants"])
