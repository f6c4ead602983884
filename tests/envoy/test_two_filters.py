"""Two of these filters in one chain show by a counter, also where they are of different code; one alone does not."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.harness.artefact import filter_library, is_native
from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.dynamic_module import for_module, module_filter
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import route_table, route_to
from tests.harness.upstream import Upstream

Json = Any

COUNTER = "bluegreen.filter.repeated"
CONFIGURATION = {"deployments": [{"name": "fraud", "green_weight": 50}]}
REQUESTS = 300


def own(environment: dict[str, str] | None = None) -> Json:
    """The filter under test."""
    filters = bluegreen_filter(CONFIGURATION, environment)
    return filters[-1] if is_native() else filters


def module(library: Path | None = None) -> Json:
    """The dynamic module, whatever is under test."""
    return {"typed_config": module_filter(for_module(CONFIGURATION).text, library)}


def repeated(fleet: Fleet, blue: Upstream, chain: list[Json]) -> int:
    """How many requests such a chain counts, of REQUESTS."""
    chain = [http_filter | {"name": f"bluegreen-{number}"} for number, http_filter in enumerate(chain)]
    proxy = fleet.run(bootstrap([listener("ingress", chain, route_table([route_to("blue")]))], [cluster("blue", blue.port)]))
    with Client(proxy.port("ingress")) as client:
        for _ in range(REQUESTS):
            client.request("/")
    assert "envoy bug failure" not in proxy.log()
    return sum(value for name, value in proxy.stats().items() if name.endswith(COUNTER))


def test_one_filter_counts_nothing(fleet: Fleet, blue: Upstream) -> None:
    assert repeated(fleet, blue, [own()]) == 0


def test_two_filters_in_one_chain_are_counted(fleet: Fleet, blue: Upstream) -> None:
    assert repeated(fleet, blue, [own(), own()]) > 0


@pytest.mark.skipif(is_native(), reason="a dynamic module has no VM")
def test_two_filters_in_different_vms_are_counted(fleet: Fleet, blue: Upstream) -> None:
    assert repeated(fleet, blue, [own(), own({"OTHER": "VM"})]) > 0


@pytest.mark.skipif(not is_native(), reason="about libraries")
def test_two_filters_of_different_libraries_are_counted(fleet: Fleet, blue: Upstream) -> None:
    other = Path(shutil.copy(filter_library(), fleet.directory() / "libother.so"))
    assert repeated(fleet, blue, [module(), module(other)]) > 0


@pytest.mark.skipif(is_native(), reason="the filter under test is the other one")
@pytest.mark.parametrize("is_module_first", [True, False])
def test_a_filter_of_each_kind_in_one_chain_are_counted(fleet: Fleet, blue: Upstream, is_module_first: bool) -> None:
    chain = [module(), own()] if is_module_first else [own(), module()]
    assert repeated(fleet, blue, chain) > 0
