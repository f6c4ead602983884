"""HTTP filters of a listener, as plain dicts."""

import json
import os
from pathlib import Path
from typing import Any

from tests.harness.artefact import filter_wasm, is_native
from tests.harness.dynamic_module import FILTER_TYPE, for_module, module_filter
from tests.harness.routes import watched

Json = Any

TYPE = "type.googleapis.com/"
HTTP = TYPE + "envoy.extensions.filters.http."
FILTER_NAME = "bluegreen"


def bluegreen_filter(configuration: Json, environment: dict[str, str] | None = None) -> Json:
    """The filter with this routing configuration, and for the dynamic module what has to stand before it; text is taken as it is. `environment` is that of its VM.

    The dynamic module has no environment of its own: the variables become those of Envoys that are started later.
    """
    own = {"name": FILTER_NAME, "typed_config": _bluegreen(configuration, environment)}
    return [*(set_filter_state(*state) for state in for_module(configuration).states.items()), own] if is_native() else own


def watched_bluegreen_filter(file: Path) -> Json:
    """The filter by ECDS from a file, which holds a `bluegreen_resource`."""
    discovery = {"config_source": watched(file), "type_urls": [FILTER_TYPE if is_native() else HTTP + "wasm.v3.Wasm"]}
    return {"name": FILTER_NAME, "config_discovery": discovery}


def bluegreen_resource(configuration: Json, environment: dict[str, str] | None = None) -> Json:
    """What the file of `watched_bluegreen_filter` holds."""
    return {
        "@type": TYPE + "envoy.config.core.v3.TypedExtensionConfig",
        "name": FILTER_NAME,
        "typed_config": _bluegreen(configuration, environment),
    }


def router() -> Json:
    return {"name": "router", "typed_config": {"@type": HTTP + "router.v3.Router"}}


def set_metadata(metadata: dict[str, Json]) -> Json:
    """Puts dynamic metadata, by namespace, on every request."""
    entries = [{"metadata_namespace": namespace, "value": value} for namespace, value in metadata.items()]
    return {"name": "set_metadata", "typed_config": {"@type": HTTP + "set_metadata.v3.Config", "metadata": entries}}


def jwt_authn(issuer: str, key_set: Json, payload_in_metadata: str) -> Json:
    """Checks tokens in `authorization`, if there are any, and puts their claims into dynamic metadata."""
    provider = {"issuer": issuer, "local_jwks": {"inline_string": json.dumps(key_set)}, "payload_in_metadata": payload_in_metadata}
    requirement = {"requires_any": {"requirements": [{"provider_name": "provider"}, {"allow_missing": {}}]}}
    return {
        "name": "envoy.filters.http.jwt_authn",
        "typed_config": {
            "@type": HTTP + "jwt_authn.v3.JwtAuthentication",
            "providers": {"provider": provider},
            "rules": [{"match": {"prefix": "/"}, "requires": requirement}],
        },
    }


def set_filter_state(name: str, text: str) -> Json:
    """Sets filter state from a text with Envoy's format commands; nothing where it is empty."""
    value = {
        "object_key": name,
        "factory_key": "envoy.string",
        "format_string": {"text_format_source": {"inline_string": text}, "omit_empty_values": True},
        "skip_if_empty": True,
    }
    return {
        "name": f"set_filter_state_{name}",
        "typed_config": {"@type": HTTP + "set_filter_state.v3.Config", "on_request_headers": [value]},
    }


def _bluegreen(configuration: Json, environment: dict[str, str] | None) -> Json:
    if is_native():
        os.environ.update(environment or {})
        return module_filter(for_module(configuration).text)
    text = configuration if isinstance(configuration, str) else json.dumps(configuration)
    vm = {
        # Filters of one vm_id and different environments still get VMs of their own.
        "vm_id": FILTER_NAME,
        "runtime": "envoy.wasm.runtime.v8",
        "code": {"local": {"filename": str(filter_wasm())}},
        "environment_variables": {"key_values": environment or {}},
    }
    plugin = {
        "name": FILTER_NAME,
        "vm_config": vm,
        "failure_policy": "FAIL_RELOAD",
        "configuration": {"@type": TYPE + "google.protobuf.StringValue", "value": text},
    }
    return {"@type": HTTP + "wasm.v3.Wasm", "config": plugin}
