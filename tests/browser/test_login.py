"""A user who logs in and out: what envoy/CASES.md says of the header first and of the cookie first."""

from typing import Any

import pytest

from tests.browser.harness.browser import Browser
from tests.harness.buckets import users_between

KEY = "x-user-id"
HEADER, COOKIE = {"header": KEY}, {"cookie": "visitor"}
SALT = "users"
PAGE = "https://app.shop.example"


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    def deployment(name: str, keys: list[dict[str, str]]) -> dict[str, Any]:
        sticky = {"keys": keys, "salt": SALT, "issue_cookie": {"name": "visitor"}}
        return {"name": name, "match": {"path_prefix": f"/{name}"}, "green_weight": 50, "sticky": sticky}

    deployments = [deployment("header-first", [HEADER, COOKIE]), deployment("cookie-first", [COOKIE, HEADER])]
    return {"deployments": deployments, "tags": {"response_header": "x-served-by-variant"}}


def variant(browser: Browser, path: str, user: str | None = None) -> str:
    """Who answers the page's script, which names the user while one is logged in."""
    return str(browser.fetch(path, headers={KEY: user} if user else {})["headers"]["x-served-by-variant"])


def visit(browser: Browser, path: str) -> tuple[str, str]:
    """The variant of a new visitor, and a user of the other one."""
    browser.clear_cookies()
    browser.open(f"{PAGE}/elsewhere")
    before = variant(browser, path)
    assert variant(browser, path) == before
    [other] = users_between(SALT, 50, 100, 1) if before == "green" else users_between(SALT, 0, 50, 1)
    return before, other


def test_with_the_header_first_a_user_changes_at_login_and_again_at_logout(browser: Browser) -> None:
    for _ in range(5):
        before, user = visit(browser, "/header-first")
        logged_in = [variant(browser, "/header-first", user) for _ in range(3)]
        assert logged_in == [{"blue": "green", "green": "blue"}[before]] * 3
        assert variant(browser, "/header-first") == before


def test_with_the_header_first_a_user_has_one_variant_on_all_devices(browser: Browser) -> None:
    [user] = users_between(SALT, 0, 50, 1)
    for _ in range(5):
        visit(browser, "/header-first")
        assert variant(browser, "/header-first", user) == "green"


def test_with_the_cookie_first_a_user_stays_through_login_and_logout(browser: Browser) -> None:
    for _ in range(5):
        before, user = visit(browser, "/cookie-first")
        assert [variant(browser, "/cookie-first", user) for _ in range(3)] == [before] * 3
        assert variant(browser, "/cookie-first") == before


def test_with_the_cookie_first_a_device_that_logs_in_before_it_has_a_cookie_takes_the_users_variant(browser: Browser) -> None:
    browser.open(f"{PAGE}/elsewhere")
    for expected, [user] in (("green", users_between(SALT, 0, 50, 1)), ("blue", users_between(SALT, 50, 100, 1))):
        assert variant(browser, "/cookie-first", user) == expected
        assert browser.cookies() == []
