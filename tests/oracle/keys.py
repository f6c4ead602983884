"""The targeting key of a request, where it came from, and its bucket."""

import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, quote_plus, unquote_to_bytes

import xxhash

from tests.oracle.births import birth
from tests.oracle.durations import seconds
from tests.oracle.host import request_host
from tests.oracle.request import Request, at_path

Json = Any

BUCKETS = 2**64


def targeting_key(sticky: Json, request: Request) -> tuple[bytes, Json] | None:
    """The first non-empty value of the keys in order, the issued cookie last; with the key as it is configured."""
    keys = list(sticky.get("keys", []))
    if "issue_cookie" in sticky:
        keys.append({"cookie": issued_cookie_name(sticky["issue_cookie"])})
    for key in keys:
        value = found(key, sticky, request)
        if value is not None:
            return value, key
    return None


def found(key: Json, sticky: Json, request: Request) -> bytes | None:
    """The value of one key, unless it is empty or to be ignored."""
    kind, name = kind_of(key)
    if kind == "all":
        values = [found(part, sticky, request) for part in name]
        value = None if None in values else b"\0".join(values)
    else:
        value = key_value(kind, name, request)
    if "decode" in key and value is not None:
        value = unquote_to_bytes(value)
    return value if value and value not in [text.encode() for text in sticky.get("ignore", [])] else None


def kind_of(key: Json) -> tuple[str, Json]:
    """The member that says where a key is, and its value."""
    return next((kind, name) for kind, name in key.items() if kind != "decode")


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
        case "all":
            return "all(" + ",".join(source_text(*kind_of(part)) for part in name) + ")"
    return kind


def refreshed_cookie(sticky: Json, key: Json, value: bytes, now: int) -> str | None:
    """The name of the cookie, if the key was found in the one that the filter issues and half of its time has passed."""
    cookie = sticky.get("issue_cookie", {})
    if not cookie.get("refresh", False) or key != {"cookie": issued_cookie_name(cookie)}:
        return None
    issued = birth("uuid_v7", value)
    half_in_millis = seconds(cookie.get("max_age", "30d")) * 500
    return issued_cookie_name(cookie) if issued is not None and now * 1000 - issued >= half_in_millis else None


def issued_cookie_name(issue_cookie: Json) -> str:
    return issue_cookie.get("name", "bluegreen_id")


def key_value(kind: str, name: Json, request: Request) -> bytes | None:
    match kind:
        case "header":
            lines = request.lines(name)
            return lines[0] if len(lines) == 1 else None
        case "cookie":
            return cookie_value(name, request.lines("cookie"))
        case "query":
            return query_value(name, request.query)
        case "property":
            return property_text(at_path(request.properties, name))
        case "source_address":
            return request.source_address and request.source_address.encode()
        case "host":
            return encoded_host(request)
        case "x_forwarded_for":
            return forwarded_address(name, request.lines("x-forwarded-for"))
    raise ValueError(f"no such key: {kind}")


def cookie_value(name: str, lines: list[bytes]) -> bytes | None:
    """The first cookie of that name over all Cookie headers in order."""
    return next(iter(cookie_values(name, lines)), None)


def cookie_values(name: str, lines: list[bytes]) -> list[bytes]:
    """All cookies of that name over all Cookie headers in order."""
    values = []
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
            values.append(value)
    return values


def encoded_host(request: Request) -> bytes | None:
    host = request_host(request.host)
    return host and host.encode()


def forwarded_address(place: int, lines: list[bytes]) -> bytes | None:
    """The entry at that place from the right, without port and brackets; entries without anything in them do not count."""
    entries = [entry.strip(b" \t") for entry in b",".join(lines).split(b",") if entry.strip(b" \t")]
    if place > len(entries):
        return None
    with_port = re.fullmatch(rb"(?:\[(.*)\]|([^:]*))(?::[0-9]*)?", entries[-place])
    return entries[-place] if with_port is None else next(part for part in with_port.groups() if part is not None)


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
