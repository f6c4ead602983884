"""The files of envoy/standalone/ do what their comments promise."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.harness import buckets
from tests.harness.client import Client
from tests.harness.envoy import Envoy, validate
from tests.harness.files import write_atomically
from tests.harness.fleet import Fleet
from tests.harness.polling import wait_until
from tests.harness.prediction import PATH, SALT, predict, users, users_on, variant, variant_of
from tests.harness.process import output
from tests.harness.standalone import SOURCE, Standalone
from tests.harness.upstream import Upstream, received

WEIGHT = 10


@pytest.fixture
def client(proxy: Envoy) -> Iterator[Client]:
    with Client(proxy.port("ingress")) as client:
        yield client


def commands_in_the_head_of(file: Path) -> list[str]:
    """The shell commands in the comments of a file."""
    return re.findall(r"^#   (sed .*)$", file.read_text(), re.MULTILINE)


def run(command: str, standalone: Standalone) -> None:
    output(["sh", "-c", command], cwd=standalone.directory)


def test_envoy_takes_the_bootstrap_as_it_stands() -> None:
    check = validate(SOURCE / "bootstrap.yaml", cwd=SOURCE)
    assert check.status == 0, check.errors


def test_the_admin_page_is_for_this_machine_alone() -> None:
    bootstrap = yaml.safe_load((SOURCE / "bootstrap.yaml").read_text())
    assert bootstrap["admin"]["address"]["socket_address"]["address"] == "127.0.0.1"


def test_the_commands_of_routes_yaml_roll_back_and_end_it(standalone: Standalone, client: Client) -> None:
    user = users_on("green", WEIGHT, 1)[0]
    assert variant(predict(client, user)) == "green"
    for _ in range(2):
        # Each time from the file as the last command left it: no command may rewrite the others.
        roll_back, _ = commands_in_the_head_of(standalone.directory / "routes.yaml")
        run(roll_back, standalone)
        wait_until(lambda: variant(predict(client, user)) == "blue", 5, "the rollback")
        assert [variant(predict(client, user)) for user in users(50)] == ["blue"] * 50
        _, end = commands_in_the_head_of(standalone.directory / "routes.yaml")
        run(end, standalone)
        wait_until(lambda: variant(predict(client, user)) == "green", 5, "the end of the rollback")


def test_the_command_of_filter_yaml_changes_the_weight(standalone: Standalone, client: Client) -> None:
    [change] = [line for line in commands_in_the_head_of(standalone.source / "filter.yaml") if "green_weight" in line]
    newcomer = next(user for user in users(1000) if (variant_of(user, WEIGHT), variant_of(user, 50)) == ("blue", "green"))
    run(change, standalone)
    wait_until(lambda: variant(predict(client, newcomer)) == "green", 5, "the new weight")
    standalone.set_green_weight(WEIGHT)
    wait_until(lambda: variant(predict(client, newcomer)) == "blue", 5, "the old weight")


def test_the_access_log_tells_the_variant_and_who_served(proxy: Envoy, client: Client) -> None:
    for expected in ("blue", "green"):
        answer = predict(client, users_on(expected, WEIGHT, 1)[0])
        id = next(value for name, value in answer.json()["headers"] if name == "x-request-id")
        line = next(line for line in proxy.wait_for_log(id).splitlines() if id in line)
        entry = json.loads(line)
        assert (entry["variant"], entry["path"], entry["status"]) == (expected, PATH, 200)
        assert entry["upstream"] in proxy.admin("/clusters")
        assert entry["attempts"] == 1


def test_the_filter_sees_the_path_that_the_upstream_sees(client: Client) -> None:
    user = users_on("green", WEIGHT, 1)[0]
    answer = client.request("/v1//models/./x/../fraud:predict", [("x-user-id", user)])
    assert (variant(answer), answer.json()["path"]) == ("green", PATH)
    assert variant(client.request("/v1/models/fraud/../churn:predict", [("x-user-id", user)])) is None


def test_a_cluster_that_is_misspelt_costs_nobody_an_answer(standalone: Standalone, client: Client) -> None:
    configuration = standalone.configuration()
    configuration["deployments"][0] |= {"clusters": {"blue": "fraud-bleu", "green": "fraud-gren"}, "green_weight": 50}
    standalone.push_configuration(configuration)
    newcomer = next(user for user in users(1000) if (variant_of(user, WEIGHT), variant_of(user, 50)) == ("blue", "green"))
    wait_until(lambda: variant(predict(client, newcomer)) == "green", 5, "the new weight")
    for user in users(100):
        answer = predict(client, user)
        assert (answer.status, answer.json()["upstream"]) == (200, variant_of(user, 50))
    configuration["deployments"][0] |= {"clusters": {"blue": "fraud-blue", "green": "fraud-green-else-blue"}, "green_weight": WEIGHT}
    standalone.push_configuration(configuration)
    wait_until(lambda: variant(predict(client, newcomer)) == "blue", 5, "the old weight")


@pytest.mark.parametrize("host", ["fraud.example.com", "fraud.example.com:80", "fraud.example.com.", "FRAUD.example.com.:80"])
def test_no_spelling_of_a_host_evades_a_rollback_of_its_virtual_host(fleet: Fleet, blue: Upstream, green: Upstream, host: str) -> None:
    standalone = Standalone(fleet.directory(), blue.port, green.port)
    routes = yaml.safe_load((standalone.directory / "routes.yaml").read_text())
    [every] = routes["resources"][0]["virtual_hosts"]
    one = every | {"name": "fraud", "domains": ["fraud.example.com"], "metadata": {"filter_metadata": {"bluegreen": {"rollback": True}}}}
    routes["resources"][0]["virtual_hosts"].append(one)
    write_atomically(standalone.directory / "routes.yaml", yaml.safe_dump(routes))
    with Client(fleet.start(standalone.envoy()).port("ingress")) as client:
        user = users_on("green", WEIGHT, 1)[0]
        assert variant(client.request(PATH, [("x-user-id", user)], "elsewhere.example.com", method="POST")) == "green"
        assert variant(client.request(PATH, [("x-user-id", user)], host, method="POST")) == "blue"


def test_a_header_that_some_servers_take_for_a_tag_is_refused(client: Client) -> None:
    assert client.request(PATH, [("x_bluegreen_variant", "green")]).status == 400


def test_a_mirror_takes_only_a_word_in_filter_yaml(standalone: Standalone, client: Client, green: Upstream) -> None:
    configuration = standalone.configuration()
    configuration["deployments"][0]["mirror"] = {"percent": 10}
    standalone.push_configuration(configuration)
    next_in_line = buckets.users_between(SALT, WEIGHT, WEIGHT + 10, 1)[0]
    wait_until(lambda: received(predict(client, next_in_line), "x-bluegreen-mirror-cluster"), 5, "the mirror")
    wait_until(lambda: any("-shadow" in dict(request["headers"])["host"] for request in green.received), 5, "a copy")


def test_a_client_cannot_choose_its_route(proxy: Envoy, client: Client) -> None:
    forged = [("x-bluegreen-cluster", "fraud-green"), ("X-Bluegreen-Variant", "green"), ("x-bluegreen-mirror-cluster", "fraud-green")]
    answer = client.request("/elsewhere", [*forged, ("x-bluegreen-bucket", "0")])
    assert answer.json()["upstream"] == "blue"
    assert [name for name, _ in answer.json()["headers"] if name.startswith("x-bluegreen")] == []
    answer = predict(client, users_on("blue", WEIGHT, 1)[0], forged)
    assert (answer.json()["upstream"], variant(answer)) == ("blue", "blue")
