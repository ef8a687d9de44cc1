"""Documents are searched again when names become known after they came."""

from sqlalchemy import select

from disclosure.domain.states import State
from disclosure.operations import collecting, papers, redacting
from disclosure.operations.casefile import documents_of
from disclosure.operations.facts import case_facts
from disclosure.operations.suggesting import look_again_if_named, people_of, suggestions_of
from disclosure.storage.ledger_rows import Outbox
from tests import cases
from tests.cases import at_work, do, to_state

CODE = "third_party_data"
NAME = cases.SUBJECT.real_name
OTHER = "li@example.com"


def uploaded(office):
    """Return a case in collecting with a document that came before any name was known."""
    from weasyprint import HTML

    reference = to_state(office, cases.police_case(office), State.COLLECTING)
    content = bytes(HTML(string=f"<p>请找 {NAME} 付款</p><p>or {OTHER}</p>").write_pdf())
    do(office, "handler", reference, cases.add_responsive, content=content)
    office.work_jobs()
    with at_work(office, reference) as (work, case):
        [row] = documents_of(work, case, role="responsive")
        return reference, row.id


def open_texts(office, reference, document):
    with at_work(office, reference) as (work, _):
        return {row.text for row in suggestions_of(work, document)}


def open_marks(office, reference):
    with at_work(office, reference) as (work, case):
        return case_facts(work, case).open_marks


def collect(office, reference):
    do(office, "handler", reference, collecting.request_collection)
    office.work_jobs()


def test_a_name_that_is_fetched_later_is_suggested_in_the_document_that_came_before(office):
    reference, document = uploaded(office)
    before = open_texts(office, reference, document)
    collect(office, reference)

    assert before == {OTHER}
    assert open_texts(office, reference, document) == {OTHER, NAME}


def test_what_was_decided_stays_decided_and_what_is_marked_needs_no_decision(office):
    reference, document = uploaded(office)
    collect(office, reference)
    do(office, "handler", reference, collecting.finish_collecting)
    with at_work(office, reference, "handler") as (work, case):
        redacting.settle_suggestions(
            work, case, document_id=document, chosen="email", decision="rejected", code=""
        )
        redacting.add_term(work, case, document_id=document, text=NAME, code=CODE)
        [row] = documents_of(work, case, role="responsive")
        papers.dispose(work, case, row, "release")
        look_again_if_named(work, row, [])
    assert open_marks(office, reference) == 1, "the search that is not over"
    office.work_jobs()

    assert open_texts(office, reference, document) == set()
    assert open_marks(office, reference) == 0


def test_a_document_is_not_searched_again_for_the_same_names(office):
    reference, _ = uploaded(office)
    with at_work(office, reference, "handler") as (work, case):
        [row] = documents_of(work, case, role="responsive")
        look_again_if_named(work, row, people_of(work, case))
        waiting = select(Outbox).where(Outbox.kind == "look_again")
        assert work.session.scalars(waiting).all() == []
