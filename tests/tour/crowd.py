"""The users of the tour, and their requests through Envoy."""

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle

import aiohttp

from tests.tour.model import FAILING, SLOW, Model, Transaction, transactions

PATH = "/v1/models/fraud:predict"
VARIANTS = {"1": "blue", "2": "green", FAILING: "green", SLOW: "green"}  # by the version that a model server says it is


@dataclass(frozen=True)
class User:
    id: str
    transaction: Transaction

    def question(self) -> bytes:
        return json.dumps({"instances": [self.transaction.to_json()]}).encode()


@dataclass(frozen=True)
class Answer:
    """What a user got: `variant` is blue or green, or None where `failure` says what went wrong."""

    user: User
    variant: str | None
    failure: str | None
    at: float  # seconds, of time.perf_counter


Listener = Callable[[Answer], None]


def users(count: int) -> list[User]:
    """`count` users with the ids user-0001, user-0002, …, always the same."""
    return [User(f"user-{n:04}", payment) for n, payment in enumerate(transactions(count, seed=4), start=1)]


class Crowd:
    """All users, some of whom ask at the same time. Every answer is checked against the model it names."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, members: list[User],
        models: Mapping[str, Model], at_once: int = 16,
    ) -> None:
        self._session = session
        self._url = url + PATH
        self._at_once = at_once
        self._shuffle = random.Random(5)
        self.members = members
        self._questions = {user.id: user.question() for user in members}
        self._expected = {
            user.id: {version: model.score(user.transaction) for version, model in models.items()}
            for user in members
        }

    async def _ask_as(self, user: User, forged: Mapping[str, str]) -> Answer:
        headers = {"x-user-id": user.id, "content-type": "application/json", **forged}
        variant = failure = None
        try:
            async with self._session.post(self._url, data=self._questions[user.id], headers=headers) as response:
                if response.status != 200:
                    failure = f"status {response.status}: {(await response.text())[:80].strip()}"
                else:
                    variant, failure = self._judge(user, await response.json())
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            failure = f"{type(error).__name__}: {error}"
        return Answer(user, variant, failure, time.perf_counter())

    def _judge(self, user: User, body: object) -> tuple[str | None, str | None]:
        version = body.get("version") if isinstance(body, dict) else None
        if version not in VARIANTS:
            return None, f"an answer of no version: {body}"
        if body.get("predictions") != [self._expected[user.id][version]]:
            return None, f"not what version {version} says of {user.id}: {body}"
        return VARIANTS[version], None

    async def ask_all(self, heard: Listener, forged: Callable[[User], Mapping[str, str]] | None = None) -> None:
        """One request of every user, in random order."""
        shuffled = self._shuffle.sample(self.members, len(self.members))
        await self._ask(iter(shuffled), heard, forged or _nothing)

    async def keep_asking(self, heard: Listener, enough: Callable[[], bool]) -> None:
        """Round after round of all users, until `enough`."""
        def until_enough() -> Iterator[User]:
            for user in cycle(self.members):
                if enough():
                    return
                yield user

        await self._ask(until_enough(), heard, _nothing)

    async def _ask(self, queue: Iterator[User], heard: Listener, forged: Callable[[User], Mapping[str, str]]) -> None:
        async def one_after_another() -> None:
            for user in queue:
                heard(await self._ask_as(user, forged(user)))

        async with asyncio.TaskGroup() as group:
            for _ in range(self._at_once):
                group.create_task(one_after_another())


def _nothing(_: User) -> Mapping[str, str]:
    return {}
