"""A request of a decision vector as the filter meets it: header lines, clock, and the properties of the host."""

import base64
import hmac
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

Json = Any
Headers = list[tuple[str, bytes]]

MISSING: Json = object()
OBJECTS = ("virtual_host", "route", "cluster", "listener")


@dataclass(frozen=True)
class Request:
    """`headers` are the lines in order, names in lower case. `properties` is the tree that property paths lead into."""

    method: str
    host: str | None
    path: str
    query: str
    headers: Headers
    internal: bool
    source_address: str | None
    properties: Json
    now: int
    clock_is_fixed: bool

    def lines(self, name: str) -> list[bytes]:
        """All lines of that name."""
        return [value for line_name, value in self.headers if line_name == name.lower()]

    def line(self, name: str) -> bytes | None:
        """The first line of that name."""
        return next(iter(self.lines(name)), None)


def read_request(group: Json, request: Json) -> Request:
    """A request under the metadata and the clock of its group."""
    now = group.get("now", int(time.time()))
    path, _, query = request["path"].partition("?")
    return Request(
        method=request.get("method", "GET"),
        host=request.get("host"),
        path=path,
        query=query,
        headers=[(name.lower(), as_bytes(value, now)) for name, value in request.get("headers", [])],
        internal=request.get("internal", False),
        source_address=request.get("source_address"),
        properties=properties(group),
        now=now,
        clock_is_fixed="now" in group,
    )


def as_bytes(value: str | dict[str, str], now: int) -> bytes:
    """A header value: text stands for its UTF-8 bytes, {"hex": …} for any, {"signed": …} for a token with its signature, in a cookie if it names one."""
    if isinstance(value, str):
        return value.encode()
    if "hex" in value:
        return bytes.fromhex(value["hex"])
    token = re.sub(r"(?<=;exp=)[+-][0-9]+", lambda lifetime: str(now + int(lifetime[0])), value["signed"]).encode()
    signature = hmac.digest(base64.b64decode(value["secret"]), token, "sha256").hex()
    token += b";sig=" + signature.encode()
    return f"{value['cookie']}={quote(token, safe='=')}".encode() if "cookie" in value else token


def properties(group: Json) -> Json:
    """The properties that the group describes: metadata of the request, of routes and node, and the peer's identity."""
    tree: Json = {"xds": {"node": {"metadata": metadata(group, "node")}}}
    for each in OBJECTS:
        tree["xds"][f"{each}_metadata"] = {"filter_metadata": metadata(group, each)}
    tree["metadata"] = {"filter_metadata": group.get("dynamic_metadata", {})}
    if "peer" in group:
        tree["connection"] = {"uri_san_peer_certificate": group["peer"]}
    return tree


def metadata(group: Json, source: str) -> dict[str, Json]:
    """Namespace → its struct, of one object: flag and cap beside whatever else the group puts there."""
    spaces = dict(group.get("filter_metadata", {}).get(source, {}))
    known = {
        key: group[field][source]
        for key, field in (("rollback", "metadata"), ("max_green_weight", "caps"))
        if source in group.get(field, {})
    }
    if known:
        namespace = group["config"].get("rollback", {}).get("namespace", "bluegreen")
        spaces[namespace] = {**spaces.get(namespace, {}), **known}
    return spaces


def at_path(tree: Json, path: list[str]) -> Json:
    """What a path leads to; MISSING if it leads nowhere. A number indexes a list."""
    for segment in path:
        if isinstance(tree, dict):
            tree = tree.get(segment, MISSING)
        elif isinstance(tree, list) and segment.isdecimal() and int(segment) < len(tree):
            tree = tree[int(segment)]
        else:
            return MISSING
    return tree
