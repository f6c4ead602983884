"""Which issued cookies a browser keeps and when it sends them: what envoy/CONFIGURATION.md says of each attribute."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from tests.browser.harness.browser import Browser

COOKIES: dict[str, dict[str, Any]] = {
    "default": {},
    "insecure": {"secure": False},
    "script": {"http_only": False},
    "domain": {"domain": "shop.example"},
    "foreign": {"domain": "news.example"},
    "suffix": {"domain": "co.uk"},
    "strict": {"same_site": "strict"},
    "none": {"same_site": "none"},
    "partitioned": {"same_site": "none", "partitioned": True},
    "partitioned_lax": {"partitioned": True},
    "session": {"max_age": "session"},
    "day": {"max_age": "1d"},
    "longest_age": {"max_age": "400d"},
    "path": {"path": "/path/below"},
    "long_path": {"path": "/long_path/" + "a" * 1013},
    "host_prefix": {"name": "__Host-id"},
    "secure_prefix": {"name": "__Secure-id"},
    "http_prefix": {"name": "__Http-id"},
    "host_http_prefix": {"name": "__Host-Http-id"},
    "long_name": {"name": "n" * 4060},
}
APP, MODELS, NEWS, FORUM = "https://app.shop.example", "https://models.shop.example", "https://news.example", "https://forum.example"
DAY = 86_400
numbers = count()


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    deployments = [
        {"name": name, "match": {"path_prefix": f"/{name}"}, "green_weight": 50, "sticky": {"issue_cookie": {"name": f"id_{name}", **cookie}}}
        for name, cookie in COOKIES.items()
    ]
    return {"deployments": deployments, "tags": {"response_header": "x-served-by-variant"}}


def once(url: str) -> tuple[str, str]:
    """A URL that nobody has asked for yet, and its path."""
    url = f"{url}?n={next(numbers)}"
    return url, "/" + url.split("/", 3)[3]


def kept(browser: Browser, name: str) -> dict[str, Any] | None:
    """The cookie of a deployment, as the browser keeps it."""
    found = [cookie for cookie in browser.cookies() if cookie["name"] == COOKIES[name].get("name", f"id_{name}")]
    assert len(found) <= 1
    return found[0] if found else None


def is_sent(headers: dict[str, list[str]], name: str) -> bool:
    return f"{COOKIES[name].get('name', f'id_{name}')}=" in "; ".join(headers.get("cookie", []))


Seen = Callable[[str], dict[str, list[str]]]


@pytest.fixture
def is_sent_to(browser: Browser, seen: Seen) -> Callable[[str, str], bool]:
    """Whether the cookie of a deployment comes along when the user goes to its page at a host."""

    def ask(name: str, page: str) -> bool:
        url, path = once(page)
        browser.open(url)
        return is_sent(seen(path), name)

    return ask


@pytest.mark.parametrize("name", ["default", "insecure", "script", "strict", "none", "domain", "session", "longest_age", "long_path", "long_name",
                                  "host_prefix", "secure_prefix", "http_prefix", "host_http_prefix", "partitioned"])
def test_every_cookie_that_the_configuration_allows_is_kept_over_https(browser: Browser, name: str) -> None:
    browser.open(f"{MODELS}/{name}")
    cookie = kept(browser, name)
    assert cookie is not None
    settings = {"secure": True, "http_only": True, "same_site": "lax", "path": "/"} | COOKIES[name]
    assert (cookie["secure"], cookie["httpOnly"], cookie["path"]) == (settings["secure"], settings["http_only"], settings["path"])
    assert cookie["sameSite"].lower() == settings["same_site"]
    assert cookie["session"] == (name == "session")


@pytest.mark.parametrize(
    ("name", "page", "is_kept"),
    [("default", "http://plain.example", False), ("insecure", "http://plain.example", True), ("default", "http://localhost", True)],
)
def test_a_secure_cookie_is_for_https_and_localhost(
    browser: Browser, is_sent_to: Callable[[str, str], bool], name: str, page: str, is_kept: bool
) -> None:
    assert not is_sent_to(name, f"{page}/{name}")
    assert (kept(browser, name) is not None) == is_kept
    assert is_sent_to(name, f"{page}/{name}") == is_kept


@pytest.mark.parametrize(("name", "can"), [("default", False), ("script", True)])
def test_scripts_read_the_cookie_only_if_it_is_not_http_only(browser: Browser, name: str, can: bool) -> None:
    browser.open(f"{MODELS}/{name}")
    assert (f"id_{name}=" in browser.run("return document.cookie")) == can


@pytest.mark.parametrize(
    ("name", "page", "reaches_the_sibling"), [("default", MODELS, False), ("domain", MODELS, True), ("domain", APP, True)]
)
def test_a_domain_is_for_all_hosts_below_it(is_sent_to: Callable[[str, str], bool], name: str, page: str, reaches_the_sibling: bool) -> None:
    sibling = APP if page == MODELS else MODELS
    assert not is_sent_to(name, f"{page}/{name}")
    assert is_sent_to(name, f"{sibling}/{name}") == reaches_the_sibling


@pytest.mark.parametrize(("name", "page"), [("foreign", MODELS), ("suffix", "https://models.co.uk")])
def test_a_domain_that_is_not_the_hosts_or_where_anybody_can_register_is_refused(browser: Browser, name: str, page: str) -> None:
    browser.open(f"{page}/{name}")
    assert kept(browser, name) is None


def test_a_path_is_for_what_is_below_it(browser: Browser, is_sent_to: Callable[[str, str], bool]) -> None:
    browser.open(f"{MODELS}/path")
    assert is_sent_to("path", f"{MODELS}/path/below/it")
    assert not is_sent_to("path", f"{MODELS}/path")


FRAME = "const frame = document.createElement('iframe'); frame.src = a; const load = new Promise(done => frame.onload = done);" \
    "document.body.append(frame); await load"
FETCH = "await fetch(a, {mode: 'no-cors', credentials: 'include'})"
POST = "await fetch(a, {mode: 'no-cors', credentials: 'include', method: 'POST'})"


@pytest.mark.parametrize(
    ("name", "from_the_site", "from_another"),
    [("strict", True, False), ("default", True, False), ("none", True, True)],
)
@pytest.mark.parametrize("script", [FRAME, FETCH, POST], ids=["frame", "fetch", "post"])
def test_what_a_page_of_another_site_asks_for_carries_the_cookie_only_if_same_site_is_none(
    browser: Browser, seen: Seen, script: str, name: str, from_the_site: bool, from_another: bool
) -> None:
    browser.open(f"{MODELS}/{name}")
    for page, expected in ((APP, from_the_site), (NEWS, from_another)):
        browser.open(f"{page}/elsewhere")
        url, path = once(f"{MODELS}/{name}")
        browser.run(script, url)
        assert is_sent(seen(path), name) == expected, page


@pytest.mark.parametrize(("name", "expected"), [("strict", False), ("default", True), ("none", True)])
def test_a_link_from_another_site_carries_all_but_the_strict_cookie(browser: Browser, seen: Seen, name: str, expected: bool) -> None:
    browser.open(f"{MODELS}/{name}")
    browser.open(f"{NEWS}/elsewhere")
    url, path = once(f"{MODELS}/{name}")
    browser.follow(url)
    assert is_sent(seen(path), name) == expected


def frame_in(browser: Browser, seen: Seen, page: str, name: str) -> str:
    """The cookies that a frame of the models brings along when it is in a page."""
    browser.open(f"{page}/elsewhere")
    url, path = once(f"{MODELS}/{name}")
    browser.run(FRAME, url)
    return "".join(cookie for cookie in seen(path).get("cookie", []) if f"id_{name}=" in cookie)


def test_a_partitioned_cookie_is_another_one_in_a_frame_of_each_site(browser: Browser, seen: Seen) -> None:
    assert [frame_in(browser, seen, page, "partitioned") for page in (NEWS, FORUM)] == ["", ""]
    in_news, in_forum = (frame_in(browser, seen, page, "partitioned") for page in (NEWS, FORUM))
    assert in_news and in_forum and in_news != in_forum
    assert frame_in(browser, seen, NEWS, "partitioned") == in_news


def test_a_cookie_that_is_not_partitioned_is_the_same_in_frames_of_all_sites(browser: Browser, seen: Seen) -> None:
    assert frame_in(browser, seen, NEWS, "none") == ""
    assert frame_in(browser, seen, NEWS, "none") == frame_in(browser, seen, FORUM, "none") != ""


def test_a_partitioned_cookie_needs_same_site_none_to_be_sent_from_a_frame(browser: Browser, seen: Seen) -> None:
    assert [frame_in(browser, seen, NEWS, "partitioned_lax") for _ in range(2)] == ["", ""]
    assert kept(browser, "partitioned_lax") is None


def test_a_browser_that_takes_no_cookies_of_other_sites_takes_partitioned_ones_all_the_same(
    new_browser: Callable[..., Browser], seen: Seen
) -> None:
    with new_browser(takes_third_party_cookies=False) as browser:
        for name, comes_back in (("none", False), ("partitioned", True)):
            first, second = (frame_in(browser, seen, NEWS, name) for _ in range(2))
            assert (first, second != "") == ("", comes_back)


@pytest.mark.parametrize(("name", "days"), [("default", 30), ("day", 1), ("longest_age", 400)])
def test_a_cookie_is_kept_as_long_as_its_max_age(browser: Browser, name: str, days: int) -> None:
    before = browser.run("return Date.now()") / 1000
    browser.open(f"{MODELS}/{name}")
    cookie = kept(browser, name)
    assert cookie is not None
    assert 0 <= cookie["expires"] - before - days * DAY < 60


@pytest.fixture
def restarted(browser: Browser) -> Iterator[Browser]:
    for name in ("day", "session"):
        browser.open(f"{MODELS}/{name}")
    assert kept(browser, "day") and kept(browser, "session")
    browser.restart()
    yield browser


def test_a_session_cookie_does_not_survive_a_restart_and_one_with_an_age_does(restarted: Browser) -> None:
    assert kept(restarted, "day") and not kept(restarted, "session")
