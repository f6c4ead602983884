"""The time that a key carries: when the session that it names began."""

import re
from typing import Any
from uuid import UUID

Json = Any

UUID_V7 = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID = re.compile(f"[0-7][{CROCKFORD}]{{25}}".encode(), re.IGNORECASE)


def birth(born: str, key: bytes) -> int | None:
    """Unix milliseconds. `ulid` also reads what the filter issues, which is a UUIDv7."""
    if born == "ulid" and ULID.fullmatch(key):
        number = 0
        for digit in key.decode().upper():
            number = number * 32 + CROCKFORD.index(digit)
        return number >> 80
    return UUID(key.decode()).int >> 80 if UUID_V7.fullmatch(key) else None
