"""Routes that are changed while Envoy runs."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from tests.harness.client import Client
from tests.harness.files import write_atomically
from tests.harness.polling import wait_until
from tests.harness.routes import routes_resource, watched_route_table

Json = Any

VERSION_HEADER = "x-routes-version"


class WatchedRoutes:
    """A file of routes, which Envoy reads again at each `push`. Every response names the version in a header."""

    def __init__(self, file: Path, routes: list[Json], metadata: Json | None = None, write: Callable[[Json], str] = json.dumps) -> None:
        self._file = file
        self._write = write
        self._routes = routes
        self._versions = count()
        self._put(metadata)

    def table(self) -> Json:
        """The routes as a listener names them."""
        return watched_route_table(self._file)

    def push(self, client: Client, metadata: Json | None = None, routes: list[Json] | None = None) -> None:
        """Replaces the virtual host's metadata, and the routes if any are given; waits until they are in force."""
        self._routes = routes or self._routes
        version = self._put(metadata)
        wait_until(lambda: client.request("/").one(VERSION_HEADER) == version, 10, f"version {version} of the routes in {self._file}")

    def _put(self, metadata: Json | None) -> str:
        version = str(next(self._versions))
        table = routes_resource(self._routes, metadata)
        table["response_headers_to_add"] = [{"header": {"key": VERSION_HEADER, "value": version}}]
        write_atomically(self._file, self._write({"resources": [table]}))
        return version
