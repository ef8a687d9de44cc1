from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from disclosure.demonstration.marketplace import KNOWN
from disclosure.domain.states import State
from disclosure.errors import BadInput, Forbidden, Refused
from disclosure.operations import assessing, deciding, verifying
from disclosure.storage.cases import Case, Evaluation
from disclosure.storage.ledger_rows import LedgerEntry
from tests import cases
from tests.cases import at_work, do, to_state


def facts_of(office, reference):
    with at_work(office, reference) as (work, case):
        return assessing.assemble_facts(work, case)["facts"]


def latest(office, reference):
    with at_work(office, reference) as (work, case):
        row = assessing.latest_evaluation(work, case)
        return row.number, row.outcome, row.deciding_check, row.profile


def found(office, reference, key, answer, *, who="handler"):
    given = {"key": key, "answer": answer, "reason": "Seen."}
    do(office, who, reference, verifying.record_finding, **given)


# --- Facts --------------------------------------------------------------------------------------


def test_an_authority_is_described_by_its_paper_our_register_and_the_platform(office):
    reference = cases.police_case(office)
    facts = facts_of(office, reference)

    assert facts["requester"] == {
        "class": "police",
        "country": "CN",
        "verified": False,
        "callback_done": False,
        "is_data_subject": False,
        "domain": "registered",
    }
    assert facts["subject"]["account"] == KNOWN.police_subject
    assert (facts["subject"]["resolves_to"], facts["subject"]["storage"]) == (1, "CN")
    assert facts["subject"]["age"] == cases.SUBJECT.age
    assert facts["instrument"]["type"] == "cn_evidence_notice"
    assert facts["request"]["period_days"] == 51


def test_what_an_authority_types_never_says_who_it_is(office):
    facts = facts_of(office, cases.police_case(office, account=KNOWN.police_subject))

    assert facts["requester"]["verified"] is False


def test_an_expired_entry_of_the_register_lends_its_domain_to_nobody(office):
    reference = cases.police_case(office)
    office.clock.move(days=301)

    assert facts_of(office, reference)["requester"]["domain"] == "unlisted"


def test_a_respondent_is_described_by_the_platforms_record_of_the_complaint(office):
    facts = facts_of(office, cases.respondent_case(office))

    assert facts["ground_facts"] == {
        "purpose": "resolve rights dispute",
        "complaint": KNOWN.complaint_qualified,
        "qualified": True,
        "forwarded": True,
        "state": "open",
        "requester_is_respondent": True,
    }
    assert facts["requester"]["verified"] is True
    assert facts["subject"]["account"] == KNOWN.complainant
    assert "instrument" not in facts


def test_a_counterparty_is_described_by_the_platforms_record_of_the_order(office):
    facts = facts_of(office, cases.counterparty_case(office))

    assert facts["ground_facts"] == {
        "purpose": "complete transaction",
        "order": KNOWN.order_deposit,
        "on_platform": True,
        "is_party": True,
        "trader": False,
        "in_time": True,
        "performed": "part",
        "relay_tried": True,
    }
    assert facts["subject"]["account"] == KNOWN.silent_seller


def test_a_private_demand_typed_by_staff_is_not_verified_by_a_login(office):
    facts = facts_of(office, cases.counterparty_case(office, channel="staff"))

    assert facts["requester"]["verified"] is False


@pytest.mark.parametrize(
    ("account", "order", "outcome", "check"),
    [
        ("U-1004", KNOWN.order_unpaid, "refuse", "F03_performed_or_part"),
        ("U-1004", KNOWN.order_at_risk, "needs_human", "P04_safety_flag"),
        ("U-1011", KNOWN.order_relay_too_fresh, "needs_info", "F06_relay_tried"),
        ("U-1001", KNOWN.order_out_of_time, "refuse", "F07_in_time"),
        ("U-1007", KNOWN.order_off_platform, "refuse", "F01_transaction_on_platform"),
    ],
)
def test_an_order_that_does_not_carry_the_demand_decides_it(office, account, order, outcome, check):
    reference = cases.counterparty_case(office, account=account, order=order)

    assert latest(office, reference)[1:3] == (outcome, check)


def test_time_alone_changes_the_facts_of_an_order(office):
    reference = cases.counterparty_case(office, account="U-1011", order=KNOWN.order_relay_too_fresh)
    assert facts_of(office, reference)["ground_facts"]["relay_tried"] is False
    office.clock.move(hours=73)

    assert facts_of(office, reference)["ground_facts"]["relay_tried"] is True


def test_a_shared_phone_number_leads_to_nobody_rather_than_to_somebody(office):
    phone = cases.PEOPLE[KNOWN.phone_sharers[0]].phone
    reference = cases.police_case(office, identifiers={"phone": phone})
    facts = facts_of(office, reference)

    assert facts["subject"]["resolves_to"] == 2
    assert "account" not in facts["subject"]


def test_a_finding_goes_over_what_was_typed(office):
    reference = to_state(office, cases.police_case(office), State.VERIFYING)
    found(office, reference, "instrument.number", "DZ-2026-9999")

    assert facts_of(office, reference)["instrument"]["number"] == "DZ-2026-9999"


# --- Stored evaluations -------------------------------------------------------------------------


def evaluations(office):
    with office.app.app_context(), office.unit() as work:
        rows = work.session.scalar(select(func.count()).select_from(Evaluation))
        bodies = work.session.scalars(select(LedgerEntry.body))
        return rows, sum(b'"action":"evaluation:' in body for body in bodies)


def test_an_evaluation_is_kept_once_for_each_change(office):
    reference = to_state(office, cases.police_case(office), State.VERIFYING)
    before = evaluations(office)
    for _ in range(3):
        do(office, "handler", reference, assessing.assess)
        office.clock.move(hours=1)
    assert evaluations(office) == before

    found(office, reference, "instrument.sealed", "yes")
    assert evaluations(office) == (before[0] + 1, before[1] + 1)


def test_an_evaluation_is_kept_when_time_alone_changes_the_outcome(office):
    reference = to_state(office, cases.police_case(office), State.ASSESSING)
    number, outcome, *_ = latest(office, reference)
    office.clock.move(days=60)
    do(office, "handler", reference, assessing.assess)
    later = latest(office, reference)

    assert outcome == "release"
    assert later[:3] == (number + 1, "needs_info", "I03_instrument_in_force")


def test_the_same_paper_twice_is_linked_to_the_earlier_case(office):
    demand = cases.police_demand()
    first = cases.receive(office, demand)
    second = to_state(office, cases.receive(office, demand), State.VERIFYING)
    cases.verify(office, second)
    do(office, "handler", second, verifying.confirm_requester)

    assert latest(office, second)[1:3] == ("link_duplicate", "S08_not_duplicate")
    do(office, "handler", second, deciding.link_duplicate)
    assert cases.state_of(office, second) is State.LINKED_DUPLICATE
    assert facts_of(office, second)["request"]["duplicate_of"] == first


def test_a_rejected_forgery_does_not_block_the_genuine_paper(office):
    demand = cases.police_demand()
    first = to_state(office, cases.receive(office, demand), State.VERIFYING)
    found(office, first, "house.paper_forged", "yes")
    do(office, "handler", first, verifying.reject_sender, reason="Not theirs.")
    second = cases.receive(office, demand)

    assert "duplicate_of" not in facts_of(office, second)["request"]


# --- Overruling ---------------------------------------------------------------------------------


@pytest.fixture
def unqualified(office):
    """A respondent's case over a complaint without proof of the right."""
    reference = cases.respondent_case(office, complaint=KNOWN.complaint_unqualified)
    return to_state(office, reference, State.ASSESSING)


def test_an_overruled_check_lets_the_case_go_on_with_three_signatures(office, unqualified):
    assert latest(office, unqualified)[1:] == ("refuse", "E01_complaint_qualified", "none")
    do(office, "legal", unqualified, assessing.overrule, reason="Proof came by post.")

    assert latest(office, unqualified)[1] == "release"
    assert latest(office, unqualified)[3] == "DUAL"


def test_a_handler_overrules_nothing(office, unqualified):
    with pytest.raises(Refused, match="permission"):
        do(office, "handler", unqualified, assessing.overrule, reason="It looks right.")


def test_a_legal_reviewer_who_handles_the_case_overrules_nothing(office, unqualified):
    do(office, "legal", unqualified, verifying.claim)

    with pytest.raises(Refused, match="handle"):
        do(office, "legal", unqualified, assessing.overrule, reason="It looks right.")
    do(office, "legal2", unqualified, assessing.overrule, reason="Proof came by post.")


def test_overruling_needs_a_reason(office, unqualified):
    with pytest.raises(BadInput):
        do(office, "legal", unqualified, assessing.overrule, reason=" ")
    assert latest(office, unqualified)[1] == "refuse"


def test_a_case_that_may_be_released_has_nothing_to_overrule(office):
    reference = to_state(office, cases.police_case(office), State.ASSESSING)

    with pytest.raises(Refused, match="nothing stands in the way"):
        do(office, "legal", reference, assessing.overrule, reason="To be sure.")


def test_a_demand_for_credentials_alone_cannot_be_overruled(office):
    reference = cases.police_case(office, fields=("cred.password_hash",), period=None)
    to_state(office, reference, State.ASSESSING)
    outcome = latest(office, reference)[1]

    with pytest.raises(Refused, match="can not be overruled"):
        do(office, "legal", reference, assessing.overrule, reason="They insist.")
    assert outcome == "refuse"


def test_questions_for_the_legal_reviewer_are_not_answered_by_the_handler(office, unqualified):
    with pytest.raises(Forbidden):
        found(office, unqualified, "process.pia", "PIA-1")
    found(office, unqualified, "process.pia", "PIA-1", who="legal")


def test_the_ledger_commits_to_the_facts_without_holding_them(office):
    reference = cases.police_case(office)
    with at_work(office, reference) as (work, case):
        bodies = b"".join(
            work.session.scalars(select(LedgerEntry.body).where(LedgerEntry.case_id == case.id))
        )
        assert work.session.get_one(Case, case.id).subject_account == KNOWN.police_subject

    assert b'"commit":{"facts":"' in bodies
    for text in (KNOWN.police_subject, "Li Jun", "李军", "pudong"):
        assert text.encode() not in bodies


def test_a_field_that_the_policy_at_receipt_did_not_cover_is_cut(office):
    """R05: version 1 of the policy knew no data from partners."""
    fields = ("reg.real_name", "ptn.logistics_phone")
    early = datetime(2025, 12, 30, 2, 0, tzinfo=UTC)
    old = cases.police_case(office, fields=fields, period=None, received_at=early)
    new = cases.police_case(office, fields=fields, period=None)
    with office.app.app_context(), office.unit() as work:
        facts = [
            assessing.assemble_facts(work, cases.find(work, each))["facts"] for each in (old, new)
        ]

    assert facts[0]["policy"] == {
        "version_at_receipt": "1",
        "version_now": "2",
        "receipt_lacks": ["ptn.logistics_phone"],
    }
    assert facts[1]["policy"] == {"version_at_receipt": "2", "version_now": "2"}
    cases.to_state(office, old, State.ASSESSING)
    with cases.at_work(office, old) as (work, case):
        decided = assessing.latest_evaluation(work, case)
        assert decided.deciding_check == "R05_policy_version"
        assert decided.releasable == ["reg.real_name"]


def test_a_field_that_the_policy_of_today_no_longer_covers_is_cut(office):
    reference = cases.counterparty_case(office)
    row = """
        [[policy]]
        id = "privacy-policy"
        version = "2"
        announced = 2025-12-01
        valid_from = 2026-01-01
        valid_to = 2026-11-23
        summary = "As it was."
        summary_zh = "如前。"
        [[policy]]
        id = "privacy-policy"
        version = "3"
        valid_from = 2026-11-24
        summary = "No registration data any more."
        summary_zh = "不再涵盖注册信息。"
        [[clause]]
        until = "2"
        """
    with office.app.app_context(), office.unit() as work:
        values = work.desk.catalogue.policy.clauses["1(a)"].row.values
    clause = "".join(f"{key} = {value!r}\n" for key, value in values.items())
    cases.put_in_force(office, row + clause)
    with cases.at_work(office, reference) as (work, case):
        decided = assessing.assess(work, case)

        assert decided.facts["facts"]["policy"]["now_removes"] == list(case.fields)
        assert decided.deciding_check == "R05_policy_version"
        assert decided.releasable == []
