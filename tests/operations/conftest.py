"""One installation for each test of an operation."""

from collections.abc import Iterator

import pytest

from tests.app import Office
from tests.cases import empty_office, prepared_office, replay_all


@pytest.fixture
def office(tmp_path) -> Iterator[Office]:
    """Return an installation without cases; what was decided in it is decided again at the end."""
    made = empty_office(tmp_path)
    yield made
    assert replay_all(made) == []


@pytest.fixture
def prepared(tmp_path) -> Iterator[Office]:
    """Return an installation with three cases in signing, over renditions of the real job.

    What was decided in it is decided again at the end.
    """
    made = prepared_office(tmp_path)
    yield made
    assert replay_all(made) == []
