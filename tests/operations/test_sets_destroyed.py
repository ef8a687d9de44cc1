"""Destroying one case over a collection: the others keep their files, and it keeps nothing."""

import pytest
from sqlalchemy import select

from disclosure.domain.states import State
from disclosure.operations import collecting, retention
from disclosure.operations.casefile import documents_of
from disclosure.operations.collecting import values_of
from disclosure.operations.redacting import marks_of
from disclosure.operations.release_sets import offer_of, open_set, origin_of, take_collection
from disclosure.operations.set_differences import differences
from disclosure.storage.cases import Document, DocumentMark
from tests import cases
from tests.cases import at_work, do, to_state

TEXT = b"The seller Zhao Wei wrote yesterday.\n"


@pytest.fixture
def pair(office):
    """Return two closed cases over one collection, and the hash of the file that they share."""
    first = cases.collected_letter(office, TEXT)
    second = to_state(
        office, cases.police_case(office, organisation="北京市公安局"), State.COLLECTING
    )
    with at_work(office, first, "handler") as (work, case):
        [document] = documents_of(work, case, role="responsive")
        sha256 = document.sha256
    with at_work(office, second, "handler") as (work, case):
        open_set(work, case, reference=first)
        ids = [each.id for each in offer_of(work, case).documents]
        take_collection(work, case, documents=ids, with_values=True, with_marks=True)
    office.work_jobs()
    do(office, "handler", second, collecting.finish_collecting)
    for reference in (first, second):
        with at_work(office, reference, "handler") as (work, case):
            withhold(work, case)
        to_state(office, reference, State.CLOSED)
    return first, second, sha256


def withhold(work, case):
    for document in documents_of(work, case, role="responsive"):
        document.disposition = "withhold"


def destroy(office, reference):
    do(office, "legal", reference, retention.propose_destruction, reason="Its term is over.")
    do(office, "compliance", reference, retention.decide_destruction, agreed=True)
    office.work_jobs()


def file_of(office, sha256):
    return office.settings.instance / "files" / sha256[:2] / sha256


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_file_stays_for_the_other_case_and_goes_with_the_last(office, pair, order):
    office.clock.move(days=5 * 366)
    gone, stays = pair[order[0]], pair[order[1]]
    destroy(office, gone)

    assert file_of(office, pair[2]).exists()
    with at_work(office, stays) as (work, case):
        [document] = documents_of(work, case, role="responsive")
        assert work.desk.files.read(document.sha256) == TEXT
        assert document.filename == "letter.txt"
        assert [mark.term for mark in marks_of(work, case, document.id)] == ["Zhao Wei"]
        assert values_of(work, case)
    destroy(office, stays)
    assert not file_of(office, pair[2]).exists()


@pytest.mark.parametrize("which", [0, 1])
def test_nothing_personal_is_left_of_the_destroyed_case(office, pair, which):
    office.clock.move(days=5 * 366)
    destroy(office, pair[which])

    with at_work(office, pair[which]) as (work, case):
        assert values_of(work, case) == []
        marks = select(DocumentMark.id).where(DocumentMark.case_id == case.id)
        assert work.session.scalars(marks).all() == []
        names = select(Document.filename).where(Document.case_id == case.id)
        assert set(work.session.scalars(names)) == {""}


def test_a_set_outlives_the_collection_and_still_names_it(office, pair):
    first, second, _ = pair
    office.clock.move(days=5 * 366)
    destroy(office, first)

    with at_work(office, second, "legal") as (work, case):
        assert origin_of(work, case)["opened_from"] == first
        assert offer_of(work, case) is None
        assert differences(work, case) == []
