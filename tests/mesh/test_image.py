"""The image that `make image` makes: pulled by Istio's own fetcher, always the same bytes, and it tells what it is."""

import json
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness.artefact import REPOSITORY, filter_wasm
from tests.mesh.harness.registry import IMAGE_MAKER, LAYOUT, Registry, crane

FETCHER = REPOSITORY / "target" / "mesh" / "image" / "fetch"
"""Istio's fetcher of images, as a program."""
PACKAGE: dict[str, Any] = tomllib.loads((REPOSITORY / "Cargo.toml").read_text())["package"]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with Registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture(scope="module")
def reference(registry: Registry) -> str:
    return registry.push(PACKAGE["version"])


def fetch(reference: str, directory: Path) -> "subprocess.CompletedProcess[str]":
    """What Istio's agent does with a `url` of this image."""
    command = [FETCHER, f"oci://{reference}", directory]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def test_istios_own_fetcher_gets_the_filter(reference: str, tmp_path: Path) -> None:
    fetched = fetch(reference, tmp_path)
    assert fetched.returncode == 0, fetched.stderr
    assert Path(fetched.stdout.splitlines()[-1]).read_bytes() == filter_wasm().read_bytes()


def test_istios_own_fetcher_tells_of_an_image_without_the_filter(registry: Registry, tmp_path: Path) -> None:
    unlike = tmp_path / "unlike"
    write_image(unlike, wasm=REPOSITORY / "LICENSE")
    fetched = fetch(registry.push("unlike", unlike), tmp_path)
    assert fetched.returncode != 0
    assert fetched.stderr.strip().endswith("is invalid")


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
    told = manifest["annotations"] if place == "annotations" else json.loads(crane("config", reference))["config"]["Labels"]
    told = {name.removeprefix("org.opencontainers.image."): value for name, value in told.items()}
    assert (told["licenses"], told["version"], told["title"]) == (PACKAGE["license"], PACKAGE["version"], PACKAGE["name"])
    assert told["source"].startswith("https://")


def test_the_image_has_the_licence_in_it(reference: str, tmp_path: Path) -> None:
    crane("export", reference, tmp_path / "files.tar")
    content = subprocess.run(["tar", "-xOf", tmp_path / "files.tar", "LICENSE"], check=True, capture_output=True).stdout
    assert content == (REPOSITORY / "LICENSE").read_bytes()


def test_the_files_for_proxies_name_the_image_of_this_version() -> None:
    extension = yaml.safe_load((REPOSITORY / "envoy/istio/base/traffic-extension.yaml").read_text())
    policy = yaml.safe_load((REPOSITORY / "envoy/gateway/extension-policy.yaml").read_text())
    urls = {extension["spec"]["wasm"]["url"], "oci://" + policy["spec"]["wasm"][0]["code"]["image"]["url"]}
    assert urls == {f"oci://registry.example.com/bluegreen:{PACKAGE['version']}"}


def test_dist_holds_an_image_of_the_filter_in_dist(tmp_path: Path) -> None:
    [manifest] = json.loads((LAYOUT / "index.json").read_text())["manifests"]
    layer = json.loads(blob(manifest["digest"]).read_text())["layers"][-1]["digest"]
    content = subprocess.run(["tar", "-xzOf", blob(layer), "plugin.wasm"], check=True, capture_output=True).stdout
    assert content == filter_wasm().read_bytes()


def blob(digest: str) -> Path:
    return LAYOUT / "blobs" / digest.replace(":", "/")


def write_image(layout: Path, wasm: Path) -> None:
    """An image as `make image` makes it, with other labels."""
    command = [IMAGE_MAKER, "-wasm", wasm, "-licence", REPOSITORY / "LICENSE", "-version", "0", "-out", layout]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
