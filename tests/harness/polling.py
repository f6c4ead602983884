"""Waiting for a condition instead of sleeping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

INTERVAL_SECONDS = 0.01


def wait_until(condition: Callable[[], T], timeout: float, what: str) -> T:
    """Calls `condition` until it returns something true, and returns that. Raises TimeoutError naming `what` after `timeout` seconds."""
    end = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise TimeoutError(f"waited {timeout} s for {what}")
        time.sleep(INTERVAL_SECONDS)
