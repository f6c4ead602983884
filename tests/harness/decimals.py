"""JSON whose decimals keep the digits with which they were written."""

import json
import re
from typing import Any

MARK = "decimal:"


def marked(decimal: str) -> str:
    """For `json.loads(…, parse_float=marked)`."""
    return MARK + decimal


def with_decimals(json_with_marks: Any) -> str:
    """JSON with its decimals exactly as they were read."""
    return re.sub(f'"{MARK}([^"]*)"', r"\1", json.dumps(json_with_marks))
