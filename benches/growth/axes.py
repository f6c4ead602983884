"""What grows, and the proxies and requests at each step."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benches.instructions.case import Case, Kind
from benches.instructions.floor import floor_module
from benches.instructions.module import BY_ROUTE
from benches.instructions.proxy import configuration, lua, many, module, proxy, wasm
from benches.instructions.request import USER, Request

Json = Any

LINES_BEFORE = len(Request().headers) + 2
"""Header lines of the usual request: those that are named, host and content-length."""


@dataclass(frozen=True)
class Axis:
    """One thing that grows."""

    title: str
    cases: list[Case]
    """Each adds to the case that is its base, which is among them or named `none`."""


def axes() -> list[Axis]:
    return [
        Axis("deployments", [case for amount in (1, 100, 10_000) for case in _deployments(amount)]),
        Axis("header lines", [case for amount in (5, 30, 80) for case in _headers(amount)]),
        Axis("cookies beside the one that is the key", [case for amount in (0, 20, 60) for case in _cookies(amount)]),
        Axis("keys, of which the last is there", [_keys(amount) for amount in (1, 2, 3, 4)]),
        Axis("names in a rollback flag that no deployment has", [case for amount in (1, 100, 20_000) for case in _unknown_names(amount)]),
    ]


def _deployments(amount: int) -> list[Case]:
    of_module = many(amount) | BY_ROUTE
    return [
        Case(f"deployments_{amount}", f"{amount:,}", Kind.FILTER, lambda _: proxy([wasm(many(amount))])),
        Case(f"deployments_{amount}_module", f"{amount:,}", Kind.MODULE, lambda _: proxy([module(of_module)])),
    ]


def _headers(amount: int) -> list[Case]:
    """This many lines, for Envoy alone, with Lua, with the filter and with its floor."""
    user = ("x-user-id", USER)
    more = [(f"x-request-header-{number:02}", f"some-value-{number:02}") for number in range(amount - LINES_BEFORE)]
    headers = (*Request().headers, *more) if amount >= LINES_BEFORE else (*Request().headers[: amount - 3], user)
    return _with_base(f"headers_{amount}", f"{amount}", Request(headers=headers), configuration())


def _cookies(amount: int) -> list[Case]:
    """The key is behind this many others in one line."""
    others = [f"cookie-{number:02}=some-value-{number:02}" for number in range(amount)]
    cookies = ("cookie", "; ".join([*others, f"uid={USER}"]))
    request = Request(headers=(*Request().headers[:-1], cookies))
    return _with_base(f"cookies_{amount}", f"{amount}", request, configuration(sticky={"keys": [{"cookie": "uid"}]}), against_lua=False)


def _keys(amount: int) -> Case:
    """All but the last look for what is not there: a header, a cookie and a query parameter."""
    absent = [{"header": "x-account-id"}, {"cookie": "uid"}, {"query": "user"}][: amount - 1]
    keyed = configuration(sticky={"keys": [*absent, {"header": "x-user-id"}]})
    return Case(f"keys_{amount}", f"{amount}", Kind.FILTER, lambda _: proxy([wasm(keyed)]))


def _unknown_names(amount: int) -> list[Case]:
    """What the filter does with a flag that it has seen before, beside what the host takes to hand it over."""
    flag = {"bluegreen": {"rollback": [f"model-{number}" for number in range(amount)]}}
    base = Case(f"names_{amount}", f"{amount:,}", Kind.ENVOY, lambda _: proxy([], metadata=flag), base=f"names_{amount}", requests=40, warm_up=200)
    ours = replace(base, name=f"{base.name}_filter", kind=Kind.FILTER, want="green", proxy=lambda _: proxy([wasm(configuration())], metadata=flag))

    def least(files: Path) -> Json:
        return proxy([wasm({}, floor_module("one_source_one_tag", files))], metadata=flag)

    return [base, ours, replace(base, name=f"{base.name}_floor", kind=Kind.FLOOR, want="green", proxy=least)]


def _with_base(name: str, title: str, request: Request, configured: Json, against_lua: bool = True) -> list[Case]:
    base = Case(name, title, Kind.ENVOY, lambda _: proxy([]), request=request, base=name)
    ours = replace(base, name=f"{name}_filter", kind=Kind.FILTER, proxy=lambda _: proxy([wasm(configured)]))
    lua_s = replace(base, name=f"{name}_lua", kind=Kind.LUA, proxy=lambda _: proxy([lua("one_tag")]))
    least = replace(base, name=f"{name}_floor", kind=Kind.FLOOR, proxy=lambda files: proxy([wasm({}, floor_module("one_tag", files))]))
    native = replace(base, name=f"{name}_module", kind=Kind.MODULE, proxy=lambda _: proxy([module(configured | BY_ROUTE)]))
    return [base, *([lua_s] if against_lua else []), ours, native, least]
