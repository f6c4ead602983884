"""The decision vectors, and random configurations against the oracle, request by request through Envoy."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness.artefact import REPOSITORY, is_native
from tests.harness.bootstrap import LARGEST_HEADERS_KIB, bootstrap, client_addresses_by_header, cluster, listener
from tests.harness.client import Answer, Client
from tests.harness.decision_answers import differences, state_headers
from tests.harness.decision_vectors import Case, Group, read_group, sendable_groups
from tests.harness.dynamic_module import for_module
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter, set_metadata
from tests.harness.process import output
from tests.harness.routes import route_table, route_to
from tests.harness.upstream import Upstream

ORACLE_SEED, ORACLE_GROUPS, ORACLE_CASES = 20261123, 110, 20
ORACLE_NODES = 5
"""Each kind of node metadata takes an Envoy of its own."""
DECIDED_OTHERWISE = ["a_null_beside_the_flag"]
"""See test_module_differences.py."""
LEAST_NATIVELY = 300
"""Many of the random configurations name a source that the dynamic module cannot read."""


def readable(groups: list[Group]) -> list[Group]:
    """Those that the filter here decides as written: the dynamic module refuses what it cannot read, and decides one otherwise."""
    if not is_native():
        return groups
    return [group for group in groups if group.name not in DECIDED_OTHERWISE and not for_module(group.configuration).unreadable]


VECTORS = readable(sendable_groups())


class Proxies:
    """Envoys that serve groups, a listener for each. Groups share an Envoy unless their node metadata differs."""

    def __init__(self, fleet: Fleet, upstream: Upstream, groups: list[Group]) -> None:
        self._clients: dict[str, Client] = {}
        for alike in by_node(groups):
            clusters = [cluster(group.name, upstream.port, group.metadata("cluster")) for group in alike]
            ports = fleet.run(bootstrap([_listener(group) for group in alike], clusters, alike[0].metadata("node"))).ports()
            self._clients |= {group.name: Client(ports[group.name]) for group in alike}

    def client(self, group: Group) -> Client:
        """A connection to the listener of a group."""
        return self._clients[group.name]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


def by_node(groups: list[Group]) -> list[list[Group]]:
    """The groups with the same node metadata."""
    alike = defaultdict(list)
    for group in groups:
        alike[json.dumps(group.metadata("node"), sort_keys=True)].append(group)
    return list(alike.values())


def _listener(group: Group) -> Any:
    route = route_to(group.name, group.metadata("route"))
    route["request_headers_to_add"] = state_headers(group.states())
    filters = [*([set_metadata(group.dynamic_metadata)] if group.dynamic_metadata else []), bluegreen_filter(group.configuration)]
    routes = route_table([route], group.metadata("virtual_host"))
    addresses = client_addresses_by_header(*group.internal_addresses())
    return listener(group.name, filters, routes, group.metadata("listener"), max_request_headers_kb=LARGEST_HEADERS_KIB, **addresses)


def ask(client: Client, case: Case) -> Answer:
    assert case.host is not None
    headers, address = case.headers(), case.client_address()
    if address is not None:
        headers.append(("x-forwarded-for", address))
    return client.request(case.path, headers, case.host, case.method)


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
    assert differences(ask(vectors.client(group), case), case, group) == []


def test_a_thousand_random_decisions_are_those_of_the_oracle(fleet: Fleet, blue: Upstream) -> None:
    groups = readable(random_groups())
    proxies = Proxies(fleet, blue, groups)
    wrong = []
    for group in groups:
        for case in group.cases:
            wrong += [f"{group.name} {case.rule}: {difference}" for difference in differences(ask(proxies.client(group), case), case, group)]
    proxies.close()
    assert wrong == []
    assert sum(len(group.cases) for group in groups) >= (LEAST_NATIVELY if is_native() else 1000)


def random_groups() -> list[Group]:
    """Groups from the oracle, all requests fit for HTTP/1.1, with few kinds of node metadata."""
    size = ["--seed", str(ORACLE_SEED), "--groups", str(ORACLE_GROUPS), "--cases", str(ORACLE_CASES)]
    command = [sys.executable, "-m", "tests.oracle.generate", *size, "--sendable"]
    lines = output(command, cwd=REPOSITORY).splitlines()
    commonest = sorted(by_node([read_group(line) for line in lines]), key=len, reverse=True)[:ORACLE_NODES]
    return [group for alike in commonest for group in alike]
