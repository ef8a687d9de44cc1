"""Misuse, leaks and blocks: what opens, what stops, and that lifting takes two people."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from disclosure.domain.incidents import STEPS, IncidentKind
from disclosure.errors import BadInput, Forbidden, NotFound, Refused
from disclosure.operations import incidents, recipients
from disclosure.operations.desk import DATA_SUBJECT
from disclosure.storage.parties import CaseRecipient
from disclosure.storage.releases import Delivery
from tests import cases
from tests import party_cases as parties


def as_person(office, who, operation, *given, **named):
    with office.app.app_context(), office.unit(who) as work:
        found = operation(work, *given, **named)
        work.session.flush()
        work.session.expunge_all()
        return found


@pytest.fixture
def blocked(office):
    """A misuse report: the incident, the block, and the case it is about."""
    first = parties.released(office, parties.consent_demand())
    parties.released(office, parties.consent_demand(consent="K-101"))
    with cases.at_work(office, first, "compliance") as (work, case):
        made = incidents.report_misuse(work, case, reason="Sold it.")
        block = recipients.block_of(work, made)
        work.session.flush()
        work.session.expunge_all()
    return made, block, first


def test_a_misuse_report_refers_the_agreement_blocks_and_lists_what_it_had(office, blocked):
    made, block, first = blocked
    had = as_person(office, "compliance", recipients.releases_to, block)

    assert made.reference == "IN-2026-0001"
    assert made.kind == "misuse"
    assert block.recipient == "Acme Insurance"
    assert [each.reference for each in had] == ["DR-2026-0002", first]
    with cases.at_work(office, first) as (work, _):
        assert all(delivery.revoked_at for delivery in work.session.scalars(select(Delivery)))


def test_a_block_holds_for_every_name_the_recipient_goes_by(office, blocked):
    same = [
        parties.consent_demand(account="", consent="K-102"),
        parties.consent_demand(account="", organisation="ACME  insurance\u3000", consent="K-103"),
        parties.consent_demand(account="", organisation="Acme Re", consent="K-104"),
    ]
    other = parties.consent_demand(
        account="P-04", organisation="Skylark Media", email="x@skylark.example"
    )
    found = []
    for demand in [*same, other]:
        reference = cases.receive(office, demand)
        with cases.at_work(office, reference) as (work, case):
            found.append(recipients.is_blocked(work, case))

    assert found == [True, True, True, False]


def test_an_agency_is_known_by_its_entry_and_by_nothing_that_was_typed(office):
    reference = cases.police_case(office)
    with cases.at_work(office, reference) as (work, case):
        names = work.session.scalars(
            select(CaseRecipient).where(CaseRecipient.case_id == case.id)
        ).all()

    assert len(names) == 1


def test_nothing_is_misused_where_nothing_was_released(office):
    reference = cases.receive(office, parties.consent_demand())

    with pytest.raises(Refused, match="Nothing was released"):
        cases.do(office, "compliance", reference, incidents.report_misuse, reason="Sold it.")


def test_a_report_that_says_nothing_blocks_nobody(office):
    reference = parties.released(office, parties.consent_demand())

    with pytest.raises(BadInput):
        cases.do(office, "handler", reference, incidents.report_misuse, reason=" ")
    assert as_person(office, "handler", recipients.blocks) == []


@pytest.mark.parametrize("who", ["auditor", "admin"])
def test_who_audits_or_keeps_accounts_blocks_nobody(office, who):
    reference = parties.released(office, parties.consent_demand())

    with pytest.raises(Forbidden):
        cases.do(office, who, reference, incidents.report_misuse, reason="Sold it.")


# --- Lifting ------------------------------------------------------------------------------------


def test_lifting_a_block_takes_two_people(office, blocked):
    _, block, first = blocked
    with pytest.raises(Refused, match="Nobody has proposed"):
        as_person(office, "compliance2", recipients.decide_lift, block.id, confirmed=True)
    as_person(office, "compliance", recipients.propose_lift, block.id, reason="It was a thief.")
    with pytest.raises(Refused, match="another person"):
        as_person(office, "compliance", recipients.decide_lift, block.id, confirmed=True)
    as_person(office, "compliance2", recipients.decide_lift, block.id, confirmed=True)

    with cases.at_work(office, first) as (work, case):
        assert not recipients.is_blocked(work, case)
    with pytest.raises(Refused, match="lifted already"):
        as_person(office, "senior", recipients.propose_lift, block.id, reason="Again.")


def test_a_lift_that_the_second_person_refuses_can_be_proposed_anew(office, blocked):
    _, block, first = blocked
    as_person(office, "compliance", recipients.propose_lift, block.id, reason="It was a thief.")
    with pytest.raises(Refused, match="already"):
        as_person(office, "senior", recipients.propose_lift, block.id, reason="Me too.")
    as_person(office, "senior", recipients.decide_lift, block.id, confirmed=False)
    as_person(office, "senior", recipients.propose_lift, block.id, reason="Proven now.")

    with cases.at_work(office, first) as (work, case):
        assert recipients.is_blocked(work, case)


@pytest.mark.parametrize("who", ["handler", "legal", "auditor", "admin"])
def test_who_is_no_compliance_officer_lifts_nothing(office, blocked, who):
    with pytest.raises(Forbidden):
        as_person(office, who, recipients.propose_lift, blocked[1].id, reason="Please.")


@pytest.mark.parametrize(
    "change",
    [
        "lifted_at = blocked_at",
        "lifted_at = blocked_at, lifted_by = blocked_by",
        "lifted_at = blocked_at, lift_proposed_by = blocked_by, lifted_by = blocked_by",
    ],
)
def test_the_database_itself_wants_two_people_for_a_lift(office, blocked, change):
    with office.app.app_context(), office.unit() as work:
        statement = text(f"UPDATE recipient_block SET {change}")  # noqa: S608 - our own texts
        with pytest.raises(IntegrityError):
            work.session.execute(statement)
        work.session.rollback()


# --- Leaks and steps ----------------------------------------------------------------------------


def leak(office, **changes):
    given = {"what": "My number is on a forum.", "account": "U-1001", "contact": "me@x.example"}
    with office.app.app_context(), office.unit() as work:
        made = incidents.report_leak(work.as_actor(DATA_SUBJECT), **(given | changes))
        work.session.expunge_all()
        return made


def test_a_leak_report_becomes_an_incident_with_steps(office):
    made = leak(office)

    assert (made.kind, made.case_id, made.contact) == ("leak", None, "me@x.example")
    assert "U-1001" in made.note
    assert [step.code for step in STEPS[IncidentKind.LEAK]][:2] == ["answered", "secured"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"what": " "},
        {"what": "x" * 4001},
        {"what": "hid\u202eden"},
        {"contact": ""},
        {"contact": "a\nb"},
        {"account": "x" * 301},
        {"account": "\u200b"},
    ],
)
def test_a_leak_report_that_is_not_complete_is_refused(office, wrong):
    with pytest.raises(BadInput):
        leak(office, **wrong)


def test_the_last_step_closes_the_incident_and_no_step_is_done_twice(office):
    made = leak(office)
    for step in STEPS[IncidentKind.LEAK]:
        assert as_person(office, "handler", incidents.open_incidents) == 1
        do_step(office, made, step.code, "Done as written.")
    with pytest.raises(Refused):
        do_step(office, made, "answered", "Again.")

    assert as_person(office, "handler", incidents.open_incidents) == 0


def do_step(office, made, code, note, who="handler"):
    with office.app.app_context(), office.unit(who) as work:
        found = incidents.find_incident(work, made.id)
        incidents.do_step(work, found, code, note=note)


def test_a_step_needs_its_note_its_incident_and_somebody_who_may(office):
    made = leak(office)
    for code, note, error, who in (
        ("answered", " ", BadInput, "handler"),
        ("terminated", "Not of this kind.", BadInput, "handler"),
        ("answered", "Done.", Forbidden, "auditor"),
        ("answered", "Done.", Forbidden, "admin"),
    ):
        with pytest.raises(error):
            do_step(office, made, code, note, who)
    with pytest.raises(NotFound):
        as_person(office, "handler", incidents.find_incident, "0" * 32)


@pytest.mark.parametrize("kind", IncidentKind)
def test_every_kind_has_steps_with_their_sources(kind):
    codes = [step.code for step in STEPS[kind]]

    assert codes
    assert len(set(codes)) == len(codes)
    assert all(step.source and step.text for step in STEPS[kind])
