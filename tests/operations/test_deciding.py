import pytest
from sqlalchemy import select

from disclosure.demonstration.marketplace import KNOWN
from disclosure.domain.states import State
from disclosure.errors import BadInput, Refused
from disclosure.gateways.mail import written_messages
from disclosure.operations import assessing, deciding, verifying
from disclosure.storage.cases import ResponsiveValue
from disclosure.storage.ledger_rows import Outbox
from disclosure.storage.people import RoleGrant
from disclosure.storage.releases import SignatureVoiding
from tests import cases
from tests.app import make_app
from tests.cases import at_work, do, state_of, to_state

LAWFUL = {"reason": "Lawful and narrow."}


@pytest.fixture
def assessed(office):
    return to_state(office, cases.police_case(office), State.ASSESSING)


def test_a_decision_fixes_fields_profile_evaluation_and_decider(office, assessed):
    do(office, "legal", assessed, deciding.decide_release, **LAWFUL)
    with at_work(office, assessed) as (work, case):
        evaluation = assessing.latest_evaluation(work, case)

        assert case.allowed_fields == evaluation.releasable == list(case.fields)
        assert (case.approval_profile, case.decided_evaluation_id) == ("STD", evaluation.id)
        assert case.decider_id == office.people["legal"]
        assert case.state == "collecting"


def test_a_field_off_the_list_is_not_among_those_that_may_leave(office):
    fields = ("ipc.complainant_name", "ipc.contact_phone", "ipc.id_document")
    reference = to_state(office, cases.respondent_case(office, fields=fields), State.ASSESSING)
    do(office, "legal", reference, deciding.decide_release, **LAWFUL)
    with at_work(office, reference) as (_, case):
        assert case.allowed_fields == ["ipc.complainant_name"]


@pytest.mark.parametrize("who", ["handler", "compliance", "senior", "auditor", "admin"])
def test_nobody_but_a_legal_reviewer_decides(office, assessed, who):
    with pytest.raises(Refused, match="permission"):
        do(office, who, assessed, deciding.decide_release, **LAWFUL)
    assert state_of(office, assessed) is State.ASSESSING


def test_the_handler_does_not_decide_even_as_a_legal_reviewer(office, assessed):
    do(office, "legal", assessed, verifying.claim)
    with pytest.raises(Refused, match="handle"):
        do(office, "legal", assessed, deciding.decide_release, **LAWFUL)

    do(office, "legal2", assessed, deciding.decide_release, **LAWFUL)


def test_a_decision_without_a_reason_changes_nothing(office, assessed):
    with pytest.raises(BadInput):
        do(office, "legal", assessed, deciding.decide_release, reason="")
    with at_work(office, assessed) as (work, case):
        assert (case.state, case.decider_id) == ("assessing", None)
        letters = work.session.scalars(select(Outbox).where(Outbox.kind == "letter"))
        assert "accepted" not in [row.arguments["template"] for row in letters]


def test_the_rules_are_run_at_the_moment_of_the_decision(office, assessed):
    office.clock.move(days=60)

    with pytest.raises(Refused, match="I03_instrument_in_force"):
        do(office, "legal", assessed, deciding.decide_release, **LAWFUL)


def test_a_refusal_names_a_code_of_the_list(office, assessed):
    for code in ("because", "third_party_data"):
        with pytest.raises(BadInput) as problem:
            do(office, "legal", assessed, deciding.decide_refusal, code=code, reason="No.")
        assert problem.value.where == "code"
    do(office, "legal", assessed, deciding.decide_refusal, code="no_data_held", reason="No.")
    office.work_jobs()

    assert state_of(office, assessed) is State.REFUSED
    assert any("refused" in letter.subject for letter in written_messages(office.settings))


def test_rerouting_needs_rules_that_say_so(office, assessed):
    with pytest.raises(Refused, match="Rerouting"):
        do(office, "legal", assessed, deciding.decide_reroute, reason="Elsewhere.")


def test_preservation_needs_a_paper_that_asks_for_it(office, assessed):
    with pytest.raises(Refused, match="preservation"):
        do(office, "legal", assessed, deciding.decide_preservation, reason="Keep.")


def test_linking_needs_an_earlier_case(office, assessed):
    with pytest.raises(Refused, match="earlier case"):
        do(office, "handler", assessed, deciding.link_duplicate)


def test_counsel_answers_and_the_case_goes_back_to_assessing(office):
    reference = cases.counterparty_case(office, account="U-1004", order=KNOWN.order_at_risk)
    to_state(office, reference, State.ASSESSING)
    do(office, "handler", reference, deciding.refer_to_counsel, reason="Is she at risk?")
    assert state_of(office, reference) is State.NEEDS_HUMAN
    with pytest.raises(Refused):
        do(office, "handler", reference, deciding.answer_question, reason="No.")
    do(office, "legal", reference, deciding.answer_question, reason="Not by this seller.")

    assert state_of(office, reference) is State.ASSESSING


def test_a_held_case_keeps_what_was_recorded_and_is_checked_anew(office, assessed):
    cases.to_state(office, assessed, State.APPROVED)
    do(office, "handler", assessed, deciding.hold, reason="A call from the bureau.")
    with at_work(office, assessed) as (work, _):
        causes = list(work.session.scalars(select(SignatureVoiding.cause)))
        values = work.session.scalars(select(ResponsiveValue.id)).all()
    do(office, "handler", assessed, deciding.resume, reason="Cleared.")

    assert causes == ["held", "held"]
    assert values
    assert state_of(office, assessed) is State.VERIFYING


def test_a_reopened_case_needs_a_new_decision(office, assessed):
    do(office, "legal", assessed, deciding.decide_refusal, code="no_data_held", reason="No.")
    do(office, "legal", assessed, deciding.reopen, reason="A new paper came.")
    with at_work(office, assessed) as (_, case):
        assert (case.state, case.is_open, case.ended_at) == ("verifying", True, None)
        assert (case.decider_id, case.decided_evaluation_id) == (None, None)
        assert (case.approval_profile, case.allowed_fields, case.batch) == ("", [], None)


def test_a_small_team_lets_the_handler_decide_as_legal_reviewer(tmp_path):
    office = make_app(tmp_path, separation="small-team")
    with office.app.app_context(), office.unit() as work:
        grant = RoleGrant(
            person_id=office.people["handler"], role="legal_reviewer", granted_at=work.now
        )
        work.session.add(grant)
    reference = to_state(office, cases.police_case(office), State.ASSESSING)
    do(office, "legal", reference, verifying.claim)
    do(office, "legal", reference, deciding.decide_release, **LAWFUL)

    assert state_of(office, reference) is State.COLLECTING
