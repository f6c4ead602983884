"""Durations as a configuration has them."""

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(duration: str) -> int:
    """A whole number and a unit, such as `10m`."""
    return int(duration[:-1]) * SECONDS[duration[-1]]
