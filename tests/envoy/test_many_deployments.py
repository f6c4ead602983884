"""One configuration for a large platform: Envoy takes it, quickly and in little room, and each deployment is found."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.harness.artefact import is_native
from tests.harness.bootstrap import bootstrap, client_addresses_by_header, cluster, listener
from tests.harness.buckets import variant_of
from tests.harness.client import Client, Header
from tests.harness.envoy import Envoy
from tests.harness.files import write_resources
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_resource, watched_bluegreen_filter
from tests.harness.polling import wait_until
from tests.harness.routes import Json, route_table, route_to
from tests.harness.upstream import Upstream

WEIGHT = 50
ECDS = "extension_config_discovery.http_filter.bluegreen."
EXPLAINED: list[Header] = [("x-bluegreen-explain", "1"), ("x-forwarded-for", "10.0.0.1")]
TELL_VM_CALLS = ["--component-log-level", "wasm:trace", "--log-format", "%t %Y-%m-%dT%T.%f %v"]
MEBIBYTE = 1 << 20

LARGE_PLATFORM = 10_000
MOST_MILLISECONDS, MOST_MEBIBYTES = 500, 32
"""That each VM may take to read the configuration of a large platform, and that it may hold then."""
PUSHES = 3


def configuration(amount: int, variant_header: str = "x-variant") -> Json:
    """Deployments in turns: a prefix, a prefix for one tenant, a path, all below one host; and a wildcard host."""
    return {
        "deployments": [{"name": f"model-{number}", "match": match(number)} | SHORT for number in range(amount)],
        "defaults": {"sticky": {"keys": [{"header": "x-user-id"}]}},
        "explain": "internal",
        "tags": {"response_header": variant_header},
    }


SHORT: Json = {"clusters": {"blue": "blue", "green": "green"}, "green_weight": WEIGHT}


def match(number: int) -> Json:
    host, turn = f"host-{number // 40}.example.com", number % 4
    prefix = f"/v1/models/{number // 4 % 10}"
    if turn == 0:
        return {"hosts": [host], "path_prefix": prefix}
    if turn == 1:
        return {"hosts": [host], "path_prefix": prefix, "headers": [{"name": "x-tenant", "exact": "acme"}]}
    if turn == 2:
        return {"hosts": [host], "path": f"{prefix}/metadata"}
    return {"hosts": [f"*.wild-{number}.example.com"]}


def request(number: int) -> tuple[str, str, list[Header]]:
    """Host, path and headers that belong to a deployment."""
    fits = match(number)
    host = fits["hosts"][0].replace("*", "eu")
    path = fits.get("path") or fits.get("path_prefix", "") + ":predict"
    return host, path if path.startswith("/") else "/any", [("x-tenant", "acme")] if "headers" in fits else []


def is_found(client: Client, number: int) -> bool:
    """Whether requests that belong to a deployment are decided by it, and right."""
    host, path, headers = request(number)
    for user in ("user-1", "user-2"):
        answer = client.request(path, [*headers, ("x-user-id", user), *EXPLAINED], host)
        variant = variant_of(f"model-{number}", user, WEIGHT)
        explained = answer.one("x-bluegreen-explain") or ""
        if answer.one("x-variant") != variant or not explained.startswith(f"deployment=model-{number}; variant={variant};"):
            return False
    return True


def configure_milliseconds(log: str) -> list[float]:
    """How long each VM took to take its configuration. A thread enters one VM at a time."""
    found, begun = [], {}
    for thread, moment, way in re.findall(r"^(\d+) (\S+) \[host(->|<-)vm\] proxy_on_configure\b", log, re.MULTILINE):
        now = datetime.fromisoformat(moment)
        if way == "->":
            begun[thread] = now
        else:
            found.append(round((now - begun.pop(thread)).total_seconds() * 1000, 1))
    return found


@pytest.fixture
def file(fleet: Fleet) -> Path:
    file = fleet.directory() / "filter.json"
    write_resources(file, [bluegreen_resource({"deployments": [{"name": "alone", "match": {"hosts": ["alone"]}}]})])
    return file


@pytest.fixture
def proxy(fleet: Fleet, file: Path, blue: Upstream) -> Envoy:
    ingress = listener("ingress", watched_bluegreen_filter(file), route_table([route_to("blue")]), **client_addresses_by_header("10.0.0.1"))
    envoy = Envoy(bootstrap([ingress], [cluster("blue", blue.port)]), fleet.directory(), arguments=TELL_VM_CALLS)
    return fleet.start(envoy)


@pytest.mark.parametrize("amount", [1, 100, 1_000, 10_000, 100_000])
def test_a_configuration_of_any_size_is_taken_and_each_deployment_is_found(
    proxy: Envoy, file: Path, amount: int, record_property: Callable[[str, object], None]
) -> None:
    resource = bluegreen_resource(configuration(amount))
    before, start = proxy.resident_memory(), proxy.log_size()
    write_resources(file, [resource])
    with Client(proxy.port("ingress")) as client:
        wait_until(lambda: is_found(client, amount - 1), 60, f"{amount} deployments to be in force")
        sampled = range(0, amount, max(1, amount // 50 - 1))
        assert [number for number in sampled if not is_found(client, number)] == []
    assert proxy.stat(ECDS + "update_rejected") == 0
    if is_native():
        return  # There is no VM whose time and memory could be told.

    grown = (proxy.resident_memory() - before) / MEBIBYTE
    size = len(resource["typed_config"]["config"]["configuration"]["value"]) / MEBIBYTE
    milliseconds = configure_milliseconds(proxy.log(start))
    assert milliseconds
    record_property(f"{amount} deployments", f"{size:.2f} MiB of JSON, VMs configured in {milliseconds} ms, Envoy grown by {grown:.1f} MiB")


@pytest.mark.skipif(is_native(), reason="about VMs")
def test_each_vm_reads_a_large_platform_in_half_a_second_and_32_mebibytes(
    proxy: Envoy, file: Path, record_property: Callable[[str, object], None]
) -> None:
    """The best of all times counts, for whatever else runs on the machine makes them longer. Envoy's own growth is in the memory."""
    before, begun = proxy.resident_memory(), proxy.log_size()
    grown, milliseconds = [], []
    host, path, headers = request(LARGE_PLATFORM - 1)
    with Client(proxy.port("ingress")) as client:
        for push in range(PUSHES):
            variant_header = f"x-variant-{push}"
            write_resources(file, [bluegreen_resource(configuration(LARGE_PLATFORM, variant_header))])
            wait_until(lambda name=variant_header: client.request(path, headers, host).all(name) != [], 60, f"push {push} to be in force")
            milliseconds = configure_milliseconds(proxy.log(begun))
            grown.append((proxy.resident_memory() - before) / MEBIBYTE)
    vms = len(milliseconds) // PUSHES
    record_property("best", f"{min(milliseconds)} ms and {min(grown) / vms:.1f} MiB in each of {vms} VMs")
    assert vms >= 2  # The worker's and the main thread's.
    assert min(milliseconds) <= MOST_MILLISECONDS
    assert min(grown) / vms <= MOST_MEBIBYTES
