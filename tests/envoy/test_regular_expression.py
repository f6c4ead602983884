"""The case of envoy/CASES.md that has Envoy evaluate a regular expression before the filter."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.harness.artefact import REPOSITORY
from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.client import Client
from tests.harness.fleet import Fleet
from tests.harness.http_filters import bluegreen_filter
from tests.harness.routes import route_table, route_to
from tests.harness.upstream import Upstream

TITLE = "## Match by a regular expression"


def blocks(language: str) -> list[Any]:
    """What the case shows in a language."""
    _, _, section = (REPOSITORY / "envoy/CASES.md").read_text().partition(TITLE)
    section = section.partition("\n## ")[0]
    return [yaml.safe_load(block) for block in re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)]


@pytest.fixture(scope="module")
def client(fleet: Fleet, blue: Upstream) -> Iterator[Client]:
    [configuration], [filters] = blocks("json"), blocks("yaml")
    configuration["tags"] = {"response_header": "x-variant"}
    ingress = listener("ingress", [*filters, bluegreen_filter(configuration)], route_table([route_to("blue")]))
    with Client(fleet.run(bootstrap([ingress], [cluster("blue", blue.port)])).port("ingress")) as client:
        yield client


@pytest.mark.parametrize(
    ("headers", "variant"),
    [
        ([("x-client-version", "ios/17.2")], "green"),
        ([("x-client-version", "ios/16.9")], "blue"),
        ([("x-client-version", "ios/170")], "blue"),
        ([], "blue"),
        ([("x-new-client", "1")], "blue"),
        ([("x-client-version", "ios/18.0"), ("x-new-client", "0")], "green"),
    ],
)
def test_the_expression_decides_and_no_client_can_forge_its_result(client: Client, headers: list[tuple[str, str]], variant: str) -> None:
    assert client.request("/", headers).one("x-variant") == variant
