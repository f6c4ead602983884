"""The proxies that are measured, as plain dicts: one listener that answers by itself and tells which route a request took."""

from pathlib import Path
from typing import Any

from tests.harness.bootstrap import bootstrap, listener
from tests.harness.dynamic_module import module_filter
from tests.harness.http_filters import HTTP, bluegreen_filter
from tests.harness.routes import route_table, with_metadata

Json = Any

LISTENER = "measured"
VARIANT = "x-bluegreen-variant"
LUA = Path(__file__).parents[1] / "lua"
FLAG_IS_FALSE = {"bluegreen": {"rollback": False}}


def answer(text: str, **match: Json) -> Json:
    """A route of which Envoy answers `text` itself."""
    return {"match": {"prefix": "/", **match}, "direct_response": {"status": 200, "body": {"inline_string": text}}}


def answers_by_tag(metadata: Json | None = None) -> list[Json]:
    """`green` to requests with green's tag, `blue` to all others; the routes have this metadata."""
    tag = {"name": VARIANT, "string_match": {"exact": "green"}}
    return [route | with_metadata(metadata) for route in (answer("green", headers=[tag]), answer("blue"))]


def proxy(
    filters: list[Json],
    routes: list[Json] | None = None,
    metadata: Json | None = None,
    clusters: list[Json] | None = None,
    virtual_hosts: list[Json] | None = None,
) -> Json:
    """A bootstrap with one virtual host, which has this metadata, or with others."""
    table = route_table(routes or answers_by_tag(), metadata)
    if virtual_hosts is not None:
        table["route_config"]["virtual_hosts"] = virtual_hosts
    return bootstrap([listener(LISTENER, filters, table)], clusters or [])


def wasm(configuration: Json, module: Path | None = None) -> Json:
    """The filter, or another module in its place."""
    http_filter = bluegreen_filter(configuration)
    if module is not None:
        http_filter["typed_config"]["config"]["vm_config"]["code"]["local"]["filename"] = str(module)
    return http_filter


def module(configuration: Json, library: Path | None = None, script: str = "bluegreen") -> Json:
    """The filter as a dynamic module, or one of the scripts of another library in its place."""
    return {"name": "bluegreen", "typed_config": module_filter(configuration, library) | {"filter_name": script}}


def lua(script: str) -> Json:
    """benches/lua/SCRIPT.lua. The filter's name is the namespace of the metadata that the script can read."""
    code = {"inline_string": (LUA / f"{script}.lua").read_text()}
    return {"name": "bluegreen", "typed_config": {"@type": HTTP + "lua.v3.Lua", "default_source_code": code}}


def configuration(*further: Json, tags: Json | None = None, weight: int = 50, defaults: Json | None = None, **of_deployment: Json) -> Json:
    """One deployment, which writes one tag and reads one rollback source, and further ones."""
    deployment = {
        "name": "fraud",
        "match": {"hosts": ["fraud.example.com"], "path_prefix": "/v1/models/fraud"},
        "green_weight": weight,
        "sticky": {"keys": [{"header": "x-user-id"}]},
    }
    return {
        "deployments": [deployment | of_deployment, *further],
        "defaults": defaults or {},
        "tags": {"cluster_header": None} | (tags or {}),
        "rollback": {"sources": ["virtual_host"]},
    }


def many(amount: int) -> Json:
    """So many deployments beside the one that is asked for."""
    own = configuration()["deployments"][0]
    others = [
        own | {"name": f"model-{number}", "match": {"hosts": [f"model-{number}.example.com"], "path_prefix": f"/v1/models/model-{number}"}}
        for number in range(amount - 1)
    ]
    return configuration(*others)
