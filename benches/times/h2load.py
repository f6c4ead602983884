"""Load by h2load, of nghttp2."""

import re
import shutil
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benches.instructions.request import HOST, PATH, Request
from tests.harness.artefact import REPOSITORY
from tests.harness.process import output

COPY = REPOSITORY / "target" / "h2load" / "usr"
CONNECTIONS = 8
TIMEOUT_SECONDS = 120


class NoH2load(Exception):
    """There is none."""


class Protocol(StrEnum):
    HTTP_1 = "HTTP/1.1"
    HTTP_2 = "HTTP/2"


@dataclass(frozen=True)
class H2load:
    """Sends one request again and again over CONNECTIONS connections, the next on each after the answer to the one before."""

    program: Path
    libraries: Path | None = None

    def saturate(self, port: int, protocol: Protocol, request: Request, user: str, times: int) -> float:
        """As fast as it can; answers a second. Raises AssertionError unless all are answered."""
        said = self._run(port, protocol, request, user, f"--requests={times}")
        assert f"status codes: {times} 2xx" in said, said
        [rate] = re.findall(r"^finished in .*, ([\d.]+) req/s", said, re.MULTILINE)
        return float(rate)

    def pace(self, port: int, protocol: Protocol, request: Request, user: str, rate: int, seconds: int) -> list[float]:
        """At this rate a second; how long each answer took, in microseconds. Raises AssertionError if one fails."""
        with tempfile.TemporaryDirectory(prefix="bluegreen-") as directory:
            log = Path(directory) / "answers"
            each = rate // CONNECTIONS
            self._run(port, protocol, request, user, f"--rps={each}", f"--requests={each * CONNECTIONS * seconds}", f"--log-file={log}")
            answers = [line.split("\t") for line in log.read_text().splitlines()]
        assert {status for _, status, _ in answers} == {"200"}
        return [float(microseconds) for _, _, microseconds in answers]

    def _run(self, port: int, protocol: Protocol, request: Request, user: str, *arguments: str) -> str:
        command = [
            *(self.program, f"--connect-to=127.0.0.1:{port}", f"--clients={CONNECTIONS}", "--threads=1", "--header=:method: POST"),
            *(["--h1"] if protocol is Protocol.HTTP_1 else ["--max-concurrent-streams=1"]),
            *(f"--header={name}: {value}" for name, value in request.headers_of(user)),
            *arguments,
            f"http://{HOST}{PATH}",
        ]
        return output(command, TIMEOUT_SECONDS, environment={} if self.libraries is None else {"LD_LIBRARY_PATH": str(self.libraries)})


def h2load() -> H2load:
    """The system's, or the copy below target/. Raises NoH2load."""
    program = shutil.which("h2load")
    if program:
        return H2load(Path(program))
    if (COPY / "bin" / "h2load").is_file():
        [libraries] = COPY.glob("lib/*-linux-gnu*")
        return H2load(COPY / "bin" / "h2load", libraries)
    raise NoH2load("h2load is missing: install your system's nghttp2-client, or run `make bench-time`, which tries to")
