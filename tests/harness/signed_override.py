"""Signed overrides, as a pipeline would make them."""

import hashlib
import hmac
import time


def signed(text: str, secret: bytes) -> str:
    """`text` with its signature."""
    return f"{text};sig={hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()}"


def override(variant: str, deployment: str, secret: bytes, seconds: int = 3600, key: str | None = None) -> str:
    """An override for `seconds` from now; `key` is the id of the secret."""
    name = f";kid={key}" if key else ""
    return signed(f"{variant};dep={deployment};exp={int(time.time()) + seconds}{name}", secret)
