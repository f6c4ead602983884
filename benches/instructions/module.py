"""The filter as a dynamic module: its lines of the table, and its floors.

Its flag is in the metadata of the routes, because a dynamic module cannot read that of a virtual host.
"""

from pathlib import Path
from typing import Any

from benches.instructions.case import Case, Goal, Kind
from benches.instructions.floor import floor_library
from benches.instructions.proxy import FLAG_IS_FALSE, answers_by_tag, configuration, many, module, proxy
from benches.instructions.request import ELSEWHERE, Request
from tests.harness.dynamic_module import own_configuration
from tests.harness.http_filters import set_filter_state

Json = Any

BY_ROUTE = {"rollback": {"sources": ["route"]}}
"""What a configuration for the dynamic module has to say."""
BY_OWN_CONFIGURATION = {"rollback": {"sources": ["per_filter_config"]}}
BY_STATE = {"rollback": {"sources": ["filter_state"]}}


def module_cases() -> list[Case]:
    one_tag = configuration() | BY_ROUTE
    omit = configuration(tags={"blue": "omit"}) | BY_ROUTE
    ten_thousand = many(10_000) | BY_ROUTE
    of_virtual_host = set_filter_state("bluegreen", "%METADATA(VIRTUAL_HOST:bluegreen)%")
    return [
        _case("module_blue", "blue, one tag", one_tag, floor="module_floor_blue", goal=Goal(0.55, "lua_blue")),
        _case("module_blue_omit", "blue, `blue: omit`", omit, floor="module_floor_omit", goal=Goal(0.45, "lua_blue_omit")),
        _case(
            "module_green_absent", "green, one tag, flag absent from the route", one_tag, "green",
            floor="module_floor_green_absent", goal=Goal(0.5, "lua_green_absent"),
        ),
        _case(
            "module_green_false", "green, one tag, flag false on the route", one_tag, "green",
            metadata=FLAG_IS_FALSE, floor="module_floor_green_false", goal=Goal(0.5, "lua_green_false"),
        ),
        _case("module_no_match", "no deployment matches", one_tag, request=ELSEWHERE, floor="module_floor_omit", goal=Goal(0.5, "lua_no_match")),
        _case("module_ten_thousand", "blue, one tag, 10,000 deployments", ten_thousand, floor="module_floor_blue", goal=Goal(1.02, "module_blue")),
        _case(
            "module_own_configuration", "green, one tag, flag false in `typed_per_filter_config`",
            configuration() | BY_OWN_CONFIGURATION, "green", own=FLAG_IS_FALSE,
        ),
        _case(
            "module_state", "green, one tag, flag false on the virtual host by `set_filter_state`",
            configuration() | BY_STATE, "green", before=[of_virtual_host], virtual_host=FLAG_IS_FALSE,
        ),
    ]


def module_floors() -> list[Case]:
    def case(name: str, title: str, script: str, want: str = "blue", metadata: Json = None) -> Case:
        def bootstrap(files: Path) -> Json:
            return proxy([module({}, floor_library(files), script)], answers_by_tag(metadata))

        return Case(name, title, Kind.MODULE_FLOOR, bootstrap, want)

    return [
        case("module_floor_nothing", "a module that is called and does nothing", "nothing"),
        case("module_floor_omit", "all headers read", "no_tag"),
        case("module_floor_blue", "all headers read, one added, the route matched again", "one_tag"),
        case("module_floor_green_absent", "all headers read, a namespace without keys, one header added", "one_source_one_tag", "green"),
        case(
            "module_floor_green_false", "all headers read, a namespace's keys and a boolean, one header added",
            "one_source_one_tag", "green", FLAG_IS_FALSE,
        ),
    ]


def _case(
    name: str,
    title: str,
    config: Json,
    want: str = "blue",
    *,
    request: Request | None = None,
    metadata: Json = None,
    own: Json = None,
    before: list[Json] | None = None,
    virtual_host: Json = None,
    floor: str | None = None,
    goal: Goal | None = None,
) -> Case:
    def bootstrap(_: Path) -> Json:
        made = proxy([*(before or []), module(config)], answers_by_tag(metadata), virtual_host)
        if own is not None:
            for route in _virtual_hosts(made):
                route |= own_configuration(own)
        return made

    return Case(name, title, Kind.MODULE, bootstrap, want, request or Request(), floor=floor, goal=goal)


def _virtual_hosts(bootstrap: Json) -> list[Json]:
    [listener] = bootstrap["static_resources"]["listeners"]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    return manager["route_config"]["virtual_hosts"]
