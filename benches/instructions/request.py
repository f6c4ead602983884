"""The request that is measured: a call of a model, as a client in Python sends it behind a gateway that knows the user.

It has no body: Envoy itself answers, and the body would only be thrown away.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from tests.harness.client import Client, Header

HOST = "fraud.example.com"
PATH = "/v1/models/fraud:predict"
USUAL: tuple[Header, ...] = (
    ("user-agent", "python-httpx/0.28.1"),
    ("accept", "*/*"),
    ("accept-encoding", "gzip, deflate"),
    ("content-type", "application/json"),
    ("authorization", "Bearer 8f14e45fceea167a5a36dedd4bea2543"),
    ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
)
USER = "{user}"
"""Stands in a header for the user's name."""


@dataclass(frozen=True)
class Request:
    """POST of PATH over HTTP/1.1 on a connection that is kept. Envoy sees eleven lines and three pseudo-headers, and adds two."""

    host: str = HOST
    headers: tuple[Header, ...] = (*USUAL, ("x-user-id", USER))

    def with_headers(self, *more: Header) -> Self:
        return replace(self, headers=(*self.headers, *more))

    def headers_of(self, user: str) -> list[Header]:
        return [(name, value.replace(USER, user)) for name, value in self.headers]

    def of(self, user: str) -> bytes:
        headers = [("host", self.host), *self.headers_of(user), ("content-length", "0")]
        lines = [f"POST {PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join([*lines, "", ""]).encode()


ELSEWHERE = Request(host="churn.example.com")
"""A request that no deployment wants."""


class Stream:
    """The same request of one user, again and again, each after the answer to the one before."""

    def __init__(self, client: Client, request: Request, want: str) -> None:
        """The user is the first of many whom `want` is answered."""
        self._client = client
        self._want = want.encode()
        self.user = next(user for user in _users() if self._answer(request.of(user)) == self._want)
        self._bytes = request.of(self.user)

    def send(self, times: int) -> None:
        """Raises Changed if the answer is another one."""
        for _ in range(times):
            answer = self._answer(self._bytes)
            if answer != self._want:
                raise Changed(f"{answer!r} in place of {self._want!r}")

    def _answer(self, request: bytes) -> bytes:
        return self._client.send(request, "POST").body


class Changed(Exception):
    """One user had two answers."""


def _users() -> Iterator[str]:
    """Names of one length."""
    return (f"user-{number:05}" for number in range(1000))
