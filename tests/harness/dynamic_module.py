"""The dynamic module in a chain of filters, and the same configurations and flags for it.

It cannot read all that the filter in WebAssembly reads. In place of a virtual host's metadata the tests give it the virtual
host's own configuration for the filter, which holds the same, and in place of what lies deep in metadata a filter state,
which another filter before it fills. What is left is refused.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.harness.artefact import filter_library
from tests.harness.decimals import marked, with_decimals

Json = Any

TYPE = "type.googleapis.com/"
DYNAMIC_MODULES = TYPE + "envoy.extensions.filters.http.dynamic_modules.v3."
FILTER_TYPE = DYNAMIC_MODULES + "DynamicModuleFilter"
DEFAULT_SOURCES = ["virtual_host", "route"]


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
        # Here Envoy 1.38 takes no path; it looks in ENVOY_DYNAMIC_MODULES_SEARCH_PATH.
        "dynamic_module_config": {"name": (library or filter_library()).stem.removeprefix("lib")},
        "per_route_config_name": "bluegreen",
        "filter_config": {"@type": TYPE + "google.protobuf.StringValue", "value": json.dumps(namespaces)},
    }
    return {"typed_per_filter_config": {"bluegreen": own}}


@dataclass
class ForModule:
    """A configuration for the dynamic module, and what stands in the chain before it so that it means the same."""

    text: str
    """The configuration. What is no configuration stays as it is."""
    states: dict[str, str] = field(default_factory=dict)
    """Filter state by name, as a text with Envoy's format commands: what the module cannot read by itself."""
    unreadable: list[str] = field(default_factory=list)
    """What it cannot read in any way; empty if it can be used."""

    def source(self, source: Json, namespace: str) -> Json:
        """A rollback source that the module reads in place of this one."""
        match source:
            case "virtual_host":
                return "per_filter_config"
            case "listener":
                self._state(namespace, "METADATA", "LISTENER", namespace)
                return "filter_state"
            case {"in": "virtual_host", "path": path}:
                return {"in": "per_filter_config", "path": path}
            case {"in": "route" | "cluster" | "listener" as where, "path": [first, *rest]} if where == "listener" or len(rest) > 1:
                name = f"{where}.{first}"
                self._state(name, "METADATA", where.upper(), first)
                return {"in": "filter_state", "path": [name, *rest]}
            case "node" | {"in": "node"}:
                self.unreadable.append(json.dumps(source))
        return source

    def key(self, key: Json) -> None:
        """Has a targeting key read where the module can."""
        for part in key.get("all") or []:
            self.key(part)
        match key.get("property"):
            case ["metadata", "filter_metadata", *path] if len(path) != 2:
                name = "dynamic." + ".".join(path)
                self._state(name, "DYNAMIC_METADATA", *path)
                key["property"] = ["filter_state", name]
            case ["xds", "node", *_] as path:
                self.unreadable.append(json.dumps(path))

    def _state(self, name: str, command: str, *path: str) -> None:
        if any(set(":)\x00") & set(segment) for segment in path):
            self.unreadable.append(f"%{command}% of {list(path)}")
        self.states[name] = f"%{command}({':'.join(path)})%"


def for_module(configuration: Json) -> ForModule:
    """The same configuration for the dynamic module."""
    adapted = ForModule(configuration if isinstance(configuration, str) else json.dumps(configuration))
    try:
        exact = json.loads(adapted.text, parse_float=marked, object_pairs_hook=_without_repetition)
        rollback = exact.setdefault("rollback", {})
        namespace = rollback.get("namespace", "bluegreen")
        rollback["sources"] = [adapted.source(source, namespace) for source in rollback.get("sources", DEFAULT_SOURCES)]
        for part in (exact.get("defaults", {}), *exact.get("deployments", [])):
            for key in (part.get("sticky") or {}).get("keys", []):
                adapted.key(key)
    except (ValueError, AttributeError, TypeError, KeyError):
        return ForModule(adapted.text)
    adapted.text = with_decimals(exact)
    return adapted


def _without_repetition(members: list[tuple[str, Json]]) -> Json:
    """Raises ValueError where a key is written twice: that is what a test is about."""
    if len(dict(members)) < len(members):
        raise ValueError("a key is written twice")
    return dict(members)


