"""The parts of a WebAssembly module that take its space."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CUSTOM, IMPORT, CODE, DATA = 0, 2, 10, 11
FUNCTION_NAMES = 1
IMPORTED_FUNCTION = 0


@dataclass(frozen=True)
class Module:
    """Sizes in bytes."""

    functions: list[tuple[str, int]]
    """Names as the compiler mangled them."""
    data: int
    """Constants: texts, tables."""


def read(file: Path) -> Module:
    """Of a module with a name section, whose imports are functions alone."""
    sections = list(_sections(file.read_bytes()))
    [imports] = [body for number, body in sections if number == IMPORT]
    [code] = [body for number, body in sections if number == CODE]
    imported = _Reader(imports).number()
    names = next(names for number, body in sections if number == CUSTOM and (names := _names(body)))
    reader = _Reader(code)
    sizes = [len(reader.block()) for _ in range(reader.number())]
    functions = [(names.get(imported + index, "unnamed"), size) for index, size in enumerate(sizes)]
    return Module(functions, sum(len(body) for number, body in sections if number == DATA))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def is_empty(self) -> bool:
        return self._at >= len(self._data)

    def byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def number(self) -> int:
        """LEB128."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def block(self) -> bytes:
        size = self.number()
        self._at += size
        return self._data[self._at - size : self._at]


def _sections(module: bytes) -> Iterator[tuple[int, bytes]]:
    header = 8
    reader = _Reader(module[header:])
    while not reader.is_empty():
        yield reader.byte(), reader.block()


def _names(section: bytes) -> dict[int, str]:
    """Names of functions by number, if this is the section of names."""
    reader = _Reader(section)
    if reader.block() != b"name":
        return {}
    while not reader.is_empty():
        kind, part = reader.byte(), _Reader(reader.block())
        if kind == FUNCTION_NAMES:
            return {part.number(): part.block().decode() for _ in range(part.number())}
    return {}
