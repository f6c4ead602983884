"""JSON Web Tokens signed by a shared secret (HS256), and the key set that proves them."""

import base64
import hashlib
import hmac
import json
from typing import Any


def token(claims: dict[str, Any], secret: bytes) -> str:
    signed = f"{_encode({'alg': 'HS256', 'typ': 'JWT'})}.{_encode(claims)}"
    return f"{signed}.{_base64url(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def key_set(secret: bytes) -> dict[str, Any]:
    return {"keys": [{"kty": "oct", "alg": "HS256", "k": _base64url(secret)}]}


def _encode(part: dict[str, Any]) -> str:
    return _base64url(json.dumps(part).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
