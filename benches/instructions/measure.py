"""Counting the cases, each in a process of its own."""

import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from benches.instructions.callgrind import CountedEnvoy
from benches.instructions.case import Case
from benches.instructions.proxy import LISTENER
from benches.instructions.request import Stream
from benches.instructions.valgrind import Valgrind
from tests.harness.client import Client

AT_A_TIME = 2
SETTLE = 100
"""Requests after which callgrind has seen all the code there is."""
IDLE_SECONDS = 1.5
"""For how long Envoy is watched doing nothing: what its clocks cost is not the requests'."""


def measure(case: Case, valgrind: Valgrind) -> int:
    """Instructions a request."""
    with tempfile.TemporaryDirectory(prefix="bluegreen-") as directory:
        files = Path(directory)
        with CountedEnvoy(case.proxy(files), files, valgrind) as envoy, Client(envoy.port(LISTENER)) as client:
            stream = Stream(client, case.request, case.want)
            stream.send(case.warm_up)
            envoy.start_counting()
            stream.send(SETTLE)
            idle = envoy.count(lambda: time.sleep(IDLE_SECONDS)) / IDLE_SECONDS
            start = time.monotonic()
            count = envoy.count(lambda: stream.send(case.requests))
            return round((count - idle * (time.monotonic() - start)) / case.requests)


def measure_all(cases: Iterable[Case], valgrind: Valgrind, tell: Callable[[Case, int], None]) -> dict[str, int]:
    """Instructions a request, by name of the case, in the order given. `tell` hears of each as it is known."""
    cases = list(cases)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        running = {pool.submit(measure, case, valgrind): case for case in cases}
        found = {}
        try:
            for done in as_completed(running):
                found[running[done].name] = done.result()
                tell(running[done], done.result())
        finally:
            pool.shutdown(cancel_futures=True)
    return {case.name: found[case.name] for case in cases}
