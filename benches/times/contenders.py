"""The proxies that take turns, and how one is measured."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benches.instructions.module import BY_ROUTE
from benches.instructions.proxy import LISTENER, configuration, lua, module, proxy, wasm
from benches.instructions.request import Request, Stream
from benches.times.envoy import TimedEnvoy
from benches.times.h2load import H2load, Protocol
from tests.harness.client import Client
from tests.harness.service import Service

Json = Any

SATURATING = 20_000
"""Requests that are sent as fast as they are answered."""
RATE = 2_000
"""Requests a second, far from what one worker can do."""
PACED_SECONDS = 2
MEBIBYTE = 2**20


@dataclass
class Rounds:
    """What was found in each round."""

    rate: list[float] = field(default_factory=list)
    """Answers a second, as fast as it can."""
    processor: list[float] = field(default_factory=list)
    """Microseconds of processor time a request."""
    median: list[float] = field(default_factory=list)
    """Microseconds until half of the answers were there, at RATE."""
    ninety_ninth: list[float] = field(default_factory=list)
    """The same of 99 in 100."""


class Contender(Service):
    """One proxy, from entering the context on."""

    def __init__(self, name: str, http_filters: list[Json], directory: Path, workers: int) -> None:
        self.name = name
        self.rounds = Rounds()
        self._envoy = TimedEnvoy(proxy(http_filters), directory, workers)
        self._request = Request()
        self._user = ""

    def _start(self, running: ExitStack) -> None:
        running.enter_context(self._envoy)
        self._port = self._envoy.port(LISTENER)
        with Client(self._port) as client:
            self._user = Stream(client, self._request, "blue").user

    def memory(self) -> float:
        """MiB that are resident."""
        return self._envoy.resident_memory() / MEBIBYTE

    def warm_up(self, load: H2load, protocol: Protocol) -> None:
        load.saturate(self._port, protocol, self._request, self._user, SATURATING)

    def measure(self, load: H2load, protocol: Protocol) -> None:
        """One round."""
        before = self._envoy.processor_seconds()
        self.rounds.rate.append(load.saturate(self._port, protocol, self._request, self._user, SATURATING))
        self.rounds.processor.append((self._envoy.processor_seconds() - before) / SATURATING * 1e6)
        answers = load.pace(self._port, protocol, self._request, self._user, RATE, PACED_SECONDS)
        self.rounds.median.append(median(answers))
        self.rounds.ninety_ninth.append(quantiles(answers, n=100)[98])


def contenders(directory: Path, workers: int) -> list[Contender]:
    """Envoy alone, with Lua, and with the filter; each of the two writes one tag, and all requests are blue's."""
    http_filters = {"no filter": [], "Lua, one tag": [lua("one_tag")], "this filter, one tag": [wasm(configuration())]}
    http_filters["the dynamic module, one tag"] = [module(configuration() | BY_ROUTE)]
    made = []
    for number, (name, filters) in enumerate(http_filters.items()):
        room = directory / str(number)
        room.mkdir()
        made.append(Contender(name, filters, room, workers))
    return made
