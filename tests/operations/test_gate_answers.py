"""An officer answers for exact bytes of which the gate could not tell; for a leak nobody can."""

import shutil
from dataclasses import replace

import pytest
from sqlalchemy import select

from disclosure.documents.gate import Finding, Outcome, Verdict, whole_verdict
from disclosure.documents.programs import PACKAGES
from disclosure.domain.access import Role
from disclosure.domain.states import State
from disclosure.errors import BadInput, Forbidden, Refused, Stale
from disclosure.operations import redacting, releasing, signing
from disclosure.operations.accounts import revoke_role
from disclosure.operations.facts import case_facts, latest_rendition
from disclosure.operations.gate_answers import (
    answer_for_gate,
    answers_of_all_cases,
    answers_shown,
)
from disclosure.operations.ledger_check import verify_ledger
from disclosure.storage.people import Person
from disclosure.storage.releases import GateAnswer
from tests import cases
from tests.cases import at_work, do, state_of, to_state

REASON = "I read all pages on paper beside the originals."


def untold(office, *, outcome=Outcome.CANNOT_TELL):
    """Bring a case to a rendition of which the gate could not tell; return it and the hash."""
    reference = to_state(office, cases.police_case(office), State.REDACTING)
    cases.assess_impact(office, reference)
    return reference, cases.small_rendition(office, reference, outcome=outcome)


def answer(office, who, reference, sha256, reason=REASON):
    return do(office, who, reference, answer_for_gate, sha256=sha256, reason=reason)


def submit(office, reference):
    do(office, "handler", reference, signing.submit_for_signing)


def test_a_rendition_of_which_the_gate_could_not_tell_waits_for_an_officer(office):
    reference, sha256 = untold(office)
    with pytest.raises(Refused, match="officer who did not prepare"):
        submit(office, reference)

    answer(office, "compliance", reference, sha256)
    submit(office, reference)

    assert state_of(office, reference) is State.SIGNING


def test_such_a_rendition_is_released_with_a_senior_officer_besides(office):
    reference, sha256 = untold(office)
    answer(office, "compliance2", reference, sha256)
    submit(office, reference)
    cases.sign(office, "legal", reference)
    cases.sign(office, "compliance", reference)
    assert state_of(office, reference) is State.SIGNING

    cases.sign(office, "senior", reference)
    do(office, "compliance", reference, releasing.release)

    assert state_of(office, reference) is State.RELEASED
    with at_work(office, reference) as (work, _):
        assert verify_ledger(work).whole


def test_nobody_answers_for_a_leak(office):
    reference, sha256 = untold(office, outcome=Outcome.LEAK)

    with pytest.raises(Refused, match="nobody signs it away"):
        answer(office, "senior", reference, sha256)
    with pytest.raises(Refused, match="gate has not passed"):
        submit(office, reference)


def test_there_is_nothing_to_answer_for_where_the_gate_passed(office):
    reference, sha256 = untold(office, outcome=Outcome.PASSED)

    with pytest.raises(Refused, match="nothing to answer for"):
        answer(office, "compliance", reference, sha256)


@pytest.mark.parametrize("who", ["handler", "handler2", "legal", "auditor", "admin"])
def test_only_compliance_officers_answer(office, who):
    reference, sha256 = untold(office)

    with pytest.raises((Refused, Forbidden)):
        answer(office, who, reference, sha256)
    with at_work(office, reference) as (work, _):
        assert work.session.scalars(select(GateAnswer)).all() == []


@pytest.mark.parametrize("role", [Role.COMPLIANCE_OFFICER, Role.SENIOR_COMPLIANCE_OFFICER])
def test_whoever_prepared_the_rendition_does_not_answer_whatever_roles_they_hold(office, role):
    reference, sha256 = untold(office)
    with at_work(office, reference) as (work, case):
        case.separation = "small-team"
        both = replace(office.actor("handler"), roles=frozenset({role, Role.LEGAL_REVIEWER}))
        with pytest.raises(Refused, match="another officer answers"):
            answer_for_gate(work.as_actor(both), case, sha256=sha256, reason=REASON)


def test_an_answer_needs_a_written_reason(office):
    reference, sha256 = untold(office)

    with pytest.raises(BadInput, match="Write the reason"):
        answer(office, "compliance", reference, sha256, reason="  ")


def test_an_answer_is_for_the_bytes_that_were_shown(office):
    reference, _ = untold(office)

    with pytest.raises(Stale, match="has changed since"):
        answer(office, "compliance", reference, "0" * 64)


def test_a_new_rendition_needs_a_new_answer(office):
    reference, sha256 = untold(office)
    answer(office, "compliance", reference, sha256)
    mask = {"field": "reg.phone", "mask": "remove", "code": "not_responsive"}
    do(office, "handler", reference, redacting.set_mask, **mask)
    cases.small_rendition(office, reference, outcome=Outcome.CANNOT_TELL)

    with pytest.raises(Refused, match="officer who did not prepare"):
        submit(office, reference)


def test_the_same_bytes_are_answered_for_once(office):
    reference, sha256 = untold(office)
    answer(office, "compliance", reference, sha256)

    with pytest.raises(Refused, match="a person has answered"):
        answer(office, "senior", reference, sha256)


def test_an_answer_counts_no_more_once_its_giver_lost_the_role(office):
    reference, sha256 = untold(office)
    answer(office, "compliance", reference, sha256)
    with office.app.app_context(), office.unit("admin") as work:
        person = work.session.get_one(Person, office.people["compliance"])
        revoke_role(work, person, Role.COMPLIANCE_OFFICER)

    with at_work(office, reference) as (work, case):
        facts = case_facts(work, case)
        shown = answers_shown(work, latest_rendition(work, case))
    assert not facts.rendition_gated
    assert [each.stands for each in shown] == [False]


def test_answers_are_listed_with_who_why_and_for_which_bytes(office):
    reference, sha256 = untold(office)
    answer(office, "compliance", reference, sha256)

    with at_work(office, reference) as (work, case):
        [shown] = answers_shown(work, latest_rendition(work, case))
        [listed] = answers_of_all_cases(work)
    assert (shown.person, shown.sha256) == (office.people["compliance"], sha256)
    assert (shown.reason, shown.stands) == (REASON, True)
    assert (listed.reference, listed.sha256, listed.released) == (reference, sha256, False)


# --- The whole file ------------------------------------------------------------------------------


def verdict(outcome, *unknown):
    return Verdict(outcome=outcome, sha256="0" * 64, pages=1, unknown=unknown)


def test_what_is_untold_of_a_document_is_untold_of_the_whole_file():
    passed = verdict(Outcome.PASSED)
    untold_part = verdict(Outcome.CANNOT_TELL, Finding("pixels", "page 2 cannot be drawn"))

    whole = whole_verdict(passed, [passed, untold_part])

    assert whole.outcome is Outcome.CANNOT_TELL
    assert [str(each) for each in whole.unknown] == ["pixels: document 2, page 2 cannot be drawn"]


def test_a_leak_stays_a_leak_whatever_else_is_untold():
    untold_part = verdict(Outcome.CANNOT_TELL, Finding("pixels", "page 2 cannot be drawn"))

    assert whole_verdict(verdict(Outcome.LEAK), [untold_part]).outcome is Outcome.LEAK
    assert whole_verdict(verdict(Outcome.PASSED), [verdict(Outcome.LEAK)]).outcome is Outcome.LEAK
    assert whole_verdict(verdict(Outcome.PASSED), []).outcome is Outcome.PASSED


def test_a_missing_program_leads_to_a_rendition_that_waits_for_an_officer(
    office, tmp_path, monkeypatch
):
    reference = to_state(office, cases.police_case(office), State.REDACTING)
    cases.with_document(office, reference)
    cases.assess_impact(office, reference)
    monkeypatch.setenv("PATH", str(programs_but(tmp_path / "programs", "pdftotext")))
    do(office, "handler", reference, redacting.request_rendition)
    office.work_jobs()

    with at_work(office, reference) as (work, case):
        row = latest_rendition(work, case)
        assert (row.gate_passed, row.gate_outcome) == (False, "cannot-tell")
        assert any("document 1, pdftotext" in each for each in row.gate_report["unknown"])
        assert row.gate_report["leaks"] == []


def programs_but(folder, missing):
    """Return a folder with every program of the search path but one."""
    folder.mkdir()
    for name in PACKAGES:
        found = shutil.which(name)
        if found and name != missing:
            (folder / name).symlink_to(found)
    return folder
