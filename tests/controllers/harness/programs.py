"""Where the programs lie that `make test-controllers` builds."""

from pathlib import Path

from tests.harness.artefact import REPOSITORY
from tests.mesh.harness.programs import NotBuilt, istio

BUILT = REPOSITORY / "target" / "controllers"
PROMETHEUS = REPOSITORY / "target" / "prometheus"


def kwok() -> Path:
    return _built("kwok", "kwok")


def kwok_stages() -> Path:
    """What KWOK does to nodes and pods: they are ready at once."""
    return _built("kwok", "stages.yaml")


def controller_manager() -> Path:
    return _built("kubernetes", "kube-controller-manager")


def argo_rollouts() -> Path:
    return _built("rollouts", "rollouts-controller")


def argo_rollouts_plugin() -> Path:
    """The one of kubectl, which finds it in PATH."""
    return _built("rollouts", "kubectl-argo-rollouts")


def flagger() -> Path:
    return _built("flagger", "flagger")


def definitions() -> list[Path]:
    """The directories of the controllers' custom resource definitions."""
    return [_built(name, "definitions") for name in ("rollouts", "flagger")]


def pilot_agent() -> Path:
    return _built(f"istio-{istio().version}", "pilot-agent")


def agent_bootstrap() -> Path:
    """The template from which Istio's agent makes Envoy's bootstrap."""
    return _built(f"istio-{istio().version}", "envoy_bootstrap.json")


def prometheus() -> Path:
    return _existing(PROMETHEUS / "prometheus")


def _built(module: str, name: str) -> Path:
    return _existing(BUILT / module / name)


def _existing(path: Path) -> Path:
    if not path.exists():
        raise NotBuilt(f"{path.relative_to(REPOSITORY)} is missing: `make test-controllers` builds it")
    return path
