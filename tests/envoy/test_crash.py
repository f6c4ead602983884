"""Should a filter ever crash: the proxy that users copy serves again by itself.

The filter itself gives no way to crash it, so another one stands in its place.
"""

from pathlib import Path

import pytest

from tests.harness.artefact import REPOSITORY, is_native
from tests.harness.client import Client, Header
from tests.harness.filter_health import filter_failures
from tests.harness.polling import wait_until
from tests.harness.prediction import predict
from tests.harness.process import output
from tests.harness.standalone import Standalone
from tests.harness.upstream import Upstream

pytestmark = pytest.mark.skipif(is_native(), reason="a crash of the VM; a panic in the dynamic module is in test_module_panics.py")
ENOUGH_TO_CRASH: list[Header] = [(f"x-{number}", "") for number in range(60)]


@pytest.fixture(scope="module")
def crashing_filter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    wasm = tmp_path_factory.mktemp("crashing_filter") / "crashing_filter.wasm"
    source = Path(__file__).with_name("crashing_filter.rs")
    options = ["--edition", "2024", "--crate-type", "cdylib", "--target", "wasm32-wasip1", "-C", "opt-level=z", "-C", "panic=abort"]
    output(["rustc", *options, source, "-o", wasm], seconds=300, cwd=REPOSITORY)
    return wasm


def test_a_crashed_filter_is_made_anew(tmp_path: Path, crashing_filter: Path, blue: Upstream, green: Upstream) -> None:
    standalone = Standalone(tmp_path, blue.port, green.port)
    standalone.replace_wasm(crashing_filter)
    with standalone.envoy() as proxy, Client(proxy.port("ingress")) as client:
        assert predict(client).status == 200
        assert filter_failures(proxy) == {}

        assert predict(client, headers=ENOUGH_TO_CRASH).status == 503
        proxy.wait_for_log("Function: proxy_on_request_headers failed")
        assert filter_failures(proxy) != {}

        wait_until(lambda: predict(client).status == 200, 10, "the filter to be made anew")
        assert proxy.stat("wasm.bluegreen.vm_reload_success") == 1
