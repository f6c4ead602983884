"""A registry of images on loopback, and the image of the filter in it."""

import re
from contextlib import ExitStack
from pathlib import Path

from tests.harness.artefact import REPOSITORY
from tests.harness.process import Process, output
from tests.harness.service import Service

LAYOUT = REPOSITORY / "dist" / "image"
"""What `make image` makes."""
IMAGE_MAKER = REPOSITORY / "target" / "image" / "image"
CRANE = REPOSITORY / "target" / "image" / "crane"
"""The programs with which it is made and pushed."""


class Registry(Service):
    """Runs a registry, whose log goes to `directory`. It forgets all when it ends."""

    def __init__(self, directory: Path) -> None:
        self._log = directory / "registry.log"
        self._process = Process([CRANE, "registry", "serve", "--address", "127.0.0.1:0"], output=self._log)
        self._port = ""

    def _start(self, running: ExitStack) -> None:
        running.callback(self._process.stop)
        [self._port] = self._process.start(lambda: re.findall(r"serving on port (\d+)", self._log.read_text()), 10, "the registry to serve")

    def reference(self, tag: str) -> str:
        """The image's name in this registry, without a scheme."""
        return f"127.0.0.1:{self._port}/models/bluegreen:{tag}"

    def push(self, tag: str, layout: Path = LAYOUT) -> str:
        """Pushes an OCI layout as `make push-image` does, and returns its reference."""
        crane("push", layout, self.reference(tag))
        return self.reference(tag)


def crane(*arguments: str | Path) -> str:
    """Runs crane, and returns what it prints."""
    return output([CRANE, *arguments])
