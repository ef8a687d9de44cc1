from datetime import timedelta

import pytest
from sqlalchemy import select

from disclosure.domain.states import State
from disclosure.errors import BadInput, Forbidden, NotFound, Refused
from disclosure.operations import casefile, deciding, verifying
from disclosure.operations.assessing import latest_evaluation
from disclosure.operations.queue import Filter, read_queue
from disclosure.storage.cases import Callback, Finding
from disclosure.storage.register import Agency
from disclosure.storage.releases import Incident
from tests import cases
from tests.cases import at_work, do, state_of, to_state

LOOKALIKE = "li.jun@pudong.pol1ce.example"


@pytest.fixture
def reference(office):
    return to_state(office, cases.police_case(office), State.VERIFYING)


def call(work, case, **given):
    verifying.record_callback(
        work, case, **{"confirmed": True, "answered_by": "Duty officer"} | given
    )


def found(work, case, key, answer):
    verifying.record_finding(work, case, key=key, answer=answer, reason="Seen on the paper.")


def checks(work, case):
    return {row["id"]: row["result"] for row in latest_evaluation(work, case).decision["checks"]}


def test_the_first_to_start_verifying_becomes_the_handler(office, reference):
    with at_work(office, reference) as (_, case):
        assert case.handler_id == office.people["handler"]


def test_a_case_is_handed_over_by_claiming_it_and_not_twice(office, reference):
    do(office, "handler2", reference, verifying.claim)
    with pytest.raises(Refused, match="yours already"):
        do(office, "handler2", reference, verifying.claim)

    with at_work(office, reference) as (_, case):
        assert case.handler_id == office.people["handler2"]


def test_the_call_goes_to_the_number_of_the_register_whatever_the_letter_says(office):
    reference = cases.police_case(office, phone="+86 400 1234 567")
    to_state(office, reference, State.VERIFYING)
    do(office, "handler", reference, call)
    with at_work(office, reference) as (work, _):
        [row] = work.session.scalars(select(Callback))

        assert row.number == work.session.get_one(Agency, cases.POLICE).callback_phone
        assert row.person_id == office.people["handler"]


def test_no_call_without_an_agency_of_the_register(office):
    reference = to_state(office, cases.police_case(office, agency_id=None), State.VERIFYING)

    with pytest.raises(Refused, match="register first"):
        do(office, "handler", reference, call)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda agency, now: setattr(agency, "expires_at", now),
        lambda agency, _: setattr(agency, "active", False),
    ],
)
def test_an_expired_or_closed_entry_of_the_register_carries_no_call(office, reference, spoil):
    with at_work(office, reference) as (work, _):
        spoil(work.session.get_one(Agency, cases.POLICE), work.now)

    with pytest.raises(Refused, match="expired"):
        do(office, "handler", reference, call)
    with at_work(office, reference) as (work, _):
        assert list(work.session.scalars(select(Callback))) == []


def test_the_person_who_decides_does_not_make_the_call(office, reference):
    to_state(office, reference, State.COLLECTING)
    do(office, "handler", reference, deciding.hold, reason="Something is odd.")

    with pytest.raises(Refused, match="V03"):
        do(office, "legal", reference, call)
    do(office, "handler", reference, call)


def test_a_call_that_was_not_confirmed_does_not_count(office, reference):
    do(office, "handler", reference, call, confirmed=False)
    with at_work(office, reference) as (work, case):
        assert checks(work, case)["V03_callback_done"] != "pass"

    do(office, "handler", reference, call)
    with at_work(office, reference) as (work, case):
        assert latest_evaluation(work, case).facts["facts"]["requester"]["callback_done"] is True


@pytest.mark.parametrize("answered_by", ["", "  ", "x" * 201])
def test_who_answered_is_written_down(office, reference, answered_by):
    with pytest.raises(BadInput):
        do(office, "handler", reference, call, answered_by=answered_by)


def test_an_agency_of_another_class_cannot_be_chosen(office, reference):
    with pytest.raises(BadInput, match="another class"):
        do(office, "handler", reference, verifying.choose_agency, agency_id=cases.COURT)
    with pytest.raises(BadInput):
        do(office, "handler", reference, verifying.choose_agency, agency_id=77)


def test_each_finding_runs_the_rules_again(office, reference):
    with at_work(office, reference) as (work, case):
        before = latest_evaluation(work, case)
        number, deciding_check = before.number, before.deciding_check
    cases.verify(office, reference)
    with at_work(office, reference) as (work, case):
        after = latest_evaluation(work, case)

        assert deciding_check == "V01_requester_identified"
        assert after.number > number
        assert after.outcome == "release"


def test_the_newest_finding_counts_and_the_older_stays_on_record(office, reference):
    for answer in ("yes", "no"):
        do(office, "handler", reference, found, key="instrument.sealed", answer=answer)
    with at_work(office, reference) as (work, case):
        rows = work.session.scalars(select(Finding).where(Finding.case_id == case.id))

        assert [row.answer["value"] for row in rows] == [True, False]
        assert latest_evaluation(work, case).facts["facts"]["instrument"]["sealed"] is False


@pytest.mark.parametrize(
    ("key", "answer", "error"),
    [
        ("instrument.sealed", "perhaps", BadInput),
        ("requester.officers", "two", BadInput),
        ("requester.officers", "-1", BadInput),
        ("instrument.expires_at", "tomorrow", BadInput),
        ("nothing.known", "yes", BadInput),
        ("instrument.issuer_level", "sufficient", Forbidden),
    ],
)
def test_an_answer_has_the_form_and_the_person_that_its_question_asks_for(
    office, reference, key, answer, error
):
    with pytest.raises(error):
        do(office, "handler", reference, found, key=key, answer=answer)


def test_a_finding_needs_its_reason(office, reference):
    given = {"key": "instrument.sealed", "answer": "yes", "reason": "  "}

    with pytest.raises(BadInput) as problem:
        do(office, "handler", reference, verifying.record_finding, **given)
    assert problem.value.where == "reason"


def test_the_requester_is_not_confirmed_before_call_and_credentials(office, reference):
    with pytest.raises(Refused):
        do(office, "handler", reference, verifying.confirm_requester)
    assert state_of(office, reference) is State.VERIFYING

    cases.verify(office, reference)
    do(office, "handler", reference, verifying.confirm_requester)
    assert state_of(office, reference) is State.ASSESSING


def test_a_look_alike_sender_is_rejected_and_opens_an_incident(office):
    reference = to_state(office, cases.police_case(office, email=LOOKALIKE), State.VERIFYING)
    do(office, "handler", reference, verifying.reject_sender, reason="One letter is a digit.")
    with at_work(office, reference) as (work, case):
        [incident] = work.session.scalars(select(Incident))

        assert (incident.kind, incident.case_id) == ("forged_demand", case.id)
        assert case.is_open is False
    assert state_of(office, reference) is State.REJECTED


def test_a_sender_of_the_register_is_not_rejected_without_a_finding(office, reference):
    with pytest.raises(Refused, match="look-alike"):
        do(office, "handler", reference, verifying.reject_sender, reason="A feeling.")

    do(office, "handler", reference, found, key="house.paper_forged", answer="yes")
    do(office, "handler", reference, verifying.reject_sender, reason="The bureau said so.")
    assert state_of(office, reference) is State.REJECTED


def test_a_refused_rejection_leaves_no_incident(office, reference):
    with pytest.raises(Refused):
        do(office, "handler", reference, verifying.reject_sender, reason="A feeling.")
    with at_work(office, reference) as (work, _):
        assert list(work.session.scalars(select(Incident))) == []


@pytest.fixture
def restricted(office):
    reference = cases.police_case(office, instrument={"gag": True, "gag_until": "2027-02-01"})
    return to_state(office, reference, State.VERIFYING)


@pytest.mark.parametrize("who", ["handler", "legal", "compliance", "senior", "auditor"])
def test_a_restricted_case_is_seen_by_its_handler_and_by_oversight(office, restricted, who):
    with at_work(office, restricted, who) as (work, _):
        assert casefile.find_case(work, restricted).reference == restricted


@pytest.mark.parametrize("who", ["handler2", "admin"])
def test_a_restricted_case_is_hidden_from_everybody_else(office, restricted, who):
    with at_work(office, restricted, who) as (work, _), pytest.raises(Forbidden):
        casefile.find_case(work, restricted)


def test_a_restricted_case_is_not_in_the_queue_of_other_handlers(office, restricted):
    shown = {}
    for who in ("handler", "handler2", "legal"):
        with at_work(office, restricted, who) as (work, _):
            page = read_queue(work, Filter())
            shown[who] = ([line.reference for line in page.lines], page.total, page.figures["open"])

    assert shown["handler"] == shown["legal"] == ([restricted], 1, 1)
    assert shown["handler2"] == ([], 0, 0)


def test_a_finding_restricts_a_case_and_another_frees_it(office, reference):
    for answer, hidden in (("yes", True), ("no", False)):
        do(office, "handler", reference, found, key="instrument.gag", answer=answer)
        with at_work(office, reference) as (_, case):
            assert case.restricted is hidden


def test_an_unknown_case_is_not_found(office, reference):
    with at_work(office, reference, "handler") as (work, _), pytest.raises(NotFound):
        casefile.find_case(work, "DR-2026-9999")


def test_the_answer_of_the_requester_starts_verifying_over(office, reference):
    do(office, "handler", reference, verifying.ask_requester, reason="Which account?")
    assert state_of(office, reference) is State.NEEDS_INFO
    office.clock.now += timedelta(days=2)
    do(office, "handler", reference, verifying.receive_answer, reason="U-1001, they say.")

    assert state_of(office, reference) is State.VERIFYING
