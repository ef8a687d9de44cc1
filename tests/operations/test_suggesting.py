"""Suggestions of a case: each needs a person's decision before anything is built."""

import pytest

from disclosure.domain.states import State
from disclosure.errors import BadInput, Refused
from disclosure.operations import papers, redacting
from disclosure.operations.casefile import documents_of
from disclosure.operations.facts import case_facts
from disclosure.operations.suggesting import people_of, suggestions_of
from tests import cases
from tests.cases import at_work, do, to_state

CODE = "third_party_data"
OTHER = "zhang.wei@example.com"


@pytest.fixture
def reference(office):
    return to_state(office, cases.police_case(office), State.REDACTING)


@pytest.fixture
def document(office, reference):
    from weasyprint import HTML

    html = f"<p>Call {cases.TERM} or {OTHER}</p><p>and li@example.com</p>"
    content = bytes(HTML(string=html).write_pdf())
    do(office, "handler", reference, cases.add_responsive, content=content)
    office.work_jobs()
    with at_work(office, reference, "handler") as (work, case):
        [row] = documents_of(work, case, role="responsive")
        papers.dispose(work, case, row, "release")
        return row.id


def open_texts(office, reference, document):
    with at_work(office, reference) as (work, _):
        return {row.text for row in suggestions_of(work, document)}


def open_marks(office, reference):
    with at_work(office, reference) as (work, case):
        return case_facts(work, case).open_marks


def settle(office, reference, document, chosen, decision, code=CODE):
    do(
        office,
        "handler",
        reference,
        redacting.settle_suggestions,
        document_id=document,
        chosen=chosen,
        decision=decision,
        code=code,
    )


def test_open_suggestions_block_the_rendition(office, reference, document):
    assert open_texts(office, reference, document) == {cases.TERM, OTHER, "li@example.com"}
    assert open_marks(office, reference) == 3
    cases.assess_impact(office, reference)

    with pytest.raises(Refused, match="still need a decision"):
        do(office, "handler", reference, redacting.request_rendition)


def test_all_of_a_kind_are_decided_at_once(office, reference, document):
    settle(office, reference, document, "email", "accepted")
    settle(office, reference, document, "telephone", "rejected", code="")

    assert open_marks(office, reference) == 0
    with at_work(office, reference) as (work, case):
        plan = redacting.plan_of(work, case, document)
    assert {term.text for term in plan.terms} == {OTHER, "li@example.com"}


def test_a_mark_by_hand_settles_its_suggestion_and_taking_it_back_is_a_no(
    office, reference, document
):
    do(
        office, "handler", reference, redacting.add_term,
        document_id=document, text=OTHER.upper(), code=CODE, note="the neighbour",
    )  # fmt: skip
    assert OTHER not in open_texts(office, reference, document)
    with at_work(office, reference) as (work, case):
        [mark] = redacting.marks_of(work, case, document)
        assert mark.note == "the neighbour"
        taken_back = mark.id

    do(office, "handler", reference, redacting.withdraw_mark, mark_id=taken_back)

    with at_work(office, reference) as (work, case):
        [row] = suggestions_of(work, document, answer="rejected")
        assert row.text == OTHER
        assert row.person_id == office.people["handler"]


def test_a_decision_needs_a_known_answer_a_code_and_something_open(office, reference, document):
    for chosen, decision, code in (
        ("email", "perhaps", CODE),
        ("email", "accepted", ""),
        ("plate", "rejected", ""),
    ):
        with pytest.raises(BadInput):
            settle(office, reference, document, chosen, decision, code)

    assert open_marks(office, reference) == 3


def test_what_is_withheld_in_full_asks_nothing(office, reference, document):
    with at_work(office, reference, "handler") as (work, case):
        papers.dispose(work, case, papers.find_document(work, case, document), "withhold")

    assert open_marks(office, reference) == 0


def test_a_whole_page_is_one_box_over_all_of_it(office, reference, document):
    do(
        office, "handler", reference, redacting.add_page,
        document_id=document, page=1, code=CODE,
    )  # fmt: skip

    with at_work(office, reference) as (work, case):
        [region] = redacting.plan_of(work, case, document).regions
    assert region.page == 1
    assert region.box == redacting.WHOLE_PAGE
    with pytest.raises(BadInput):
        do(
            office, "handler", reference, redacting.add_page,
            document_id=document, page=2, code=CODE,
        )  # fmt: skip


def test_the_people_of_a_case_are_known_by_name(office, reference):
    with at_work(office, reference) as (work, case):
        names = people_of(work, case)
        assert case.requester["name"] in names

    assert cases.SUBJECT.real_name in names


def test_each_attachment_of_a_mail_is_a_document_of_its_own(office, reference):
    mail = (
        b"From: desk@shop.example\nTo: buyer@mail.example\nSubject: order\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nhello\n"
        b"--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=list.txt\n\n"
        b"buyer 13812345678\n--b\nContent-Type: message/rfc822\n\n"
        b"From: a@mail.example\nTo: b@mail.example\nSubject: inner\n\ninside\n--b--\n"
    )
    upload = papers.Upload("letter.eml", mail)
    do(office, "handler", reference, papers.add_document, upload=upload, role="responsive")
    office.work_jobs()

    with at_work(office, reference) as (work, case):
        rows = {
            row.filename: (row.id, row.status)
            for row in documents_of(work, case, role="responsive")
        }
        found = {row.text for row in suggestions_of(work, rows["list.txt"][0])}
    assert set(rows) == {"letter.eml", "list.txt", "attachment-2.eml"}
    assert {status for _, status in rows.values()} == {"ready"}
    assert found == {"13812345678"}
    assert open_marks(office, reference) >= 3
