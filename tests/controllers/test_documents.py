"""The walks through envoy/istio/argo-rollouts and envoy/istio/flagger print what they show, against the real controllers."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.controllers.harness import programs as controllers
from tests.controllers.harness.controllers import ArgoRollouts, Flagger
from tests.controllers.harness.prometheus import Prometheus
from tests.controllers.harness.users import Users
from tests.harness.artefact import filter_wasm
from tests.harness.documents import Walk, blocks
from tests.mesh.harness import programs
from tests.mesh.harness.mesh import Mesh, Proxy
from tests.mesh.harness.shipped import DIRECTORY

IMAGE = "oci://registry.example.com/bluegreen:0.1.0"
SECONDS = 150.0
"""A step of Flagger takes ten at least."""


@pytest.fixture(scope="module")
def gateway(mesh: Mesh, prometheus: Prometheus) -> Proxy:
    gateway = mesh.gateway()
    prometheus.scrape([gateway.admin_address()])
    return gateway


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """envoy/istio, with the filter from its file."""
    folder = tmp_path / "istio"
    shutil.copytree(DIRECTORY, folder)
    replace(folder / "base" / "traffic-extension.yaml", {IMAGE: filter_wasm().as_uri()})
    return folder


def replace(file: Path, pairs: dict[str, str]) -> None:
    text = file.read_text()
    for old, new in pairs.items():
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)


@pytest.fixture
def walk_through(mesh: Mesh, gateway: Proxy, copy: Path) -> Callable[[str], None]:
    """Runs a page, while others ask too: Flagger promotes nothing that nobody asks."""
    path = [programs.kubectl().parent, controllers.argo_rollouts_plugin().parent, os.environ["PATH"]]
    environment = os.environ | {
        "PATH": os.pathsep.join(map(str, path)),
        "KUBECONFIG": str(mesh.kubernetes.kubeconfig),
        "HOME": str(mesh.kubernetes.directory),
        "INGRESS": f"127.0.0.1:{gateway.workload.port}",
    }

    def run(page: str) -> None:
        mesh.clear()
        walk = [block for block in blocks(DIRECTORY / page) if block.is_run]
        assert len(walk) >= 10
        with Walk(copy, environment, seconds=SECONDS) as reader, Users(gateway):
            for block in walk:
                reader.run(block)

    return run


def test_the_walk_with_argo_rollouts(walk_through: Callable[[str], None], argo_rollouts: ArgoRollouts) -> None:
    walk_through("argo-rollouts/README.md")


def test_the_walk_with_flagger(walk_through: Callable[[str], None], flagger: Flagger, prometheus: Prometheus, copy: Path) -> None:
    replace(copy / "flagger" / "metrics.yaml", {"http://prometheus.istio-system:9090": prometheus.url})
    replace(copy / "flagger" / "canary.yaml", {"interval: 1m": "interval: 10s", 'minimum: "100"': 'minimum: "5"'})
    walk_through("flagger/README.md")
