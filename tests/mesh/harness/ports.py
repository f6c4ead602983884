"""Ports for programs that must be told theirs."""

import random
import socket

LOWEST, HIGHEST = 10_000, 32_000
"""Below the range from which Linux takes the ports of outgoing connections, so that a load cannot take one meanwhile."""


class Ports:
    """Hands out free loopback ports, each once."""

    def __init__(self) -> None:
        self._candidates = random.sample(range(LOWEST, HIGHEST), HIGHEST - LOWEST)

    def new(self) -> int:
        """A port that nothing listens on."""
        while not _is_free(port := self._candidates.pop()):
            pass
        return port


def _is_free(port: int) -> bool:
    with socket.socket() as attempt:
        try:
            attempt.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True
