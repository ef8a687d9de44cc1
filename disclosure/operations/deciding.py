"""The legal reviewer's decisions after the rules have spoken, and what each sets going.

Owns the outcome actions of ``assessing``: release, refuse, reroute, preserve, link, refer. The
rules' result stands in front of the person; the table in ``domain/workflow.py`` says which decision
it allows.
"""

from collections.abc import Sequence

from disclosure.domain.decision import NoticeRule
from disclosure.domain.workflow import Action
from disclosure.errors import BadInput
from disclosure.operations.assessing import assess
from disclosure.operations.desk import Work
from disclosure.operations.noticing import plan_notice
from disclosure.operations.outbox import Effect
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case, Evaluation


def decide_release(work: Work, case: Case, *, reason: str) -> None:
    """Decide to release what the rules allow: fixes fields, profile and notice plan.

    Raises:
        Refused: When the rules do not allow a release, or the actor handles the case.
    """
    evaluation = assess(work, case)
    advance(
        work,
        case,
        Action.DECIDE_RELEASE,
        Change(
            subjects=[evaluation.id],
            data={
                "evaluation": evaluation.id,
                "fields": list(evaluation.releasable),
                "profile": evaluation.profile,
            },
            reason=reason,
            effects=[Effect("letter", {"template": "accepted", "case": case.reference})],
        ),
    )
    case.decider_id = work.actor.person
    case.allowed_fields = list(evaluation.releasable)
    case.approval_profile = evaluation.profile
    case.decided_evaluation_id = evaluation.id
    case.batch = None
    work.session.flush()
    plan_notice(
        work,
        case,
        rule=NoticeRule(evaluation.notice_rule),
        objection_days=int(evaluation.decision["objection_days"]),
    )


def decide_refusal(work: Work, case: Case, *, code: str, reason: str) -> None:
    """Refuse a demand under a reason code; the requester is told which, and how to appeal.

    Raises:
        BadInput: When the code is not in the catalogue.
    """
    known = work.desk.catalogue.reasons.get(code)
    if known is None or known.withholds:
        raise BadInput("Choose a reason code of the list.", where="code")
    effect = Effect("letter", {"template": "refused", "case": case.reference, "code": code})
    change = Change(data={"code": code}, reason=reason, effects=[effect])
    advance(work, case, Action.DECIDE_REFUSAL, change)


def decide_reroute(work: Work, case: Case, *, reason: str) -> None:
    """End a case that another ground or right carries; the letter says which."""
    evaluation = assess(work, case)
    arguments = {
        "template": "rerouted",
        "case": case.reference,
        "check": evaluation.deciding_check,
    }
    change = Change(
        data={"check": evaluation.deciding_check},
        reason=reason,
        effects=[Effect("letter", arguments)],
    )
    advance(work, case, Action.DECIDE_REROUTE, change)


def decide_preservation(work: Work, case: Case, *, reason: str) -> None:
    """Freeze copies of the records asked for, for the paper's term; nothing is disclosed."""
    effects: Sequence[Effect] = (
        Effect("collect", {"case": case.reference, "purpose": "preserve"}),
        Effect("letter", {"template": "preserved", "case": case.reference}),
    )
    advance(work, case, Action.DECIDE_PRESERVATION, Change(reason=reason, effects=effects))
    case.decider_id = work.actor.person


def link_duplicate(work: Work, case: Case) -> None:
    """End a case that repeats an earlier one; the letter names the earlier reference."""
    evaluation = assess(work, case)
    earlier = evaluation.facts["facts"]["request"].get("duplicate_of", "")
    arguments = {"template": "duplicate", "case": case.reference, "earlier": earlier}
    change = Change(data={"earlier": earlier}, effects=[Effect("letter", arguments)])
    advance(work, case, Action.LINK_DUPLICATE, change)


def refer_to_counsel(work: Work, case: Case, *, reason: str) -> None:
    """Hand a check that needs a person's judgement to counsel."""
    assess(work, case)
    advance(work, case, Action.REFER_TO_COUNSEL, Change(reason=reason))


def answer_question(work: Work, case: Case, *, reason: str) -> Evaluation:
    """Record counsel's answer and go back to assessing."""
    advance(work, case, Action.ANSWER_QUESTION, Change(reason=reason))
    return assess(work, case)


def hold(work: Work, case: Case, *, reason: str) -> None:
    """Put a case on hold; signatures over an unreleased rendition lose their force."""
    from disclosure.operations.signing import void_signatures  # noqa: PLC0415 - signing decides nothing

    void_signatures(work, case, cause="held")
    advance(work, case, Action.HOLD, Change(reason=reason))


def resume(work: Work, case: Case, *, reason: str) -> None:
    """Take a case off hold: everything is checked anew, nothing recorded is lost."""
    advance(work, case, Action.RESUME, Change(reason=reason))
    assess(work, case)


def reopen(work: Work, case: Case, *, reason: str) -> None:
    """Reopen an ended case with new facts; a new decision and new signatures are needed."""
    advance(work, case, Action.REOPEN, Change(reason=reason))
    case.decider_id, case.decided_evaluation_id = None, None
    case.approval_profile, case.allowed_fields, case.batch = "", [], None
    assess(work, case)
