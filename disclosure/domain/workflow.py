"""The life of a case as one table: actions, states, guards.

Owns which action is possible in which state, who may do it, what must be true, and which event the
ledger records. Knows no database: guards (``domain/guards.py``) read the frozen ``CaseFacts``.
``operations/transition.py`` is the only caller that moves a case; pages ask ``allowed_actions``,
the same table, for their buttons. ``docs/workflow.md`` is generated from here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from disclosure.domain import guards as ask
from disclosure.domain.access import Permission, may
from disclosure.domain.events import Event
from disclosure.domain.guards import Guard
from disclosure.domain.states import OPEN, CaseFacts, Signer, State


class Action(Enum):
    """What can happen to a case: (code, label, whether a written reason is asked for)."""

    RECEIVE = ("receive", "Enter the demand", False)
    REDIRECT = ("redirect", "Route to the ground that can carry it", False)
    TURN_AWAY = ("turn_away", "Refuse: the ground runs the other way", False)
    CLAIM = ("claim", "Take this case", False)
    START_VERIFYING = ("start_verifying", "Start verifying", False)
    ADD_DOCUMENT = ("add_document", "Add a document", False)
    RECORD_CALLBACK = ("record_callback", "Record a call-back", False)
    RECORD_FINDING = ("record_finding", "Record a finding", True)
    EVALUATE = ("evaluate", "Evaluate the ground", False)
    CONFIRM_REQUESTER = ("confirm_requester", "Requester is verified", False)
    REJECT_SENDER = ("reject_sender", "Reject as forged", True)
    ASK_REQUESTER = ("ask_requester", "Ask the requester", True)
    RECEIVE_ANSWER = ("receive_answer", "Record the requester's answer", True)
    HOLD = ("hold", "Put on hold", True)
    RESUME = ("resume", "Take off hold", True)
    REFER_TO_COUNSEL = ("refer_to_counsel", "Refer to counsel", True)
    ANSWER_QUESTION = ("answer_question", "Record counsel's answer", True)
    OVERRULE_CHECK = ("overrule_check", "Overrule the deciding check", True)
    DECIDE_RELEASE = ("decide_release", "Decide to release", True)
    DECIDE_REFUSAL = ("decide_refusal", "Refuse", True)
    DECIDE_REROUTE = ("decide_reroute", "Reroute", True)
    DECIDE_PRESERVATION = ("decide_preservation", "Preserve the records", True)
    LINK_DUPLICATE = ("link_duplicate", "Link to the earlier case", False)
    COLLECT = ("collect", "Fetch the allowed fields", False)
    RECORDS_COLLECTED = ("records_collected", "Records fetched", False)
    OPEN_SET = ("open_set", "Link to the collection of another case", False)
    TAKE_COLLECTION = ("take_collection", "Take over the collection", False)
    RECORD_NO_DATA = ("record_no_data", "Record that nothing was found", False)
    FINISH_COLLECTING = ("finish_collecting", "Go on to redacting", False)
    MARK = ("mark", "Set masks and marks", False)
    FLAG_PAGE = ("flag_page", "Set a page aside", True)
    WITHDRAW_FLAG = ("withdraw_flag", "Take a page's flag back", False)
    ANSWER_CONSULTATION = ("answer_consultation", "Record the answer about a page", True)
    BUILD_RENDITION = ("build_rendition", "Build the rendition", False)
    RENDITION_BUILT = ("rendition_built", "Rendition built", False)
    ANSWER_FOR_GATE = ("answer_for_gate", "Answer for what the gate could not tell", True)
    SUBMIT_FOR_SIGNING = ("submit_for_signing", "Submit for signing", False)
    SIGN = ("sign", "Sign these bytes", True)
    APPROVE = ("approve", "All signatures are given", False)
    RETURN_FOR_REDACTION = ("return_for_redaction", "Send back to redacting", True)
    PLAN_NOTICE = ("plan_notice", "Plan the notice", False)
    SEND_NOTICE = ("send_notice", "Notice sent", False)
    RECEIVE_OBJECTION = ("receive_objection", "Objection received", False)
    RESOLVE_OBJECTION = ("resolve_objection", "Decide the objection", True)
    RELEASE = ("release", "Release", False)
    LAPSE = ("lapse", "Approval lapsed", False)
    ISSUE_LINK = ("issue_link", "Delivery link sent", False)
    SEND_LINK = ("send_link", "Send a new delivery link", True)
    REVOKE_LINK = ("revoke_link", "Revoke the delivery link", True)
    REFUSE_CODE = ("refuse_code", "Wrong delivery code", False)
    CONFIRM_DELIVERY = ("confirm_delivery", "Delivered", False)
    REVIEW_EMERGENCY = ("review_emergency", "Review the emergency release", True)
    CLOSE = ("close", "Close the case", False)
    RECALL = ("recall", "Recall: released by mistake", True)
    REOPEN = ("reopen", "Reopen with new facts", True)
    EXTEND_DEADLINE = ("extend_deadline", "Extend the deadline", True)
    EXPORT_RECORD = ("export_record", "Export the case record", False)
    VIEW_RECORDS = ("view_records", "Personal data seen", False)

    def __init__(self, code: str, label: str, needs_reason: bool) -> None:  # noqa: FBT001 - a row of the table
        self.code = code
        self.label = label
        self.needs_reason = needs_reason

    @classmethod
    def of(cls, code: str) -> "Action":
        """Return the action with this code, as forms and URLs carry it."""
        return _ACTIONS[code]


_ACTIONS = {action.code: action for action in Action}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One row of the table.

    Attributes:
        action: What happens.
        sources: States in which it can happen.
        target: State afterwards; None leaves the state as it is.
        event: What the ledger records.
        permission: What the person needs; None is for the system and the portal alone.
        guards: What must be true besides.
    """

    action: Action
    sources: frozenset[State]
    target: State | None
    event: Event
    permission: Permission | None
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class AllowedAction:
    """An action as a page offers it: with the reason when it is blocked."""

    action: Action
    blocked: str | None


_S = State
_WORKING = frozenset({_S.VERIFYING, _S.ASSESSING, _S.COLLECTING, _S.REDACTING, _S.SIGNING})
_BEFORE_SIGNING = frozenset(
    {_S.RECEIVED, _S.VERIFYING, _S.ASSESSING, _S.NEEDS_INFO, _S.ON_HOLD, _S.NEEDS_HUMAN}
    | {_S.COLLECTING, _S.REDACTING}
)
_LEFT = frozenset({_S.RELEASED, _S.DELIVERED})
_ANY = frozenset(State)
_work, _decide, _sign = Permission.WORK_CASE, Permission.DECIDE_CASE, Permission.SIGN


def _row(
    action: Action,
    sources: frozenset[State] | set[State],
    target: State | None,
    event: Event,
    permission: Permission | None,
    *guards: Guard,
) -> Transition:
    return Transition(
        action=action,
        sources=frozenset(sources),
        target=target,
        event=event,
        permission=permission,
        guards=guards,
    )


_A = Action
TRANSITIONS: tuple[Transition, ...] = (
    _row(_A.CLAIM, OPEN, None, Event.CASE_ASSIGNED, _work),
    _row(_A.START_VERIFYING, {_S.RECEIVED}, _S.VERIFYING, Event.CASE_VERIFYING, _work),
    _row(
        _A.REDIRECT,
        {_S.RECEIVED},
        _S.REROUTED,
        Event.CASE_REROUTED,
        None,
        ask.demand_runs_the_wrong_way,
    ),
    _row(
        _A.TURN_AWAY,
        {_S.RECEIVED},
        _S.REFUSED,
        Event.CASE_REFUSED,
        None,
        ask.demand_runs_the_wrong_way,
    ),
    _row(_A.ADD_DOCUMENT, _BEFORE_SIGNING, None, Event.DOCUMENT_ADDED, _work),
    _row(
        _A.RECORD_CALLBACK,
        {_S.VERIFYING, _S.ASSESSING, _S.ON_HOLD},
        None,
        Event.CALLBACK_RECORDED,
        _work,
    ),
    _row(_A.RECORD_FINDING, _BEFORE_SIGNING, None, Event.FINDING_RECORDED, _work),
    _row(_A.EVALUATE, _ANY, None, Event.EVALUATION_MADE, None),
    _row(
        _A.CONFIRM_REQUESTER,
        {_S.VERIFYING},
        _S.ASSESSING,
        Event.CASE_REQUESTER_CONFIRMED,
        _work,
        ask.case_has_a_handler,
        ask.requester_is_identified,
    ),
    _row(
        _A.REJECT_SENDER,
        {_S.VERIFYING, _S.ASSESSING},
        _S.REJECTED,
        Event.CASE_REJECTED,
        _work,
        ask.sender_is_forged,
    ),
    _row(
        _A.ASK_REQUESTER,
        {_S.VERIFYING, _S.ASSESSING},
        _S.NEEDS_INFO,
        Event.CASE_INFORMATION_ASKED,
        _work,
    ),
    _row(_A.RECEIVE_ANSWER, {_S.NEEDS_INFO}, _S.VERIFYING, Event.CASE_INFORMATION_RECEIVED, _work),
    _row(_A.HOLD, _WORKING | {_S.APPROVED}, _S.ON_HOLD, Event.CASE_HELD, _work),
    _row(_A.RESUME, {_S.ON_HOLD}, _S.VERIFYING, Event.CASE_RESUMED, _work),
    _row(
        _A.REFER_TO_COUNSEL,
        {_S.ASSESSING},
        _S.NEEDS_HUMAN,
        Event.CASE_ESCALATED,
        _work,
        ask.outcome_needs_a_person,
    ),
    _row(_A.ANSWER_QUESTION, {_S.NEEDS_HUMAN}, _S.ASSESSING, Event.CASE_QUESTION_ANSWERED, _decide),
    _row(
        _A.OVERRULE_CHECK,
        {_S.ASSESSING, _S.NEEDS_HUMAN},
        None,
        Event.CHECK_OVERRULED,
        _decide,
        ask.decider_is_not_handler,
        ask.check_may_be_overruled,
    ),
    _row(
        _A.DECIDE_RELEASE,
        {_S.ASSESSING},
        _S.COLLECTING,
        Event.CASE_DECIDED,
        _decide,
        ask.case_has_a_handler,
        ask.decider_is_not_handler,
        ask.requester_is_identified,
        ask.outcome_is_release,
    ),
    _row(
        _A.DECIDE_REFUSAL,
        {_S.ASSESSING, _S.NEEDS_HUMAN, _S.ON_HOLD, _S.COLLECTING, _S.REDACTING},
        _S.REFUSED,
        Event.CASE_REFUSED,
        _decide,
        ask.decider_is_not_handler,
    ),
    _row(
        _A.DECIDE_REROUTE,
        {_S.ASSESSING, _S.NEEDS_HUMAN},
        _S.REROUTED,
        Event.CASE_REROUTED,
        _decide,
        ask.decider_is_not_handler,
        ask.outcome_is_reroute,
    ),
    _row(
        _A.DECIDE_PRESERVATION,
        {_S.ASSESSING},
        _S.PRESERVED,
        Event.CASE_PRESERVED,
        _decide,
        ask.decider_is_not_handler,
        ask.outcome_is_preserve,
    ),
    _row(
        _A.LINK_DUPLICATE,
        {_S.ASSESSING},
        _S.LINKED_DUPLICATE,
        Event.CASE_LINKED,
        _work,
        ask.outcome_is_duplicate,
    ),
    _row(
        _A.COLLECT,
        {_S.COLLECTING},
        None,
        Event.RECORDS_REQUESTED,
        _work,
        ask.no_collection_under_way,
    ),
    _row(_A.RECORDS_COLLECTED, {_S.COLLECTING, _S.PRESERVED}, None, Event.RECORDS_COLLECTED, None),
    _row(_A.OPEN_SET, _BEFORE_SIGNING, None, Event.SET_OPENED, _work),
    _row(
        _A.TAKE_COLLECTION,
        {_S.COLLECTING},
        None,
        Event.COLLECTION_TAKEN,
        _work,
        ask.no_collection_under_way,
    ),
    _row(
        _A.RECORD_NO_DATA,
        {_S.COLLECTING},
        _S.NO_DATA,
        Event.CASE_EMPTIED,
        _work,
        ask.nothing_was_found,
    ),
    _row(
        _A.FINISH_COLLECTING,
        {_S.COLLECTING},
        _S.REDACTING,
        Event.CASE_COLLECTED,
        _work,
        ask.records_are_collected,
    ),
    _row(_A.MARK, {_S.REDACTING}, None, Event.REDACTION_MARKED, _work),
    _row(_A.FLAG_PAGE, {_S.REDACTING}, None, Event.PAGE_FLAGGED, _work),
    _row(_A.WITHDRAW_FLAG, {_S.REDACTING}, None, Event.PAGE_FLAG_WITHDRAWN, _work),
    _row(_A.ANSWER_CONSULTATION, {_S.REDACTING}, None, Event.PAGE_CONSULTATION_ANSWERED, _work),
    _row(
        _A.BUILD_RENDITION,
        {_S.REDACTING},
        None,
        Event.RENDITION_REQUESTED,
        _work,
        ask.all_redactions_settled,
        ask.no_consultation_is_open,
        ask.every_duplicate_leaves_once,
        ask.impact_assessment_is_recorded,
    ),
    _row(_A.RENDITION_BUILT, {_S.REDACTING}, None, Event.RENDITION_BUILT, None),
    _row(
        _A.ANSWER_FOR_GATE,
        {_S.REDACTING, _S.SIGNING},
        None,
        Event.GATE_ANSWERED,
        Permission.ANSWER_FOR_GATE,
        ask.rendition_is_current,
        ask.gate_could_not_tell,
        ask.answerer_is_not_preparer,
    ),
    _row(
        _A.SUBMIT_FOR_SIGNING,
        {_S.REDACTING},
        _S.SIGNING,
        Event.CASE_SUBMITTED,
        _work,
        ask.all_redactions_settled,
        ask.no_consultation_is_open,
        ask.every_duplicate_leaves_once,
        ask.rendition_is_current,
        ask.rendition_passed_the_gate,
        ask.impact_assessment_is_recorded,
    ),
    _row(
        _A.SIGN,
        {_S.SIGNING},
        None,
        Event.SIGNATURE_GIVEN,
        _sign,
        ask.rendition_is_current,
        ask.rendition_passed_the_gate,
        ask.signer_is_not_preparer,
        ask.signer_has_not_signed,
        ask.signer_holds_a_missing_role,
    ),
    _row(
        _A.APPROVE,
        {_S.SIGNING},
        _S.APPROVED,
        Event.CASE_APPROVED,
        None,
        ask.rendition_is_current,
        ask.rendition_passed_the_gate,
        ask.all_signatures_are_given,
    ),
    _row(
        _A.RETURN_FOR_REDACTION,
        {_S.SIGNING, _S.APPROVED},
        _S.REDACTING,
        Event.CASE_RETURNED,
        _sign,
    ),
    _row(_A.PLAN_NOTICE, _ANY, None, Event.NOTICE_PLANNED, None),
    _row(_A.SEND_NOTICE, _ANY, None, Event.NOTICE_SENT, None),
    _row(_A.RECEIVE_OBJECTION, OPEN - _LEFT, None, Event.OBJECTION_RECEIVED, None),
    _row(
        _A.RESOLVE_OBJECTION,
        OPEN - _LEFT,
        None,
        Event.OBJECTION_RESOLVED,
        _decide,
        ask.objection_is_pending,
        ask.decider_is_not_handler,
    ),
    _row(
        _A.RELEASE,
        {_S.APPROVED},
        _S.RELEASED,
        Event.RELEASE_MADE,
        Permission.RELEASE,
        ask.rendition_is_current,
        ask.rendition_passed_the_gate,
        ask.all_signatures_are_given,
        ask.prior_notice_is_out,
        ask.objection_window_is_over,
        ask.release_checks_still_hold,
    ),
    _row(_A.LAPSE, {_S.SIGNING, _S.APPROVED}, _S.ON_HOLD, Event.CASE_LAPSED, None),
    _row(_A.ISSUE_LINK, {_S.RELEASED}, None, Event.DELIVERY_LINK_SENT, None),
    _row(_A.SEND_LINK, {_S.RELEASED}, None, Event.DELIVERY_REVOKED, _work),
    _row(_A.REVOKE_LINK, {_S.RELEASED}, None, Event.DELIVERY_REVOKED, _work),
    _row(_A.REFUSE_CODE, {_S.RELEASED}, None, Event.DELIVERY_CODE_REFUSED, None),
    _row(_A.CONFIRM_DELIVERY, {_S.RELEASED}, _S.DELIVERED, Event.DELIVERY_REDEEMED, None),
    _row(
        _A.REVIEW_EMERGENCY,
        _LEFT,
        None,
        Event.EMERGENCY_REVIEWED,
        Permission.REVIEW_EMERGENCY,
        ask.signer_is_not_preparer,
        ask.signer_has_not_signed,
        ask.emergency_review_is_owed,
    ),
    _row(
        _A.CLOSE,
        {_S.DELIVERED, _S.PRESERVED, _S.RECALLED},
        _S.CLOSED,
        Event.CASE_CLOSED,
        _work,
        ask.notice_is_settled,
        ask.emergency_review_is_done,
    ),
    _row(
        _A.RECALL,
        _LEFT | {_S.CLOSED},
        _S.RECALLED,
        Event.CASE_RECALLED,
        Permission.RELEASE,
        ask.records_are_kept,
    ),
    _row(
        _A.REOPEN,
        {_S.CLOSED, _S.REFUSED, _S.NO_DATA, _S.PRESERVED},
        _S.VERIFYING,
        Event.CASE_REOPENED,
        _decide,
        ask.records_are_kept,
    ),
    _row(_A.EXTEND_DEADLINE, OPEN - _LEFT, None, Event.CASE_DEADLINE_EXTENDED, _decide),
    _row(_A.EXPORT_RECORD, _ANY, None, Event.RECORD_EXPORTED, Permission.EXPORT_RECORD),
    _row(_A.VIEW_RECORDS, _ANY, None, Event.RECORD_VIEWED, Permission.SEE_CASES),
)
"""Every way in which a case can change. ``RECEIVE`` is not here: it makes the case."""

_BY_ACTION = {row.action: row for row in TRANSITIONS}


def transition_for(action: Action) -> Transition:
    """Return the row of an action."""
    return _BY_ACTION[action]


def why_not(action: Action, facts: CaseFacts, who: Signer, *, now: datetime) -> str | None:
    """Say why this person can not take this action now, or None when they can.

    The permission is asked for first, then the state, then each guard in the table's order.
    """
    row = transition_for(action)
    if row.permission is not None and not may(who.roles, row.permission):
        return f"Your roles do not carry the permission to {row.permission.value}."
    if facts.state not in row.sources:
        return f"This can not be done while the case is “{facts.state.label}”."
    for guard in row.guards:
        if reason := guard(facts, who, now):
            return reason
    return None


def allowed_actions(facts: CaseFacts, who: Signer, *, now: datetime) -> tuple[AllowedAction, ...]:
    """List what a page offers this person: their actions in this state, blocked ones with why."""
    return tuple(
        AllowedAction(row.action, why_not(row.action, facts, who, now=now))
        for row in TRANSITIONS
        if row.permission is not None
        and facts.state in row.sources
        and may(who.roles, row.permission)
    )
