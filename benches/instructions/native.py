"""What Envoy does by itself: weights without a filter, and filters that it leaves out of a request."""

from typing import Any

from benches.instructions.proxy import answer, answers_by_tag, proxy
from benches.instructions.request import HOST
from tests.harness.http_filters import TYPE

Json = Any


def dice() -> Json:
    """Half of all requests, whoever sends them, take the first route. Both answer alike, so that one answer can be awaited."""
    half = {"default_value": {"numerator": 50, "denominator": "HUNDRED"}}
    return proxy([], [answer("blue", runtime_fraction=half), answer("blue")])


def one_route() -> Json:
    return proxy([], [answer("blue")])


def one_cluster() -> Json:
    """Envoy answers by itself here too, for the cluster has no hosts."""
    return proxy([], [{"match": {"prefix": "/"}, "route": {"cluster": "blue"}}], clusters=_clusters())


def weighted_clusters() -> Json:
    """Half of all users go to either cluster."""
    by_user = {"header": {"header_name": "x-user-id"}}
    weights = {"clusters": [{"name": name, "weight": 50} for name in ("blue", "green")], "use_hash_policy": True}
    return proxy([], [{"match": {"prefix": "/"}, "route": {"weighted_clusters": weights, "hash_policy": [by_user]}}], clusters=_clusters())


def skipped_by_matcher(http_filter: Json) -> Json:
    """The filter for requests to HOST alone, by Envoy's matching API."""
    skip = {"name": "skip", "typed_config": {"@type": TYPE + "envoy.extensions.filters.common.matcher.action.v3.SkipFilter"}}
    host = {"@type": TYPE + "envoy.type.matcher.v3.HttpRequestHeaderMatchInput", "header_name": ":authority"}
    is_wanted = {"single_predicate": {"input": {"name": "host", "typed_config": host}, "value_match": {"exact": HOST}}}
    matcher = {"matcher_list": {"matchers": [{"predicate": {"not_matcher": is_wanted}, "on_match": {"action": skip}}]}}
    kind = {"@type": TYPE + "envoy.extensions.common.matching.v3.ExtensionWithMatcher"}
    return {"name": http_filter["name"], "typed_config": kind | {"extension_config": http_filter, "xds_matcher": matcher}}


def skipped_by_route(http_filter: Json) -> Json:
    """The filter for the virtual host HOST alone, by Envoy's routes."""
    off = {"typed_per_filter_config": {http_filter["name"]: {"@type": TYPE + "envoy.config.route.v3.FilterConfig", "disabled": True}}}
    hosts = [{"name": "wanted", "domains": [HOST]}, {"name": "others", "domains": ["*"], **off}]
    return proxy([http_filter], virtual_hosts=[{**host, "routes": answers_by_tag()} for host in hosts])


def _clusters() -> list[Json]:
    return [{"name": name, "connect_timeout": "1s"} for name in ("blue", "green")]
