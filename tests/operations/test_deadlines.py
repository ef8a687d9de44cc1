from datetime import timedelta

import pytest
from sqlalchemy import select

from disclosure.domain.states import State
from disclosure.errors import BadInput, Refused
from disclosure.operations import deadlines, deciding, verifying
from disclosure.storage.cases import Deadline
from tests import cases
from tests.cases import at_work, do, to_state

REASON = {"reason": "The courier needs longer."}


@pytest.fixture
def reference(office):
    to_state(office, made := cases.police_case(office), State.VERIFYING)
    office.clock.move(days=1)
    return made


def due(office, reference):
    with at_work(office, reference) as (_, case):
        return case.due_at


def pause(office, reference, **length):
    do(office, "handler", reference, verifying.ask_requester, reason="Which account?")
    office.clock.move(**length)
    do(office, "handler", reference, verifying.receive_answer, reason="This one.")


def test_a_stop_moves_the_due_date_by_the_days_it_lasted(office, reference):
    before = due(office, reference)
    pause(office, reference, days=2)

    assert due(office, reference) == before + timedelta(days=2)


def test_a_second_stop_is_added_to_the_first(office, reference):
    before = due(office, reference)
    pause(office, reference, days=1)
    pause(office, reference, days=1)

    assert due(office, reference) == before + timedelta(days=2)


def test_a_pause_within_one_day_moves_nothing(office, reference):
    before = due(office, reference)
    pause(office, reference, hours=3)

    assert due(office, reference) == before


def test_a_hold_does_not_stop_the_clock(office, reference):
    before = due(office, reference)
    do(office, "handler", reference, deciding.hold, reason="Our own doubt.")
    office.clock.move(days=2)
    do(office, "handler", reference, deciding.resume, reason="Settled.")

    assert due(office, reference) == before


def test_an_extension_moves_the_date_and_keeps_the_old_one_on_record(office, reference):
    before = due(office, reference)
    do(office, "legal", reference, deadlines.extend_deadline, days=5, **REASON)
    with at_work(office, reference) as (work, case):
        rows = work.session.scalars(select(Deadline).where(Deadline.case_id == case.id)).all()
        kept = {row.replaced_at is None: row.due_at for row in rows}

        assert kept == {False: before, True: before + timedelta(days=5)}
        assert case.due_at == before + timedelta(days=5)


def test_a_stop_after_an_extension_moves_the_extended_date(office, reference):
    before = due(office, reference)
    do(office, "legal", reference, deadlines.extend_deadline, days=5, **REASON)
    pause(office, reference, days=2)

    assert due(office, reference) == before + timedelta(days=7)


def test_extensions_add_up(office, reference):
    before = due(office, reference)
    for days in (5, 7):
        do(office, "legal", reference, deadlines.extend_deadline, days=days, **REASON)

    assert due(office, reference) == before + timedelta(days=12)


@pytest.mark.parametrize("days", [0, -1, 61])
def test_an_extension_has_1_to_60_days(office, reference, days):
    with pytest.raises(BadInput):
        do(office, "legal", reference, deadlines.extend_deadline, days=days, **REASON)


def test_an_extension_needs_a_legal_reviewer_and_a_reason(office, reference):
    before = due(office, reference)
    with pytest.raises(Refused, match="permission"):
        do(office, "handler", reference, deadlines.extend_deadline, days=5, **REASON)
    with pytest.raises(BadInput):
        do(office, "legal", reference, deadlines.extend_deadline, days=5, reason="")

    assert due(office, reference) == before


def test_a_released_case_has_no_deadline_to_extend(office, reference):
    to_state(office, reference, State.RELEASED)

    with pytest.raises(Refused, match="Released"):
        do(office, "legal", reference, deadlines.extend_deadline, days=5, **REASON)
