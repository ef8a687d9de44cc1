"""Every row of the workflow's table, both ways: what it allows and what it refuses."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from disclosure.domain import guards as ask
from disclosure.domain.access import PERMISSIONS, Permission, Role, may
from disclosure.domain.states import (
    FINAL,
    MAIN_ROAD,
    NEXT_STEPS,
    OPEN,
    CaseFacts,
    GivenSignature,
    Signer,
    State,
)
from disclosure.domain.workflow import TRANSITIONS, Action, allowed_actions, transition_for, why_not

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
BYTES = "ab" * 32
ALL_ROLES = frozenset(Role)
ME = Signer("me", ALL_ROLES)
LEGAL, COMPLIANCE = Role.LEGAL_REVIEWER, Role.COMPLIANCE_OFFICER
PROFILE = (LEGAL, COMPLIANCE)
SIGNED = (GivenSignature("ann", LEGAL, BYTES), GivenSignature("bob", COMPLIANCE, BYTES))
MINE = (GivenSignature("me", COMPLIANCE, BYTES),)

GUARDS = {
    ask.case_has_a_handler: ({"handler": "han"}, {"handler": None}),
    ask.requester_is_identified: ({}, {"identity_problem": "Nobody has called back."}),
    ask.sender_is_forged: ({"sender_is_forged": True}, {"sender_is_forged": False}),
    ask.decider_is_not_handler: ({"handler": "han"}, {"handler": "me"}),
    ask.outcome_is_release: ({"outcome": "release_partial"}, {"outcome": "refuse"}),
    ask.outcome_is_reroute: ({"outcome": "reroute"}, {"outcome": "release"}),
    ask.demand_runs_the_wrong_way: (
        {"runs_the_wrong_way": True},
        {"runs_the_wrong_way": False},
    ),
    ask.outcome_is_preserve: ({"outcome": "preserve_only"}, {"outcome": "release"}),
    ask.outcome_is_duplicate: ({"outcome": "link_duplicate"}, {"outcome": "release"}),
    ask.outcome_needs_a_person: ({"outcome": "needs_human"}, {"outcome": "release"}),
    ask.check_may_be_overruled: ({"overrulable": True}, {"overrulable": False}),
    ask.nothing_was_found: ({"records_collected": True}, {"records_found": 2}),
    ask.records_are_collected: (
        {"records_collected": True, "records_found": 2},
        {"records_collected": False},
    ),
    ask.no_collection_under_way: ({}, {"collecting": True}),
    ask.all_redactions_settled: ({}, {"open_marks": 1}),
    ask.rendition_is_current: (
        {"rendition_sha256": BYTES, "rendition_current": True},
        {"rendition_current": False},
    ),
    ask.rendition_passed_the_gate: ({"rendition_gated": True}, {"rendition_gated": False}),
    ask.every_duplicate_leaves_once: ({}, {"lost_duplicates": 1}),
    ask.no_consultation_is_open: ({}, {"open_consultations": 1}),
    ask.gate_could_not_tell: (
        {"rendition_sha256": BYTES, "gate_outcome": "cannot-tell"},
        {"gate_outcome": "leak"},
    ),
    ask.answerer_is_not_preparer: ({"preparers": frozenset({"han"})}, {"preparers": {"han", "me"}}),
    ask.impact_assessment_is_recorded: (
        {"impact_assessment": True},
        {"impact_assessment": False},
    ),
    ask.signer_is_not_preparer: ({"preparers": frozenset({"han"})}, {"preparers": {"han", "me"}}),
    ask.signer_has_not_signed: ({}, {"signatures": MINE}),
    ask.signer_holds_a_missing_role: ({"profile_roles": PROFILE}, {"signatures": SIGNED}),
    ask.all_signatures_are_given: (
        {"profile_roles": PROFILE, "signatures": SIGNED},
        {"signatures": SIGNED[:1]},
    ),
    ask.prior_notice_is_out: ({}, {"prior_notice_owed": True}),
    ask.objection_window_is_over: (
        {"objection_until": NOW},
        {"objection_until": NOW + timedelta(seconds=1)},
    ),
    ask.release_checks_still_hold: ({}, {"release_problem": "The paper has run out."}),
    ask.objection_is_pending: ({"objection": "pending"}, {"objection": "none"}),
    ask.notice_is_settled: ({"notice_settled": True}, {"notice_settled": False}),
    ask.emergency_review_is_done: ({}, {"emergency_review_owed": True}),
    ask.records_are_kept: ({}, {"destroyed": True}),
    ask.emergency_review_is_owed: (
        {"emergency_review_owed": True},
        {"emergency_review_owed": False},
    ),
}
"""Guard -> facts under which it says yes, and what takes its yes away."""

PLACES = [(row.action, state) for row in TRANSITIONS for state in State]
ASKED = [(row.action, guard) for row in TRANSITIONS for guard in row.guards]


def ready(action: Action, state: State) -> CaseFacts:
    """Return facts under which nothing but the state can stand in an action's way."""
    facts = CaseFacts(state=state)
    for guard in transition_for(action).guards:
        facts = replace(facts, **GUARDS[guard][0])
    return facts


def a_source(action: Action) -> State:
    return min(transition_for(action).sources, key=list(State).index)


def test_every_action_but_receiving_has_exactly_one_row():
    assert [row.action for row in TRANSITIONS] == list(
        dict.fromkeys(row.action for row in TRANSITIONS)
    )
    assert {row.action for row in TRANSITIONS} == set(Action) - {Action.RECEIVE}


@pytest.mark.parametrize(("action", "state"), PLACES, ids=lambda each: each.code)
def test_an_action_is_allowed_in_its_states_and_refused_in_every_other(action, state):
    reason = why_not(action, ready(action, state), ME, now=NOW)

    if state in transition_for(action).sources:
        assert reason is None
    else:
        assert reason == f"This can not be done while the case is “{state.label}”."


@pytest.mark.parametrize(
    "row", [row for row in TRANSITIONS if row.permission], ids=lambda row: row.action.code
)
def test_an_action_is_refused_to_whoever_lacks_the_permission(row):
    without = frozenset(role for role in Role if row.permission not in PERMISSIONS[role])
    facts = ready(row.action, a_source(row.action))

    reason = why_not(row.action, facts, Signer("me", without), now=NOW)

    assert reason == f"Your roles do not carry the permission to {row.permission.value}."


@pytest.mark.parametrize(
    ("action", "guard"),
    ASKED,
    ids=lambda each: getattr(each, "code", getattr(each, "__name__", "")),
)
def test_each_guard_refuses_its_action_with_a_reason_when_its_fact_is_taken_away(action, guard):
    facts = replace(ready(action, a_source(action)), **GUARDS[guard][1])

    reason = why_not(action, facts, ME, now=NOW)

    assert reason == guard(facts, ME, NOW)
    assert reason
    assert reason.endswith(".")


def test_every_guard_of_the_module_is_asked_by_some_action():
    written = {
        each
        for name, each in vars(ask).items()
        if callable(each)
        and getattr(each, "__module__", "") == ask.__name__
        and not name.startswith("_")
        and name not in {"missing_roles", "signable_roles"}
    }

    assert {guard for _, guard in ASKED} == written == set(GUARDS)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", State)
def test_the_buttons_of_a_page_and_the_server_agree(state, role):
    who = Signer("me", frozenset({role}))
    facts = CaseFacts(state=state, handler="han")

    offered = {each.action: each.blocked for each in allowed_actions(facts, who, now=NOW)}

    for row in TRANSITIONS:
        reason = why_not(row.action, facts, who, now=NOW)
        if row.permission is None:
            assert row.action not in offered
        elif may(who.roles, row.permission) and state in row.sources:
            assert offered[row.action] == reason
        else:
            assert row.action not in offered
            assert reason


def test_the_order_of_refusals_is_permission_then_state_then_guard():
    nobody = Signer("me", frozenset())
    facts = CaseFacts(state=State.CLOSED)

    assert "permission" in (why_not(Action.SIGN, facts, nobody, now=NOW) or "")
    assert "Closed" in (why_not(Action.SIGN, facts, ME, now=NOW) or "")
    signing = replace(facts, state=State.SIGNING)
    assert "not been built" in (why_not(Action.SIGN, signing, ME, now=NOW) or "")


def test_every_state_can_be_reached_from_the_first():
    reached = {State.RECEIVED}
    for _ in State:
        reached |= {
            row.target for row in TRANSITIONS if row.target is not None and row.sources & reached
        }

    assert reached == set(State)


def test_the_main_road_leads_from_each_step_to_the_next():
    moves = {(s, row.target) for row in TRANSITIONS if row.target for s in row.sources}

    assert all(step in moves for step in itertools.pairwise(MAIN_ROAD))
    assert MAIN_ROAD[0] is State.RECEIVED
    assert MAIN_ROAD[-1] is State.CLOSED


def test_nothing_is_released_but_from_approved_and_nothing_approved_but_from_signing():
    into = {
        state: {s for row in TRANSITIONS if row.target is state for s in row.sources}
        for state in (State.APPROVED, State.RELEASED, State.DELIVERED)
    }

    assert into[State.APPROVED] == {State.SIGNING}
    assert into[State.RELEASED] == {State.APPROVED}
    assert into[State.DELIVERED] == {State.RELEASED}


ASKS = {
    Action.REDIRECT: {"demand_runs_the_wrong_way"},
    Action.TURN_AWAY: {"demand_runs_the_wrong_way"},
    Action.CONFIRM_REQUESTER: {"case_has_a_handler", "requester_is_identified"},
    Action.REJECT_SENDER: {"sender_is_forged"},
    Action.REFER_TO_COUNSEL: {"outcome_needs_a_person"},
    Action.OVERRULE_CHECK: {"decider_is_not_handler", "check_may_be_overruled"},
    Action.DECIDE_RELEASE: {"case_has_a_handler", "decider_is_not_handler"}
    | {"requester_is_identified", "outcome_is_release"},
    Action.DECIDE_REFUSAL: {"decider_is_not_handler"},
    Action.DECIDE_REROUTE: {"decider_is_not_handler", "outcome_is_reroute"},
    Action.DECIDE_PRESERVATION: {"decider_is_not_handler", "outcome_is_preserve"},
    Action.LINK_DUPLICATE: {"outcome_is_duplicate"},
    Action.COLLECT: {"no_collection_under_way"},
    Action.TAKE_COLLECTION: {"no_collection_under_way"},
    Action.RECORD_NO_DATA: {"nothing_was_found"},
    Action.FINISH_COLLECTING: {"records_are_collected"},
    Action.BUILD_RENDITION: {"all_redactions_settled", "impact_assessment_is_recorded"}
    | {"no_consultation_is_open", "every_duplicate_leaves_once"},
    Action.ANSWER_FOR_GATE: {"rendition_is_current", "gate_could_not_tell"}
    | {"answerer_is_not_preparer"},
    Action.SUBMIT_FOR_SIGNING: {"all_redactions_settled", "rendition_is_current"}
    | {"no_consultation_is_open", "every_duplicate_leaves_once"}
    | {"rendition_passed_the_gate", "impact_assessment_is_recorded"},
    Action.SIGN: {"rendition_is_current", "rendition_passed_the_gate", "signer_is_not_preparer"}
    | {"signer_has_not_signed", "signer_holds_a_missing_role"},
    Action.APPROVE: {"rendition_is_current", "rendition_passed_the_gate"}
    | {"all_signatures_are_given"},
    Action.RESOLVE_OBJECTION: {"objection_is_pending", "decider_is_not_handler"},
    Action.RELEASE: {"rendition_is_current", "rendition_passed_the_gate"}
    | {"all_signatures_are_given", "prior_notice_is_out", "objection_window_is_over"}
    | {"release_checks_still_hold"},
    Action.REVIEW_EMERGENCY: {"signer_is_not_preparer", "signer_has_not_signed"}
    | {"emergency_review_is_owed"},
    Action.CLOSE: {"notice_is_settled", "emergency_review_is_done"},
    Action.RECALL: {"records_are_kept"},
    Action.REOPEN: {"records_are_kept"},
}
"""What each action asks, told a second time: a guard that falls out of the table is seen here."""


def test_every_action_asks_the_guards_that_it_has_to_ask():
    asked = {row.action: {guard.__name__ for guard in row.guards} for row in TRANSITIONS}

    assert {action: names for action, names in asked.items() if names} == ASKS


def test_no_person_approves_by_a_button():
    assert transition_for(Action.APPROVE).permission is None


def test_whoever_lets_something_leave_or_not_needs_more_than_to_work_the_case():
    weighty = {
        Action.DECIDE_RELEASE: Permission.DECIDE_CASE,
        Action.DECIDE_REFUSAL: Permission.DECIDE_CASE,
        Action.OVERRULE_CHECK: Permission.DECIDE_CASE,
        Action.ANSWER_FOR_GATE: Permission.ANSWER_FOR_GATE,
        Action.SIGN: Permission.SIGN,
        Action.RELEASE: Permission.RELEASE,
        Action.RECALL: Permission.RELEASE,
        Action.REVIEW_EMERGENCY: Permission.REVIEW_EMERGENCY,
        Action.EXPORT_RECORD: Permission.EXPORT_RECORD,
    }

    assert {action: transition_for(action).permission for action in weighty} == weighty


def test_labels_and_codes_are_unique():
    for words in (Action, State):
        assert len({each.label for each in words}) == len(words)
        assert len({each.code for each in words}) == len(words)


@pytest.mark.parametrize("words", [Action, State])
def test_a_code_leads_back_to_its_member(words):
    assert [words.of(each.code) for each in words] == list(words)


def test_every_state_says_what_has_to_happen_next():
    assert set(NEXT_STEPS) == set(State)
    assert all(NEXT_STEPS.values())


def test_states_are_open_or_final():
    assert set(State) == OPEN | FINAL
    assert not OPEN & FINAL
