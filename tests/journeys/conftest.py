"""An office of its own for a journey, and the desk of the people who work there."""

import pytest

from tests import cases
from tests.journeys.steps import Desk


@pytest.fixture
def office(tmp_path):
    return cases.empty_office(tmp_path / "office")


@pytest.fixture
def desk(office):
    return Desk(office)
