"""The inner half of a waypoint: what happens to a request between the tunnel it came by and the tunnel it leaves by.

The tunnels need certificates from Istio's agent and parts that only Istio's own Envoy has, so a plain Envoy runs without
them: a listener of its own passes connections on to the listener that istiod describes, as if they had come for a service,
and clusters of its own stand for istiod's. The filters and routes between them are istiod's.
"""

from typing import Any

from tests.harness.bootstrap import cluster
from tests.harness.http_filters import TYPE
from tests.harness.upstream import Upstream
from tests.mesh.harness.mesh import Mesh, Proxy
from tests.mesh.harness.models import NAMESPACE, service
from tests.mesh.harness.proxy import Workload, bootstrap

Json = Any

NAME = "waypoint"
LABELS = {"gateway.networking.k8s.io/gateway-name": NAME}
ADDRESS = "127.1.9.9"
INNER = "main_internal"
"""istiod's name for the listener within."""
ENTRY = "entry"
"""The listener for tests."""
ONLY_IN_ISTIOS_ENVOY = ("waypoint_upstream_peer_metadata", "waypoint_downstream_peer_metadata", "istio.stats")
DESTINATION = "envoy.filters.listener.original_dst"


def install(mesh: Mesh) -> None:
    """What `istioctl waypoint apply` and istiod bring into the namespace of the models, and the waypoint's pod."""
    namespace = {"kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": {"istio.io/use-waypoint": NAME}}}
    spec = {"gatewayClassName": "istio-waypoint", "listeners": [{"name": "mesh", "port": 15008, "protocol": "HBONE"}]}
    gateway = {"kind": "Gateway", "metadata": _metadata(NAME), "spec": spec}
    pod = {"kind": "WorkloadEntry", "metadata": _metadata(NAME), "spec": {"address": ADDRESS, "labels": LABELS}}
    mesh.kubernetes.apply(
        {"apiVersion": "v1"} | namespace,
        service(NAME, LABELS) | {"spec": {"selector": LABELS, "ports": [{"name": "hbone", "port": 15008}]}},
        {"apiVersion": "gateway.networking.k8s.io/v1"} | gateway,
        {"apiVersion": "networking.istio.io/v1"} | pod,
        {"apiVersion": "networking.istio.io/v1alpha3"} | _for_a_plain_envoy(),
    )
    mesh.kubernetes.kubectl("wait", "--for=condition=Programmed", f"gateway/{NAME}", "-n", NAMESPACE, "--timeout=60s")


def start(mesh: Mesh, blue: Upstream, green: Upstream) -> Proxy:
    """Starts the waypoint's proxy. What a client sends to `port(ENTRY)` arrives as sent to the service `fraud`."""
    address = mesh.kubernetes.kubectl("get", "service", "fraud", "-n", NAMESPACE, "-o", "jsonpath={.spec.clusterIP}")
    line = mesh.line()
    workload = Workload("waypoint", NAME, NAMESPACE, ADDRESS, LABELS, port=0)
    config = bootstrap(workload, mesh.control_plane.istio.version, line.port("line"))
    # A listener with a tunnel never gets ready here, and an Envoy that starts waits for all that it knows of.
    config["dynamic_resources"]["lds_config"]["initial_fetch_timeout"] = "0.2s"
    del config["dynamic_resources"]["cds_config"]
    config["bootstrap_extensions"] = [_typed("envoy.bootstrap.internal_listener", "bootstrap.internal_listener.v3.InternalListener")]
    config["static_resources"] |= {
        "listeners": [_entry()],
        "clusters": [
            *config["static_resources"]["clusters"],
            _inner(address),
            *(cluster(f"inbound-vip|80|http|fraud-{one.name}.{NAMESPACE}.svc.cluster.local", one.port) for one in (blue, green)),
        ],
    }
    line.fall_silent()
    proxy = mesh.start(Proxy(workload, config, mesh.directory()))
    line.resume()
    return proxy


def _entry() -> Json:
    address = {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
    passing_on = _typed("tcp", "filters.network.tcp_proxy.v3.TcpProxy", stat_prefix=ENTRY, cluster=INNER)
    return {"name": ENTRY, "address": address, "filter_chains": [{"filters": [passing_on]}]}


def _inner(service_address: str) -> Json:
    """The listener within, as a cluster; it learns the address that the client meant from the endpoint's metadata."""
    endpoint = {
        "endpoint": {"address": {"envoy_internal_address": {"server_listener_name": INNER}}},
        "metadata": {"filter_metadata": {DESTINATION: {"local": f"{service_address}:80"}}},
    }
    socket = _typed(
        "envoy.transport_sockets.internal_upstream",
        "transport_sockets.internal_upstream.v3.InternalUpstreamTransport",
        passthrough_metadata=[{"kind": {"host": {}}, "name": DESTINATION}],
        transport_socket=_typed("raw_buffer", "transport_sockets.raw_buffer.v3.RawBuffer"),
    )
    assignment = {"cluster_name": INNER, "endpoints": [{"lb_endpoints": [endpoint]}]}
    return {"name": INNER, "connect_timeout": "2s", "load_assignment": assignment, "transport_socket": socket}


def _for_a_plain_envoy() -> Json:
    """Takes the filters out that only Istio's own Envoy has."""
    target = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": NAME}
    patches = [
        {
            "applyTo": "HTTP_FILTER",
            "match": {
                "context": "SIDECAR_INBOUND",
                "listener": {"filterChain": {"filter": {"name": "envoy.filters.network.http_connection_manager", "subFilter": {"name": name}}}},
            },
            "patch": {"operation": "REMOVE"},
        }
        for name in ONLY_IN_ISTIOS_ENVOY
    ]
    return {"kind": "EnvoyFilter", "metadata": _metadata("plain-envoy"), "spec": {"targetRefs": [target], "configPatches": patches}}


def _typed(name: str, kind: str, **content: Json) -> Json:
    return {"name": name, "typed_config": {"@type": f"{TYPE}envoy.extensions.{kind}", **content}}


def _metadata(name: str) -> Json:
    return {"name": name, "namespace": NAMESPACE}
