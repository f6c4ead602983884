"""The dynamic module in a chain of filters, and the same configurations and flags for it.

It cannot read the metadata of a virtual host. In its place the tests give it the virtual host's own configuration for the
filter, which holds the same: the source `per_filter_config` stands for `virtual_host`.
"""

import json
from pathlib import Path
from typing import Any

from tests.harness.artefact import filter_library
from tests.harness.decimals import marked, with_decimals

Json = Any

TYPE = "type.googleapis.com/"
DYNAMIC_MODULES = TYPE + "envoy.extensions.filters.http.dynamic_modules.v3."
FILTER_TYPE = DYNAMIC_MODULES + "DynamicModuleFilter"
STAND_IN = {"virtual_host": "per_filter_config"}
DEFAULT_SOURCES = ["virtual_host", "route"]
UNREADABLE_SOURCES = ("virtual_host", "listener", "node")


def module_filter(configuration: Json, library: Path | None = None) -> Json:
    """dist/libbluegreen-VERSION.so, or another library, with this routing configuration; text is taken as it is."""
    text = configuration if isinstance(configuration, str) else json.dumps(configuration)
    return {
        "@type": FILTER_TYPE,
        "dynamic_module_config": {"module": {"local": {"filename": str(library or filter_library())}}},
        "filter_name": "bluegreen",
        "filter_config": {"@type": TYPE + "google.protobuf.StringValue", "value": text},
    }


def own_configuration(namespaces: Json, library: Path | None = None) -> Json:
    """`typed_per_filter_config` of a virtual host or a route: an object of namespaces, as in `filter_metadata`."""
    own = {
        "@type": DYNAMIC_MODULES + "DynamicModuleFilterPerRoute",
        "dynamic_module_config": {"module": {"local": {"filename": str(library or filter_library())}}},
        "per_route_config_name": "bluegreen",
        "filter_config": {"@type": TYPE + "google.protobuf.StringValue", "value": json.dumps(namespaces)},
    }
    return {"typed_per_filter_config": {"bluegreen": own}}


def for_module(configuration: Json) -> str:
    """The configuration as text, with the stand-in in the place of the virtual host. What is no configuration stays as it is."""
    text = configuration if isinstance(configuration, str) else json.dumps(configuration)
    try:
        exact = json.loads(text, parse_float=marked, object_pairs_hook=_without_repetition)
        rollback = exact.setdefault("rollback", {})
        rollback["sources"] = [_for_module(source) for source in rollback.get("sources", DEFAULT_SOURCES)]
    except (ValueError, AttributeError, TypeError):
        return text
    return with_decimals(exact)


def reasons_to_refuse(configuration: str) -> list[str]:
    """What in a valid configuration the dynamic module cannot read, as the last part of a path; empty if it can be used."""
    config = json.loads(for_module(configuration))
    sources = config["rollback"]["sources"]
    reasons = [str(source) for source in sources if source in UNREADABLE_SOURCES]
    for source in sources:
        if isinstance(source, dict) and (source["in"] in UNREADABLE_SOURCES or (source["in"] != "per_filter_config" and len(source["path"]) > 2)):
            reasons.append(json.dumps(source))
    parts = [config.get("defaults", {}), *config["deployments"]]
    keys = [key for part in parts for key in (part.get("sticky") or {}).get("keys", [])]
    return reasons + [json.dumps(key) for key in keys if "property" in key and not _is_attribute(key["property"])]


def _without_repetition(members: list[tuple[str, Json]]) -> Json:
    """Raises ValueError where a key is written twice: that is what a test is about."""
    if len(dict(members)) < len(members):
        raise ValueError("a key is written twice")
    return dict(members)


def _is_attribute(path: list[str]) -> bool:
    match path:
        case ["metadata", "filter_metadata", *rest] | ["xds", "route_metadata" | "cluster_metadata", "filter_metadata", *rest]:
            return len(rest) == 2
        case ["xds", *_]:
            return path == ["xds", "route_name"]
    return True


def _for_module(source: Json) -> Json:
    if isinstance(source, dict):
        return source | {"in": STAND_IN.get(source["in"], source["in"])}
    return STAND_IN.get(source, source)
