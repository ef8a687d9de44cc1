"""Several recipients of one collection: what a set takes over, and what stays its own."""

import json
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from disclosure.domain.states import State
from disclosure.errors import BadInput, Forbidden, Refused
from disclosure.operations import collecting, redacting
from disclosure.operations.casefile import documents_of
from disclosure.operations.collecting import values_of
from disclosure.operations.facts import case_facts, latest_rendition, preparers_of
from disclosure.operations.papers import dispose
from disclosure.operations.release_sets import (
    offer_of,
    open_set,
    origin_of,
    other_sets,
    set_of,
    take_collection,
)
from disclosure.operations.set_differences import differences
from disclosure.operations.suggesting import suggestions_of
from disclosure.storage.ledger_rows import LedgerEntry
from disclosure.storage.release_sets import ReleaseSet
from tests import cases
from tests.cases import at_work, do, to_state

NARROW = ("reg.real_name", "reg.phone")
TEXT = b"Dear colleague,\nthe seller Zhao Wei wrote from zhao.wei@mail.example yesterday.\n"


@pytest.fixture
def first(office):
    """Return a case with values and one document in which a name is marked."""
    reference = cases.collected_letter(office, TEXT)
    with at_work(office, reference, "handler") as (work, case):
        [document] = documents_of(work, case, role="responsive")
        redacting.set_mask(work, case, field="reg.phone", mask="remove", code="third_party_data")
        dispose(work, case, document, "release")
    return reference


@pytest.fixture
def second(office, first):
    """Return a further recipient's case, decided and linked, with fewer fields allowed."""
    reference = cases.police_case(office, fields=NARROW, organisation="北京市公安局")
    to_state(office, reference, State.COLLECTING)
    do(office, "handler", reference, open_set, reference=first)
    return reference


def take(office, reference, *, who="handler", documents=None, values=True, marks=True):
    """Take over what is offered, or the documents that are named."""
    with at_work(office, reference, who) as (work, case):
        offered = [each.id for each in offer_of(work, case).documents]
        take_collection(
            work,
            case,
            documents=offered if documents is None else documents,
            with_values=values,
            with_marks=marks,
        )


def entries(office, reference, action):
    with at_work(office, reference) as (work, case):
        bodies = work.session.scalars(
            select(LedgerEntry.body).where(LedgerEntry.case_id == case.id).order_by(LedgerEntry.seq)
        )
        found = [json.loads(body) for body in bodies]
    return [each for each in found if each["action"] == action]


def values_in(office, reference):
    with at_work(office, reference) as (work, case):
        return {
            (row.field, row.value, row.source, row.fetched_at, row.collected_at)
            for row in values_of(work, case)
        }


def test_a_set_takes_the_values_of_its_own_fields_and_no_others(office, first, second):
    take(office, second)

    source, taken = values_in(office, first), values_in(office, second)
    assert taken == {row for row in source if row[0] in NARROW}
    assert {row[0] for row in taken} == set(NARROW)
    assert {row[0] for row in source} - set(NARROW)


def test_a_field_that_the_first_decision_did_not_allow_is_not_taken_over(office, first, second):
    with at_work(office, first) as (_, case):
        case.allowed_fields = ["reg.phone"]
    with at_work(office, second) as (work, case):
        offer = offer_of(work, case)
    assert (offer.fields, offer.missing) == (["reg.phone"], ["reg.real_name"])

    take(office, second)

    assert {row[0] for row in values_in(office, second)} == {"reg.phone"}


def test_values_of_another_period_are_not_taken_over(office, first):
    reference = cases.police_case(
        office,
        fields=NARROW,
        organisation="北京市公安局",
        period=(date(2026, 11, 1), date(2026, 11, 2)),
    )
    to_state(office, reference, State.COLLECTING)
    do(office, "handler", reference, open_set, reference=first)
    take(office, reference)

    assert values_in(office, reference) == set()
    with at_work(office, reference) as (work, case):
        assert "period is another one" in offer_of(work, case).values_problem
        assert len(documents_of(work, case, role="responsive")) == 1


def test_values_of_another_complaint_are_not_taken_over(office, first, second):
    with at_work(office, second) as (work, case):
        case.statement = case.statement | {"complaint": "C-1"}
        work.session.flush()
        offer = offer_of(work, case)
    assert "complaint is another one" in offer.values_problem
    assert offer.values == 0


def test_a_document_is_taken_over_by_its_hash_and_decided_on_again(office, first, second):
    with at_work(office, first) as (work, case):
        [original] = documents_of(work, case, role="responsive")
        original_id, sha256, pages = original.id, original.sha256, original.pages
    before = sorted((office.settings.instance / "files").rglob("*"))
    take(office, second)

    with at_work(office, second) as (work, case):
        [copy] = documents_of(work, case, role="responsive")
        assert (copy.sha256, copy.filename, copy.pages) == (sha256, "letter.txt", pages)
        assert (copy.status, copy.disposition) == ("ready", "")
        assert copy.copied_from == original_id
        assert copy.added_by == office.people["handler"]
    assert sorted((office.settings.instance / "files").rglob("*")) == before
    [entry] = [
        each
        for each in entries(office, second, "document:added")
        if each["data"].get("copied_from")
    ]
    assert entry["data"]["sha256"] == sha256


def test_a_document_is_searched_again_and_nothing_counts_as_decided(office, first, second):
    with at_work(office, first, "handler") as (work, case):
        [document] = documents_of(work, case, role="responsive")
        redacting.settle_suggestions(
            work, case, document_id=document.id, chosen="email", decision="rejected", code=""
        )
    take(office, second, marks=False)
    with at_work(office, second) as (work, case):
        copy_id = documents_of(work, case, role="responsive")[0].id
        assert suggestions_of(work, copy_id) == []
        assert case_facts(work, case).open_marks == 2, "the decision, and the search under way"
    office.work_jobs()

    with at_work(office, second) as (work, case):
        texts = {row.text for row in suggestions_of(work, copy_id)}
    assert "zhao.wei@mail.example" in texts


def test_marks_and_masks_start_the_set_and_are_its_own_from_then_on(office, first, second):
    with at_work(office, first) as (work, case):
        [document] = documents_of(work, case, role="responsive")
        [original] = [each.id for each in redacting.marks_of(work, case, document.id)]
    take(office, second, who="handler2")
    office.work_jobs()
    do(office, "handler", first, redacting.withdraw_mark, mark_id=original)

    with at_work(office, second) as (work, case):
        [copy] = documents_of(work, case, role="responsive")
        [mark] = redacting.marks_of(work, case, copy.id)
        assert (mark.term, mark.reason_code, mark.note) == ("Zhao Wei", "third_party_data", None)
        assert mark.copied_from == original
        assert mark.person_id == office.people["handler2"]
        assert redacting.masks_of(work, case)["reg.phone"].mask == "remove"
        mark_id = mark.id
    [entry] = entries(office, second, "set:collection-taken")
    assert entry["data"]["marks"] == [mark_id]
    assert entry["data"]["masks"] == ["reg.phone"]


def test_without_being_asked_for_no_mark_comes_along(office, first, second):
    take(office, second, marks=False)

    with at_work(office, second) as (work, case):
        [copy] = documents_of(work, case, role="responsive")
        assert redacting.marks_of(work, case, copy.id) == []
        assert redacting.masks_of(work, case) == {}


def test_whoever_takes_over_prepared_the_rendition(office, first, second):
    take(office, second, who="legal2", documents=[])
    do(office, "handler", second, collecting.finish_collecting)
    cases.assess_impact(office, second)
    cases.small_rendition(office, second)

    with at_work(office, second) as (work, case):
        people = preparers_of(work, latest_rendition(work, case))
    assert office.people["legal2"] in people


def test_both_cases_name_the_link_in_their_entries(office, first, second):
    [here] = entries(office, second, "set:opened")
    [there] = entries(office, first, "set:opened")

    assert here["data"]["of"] == first
    assert there["data"] == {"for": second}


def test_sets_of_a_set_hang_on_the_first_collection_and_are_listed_together(office, first, second):
    third = cases.police_case(office, organisation="天津市公安局")
    do(office, "handler", third, open_set, reference=second)

    with at_work(office, third, "handler") as (work, case):
        assert [each.reference for each in other_sets(work, case)] == [first, second]
        assert origin_of(work, case) == {
            "opened_from": second, "first": first, "opened_at": "2026-11-24T02:00:00+00:00",
        }  # fmt: skip
    with at_work(office, first, "handler") as (work, case):
        assert [each.reference for each in other_sets(work, case)] == [second, third]


def hide(office, reference):
    """Put a case under a non-disclosure order in somebody else's hands."""
    with at_work(office, reference) as (_, case):
        case.restricted, case.handler_id = True, office.people["handler2"]


def test_a_hidden_case_is_neither_linked_nor_listed_nor_taken_from(office, first, second):
    third = to_state(
        office, cases.police_case(office, organisation="天津市公安局"), State.COLLECTING
    )
    hide(office, first)

    with pytest.raises(Forbidden, match="non-disclosure order"):
        do(office, "handler", third, open_set, reference=first)
    with at_work(office, second, "handler") as (work, case):
        assert other_sets(work, case) == []
        assert offer_of(work, case) is None
    with at_work(office, second, "handler") as (work, case), pytest.raises(Refused, match="Link"):
        take_collection(work, case, documents=[], with_values=True, with_marks=False)
    with at_work(office, second, "handler2") as (work, case):
        assert [each.reference for each in other_sets(work, case)] == [first]


@pytest.mark.parametrize(
    ("case", "source", "problem"),
    [
        ("second", "first", "linked to a collection already"),
        ("first", "second", "Other cases are linked to this one's"),
        ("other", "other", "not linked to itself"),
        ("other", "DR-2026-9999", "no case with this reference"),
        ("other", "early", "Nothing was collected in that case"),
        ("elsewhere", "first", "not about the same account"),
    ],
)
def test_a_link_that_cannot_be_is_refused_with_its_reason(
    office, first, second, case, source, problem
):
    known = {
        "first": first,
        "second": second,
        "other": cases.police_case(office, organisation="天津市公安局"),
        "early": cases.police_case(office, organisation="重庆市公安局"),
        "elsewhere": cases.counterparty_case(office),
    }

    with pytest.raises(BadInput, match=problem):
        do(office, "handler", known[case], open_set, reference=known.get(source, source))
    with at_work(office, known[case]) as (work, found):
        assert (set_of(work, found) is None) == (case != "second")


def test_two_cases_without_an_account_are_not_taken_for_the_same(office, first):
    third = cases.police_case(office, organisation="天津市公安局")
    for reference in (first, third):
        with at_work(office, reference) as (_, case):
            case.subject_index = ""

    with pytest.raises(BadInput, match="not about the same account"):
        do(office, "handler", third, open_set, reference=first)


def test_the_database_refuses_a_set_over_the_collection_of_another_account(office, first):
    other = cases.counterparty_case(office)
    with at_work(office, first) as (_, source):
        source_id = source.id

    with (
        at_work(office, other) as (work, case),
        pytest.raises(IntegrityError, match="of the same account"),
        work.session.begin_nested(),
    ):
        work.session.add(
            ReleaseSet(
                case_id=case.id,
                collection_id=source_id,
                source_id=source_id,
                opened_by=office.people["handler"],
                opened_at=work.now,
            )
        )


def test_what_was_released_by_mistake_is_not_taken_over(office, first, second):
    with at_work(office, first) as (_, case):
        case.state = State.RECALLED.code

    with at_work(office, second) as (work, case):
        assert offer_of(work, case) is None


def test_nothing_is_taken_over_before_the_set_is_decided(office, first):
    third = to_state(
        office, cases.police_case(office, organisation="天津市公安局"), State.ASSESSING
    )
    do(office, "handler", third, open_set, reference=first)

    with pytest.raises(Refused):
        take(office, third)


def test_a_document_that_is_not_offered_or_nothing_at_all_is_refused(office, first, second):
    with pytest.raises(BadInput, match="not offered any more"):
        take(office, second, documents=["f" * 32])
    with pytest.raises(BadInput, match="Choose values or documents"):
        take(office, second, documents=[], values=False)
    take(office, second)
    with at_work(office, second) as (work, case):
        assert offer_of(work, case).documents == []


def settled(office, reference, *, disposition="release"):
    do(office, "handler", reference, collecting.finish_collecting)
    with at_work(office, reference, "handler") as (work, case):
        [document] = documents_of(work, case, role="responsive")
        dispose(work, case, document, disposition)
        return document.id


def named(office, reference):
    with at_work(office, reference, "legal") as (work, case):
        return [each.what for each in differences(work, case)]


def test_what_another_set_treats_differently_is_named_without_its_text(office, first, second):
    take(office, second, marks=False)
    document = settled(office, second)
    with at_work(office, second, "handler") as (work, case):
        redacting.add_page(work, case, document_id=document, page=1, code="duplicate_page")

    there = named(office, second)
    assert any("1 taken out there and not here (third party data)" in each for each in there)
    assert any("1 taken out here and not there" in each for each in there)
    assert "Telephone number: in clear here, taken out there." in there
    assert any("not allowed here, in clear there" in each for each in there)
    assert "Zhao Wei" not in " ".join(there)
    assert any("taken out here and not there (third party" in each for each in named(office, first))


def test_a_document_that_one_set_withholds_and_another_releases_is_named(office, first, second):
    take(office, second)
    settled(office, second, disposition="withhold")

    assert "“letter.txt” is withheld in full here and leaves there." in named(office, second)


def test_sets_that_agree_have_nothing_named(office, first):
    same = to_state(
        office, cases.police_case(office, organisation="天津市公安局"), State.COLLECTING
    )
    do(office, "handler", same, open_set, reference=first)
    take(office, same)
    settled(office, same)

    assert named(office, same) == []


def test_a_hidden_set_is_not_named_to_whoever_may_not_see_it(office, first, second):
    take(office, second, marks=False)
    settled(office, second)
    hide(office, first)

    with at_work(office, second, "handler") as (work, case):
        assert differences(work, case) == []
    assert named(office, second)
