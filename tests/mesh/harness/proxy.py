"""Plain Envoys that join the mesh, with the bootstrap that Istio's agent would write as far as it matters here."""

from dataclasses import dataclass, field
from typing import Any

Json = Any

ISTIOD = "xds-grpc"

STATS_TAGS = [
    {"tag_name": "cluster_name", "regex": r"^cluster(\.(.+);)"},
    {"tag_name": "response_code", "regex": r"_rq(_(\d{3}))$"},
    {"tag_name": "response_code_class", "regex": r"_rq(_(\dxx))$"},
    *({"tag_name": tag, "regex": rf"({tag}=\.=(.*?);\.;)"} for tag in ("deployment", "variant", "reason")),
]
"""Of those that Istio's agent writes, what says which cluster gave which answers. The last are what `extraStatTags` makes."""


@dataclass(frozen=True)
class Workload:
    """What a proxy says of itself to istiod. `address` is unique; nothing listens there."""

    kind: str
    """`router` (a gateway), `sidecar` or `waypoint`."""
    name: str
    namespace: str
    address: str
    labels: dict[str, str]
    port: int
    """Where a gateway listens for its Service's port 80."""
    metadata: Json = field(default_factory=dict)
    """More of the node's metadata."""

    @property
    def id(self) -> str:
        """The node's id."""
        return f"{self.kind}~{self.address}~{self.name}.{self.namespace}~{self.namespace}.svc.cluster.local"


def bootstrap(workload: Workload, istio_version: str, istiod_port: int) -> Json:
    """Everything comes from istiod, by ADS."""
    metadata = {
        "NAME": workload.name,
        "NAMESPACE": workload.namespace,
        "LABELS": workload.labels,
        "ISTIO_VERSION": f"{istio_version}.0",
        "CLUSTER_ID": "Kubernetes",
        "INTERCEPTION_MODE": "NONE",
    }
    discovery = {"ads": {}, "initial_fetch_timeout": "0s", "resource_api_version": "V3"}
    return {
        "node": {"id": workload.id, "cluster": f"{workload.name}.{workload.namespace}", "metadata": metadata | workload.metadata},
        "stats_config": {"use_all_default_tags": False, "stats_tags": STATS_TAGS},
        "dynamic_resources": {
            "lds_config": discovery,
            "cds_config": discovery,
            "ads_config": {
                "api_type": "DELTA_GRPC",
                "set_node_on_first_message_only": True,
                "transport_api_version": "V3",
                "grpc_services": [{"envoy_grpc": {"cluster_name": ISTIOD}}],
            },
        },
        "static_resources": {"clusters": [_istiod(istiod_port)]},
    }


def _istiod(port: int) -> Json:
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    http2 = {"@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"}
    return {
        "name": ISTIOD,
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": ISTIOD, "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}]},
        "upstream_connection_options": {"tcp_keepalive": {"keepalive_time": 300}},
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http2 | {"explicit_http_config": {"http2_protocol_options": {}}}
        },
    }
