"""Pages set aside: what does not leave, what waits for an answer, and what the log says of it."""

import io
from functools import lru_cache

import pytest
from pypdf import PdfReader

from disclosure.domain.states import State
from disclosure.errors import BadInput, NotFound, Refused
from disclosure.operations import redacting, rendering, signing
from disclosure.operations.facts import case_facts, latest_rendition, preparers_of
from disclosure.operations.page_flags import (
    Wanted,
    answer_consultation,
    flag_page,
    flag_same_file,
    flags_of,
    plan_with_flags,
    same_files,
    set_aside,
    withdraw_flag,
)
from disclosure.operations.papers import dispose
from disclosure.storage.cases import Document
from disclosure.storage.ledger_rows import LedgerEntry
from tests import cases
from tests.cases import at_work, do, to_state
from tests.documents.corpus import BASE, blank

WHY = "It was outside the period."
ASKED = Wanted(kind="consult", consulted="Wang Fang, tax counsel")


@lru_cache(maxsize=4)
def three_pages(text="A page"):
    """Return a document with three pages, as bytes."""
    pdf = blank(BASE)
    pdf.pages.append(pdf.pages[0])
    pdf.pages.append(pdf.pages[0])
    del pdf.pages[3:]
    pdf.docinfo["/Title"] = text
    kept = io.BytesIO()
    pdf.save(kept)
    return kept.getvalue()


@pytest.fixture
def reference(office):
    reference = to_state(office, cases.police_case(office), State.REDACTING)
    cases.assess_impact(office, reference)
    return reference


def add(office, reference, content):
    """Add a responsive document and decide that it leaves; return its id."""
    with at_work(office, reference, "handler") as (work, case):
        document_id = cases.add_responsive(work, case, content=content).id
    office.work_jobs()
    with at_work(office, reference, "handler") as (work, case):
        document = work.session.get_one(Document, document_id)
        assert document.status == "ready", document.refusal
        dispose(work, case, document, "release")
    return document_id


@pytest.fixture
def document(office, reference):
    return add(office, reference, three_pages())


def flag(office, reference, document, page, wanted, **more):
    """Flag a page as a person, the handler unless another is named; return the flag's id."""
    given = {"document_id": document, "page": page, "wanted": wanted}
    with at_work(office, reference, more.pop("who", "handler")) as (work, case):
        return flag_page(work, case, **given, **({"reason": WHY} | more)).id


def duplicate(document, page):
    return Wanted(kind="duplicate", of_document=document, of_page=page)


NOT_RESPONSIVE = Wanted(kind="not_responsive")


def test_a_flagged_page_is_taken_out_whole_under_its_own_code(office, reference, document):
    flag(office, reference, document, 2, duplicate(document, 1))
    flag(office, reference, document, 3, NOT_RESPONSIVE)

    with at_work(office, reference) as (work, case):
        plan = plan_with_flags(work, case, document)
    assert [(each.page, each.reason) for each in plan.regions] == [
        (2, "duplicate_page"),
        (3, "not_responsive"),
    ]
    assert {each.box for each in plan.regions} == {redacting.WHOLE_PAGE}


def test_the_finished_file_holds_nothing_of_a_page_that_is_set_aside(office, reference, document):
    flag(office, reference, document, 2, duplicate(document, 1))
    flag(office, reference, document, 3, NOT_RESPONSIVE)
    do(office, "handler", reference, redacting.request_rendition)
    office.work_jobs()

    with at_work(office, reference) as (work, case):
        row = signing.latest_rendition(work, case)
        content = signing.require_intact(work, row)
        log = row.redaction_log["documents"][0]
        assert row.gate_passed
    assert log["flags"] == ["full", "duplicate", "not_responsive"]
    assert (log["totals"]["duplicate"], log["totals"]["not_responsive"]) == (1, 1)
    assert log["set_aside"][0] == {
        "page": 2, "flag": "duplicate", "of_document": 1, "of_page": 1,
    }  # fmt: skip
    texts = page_texts(content)[-3:]
    assert texts[0]
    assert texts[1:] == ["", ""]
    assert "Page 2 is a duplicate of page 1 of document 1" in " ".join(page_texts(content))


def page_texts(content):
    return [
        " ".join((page.extract_text() or "").split())
        for page in PdfReader(io.BytesIO(content)).pages
    ]


def test_an_open_consultation_stops_building_and_submitting(office, reference, document):
    cases.small_rendition(office, reference)
    asked = flag(office, reference, document, 1, ASKED, reason="May this leave?")

    for refused in (redacting.request_rendition, signing.submit_for_signing):
        with pytest.raises(Refused, match="consultation is open"):
            do(office, "handler", reference, refused)
    do(office, "handler2", reference, answer_consultation, flag_id=asked, answer="It may.")

    do(office, "handler", reference, redacting.request_rendition)
    do(office, "handler", reference, signing.submit_for_signing)


def test_an_answered_consultation_keeps_who_was_asked_and_what_they_said(
    office, reference, document
):
    asked = flag(office, reference, document, 1, ASKED, reason="May this leave?")
    do(office, "handler2", reference, answer_consultation, flag_id=asked, answer="It may.")

    with at_work(office, reference) as (work, case):
        [row] = flags_of(work, case)
        kept = (row.consulted, row.reason, row.answer, row.answered_by)
        assert case_facts(work, case).open_consultations == 0
    assert kept == (ASKED.consulted, "May this leave?", "It may.", office.people["handler2"])
    for ended in (answer_consultation, withdraw_flag):
        more = {"answer": "No."} if ended is answer_consultation else {}
        with pytest.raises(NotFound):
            do(office, "handler", reference, ended, flag_id=asked, **more)


def test_a_consultation_that_is_taken_back_stops_nothing(office, reference, document):
    asked = flag(office, reference, document, 1, ASKED)
    do(office, "handler", reference, withdraw_flag, flag_id=asked)

    do(office, "handler", reference, redacting.request_rendition)
    office.work_jobs()

    with at_work(office, reference) as (work, case):
        assert latest_rendition(work, case).gate_passed


def test_an_answer_is_written_down_and_belongs_to_a_consultation(office, reference, document):
    asked = flag(office, reference, document, 1, ASKED)
    aside = flag(office, reference, document, 2, NOT_RESPONSIVE)

    with pytest.raises(BadInput, match="Write the reason"):
        do(office, "handler", reference, answer_consultation, flag_id=asked, answer=" ")
    with pytest.raises(NotFound, match="no such consultation"):
        do(office, "handler", reference, answer_consultation, flag_id=aside, answer="Yes.")


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ((0, NOT_RESPONSIVE, WHY), "page"),
        ((4, NOT_RESPONSIVE, WHY), "page"),
        ((1, Wanted(kind="lost"), WHY), "kind"),
        ((1, Wanted(kind=""), WHY), "kind"),
        ((1, NOT_RESPONSIVE, "  "), "reason"),
        ((1, Wanted(kind="consult", consulted=" "), WHY), "consulted"),
        ((1, Wanted(kind="consult", consulted="x" * 201), WHY), "consulted"),
        ((1, Wanted(kind="duplicate"), WHY), "of_document"),
        ((1, "itself", WHY), "of_page"),
        ((1, "beyond", WHY), "of_page"),
    ],
)
def test_a_flag_that_says_nothing_clear_is_not_kept(office, reference, document, said, where):
    page, wanted, reason = said
    pointing = {"itself": duplicate(document, 1), "beyond": duplicate(document, 9)}
    wanted = pointing[wanted] if isinstance(wanted, str) else wanted
    with pytest.raises(BadInput) as problem:
        flag(office, reference, document, page, wanted, reason=reason)

    assert problem.value.where == where
    with at_work(office, reference) as (work, case):
        assert flags_of(work, case) == []


def test_a_page_of_another_case_is_no_original(office, reference, document):
    other = to_state(office, cases.police_case(office), State.REDACTING)
    foreign = add(office, other, three_pages("other"))

    with pytest.raises(NotFound):
        flag(office, reference, document, 1, duplicate(foreign, 1))


def test_one_copy_of_a_page_always_leaves(office, reference, document):
    flag(office, reference, document, 2, duplicate(document, 1))

    with pytest.raises(BadInput, match="set aside itself"):
        flag(office, reference, document, 3, duplicate(document, 2))
    for wanted in (duplicate(document, 3), NOT_RESPONSIVE):
        with pytest.raises(BadInput, match="duplicates of this one"):
            flag(office, reference, document, 1, wanted)
    with pytest.raises(BadInput, match="take it back first"):
        flag(office, reference, document, 2, NOT_RESPONSIVE)


def test_a_duplicate_of_a_document_that_is_withheld_stops_the_building(office, reference, document):
    copy = add(office, reference, three_pages("copy"))
    flag(office, reference, copy, 1, duplicate(document, 1))
    with at_work(office, reference, "handler") as (work, case):
        dispose(work, case, work.session.get_one(Document, document), "withhold")

    with pytest.raises(Refused, match="does not leave itself"):
        do(office, "handler", reference, redacting.request_rendition)
    with at_work(office, reference, "handler") as (work, case):
        dispose(work, case, work.session.get_one(Document, copy), "withhold")
    do(office, "handler", reference, redacting.request_rendition)


def test_a_flag_makes_the_rendition_stale_and_taking_it_back_too(office, reference, document):
    cases.small_rendition(office, reference)
    assert current(office, reference)
    aside = flag(office, reference, document, 3, NOT_RESPONSIVE)
    assert not current(office, reference)
    cases.small_rendition(office, reference)
    do(office, "handler", reference, withdraw_flag, flag_id=aside)

    assert not current(office, reference)
    with at_work(office, reference) as (work, case):
        assert set_aside(work, case, document) == ()


def current(office, reference):
    with at_work(office, reference) as (work, case):
        return case_facts(work, case).rendition_current


@pytest.mark.parametrize("step", ["flag", "withdraw", "answer"])
def test_whoever_flags_or_answers_prepared_the_rendition(office, reference, document, step):
    asked = flag(
        office, reference, document, 1, ASKED, who="legal2" if step == "flag" else "handler"
    )
    if step == "withdraw":
        do(office, "legal2", reference, withdraw_flag, flag_id=asked)
    else:
        who = "handler" if step == "flag" else "legal2"
        do(office, who, reference, answer_consultation, flag_id=asked, answer="Yes.")
    cases.small_rendition(office, reference)

    with at_work(office, reference) as (work, case):
        prepared = preparers_of(work, signing.latest_rendition(work, case))
    assert office.people["legal2"] in prepared


def test_the_same_file_is_suggested_as_a_duplicate_and_flagged_at_once(office, reference, document):
    copy = add(office, reference, three_pages())
    add(office, reference, three_pages("something else"))
    with at_work(office, reference) as (work, case):
        [found] = same_files(work, case)
    assert {found.document_id, found.of_document} == {copy, document}
    assert found.pages == (1, 2, 3)

    given = {"document_id": found.document_id, "reason": "It came in twice."}
    assert do(office, "handler", reference, flag_same_file, **given) == 3

    with at_work(office, reference) as (work, case):
        assert same_files(work, case) == []
        assert [each.of_page for each in set_aside(work, case, found.document_id)] == [1, 2, 3]
        draft = rendering.gather(work, case)
    assert sorted(len(paper.set_aside) for paper in draft.papers) == [0, 0, 3]
    with pytest.raises(BadInput, match="No earlier document"):
        do(office, "handler", reference, flag_same_file, **given)


def test_nothing_is_flagged_outside_redacting(office, reference, document):
    cases.small_rendition(office, reference)
    do(office, "handler", reference, signing.submit_for_signing)

    with pytest.raises(Refused, match="can not be done while"):
        flag(office, reference, document, 1, NOT_RESPONSIVE)


def test_the_words_of_a_flag_are_not_in_the_ledger(office, reference, document):
    flag(office, reference, document, 1, ASKED, reason="Is Mr Zhang a client?")
    with at_work(office, reference) as (work, _):
        bodies = b"".join(bytes(row.body) for row in work.session.query(LedgerEntry))

    assert b"page:flagged" in bodies
    assert b"Wang" not in bodies
    assert b"Zhang a client" not in bodies
