"""Whether a Lua script does what it is measured for: splits, keeps users on their variant, tags and rolls back as the filter does."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benches.instructions.proxy import FLAG_IS_FALSE, LISTENER, VARIANT, answers_by_tag, lua, proxy
from benches.instructions.request import HOST, PATH
from tests.harness.client import Answer, Client
from tests.harness.envoy import Envoy

Json = Any

USERS = [f"user-{number:05}" for number in range(500)]
GREEN_AT_HALF = range(203, 298)
"""Of so many fair coins all but one in forty thousand show heads so often."""
ROLLED_BACK = {"bluegreen": {"rollback": True}}
CLUSTER = "x-bluegreen-cluster"


@dataclass(frozen=True)
class Script:
    """What a script writes."""

    name: str
    tags_blue: bool = True
    has_clusters: bool = False

    def tags(self, variant: str) -> dict[str, str | None]:
        """What a request of this variant carries, by header."""
        if variant == "blue" and not self.tags_blue:
            return {VARIANT: None, CLUSTER: None}
        return {VARIANT: variant, CLUSTER: f"fraud-{variant}" if self.has_clusters else None}


SCRIPTS = (
    Script("one_tag"),
    Script("tags_only_green", tags_blue=False),
    Script("two_tags", has_clusters=True),
    Script("one_tag_less_collecting"),
)


def check_scripts() -> None:
    """Raises AssertionError if one of SCRIPTS is no fair opponent."""
    for script in SCRIPTS:
        check(lua(script.name), script)


def check(http_filter: Json, script: Script) -> None:
    """Raises AssertionError if a filter that splits in halves does not do what `script` is to do."""
    first, second = (_variants(http_filter, script, USERS, None) for _ in range(2))
    assert first == second, f"{script.name}: users moved"
    assert first.count("green") in GREEN_AT_HALF, f"{script.name}: {first.count('green')} of {len(USERS)} on green"
    assert _variants(http_filter, script, USERS[:100], FLAG_IS_FALSE) == first[:100], f"{script.name}: a false flag moves users"
    assert set(_variants(http_filter, script, USERS[:100], ROLLED_BACK)) == {"blue"}, f"{script.name}: no rollback"


def _variants(http_filter: Json, script: Script, users: list[str], metadata: Json | None) -> list[str]:
    """Where users go, in order. Requests that are not the script's pass by untouched."""
    routes = [route | {"response_headers_to_add": [_echoed(VARIANT), _echoed(CLUSTER)]} for route in answers_by_tag()]
    with tempfile.TemporaryDirectory(prefix="bluegreen-") as directory:
        bootstrap = proxy([http_filter], routes, metadata)
        with Envoy(bootstrap, Path(directory)) as envoy, Client(envoy.port(LISTENER)) as client:
            for host, path in ((HOST, "/v1/models/churn:predict"), ("churn.example.com", PATH)):
                assert _tags(client.request(path, [("x-user-id", users[0])], host)) == {VARIANT: None, CLUSTER: None}, script.name
            # A client that says green itself is on the variant of its user all the same, where the script tags both.
            forged = [(VARIANT, "green")] if script.tags_blue else []
            variants = []
            for user in users:
                answer = client.request(PATH, [("x-user-id", user), *forged], HOST)
                variant = answer.body.decode()
                assert _tags(answer) == script.tags(variant), f"{script.name}: {variant} carries {_tags(answer)}"
                variants.append(variant)
            return variants


def _echoed(header: str) -> Json:
    """The response tells what the request carried."""
    return {"header": {"key": f"echoed-{header}", "value": f"%REQ({header})%"}}


def _tags(answer: Answer) -> dict[str, str | None]:
    echoed = {header: answer.one(f"echoed-{header}") for header in (VARIANT, CLUSTER)}
    return {header: None if value in (None, "-") else value for header, value in echoed.items()}
