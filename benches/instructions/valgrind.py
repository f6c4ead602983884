"""Where valgrind is: the system's, or a copy that the Makefile put below target/."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.artefact import REPOSITORY

COPY = REPOSITORY / "target" / "valgrind" / "usr"


class NoValgrind(Exception):
    """There is none."""


@dataclass(frozen=True)
class Valgrind:
    program: Path
    control: Path
    """vgdb, which tells a running callgrind what to do."""
    environment: dict[str, str] = field(default_factory=dict)


def valgrind() -> Valgrind:
    """Raises NoValgrind."""
    program, control = shutil.which("valgrind"), shutil.which("vgdb")
    if program and control:
        return Valgrind(Path(program), Path(control))
    if (COPY / "bin" / "valgrind.bin").is_file():
        return Valgrind(COPY / "bin" / "valgrind.bin", COPY / "bin" / "vgdb", {"VALGRIND_LIB": str(COPY / "libexec" / "valgrind")})
    raise NoValgrind("valgrind is missing: install your system's package of that name, or run `make bench`, which tries to")
