"""A configuration in which the measured deployment uses nothing, and others everything."""

from typing import Any

from benches.instructions.proxy import configuration

Json = Any

KEYS = [
    {"header": "x-account"},
    {"cookie": "uid"},
    {"query": "user"},
    {"property": ["connection", "uri_san_peer_certificate"]},
    {"source_address": True},
]
SECRET = "MDEyMzQ1Njc4OWFiY2RlZg=="


def unused_features() -> Json:
    """Other deployments have each feature that a deployment can have; from the defaults the measured one exempts itself."""
    tenant = [{"name": "x-tenant", "exact": "acme"}, {"name": "x-region", "prefix": "eu-"}]
    clusters = {"blue": "b", "green": "g"}
    others = [
        {"name": "many-keys", "sticky": {"keys": KEYS, "salt": "release-7", "issue_cookie": {}}},
        {"name": "pinned", "pins": {"green": ["qa-1"], "blue": ["vip-7"]}},
        {"name": "tenant", "path_prefix": "/v1/models/fraud", "headers": tenant},
        {"name": "ramp", "ramp": {"start": "2026-01-01T00:00:00Z", "steps": [{"after": "1h", "green_weight": 50}], "shape": "linear"}},
        {"name": "signed", "override": {"cookie": "try", "keys": [{"id": "ci", "secret_base64": SECRET}]}, "trust_tags_from": "internal"},
        {"name": "mirrored", "clusters": clusters, "mirror": {"percent": 5}},
        {"name": "rolled-back", "rollback": True},
    ]
    exempt = {"override": None, "mirror": None, "trust_tags_from": "never"}
    defaults = {"override": {"allow": "internal"}, "mirror": {"percent": 1}, "trust_tags_from": {"peer_prefix": "spiffe://mesh/"}}
    return configuration(*map(_elsewhere, others), defaults=defaults, **exempt) | {"explain": "internal"}


def _elsewhere(deployment: Json) -> Json:
    """On a host of its own; `path_prefix` and `headers` are conditions of its match."""
    conditions = {key: deployment[key] for key in ("path_prefix", "headers") if key in deployment}
    rest = {key: value for key, value in deployment.items() if key not in conditions}
    return {"match": {"hosts": [f"{deployment['name']}.example.com"], **conditions}, "mirror": None} | rest
