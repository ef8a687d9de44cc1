from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from disclosure.demonstration.marketplace import KNOWN
from disclosure.demonstration.people import PEOPLE
from disclosure.domain.states import State
from disclosure.errors import BadInput, NotFound, Refused
from disclosure.gateways.mail import written_messages
from disclosure.operations import deciding, noticing, releasing
from disclosure.operations.desk import DATA_SUBJECT
from disclosure.operations.facts import case_facts, live_notice
from disclosure.storage.ledger_rows import Outbox
from disclosure.storage.releases import Notice, Objection
from tests import cases
from tests.cases import at_work, do, state_of, to_state

SELLER = PEOPLE[KNOWN.silent_seller]


def notice(office, reference):
    with at_work(office, reference) as (work, case):
        row = live_notice(work, case)
        work.session.expunge(row)
        return row


def told(office, address):
    return [letter for letter in written_messages(office.settings) if letter.to == address]


def token_of(office, reference):
    with at_work(office, reference) as (work, case):
        rows = work.session.scalars(
            select(Outbox).where(Outbox.case_id == case.id, Outbox.secret.is_not(None))
        )
        found = [row for row in rows if row.arguments.get("notice")]
        return found[-1].secret


def object_to(office, token, text="I paid him back."):
    with office.app.app_context(), office.unit() as work:
        return noticing.receive_objection(work.as_actor(DATA_SUBJECT), token, text).id


@pytest.fixture
def window(office):
    """A counterparty's case with its prior notice sent; the case, and the link's token."""
    reference = to_state(office, cases.counterparty_case(office), State.ASSESSING)
    do(office, "legal", reference, deciding.decide_release, reason="Part performance.")
    token = token_of(office, reference)
    office.work_jobs()
    return reference, token


# --- The plan -----------------------------------------------------------------------------------


def test_a_prior_notice_goes_out_at_the_decision_and_opens_the_window(office, window):
    reference, _ = window
    row = notice(office, reference)
    [letter] = told(office, SELLER.email)

    assert (row.rule, row.objection_days) == ("prior", 3)
    assert row.sent_at == office.clock.now
    assert row.objection_until == office.clock.now + timedelta(days=3)
    assert "/portal/notice/" in letter.text
    assert PEOPLE[KNOWN.deposit_buyer].real_name not in letter.text


def test_the_window_opens_when_the_notice_is_sent_and_not_when_it_is_planned(office):
    reference = to_state(office, cases.counterparty_case(office), State.ASSESSING)
    do(office, "legal", reference, deciding.decide_release, reason="Part performance.")
    assert notice(office, reference).objection_until is None
    office.clock.move(hours=5)
    office.work_jobs()

    assert notice(office, reference).objection_until == office.clock.now + timedelta(days=3)


def test_a_notice_at_release_waits_for_the_release(office):
    reference = to_state(office, cases.respondent_case(office), State.APPROVED)
    office.work_jobs()
    complainant = PEOPLE[KNOWN.complainant].email
    assert notice(office, reference).rule == "at_release"
    assert told(office, complainant) == []
    do(office, "compliance", reference, releasing.release)
    office.work_jobs()

    assert len(told(office, complainant)) == 1
    assert notice(office, reference).sent_at == office.clock.now


def test_a_delayed_notice_has_its_review_date_and_a_job_on_that_day(office):
    reference = to_state(office, cases.police_case(office), State.CLOSED)
    row = notice(office, reference)
    with at_work(office, reference) as (work, _):
        [job] = work.session.scalars(select(Outbox).where(Outbox.kind == "notice_due"))

        assert (row.rule, row.legal_basis) == ("delayed", "PIPL-18; PIPL-35")
        assert row.review_at == job.available_at == office.clock.now + timedelta(days=180)
    assert told(office, cases.SUBJECT.email) == []


def test_a_delayed_notice_goes_out_when_the_bar_has_ended(office):
    reference = to_state(office, cases.police_case(office), State.CLOSED)
    office.clock.move(days=180)
    office.work_jobs()

    [letter] = told(office, cases.SUBJECT.email)
    assert "personal data" in letter.subject
    assert notice(office, reference).sent_at == office.clock.now


def gagged(office, state):
    paper = {"gag": True, "gag_until": "2027-02-01T23:59:59"}
    return to_state(office, cases.police_case(office, instrument=paper), state)


def test_an_order_that_forbids_telling_sets_the_review_to_its_end(office):
    reference = gagged(office, State.CLOSED)

    assert notice(office, reference).review_at == datetime(2027, 2, 1, 15, 59, 59, tzinfo=UTC)


def test_a_bar_that_was_made_longer_is_kept_and_the_case_stays_hidden(office):
    reference = gagged(office, State.CLOSED)
    with at_work(office, reference) as (_, case):
        case.instrument = {**case.instrument, "gag_until": "2027-05-01T23:59:59"}
    office.clock.now = datetime(2027, 2, 2, tzinfo=UTC)
    office.work_jobs()
    row = notice(office, reference)
    with at_work(office, reference) as (_, case):
        assert case.restricted
    assert told(office, cases.SUBJECT.email) == []
    assert row.review_at == datetime(2027, 5, 1, 15, 59, 59, tzinfo=UTC)

    office.clock.now = datetime(2027, 5, 2, tzinfo=UTC)
    office.work_jobs()
    with at_work(office, reference) as (_, case):
        assert not case.restricted
    assert len(told(office, cases.SUBJECT.email)) == 1


def test_nobody_is_told_of_a_disclosure_that_did_not_happen(office):
    reference = to_state(office, cases.police_case(office), State.COLLECTING)
    do(office, "legal", reference, deciding.decide_refusal, code="no_data_held", reason="No.")
    office.clock.move(days=181)
    office.work_jobs()

    assert told(office, cases.SUBJECT.email) == []


def test_a_suppressed_notice_has_its_basis_and_settles_the_case(office):
    reference = cases.police_case(
        office,
        requester_class="state_security",
        instrument={"type": "cn_state_security_approval"},
    )
    to_state(office, reference, State.CLOSED)
    row = notice(office, reference)

    assert (row.rule, row.sent_at, row.review_at) == ("suppressed", None, None)
    assert row.legal_basis == "PIPL-18"


def test_a_new_decision_replaces_the_plan_and_its_link(office, window):
    reference, token = window
    do(office, "handler", reference, deciding.hold, reason="Wait.")
    do(office, "handler", reference, deciding.resume, reason="On.")
    to_state(office, reference, State.COLLECTING)
    with at_work(office, reference) as (work, case):
        rows = work.session.scalars(select(Notice).where(Notice.case_id == case.id))
        assert sorted(row.replaced_at is None for row in rows) == [False, True]

    with pytest.raises(NotFound):
        object_to(office, token)


def test_a_case_is_not_closed_before_its_notice_is_settled(office):
    reference = to_state(office, cases.respondent_case(office), State.RELEASED)
    with at_work(office, reference) as (work, case):
        assert not case_facts(work, case).notice_settled
    office.work_jobs()
    with at_work(office, reference) as (work, case):
        assert case_facts(work, case).notice_settled


# --- Objections ---------------------------------------------------------------------------------


def test_an_objection_stops_the_release_until_it_is_decided(office, window):
    reference, token = window
    object_to(office, token)
    to_state_signed(office, reference)
    office.clock.move(days=4)
    with pytest.raises(Refused, match="objection is waiting"):
        do(office, "compliance", reference, releasing.release)
    overruled = {"upheld": False, "reason": "The deposit is proven."}
    do(office, "legal", reference, noticing.resolve_objection, **overruled)
    do(office, "compliance", reference, releasing.release)

    assert state_of(office, reference) is State.RELEASED


def to_state_signed(office, reference):
    return to_state(office, reference, State.APPROVED)


def test_an_upheld_objection_ends_in_no_release(office, window):
    reference, token = window
    object_to(office, token)
    to_state(office, reference, State.APPROVED)
    office.clock.move(days=4)
    upheld = {"upheld": True, "reason": "She is right."}
    do(office, "legal", reference, noticing.resolve_objection, **upheld)

    with pytest.raises(Refused, match="upheld"):
        do(office, "compliance", reference, releasing.release)


def test_an_objection_is_made_once(office, window):
    _, token = window
    object_to(office, token)

    with pytest.raises(Refused, match="in already"):
        object_to(office, token, "And another thing.")


def test_an_objection_comes_in_time(office, window):
    _, token = window
    office.clock.move(days=3)

    with pytest.raises(Refused, match="over"):
        object_to(office, token)


@pytest.mark.parametrize("text", ["", " \n ", "x" * 4001])
def test_an_objection_has_1_to_4000_characters(office, window, text):
    with pytest.raises(BadInput):
        object_to(office, window[1], text)


@pytest.mark.parametrize("token", ["", "made-up"])
def test_an_unknown_link_opens_nothing(office, window, token):
    with pytest.raises(NotFound):
        object_to(office, token)


@pytest.mark.parametrize("who", ["handler", "compliance"])
def test_objections_are_decided_by_a_legal_reviewer(office, window, who):
    reference, token = window
    object_to(office, token)
    given = {"upheld": False, "reason": "No."}

    with pytest.raises(Refused, match="permission"):
        do(office, who, reference, noticing.resolve_objection, **given)


def test_there_is_nothing_to_decide_without_an_objection(office, window):
    given = {"upheld": False, "reason": "No."}
    with pytest.raises(Refused, match="No objection"):
        do(office, "legal", window[0], noticing.resolve_objection, **given)


def test_the_text_of_an_objection_is_encrypted(office, window):
    object_to(office, window[1], "我已经退款了 unmistakable words")
    raw = b"".join(path.read_bytes() for path in office.settings.instance.glob("disclosure.*"))
    with at_work(office, window[0]) as (work, _):
        [row] = work.session.scalars(select(Objection))
        assert row.text == "我已经退款了 unmistakable words"

    assert b"unmistakable" not in raw
    assert "我已经退款了".encode() not in raw
