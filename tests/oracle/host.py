"""The host that a request is for."""

import re
from ipaddress import IPv6Address

LONGEST_HOST = 253  # bytes


def request_host(authority: str | None) -> str | None:
    """The authority without port and trailing dot, in lower case, an IPv6 address in its one form; None if it is no host."""
    if authority is None:
        return None
    host = re.sub(r":[0-9]+$", "", authority)
    if host.startswith("["):
        try:
            return f"[{IPv6Address(host[1:-1]).compressed}]"
        except ValueError:
            return None
    if ":" in host:
        return None
    host = host.removesuffix(".").lower()
    return None if len(host.encode()) > LONGEST_HOST else host
