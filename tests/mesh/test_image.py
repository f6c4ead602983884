"""The image that `make image` makes: pulled by Istio's own fetcher, always the same bytes, and it tells what it is."""

import json
import tarfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness.artefact import REPOSITORY, filter_wasm
from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.http_filters import HTTP
from tests.harness.process import output, run
from tests.harness.routes import route_table, route_to
from tests.harness.upstream import Upstream
from tests.mesh.harness.registry import IMAGE_MAKER, LAYOUT, Registry, crane

Json = Any

FETCHER = REPOSITORY / "target" / "mesh" / "image" / "fetch"
"""Istio's fetcher of images, as a program."""
DENY = {"@type": HTTP + "rbac.v3.RBAC", "rules": {}, "rulesStatPrefix": "wasm-default-deny"}
"""What it gives to Envoy in place of a filter that it cannot fetch: no rule allows anything."""
PACKAGE: dict[str, Any] = tomllib.loads((REPOSITORY / "Cargo.toml").read_text())["workspace"]["package"]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with Registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture(scope="module")
def reference(registry: Registry) -> str:
    return registry.push(PACKAGE["version"])


@dataclass(frozen=True)
class Fetched:
    """What Istio's agent made of an image."""

    filter: Json
    """The typed configuration of the filter that it gives to Envoy."""
    log: str


def fetch(reference: str, directory: Path, policy: str = "FAIL_RELOAD") -> Fetched:
    """What Istio's agent does with a `url` of this image, and with a `failStrategy`."""
    command = [FETCHER, f"oci://{reference}", policy, directory]
    ended = run(command)
    assert ended.status == 0, ended.errors
    *log, converted = ended.output.splitlines()
    return Fetched(json.loads(converted), "\n".join([*log, ended.errors]))


def test_istios_own_fetcher_gets_the_filter(reference: str, tmp_path: Path) -> None:
    fetched = fetch(reference, tmp_path)
    module = fetched.filter["config"]["vmConfig"]["code"]["local"]["filename"]
    assert Path(module).read_bytes() == filter_wasm().read_bytes()


def test_istios_own_fetcher_tells_of_an_image_without_the_filter(registry: Registry, tmp_path: Path) -> None:
    unlike = tmp_path / "unlike"
    write_image(unlike, wasm=REPOSITORY / "LICENSE")
    fetched = fetch(registry.push("unlike", unlike), tmp_path)
    assert fetched.filter == DENY
    assert "is invalid" in fetched.log


@pytest.mark.parametrize(("policy", "status"), [("FAIL_RELOAD", 403), ("FAIL_CLOSED", 403), ("FAIL_OPEN", 200)])
def test_an_image_that_is_not_there_closes_the_proxy(registry: Registry, blue: Upstream, policy: str, status: int, tmp_path: Path) -> None:
    """Also one that had a good filter: in its place another filter comes."""
    fetched = fetch(registry.reference("absent"), tmp_path, policy)
    assert (fetched.filter == DENY) == (status == 403)
    assert "cannot fetch Wasm module" in fetched.log
    ingress = listener("ingress", {"name": "bluegreen", "typed_config": fetched.filter}, route_table([route_to("blue")]))
    with Envoy(bootstrap([ingress], [cluster("blue", blue.port)]), tmp_path) as envoy, Client(envoy.port("ingress")) as client:
        assert client.request("/").status == status


def test_the_same_filter_makes_the_same_image(tmp_path: Path) -> None:
    made = []
    for name in ("once", "again"):
        write_image(tmp_path / name, filter_wasm())
        made.append({file.name: file.read_bytes() for file in (tmp_path / name).rglob("*") if file.is_file()})
    assert made[0] == made[1]
    write_image(tmp_path / "other", REPOSITORY / "LICENSE")
    assert (tmp_path / "other" / "index.json").read_bytes() != made[0]["index.json"]


@pytest.mark.parametrize("place", ["labels", "annotations"])
def test_the_image_tells_source_licence_and_version(reference: str, place: str) -> None:
    manifest = json.loads(crane("manifest", reference))
    found = manifest["annotations"] if place == "annotations" else json.loads(crane("config", reference))["config"]["Labels"]
    found = {name.removeprefix("org.opencontainers.image."): value for name, value in found.items()}
    assert (found["licenses"], found["version"], found["title"]) == (PACKAGE["license"], PACKAGE["version"], "bluegreen")
    assert found["source"].startswith("https://")


def test_the_image_has_the_licence_in_it(reference: str, tmp_path: Path) -> None:
    crane("export", reference, tmp_path / "files.tar")
    assert packed(tmp_path / "files.tar", "LICENSE") == (REPOSITORY / "LICENSE").read_bytes()


def test_the_files_for_proxies_name_the_image_of_this_version() -> None:
    extension = yaml.safe_load((REPOSITORY / "envoy/istio/base/traffic-extension.yaml").read_text())
    policy = yaml.safe_load((REPOSITORY / "envoy/gateway/extension-policy.yaml").read_text())
    urls = {extension["spec"]["wasm"]["url"], "oci://" + policy["spec"]["wasm"][0]["code"]["image"]["url"]}
    assert urls == {f"oci://registry.example.com/bluegreen:{PACKAGE['version']}"}


def test_dist_holds_an_image_of_the_filter_in_dist(tmp_path: Path) -> None:
    [manifest] = json.loads((LAYOUT / "index.json").read_text())["manifests"]
    layer = json.loads(blob(manifest["digest"]).read_text())["layers"][-1]["digest"]
    assert packed(blob(layer), "plugin.wasm") == filter_wasm().read_bytes()


def packed(archive: Path, name: str) -> bytes:
    """A file in a tar, compressed or not."""
    with tarfile.open(archive) as files:
        file = files.extractfile(name)
        assert file is not None
        return file.read()


def blob(digest: str) -> Path:
    return LAYOUT / "blobs" / digest.replace(":", "/")


def write_image(layout: Path, wasm: Path) -> None:
    """An image as `make image` makes it, with other labels."""
    command = [IMAGE_MAKER, "-wasm", wasm, "-licence", REPOSITORY / "LICENSE", "-version", "0", "-out", layout]
    output(command)
