"""Who may choose a variant: the override of a request, and the tag of a trusted upstream."""

import base64
import hmac
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from tests.oracle.keys import cookie_values
from tests.oracle.request import MISSING, Request, at_path
from tests.oracle.durations import seconds

Json = Any

DEFAULT_HEADER = "x-bluegreen-override"
TOKEN = re.compile(rb"((green|blue)((?:;[^;]*)*));sig=([0-9a-fA-F]{64})")
FIELDS = {"dep", "exp", "kid"}
LEEWAY = 30
"""How far the clocks of signer and proxy may differ, in seconds."""
PEER = ["connection", "uri_san_peer_certificate"]


@dataclass(frozen=True)
class Accepted:
    """An override that holds, and what brought it: `header` or `cookie`, and its name."""

    variant: str
    kind: str
    name: str


def override_header(settings: Json) -> str:
    return settings.get("header", DEFAULT_HEADER).lower()


def carriers(config: Json) -> tuple[set[str], set[str]]:
    """The headers and the cookies that bring overrides to any deployment."""
    every = [(config.get("defaults", {}) | deployment).get("override") for deployment in config["deployments"]]
    return {override_header(each) for each in every if each}, {each["cookie"] for each in every if each and "cookie" in each}


def accepted_override(settings: Json | None, name: str, request: Request) -> Accepted | None:
    """What an accepted override asks for. A cookie counts only where there is no such header."""
    if not settings:
        return None
    kind, of, values = "header", override_header(settings), request.lines(override_header(settings))
    if not values and "cookie" in settings:
        kind, of, values = "cookie", settings["cookie"], cookie_values(settings["cookie"], request.lines("cookie"))
        values = [unquote_to_bytes(value) for value in values]
    if len(values) != 1:
        return None
    variant = judged(settings, values[0], name, request)
    return Accepted(variant, kind, of) if variant else None


def judged(settings: Json, value: bytes, name: str, request: Request) -> str | None:
    """The variant of a value that is accepted."""
    if value in (b"green", b"blue"):
        return value.decode() if plain_is_allowed(settings, request) else None
    token = TOKEN.fullmatch(value)
    if token is None:
        return None
    signed, variant, fields, signature = token.groups()
    return variant.decode() if is_genuine(settings, signed, token_fields(fields), signature, name, request.now) else None


def plain_is_allowed(settings: Json, request: Request) -> bool:
    allow = settings.get("allow")
    return allow == "anyone" or (allow == "internal" and request.internal)


def token_fields(text: bytes) -> dict[str, str]:
    """Empty if a field is unknown, repeated or no pair, or if a required one is missing."""
    pairs = [piece.split("=", 1) for piece in text.decode(errors="replace").split(";")[1:]]
    names = [pair[0] for pair in pairs]
    well_formed = all(len(pair) == 2 for pair in pairs) and len(set(names)) == len(names)
    if well_formed and {"dep", "exp"} <= set(names) <= FIELDS:
        return dict(pairs)
    return {}


def is_genuine(settings: Json, signed: bytes, fields: dict[str, str], signature: bytes, name: str, now: int) -> bool:
    """For this deployment, within its lifetime, and signed by a key that may have signed it."""
    if name not in fields.get("dep", "").split(",") or not re.fullmatch(r"[0-9]+", fields["exp"]):
        return False
    if not now - LEEWAY < int(fields["exp"]) <= now + seconds(settings.get("max_age", "24h")) + LEEWAY:
        return False
    keys = [key for key in settings.get("keys", []) if fields.get("kid", key["id"]) == key["id"]]
    secrets = [base64.b64decode(key["secret_base64"]) for key in keys]
    return any(hmac.digest(secret, signed, "sha256") == bytes.fromhex(signature.decode()) for secret in secrets)


def trusted_peer_tag(trust: Json, variant_header: str | None, request: Request) -> str | None:
    """The variant that an earlier proxy chose, if it is one to be believed."""
    lines = request.lines(variant_header) if variant_header else []
    if lines not in ([b"green"], [b"blue"]):
        return None
    if isinstance(trust, dict):
        peer = at_path(request.properties, PEER)
        believed = peer is not MISSING and peer.startswith(trust["peer_prefix"])
    else:
        believed = trust == "internal" and request.internal
    return lines[0].decode() if believed else None
