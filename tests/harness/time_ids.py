"""Ids that carry a time, as other programs make them."""

import secrets
from uuid import UUID

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid_v7(seconds: float) -> str:
    """A UUIDv7 of this time, in seconds since 1970."""
    return str(UUID(int=int(seconds * 1000) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)))


def seconds_of(uuid: str) -> float:
    """The time that a UUIDv7 carries."""
    assert UUID(uuid).version == 7
    return (UUID(uuid).int >> 80) / 1000


def ulid(seconds: float) -> str:
    """A ULID of this time."""
    number = int(seconds * 1000) << 80 | secrets.randbits(80)
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))
