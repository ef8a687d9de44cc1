"""Each guard alone: what it lets pass, and the sentence with which it refuses."""

from datetime import UTC, datetime, timedelta

import pytest

from disclosure.domain import guards as ask
from disclosure.domain.access import Role
from disclosure.domain.states import CaseFacts, GivenSignature, Signer, State

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LEGAL, COMPLIANCE = Role.LEGAL_REVIEWER, Role.COMPLIANCE_OFFICER
SENIOR, HANDLER = Role.SENIOR_COMPLIANCE_OFFICER, Role.CASE_HANDLER
BYTES, OTHER_BYTES = "ab" * 32, "cd" * 32
STANDARD = (LEGAL, COMPLIANCE)


def facts(**known) -> CaseFacts:
    return CaseFacts(state=State.SIGNING, **known)


def who(person="me", *roles: Role) -> Signer:
    return Signer(person, frozenset(roles))


def signed(person: str, role: Role, sha256: str = BYTES) -> GivenSignature:
    return GivenSignature(person, role, sha256)


ME = who("me", LEGAL)

PASSES = [
    (ask.case_has_a_handler, {"handler": "han"}),
    (ask.requester_is_identified, {"identity_problem": None}),
    (ask.sender_is_forged, {"sender_is_forged": True}),
    (ask.decider_is_not_handler, {"handler": "han"}),
    (ask.decider_is_not_handler, {"handler": None}),
    (ask.decider_is_not_handler, {"handler": "me", "separation": "small-team"}),
    (ask.outcome_is_release, {"outcome": "release"}),
    (ask.outcome_is_release, {"outcome": "release_partial"}),
    (ask.outcome_is_reroute, {"outcome": "reroute"}),
    (ask.outcome_is_reroute, {"outcome": "refuse"}),
    (ask.demand_runs_the_wrong_way, {"runs_the_wrong_way": True}),
    (ask.outcome_is_preserve, {"outcome": "preserve_only"}),
    (ask.outcome_is_duplicate, {"outcome": "link_duplicate"}),
    (ask.outcome_needs_a_person, {"outcome": "needs_human"}),
    (ask.check_may_be_overruled, {"overrulable": True}),
    (ask.nothing_was_found, {"records_collected": True, "records_found": 0}),
    (ask.records_are_collected, {"records_collected": True, "records_found": 1}),
    (ask.no_collection_under_way, {"collecting": False}),
    (ask.all_redactions_settled, {"open_marks": 0}),
    (ask.no_consultation_is_open, {"open_consultations": 0}),
    (ask.every_duplicate_leaves_once, {"lost_duplicates": 0}),
    (ask.rendition_is_current, {"rendition_sha256": BYTES, "rendition_current": True}),
    (ask.gate_could_not_tell, {"rendition_sha256": BYTES, "gate_outcome": "cannot-tell"}),
    (ask.answerer_is_not_preparer, {"handler": "han", "preparers": frozenset({"pat"})}),
    (ask.rendition_passed_the_gate, {"rendition_gated": True}),
    (ask.impact_assessment_is_recorded, {"impact_assessment": True}),
    (ask.signer_is_not_preparer, {"handler": "han", "preparers": frozenset({"pat"})}),
    (ask.signer_has_not_signed, {"signatures": (signed("ann", COMPLIANCE),)}),
    (ask.signer_holds_a_missing_role, {"profile_roles": STANDARD}),
    (
        ask.all_signatures_are_given,
        {
            "profile_roles": STANDARD,
            "rendition_sha256": BYTES,
            "signatures": (signed("ann", LEGAL), signed("bob", COMPLIANCE)),
        },
    ),
    (ask.prior_notice_is_out, {"prior_notice_owed": False}),
    (ask.objection_window_is_over, {}),
    (ask.objection_window_is_over, {"objection_until": NOW}),
    (ask.objection_window_is_over, {"objection": "overruled"}),
    (ask.release_checks_still_hold, {"release_problem": None}),
    (ask.objection_is_pending, {"objection": "pending"}),
    (ask.notice_is_settled, {"notice_settled": True}),
    (ask.emergency_review_is_done, {"emergency_review_owed": False}),
    (ask.records_are_kept, {"destroyed": False}),
    (ask.emergency_review_is_owed, {"emergency_review_owed": True}),
]

REFUSES = [
    (ask.case_has_a_handler, {}, "claim it first"),
    (ask.requester_is_identified, {"identity_problem": "Call back."}, "Call back."),
    (ask.sender_is_forged, {}, "Neither a look-alike sender nor a forged paper"),
    (ask.decider_is_not_handler, {"handler": "me"}, "another legal reviewer decides"),
    (ask.outcome_is_release, {}, "not been evaluated yet"),
    (ask.outcome_is_release, {"outcome": "hold", "deciding_check": "P03_x"}, "hold (P03_x)"),
    (ask.outcome_is_reroute, {"outcome": "release"}, "this ground cannot carry"),
    (ask.outcome_is_reroute, {}, "not been evaluated yet"),
    (ask.demand_runs_the_wrong_way, {"runs_the_wrong_way": False}, "clause 3(e)"),
    (ask.demand_runs_the_wrong_way, {}, "clause 3(e)"),
    (ask.outcome_is_preserve, {"outcome": "release"}, "not a preservation request"),
    (ask.outcome_is_duplicate, {"outcome": "release"}, "No earlier case"),
    (ask.outcome_needs_a_person, {"outcome": "release"}, "waiting for counsel"),
    (ask.check_may_be_overruled, {"deciding_check": "V02_x"}, "V02_x can not be overruled"),
    (ask.check_may_be_overruled, {}, "The deciding check can not"),
    (ask.nothing_was_found, {"records_collected": True, "records_found": 1}, "were found"),
    (ask.nothing_was_found, {"records_collected": False}, "not finished"),
    (ask.records_are_collected, {"records_collected": False}, "not been fetched"),
    (ask.records_are_collected, {"records_collected": True}, "record that instead"),
    (ask.no_collection_under_way, {"collecting": True}, "being fetched already"),
    (ask.all_redactions_settled, {"open_marks": 3}, "3 marks"),
    (ask.every_duplicate_leaves_once, {"lost_duplicates": 1}, "1 page is flagged"),
    (ask.every_duplicate_leaves_once, {"lost_duplicates": 2}, "2 pages are flagged"),
    (ask.no_consultation_is_open, {"open_consultations": 1}, "1 page waits"),
    (ask.no_consultation_is_open, {"open_consultations": 3}, "3 wait"),
    (ask.gate_could_not_tell, {}, "not been built yet"),
    (ask.gate_could_not_tell, {"rendition_sha256": BYTES}, "nothing to answer for"),
    (ask.gate_could_not_tell, {"rendition_sha256": BYTES, "gate_outcome": "leak"}, "nobody signs"),
    (
        ask.gate_could_not_tell,
        {"rendition_sha256": BYTES, "gate_outcome": "cannot-tell", "rendition_gated": True},
        "a person has answered",
    ),
    (ask.answerer_is_not_preparer, {"preparers": frozenset({"me"})}, "another officer answers"),
    (
        ask.answerer_is_not_preparer,
        {"handler": "me", "separation": "small-team"},
        "another officer answers",
    ),
    (ask.rendition_passed_the_gate, {"gate_outcome": "cannot-tell"}, "officer who did not prepare"),
    (ask.rendition_is_current, {}, "not been built yet"),
    (ask.rendition_is_current, {"rendition_sha256": BYTES}, "build it again"),
    (ask.rendition_passed_the_gate, {"rendition_sha256": BYTES}, "nothing to sign"),
    (ask.impact_assessment_is_recorded, {}, "P03"),
    (ask.signer_is_not_preparer, {"preparers": frozenset({"me"})}, "two other people"),
    (ask.signer_is_not_preparer, {"handler": "me"}, "two other people"),
    (ask.signer_has_not_signed, {"signatures": (signed("me", LEGAL),)}, "signed already"),
    (ask.signer_holds_a_missing_role, {"profile_roles": (COMPLIANCE,)}, "compliance officer."),
    (ask.signer_holds_a_missing_role, {}, "nobody."),
    (ask.all_signatures_are_given, {}, "not known yet"),
    (ask.all_signatures_are_given, {"profile_roles": STANDARD}, "legal reviewer, compliance"),
    (ask.prior_notice_is_out, {"prior_notice_owed": True}, "not been sent yet"),
    (ask.objection_window_is_over, {"objection": "pending"}, "waiting for a decision"),
    (ask.objection_window_is_over, {"objection": "upheld"}, "nothing is released"),
    (
        ask.objection_window_is_over,
        {"objection_until": NOW + timedelta(minutes=1)},
        "until 2026-11-24 02:01 UTC",
    ),
    (ask.release_checks_still_hold, {"release_problem": "Run out."}, "Run out."),
    (ask.objection_is_pending, {"objection": "overruled"}, "No objection is waiting"),
    (ask.notice_is_settled, {}, "no delay is on record"),
    (ask.emergency_review_is_done, {"emergency_review_owed": True}, "senior compliance officer"),
    (ask.records_are_kept, {"destroyed": True}, "destroyed"),
    (ask.emergency_review_is_owed, {}, "No emergency review"),
]


@pytest.mark.parametrize(("guard", "known"), PASSES)
def test_a_guard_lets_pass(guard, known):
    assert guard(facts(**known), ME, NOW) is None


@pytest.mark.parametrize(("guard", "known", "words"), REFUSES)
def test_a_guard_refuses_with_a_sentence(guard, known, words):
    reason = guard(facts(**known), ME, NOW)

    assert words in reason
    assert reason.endswith(".")


def test_both_tables_ask_the_same_guards():
    assert {row[0] for row in PASSES} == {row[0] for row in REFUSES}


PREPARED = {
    "profile_roles": STANDARD,
    "preparers": frozenset({"me"}),
    "handler": "me",
    "rendition_sha256": BYTES,
}


@pytest.mark.parametrize(
    ("separation", "roles", "given", "allowed"),
    [
        ("strict", {HANDLER, LEGAL}, (), False),
        ("small-team", {HANDLER, LEGAL}, (), True),
        ("small-team", {HANDLER, COMPLIANCE}, (), False),
        ("small-team", {HANDLER, SENIOR}, (), False),
        ("small-team", {HANDLER}, (), False),
        ("small-team", {HANDLER, LEGAL, COMPLIANCE}, (), True),
        ("small-team", {HANDLER, LEGAL, COMPLIANCE}, (signed("ann", LEGAL),), False),
        ("small-team", {HANDLER, LEGAL}, (signed("bob", COMPLIANCE),), True),
        ("small-team", {HANDLER, LEGAL}, (signed("ann", LEGAL, OTHER_BYTES),), True),
    ],
)
def test_a_preparer_signs_in_a_small_team_only_and_only_as_legal_reviewer(
    separation, roles, given, allowed
):
    known = facts(**PREPARED, separation=separation, signatures=given)

    reason = ask.signer_is_not_preparer(known, who("me", *roles), NOW)

    assert (reason is None) is allowed


def test_a_preparer_with_two_roles_can_sign_as_legal_reviewer_first():
    known = facts(**PREPARED, separation="small-team")

    assert ask.signable_roles(known, who("me", HANDLER, COMPLIANCE, LEGAL))[0] is LEGAL


def test_a_preparer_is_known_although_somebody_else_handles_the_case():
    known = facts(handler="han", preparers=frozenset({"me"}), profile_roles=STANDARD)

    assert ask.signer_is_not_preparer(known, ME, NOW)


def test_signatures_over_other_bytes_do_not_count():
    known = facts(
        profile_roles=STANDARD,
        rendition_sha256=BYTES,
        signatures=(signed("ann", LEGAL, OTHER_BYTES), signed("bob", COMPLIANCE)),
    )

    assert ask.missing_roles(known) == (LEGAL,)
    assert "legal reviewer" in ask.all_signatures_are_given(known, ME, NOW)


def test_one_person_with_both_roles_does_not_sign_twice():
    known = facts(profile_roles=STANDARD, rendition_sha256=BYTES, signatures=(signed("me", LEGAL),))
    both = who("me", LEGAL, COMPLIANCE)

    assert ask.signable_roles(known, both) == (COMPLIANCE,)
    assert "another person's" in ask.signer_has_not_signed(known, both, NOW)


def test_three_roles_are_asked_for_where_the_profile_has_three():
    known = facts(
        profile_roles=(*STANDARD, SENIOR),
        rendition_sha256=BYTES,
        signatures=(signed("ann", LEGAL), signed("bob", COMPLIANCE)),
    )

    assert ask.missing_roles(known) == (SENIOR,)
    assert ask.signable_roles(known, who("me", COMPLIANCE)) == ()
    assert "senior compliance officer" in ask.all_signatures_are_given(known, ME, NOW)


def test_an_objection_stops_a_release_also_after_the_window():
    late = facts(objection="pending", objection_until=NOW - timedelta(days=1))

    assert ask.objection_window_is_over(late, ME, NOW)
