"""How much of green the metadata allows: rollback flags and caps."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.request import MISSING, Request, at_path
from tests.oracle.weight import share

Json = Any

DEFAULT_SOURCES = ["virtual_host", "route"]
DEPLOYMENT_NAME = re.compile(r"[A-Za-z0-9._-]+")
NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
EVERYBODY_TEXTS = {"true", "yes", "on", "1", "y", "t", "enable", "enabled", "all"}
NOBODY_TEXTS = {"false", "no", "off", "0", "n", "f", "none", "disable", "disabled"}
NOTHING, EVERYTHING = Fraction(0), Fraction(1)


def max_green_weight(config: Json, name: str, request: Request) -> Fraction:
    """The share of the buckets that may be green: nothing if a flag holds, else the lowest cap of all sources."""
    rollback, allowed = config.get("rollback", {}), [EVERYTHING]
    called = Called(name.lower(), frozenset(deployment["name"].lower() for deployment in config["deployments"]))
    for source in rollback.get("sources", DEFAULT_SOURCES):
        if isinstance(source, dict):
            flag = at_path(request.properties, [*metadata_path(source["in"]), *source["path"]])
            allowed.append(NOTHING if flag_holds(flag, called) else EVERYTHING)
        else:
            path = [*metadata_path(source), rollback.get("namespace", "bluegreen")]
            allowed.append(max_in_namespace(at_path(request.properties, path), called))
    return min(allowed)


@dataclass(frozen=True)
class Called:
    """A deployment's name, and those of all, in lower case."""

    name: str
    all: frozenset[str]


def metadata_path(source: str) -> list[str]:
    return ["xds", "node", "metadata"] if source == "node" else ["xds", f"{source}_metadata", "filter_metadata"]


def max_in_namespace(struct: Json, called: Called) -> Fraction:
    """A null anywhere makes the whole namespace unreadable, which counts as rolled back."""
    if struct is MISSING:
        return EVERYTHING
    if not isinstance(struct, dict) or holds_null(struct) or flag_holds(struct.get("rollback", MISSING), called):
        return NOTHING
    return cap(struct.get("max_green_weight", MISSING))


def holds_null(value: Json) -> bool:
    if isinstance(value, dict | list):
        return any(holds_null(each) for each in (value.values() if isinstance(value, dict) else value))
    return value is None


def cap(value: Json) -> Fraction:
    """What is no number from 0 to 100 counts as 0; what is blank is no cap."""
    if isinstance(value, str):
        value = value.strip()
    if value is MISSING or value == "":
        return EVERYTHING
    is_text = isinstance(value, str) and NUMBER.fullmatch(value)
    if not is_text and (isinstance(value, bool) or not isinstance(value, int | float | Decimal)):
        return NOTHING
    part = share(value)
    return part if NOTHING <= part <= EVERYTHING else NOTHING


def flag_holds(flag: Json, called: Called) -> bool:
    """What cannot be understood holds; what is empty does not."""
    if flag is MISSING:
        return False
    if isinstance(flag, bool):
        return flag
    if isinstance(flag, int | float | Decimal):
        return flag != 0
    if isinstance(flag, str):
        return text_holds(flag.strip(), called)
    if isinstance(flag, list):
        return names_hold(flag, called)
    return flag != {}


def text_holds(text: str, called: Called) -> bool:
    """A word for nobody, or a number, may be a deployment's name; a word for everybody is never one."""
    word = text.lower()
    if word in EVERYBODY_TEXTS:
        return True
    if word not in called.all:
        if word in NOBODY_TEXTS:
            return False
        if NUMBER.fullmatch(text):
            return float(text) != 0
    return names_hold([piece.strip() for piece in text.split(",") if piece.strip()], called)


def names_hold(names: list[Json], called: Called) -> bool:
    """In a list, `all` may be a deployment's name."""
    if not all(isinstance(each, str) and (each == "*" or DEPLOYMENT_NAME.fullmatch(each)) for each in names):
        return True
    words = {each.lower() for each in names}
    return bool(words & ({"*", "all"} - called.all)) or called.name in words
