"""What the reader sees: lines, and on a terminal a bar that is updated in place."""

import os
import shutil
import sys
import time
from collections.abc import Mapping
from typing import TextIO

BLUE, GREEN, RED, BOLD, DIM = "34", "32", "31", "1", "2"
REDRAW = 0.08  # seconds


class Display:
    """Writes to a stream; colours only on a terminal and without NO_COLOR, updates only on a terminal."""

    def __init__(self, stream: TextIO = sys.stdout, environment: Mapping[str, str] = os.environ) -> None:
        self._stream = stream
        self._live = stream.isatty() and environment.get("TERM", "dumb") != "dumb"
        self._colours = self._live and not environment.get("NO_COLOR")
        self._unicode = (stream.encoding or "ascii").lower().replace("-", "") == "utf8"
        self._drawn_at = 0.0
        self._unfinished = False  # a live line stands on the terminal

    def text(self, text: str = "", *styles: str) -> None:
        """A line of its own."""
        self._write(self._styled(text, *styles))

    def step(self, number: int, title: str) -> None:
        self._write("\n" + self._styled(f"{number}. {title}", BOLD))

    def now(self, text: str) -> None:
        """What goes on at the moment: on a terminal only, until the next line replaces it."""
        self._draw(self._styled(f"   {text}", DIM))

    def share(self, green: float, label: str, final: bool = False) -> None:
        """A bar of the share (0 to 1) on green; one that is not final is live."""
        if not final and time.monotonic() - self._drawn_at < REDRAW:
            return
        full, empty = ("█", "░") if self._unicode else ("#", ".")
        cells = 24
        greens = max(round(green * cells), 1 if green > 0 else 0)
        bar = self._styled(full * greens, GREEN) + self._styled(empty * (cells - greens), BLUE)
        line = f"   green {bar} {100 * green:5.1f} %   "
        if final:
            self._write(line + label)
        else:
            room = shutil.get_terminal_size().columns - cells - 21  # a line that wraps cannot be drawn again
            self._draw(line + label[:max(room, 0)])

    def check(self, held: bool, claim: str) -> None:
        yes, no = ("✓", "✗") if self._unicode else ("ok", "NO")
        self._write(f"   {self._styled(yes, GREEN, BOLD) if held else self._styled(no, RED, BOLD)} {claim}")

    def interrupted(self) -> None:
        """Leaves the line on which the terminal echoed ^C."""
        if self._live:
            self._stream.write("\n")
        self._unfinished = False

    def _draw(self, line: str) -> None:
        if self._live:
            self._stream.write(f"\r{line}\x1b[K")
            self._stream.flush()
            self._unfinished = True
            self._drawn_at = time.monotonic()

    def _write(self, line: str) -> None:
        if self._unfinished:
            self._stream.write("\r\x1b[K")
            self._unfinished = False
        if not self._unicode:
            line = line.encode("ascii", "replace").decode()
        self._stream.write(line + "\n")
        self._stream.flush()

    def _styled(self, text: str, *styles: str) -> str:
        if not self._colours or not styles or not text:
            return text
        return f"\x1b[{';'.join(styles)}m{text}\x1b[0m"
