"""One installation for each test of an operation."""

import pytest

from tests.app import Office, make_app
from tests.cases import prepared_office


@pytest.fixture
def office(tmp_path) -> Office:
    """Return an installation without cases."""
    return make_app(tmp_path)


@pytest.fixture
def prepared(tmp_path) -> Office:
    """Return an installation with three cases in signing, over renditions of the real job."""
    return prepared_office(tmp_path)
