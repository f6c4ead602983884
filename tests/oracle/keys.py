"""The targeting key of a request, where it came from, and its bucket."""

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, quote_plus

import xxhash

from tests.oracle.request import Request, at_path

Json = Any

BUCKETS = 2**64


def targeting_key(sticky: Json, request: Request) -> tuple[bytes, str] | None:
    """The first non-empty value of the keys in order, the issued cookie last; with its source as `explain` names it."""
    keys = list(sticky.get("keys", []))
    if "issue_cookie" in sticky:
        keys.append({"cookie": issued_cookie_name(sticky["issue_cookie"])})
    for key in keys:
        (kind, name), *_ = key.items()
        value = key_value(kind, name, request)
        if value:
            return value, source_text(kind, name)
    return None


def source_text(kind: str, name: Json) -> str:
    """Names as they are compared; that of a parameter as application/x-www-form-urlencoded, since it may hold anything."""
    match kind:
        case "header":
            return f"header:{name.lower()}"
        case "query":
            # The one character that Python takes for safe and the standard of forms does not.
            return "query:" + quote_plus(name, safe="*").replace("~", "%7E")
        case "cookie":
            return f"cookie:{name}"
    return kind


def issued_cookie_name(issue_cookie: Json) -> str:
    return issue_cookie.get("name", "bluegreen_id")


def key_value(kind: str, name: Json, request: Request) -> bytes | None:
    match kind:
        case "header":
            return request.line(name)
        case "cookie":
            return cookie_value(name, request.lines("cookie"))
        case "query":
            return query_value(name, request.query)
        case "property":
            return property_text(at_path(request.properties, name))
        case "source_address":
            return request.source_address and request.source_address.encode()
    raise ValueError(f"no such key: {kind}")


def cookie_value(name: str, lines: list[bytes]) -> bytes | None:
    """The first cookie of that name over all Cookie headers in order."""
    for line in lines:
        for piece in line.split(b";"):
            if b"=" not in piece:
                continue
            cookie_name, value = piece.split(b"=", 1)
            if cookie_name.strip(b" \t") != name.encode():
                continue
            value = value.strip(b" \t")
            if len(value) >= 2 and value.startswith(b'"') and value.endswith(b'"'):
                value = value[1:-1]
            return value
    return None


def query_value(name: str, query: str) -> bytes | None:
    """The first pair of that name, both decoded as application/x-www-form-urlencoded."""
    pairs = parse_qsl(query, keep_blank_values=True, encoding="utf-8", errors="replace")
    return next((value.encode() for pair_name, value in pairs if pair_name == name), None)


def property_text(value: Json) -> bytes | None:
    """The usual text of a text, number or boolean; None for whatever else."""
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, int | float | Decimal):
        return number_text(float(value)).encode()
    return None


def number_text(number: float) -> str:
    """The shortest decimal that reads back as the same number, without exponent."""
    return format(Decimal(repr(number)), "f").removesuffix(".0")


def bucket(salt: str, key: bytes) -> int:
    """Frozen: xxh64(salt, 0x00, key) with seed 0."""
    return xxhash.xxh64_intdigest(salt.encode() + b"\0" + key, seed=0)
