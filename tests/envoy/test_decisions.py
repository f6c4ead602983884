"""The decision vectors, and random configurations against the oracle, request by request through Envoy."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.harness.artefact import REPOSITORY
from tests.harness.bootstrap import bluegreen_filter, bootstrap, cluster, listener, route_table, route_to
from tests.harness.client import Answer, Client
from tests.harness.decision_vectors import Case, Group, read_group, read_groups
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.upstream import Upstream

ORACLE_SEED, ORACLE_GROUPS, ORACLE_CASES = 20261123, 50, 20

VECTORS = read_groups((REPOSITORY / "tests" / "vectors" / "decisions.json").read_text())


@dataclass
class Proxies:
    """Envoys that serve groups, a listener for each. Groups share an Envoy unless their node metadata differs."""

    fleet: Fleet
    upstream: Upstream
    groups: list[Group]
    _envoys: dict[str, Envoy] = field(default_factory=dict)
    _clients: dict[str, Client] = field(default_factory=dict)

    def client(self, group: Group) -> Client:
        """A connection to the listener of a group."""
        if group.name not in self._clients:
            self._clients[group.name] = Client(self._envoy(group).port(group.name))
        return self._clients[group.name]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def _envoy(self, group: Group) -> Envoy:
        if group.name not in self._envoys:
            node = group.metadata("node")
            alike = [other for other in self.groups if other.metadata("node") == node]
            listeners = [_listener(other) for other in alike]
            clusters = [cluster(other.name, self.upstream.port, other.metadata("cluster")) for other in alike]
            envoy = self.fleet.run(bootstrap(listeners, clusters, node))
            self._envoys |= {other.name: envoy for other in alike}
        return self._envoys[group.name]


def _listener(group: Group) -> Any:
    routes = route_table([route_to(group.name, group.metadata("route"))], group.metadata("virtual_host"))
    return listener(group.name, bluegreen_filter(group.configuration), routes, group.metadata("listener"), max_request_headers_kb=8192)


def ask(client: Client, case: Case) -> Answer:
    assert case.host is not None
    return client.request(case.path, case.headers, case.host, case.method)


def differences(answer: Answer, case: Case) -> list[str]:
    """What an answer has otherwise than expected."""
    if answer.status != 200:
        return [f"status {answer.status}"]
    upstream = answer.json()["headers"]
    found = []
    for name, expected in case.expect.get("tags", {}).items():
        found.append((f"tag {name}", [value for key, value in upstream if key == name.lower()], expected))
    for name, expected in case.expect.get("response", {}).items():
        found.append((f"response header {name}", answer.all(name.lower()), expected))
    cookies = [cookie.partition("=")[0] for cookie in answer.all("set-cookie")]
    found.append(("issued cookie", cookies, case.expect.get("issued_cookie")))
    return [f"{what}: {values}, expected {expected}" for what, values, expected in found if values != ([] if expected is None else [expected])]


@pytest.fixture(scope="module")
def vectors(fleet: Fleet, blue: Upstream) -> Iterator[Proxies]:
    proxies = Proxies(fleet, blue, VECTORS)
    yield proxies
    proxies.close()


@pytest.mark.parametrize(
    ("group", "case"),
    [pytest.param(group, case, id=f"{group.name}-{case.rule}") for group in VECTORS for case in group.cases if case.host is not None],
)
def test_each_vector_is_decided_as_written(vectors: Proxies, group: Group, case: Case) -> None:
    assert differences(ask(vectors.client(group), case), case) == []


def test_a_thousand_random_decisions_are_those_of_the_oracle(fleet: Fleet, blue: Upstream) -> None:
    groups = random_groups()
    proxies = Proxies(fleet, blue, groups)
    wrong = []
    for group in groups:
        for case in group.cases:
            wrong += [f"{group.name} {case.rule}: {difference}" for difference in differences(ask(proxies.client(group), case), case)]
    proxies.close()
    assert wrong == []
    assert sum(len(group.cases) for group in groups) == 1000


def random_groups() -> list[Group]:
    """Groups from the oracle, all requests fit for HTTP/1.1."""
    size = ["--seed", str(ORACLE_SEED), "--groups", str(ORACLE_GROUPS), "--cases", str(ORACLE_CASES)]
    command = [sys.executable, REPOSITORY / "tests" / "oracle" / "generate.py", *size, "--sendable"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [read_group(line) for line in lines]
