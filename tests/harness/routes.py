"""Route tables of Envoy, as plain dicts."""

from pathlib import Path
from typing import Any

from tests.harness.artefact import is_native
from tests.harness.dynamic_module import own_configuration

Json = Any

ROUTES_NAME = "models"


def route_table(routes: list[Json], metadata: Json | None = None) -> Json:
    """Routes of every host, in the listener."""
    return {"route_config": {"name": ROUTES_NAME, "virtual_hosts": [_virtual_host(routes, metadata)]}}


def watched_route_table(file: Path) -> Json:
    """Routes by RDS from a file."""
    return {"rds": {"route_config_name": ROUTES_NAME, "config_source": watched(file)}}


def routes_resource(routes: list[Json], metadata: Json | None = None) -> Json:
    """What the file of `watched_route_table` holds; `metadata` is that of the virtual host."""
    return {
        "@type": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
        "name": ROUTES_NAME,
        "virtual_hosts": [_virtual_host(routes, metadata)],
    }


def route_to(cluster: str, metadata: Json | None = None, **action: Json) -> Json:
    """Sends every request to one cluster. `action` holds more of the route's action."""
    return {"match": {"prefix": "/"}, "route": {"cluster": cluster, **action}, **with_metadata(metadata)}


def route_by_tag(header: str = "x-bluegreen-cluster", **action: Json) -> Json:
    """Sends requests that carry the tag to the cluster that it names."""
    return {"match": _header(header, {"present_match": True}), "route": {"cluster_header": header, **action}}


def route_of_variant(variant: str, cluster: str, header: str = "x-bluegreen-variant") -> Json:
    """Sends requests tagged with one variant to a cluster."""
    return {"match": _header(header, {"string_match": {"exact": variant}}), "route": {"cluster": cluster}}


def route_by_state(name: str, variant: str, cluster: str) -> Json:
    """Sends requests whose filter state `wasm.NAME` is this variant to a cluster."""
    state = {"key": f"wasm.{name}", "string_match": {"exact": variant}}
    return {"match": {"prefix": "/", "filter_state": [state]}, "route": {"cluster": cluster}}


def weighted_route(weights: dict[str, int], bucket_header: str) -> Json:
    """Splits requests between clusters by weights, in this order; the bucket header takes the place of dice."""
    clusters = [{"name": cluster, "weight": weight} for cluster, weight in weights.items()]
    return {"match": {"prefix": "/"}, "route": {"weighted_clusters": {"clusters": clusters, "header_name": bucket_header}}}


def mirror_by_tag(header: str = "x-bluegreen-mirror-cluster") -> dict[str, Json]:
    """The part of a route's action that sends a copy of requests to the cluster that the header names."""
    return {"request_mirror_policies": [{"cluster_header": header}]}


def rollback_flag(value: Json, namespace: str = "bluegreen") -> Json:
    """The metadata, by namespace, that carries this rollback flag."""
    return {namespace: {"rollback": value}}


def cap(green_weight: Json, namespace: str = "bluegreen") -> Json:
    """The metadata, by namespace, that carries this `max_green_weight`."""
    return {namespace: {"max_green_weight": green_weight}}


def with_metadata(metadata: Json | None) -> Json:
    return {} if metadata is None else {"metadata": {"filter_metadata": metadata}}


def watched(file: Path) -> Json:
    """The config source of a file that Envoy watches."""
    return {"resource_api_version": "V3", "path_config_source": {"path": str(file)}}


def _virtual_host(routes: list[Json], metadata: Json | None) -> Json:
    own = own_configuration(metadata) if is_native() and metadata is not None else {}
    return {"name": "all", "domains": ["*"], "routes": routes, **with_metadata(metadata), **own}


def _header(name: str, condition: Json) -> Json:
    return {"prefix": "/", "headers": [{"name": name, **condition}]}
