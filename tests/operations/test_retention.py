"""Holds, longer terms and destruction by two people, over whole cases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from disclosure.domain.retention import Retention
from disclosure.domain.states import State
from disclosure.errors import BadInput, Forbidden, Refused
from disclosure.operations import deciding, releasing, retention
from disclosure.operations.destroying import destroy_records
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerEntry, LedgerOpening
from disclosure.storage.retention_rows import Destruction
from tests import cases
from tests.cases import at_work, do, to_state

WHY = "Its term is over and nothing is pending."


@pytest.fixture
def ended(office):
    """A police case that was disclosed and closed; the office keeps it for five years."""
    return to_state(office, cases.police_case(office), State.CLOSED)


@pytest.fixture
def over(office, ended):
    office.clock.move(days=5 * 366)
    return ended


def state(office, reference):
    with at_work(office, reference) as (work, case):
        return retention.kept(work, case).state


def propose(office, reference, who="legal"):
    return do(office, who, reference, retention.propose_destruction, reason=WHY)


def agree(office, reference, who="compliance"):
    return do(office, who, reference, retention.decide_destruction, agreed=True)


def events(office, reference):
    with at_work(office, reference) as (work, case):
        bodies = work.session.scalars(
            select(LedgerEntry.body)
            .where(LedgerEntry.case_id == case.id)
            .order_by(LedgerEntry.case_seq)
        )
        return [body.decode().split('"action":"')[1].split('"')[0] for body in bodies]


def test_an_ended_case_is_kept_for_the_term_of_its_ground_and_then_reviewed(office, ended):
    assert state(office, ended) is Retention.RETAIN
    office.clock.move(days=5 * 365)
    assert state(office, ended) is Retention.RETAIN
    office.clock.move(days=2)
    assert state(office, ended) is Retention.REVIEW


def test_nothing_is_proposed_before_the_term_is_over(office, ended):
    with pytest.raises(Refused, match="its term is not over"):
        propose(office, ended)


def test_two_people_destroy_and_the_proposer_is_never_the_second(office, over):
    propose(office, over, "compliance")

    with pytest.raises(Refused, match="another person agrees"):
        agree(office, over, "compliance")
    with pytest.raises(Forbidden):
        agree(office, over, "legal2")
    agree(office, over, "compliance2")
    assert state(office, over) is Retention.DESTROY
    office.work_jobs()
    assert state(office, over) is Retention.ANONYMISED
    assert events(office, over)[-3:] == [
        "destruction:proposed",
        "destruction:agreed",
        "record:destroyed",
    ]


@pytest.mark.parametrize("second", ["proposer", None])
def test_the_database_refuses_one_person_in_both_places(office, over, second):
    with pytest.raises(IntegrityError), at_work(office, over) as (work, case):
        work.session.execute(
            insert(Destruction).values(
                id="f" * 32,
                case_id=case.id,
                reason=WHY,
                proposed_by=office.people["compliance"],
                proposed_at=work.now,
                decided_by=office.people["compliance"] if second else None,
                decided_at=work.now,
                agreed=True,
            )
        )


def test_the_database_refuses_a_destruction_that_nobody_agreed_to(office, over):
    propose(office, over)

    with pytest.raises(IntegrityError), at_work(office, over) as (work, case):
        retention.standing_destruction(work, case).done_at = work.now


@pytest.mark.parametrize("who", ["handler", "auditor", "admin"])
def test_others_neither_hold_nor_propose(office, over, who):
    for operation in (
        retention.hold_records,
        retention.free_records,
        retention.propose_destruction,
    ):
        with pytest.raises(Forbidden):
            do(office, who, over, operation, reason=WHY)
    with pytest.raises(Forbidden), office.app.app_context(), office.unit(who) as work:
        retention.overview(work)


def test_a_hold_beats_the_term_and_stops_what_was_agreed(office, over):
    propose(office, over)
    agree(office, over)
    do(office, "legal2", over, retention.hold_records, reason="A lawsuit was filed today.")
    office.work_jobs()

    assert state(office, over) is Retention.RETAIN
    assert "record:destroyed" not in events(office, over)
    with pytest.raises(Refused):
        propose(office, over)
    with pytest.raises(Refused, match="stands already"):
        do(office, "legal2", over, retention.hold_records, reason="A lawsuit was filed today.")

    do(office, "legal2", over, retention.free_records, reason="The lawsuit has ended.")
    assert state(office, over) is Retention.REVIEW, "a new proposal needs two people again"


def test_a_hold_after_the_proposal_stops_the_second_person(office, over):
    propose(office, over)
    do(office, "legal", over, retention.hold_records, reason="A lawsuit was filed today.")

    with pytest.raises(Refused, match="waits for a second person"):
        agree(office, over)


def test_a_case_that_was_reopened_since_is_not_destroyed(office, over):
    propose(office, over)
    agree(office, over)
    do(office, "legal", over, deciding.reopen, reason="New facts came in.")
    office.work_jobs()

    assert state(office, over) is Retention.RETAIN
    assert "record:destroyed" not in events(office, over)


def test_keeping_longer_moves_the_review_and_needs_a_later_day(office, over):
    with pytest.raises(BadInput, match="after the end"):
        do(office, "legal", over, retention.keep_longer, until=date(2030, 1, 1), reason=WHY)
    later = (office.clock.now + timedelta(days=400)).date()
    do(office, "legal", over, retention.keep_longer, until=later, reason=WHY)

    assert state(office, over) is Retention.RETAIN
    office.clock.move(days=402)
    assert state(office, over) is Retention.REVIEW


def test_an_open_case_has_no_term_to_extend(office):
    reference = cases.police_case(office)

    with pytest.raises(Refused, match="begins when it ends"):
        do(office, "legal", reference, retention.keep_longer, until=date(2040, 1, 1), reason=WHY)


@pytest.mark.parametrize("reason", ["", " short  ", "x" * 2001])
def test_a_reason_is_asked_for(office, over, reason):
    for operation in (retention.hold_records, retention.propose_destruction):
        with pytest.raises(BadInput) as refusal:
            do(office, "legal", over, operation, reason=reason)
        assert refusal.value.where == "reason"


def test_a_refused_proposal_can_be_made_again(office, over):
    propose(office, over)
    with pytest.raises(Refused, match="proposed already"):
        propose(office, over, "legal2")
    do(office, "compliance", over, retention.decide_destruction, agreed=False)

    assert state(office, over) is Retention.REVIEW
    propose(office, over, "legal2")


def test_a_destroyed_case_is_neither_reopened_recalled_held_nor_destroyed_again(office, over):
    propose(office, over)
    agree(office, over)
    office.work_jobs()
    before = events(office, over)

    for who, operation in (
        ("legal", deciding.reopen),
        ("compliance", releasing.recall),
        ("legal", retention.hold_records),
        ("legal", retention.propose_destruction),
    ):
        with pytest.raises(Refused, match="destroyed"):
            do(office, who, over, operation, reason=WHY)
    do(office, "", over, destroy_records)
    assert events(office, over) == before


def test_the_overview_lists_each_case_where_it_stands(office):
    due, held, proposed, done = (
        to_state(office, cases.counterparty_case(office), State.ASSESSING) for _ in range(4)
    )
    young = to_state(office, cases.police_case(office), State.CLOSED)
    for reference in (due, held, proposed, done):
        do(
            office,
            "legal",
            reference,
            deciding.decide_refusal,
            code="purpose_other",
            reason=WHY,
        )
    office.clock.move(days=3 * 366)
    do(office, "legal", held, retention.hold_records, reason=WHY)
    for reference in (proposed, done):
        propose(office, reference)
    agree(office, done)
    office.work_jobs()

    with office.app.app_context(), office.unit("legal") as work:
        lists = retention.overview(work)
        assert [each.case.reference for each in lists.due] == [due]
        assert [each.case.reference for each in lists.held] == [held]
        assert [each.case.reference for each in lists.waiting] == [proposed]
        assert [each.case.reference for each in lists.destroyed] == [done]
    assert state(office, young) is Retention.RETAIN, "a disclosure to an authority is kept longer"


def test_reasons_are_in_no_entry_and_go_with_the_case(office, over):
    propose(office, over)
    with at_work(office, over) as (work, case):
        told = work.session.scalars(
            select(LedgerOpening.value)
            .join(LedgerEntry, LedgerEntry.seq == LedgerOpening.seq)
            .where(LedgerEntry.case_id == case.id)
        ).all()
        assert WHY in told
    agree(office, over)
    office.work_jobs()

    with at_work(office, over) as (work, case):
        entries = select(LedgerEntry.seq).where(LedgerEntry.case_id == case.id)
        left = select(LedgerOpening).where(LedgerOpening.seq.in_(entries))
        assert work.session.scalars(left).all() == []
        bodies = b"".join(work.session.scalars(select(LedgerEntry.body)))
        assert WHY.encode() not in bodies
        assert work.session.get_one(Case, case.id).state == "closed"
