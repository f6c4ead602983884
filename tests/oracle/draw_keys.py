"""Random targeting keys on a request: headers, cookies, query; many whose bucket lies on a threshold."""

from random import Random
from typing import Any
from urllib.parse import quote, quote_plus

from tests.oracle.draw_births import carries_time, draw_born_key
from tests.oracle.draw_deployment import KEY_COOKIES, KEY_HEADERS, KEY_QUERIES
from tests.oracle.edge import key_with_bucket
from tests.oracle.keys import BUCKETS
from tests.oracle.request import read_request
from tests.oracle.rollback import max_green_weight
from tests.oracle.tags import BUCKET_HEADER
from tests.oracle.weight import share, threshold, weight_in_force

Json = Any
Lines = list[tuple[str, bytes]]

SENDABLE_BYTES = bytes([*range(0x21, 0x7F), *range(0x80, 0x100)])
OTHER_COOKIES = [b"theme=dark", b"xuid=other", b"uid2=other", b"Session=other", b"uid", b"", b" ", b"=nobody"]
OTHER_PAIRS = ["a=/v1/models/fraud", "", "b", "user[]=u1", "xuser=u1", "=u1", "c=?d"]
FORWARDED = [b"203.0.113.9", b"203.0.113.9:4711", b"203.0.113.9:80", b"[2001:db8::7]:443", b"[2001:db8::7]", b"2001:db8::7", b"unknown", b"_x:y", b""]
ODD_VALUES = ["%", "u%zz", "u%2", "%FF%fe", "%C3%BC", "%c3", "a+b", "a%2Bb", "a%20b", "a=b", "", "a;b", "%25%32%30", "%00"]


def draw_key_lines(rng: Random, group: Json, aim: Json, sendable: bool) -> Lines:
    """Header and Cookie lines that carry the keys of one deployment, or nearly so."""
    sticky = aim.get("sticky", {})
    names = rng.sample(KEY_HEADERS, rng.choice([0, 0, 1])) + key_names(sticky, "header")
    cookies = rng.sample(KEY_COOKIES, rng.choice([0, 0, 1])) + key_names(sticky, "cookie")
    if "issue_cookie" in sticky:
        cookies.append(sticky["issue_cookie"].get("name", "bluegreen_id"))
    lines = draw_forwarded(rng, group, aim, sendable) if key_names(sticky, "x_forwarded_for") else []
    for name in names:
        for _ in range(rng.choice([0, 1, 1, 1, 1, 2])):
            spelling = rng.choice([name, name.lower(), name.upper()])
            lines.append((spelling, draw_key(rng, group, aim, sendable)))
    pieces: list[bytes] = []
    for name in cookies:
        pieces += rng.sample(OTHER_COOKIES, rng.choice([0, 0, 1, 2]))
        while rng.random() < 0.6:
            pieces.append(draw_cookie(rng, name, encoded(rng, draw_key(rng, group, aim, sendable))))
    while pieces:
        count = rng.randint(1, len(pieces))
        line = rng.choice([b"; ", b"; ", b";", b" ;\t"]).join(pieces[:count])
        lines.append(("cookie", line.strip(b" \t") if sendable else line))
        pieces = pieces[count:]
    return lines


def draw_forwarded(rng: Random, group: Json, aim: Json, sendable: bool) -> Lines:
    """x-forwarded-for as a client and some proxies wrote it, in any number of lines."""
    entries = [rng.choice(FORWARDED) for _ in range(rng.choice([0, 1, 2, 2, 3]))]
    while rng.random() < 0.3:
        entries.append(draw_key(rng, group, aim, sendable))
    return [("x-forwarded-for", rng.choice([b", ", b",", b" ,\t", b",,"]).join(part)) for part in parts(rng, entries)]


def parts(rng: Random, whole: list[bytes]) -> list[list[bytes]]:
    """The same elements in order, cut anywhere."""
    cut = rng.randint(0, len(whole))
    return rng.choice([[whole], [whole[:cut], whole[cut:]]])


def key_names(sticky: Json, kind: str) -> list[str]:
    """Also those of keys within keys."""
    keys = sticky.get("keys", [])
    return [key[kind] for key in [*keys, *(part for key in keys for part in key.get("all", []))] if kind in key]


def encoded(rng: Random, value: bytes) -> bytes:
    """As many clients write a cookie, or cut, or as it is."""
    kind = rng.random()
    if kind < 0.3:
        return quote(value, safe=rng.choice(["", "@"])).encode()
    return rng.choice(ODD_VALUES).encode() if kind < 0.4 else value


def draw_cookie(rng: Random, name: str, value: bytes) -> bytes:
    form = rng.choice([b"%b=%b"] * 6 + [b'%b="%b"', b" %b = %b ", b'%b=\t"%b"', b'%b="%b', b'%b=%b"', b'%b=""%b""'])
    return form % (name.encode(), value)


def draw_query(rng: Random, group: Json, aim: Json) -> str:
    """Empty, or a query with its question mark."""
    names = key_names(aim.get("sticky", {}), "query")
    if not names and rng.random() < 0.6:
        return ""
    pairs = rng.sample(OTHER_PAIRS, rng.choice([0, 1, 2]))
    for name in names + rng.sample(KEY_QUERIES, rng.choice([0, 0, 1])):
        while rng.random() < 0.6:
            value = rng.choice(ODD_VALUES)
            if rng.random() < 0.8:
                value = rng.choice([quote_plus, quote])(draw_key(rng, group, aim, sendable=False))
            pairs.append(rng.choice([quote_plus, quote])(name) + "=" + value)
    if rng.random() < 0.2:
        rng.shuffle(pairs)
    return "?" + "&".join(pairs)


def draw_key(rng: Random, group: Json, aim: Json, sendable: bool) -> bytes:
    kind = rng.random()
    ignored = aim.get("sticky", {}).get("ignore")
    if ignored and rng.random() < 0.4:
        return rng.choice(ignored).encode()
    pins = [key for variant in aim.get("pins", {}).values() for key in variant]
    if pins and rng.random() < 0.4:
        return rng.choice(pins).encode()
    if kind < 0.7 and carries_time(aim):
        return draw_born_key(rng, group, aim)
    if kind < 0.35:
        return b"u%d" % rng.randrange(100_000)
    if kind < 0.65:
        return draw_edge_key(rng, group, aim, sendable)
    if kind < 0.72:
        return b""
    if kind < 0.85:
        return rng.choice(["jürgen", "用户-7", "👩‍🔬", "ana@example.com", "a=b", "a,b", "a b"]).encode()
    if kind < 0.87:
        return b"x" * rng.choice([255, 256, 1000, 4096])
    if not sendable:
        return rng.randbytes(rng.randint(1, 40))
    return bytes(rng.choice(SENDABLE_BYTES) for _ in range(rng.randint(1, 40)))


def draw_edge_key(rng: Random, group: Json, aim: Json, sendable: bool) -> bytes:
    """A key whose bucket is the last one on one side of a threshold, or the first one on the other."""
    salt = aim.get("sticky", {}).get("salt", aim["name"])
    wanted = min(max(draw_threshold(rng, group, aim) - rng.choice([0, 1]), 0), BUCKETS - 1)
    return key_with_bucket(salt, wanted, lambda key: not sendable or all(byte in SENDABLE_BYTES for byte in key))


def draw_threshold(rng: Random, group: Json, aim: Json) -> int:
    """Of the weight, the max_green_weight, the cohort that is mirrored, or a value of the bucket header."""
    request = read_request(group, {"path": "/"})
    weight = weight_in_force(aim, request.now)
    max_green = max_green_weight(group["config"], aim["name"], request)
    thresholds = [threshold(weight), threshold(max_green)]
    if aim.get("mirror"):
        thresholds.append(threshold(min(weight, max_green)) + threshold(share(aim["mirror"]["percent"])))
    if "bucket_header" in group["config"]["tags"]:
        buckets = (BUCKET_HEADER | group["config"]["tags"]["bucket_header"])["buckets"]
        thresholds.append(-(-rng.randint(0, buckets) * BUCKETS // buckets))
    return rng.choice(thresholds)
