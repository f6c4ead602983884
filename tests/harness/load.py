"""Many users at once, and what each of them was answered."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.harness.service import Service


@dataclass(frozen=True)
class Served:
    """One request of the load. Times are those of time.monotonic(), in seconds."""

    user: str
    sent: float
    received: float
    status: int | None
    """None: no HTTP response came."""
    variant: str | None
    """The value of the response header that names the variant."""


@dataclass(frozen=True)
class Target:
    """Where the load goes. `{user}` in header values is replaced by the user's name."""

    url: str
    headers: dict[str, str]
    variant_header: str
    method: str = "GET"
    json: Any = None


def variants_in_turn(answers: Iterable[Served]) -> dict[str, list[str | None]]:
    """By user, the variants that they saw one after the other, without repetition."""
    seen: dict[str, list[str | None]] = {}
    for answer in answers:
        variants = seen.setdefault(answer.user, [])
        if not variants or variants[-1] != answer.variant:
            variants.append(answer.variant)
    return seen


def last_variants(answers: Iterable[Served]) -> dict[str, str | None]:
    """By user, the variant that they saw last."""
    return {answer.user: answer.variant for answer in answers}


class Load(Service):
    """Sends requests of `users`, round after round, over `connections` connections from a thread, until the context ends.

    `served` grows while it runs. A request that is under way when the context ends is finished first.
    `pause` seconds lie between an answer and the next request of its connection.
    """

    def __init__(self, target: Target, users: Iterable[str], connections: int = 8, pause: float = 0.0) -> None:
        self.target = target
        self.users = list(users)
        self.connections = connections
        self.pause = pause
        self.served: list[Served] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="load", daemon=True)

    def _start(self, running: ExitStack) -> None:
        self._thread.start()
        running.callback(self._thread.join)
        running.callback(self._stopping.set)

    def wait_for(self, more: int, timeout: float = 30.0) -> None:
        """Waits until `more` further requests have been answered."""
        self.wait_until(lambda since: len(since) >= more, timeout, f"{more} more answers")

    def wait_until(self, condition: Callable[[list[Served]], bool], timeout: float, what: str) -> None:
        """Waits until `condition` holds for the answers that came since this call."""
        start, end = len(self.served), time.monotonic() + timeout
        while not condition(self.served[start:]):
            if not self._thread.is_alive():
                raise RuntimeError("the load has ended")
            if time.monotonic() > end:
                raise TimeoutError(f"waited {timeout} s for {what}")
            time.sleep(0.01)

    async def _run(self) -> None:
        connector = aiohttp.TCPConnector(limit=self.connections)
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
            await asyncio.gather(*(self._send(session, start) for start in range(self.connections)))

    async def _send(self, session: aiohttp.ClientSession, start: int) -> None:
        turn = start
        while not self._stopping.is_set():
            self.served.append(await self._ask(session, self.users[turn % len(self.users)]))
            turn += self.connections
            await asyncio.sleep(self.pause)

    async def _ask(self, session: aiohttp.ClientSession, user: str) -> Served:
        target = self.target
        headers = {name: value.replace("{user}", user) for name, value in target.headers.items()}
        sent = time.monotonic()
        try:
            async with session.request(target.method, target.url, headers=headers, json=target.json) as response:
                await response.read()
                status, variant = response.status, response.headers.get(target.variant_header)
        except (aiohttp.ClientError, TimeoutError):
            status, variant = None, None
        return Served(user, sent, time.monotonic(), status, variant)
