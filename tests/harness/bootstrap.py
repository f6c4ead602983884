"""The parts of an Envoy configuration that tests put together. All of them are plain dicts, as in JSON.

Listeners are named, take a free loopback port, and end at clusters on loopback.
"""

from pathlib import Path
from typing import Any

from tests.harness.artefact import filter_wasm

Json = Any

TYPE = "type.googleapis.com/"
HTTP = TYPE + "envoy.extensions.filters.http."
FILTER_NAME = "bluegreen"
ROUTES_NAME = "models"
LARGEST_HEADERS_KIB = 8192
"""Envoy's upper limit."""


def bootstrap(listeners: list[Json], clusters: list[Json], node_metadata: Json | None = None) -> Json:
    node = {"id": "test", "cluster": "test", "metadata": node_metadata or {}}
    return {"node": node, "static_resources": {"listeners": listeners, "clusters": clusters}}


def watched_bootstrap(listeners: Path, clusters: Path) -> Json:
    """Listeners by LDS and clusters by CDS, from files."""
    return {
        "node": {"id": "test", "cluster": "test"},
        "dynamic_resources": {"lds_config": _watched(listeners), "cds_config": _watched(clusters)},
    }


def listener_resource(listener: Json) -> Json:
    """What the file of listeners in `watched_bootstrap` holds."""
    return {"@type": TYPE + "envoy.config.listener.v3.Listener", **listener}


def cluster_resource(cluster: Json) -> Json:
    """What the file of clusters in `watched_bootstrap` holds."""
    return {"@type": TYPE + "envoy.config.cluster.v3.Cluster", **cluster}


def listener(name: str, bluegreen: Json, routes: Json, metadata: Json | None = None, **http: Json) -> Json:
    """A listener whose connections run `bluegreen` (an HTTP filter) and the router.

    `routes` is what `route_table` or `watched_route_table` returns; `http` goes to the HTTP connection manager.
    """
    connection_manager = {
        "@type": TYPE + "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": name,
        "http_filters": [bluegreen, {"name": "router", "typed_config": {"@type": HTTP + "router.v3.Router"}}],
        **routes,
        **http,
    }
    return {
        "name": name,
        "address": _loopback(0),
        "filter_chains": [{"filters": [{"name": "http", "typed_config": connection_manager}]}],
        **_with_metadata(metadata),
    }


def bluegreen_filter(configuration: str) -> Json:
    """dist/bluegreen.wasm with this routing configuration, as it stands among the filters of a listener."""
    plugin = {
        "name": FILTER_NAME,
        "vm_config": {
            "vm_id": FILTER_NAME,
            "runtime": "envoy.wasm.runtime.v8",
            "code": {"local": {"filename": str(filter_wasm())}},
        },
        "failure_policy": "FAIL_RELOAD",
        "configuration": {"@type": TYPE + "google.protobuf.StringValue", "value": configuration},
    }
    return {"name": FILTER_NAME, "typed_config": {"@type": HTTP + "wasm.v3.Wasm", "config": plugin}}


def route_table(routes: list[Json], metadata: Json | None = None) -> Json:
    """Routes of every host, in the listener."""
    return {"route_config": {"name": ROUTES_NAME, "virtual_hosts": [_virtual_host(routes, metadata)]}}


def watched_route_table(file: Path) -> Json:
    """Routes by RDS from a file."""
    return {"rds": {"route_config_name": ROUTES_NAME, "config_source": _watched(file)}}


def routes_resource(routes: list[Json], metadata: Json | None = None) -> Json:
    """What the file of `watched_route_table` holds; `metadata` is that of the virtual host."""
    return {
        "@type": TYPE + "envoy.config.route.v3.RouteConfiguration",
        "name": ROUTES_NAME,
        "virtual_hosts": [_virtual_host(routes, metadata)],
    }


def route_to(cluster: str, metadata: Json | None = None) -> Json:
    """Sends every request to one cluster."""
    return {"match": {"prefix": "/"}, "route": {"cluster": cluster}, **_with_metadata(metadata)}


def route_by_tag(header: str = "x-bluegreen-cluster") -> Json:
    """Sends requests that carry the tag to the cluster that it names."""
    match = {"prefix": "/", "headers": [{"name": header, "present_match": True}]}
    return {"match": match, "route": {"cluster_header": header}}


def cluster(name: str, port: int, metadata: Json | None = None) -> Json:
    endpoint = {"endpoint": {"address": _loopback(port)}}
    return {
        "name": name,
        "connect_timeout": "2s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
        **_with_metadata(metadata),
    }


def rollback_flag(value: Json, namespace: str = "bluegreen") -> Json:
    """The metadata, by namespace, that carries this rollback flag."""
    return {namespace: {"rollback": value}}


def _virtual_host(routes: list[Json], metadata: Json | None) -> Json:
    return {"name": "all", "domains": ["*"], "routes": routes, **_with_metadata(metadata)}


def _with_metadata(metadata: Json | None) -> Json:
    return {} if metadata is None else {"metadata": {"filter_metadata": metadata}}


def _watched(file: Path) -> Json:
    return {"resource_api_version": "V3", "path_config_source": {"path": str(file)}}


def _loopback(port: int) -> Json:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
