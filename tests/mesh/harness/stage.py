"""Two models in the mesh, behind the resources of envoy/istio/, and users of them.

The first is the deployment that those files name; the second is it again under another name.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.harness import buckets
from tests.harness.load import Load, Served, Target, last_variants
from tests.harness.upstream import Upstream
from tests.mesh.harness import shipped
from tests.mesh.harness.kubernetes import Applied
from tests.mesh.harness.mesh import Mesh, Proxy
from tests.mesh.harness.models import UPSTREAM_HEADER, model, tell_names

Json = Any

SECOND = ("VirtualService", "DestinationRule", "HTTPRoute")
"""What a second deployment has of its own; it is added to the others."""

PAUSE_SECONDS = 0.004
"""Between an answer and the next request of a connection: a load, and room for a control plane on the same processors."""


@dataclass(frozen=True)
class Deployment:
    """One deployment as its users see it."""

    name: str
    """Also its salt."""
    host: str
    """At the gateway."""
    service: str
    """In the mesh."""
    path: str

    def variant_of(self, user: str, green_weight: float) -> str:
        return buckets.variant_of(self.name, user, green_weight)

    def variants_of(self, users: list[str], green_weight: float) -> dict[str, str]:
        """The variant that each user belongs to."""
        return {user: self.variant_of(user, green_weight) for user in users}

    def target(self, proxy: Proxy) -> Target:
        """Requests through a proxy of the mesh, told apart by who really served."""
        host = self.host if proxy.workload.kind == "router" else self.service
        url = f"http://127.0.0.1:{proxy.workload.port}{self.path}"
        return Target(url, {"host": host, "x-user-id": "{user}"}, UPSTREAM_HEADER)


FRAUD = Deployment("fraud-scorer", "fraud.example.com", "fraud.models.svc.cluster.local", "/v1/models/fraud:predict")
CHURN = Deployment("churn-scorer", "churn.example.com", "churn.models.svc.cluster.local", "/v1/models/churn:predict")
BOTH = (FRAUD, CHURN)

USERS = [f"user-{number}" for number in range(200)]


class Stage:
    """Overlays of envoy/istio/ in a mesh, for both deployments. The last overlay brings the filter, as its components say."""

    def __init__(
        self, mesh: Mesh, blue: Upstream, green: Upstream, overlays: list[str], green_weight: float, components: Iterable[str] = ()
    ) -> None:
        self.mesh = mesh
        tell_names(blue, green)
        *others, last = overlays
        found = [resource for name in others for resource in shipped.overlay(name, mesh.directory())]
        resources = _for_both([*found, *shipped.overlay(last, mesh.directory(), components)])
        self.extension = shipped.extension(resources)
        self.configuration = shipped.plugin_configuration(self.extension)
        """Of the filter, as the next `push` will have it."""
        self.set_green_weight(green_weight)
        mesh.kubernetes.apply(*model("fraud", blue, green), *model("churn", blue, green), *resources)

    def set_green_weight(self, percent: float) -> None:
        """Of both deployments, in the configuration that is pushed next."""
        for deployment in self.configuration["deployments"]:
            deployment["green_weight"] = percent

    def push(self) -> Applied:
        """Applies the configuration."""
        return self.mesh.kubernetes.apply(self.extension)


class Crowd(Load):
    """The users of one deployment, all the time, through one proxy."""

    def __init__(
        self, deployment: Deployment, proxy: Proxy, users: list[str] = USERS, connections: int = 4, pause: float = PAUSE_SECONDS
    ) -> None:
        super().__init__(deployment.target(proxy), users, connections, pause)
        self.deployment = deployment
        self.proxy = proxy

    def wait_for_variants(self, expected: dict[str, str], timeout: float = 20.0) -> None:
        """Waits until the last answer to each user came from the variant that is expected of them."""
        self.wait_until(lambda served: last_variants(served) == expected, timeout, f"all of {self.deployment.name} to be on their variants")

    def wait_for_weight(self, green_weight: float, timeout: float = 20.0) -> None:
        self.wait_for_variants(self.deployment.variants_of(self.users, green_weight), timeout)

    def failed(self) -> list[Served]:
        return [one for one in self.served if one.status != 200]


def _for_both(resources: list[Json]) -> list[Json]:
    """The resources, with a second deployment."""
    second = [_renamed(resource) for resource in resources if resource["kind"] in SECOND]
    for resource in resources:
        if resource["kind"] == "Gateway" and "servers" in resource["spec"]:
            resource["spec"]["servers"][0]["hosts"].append(CHURN.host)
        if resource["kind"] in shipped.EXTENSIONS:
            deployments = shipped.plugin_configuration(resource)["deployments"]
            deployments.append(_renamed(deployments[0]))
    return [*resources, *second]


def _renamed(part: Json) -> Json:
    return json.loads(json.dumps(part).replace("fraud", "churn"))
