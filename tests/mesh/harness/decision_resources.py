"""A group of decision vectors as resources of the mesh: a port of a gateway, a filter there, and metadata by EnvoyFilters."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.harness.bootstrap import LARGEST_HEADERS_KIB
from tests.harness.decision_answers import state_headers
from tests.harness.decision_vectors import Group
from tests.harness.http_filters import TYPE, set_metadata
from tests.mesh.harness.models import NAMESPACE

Json = Any

SELECTOR_LABEL = "vectors"
CONNECTION_MANAGER = TYPE + "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
SERVICE = "vectors"
HOST = f"{SERVICE}.{NAMESPACE}.svc.cluster.local"


@dataclass(frozen=True)
class Listening:
    """A group, and where requests of its cases go."""

    group: Group
    port: int
    gateway: str
    """The value of the label SELECTOR_LABEL of the gateway that serves it."""

    @property
    def name(self) -> str:
        return self.group.name.replace("_", "-")

    def traffic_extension(self, wasm: str) -> Json:
        plugin = {"url": wasm, "pluginName": "bluegreen", "failStrategy": "FAIL_RELOAD", "pluginConfig": json.loads(self.group.configuration)}
        return _resource("extensions.istio.io/v1alpha1", "TrafficExtension", self.name, self._where() | {"wasm": plugin})

    def wasm_plugin(self, wasm: str) -> Json:
        plugin = {"url": wasm, "pluginName": "bluegreen", "failStrategy": "FAIL_RELOAD", "pluginConfig": json.loads(self.group.configuration)}
        return _resource("extensions.istio.io/v1alpha1", "WasmPlugin", self.name, self._where() | plugin)

    def server(self) -> Json:
        """In a Gateway."""
        return {"port": {"number": self.port, "name": f"http-{self.port}", "protocol": "HTTP"}, "hosts": ["*"]}

    def route(self) -> Json:
        """In a VirtualService."""
        destination = {"host": HOST, "subset": self.name}
        return {"name": self.name, "match": [{"port": self.port}], "route": [{"destination": destination}]}

    def subset(self) -> Json:
        """In a DestinationRule: each group has a cluster of its own, for clusters have metadata too."""
        return {"name": self.name, "labels": {"app": SERVICE}}

    def patches(self) -> list[Json]:
        """In an EnvoyFilter."""
        listener, routes = {"listener": {"portNumber": self.port}}, {"routeConfiguration": {"portNumber": self.port}}
        cluster = {"cluster": {"service": HOST, "subset": self.name}}
        http = {"listener": {"portNumber": self.port, "filterChain": {"filter": {"name": "envoy.filters.network.http_connection_manager"}}}}
        ranges = [{"address_prefix": address, "prefix_len": 128 if ":" in address else 32} for address in self.group.internal_addresses()]
        manager = {
            "@type": CONNECTION_MANAGER,
            "max_request_headers_kb": LARGEST_HEADERS_KIB,
            "internal_address_config": {"cidr_ranges": ranges},
            # The addresses that a case forwards are the last ones, as it says.
            "skip_xff_append": True,
        }
        patches = [_patch("NETWORK_FILTER", http, {"typed_config": manager})]
        for source, where in (("virtual_host", routes), ("route", routes), ("cluster", cluster), ("listener", listener)):
            metadata = self.group.metadata(source)
            if metadata is not None:
                kind = {"virtual_host": "VIRTUAL_HOST", "route": "HTTP_ROUTE"}.get(source, source.upper())
                patches.append(_patch(kind, where, {"metadata": {"filter_metadata": metadata}}))
        if headers := state_headers(self.group.states()):
            patches.append(_patch("HTTP_ROUTE", routes, {"request_headers_to_add": headers}))
        if self.group.dynamic_metadata:
            patches.append(_patch("HTTP_FILTER", http, set_metadata(self.group.dynamic_metadata), "INSERT_FIRST"))
        return patches

    def _where(self) -> Json:
        return {"selector": {"matchLabels": {SELECTOR_LABEL: self.gateway}}, "match": [{"ports": [{"number": self.port}]}]}


def resources(groups: list[Listening]) -> list[Json]:
    """What all groups need but for the filter; few objects, for each takes the API a moment."""
    gateways = {
        name: [one.server() for one in groups if one.gateway == name] for name in dict.fromkeys(one.gateway for one in groups)
    }
    return [
        *(
            _resource("networking.istio.io/v1", "Gateway", name, {"selector": {SELECTOR_LABEL: name}, "servers": servers})
            for name, servers in gateways.items()
        ),
        _resource(
            "networking.istio.io/v1",
            "VirtualService",
            SERVICE,
            {"hosts": ["*"], "gateways": list(gateways), "http": [one.route() for one in groups]},
        ),
        _resource("networking.istio.io/v1", "DestinationRule", SERVICE, {"host": HOST, "subsets": [one.subset() for one in groups]}),
        _resource("networking.istio.io/v1alpha3", "EnvoyFilter", SERVICE, {"configPatches": [part for one in groups for part in one.patches()]}),
    ]


def survives_a_struct(configuration: str) -> bool:
    """Whether the numbers of a configuration are the same after they were doubles, which all numbers in resources become."""
    lost: list[str] = []

    def read(text: str) -> float:
        if Decimal(text) != Decimal(repr(float(text))):
            lost.append(text)
        return float(text)

    json.loads(configuration, parse_float=read, parse_int=read)
    return not lost


def _patch(apply_to: str, match: Json, value: Json, operation: str = "MERGE") -> Json:
    return {"applyTo": apply_to, "match": {"context": "GATEWAY"} | match, "patch": {"operation": operation, "value": value}}


def _resource(api: str, kind: str, name: str, spec: Json) -> Json:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec}
