"""Where the built filter lies."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


class FilterNotBuilt(Exception):
    """dist/bluegreen.wasm is missing."""


def filter_wasm() -> Path:
    """The absolute path of dist/bluegreen.wasm. Raises FilterNotBuilt if it is not there."""
    path = REPOSITORY / "dist" / "bluegreen.wasm"
    if not path.is_file():
        raise FilterNotBuilt("dist/bluegreen.wasm is missing: run `make build` first")
    return path
