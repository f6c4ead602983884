"""Random deployments: who holds the weight, keys, pins, ramps, overrides, mirrors, trust."""

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from random import Random
from typing import Any

from tests.oracle.durations import seconds
from tests.oracle.weight import unix_seconds

Json = Any

KEY_HEADERS = ["x-user-id", "X-Tenant", "x-session"]
KEY_COOKIES = ["uid", "UID", "session", "id"]
KEY_QUERIES = ["user", "User", "user id", "für"]
CLAIMS = "envoy.filters.http.jwt_authn"
KEY_PROPERTIES = [
    ["metadata", "filter_metadata", CLAIMS, "payload", "sub"],
    ["metadata", "filter_metadata", CLAIMS, "payload", "roles", "0"],
    ["xds", "node", "metadata", "ml", "zone"],
]
# Among them such as are pinned, and such as a property or a cookie may hold.
IGNORED = ["anonymous", "u1", "u7", "true", "ana@example.com", "198.51.100.7", "a b"]
SALTS = ["release-7", "shared", "2026-11"]
WEIGHTS = ["0", "100", "1e2", "50", "33.3", "0.5", "99.99999999999999999", "5e-36", "0.30000000000000004"]
# Secrets of 16 bytes and more, in base64.
SECRETS = {"a": "MDEyMzQ1Njc4OWFiY2RlZg==", "b": "ZmVkY2JhOTg3NjU0MzIxMA==", "c": "YSB0aGlyZCBzZWNyZXQgb2YgMjMgYnl0ZXM="}
PEERS = ["spiffe://cluster.local/ns/ml/", "spiffe://cluster.local/ns/web/sa/", "spiffe://"]
DURATIONS = ["1s", "7s", "90s", "10m", "1h", "36h", "3d"]


def draw_deployment(rng: Random, number: int, match: Json, config: Json, now: int | None) -> Json:
    """A deployment that goes with the tags and defaults of a configuration."""
    name = rng.choice(["m{}", "model-{}", "Fraud_{}.v2"]).format(number)
    if number == 0 and rng.random() < 0.1:
        name = rng.choice(["all", "N", "off", "7"])  # what a flag could mean otherwise
    deployment: Json = {"name": name}
    if match or rng.random() < 0.5:
        deployment["match"] = match
    if rng.random() < 0.7:
        deployment["clusters"] = {"blue": f"{name}-blue", "green": f"{name}-green"}
    by_route = "bucket_header" in config["tags"] and tells_the_variant(config["tags"], deployment) and rng.random() < 0.3
    if by_route:
        deployment["split_by"] = "route"
    elif rng.random() < 0.3:
        deployment["ramp"] = draw_ramp(rng, now)
    elif rng.random() < 0.95:
        deployment["green_weight"] = draw_weight(rng)
    has_default_sessions = "sessions" in config.get("defaults", {}).get("sticky", {})
    if rng.random() < 0.8 or (has_default_sessions and "ramp" not in deployment):
        deployment["sticky"] = draw_sticky(rng, now)
        if "ramp" in deployment and rng.random() < 0.6:
            add_sessions(rng, deployment["sticky"])
    if rng.random() < 0.35:
        deployment["pins"] = draw_pins(rng)
    if rng.random() < 0.35:
        deployment["override"] = draw_override(rng) if rng.random() < 0.85 else None
    if by_route or "clusters" not in deployment:
        if "mirror" in config.get("defaults", {}):
            deployment["mirror"] = None
    elif rng.random() < 0.4:
        may_mirror = config["tags"].get("mirror_header", "default") is not None
        deployment["mirror"] = draw_mirror(rng) if may_mirror and rng.random() < 0.9 else None
    if rng.random() < 0.25:
        deployment["trust_tags_from"] = draw_trust(rng, config["tags"])
    if rng.random() < 0.25 and (not by_route or "clusters" in deployment):
        deployment["guard"] = draw_guard(rng) if rng.random() < 0.8 else None
    if rng.random() < 0.1:
        deployment["rollback"] = rng.random() < 0.7
    return deployment


def tells_the_variant(tags: Json, deployment: Json) -> bool:
    """Whether routes can learn a variant that is fixed."""
    by_cluster = "clusters" in deployment and tags.get("cluster_header", "default") is not None
    return by_cluster or tags.get("variant_header", "default") is not None or tags.get("filter_state") is not None


def draw_weight(rng: Random) -> str:
    """The JSON text of a weight: at most 19 significant digits and 36 decimals."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.choice(WEIGHTS)
    if kind == 1:
        return str(rng.randint(0, 100))
    if kind == 2:
        decimals = rng.randint(1, 17)
        return f"{rng.randrange(100)}.{rng.randrange(10**decimals):0{decimals}d}" + rng.choice(["", "", "000"])
    return f"{rng.randrange(1, 10**19)}e-{rng.randint(17, 22)}" if rng.random() < 0.7 else f"{rng.randint(1, 9)}E+1"


def draw_ramp(rng: Random, now: int | None) -> Json:
    """Before, on, between or after its steps; by the real clock long over or far off."""
    afters = sorted(rng.sample(["0s", *DURATIONS], rng.randint(1, 4)), key=lambda after: ["0s", *DURATIONS].index(after))
    ramp: Json = {"start": "", "steps": [{"after": after, "green_weight": draw_weight(rng)} for after in afters]}
    if now is None:
        ramp["start"] = rng.choice(["2001-09-09T01:46:40Z", "2020-02-29T23:59:59+14:00", "2199-12-31T00:00:00-12:00"])
    else:
        back = rng.choice([-1, 0, 1, 7, 90, 600, 3600, rng.randint(0, 7200), rng.randint(0, 300_000)]) + rng.choice([0, 0, -1, 1])
        ramp["start"] = time_text(rng, now - back)
    for step in ramp["steps"]:
        if rng.random() < 0.4:
            step["at"] = exact_time_text(unix_seconds(ramp["start"]) + seconds(step.pop("after")))
    if rng.random() < 0.8:
        ramp["shape"] = rng.choice(["step", "linear", "linear"])
    return ramp


def time_text(rng: Random, seconds: int) -> str:
    """RFC 3339, some with an offset, some with a fraction of a second."""
    zone = rng.choice([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=8))])
    local = datetime.fromtimestamp(seconds, zone)
    offset = "Z" if zone is UTC else local.strftime("%z")[:3] + ":" + local.strftime("%z")[3:]
    return local.strftime("%Y-%m-%dT%H:%M:%S") + rng.choice(["", "", ".5", ".123", ".000000001", ".999999999"]) + offset


def exact_time_text(time: Fraction) -> str:
    nanoseconds = int(time % 1 * 10**9)
    return datetime.fromtimestamp(int(time), UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{nanoseconds:09}Z"


def draw_sticky(rng: Random, now: int | None) -> Json:
    sources = [{"header": name} for name in KEY_HEADERS] * 2 + [{"cookie": name} for name in KEY_COOKIES]
    sources += [{"query": name} for name in KEY_QUERIES] + [{"property": path} for path in KEY_PROPERTIES]
    sources += [{"cookie": name, "decode": "percent"} for name in KEY_COOKIES]
    sources += [{"source_address": True}]
    if now is not None:
        # Through Envoy the header carries the address that a request comes from.
        sources += [{"x_forwarded_for": place} for place in (1, 1, 2)]
    sources += [{"host": True}]
    sources += [{"all": rng.sample(sources, rng.choice([2, 2, 3]))} for _ in range(4)]
    keys = []
    for key in rng.sample(sources, rng.choice([1, 1, 2, 3, 4])):
        if key not in keys:
            keys.append(key)
    sticky: Json = {"keys": keys}
    if rng.random() < 0.2:
        sticky["ignore"] = rng.sample(IGNORED, rng.randint(0, 3))
    if rng.random() < 0.4:
        sticky["salt"] = rng.choice(SALTS)
    if rng.random() < 0.3:
        sticky["issue_cookie"] = rng.choice(
            [
                {},
                {"name": "who"},
                {"max_age": "1h", "path": "/v1", "same_site": "strict"},
                {"name": "uid", "secure": False},
                {"name": "uid", "refresh": True, "max_age": "1h", "domain": ".example.com"},
                {"refresh": True, "max_age": "7s", "http_only": False},
                {"refresh": True, "partitioned": True, "same_site": "none"},
                {"name": "__Host-id", "max_age": "session"},
                {"per": "connection"},
            ]
        )
    return sticky


def add_sessions(rng: Random, sticky: Json) -> None:
    """A session keeps the weight of its birth. Nothing tells when a connection began."""
    sticky["sessions"] = {"born": rng.choice(["uuid_v7", "ulid"])}
    sticky.get("issue_cookie", {}).pop("per", None)


def draw_pins(rng: Random) -> Json:
    """No key on both variants, nor twice on one."""
    keys = rng.sample([f"u{number}" for number in range(40)] + ["jürgen", "a b", "198.51.100.7", "42", "true"], rng.randint(1, 12))
    cut = rng.randint(0, len(keys))
    return rng.choice([{"green": keys[:cut], "blue": keys[cut:]}, {"blue": keys[cut:], "green": keys[:cut]}, {"green": keys}])


def draw_override(rng: Random) -> Json:
    override: Json = {}
    kind = rng.choice(["allow", "keys", "keys", "both"])
    if kind != "keys":
        override["allow"] = rng.choice(["anyone", "internal"])
    if kind != "allow":
        override["keys"] = [{"id": name, "secret_base64": SECRETS[name]} for name in rng.sample("ab", rng.choice([1, 1, 2]))]
    if rng.random() < 0.2:
        override["header"] = rng.choice(["x-try", "X-Override"])
    if rng.random() < 0.3:
        override["cookie"] = rng.choice(["try", "TRY"])
    if rng.random() < 0.3:
        override["max_age"] = rng.choice(["1h", "30m", "7d"])
    if rng.random() < 0.3:
        override["forward"] = rng.random() < 0.8
    return override


def draw_mirror(rng: Random) -> Json:
    return {"percent": draw_weight(rng)}


def draw_guard(rng: Random) -> Json:
    """A guard that has seen no answer yet decides nothing."""
    guard: Json = {}
    if rng.random() < 0.5:
        guard["failures"] = {"status": rng.choice([["5xx"], ["503", "429"], ["500-504"]]), "slower_than": rng.choice(DURATIONS)}
    if rng.random() < 0.5:
        guard["margin"] = rng.choice([0, 2, 2.5, 90])
        guard["above"] = rng.choice([0.1, 5, 90])
    if rng.random() < 0.5:
        guard["cooldown"] = rng.choice(["never", *DURATIONS])
    return guard


def draw_trust(rng: Random, tags: Json) -> Json:
    """Without a variant tag there is none to trust."""
    if tags.get("variant_header", "default") is None:
        return "never"
    return rng.choice(["never", "internal", "internal", {"peer_prefix": rng.choice(PEERS)}])
