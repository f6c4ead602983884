"""envoy/standalone/routes-where-wanted.yaml keeps requests that no deployment wants out of the filter, and changes nothing for others."""

import re
from collections.abc import Iterator

import pytest

from tests.harness.artefact import is_native
from tests.harness.client import Client
from tests.harness.envoy import Envoy
from tests.harness.polling import wait_until
from tests.harness.prediction import predict, users, users_on, variant
from tests.harness.process import output
from tests.harness.standalone import SOURCE, Standalone
from tests.harness.upstream import received

WEIGHT = 10
FILE = "routes-where-wanted.yaml"
ELSEWHERE = "/healthz-of-another-service"


def commands() -> list[str]:
    """The shell commands in the comments of the file, in their order."""
    return re.findall(r"^ *#   (.*)$", (SOURCE / FILE).read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def client(proxy: Envoy, standalone: Standalone) -> Iterator[Client]:
    """Sends to a proxy whose routes are those of the file, and whose deployment would take any request."""
    configuration = standalone.configuration()
    del configuration["deployments"][0]["match"]
    standalone.push_configuration(configuration)
    (standalone.directory / FILE).write_text((SOURCE / FILE).read_text())
    with Client(proxy.port("ingress")) as client:
        wait_until(lambda: variant(client.request(ELSEWHERE)), 5, "a deployment for any request")
        use, *_ = commands()
        output(["sh", "-c", use], cwd=standalone.directory)
        wait_until(lambda: variant(client.request(ELSEWHERE)) is None, 5, "the routes")
        yield client


def test_the_filter_does_not_see_a_request_that_no_deployment_wants(client: Client) -> None:
    for user in users(50):
        assert variant(client.request(ELSEWHERE, [("x-user-id", user)])) is None


def test_a_client_cannot_tag_a_request_that_the_filter_does_not_see(client: Client) -> None:
    forged = [("x-bluegreen-cluster", "fraud-green"), ("x-bluegreen-variant", "green")]
    answer = client.request(ELSEWHERE, forged)
    assert answer.json()["upstream"] == "blue"
    assert received(answer, "x-bluegreen-cluster") == []
    assert received(answer, "x-bluegreen-variant") == []


def test_the_filter_decides_about_the_others(client: Client) -> None:
    for expected in ("blue", "green"):
        answer = predict(client, users_on(expected, WEIGHT, 1)[0])
        assert (variant(answer), answer.json()["upstream"]) == (expected, expected)


@pytest.mark.skipif(is_native(), reason="the flag of this file is on the virtual host, which the dynamic module cannot read")
def test_the_commands_of_the_file_roll_back_and_end_it(standalone: Standalone, client: Client) -> None:
    _, roll_back, end = commands()
    user = users_on("green", WEIGHT, 1)[0]
    for command, expected in ((roll_back, "blue"), (end, "green")):
        output(["sh", "-c", command], cwd=standalone.directory)
        wait_until(lambda: variant(predict(client, user)) == expected, 5, f"{command!r} to take effect")
