"""Watches of Kubernetes' API."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.error import HTTPError

from tests.harness.service import Service
from tests.mesh.harness.kubernetes import Kubernetes

Json = Any

SILENCE_SECONDS = 2.0
"""After so long without news a watch begins anew, and sees whether it should end."""


class Watch(Service):
    """Calls `see` with all that happens to the objects of a path, and with what there is, from a thread of its own."""

    def __init__(self, kubernetes: Kubernetes, path: str, see: Callable[[str, Json], None]) -> None:
        self._kubernetes = kubernetes
        self._path = path
        self._see = see
        self._is_ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch of {path}", daemon=True)

    def _start(self, running: ExitStack) -> None:
        self._thread.start()
        running.callback(self._thread.join)
        running.callback(self._is_ending.set)

    def _run(self) -> None:
        while not self._is_ending.is_set():
            try:
                for event, thing in self._kubernetes.watch(self._path, SILENCE_SECONDS):
                    if event in ("ADDED", "MODIFIED", "DELETED"):
                        self._saw(event, thing)
                    if self._is_ending.is_set():
                        return
            except (OSError, HTTPError):
                self._is_ending.wait(0.1)

    def _saw(self, event: str, thing: Json) -> None:
        try:
            self._see(event, thing)
        except HTTPError:
            # It has changed meanwhile, which is the next event.
            pass
