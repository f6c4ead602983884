"""An Envoy configuration put together from listeners and clusters. All parts are plain dicts, as in JSON.

Listeners are named, take a free loopback port, and end at clusters on loopback.
"""

from pathlib import Path
from typing import Any

from tests.harness.http_filters import TYPE, router
from tests.harness.routes import watched, with_metadata

Json = Any

LARGEST_HEADERS_KIB = 8192
"""Envoy's upper limit."""


def bootstrap(listeners: list[Json], clusters: list[Json], node_metadata: Json | None = None) -> Json:
    node = {"id": "test", "cluster": "test", "metadata": node_metadata or {}}
    return {"node": node, "static_resources": {"listeners": listeners, "clusters": clusters}}


def watched_bootstrap(listeners: Path, clusters: Path) -> Json:
    """Listeners by LDS and clusters by CDS, from files."""
    return {
        "node": {"id": "test", "cluster": "test"},
        "dynamic_resources": {"lds_config": watched(listeners), "cds_config": watched(clusters)},
    }


def listener_resource(listener: Json) -> Json:
    """What the file of listeners in `watched_bootstrap` holds."""
    return {"@type": TYPE + "envoy.config.listener.v3.Listener", **listener}


def cluster_resource(cluster: Json) -> Json:
    """What the file of clusters in `watched_bootstrap` holds."""
    return {"@type": TYPE + "envoy.config.cluster.v3.Cluster", **cluster}


def listener(
    name: str,
    filters: Json | list[Json],
    routes: Json,
    metadata: Json | None = None,
    transport_socket: Json | None = None,
    **http: Json,
) -> Json:
    """A listener whose connections run one or more HTTP filters, in lists or not, and then the router.

    `routes` is what `route_table` or `watched_route_table` returns; `http` goes to the HTTP connection manager.
    """
    connection_manager = {
        "@type": TYPE + "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": name,
        "http_filters": [*_flat(filters), router()],
        **routes,
        **http,
    }
    chain = {"filters": [{"name": "http", "typed_config": connection_manager}], **_with_transport_socket(transport_socket)}
    return {"name": name, "address": _loopback(0), "filter_chains": [chain], **with_metadata(metadata)}


def cluster(name: str, port: int, metadata: Json | None = None, transport_socket: Json | None = None) -> Json:
    endpoint = {"endpoint": {"address": _loopback(port)}}
    return {
        "name": name,
        "connect_timeout": "2s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
        **with_metadata(metadata),
        **_with_transport_socket(transport_socket),
    }


def client_addresses_by_header(*internal: str) -> Json:
    """For `listener`: the last entry of x-forwarded-for is the client's address, and these addresses are internal."""
    ranges = [{"address_prefix": address, "prefix_len": 128 if ":" in address else 32} for address in internal]
    return {"use_remote_address": False, "internal_address_config": {"cidr_ranges": ranges}}


def _with_transport_socket(socket: Json | None) -> Json:
    return {} if socket is None else {"transport_socket": socket}


def _flat(filters: Json | list[Json]) -> list[Json]:
    return [one for part in filters for one in _flat(part)] if isinstance(filters, list) else [filters]


def _loopback(port: int) -> Json:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
