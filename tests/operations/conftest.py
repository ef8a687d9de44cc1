"""One installation for each test of an operation."""

import pytest

from tests.app import Office
from tests.cases import empty_office, prepared_office


@pytest.fixture
def office(tmp_path) -> Office:
    """Return an installation without cases."""
    return empty_office(tmp_path)


@pytest.fixture
def prepared(tmp_path) -> Office:
    """Return an installation with three cases in signing, over renditions of the real job."""
    return prepared_office(tmp_path)
