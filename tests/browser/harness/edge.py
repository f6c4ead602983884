"""The files of envoy/standalone/ as an edge that browsers reach: with TLS, and with what single tests need beside it."""

from copy import deepcopy
from typing import Any

import yaml

from tests.browser.harness.certificate import Certificate
from tests.harness.files import write_resources
from tests.harness.http_filters import HTTP
from tests.harness.standalone import Standalone

Json = Any

SECURE, PLAIN, CORS = "ingress", "plain", "cors"
"""Listeners: as shipped, with TLS; the same without; with TLS, and with Envoy's cors filter before this one."""

ORIGINS = "https://.*"


def edge(standalone: Standalone, certificate: Certificate) -> Json:
    """The bootstrap with the three listeners."""
    bootstrap = standalone.bootstrap()
    [shipped] = bootstrap["static_resources"]["listeners"]
    _manager(shipped)["upgrade_configs"] = [{"upgrade_type": "websocket"}]
    plain = deepcopy(shipped) | {"name": PLAIN}
    _chain(shipped)["transport_socket"] = certificate.transport_socket()
    cors = deepcopy(shipped) | {"name": CORS}
    _manager(cors)["http_filters"].insert(0, {"name": "envoy.filters.http.cors", "typed_config": {"@type": HTTP + "cors.v3.Cors"}})
    _manager(cors)["rds"]["config_source"]["path_config_source"]["path"] = "./cors.json"
    write_resources(standalone.directory / "cors.json", [_routes_with_cors(standalone)])
    bootstrap["static_resources"]["listeners"] = [shipped, plain, cors]
    return bootstrap


def _routes_with_cors(standalone: Standalone) -> Json:
    [routes] = yaml.safe_load((standalone.source / "routes.yaml").read_text())["resources"]
    policy = {
        "@type": HTTP + "cors.v3.CorsPolicy",
        "allow_origin_string_match": [{"safe_regex": {"regex": ORIGINS}}],
        "allow_methods": "GET,POST",
        "allow_headers": "x-user-id",
        "expose_headers": "x-served-by-variant",
        "allow_credentials": True,
    }
    [virtual_host] = routes["virtual_hosts"]
    virtual_host["typed_per_filter_config"] = {"envoy.filters.http.cors": policy}
    return routes


def _chain(listener: Json) -> Json:
    return listener["filter_chains"][0]


def _manager(listener: Json) -> Json:
    return _chain(listener)["filters"][0]["typed_config"]
