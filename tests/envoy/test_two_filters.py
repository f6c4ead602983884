"""Two of these filters in one chain show by a counter, also where they are of different code; one alone does not."""

import pytest

from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import route_table, route_to
from tests.harness.upstream import Upstream

COUNTER = "wasmcustom.bluegreen.filter.repeated"
CONFIGURATION = {"deployments": [{"name": "fraud", "green_weight": 50}]}


@pytest.mark.parametrize(("filters", "variables"), [(1, [{}]), (2, [{}, {}]), (2, [{}, {"OTHER": "VM"}])], ids=["one", "two", "two-vms"])
def test_two_filters_in_one_chain_are_counted(fleet: Fleet, blue: Upstream, filters: int, variables: list[dict[str, str]]) -> None:
    chain = [bluegreen_filter(CONFIGURATION, each) for each in variables]
    for number, http_filter in enumerate(chain):
        http_filter["name"] = f"bluegreen-{number}"
    proxy = fleet.run(bootstrap([listener("ingress", chain, route_table([route_to("blue")]))], [cluster("blue", blue.port)]))
    with Client(proxy.port("ingress")) as client:
        for _ in range(300):
            client.request("/")
    assert (proxy.stats(COUNTER).get(COUNTER, 0) > 0) == (filters > 1)
