"""Keys that fall into one chosen bucket: xxh64 run backwards over its last eight bytes.

With them a vector can stand exactly on a threshold, where rounding would show.
Seed 0 and fewer than 32 bytes of salt, 0x00 and key, as xxh64 takes them eight at a time.
"""

import itertools
import string
from collections.abc import Callable

import xxhash

MASK = 2**64 - 1
PRIME_1 = 0x9E3779B185EBCA87
PRIME_2 = 0xC2B2AE3D27D4EB4F
PRIME_3 = 0x165667B19E3779F9
PRIME_4 = 0x85EBCA77C2B2AE63
PRIME_5 = 0x27D4EB2F165667C5
LONGEST_SALT = 12  # bytes
ALPHABET = string.ascii_lowercase + string.digits


def key_with_bucket(salt: str, bucket: int, accept: Callable[[bytes], bool]) -> bytes:
    """A key that `accept` takes and whose bucket under `salt` is exactly `bucket`.

    ValueError for a salt longer than 12 bytes, and when every key has been tried.
    """
    if len(salt.encode()) > LONGEST_SALT:
        raise ValueError(f"a salt of more than {LONGEST_SALT} bytes: {salt}")
    head = salt.encode() + b"\0"
    free = -len(head) % 8
    if free < 3:
        free += 8
    wanted = before_avalanche(bucket)
    for letters in itertools.product(ALPHABET, repeat=free):
        start = "".join(letters).encode()
        key = start + last_lane(head + start, wanted).to_bytes(8, "little")
        if accept(key):
            assert xxhash.xxh64_intdigest(head + key) == bucket
            return key
    raise ValueError(f"no acceptable key for bucket {bucket} under {salt}")


def last_lane(start: bytes, wanted: int) -> int:
    """The eight bytes that lead from the state after `start` to the state `wanted`."""
    state = (PRIME_5 + len(start) + 8) & MASK
    for at in range(0, len(start), 8):
        state ^= mixed(int.from_bytes(start[at : at + 8], "little"))
        state = (rotated(state, 27) * PRIME_1 + PRIME_4) & MASK
    before = rotated((wanted - PRIME_4) * inverse(PRIME_1) & MASK, 64 - 27)
    lane = rotated((before ^ state) * inverse(PRIME_1) & MASK, 64 - 31)
    return lane * inverse(PRIME_2) & MASK


def mixed(lane: int) -> int:
    return rotated(lane * PRIME_2 & MASK, 31) * PRIME_1 & MASK


def before_avalanche(state: int) -> int:
    state ^= state >> 32
    state = state * inverse(PRIME_3) & MASK
    state ^= state >> 29 ^ state >> 58
    state = state * inverse(PRIME_2) & MASK
    return state ^ state >> 33


def rotated(value: int, left: int) -> int:
    return (value << left | value >> 64 - left) & MASK


def inverse(prime: int) -> int:
    return pow(prime, -1, 2**64)
