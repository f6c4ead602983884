"""Where the programs of a control plane lie, which `make mesh-tools` builds."""

import os
from dataclasses import dataclass
from pathlib import Path

from tests.harness.artefact import REPOSITORY

BUILT = REPOSITORY / "target" / "mesh"
ISTIO_VARIABLE, ISTIO_DEFAULT = "ISTIO", "1.31"


class NotBuilt(Exception):
    """A program of the control plane is missing."""


@dataclass(frozen=True)
class Istio:
    """The programs and definitions of one version of Istio."""

    version: str

    @property
    def istiod(self) -> Path:
        return _built(f"istio-{self.version}", "pilot-discovery")

    @property
    def istioctl(self) -> Path:
        return _built(f"istio-{self.version}", "istioctl")

    @property
    def definitions(self) -> Path:
        """The directory of its custom resource definitions, and of those of the Gateway API that it knows."""
        return _built(f"istio-{self.version}", "definitions")


def istio() -> Istio:
    """The version that the variable ISTIO names."""
    return Istio(os.environ.get(ISTIO_VARIABLE) or ISTIO_DEFAULT)


def etcd() -> Path:
    return _built("kubernetes", "etcd")


def kube_apiserver() -> Path:
    return _built("kubernetes", "kube-apiserver")


def kubectl() -> Path:
    return _built("kubernetes", "kubectl")


def _built(module: str, name: str) -> Path:
    path = BUILT / module / name
    if not path.exists():
        raise NotBuilt(f"{path.relative_to(REPOSITORY)} is missing: run `make mesh-tools` first")
    return path
