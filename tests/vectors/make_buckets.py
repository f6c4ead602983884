"""Writes buckets.json and joined.json: salts, keys and their buckets by the xxHash of the Python package `xxhash`."""

import json
import uuid
from pathlib import Path
from random import Random
from typing import Any

import xxhash

Json = Any

TEXT_KEYS = [
    "",
    "0",
    "u1",
    "user-42",
    "ana@example.com",
    "Ana@Example.com",
    "jürgen",
    "用户-7",
    "👩‍🔬",
    " padded ",
    "a=b&c=d",
    '"quoted"',
    "spiffe://cluster.local/ns/ml/sa/scorer",
    "2001:db8::1",
    "f47ac10b-58cc-4372-a567-0e02b2c3d479",
    "F47AC10B-58CC-4372-A567-0E02B2C3D479",
    "0123456789abcdef0123456789abcdef",
    "salt\0key",
    "\0",
    "\0\0\0\0\0\0\0\0",
]
BINARY_KEYS = ["00ff", "65cc81", "fffe00", "80", "c328", "eda080", "00" * 32, "ff" * 33, bytes(range(256)).hex()]
REPEATED_KEYS = [["x", 1024], ["é", 512], ["ab", 5000], ["0123456789abcdef", 625]]
SALTS = ["", "s", "fraud", "fraud-2026-11", "Salz-ä", "a salt that by itself is longer than thirty-two bytes"]


def main() -> None:
    write("buckets.json", vectors())
    write("joined.json", joined_vectors())


def write(name: str, vectors: list[Json]) -> None:
    rows = [json.dumps(vector, ensure_ascii=False) for vector in vectors]
    Path(__file__).with_name(name).write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")


def vectors() -> list[Json]:
    """Every length about the blocks of 4, 8 and 32 bytes, then kinds of keys, then kinds of salts."""
    rng = Random(64)
    pairs: list[tuple[str, Json]] = []
    # Salt and zero byte are two bytes: what is hashed is 2 to 42 bytes long, then about 64 and 128.
    for length in [*range(41), 61, 62, 63, 125, 126, 127]:
        pairs.append(("s", "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))))
    pairs += [("fraud", key) for key in TEXT_KEYS]
    pairs += [("fraud", str(uuid.UUID(int=rng.getrandbits(128), version=4))) for _ in range(4)]
    pairs += [("fraud", {"hex": digits}) for digits in BINARY_KEYS]
    pairs += [("fraud", {"repeat": repeat}) for repeat in REPEATED_KEYS]
    pairs += [(salt, key) for salt in SALTS if salt != "fraud" for key in ("", "u1", {"hex": "fffe00"})]
    # The zero byte keeps salt and key apart.
    pairs += [("fraudu", "1"), ("frau", "du1")]
    distinct = {json.dumps(pair): pair for pair in pairs}.values()
    return [{"salt": salt, "key": key, "bucket": f"0x{bucket(salt, key):016x}"} for salt, key in distinct]


def joined_vectors() -> list[Json]:
    """Keys of several parts: one zero byte is between two parts, none before the first and none after the last."""
    lists = [["acme", "u1"], ["u1", "acme"], ["acmeu", "1"], ["a", "b", "c"], ["jürgen", {"hex": "fffe00"}], ["a" * 40, "b" * 40]]
    lists += [["acme.example.com", "u1"], [{"hex": "610062"}, "c"], ["a", "b", "c", "d", "e", "f"]]
    return [{"salt": salt, "parts": parts, "bucket": f"0x{joined_bucket(salt, parts):016x}"} for salt in ("fraud", "") for parts in lists]


def joined_bucket(salt: str, parts: list[Json]) -> int:
    return xxhash.xxh64_intdigest(salt.encode() + b"\0" + b"\0".join(key_bytes(part) for part in parts), seed=0)


def bucket(salt: str, key: Json) -> int:
    return xxhash.xxh64_intdigest(salt.encode() + b"\0" + key_bytes(key), seed=0)


def key_bytes(key: Json) -> bytes:
    match key:
        case str():
            return key.encode()
        case {"hex": digits}:
            return bytes.fromhex(digits)
        case {"repeat": [text, times]}:
            return text.encode() * times
    raise ValueError(f"not a key: {key}")


if __name__ == "__main__":
    main()
