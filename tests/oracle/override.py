"""Who may choose a variant: the override of a request, and the tag of a trusted upstream."""

import base64
import hmac
import re
from typing import Any

from tests.oracle.request import MISSING, Request, at_path
from tests.oracle.durations import seconds

Json = Any

DEFAULT_HEADER = "x-bluegreen-override"
TOKEN = re.compile(rb"((green|blue)((?:;[^;]*)*));sig=([0-9a-fA-F]{64})")
FIELDS = {"dep", "exp", "kid"}
PEER = ["connection", "uri_san_peer_certificate"]


def override_header(settings: Json) -> str:
    return settings.get("header", DEFAULT_HEADER).lower()


def accepted_override(settings: Json | None, name: str, request: Request) -> str | None:
    """The variant that an accepted override asks for."""
    lines = request.lines(override_header(settings)) if settings else []
    if len(lines) != 1:
        return None
    if lines[0] in (b"green", b"blue"):
        return lines[0].decode() if plain_is_allowed(settings, request) else None
    token = TOKEN.fullmatch(lines[0])
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
    if fields.get("dep") != name or not re.fullmatch(r"[0-9]+", fields["exp"]):
        return False
    if not now < int(fields["exp"]) <= now + seconds(settings.get("max_age", "24h")):
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
