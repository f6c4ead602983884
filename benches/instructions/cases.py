"""All lines of the table, in its order."""

from pathlib import Path
from typing import Any

from benches.instructions.case import Case, Goal, Kind
from benches.instructions.floor import floor_module
from benches.instructions.module import module_cases, module_floors
from benches.instructions.native import dice, one_cluster, one_route, skipped_by_matcher, skipped_by_route, weighted_clusters
from benches.instructions.proxy import FLAG_IS_FALSE, answer, answers_by_tag, configuration, lua, many, proxy, wasm
from benches.instructions.request import ELSEWHERE, Request
from benches.instructions.unused import unused_features

Json = Any

ALWAYS = ("memory", "_initialize", "proxy_abi_version_0_2_1", "proxy_on_memory_allocate", "proxy_on_vm_start", "proxy_on_configure")
"""The exports that no stream pays for."""
CLUSTERS = {"blue": "fraud-blue", "green": "fraud-green"}


def cases() -> list[Case]:
    return [*_envoy(), *_lua(), *_filter(), *module_cases(), *_features(), *_floors(), *module_floors(), *_parts()]


def _envoy() -> list[Case]:
    no_hosts = "no healthy upstream"
    return [
        Case("none", "no filter", Kind.ENVOY, lambda _: proxy([])),
        Case("one_route", "no filter, one route", Kind.ENVOY, lambda _: one_route()),
        Case("cluster", "no filter, one route, to a cluster without hosts", Kind.ENVOY, lambda _: one_cluster(), no_hosts),
        Case("dice", "`runtime_fraction`: by dice, not sticky, no tag, no rollback", Kind.NATIVE, lambda _: dice(), base="one_route"),
        Case(
            "weighted",
            "`weighted_clusters` with `use_hash_policy`: sticky, no tag, no rollback",
            Kind.NATIVE,
            lambda _: weighted_clusters(),
            no_hosts,
            base="cluster",
        ),
    ]


def _lua() -> list[Case]:
    def case(name: str, title: str, script: str, want: str = "blue", metadata: Json = None, request: Request | None = None) -> Case:
        return Case(name, title, Kind.LUA, lambda _: proxy([lua(script)], metadata=metadata), want, request or Request())

    return [
        case("lua_blue", "blue, one tag", "one_tag"),
        case("lua_blue_omit", "blue, tags only green", "tags_only_green"),
        case("lua_green_absent", "green, one tag, flag absent", "one_tag", "green"),
        case("lua_green_false", "green, one tag, flag false", "one_tag", "green", FLAG_IS_FALSE),
        case("lua_no_match", "another host", "one_tag", request=ELSEWHERE),
        case("lua_tuned", "blue, one tag, the garbage collector has to wait", "one_tag_less_collecting"),
        case("lua_two_tags", "blue, two tags", "two_tags"),
        case("lua_nothing", "a script that does nothing", "nothing"),
    ]


def _filter() -> list[Case]:
    one_tag, omit, unused = configuration(), configuration(tags={"blue": "omit"}), unused_features()
    absent, false = "green, one tag, one source, flag absent", "green, one tag, one source, flag false"
    false_flag = {"want": "green", "metadata": FLAG_IS_FALSE}
    return [
        _case("blue", "blue, one tag", one_tag, floor="floor_blue", goal=Goal(1.1, "lua_blue")),
        _case("blue_omit", "blue, `blue: omit`", omit, floor="floor_omit", goal=Goal(0.9, "lua_blue_omit")),
        _case("green_absent", absent, one_tag, "green", floor="floor_green_absent", goal=Goal(1.0, "lua_green_absent")),
        _case("green_false", false, one_tag, **false_flag, floor="floor_green_false", goal=Goal(1.3, "lua_green_false")),
        _case("no_match", "no deployment matches", one_tag, request=ELSEWHERE, floor="floor_omit", goal=Goal(0.9, "lua_no_match")),
        _case("ten_thousand", "blue, one tag, 10,000 deployments", many(10_000), floor="floor_blue", goal=Goal(1.05, "blue")),
        _case("unused", "blue, one tag, other deployments use every feature", unused, floor="floor_blue", goal=Goal(1.01, "blue")),
    ]


def _features() -> list[Case]:
    """What a feature costs where it is in use."""
    uid = Request(headers=(*Request().headers[:-1], ("cookie", "theme=dark; uid={user}; lang=en")))
    nobody = Request(headers=Request().headers[:-1])
    one_tag = configuration()
    mirrored = configuration(weight=0, clusters=CLUSTERS, mirror={"percent": 100})
    by_state = {"key": "wasm.variant", "string_match": {"exact": "green"}}
    return [
        _case("two_tags", "blue, two tags", configuration(tags={"cluster_header": "x-bluegreen-cluster"}, clusters=CLUSTERS)),
        _case("cookie", "blue, one tag, key in a cookie", configuration(sticky={"keys": [{"cookie": "uid"}]}), request=uid),
        _case("override", "blue, one tag, an override allowed and not sent", configuration(override={"allow": "anyone"})),
        _case("mirror", "blue, one tag and the mirror tag, one source", mirrored),
        _case("bucket_header", "blue, one tag and the bucket header", configuration(tags={"bucket_header": {}})),
        _case(
            "filter_state",
            "blue, filter state in place of a tag",
            configuration(tags={"variant_header": None, "filter_state": "variant"}),
            routes=[answer("green", filter_state=[by_state]), answer("blue")],
        ),
        _case("response_header", "blue, one tag and a response header", configuration(tags={"response_header": "x-served-by"})),
        _case("issue_cookie", "blue, one tag, a cookie issued", configuration(weight=0, sticky={"issue_cookie": {}}), request=nobody),
        _case("two_sources", "green, one tag, two sources, both flags absent", configuration() | {"rollback": {}}, "green"),
        _case("skipped_by_matcher", "not wanted, skipped by Envoy's matcher", one_tag, request=ELSEWHERE, around=skipped_by_matcher),
        _case("wanted_by_matcher", "blue, one tag, let through by Envoy's matcher", one_tag, around=skipped_by_matcher),
        Case("skipped_by_route", "not wanted, off by the route", Kind.FILTER, lambda _: skipped_by_route(wasm(one_tag)), request=ELSEWHERE),
    ]


def _floors() -> list[Case]:
    def case(name: str, title: str, script: str, want: str = "blue", metadata: Json = None) -> Case:
        return Case(name, title, Kind.FLOOR, lambda files: proxy([wasm({}, floor_module(script, files))], metadata=metadata), want)

    return [
        case("floor_blue", "all headers read, one written", "one_tag"),
        case("floor_omit", "all headers read", "no_tag"),
        case("floor_green_absent", "all headers and an absent property read, one header written", "one_source_one_tag", "green"),
        case("floor_green_false", "all headers and a property read, one header written", "one_source_one_tag", "green", FLAG_IS_FALSE),
    ]


def _parts() -> list[Case]:
    """What Envoy takes for each thing that a module has it do."""

    def case(name: str, title: str, script: str, *callbacks: str, metadata: Json = None) -> Case:
        def bootstrap(files: Path) -> Json:
            module = floor_module(script, files, {*ALWAYS, "proxy_on_request_headers", *callbacks})
            return proxy([wasm({}, module)], metadata=metadata)

        return Case(name, title, Kind.PART, bootstrap, base="none" if name == "part_there" else "part_there")

    return [
        case("part_there", "a module that is called once and does nothing", "nothing"),
        case("part_create", "and hears of each new stream", "nothing", "proxy_on_context_create"),
        case("part_trailers", "and is called for a request's trailers, of which there are none", "nothing", "proxy_on_request_trailers"),
        case("part_response", "and is called for the response's headers", "nothing", "proxy_on_response_headers"),
        case("part_delete", "and hears of each stream's end", "nothing", "proxy_on_delete"),
        case("part_read", "and reads all headers", "no_tag"),
        case("part_write", "and writes a header, so that the route is matched again", "write"),
        case("part_absent", "and reads a property that is absent", "property"),
        case("part_present", "and reads a property that is there", "property", metadata=FLAG_IS_FALSE),
    ]


def _case(
    name: str,
    title: str,
    config: Json,
    want: str = "blue",
    *,
    request: Request | None = None,
    metadata: Json = None,
    routes: list[Json] | None = None,
    around: Any = lambda http_filter: http_filter,
    floor: str | None = None,
    goal: Goal | None = None,
) -> Case:
    def bootstrap(_: Path) -> Json:
        return proxy([around(wasm(config))], routes or answers_by_tag(), metadata)

    return Case(name, title, Kind.FILTER, bootstrap, want, request or Request(), floor=floor, goal=goal)
