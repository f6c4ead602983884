"""A client that sends exactly the bytes it is given. Other clients correct or refuse the requests that matter here."""

import json
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPResponse
from types import TracebackType
from typing import Any, Self

TIMEOUT_SECONDS = 10.0

Header = tuple[str | bytes, str | bytes]


@dataclass(frozen=True)
class Answer:
    """One response. Header names are lower-case; values are decoded as Latin-1."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        """The values of all headers of this name."""
        return [value for key, value in self.headers if key == name]

    def one(self, name: str) -> str | None:
        """The value of this header; None if it is absent. Raises ValueError if there are several."""
        values = self.all(name)
        if len(values) > 1:
            raise ValueError(f"{name} stands {len(values)} times in the response: {values}")
        return values[0] if values else None

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One HTTP/1.1 connection to a loopback port, kept alive between requests, and made anew after the server closed it."""

    def __init__(self, port: int, timeout: float = TIMEOUT_SECONDS) -> None:
        self.port = port
        self._timeout = timeout
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def request(
        self,
        path: str | bytes = "/",
        headers: Iterable[Header] = (),
        host: str | bytes = "localhost",
        method: str = "GET",
        body: bytes = b"",
    ) -> Answer:
        """Sends one request and reads its response. Text is sent as UTF-8."""
        lines = [b"%s %s HTTP/1.1" % (method.encode(), _bytes(path)), b"host: " + _bytes(host)]
        lines += [_bytes(name) + b": " + _bytes(value) for name, value in headers]
        if body or method in ("POST", "PUT", "PATCH"):
            lines.append(b"content-length: %d" % len(body))
        return self.send(b"\r\n".join(lines) + b"\r\n\r\n" + body, method)

    def send(self, request: bytes, method: str = "GET") -> Answer:
        """Sends these bytes and reads one response. Raises ConnectionError if the server closes without one."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), self._timeout)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._socket.sendall(request)
            response = HTTPResponse(self._socket, method=method)
            response.begin()
            answer = Answer(response.status, [(name.lower(), value) for name, value in response.getheaders()], response.read())
        except BaseException:
            self.close()
            raise
        if response.will_close:
            self.close()
        return answer


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
