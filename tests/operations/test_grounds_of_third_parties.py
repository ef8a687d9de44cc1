"""The grounds of third parties, from the demand to the end, on the registers' own facts."""

import pytest
from sqlalchemy import text

from disclosure.domain.states import State
from disclosure.errors import Refused
from disclosure.operations import releasing, verifying
from disclosure.operations.assessing import assemble_facts, latest_evaluation
from disclosure.operations.consenting import withdraw
from disclosure.operations.incidents import report_misuse
from disclosure.operations.releasing import ApprovalLapsed
from disclosure.operations.signing import lapse_approval
from disclosure.storage.parties import ConsentWithdrawal
from tests import cases
from tests import party_cases as parties

DEMANDS = {
    "G3A": parties.consent_demand,
    "G2C": parties.marketing_demand,
    "G3B": parties.service_demand,
    "G3D": parties.violation_demand,
    "G3G": parties.residual_demand,
}


def decided(office, demand):
    reference = cases.receive(office, demand)
    cases.to_state(office, reference, State.VERIFYING)
    parties.find_out(office, reference)
    with cases.at_work(office, reference) as (work, case):
        evaluation = latest_evaluation(work, case)
        return evaluation.outcome, evaluation.deciding_check[:3]


@pytest.mark.parametrize("ground", DEMANDS)
def test_each_ground_goes_from_the_demand_to_a_closed_case(office, ground):
    reference = parties.released(office, DEMANDS[ground]())
    cases.to_state(office, reference, State.CLOSED)

    case = parties.case_of(office, reference)
    assert case.approval_profile == ("DUAL" if ground in parties.DUAL else "STD")
    assert case.allowed_fields == list(DEMANDS[ground]().fields)


@pytest.mark.parametrize(
    ("changes", "outcome", "check"),
    [
        ({"consent": "K-10", "identifiers": {"account": "U-1002"}}, "refuse", "A03"),
        ({"consent": "K-404", "identifiers": {"account": "U-1001"}}, "needs_info", "A01"),
        ({"consent": "K-10", "identifiers": {"account": "U-1001"}}, "needs_info", "A01"),
        ({"consent": "K-13", "identifiers": {"account": "U-1005"}}, "refuse", "A04"),
        ({"purpose": "Selling it on"}, "refuse", "A04"),
        ({"consent": "K-12", "identifiers": {"account": "U-1008"}}, "refuse", "A05"),
        ({"consent": "", "identifiers": {"account": "U-1001"}}, "release", "A03"),
        ({"fields": ("reg.email", "reg.real_name")}, "release_partial", "S03"),
    ],
)
def test_the_register_and_not_the_demand_says_what_was_consented_to(
    office, changes, outcome, check
):
    assert decided(office, parties.consent_demand(**changes)) == (outcome, check)


def test_a_bundled_consent_to_marketing_carries_nothing(office):
    demand = parties.marketing_demand(consent="K-11", identifiers={"account": "U-1007"})

    assert decided(office, demand) == ("needs_info", "A02")


def test_a_reviewer_may_find_that_the_purpose_lies_within_the_consent(office):
    reference = cases.receive(office, parties.consent_demand(purpose="Household cover"))
    cases.to_state(office, reference, State.VERIFYING)
    given = {"key": "house.consent_purpose", "answer": "yes", "reason": "The same thing."}
    cases.do(office, "legal", reference, verifying.record_finding, **given)

    with cases.at_work(office, reference) as (work, case):
        assert latest_evaluation(work, case).outcome == "release"


@pytest.mark.parametrize(
    ("changes", "outcome", "check"),
    [
        ({"purpose": "marketing"}, "reroute", "B05"),
        ({"order": "O-404", "identifiers": {"account": "U-1001"}}, "refuse", "B01"),
        ({"identifiers": {"account": "U-1004"}}, "refuse", "B01"),
        ({"account": "P-06", "order": "O-5514"}, "needs_info", "B03"),
        ({"account": "P-02"}, "needs_human", "B02"),
        ({"order": "O-5520", "country": "CN"}, "needs_info", "B04"),
        ({"fields": ("reg.phone", "reg.email")}, "release_partial", "S03"),
    ],
)
def test_a_service_rests_on_its_order_contract_template_and_end(office, changes, outcome, check):
    assert decided(office, parties.service_demand(**changes)) == (outcome, check)


def test_people_answer_what_the_platform_does_not_know_of_a_service(office):
    reference = cases.receive(office, parties.service_demand(account="P-06", order="O-5514"))
    cases.to_state(office, reference, State.VERIFYING)
    for key, answer in {
        "requester.verified": "yes",
        "ground_facts.contract": "F-2026-1",
        "ground_facts.template": "delivery",
        "ground_facts.access_end": "2026-12-20",
    }.items():
        given = {"key": key, "answer": answer, "reason": "Seen."}
        cases.do(office, "legal", reference, verifying.record_finding, **given)

    with cases.at_work(office, reference) as (work, case):
        assert latest_evaluation(work, case).outcome == "release"


def test_a_decision_counts_only_against_the_user_it_was_made_about(office):
    demand = parties.violation_demand(identifiers={"account": "U-1004"})

    assert decided(office, demand) == ("refuse", "D01")


def test_a_decision_under_appeal_holds_the_case(office):
    demand = parties.violation_demand(decision="V-32", identifiers={"account": "U-2003"})

    assert decided(office, demand) == ("hold", "D01")


def test_a_thin_reason_does_not_carry_the_residual_ground(office, monkeypatch):
    monkeypatch.setitem(parties.FINDINGS["G3G"], "ground_facts.reason", "Because.")

    assert decided(office, parties.residual_demand()) == ("needs_info", "X03")


# --- The release reads again --------------------------------------------------------------------


def release(office, reference):
    return cases.do(office, "compliance", reference, releasing.release)


def test_a_withdrawal_on_the_platform_between_signing_and_release_stops_it(office):
    reference = parties.approved(office, parties.consent_demand())
    parties.withdraw_on_the_platform(office, "K-9", "2026-11-24T02:00:00Z")

    with pytest.raises(ApprovalLapsed, match="withdrawn"):
        release(office, reference)
    assert parties.end_of(office, reference) is None


def test_a_withdrawal_that_staff_recorded_stops_the_release_and_voids_the_signatures(office):
    reference = parties.approved(office, parties.consent_demand())
    with office.app.app_context(), office.unit("handler2") as work:
        withdraw(work, "K-9", reason="By telephone, proven by the account's e-mail.")

    with pytest.raises(ApprovalLapsed) as lapsed:
        release(office, reference)
    cases.do(office, "compliance", reference, lapse_approval, cause=lapsed.value.message)
    assert cases.state_of(office, reference) is State.ON_HOLD


def test_a_withdrawal_inside_the_release_s_own_transaction_is_seen(office, monkeypatch):
    reference = parties.approved(office, parties.consent_demand())
    held = releasing.hold_ledger

    def hold_after_withdrawal(work, case):
        held(work, case)
        work.session.execute(
            text(
                "INSERT INTO consent_withdrawal (reference, withdrawn_at, reason, recorded_by, "
                "recorded_at) VALUES ('K-9', :at, :reason, :person, :at)"
            ),
            {
                "at": work.now.strftime("%Y-%m-%d %H:%M:%S.%f"),
                "reason": _sealed("By letter."),
                "person": office.people["handler2"],
            },
        )

    monkeypatch.setattr(releasing, "hold_ledger", hold_after_withdrawal)
    with pytest.raises(ApprovalLapsed, match="withdrawn"):
        release(office, reference)


def _sealed(plain):
    kind = ConsentWithdrawal.__table__.c.reason.type
    return kind.process_bind_param(plain, None)


def test_the_release_holds_the_ledger_before_it_reads_the_consent(office, monkeypatch):
    reference = parties.approved(office, parties.consent_demand())
    happened = []
    held, read = releasing.hold_ledger, releasing.release_problem
    monkeypatch.setattr(
        releasing, "hold_ledger", lambda *given: happened.append("held") or held(*given)
    )
    monkeypatch.setattr(
        releasing, "release_problem", lambda *given: happened.append("read") or read(*given)
    )
    release(office, reference)

    assert happened == ["held", "read"]


def test_a_residual_approval_of_a_fortnight_ago_has_lapsed(office):
    reference = parties.approved(office, parties.residual_demand())
    office.work_jobs()
    office.clock.move(days=14, minutes=1)

    with pytest.raises(ApprovalLapsed, match="lapsed"):
        release(office, reference)


def test_a_residual_approval_of_thirteen_days_ago_still_holds(office):
    reference = parties.approved(office, parties.residual_demand())
    office.work_jobs()
    office.clock.move(days=13)
    release(office, reference)

    assert cases.state_of(office, reference) is State.RELEASED


# --- V05 and S06 on the case's own records ------------------------------------------------------


def test_who_acts_for_another_shows_the_authority_first(office):
    reference = cases.receive(office, parties.residual_demand(acts_for="The heirs"))
    cases.to_state(office, reference, State.VERIFYING)
    parties.find_out(office, reference)
    with cases.at_work(office, reference) as (work, case):
        before = latest_evaluation(work, case)
        assert (before.outcome, before.deciding_check[:3]) == ("needs_info", "V05")
    given = {"key": "records.authority_to_act", "answer": "yes", "reason": "Power of attorney."}
    cases.do(office, "handler", reference, verifying.record_finding, **given)

    with cases.at_work(office, reference) as (work, case):
        assert latest_evaluation(work, case).outcome == "release"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("none", "release"), ("redacted", "release"), ("present", "needs_human")],
)
def test_other_people_s_data_goes_to_a_person_unless_it_is_out(office, answer, outcome):
    reference = cases.receive(office, parties.consent_demand())
    cases.to_state(office, reference, State.VERIFYING)
    given = {"key": "records.third_parties", "answer": answer, "reason": "Looked through."}
    cases.do(office, "handler", reference, verifying.record_finding, **given)

    with cases.at_work(office, reference) as (work, case):
        assert latest_evaluation(work, case).outcome == outcome


def test_a_document_with_a_third_party_s_name_marked_says_so_in_the_facts(office):
    reference = cases.to_state(office, cases.police_case(office), State.REDACTING)
    cases.with_document(office, reference)

    with cases.at_work(office, reference) as (work, case):
        assert assemble_facts(work, case)["facts"]["records"]["third_parties"] == "redacted"


# --- Blocked recipients -------------------------------------------------------------------------


def block(office, reference):
    return cases.do(office, "compliance", reference, report_misuse, reason="Sold it on.")


def test_a_report_of_misuse_stops_the_open_release_to_that_recipient(office):
    first = parties.released(office, parties.consent_demand())
    waiting = parties.approved(
        office, parties.consent_demand(consent="K-101", account="P-03", email="b@acme.example")
    )
    block(office, first)

    with pytest.raises(ApprovalLapsed, match="restricted"):
        release(office, waiting)


def test_the_database_itself_refuses_a_release_to_a_blocked_recipient(office, monkeypatch):
    first = parties.released(office, parties.consent_demand())
    waiting = parties.approved(office, parties.consent_demand(consent="K-101"))
    block(office, first)
    monkeypatch.setattr(releasing, "release_problem", lambda *_: None)

    with pytest.raises(Refused, match="blocked"):
        release(office, waiting)


def test_a_blocked_recipient_is_sent_no_new_link(office):
    first = parties.released(office, parties.consent_demand())
    block(office, first)

    with pytest.raises(Refused, match="blocked"):
        cases.do(office, "handler", first, releasing.reissue_link, reason="It asks again.")


def test_a_finding_does_not_talk_a_block_away(office):
    block(office, parties.released(office, parties.consent_demand()))
    reference = cases.receive(office, parties.consent_demand(consent="K-101"))
    cases.to_state(office, reference, State.VERIFYING)
    given = {"key": "requester.restricted_list", "answer": "no", "reason": "Not listed."}
    cases.do(office, "handler", reference, verifying.record_finding, **given)

    with cases.at_work(office, reference) as (work, case):
        evaluation = latest_evaluation(work, case)
        assert (evaluation.outcome, evaluation.deciding_check[:3]) == ("refuse", "J04")
