"""What is taken out of one document is asked about in the others, and let go with the mark."""

import pytest

from disclosure.domain.states import State
from disclosure.errors import Refused
from disclosure.operations import redacting
from disclosure.operations.facts import case_facts
from disclosure.operations.papers import Upload, add_document, dispose
from disclosure.operations.removed_elsewhere import removed_in
from disclosure.operations.suggesting import suggestions_of
from tests import cases
from tests.cases import at_work, do, to_state

KIND = "removed-elsewhere"
CODE = "third_party_data"
TEXTS = ("Plan Bluebird began.", "Later, plan BLUE-BIRD was dropped.", "Nothing of it here.")


@pytest.fixture
def reference(office):
    return to_state(office, cases.police_case(office), State.REDACTING)


@pytest.fixture
def documents(office, reference):
    """Return the ids of three documents; the first two hold the same word."""
    ids = [add(office, reference, text) for text in TEXTS]
    office.work_jobs()
    with at_work(office, reference, "handler") as (work, case):
        for each in ids:
            dispose(work, case, redacting.find_document(work, case, each), "release")
    return ids


def add(office, reference, text):
    with at_work(office, reference, "handler") as (work, case):
        upload = Upload("letter.txt", text.encode())
        return add_document(work, case, upload, role="responsive").id


def mark(office, reference, document, text="Bluebird"):
    with at_work(office, reference, "handler") as (work, case):
        return redacting.add_term(work, case, document_id=document, text=text, code=CODE).id


def asked(office, reference, document):
    """Return the open questions of a document: text, pages, and where it was taken out."""
    with at_work(office, reference) as (work, _):
        rows = [row for row in suggestions_of(work, document) if row.mark_id]
        places = removed_in(work, rows)
        return [(row.kind, row.text, row.pages, places[row.id]) for row in rows]


def open_marks(office, reference):
    with at_work(office, reference) as (work, case):
        return case_facts(work, case).open_marks


def test_a_removed_text_is_asked_about_where_it_stands_and_nowhere_else(
    office, reference, documents
):
    mark(office, reference, documents[0])
    office.work_jobs()

    assert asked(office, reference, documents[1]) == [(KIND, "Bluebird", [1], documents[0])]
    assert asked(office, reference, documents[0]) == []
    assert asked(office, reference, documents[2]) == []


def test_the_search_and_then_the_open_question_stop_the_building(office, reference, documents):
    cases.assess_impact(office, reference)
    assert open_marks(office, reference) == 0
    mark(office, reference, documents[0])
    assert open_marks(office, reference) == 2, "two documents are being searched"
    office.work_jobs()

    assert open_marks(office, reference) == 1
    with pytest.raises(Refused):
        do(office, "handler", reference, redacting.request_rendition)
    settle(office, reference, documents[1], "rejected")
    do(office, "handler", reference, redacting.request_rendition)


def settle(office, reference, document, decision):
    given = {"document_id": document, "chosen": KIND, "decision": decision}
    do(office, "handler", reference, redacting.settle_suggestions, code=CODE, **given)


def test_taking_it_out_there_too_ends_the_question(office, reference, documents):
    mark(office, reference, documents[0])
    office.work_jobs()
    settle(office, reference, documents[1], "accepted")
    office.work_jobs()

    assert open_marks(office, reference) == 0
    with at_work(office, reference) as (work, case):
        [row] = redacting.marks_of(work, case, documents[1])
        assert row.term == "Bluebird"


def test_taking_the_mark_back_closes_the_questions_that_it_asked(office, reference, documents):
    made = mark(office, reference, documents[0])
    office.work_jobs()
    do(office, "handler", reference, redacting.withdraw_mark, mark_id=made)

    assert asked(office, reference, documents[1]) == []
    assert open_marks(office, reference) == 0
    mark(office, reference, documents[0])
    office.work_jobs()
    assert len(asked(office, reference, documents[1])) == 1


def test_a_question_stays_while_a_third_document_still_lacks_the_text(office, reference, documents):
    other = add(office, reference, "Bluebird again.")
    office.work_jobs()
    made = mark(office, reference, documents[0])
    mark(office, reference, other)
    office.work_jobs()
    do(office, "handler", reference, redacting.withdraw_mark, mark_id=made)

    assert asked(office, reference, documents[1]) == [(KIND, "Bluebird", [1], other)]
    office.work_jobs()
    assert asked(office, reference, documents[0]) == [(KIND, "Bluebird", [1], other)]


def test_a_mark_that_is_taken_back_before_the_search_asks_nothing(office, reference, documents):
    made = mark(office, reference, documents[0])
    do(office, "handler", reference, redacting.withdraw_mark, mark_id=made)
    office.work_jobs()

    assert asked(office, reference, documents[1]) == []


def test_what_was_decided_is_not_asked_again(office, reference, documents):
    mark(office, reference, documents[0])
    office.work_jobs()
    settle(office, reference, documents[1], "rejected")
    mark(office, reference, documents[2], "Nothing")
    office.work_jobs()

    assert asked(office, reference, documents[1]) == []


def test_a_file_that_comes_later_is_searched_for_what_was_removed_before(
    office, reference, documents
):
    mark(office, reference, documents[0])
    later = add(office, reference, "Who named it Bluebird?")
    office.work_jobs()

    assert asked(office, reference, later) == [(KIND, "Bluebird", [1], documents[0])]


def test_a_suggestion_that_is_open_already_names_the_mark_and_is_not_doubled(office, reference):
    mail = "Write to a.lee@mail.example today."
    first, second = (add(office, reference, text) for text in (mail, mail + " Again."))
    office.work_jobs()
    made = mark(office, reference, first, "a.lee@mail.example")
    office.work_jobs()

    assert asked(office, reference, second) == [("email", "a.lee@mail.example", [1], first)]
    do(office, "handler", reference, redacting.withdraw_mark, mark_id=made)
    with at_work(office, reference) as (work, _):
        [row] = suggestions_of(work, second)
        assert (row.kind, row.mark_id) == ("email", None)


def test_the_page_says_of_which_document_it_was_taken_out(office, reference, documents):
    mark(office, reference, documents[0])
    office.work_jobs()

    page = office.client("handler").get(f"/cases/{reference}/redaction/").get_data(as_text=True)
    assert "Suggested: Taken out of another document (1)" in page
    assert "Taken out of document 1" in page
