"""A rollback while streams are open: they stay where they are, and what is opened next is on blue."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.harness.browser import Browser
from tests.browser.harness.model import StreamingModel
from tests.harness.polling import wait_until
from tests.harness.standalone import Standalone

PAGE = "https://app.shop.example"


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    everybody = {"name": "chat", "match": {"path_prefix": "/chat"}, "green_weight": 100, "sticky": {"issue_cookie": {}}}
    return {"deployments": [everybody], "tags": {"response_header": "x-served-by-variant"}}


@pytest.fixture
def page(browser: Browser, standalone: Standalone) -> Iterator[Browser]:
    """A page that is on green. In the end nothing is rolled back."""
    browser.open(f"{PAGE}/elsewhere")
    wait_until(lambda: served_by(browser) == "green", 10, "green")
    yield browser
    standalone.end_rollback()


def served_by(browser: Browser) -> str:
    return str(browser.fetch("/chat/call", cache="no-store")["body"]["upstream"])


def roll_back(browser: Browser, standalone: Standalone) -> None:
    standalone.roll_back()
    wait_until(lambda: served_by(browser) == "blue", 10, "the rollback")


OPEN_SOCKET = """
window.socket = new WebSocket(a);
await new Promise((done, failed) => { socket.onopen = done; socket.onerror = failed; });
"""
SAY = "const answer = new Promise(done => socket.onmessage = event => done(event.data)); socket.send(a); return await answer"


def test_a_websocket_stays_on_green_until_it_ends_and_the_next_one_is_on_blue(page: Browser, standalone: Standalone) -> None:
    address = f"{PAGE.replace('https', 'wss')}/chat/socket"
    page.run(OPEN_SOCKET, address)
    assert page.run(SAY, "before") == "green: before"
    roll_back(page, standalone)
    assert page.run(SAY, "after") == "green: after"
    page.run("const end = new Promise(done => socket.onclose = done); socket.close(); await end")
    page.run(OPEN_SOCKET, address)
    assert page.run(SAY, "again") == "blue: again"
    page.run("socket.close()")


OPEN_EVENTS = """
window.events = [];
window.source = new EventSource(a);
source.onmessage = event => window.events.push(event.data);
await new Promise(done => source.onopen = done);
"""
NEXT = "const seen = events.length; while (events.length < seen + 3) await new Promise(done => setTimeout(done, 1)); return events.slice(seen)"
AWAIT = "while (events.at(-1) !== a) await new Promise(done => setTimeout(done, 1)); source.close()"


def test_events_come_from_green_until_the_stream_ends_and_the_browser_connects_to_blue(
    page: Browser, standalone: Standalone, green: StreamingModel
) -> None:
    page.run(OPEN_EVENTS, "/chat/events")
    assert set(page.run(NEXT)) == {"green"}
    roll_back(page, standalone)
    assert set(page.run(NEXT)) == {"green"}
    green.end_streams()
    page.run(AWAIT, "blue")
