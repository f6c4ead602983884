"""The decision vectors as all readers in Python see them. README.md describes the format."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Json = Any

DECISIONS = Path(__file__).with_name("decisions")


def chapters(parse_float: Callable[[str], Any] = float) -> dict[str, Json]:
    """Every file of decisions/ as it is written, by its name without `.json`. `parse_float` gets the text of each decimal."""
    return {file.stem: json.loads(file.read_text(encoding="utf-8"), parse_float=parse_float) for file in sorted(DECISIONS.glob("*.json"))}


def groups(parse_float: Callable[[str], Any] = float) -> list[Json]:
    """The groups of all chapters, each with its configuration in place of a name. Raises KeyError if a chapter lacks the name."""
    return [with_configuration(group, chapter) for chapter in chapters(parse_float).values() for group in chapter["groups"]]


def with_configuration(group: Json, chapter: Json) -> Json:
    """The group with the configuration that it names; one that brings its own stays as it is."""
    config = group["config"]
    return group | {"config": chapter["configs"][config]} if isinstance(config, str) else group
