"""Commands in a page of Markdown, run as a reader would run them, and their output as the page shows it.

A block ```` ```sh ```` holds commands. A block ```` ```text ```` that follows it shows what they print; `…` there stands for
anything within a line, and spaces at the start of a line do not count. A comment before a block of commands says what else a
reader would know:

    <!-- runs on -->            the command does not end; the output is what it prints first or later
    <!-- not run: a reason -->  the command is left out
"""

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.harness.polling import wait_until
from tests.harness.process import Process, run
from tests.harness.service import Service

OUTPUT_SECONDS = 20.0
COMMAND_SECONDS = 120.0

BLOCK = re.compile(
    r"^(?P<indent> *)(?:<!-- (?P<note>[^\n]*) -->\n *)?```sh\n(?P<commands>.*?)\n *```$"
    r"(?:\n\n *```text\n(?P<output>.*?)\n *```$)?",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """Commands of a page, in its order."""

    commands: str
    output: str | None
    """What the page shows; None if it shows nothing."""
    note: str

    @property
    def is_run(self) -> bool:
        return not self.note.startswith("not run: ")

    @property
    def runs_on(self) -> bool:
        return self.note == "runs on"


class Differs(Exception):
    """A command prints something else than its page shows. The message holds both."""


def blocks(page: Path) -> list[Block]:
    """All blocks of commands. Raises ValueError for a comment that means nothing."""
    found = []
    for block in BLOCK.finditer(page.read_text()):
        note, indent = block["note"] or "", block["indent"]
        if note and note != "runs on" and not note.startswith("not run: "):
            raise ValueError(f"{page}: {note}")
        found.append(Block(*(text and _without(indent, text) for text in (block["commands"], block["output"])), note))
    return found


def _without(indent: str, text: str) -> str:
    return "\n".join(line.removeprefix(indent) for line in text.splitlines())


class Walk(Service):
    """Runs blocks in `directory`, each in a shell of its own. Leaving the context ends what runs on.

    `translate` puts free ports in place of those that the page names. `environment` is added to that of this process. An
    output may take `seconds`.
    """

    def __init__(
        self,
        directory: Path,
        environment: Mapping[str, str],
        translate: Callable[[str], str] = str,
        seconds: float = OUTPUT_SECONDS,
    ) -> None:
        self._directory = directory
        self._environment = dict(environment)
        self._translate = translate
        self._seconds = seconds
        self._numbers = count(1)

    def _start(self, running: ExitStack) -> None:
        """Nothing yet."""

    def run(self, block: Block) -> None:
        """Runs one block. Raises Differs if its output is not, and does not become, what the page shows.

        Commands that only ask are asked again until the answer is right, for a change takes effect after milliseconds. So a page
        has commands that change something in blocks of their own, without output.
        """
        commands, expected = self._translate(block.commands), block.output and self._translate(block.output)
        printed = self._keep_running(commands) if block.runs_on else lambda: self._print(commands)
        if expected is None:
            printed()
            return
        last = ""

        def is_shown() -> bool:
            nonlocal last
            last = printed()
            return shows(expected, last, anywhere=block.runs_on)

        try:
            if changes_something(commands):
                if not is_shown():
                    raise TimeoutError
            else:
                wait_until(is_shown, self._seconds, "the output")
        except TimeoutError:
            raise Differs(f"{commands}\n\nthe page shows\n{expected}\n\nit prints\n{last}") from None

    def _print(self, commands: str) -> str:
        ended = run(["bash", "-euo", "pipefail", "-c", commands], COMMAND_SECONDS, self._directory, self._environment)
        if ended.status > 1:  # grep finds nothing yet
            raise Differs(f"{commands}\n\nends with status {ended.status}\n{ended.output}{ended.errors}")
        return ended.output

    def _keep_running(self, commands: str) -> Callable[[], str]:
        log = self._directory / f"runs-on-{next(self._numbers)}.log"
        self._running.enter_context(Process(["bash", "-c", commands], log, self._directory, self._environment))
        return log.read_text


CHANGES = re.compile(r"\b(kubectl (apply|create|delete|patch|annotate|set|rollout undo|argo rollouts (set|promote|abort))|sed -i)\b")


def changes_something(commands: str) -> bool:
    """Whether commands may be run only once."""
    return CHANGES.search(commands) is not None


def shows(expected: str, printed: str, anywhere: bool = False) -> bool:
    """Whether a page shows what is printed; `anywhere` within it, or all of it."""
    wanted, found = _lines(expected), _lines(printed)
    if anywhere:
        return any(_alike(wanted, found[start : start + len(wanted)]) for start in range(len(found)))
    return _alike(wanted, found)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


def _alike(wanted: list[str], found: list[str]) -> bool:
    patterns = [".*".join(map(re.escape, line.split("…"))) for line in wanted]
    return len(wanted) == len(found) and all(map(re.fullmatch, patterns, found))
