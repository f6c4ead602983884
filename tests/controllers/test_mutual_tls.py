"""Istio's own agent: certificates of istiod's CA, mTLS from the gateway to the model, and the filter from an image that it pulls."""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.controllers.harness.agent import Agent
from tests.controllers.harness.cluster import Cluster
from tests.harness.client import Answer, Client, Header
from tests.harness.load import Load, Target, last_variants
from tests.harness.polling import wait_until
from tests.harness.upstream import Upstream, received, served_by
from tests.mesh.harness import shipped
from tests.mesh.harness.figures import Figures
from tests.mesh.harness.istiod import MeshOptions
from tests.mesh.harness.mesh import GATEWAY_LABELS, GATEWAY_NAMESPACE
from tests.mesh.harness.models import NAMESPACE, UPSTREAM_HEADER, service, tell_names, workload_entry
from tests.mesh.harness.registry import Registry, crane
from tests.mesh.harness.rollback import LIMIT_SECONDS
from tests.mesh.harness.stage import FRAUD, PAUSE_SECONDS, USERS

Json = Any

WEIGHT = 50
VARIANT_TAG = "x-bluegreen-variant"
ELSEWHERE = "elsewhere"
"""A namespace whose tags the model does not trust."""
PEERS = f"spiffe://cluster.local/ns/{GATEWAY_NAMESPACE}/"
OTHER_PORT = 81
SHORT = {"SECRET_TTL": "60s", "SECRET_GRACE_PERIOD_RATIO": "0.8", "SECRET_GRACE_PERIOD_RATIO_JITTER": "0"}
"""A certificate is renewed after a fifth of its minute."""


@dataclass(frozen=True)
class Hops:
    """A gateway of the usual namespace and one of another, before the sidecar of the model."""

    gateway: Agent
    other: Agent
    sidecar: Agent
    registry: Registry
    inbound: dict[str, int]
    """Where the sidecar listens for a variant."""
    extension: Json
    """The gateway's filter."""


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("secure"), MeshOptions(mutual_tls=True)) as cluster:
        cluster.kubernetes.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ELSEWHERE}})
        wait_until(lambda: ELSEWHERE in cluster.kubernetes.kubectl("get", "configmap", "-A"), 30, "istiod to give its root to the namespace")
        yield cluster


@pytest.fixture(scope="module")
def hops(
    secure: Cluster, blue: Upstream, green: Upstream, new_directory: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hops]:
    tell_names(blue, green)
    with ExitStack() as running:
        registry = running.enter_context(Registry(new_directory()))
        registry.push("1")
        inbound = {one.name: secure.ports.new() for one in (blue, green)}
        resources = shipped.overlay("routes", tmp_path_factory.mktemp("routes")) + shipped.overlay("gateway", tmp_path_factory.mktemp("gateway"))
        extension = pulled(shipped.extension(resources), registry)
        shipped.plugin_configuration(extension)["deployments"][0]["green_weight"] = WEIGHT
        model = [
            service("fraud", {"app": "fraud"}),
            *(
                workload_entry(f"fraud-{name}", NAMESPACE, "127.0.0.1", port, {"app": "fraud", "variant": name, "security.istio.io/tlsMode": "istio"})
                for name, port in inbound.items()
            ),
            model_side({inbound[one.name]: one.port for one in (blue, green)}),
            resource("security.istio.io/v1", "PeerAuthentication", "strict", NAMESPACE, {"mtls": {"mode": "STRICT"}}),
            trusting_filter(extension),
            *other_gateway(),
        ]
        for entry in model[1:3]:
            entry["spec"]["serviceAccount"] = "fraud"
        secure.kubernetes.apply(*resources, *model)
        environment = {"WASM_INSECURE_REGISTRIES": registry.reference("x").partition("/")[0]}

        def agent(kind: str, name: str, namespace: str, address: str, labels: dict[str, str]) -> Agent:
            return running.enter_context(Agent(secure, new_directory(), kind, name, namespace, address, labels, environment | SHORT))

        sidecar = agent("sidecar", "fraud", NAMESPACE, "127.1.8.1", {"app": "fraud"})
        gateway = agent("router", "gateway", GATEWAY_NAMESPACE, "127.1.8.2", GATEWAY_LABELS)
        other = agent("router", "other", ELSEWHERE, "127.1.8.3", {"gateway": "other"})
        yield Hops(gateway, other, sidecar, registry, inbound, extension)


def resource(api: str, kind: str, name: str, namespace: str, spec: Json) -> Json:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def pulled(extension: Json, registry: Registry, **more: str) -> Json:
    """The filter by its image."""
    shipped.wasm(extension).update(url=f"oci://{registry.reference('1')}", **more)
    return extension


def trusting_filter(extension: Json) -> Json:
    """At the model's own side: it trusts the gateway's tags, and by itself would send nobody to green."""
    copy = json.loads(json.dumps(extension))
    copy["metadata"] = {"name": "bluegreen-inbound", "namespace": NAMESPACE}
    copy["spec"]["selector"] = {"matchLabels": {"app": "fraud"}}
    copy["spec"]["match"] = [{"mode": "SERVER"}]
    [deployment] = shipped.plugin_configuration(copy)["deployments"]
    deployment |= {"green_weight": 0, "trust_tags_from": {"peer_prefix": PEERS}}
    return copy


def model_side(ports: dict[int, int]) -> Json:
    """A Sidecar that passes on what comes to a port."""
    ingress = [
        {
            "port": {"number": port, "protocol": "HTTP", "name": f"http-{port}"},
            "bind": "127.0.0.1",
            "captureMode": "NONE",
            "defaultEndpoint": f"127.0.0.1:{to}",
        }
        for port, to in ports.items()
    ]
    egress = [{"hosts": ["./*"], "captureMode": "NONE", "bind": "127.0.0.1", "port": {"number": 9999, "protocol": "HTTP", "name": "out"}}]
    spec = {"workloadSelector": {"labels": {"app": "fraud"}}, "ingress": ingress, "egress": egress}
    return resource("networking.istio.io/v1", "Sidecar", "fraud", NAMESPACE, spec)


def other_gateway() -> list[Json]:
    """Of a namespace that nobody trusts, without a filter, before the same model."""
    servers = [{"port": {"number": OTHER_PORT, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}]
    gateway = resource("networking.istio.io/v1", "Gateway", "other", ELSEWHERE, {"selector": {"gateway": "other"}, "servers": servers})
    route = {"route": [{"destination": {"host": FRAUD.service, "subset": "blue"}}]}
    spec = {"hosts": ["other.example.com"], "gateways": ["other"], "http": [route]}
    return [gateway, resource("networking.istio.io/v1", "VirtualService", "other", ELSEWHERE, spec)]


def ask(port: int, user: str, headers: list[Header] | None = None, host: str = FRAUD.host) -> Answer:
    with Client(port) as client:
        return client.request(FRAUD.path, [("x-user-id", user), *(headers or [])], host)


@pytest.fixture(autouse=True)
def served(hops: Hops) -> None:
    hops.gateway.wait_until(lambda: ask(80, USERS[0]).status == 200, 60, "the model to be served")


def crowd() -> Load:
    target = Target(f"http://127.0.0.1:80{FRAUD.path}", {"host": FRAUD.host, "x-user-id": "{user}"}, UPSTREAM_HEADER)
    return Load(target, USERS, 4, PAUSE_SECONDS)


def test_the_second_hop_keeps_the_gateways_choice(hops: Hops) -> None:
    for user in USERS[:50]:
        answer, variant = ask(80, user), FRAUD.variant_of(user, WEIGHT)
        assert (answer.status, served_by(answer), received(answer, VARIANT_TAG)) == (200, variant, [variant])


def test_the_second_hop_believes_no_other_namespace(hops: Hops) -> None:
    hops.other.wait_until(lambda: ask(OTHER_PORT, USERS[0], host="other.example.com").status == 200, 60, "the other gateway to serve")
    for user in USERS[:20]:
        answer = ask(OTHER_PORT, user, [(VARIANT_TAG, "green")], "other.example.com")
        assert (answer.status, received(answer, VARIANT_TAG)) == (200, ["blue"])


def test_without_a_certificate_nobody_reaches_the_model(hops: Hops) -> None:
    for port in hops.inbound.values():
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            ask(port, USERS[0])


def test_a_rollback_arrives_within_a_second(secure: Cluster, hops: Hops, figures: Figures) -> None:
    with crowd() as users:
        users.wait_until(lambda served: last_variants(served) == FRAUD.variants_of(USERS, WEIGHT), 20, "all on their variants")
        rollback = shipped.file("rollback/all.yaml")
        applied = secure.kubernetes.apply(*rollback)
        users.wait_until(lambda served: last_variants(served) == FRAUD.variants_of(USERS, 0), 20, "all on blue")
        secure.kubernetes.delete(*rollback)
    seconds = max(one.received for one in users.served if one.variant == "green") - applied.done
    figures.seconds("from the end of kubectl apply to the last green answer", seconds)
    assert [one for one in users.served if one.status != 200] == []
    assert seconds <= LIMIT_SECONDS


def test_certificates_rotate_and_istiod_restarts_and_nobody_notices(secure: Cluster, hops: Hops, figures: Figures) -> None:
    with crowd() as users:
        users.wait_until(lambda served: last_variants(served) == FRAUD.variants_of(USERS, WEIGHT), 20, "all on their variants")
        users.served.clear()
        before = {agent: agent.certificate()["serial_number"] for agent in (hops.gateway, hops.sidecar)}
        for agent, serial in before.items():
            agent.wait_until(lambda agent=agent, serial=serial: agent.certificate()["serial_number"] != serial, 60, "another certificate")
        secure.istiod.crash()
        users.wait_for(2 * len(USERS))
        secure.istiod.start()
        after = {agent: agent.certificate()["serial_number"] for agent in before}
        for agent, serial in after.items():
            agent.wait_until(lambda agent=agent, serial=serial: agent.certificate()["serial_number"] != serial, 90, "another certificate")
        users.wait_for(2 * len(USERS))
    figures.count("requests", len(users.served))
    figures.count("failed", len([one for one in users.served if one.status != 200]))
    assert [one for one in users.served if one.status != 200] == []
    assert {one.variant != FRAUD.variant_of(one.user, WEIGHT) for one in users.served} == {False}


def digest(hops: Hops) -> str:
    """Of the image in the registry."""
    return crane("digest", "--insecure", hops.registry.reference("1")).strip()


def test_the_agent_pulls_by_digest_and_refuses_a_wrong_one(secure: Cluster, hops: Hops) -> None:
    """A wrong one closes the proxy, and the agent's log says why."""
    repository, _, _ = hops.registry.reference("1").rpartition(":")
    right = digest(hops)
    wrong = "sha256:" + "0" * 64
    cases = [
        ({"url": f"oci://{repository}@{right}"}, 200),
        ({"url": f"oci://{repository}@{wrong}"}, 403),
        ({"url": f"oci://{repository}:1", "sha256": right.removeprefix("sha256:")}, 200),
        ({"url": f"oci://{repository}:1", "sha256": wrong.removeprefix("sha256:")}, 403),
        ({"url": f"oci://{repository}:1"}, 200),
    ]
    for wasm, status in cases:
        extension = json.loads(json.dumps(hops.extension))
        shipped.wasm(extension).update(wasm)
        secure.kubernetes.apply(extension)
        hops.gateway.wait_until(lambda status=status: ask(80, USERS[0]).status == status, 30, f"{wasm} to answer {status}")
    assert wrong.removeprefix("sha256:") in hops.gateway.log()
