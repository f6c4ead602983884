"""Writing files that Envoy watches."""

import json
import os
from pathlib import Path
from typing import Any


def write_atomically(path: Path, text: str) -> None:
    """Replaces `path` in one step: a watcher sees the old file or the new one, never half of one.

    Envoy reacts to a rename over the watched file, and to nothing else.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.rename(path)


def write_resources(path: Path, resources: list[dict[str, Any]]) -> None:
    """Replaces `path` (named *.json) by an xDS response with these resources.

    JSON keeps numbers as numbers; Envoy's YAML loader turns some into text.
    """
    write_atomically(path, json.dumps({"resources": resources}))
