"""The walk through envoy/istio/ prints what it shows: routes, filter, rollback, its end, and nothing of it left. What the
runbook tells people to type is taken by Kubernetes' API."""

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.harness.artefact import REPOSITORY, filter_wasm
from tests.harness.documents import Walk, blocks, shows
from tests.harness.upstream import Upstream
from tests.mesh.harness import programs, shipped
from tests.mesh.harness.mesh import Mesh
from tests.mesh.harness.models import model
from tests.mesh.harness.shipped import DIRECTORY

IMAGE = "oci://registry.example.com/bluegreen:0.1.0"
RUNBOOK = REPOSITORY / "envoy" / "RUNBOOK.md"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of envoy/istio/ in which the filter comes from its file: a proxy without Istio's agent pulls no images."""
    folder = tmp_path / "istio"
    shutil.copytree(DIRECTORY, folder)
    extension = folder / "base" / "traffic-extension.yaml"
    text = extension.read_text()
    assert IMAGE in text
    extension.write_text(text.replace(IMAGE, filter_wasm().as_uri()))
    return folder


def test_the_walk_prints_what_it_shows(mesh: Mesh, blue: Upstream, green: Upstream, copy: Path) -> None:
    mesh.kubernetes.apply(*model("fraud", blue, green))
    gateway = mesh.gateway()
    environment = os.environ | {
        "PATH": os.pathsep.join([str(programs.kubectl().parent), os.environ["PATH"]]),
        "KUBECONFIG": str(mesh.kubernetes.kubeconfig),
        "HOME": str(mesh.kubernetes.directory),
        "INGRESS": f"127.0.0.1:{gateway.workload.port}",
    }
    walk = [block for block in blocks(DIRECTORY / "README.md") if block.is_run]
    assert len(walk) >= 10
    with Walk(copy, environment) as reader:
        for block in walk:
            reader.run(block)


def test_the_files_of_the_runbook_are_applied_and_deleted(mesh: Mesh) -> None:
    files = re.findall(r"`kubectl apply -f (envoy/istio/\S+)`", RUNBOOK.read_text())
    assert len(files) >= 5
    printed = [mesh.kubernetes.kubectl("apply", "-f", REPOSITORY / file) for file in files]
    shown = [block for block in re.findall(r"```text\n(.*?)```", RUNBOOK.read_text(), re.DOTALL) if block.startswith("envoyfilter")]
    deleted = [mesh.kubernetes.kubectl("delete", "-f", REPOSITORY / file) for file in files]
    assert [any(shows(text, one) for one in (printed[0], deleted[0])) for text in shown] == [True, True]


@pytest.mark.parametrize("verb", ["patch", "annotate"])
def test_a_rollback_without_a_file_is_taken(mesh: Mesh, verb: str, tmp_path: Path) -> None:
    mesh.kubernetes.apply(*shipped.overlay("waypoint", tmp_path), *shipped.overlay("http-routes", tmp_path))
    [block] = [block for block in blocks(RUNBOOK) if block.commands.startswith(f"kubectl {verb} ")]
    assert block.output and shows(block.output, mesh.kubernetes.kubectl(*shlex.split(block.commands)[1:]))
