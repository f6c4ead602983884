"""What the filter is measured against does the same work as the filter."""

from typing import Any

import pytest

from benches.instructions.opponents import SCRIPTS, Script, check
from benches.instructions.proxy import configuration, lua, wasm

ONE_TAG, TAGS_ONLY_GREEN, TWO_TAGS, _ = SCRIPTS
CLUSTERS = {"blue": "fraud-blue", "green": "fraud-green"}
AS_CONFIGURED: list[tuple[Script, dict[str, Any]]] = [
    (ONE_TAG, configuration()),
    (TAGS_ONLY_GREEN, configuration(tags={"blue": "omit"})),
    (TWO_TAGS, configuration(tags={"cluster_header": "x-bluegreen-cluster"}, clusters=CLUSTERS)),
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_lua_script_splits_tags_and_rolls_back(script: Script) -> None:
    check(lua(script.name), script)


@pytest.mark.parametrize(("script", "configured"), AS_CONFIGURED, ids=lambda part: getattr(part, "name", ""))
def test_so_does_the_filter_in_its_place(script: Script, configured: dict[str, Any]) -> None:
    check(wasm(configured), script)


def test_a_script_that_does_another_work_is_found_out() -> None:
    for script in (TAGS_ONLY_GREEN, TWO_TAGS):
        with pytest.raises(AssertionError, match="carries"):
            check(lua(ONE_TAG.name), script)
