"""The verifier as a function, and one clean record to check or to tamper with."""

import pytest

from tests import records


@pytest.fixture
def judge():
    """Return the verifier: ``judge(bag, known=..., key=...)`` gives exit code and output."""
    return records.judge


@pytest.fixture
def bag(tmp_path):
    """Return the record of an ordinary case."""
    return records.Story().export(tmp_path / "record.zip")
