"""A published transparency report is compared with the entry of its publishing."""

import hashlib

import pytest

from disclosure.operations import transparency
from tests.operations.test_ledger_check import check, harm
from tests.operations.test_transparency import over, publish

__all__ = ["over"]


def test_a_report_as_it_was_published_is_whole(over):
    publish(over)

    assert check(over).faults == []


def test_figures_that_were_changed_with_their_hash_are_found(over):
    report_id = publish(over)
    with over.app.app_context(), over.unit() as work:
        content = transparency.find_published(work, report_id).content.replace(b"6", b"5")
    digest = hashlib.sha256(content).hexdigest()
    harm(over, ("UPDATE transparency_report SET content = ?, sha256 = ?", (content, digest)))

    assert check(over).faults == [f"transparency report {report_id} has no entry of its own"]


@pytest.mark.parametrize(
    "change",
    [
        "content = X'7B7D'",
        "up_to = up_to - 1",
        "published_by = (SELECT id FROM person WHERE username = 'senior')",
        "published_at = '2026-12-11 02:00:00.000000'",
        "sha256 = printf('%064d', 0)",
        "id = '2026-11-02_2026-11-30'",
    ],
)
def test_a_changed_row_of_a_report_is_found(over, change):
    publish(over)
    harm(over, f"UPDATE transparency_report SET {change}")  # noqa: S608 - our own table

    assert any(fault.startswith("transparency report") for fault in check(over).faults)


def test_a_report_that_was_taken_away_is_found(over):
    report_id = publish(over)
    harm(over, "DELETE FROM transparency_report")

    assert check(over).faults == [f"transparency report {report_id} has an entry and no row"]
