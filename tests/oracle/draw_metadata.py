"""Random metadata around a configuration: flags, caps, what lies beside them, and what keys are read from."""

from random import Random
from typing import Any

from tests.oracle.draw_configuration import FLAG_PATHS, SOURCES
from tests.oracle.draw_deployment import CLAIMS, PEERS, draw_weight

Json = Any

PLAIN_FLAGS = [True, False, 1, 0, 2, -1, "", " ", "true", "FALSE", " Yes ", "no", "On", "off", "1", "0", [], {}]
PLAIN_FLAGS += ["all", "*", "Y", "t", "enable", "ENABLED", "n", "F", "None", "disable", "disabled", ["all"], ["*"], "*, nobody"]
NOTES: list[Json] = [{"by": "ci", "reason": {"drift": [1, True]}}, {"since": 7, "ticket": ["ML-7"]}, {"By": "ci"}, {"guard": "reset"}, {"guard": 5}]
NUMERIC_FLAGS = ["0.25", "0.0", "1e3", " 2.5E-3 ", "-0", "7", "0e5", "1.2.3", "1-2"]
UNREADABLE_FLAGS = [None, {"on": True}, {"fraud": None}, [None], [True], [7], "fraud;ham", "all of them", "früher"]
# As numbers only such as a double holds exactly.
PLAIN_CAPS = [0, 100, 5, 25, 50, 12.5, 0.5, 99.75, "0", "100", "33.3", "12.50000", "0.30000000000000004", " 60 ", "", "  "]
UNREADABLE_CAPS = [-1, 101, 100.5, True, False, "five", "5%", "-1", "100.1", [5], {"fraud": 5}, None]
TEXTS = ["user-123", "sub-1234", "jürgen", "1e3", "u1", "u2", "true", "a b", ""]
NUMBERS = [0, 1, 42, -7, 0.5, 0.1, -1.25, 1000000]
LARGE_NUMBERS = [1e21, 1.5e300, 123456789012, 1e-7, -2.5e-9]


def draw_surroundings(rng: Random, config: Json, sendable: bool) -> Json:
    """The fields of a group beside configuration and cases."""
    names = [deployment["name"] for deployment in config["deployments"]]
    group: Json = {}
    if rng.random() < 0.35:
        group["metadata"] = {source: draw_flag(rng, names) for source in rng.sample(SOURCES, rng.choice([1, 1, 2, 3]))}
    if rng.random() < 0.35:
        group["caps"] = {source: draw_cap(rng) for source in rng.sample(SOURCES, rng.choice([1, 1, 2, 3]))}
    group["filter_metadata"] = draw_filter_metadata(rng, config, names)
    if rng.random() < 0.7:
        group["dynamic_metadata"] = {CLAIMS: {"payload": {"sub": draw_claim(rng, sendable), "roles": [draw_claim(rng, sendable)]}}}
    if not sendable and rng.random() < 0.4:
        group["peer"] = rng.choice(PEERS) + rng.choice(["", "scorer", "sa/scorer"])
    return group


def draw_filter_metadata(rng: Random, config: Json, names: list[str]) -> Json:
    """What path sources and keys lead to, and what else may stand beside a flag."""
    found: Json = {source: {} for source in SOURCES}
    rollback = config.get("rollback", {})
    for source in rollback.get("sources", []):
        if isinstance(source, dict) and rng.random() < 0.8:
            found[source["in"]].update(nested(rng.choice([source["path"], source["path"], rng.choice(FLAG_PATHS)]), draw_flag(rng, names)))
    if rng.random() < 0.5:
        found["node"]["ml"] = {"zone": rng.choice(TEXTS)}
    if rng.random() < 0.1:
        beside = rng.choice([{"note": "fraud"}, {"Rollback": True}, {"max_weight": 5, "by": {"who": "ci"}}, {"note": None}, {}, *NOTES])
        found[rng.choice(SOURCES)][rollback.get("namespace", "bluegreen")] = beside
    if rng.random() < 0.1:
        found[rng.choice(SOURCES)]["other"] = {"rollback": True, "max_green_weight": 0, "note": None}
    return {source: spaces for source, spaces in found.items() if spaces}


def nested(path: list[str], value: Json) -> Json:
    """A struct in which a path leads to a value; a number in it makes a list."""
    for segment in reversed(path):
        value = [{"kind": "HTTPRoute"}] * int(segment) + [value] if segment.isdecimal() else {segment: value}
    return value


def draw_flag(rng: Random, names: list[str]) -> Json:
    kind = rng.random()
    if kind < 0.3:
        return rng.choice(PLAIN_FLAGS)
    if kind < 0.4:
        return rng.choice(NUMERIC_FLAGS)
    if kind < 0.47:
        return rng.choice(UNREADABLE_FLAGS)
    some = rng.sample(names, rng.randint(min(1, len(names)), min(4, len(names)))) + rng.choice([[], [], ["nobody"]])
    some = [rng.choice([each, each, each.upper()]) for each in some]
    if kind < 0.75:
        return some
    return rng.choice([",", ", ", " ,\t", ",,"]).join(some) + rng.choice(["", ","])


def draw_cap(rng: Random) -> Json:
    kind = rng.random()
    if kind < 0.6:
        return rng.choice(PLAIN_CAPS)
    return draw_weight(rng) if kind < 0.9 else rng.choice(UNREADABLE_CAPS)


def draw_claim(rng: Random, sendable: bool) -> Json:
    """Envoy's file loader turns numbers that are large or small into texts of its own."""
    number = rng.choice(NUMBERS if sendable else NUMBERS + LARGE_NUMBERS)
    return rng.choice([rng.choice(TEXTS), number, True, False, None, [], {"id": "u1"}])
