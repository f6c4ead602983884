"""What the tests through an Envoy and those in a mesh share: a model's two variants."""

from collections.abc import Iterator

import pytest

from tests.harness.upstream import Upstream


@pytest.fixture(scope="module")
def blue() -> Iterator[Upstream]:
    with Upstream("blue") as upstream:
        yield upstream


@pytest.fixture(scope="module")
def green() -> Iterator[Upstream]:
    with Upstream("green") as upstream:
        yield upstream
