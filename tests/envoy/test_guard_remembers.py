"""What ends a trip of the guard and what does not, on both workers of a proxy; nobody loses a request meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.harness.artefact import REPOSITORY, is_native
from tests.harness.client import Client, Header
from tests.harness.envoy import Envoy
from tests.harness.fleet import Fleet
from tests.harness.guard import guard, is_tripped, load, no_green, some_green, wait_for_trip
from tests.harness.load import Load
from tests.harness.polling import wait_until
from tests.harness.prediction import predict
from tests.harness.process import output
from tests.harness.standalone import NOT_ROLLED_BACK, Standalone
from tests.harness.files import write_atomically
from tests.harness.upstream import Upstream

pytestmark = pytest.mark.skipif(is_native(), reason="the dynamic module has no guard yet")

WEIGHT = 50
ENOUGH_TO_CRASH: list[Header] = [(f"x-{number}", "") for number in range(60)]
BINARYEN = REPOSITORY / "target" / "node" / "node_modules" / ".bin"
COMPILED = REPOSITORY / "target" / "filter" / "compiled.wasm"
EXPORTS = REPOSITORY / "target" / "exports.json"
CALLBACKS = REPOSITORY / "src" / "proxy_wasm" / "exports.wat"
PLAIN = '(export "proxy_on_request_headers" (func $request))'
CRASHES_ON_MANY_HEADERS = """
  (func $crash (param i32 i32 i32) (result i32)
    (if (i32.gt_s (local.get 1) (i32.const 50)) (then unreachable))
    (call $request (local.get 0) (local.get 1) (local.get 2)))
  (export "proxy_on_request_headers" (func $crash))
"""
FEATURES = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
]


@pytest.fixture(scope="module")
def crashing_wasm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The filter, but it crashes on a request with many headers: as new code it is another than the one before."""
    folder = tmp_path_factory.mktemp("crashing")
    callbacks, wasm = folder / "exports.wat", folder / "crashing.wasm"
    text = CALLBACKS.read_text()
    assert PLAIN in text
    callbacks.write_text(text.replace(PLAIN, CRASHES_ON_MANY_HEADERS))
    output([BINARYEN / "wasm-merge", callbacks, "envoy", COMPILED, "bluegreen", "--skip-export-conflicts", *FEATURES, "-o", wasm])
    output([BINARYEN / "wasm-metadce", wasm, "--graph-file", EXPORTS, *FEATURES, "-o", wasm])
    return wasm


@pytest.fixture
def standalone(fleet: Fleet, blue: Upstream, green: Upstream) -> Iterator[Standalone]:
    yield Standalone(fleet.directory(), blue.port, green.port)
    for upstream in (blue, green):
        upstream.be_well()


@contextmanager
def tripped(fleet: Fleet, standalone: Standalone, green: Upstream) -> Iterator[tuple[Envoy, Load]]:
    """A proxy that has just taken green back, and the load that goes on. Green is well again."""
    guard(standalone, {}, WEIGHT)
    proxy = fleet.start(standalone.envoy(concurrency=2))
    with load(proxy) as running:
        running.wait_for(200)
        green.status = 500
        wait_for_trip(running)
        green.be_well()
        yield proxy, running


def assert_none_lost(running: Load) -> None:
    assert all(one.status in (200, 500) for one in running.served)


def test_a_rollback_ends_a_trip_and_green_is_tried_again_after_it(fleet: Fleet, standalone: Standalone, green: Upstream) -> None:
    with tripped(fleet, standalone, green) as (proxy, running):
        standalone.roll_back()
        wait_until(lambda: not is_tripped(proxy), 10, "the trip to end")
        running.wait_for(100)
        standalone.end_rollback()
        running.wait_until(some_green, 10, "green to be tried again")
    assert_none_lost(running)


def test_a_changed_deployment_ends_a_trip(fleet: Fleet, standalone: Standalone, green: Upstream) -> None:
    with tripped(fleet, standalone, green) as (proxy, running):
        standalone.set_green_weight(WEIGHT + 1)
        running.wait_until(some_green, 10, "green to be tried again")
        wait_until(lambda: not is_tripped(proxy), 10, "the gauge")
    assert_none_lost(running)


def test_metadata_ends_a_trip_once(fleet: Fleet, standalone: Standalone, green: Upstream) -> None:
    with tripped(fleet, standalone, green) as (proxy, running):
        routes = standalone.directory / "routes.yaml"
        write_atomically(routes, routes.read_text().replace(NOT_ROLLED_BACK, "guard: reset"))
        running.wait_until(some_green, 10, "green to be tried again")
        green.status = 500
        wait_for_trip(running)
        running.wait_for(400)
        assert is_tripped(proxy)
    assert_none_lost(running)


def test_new_code_ends_no_trip(fleet: Fleet, standalone: Standalone, green: Upstream, crashing_wasm: Path) -> None:
    with tripped(fleet, standalone, green) as (proxy, running):
        created = proxy.stat("wasm.envoy.wasm.runtime.v8.created")
        standalone.replace_wasm(crashing_wasm)
        wait_until(lambda: proxy.stat("wasm.envoy.wasm.runtime.v8.created") >= created + 3, 20, "three new VMs")
        since = len(running.served)
        running.wait_for(600)
        assert no_green(running.served[since:])
    assert is_tripped(proxy)
    assert_none_lost(running)


def test_a_crash_ends_no_trip(tmp_path: Path, blue: Upstream, green: Upstream, crashing_wasm: Path) -> None:
    standalone = Standalone(tmp_path, blue.port, green.port)
    standalone.replace_wasm(crashing_wasm)
    with Fleet(lambda: tmp_path) as fleet:
        with tripped(fleet, standalone, green) as (proxy, running):
            with Client(proxy.port("ingress")) as client:
                assert predict(client, headers=ENOUGH_TO_CRASH).status == 503
            proxy.wait_for_log("Function: proxy_on_request_headers failed")
            wait_until(lambda: proxy.stat("wasm.bluegreen.vm_reload_success") >= 1, 10, "the filter to be made anew")
            since = len(running.served)
            running.wait_for(600)
            assert no_green(running.served[since:])
            assert not some_green(running.served[since:])
        assert is_tripped(proxy)
    green.be_well()
