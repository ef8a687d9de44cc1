"""The redaction log's flags, and what already left before it was removed."""

from disclosure.documents.gate import Outcome, Verdict
from disclosure.documents.plan import Plan, Region, Term
from disclosure.documents.redact import BurnedMark, RedactionReport
from disclosure.operations.former_releases import FormerRelease, values_already_out
from disclosure.operations.redacting import WHOLE_PAGE
from disclosure.operations.redaction_log import document_log
from tests import cases
from tests.cases import at_work
from tests.documents.corpus import BASE, SECRET, blank, shown


def report(*marks: BurnedMark, pages: int) -> RedactionReport:
    verdict = Verdict(outcome=Outcome.PASSED, sha256="0" * 64, pages=pages)
    return RedactionReport(
        pages=pages, marks=marks, occurrences=(), words_kept=9, words_dropped=1, verdict=verdict
    )


def test_each_page_leaves_in_full_in_part_or_not_at_all():
    box = (10.0, 10.0, 50.0, 30.0)
    plan = Plan(
        regions=(Region(2, box, "x"), Region(3, WHOLE_PAGE, "y")), terms=(Term("abc", "x"),)
    )
    done = report(
        BurnedMark(2, box, "x", "region"),
        BurnedMark(2, box, "x", "term"),
        BurnedMark(3, (0, 0, 595, 842), "y", "region"),
        pages=3,
    )

    log = document_log(1, "d", plan, done)

    assert log["flags"] == ["full", "part", "withheld"]
    assert log["totals"] == {
        "full": 1, "part": 1, "withheld": 1, "duplicate": 0, "not_responsive": 0
    }  # fmt: skip
    assert [(row["page"], row["by"], row["count"]) for row in log["marks"]] == [
        (2, "region", 1), (2, "term", 1), (3, "region", 1),
    ]  # fmt: skip
    assert "abc" not in repr(log)


def test_a_value_that_left_before_is_named_by_rendition_and_page(office, tmp_path):
    reference = cases.police_case(office)
    path = tmp_path / "left.pdf"
    blank(BASE, BASE + shown(SECRET, 72, 650)).save(path)
    with at_work(office, reference) as (work, _):
        desk = work.desk
        former = [FormerRelease(1, desk.files.add(path.read_bytes()))]

        named = values_already_out(desk, former, ["Nobody Atall", SECRET], tmp_path)
        silent = values_already_out(desk, former, ["Nobody Atall"], tmp_path)

    assert "rendition 1: text: page 2 (value 2 of the plan)" in named
    assert SECRET not in repr(named)
    assert silent == []
