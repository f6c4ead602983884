"""How much of green the metadata allows: rollback flags and caps."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.request import MISSING, Request, at_path
from tests.oracle.weight import share

Json = Any

DEFAULT_SOURCES = ["virtual_host", "route"]
DEPLOYMENT_NAME = re.compile(r"[A-Za-z0-9._-]+")
NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
TRUE_TEXTS = {"true", "yes", "on", "1"}
FALSE_TEXTS = {"false", "no", "off", "0"}
NOTHING, EVERYTHING = Fraction(0), Fraction(1)


def max_green_weight(rollback: Json, name: str, request: Request) -> Fraction:
    """The share of the buckets that may be green: nothing if a flag holds, else the lowest cap of all sources."""
    allowed = [EVERYTHING]
    for source in rollback.get("sources", DEFAULT_SOURCES):
        if isinstance(source, dict):
            flag = at_path(request.properties, [*metadata_path(source["in"]), *source["path"]])
            allowed.append(NOTHING if flag_holds(flag, name) else EVERYTHING)
        else:
            path = [*metadata_path(source), rollback.get("namespace", "bluegreen")]
            allowed.append(max_in_namespace(at_path(request.properties, path), name))
    return min(allowed)


def metadata_path(source: str) -> list[str]:
    return ["xds", "node", "metadata"] if source == "node" else ["xds", f"{source}_metadata", "filter_metadata"]


def max_in_namespace(struct: Json, name: str) -> Fraction:
    """A null anywhere makes the whole namespace unreadable, which counts as rolled back."""
    if struct is MISSING:
        return EVERYTHING
    if not isinstance(struct, dict) or holds_null(struct) or flag_holds(struct.get("rollback", MISSING), name):
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


def flag_holds(flag: Json, name: str) -> bool:
    """What cannot be understood holds; what is empty does not."""
    if flag is MISSING:
        return False
    if isinstance(flag, bool):
        return flag
    if isinstance(flag, int | float | Decimal):
        return flag != 0
    if isinstance(flag, str):
        return text_holds(flag.strip(), name)
    if isinstance(flag, list):
        return names_hold(flag, name)
    return flag != {}


def text_holds(text: str, name: str) -> bool:
    if text.lower() in TRUE_TEXTS | FALSE_TEXTS:
        return text.lower() in TRUE_TEXTS
    if NUMBER.fullmatch(text):
        return float(text) != 0
    return names_hold([piece.strip() for piece in text.split(",") if piece.strip()], name)


def names_hold(names: list[Json], name: str) -> bool:
    readable = all(isinstance(each, str) and DEPLOYMENT_NAME.fullmatch(each) for each in names)
    return name in names if readable else True
