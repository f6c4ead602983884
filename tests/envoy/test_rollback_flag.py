"""What a rollback flag may be, and what Envoy's log says of it."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness.bootstrap import (
    bluegreen_filter,
    bootstrap,
    cluster,
    listener,
    rollback_flag,
    route_to,
    routes_resource,
    watched_route_table,
)
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.files import write_atomically
from tests.harness.fleet import Fleet
from tests.harness.polling import wait_until
from tests.harness.upstream import Upstream

WARNING = "[warning][wasm]"
NOT_ROLLED_BACK = [
    *(False, 0, 0.0, -0.0),
    *("", " ", "false", "No", "OFF", "0", " false "),
    *("churn", "churn, ,", "nobody", ",", []),
    *(["churn"], ["nobody"]),
]
ROLLED_BACK = [
    *(True, 1, 2, -1, 0.5, 1e12),
    *("true", "YES", "On", "1", " true "),
    *("fraud", " fraud ", "churn,fraud", "churn , fraud,", ["fraud"], ["churn", "fraud"]),
]
UNREADABLE = [None, {"on": True}, {"fraud": None}, [None], ["churn", None], [True], [["fraud"]], "all of them", "früher", "fraud;churn"]


DEPLOYMENTS = [{"name": name, "match": {"path_prefix": f"/{name}"}, "green_weight": 100} for name in ("fraud", "churn")]
CONFIGURATION = json.dumps({"deployments": DEPLOYMENTS, "tags": {"response_header": "x-variant"}})
"""Two deployments that are green for everybody."""


class Routes:
    """A listener whose routes come from a file, and carry the flag on their virtual host."""

    def __init__(self, name: str, file: Path, write: Callable[[Any], str]) -> None:
        self.name = name
        self._file = file
        self._write = write
        self._versions = count()
        self.put(False)

    def listener(self) -> Any:
        return listener(self.name, bluegreen_filter(CONFIGURATION), watched_route_table(self._file))

    def put(self, flag: Any) -> str:
        """Writes the file; returns the version, which answers name in a header."""
        version = str(next(self._versions))
        table = routes_resource([route_to("blue")], rollback_flag(flag))
        table["response_headers_to_add"] = [{"header": {"key": "x-version", "value": version}}]
        write_atomically(self._file, self._write({"resources": [table]}))
        return version

    def push(self, flag: Any, client: Client) -> None:
        """Writes the file, and waits until it is in force."""
        version = self.put(flag)
        wait_until(lambda: client.request("/").one("x-version") == version, 10, f"routes with the flag {flag!r}")


@pytest.fixture(scope="module", params=["json", "yaml"])
def routes(request: pytest.FixtureRequest, fleet: Fleet) -> Routes:
    """Both formats, for Envoy reads numbers in YAML as text."""
    write = {"json": json.dumps, "yaml": yaml.safe_dump}[request.param]
    return Routes(request.param, fleet.directory() / f"routes.{request.param}", write)


@pytest.fixture(scope="module")
def proxy(fleet: Fleet, routes: Routes, blue: Upstream) -> Envoy:
    return fleet.run(bootstrap([routes.listener()], [cluster("blue", blue.port)]))


@pytest.fixture
def client(proxy: Envoy, routes: Routes) -> Iterator[Client]:
    with Client(proxy.port(routes.name)) as client:
        yield client


def variant(client: Client, deployment: str = "fraud") -> str | None:
    return client.request(f"/{deployment}").one("x-variant")


@pytest.mark.parametrize("flag", NOT_ROLLED_BACK, ids=repr)
def test_a_flag_that_does_not_name_the_deployment_leaves_it_on_green(routes: Routes, client: Client, flag: Any) -> None:
    routes.push(flag, client)
    assert variant(client) == "green"


@pytest.mark.parametrize("flag", ROLLED_BACK, ids=repr)
def test_a_flag_that_holds_rolls_back(routes: Routes, client: Client, flag: Any) -> None:
    routes.push(flag, client)
    assert variant(client) == "blue"


@pytest.mark.parametrize("flag", ["fraud", ["fraud"], "fraud,nobody"], ids=repr)
def test_a_flag_with_names_rolls_back_only_those(routes: Routes, client: Client, flag: Any) -> None:
    routes.push(flag, client)
    assert (variant(client, "fraud"), variant(client, "churn")) == ("blue", "green")


@pytest.mark.parametrize("flag", UNREADABLE, ids=repr)
def test_a_flag_that_cannot_be_read_rolls_back(routes: Routes, client: Client, flag: Any) -> None:
    routes.push(flag, client)
    assert variant(client) == "blue"


def test_the_end_of_the_flag_ends_the_rollback(routes: Routes, client: Client) -> None:
    routes.push(True, client)
    assert variant(client) == "blue"
    routes.push(False, client)
    assert variant(client) == "green"


@pytest.mark.parametrize("flag", [{"mistake": 1}, "neither one nor another", "fraud-scorrer"], ids=repr)
def test_a_mistaken_flag_is_warned_of_once_and_not_for_each_request(routes: Routes, proxy: Envoy, client: Client, flag: Any) -> None:
    start = proxy.log_size()
    routes.push(flag, client)
    for _ in range(50):
        variant(client)
    assert proxy.wait_for_log(WARNING, since=start).count(WARNING) == 1
