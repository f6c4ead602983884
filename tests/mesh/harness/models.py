"""The models in the mesh, as the files of envoy/istio/ expect them: a service whose workloads are blue and green.

The workloads are upstreams on loopback, at ports of their own, which Kubernetes knows no way to say of pods: they are
WorkloadEntries, which a Service selects as it selects pods.
"""

from typing import Any

from tests.harness.upstream import Upstream

Json = Any

NAMESPACE = "models"
UPSTREAM_HEADER = "x-upstream"
"""The response header by which an upstream says its own name: who really served."""


def service(name: str, selector: dict[str, str], namespace: str = NAMESPACE) -> Json:
    """A Service of port 80. The port of each workload is in its WorkloadEntry."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": selector, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]},
    }


def model(app: str, *upstreams: Upstream) -> list[Json]:
    """A service `app`, and its workloads: one for each upstream, whose name is its variant."""
    return [service(app, {"app": app}), *(_workload(app, upstream) for upstream in upstreams)]


def told_apart(resources: list[Json]) -> list[Json]:
    """The resources, with subsets that have the variant's label too, as Argo Rollouts adds the hash of a ReplicaSet."""
    for resource in resources:
        for subset in resource["spec"].get("subsets", []) if resource["kind"] == "DestinationRule" else []:
            subset["labels"]["variant"] = subset["name"]
    return resources


def tell_names(*upstreams: Upstream) -> None:
    """From now on the upstreams say their names in UPSTREAM_HEADER."""
    for upstream in upstreams:
        upstream.response_headers[UPSTREAM_HEADER] = upstream.name


def workload_entry(name: str, namespace: str, address: str, port: int, labels: dict[str, str]) -> Json:
    spec = {"address": address, "ports": {"http": port}, "labels": labels}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "networking.istio.io/v1", "kind": "WorkloadEntry", "metadata": metadata, "spec": spec}


def _workload(app: str, upstream: Upstream) -> Json:
    labels = {"app": app, "variant": upstream.name}
    return workload_entry(f"{app}-{upstream.name}", NAMESPACE, "127.0.0.1", upstream.port, labels)
