"""What each workflow button does: the action's code, the operation, the fields it reads.

Owns the one table between forms and operations. Whether a button may be pressed is the workflow's;
a button that is not in this table does not exist.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from disclosure.domain.states import MAIN_ROAD
from disclosure.domain.workflow import Action, AllowedAction, transition_for
from disclosure.errors import BadInput, NotFound
from disclosure.operations import (
    assessing,
    closing,
    collecting,
    deadlines,
    deciding,
    gate_answers,
    noticing,
    redacting,
    releasing,
    signing,
    verifying,
)
from disclosure.operations.desk import Work
from disclosure.operations.transition import require_version
from disclosure.storage.cases import Case

Typed = Mapping[str, str]
Handler = Callable[[Work, Case, Typed], object]


@dataclass(frozen=True, slots=True)
class Button:
    """An action as a page shows it.

    Attributes:
        tone: ``primary``, ``secondary`` or ``danger``.
        inputs: Names of the inputs besides the reason, see ``templates/cases/action.html``.
    """

    action: Action
    blocked: str | None
    tone: str
    inputs: tuple[str, ...]

    @property
    def leads_on(self) -> bool:
        """Tell whether it takes the case a step along the main road; shown even when blocked."""
        return transition_for(self.action).target in MAIN_ROAD


def _reason(typed: Typed) -> str:
    return typed.get("reason", "")


def _yes(typed: Typed, name: str) -> bool:
    answer = typed.get(name, "")
    if answer not in {"yes", "no"}:
        raise BadInput("Choose yes or no.", where=name)
    return answer == "yes"


def _number(typed: Typed, name: str) -> int:
    given = typed.get(name, "").strip()
    if not given.isascii() or not given.isdigit() or len(given) > 6:  # noqa: PLR2004 - days and ids
        raise BadInput("Enter a whole number.", where=name)
    return int(given)


HANDLERS: dict[Action, Handler] = {
    Action.CLAIM: lambda work, case, _: verifying.claim(work, case),
    Action.START_VERIFYING: lambda work, case, _: verifying.start_verifying(work, case),
    Action.RECORD_CALLBACK: lambda work, case, typed: verifying.record_callback(
        work,
        case,
        confirmed=_yes(typed, "confirmed"),
        answered_by=typed.get("answered_by", ""),
    ),
    Action.RECORD_FINDING: lambda work, case, typed: verifying.record_finding(
        work,
        case,
        key=typed.get("key", ""),
        answer=typed.get("answer", ""),
        reason=_reason(typed),
    ),
    Action.CONFIRM_REQUESTER: lambda work, case, _: verifying.confirm_requester(work, case),
    Action.REJECT_SENDER: lambda work, case, typed: verifying.reject_sender(
        work, case, reason=_reason(typed)
    ),
    Action.ASK_REQUESTER: lambda work, case, typed: verifying.ask_requester(
        work, case, reason=_reason(typed)
    ),
    Action.RECEIVE_ANSWER: lambda work, case, typed: verifying.receive_answer(
        work, case, reason=_reason(typed)
    ),
    Action.HOLD: lambda work, case, typed: deciding.hold(work, case, reason=_reason(typed)),
    Action.RESUME: lambda work, case, typed: deciding.resume(work, case, reason=_reason(typed)),
    Action.REFER_TO_COUNSEL: lambda work, case, typed: deciding.refer_to_counsel(
        work, case, reason=_reason(typed)
    ),
    Action.ANSWER_QUESTION: lambda work, case, typed: deciding.answer_question(
        work, case, reason=_reason(typed)
    ),
    Action.OVERRULE_CHECK: lambda work, case, typed: assessing.overrule(
        work, case, reason=_reason(typed)
    ),
    Action.DECIDE_RELEASE: lambda work, case, typed: deciding.decide_release(
        work, case, reason=_reason(typed)
    ),
    Action.DECIDE_REFUSAL: lambda work, case, typed: deciding.decide_refusal(
        work, case, code=typed.get("code", ""), reason=_reason(typed)
    ),
    Action.DECIDE_REROUTE: lambda work, case, typed: deciding.decide_reroute(
        work, case, reason=_reason(typed)
    ),
    Action.DECIDE_PRESERVATION: lambda work, case, typed: deciding.decide_preservation(
        work, case, reason=_reason(typed)
    ),
    Action.LINK_DUPLICATE: lambda work, case, _: deciding.link_duplicate(work, case),
    Action.COLLECT: lambda work, case, _: collecting.request_collection(work, case),
    Action.RECORD_NO_DATA: lambda work, case, _: collecting.record_no_data(work, case),
    Action.FINISH_COLLECTING: lambda work, case, _: collecting.finish_collecting(work, case),
    Action.BUILD_RENDITION: lambda work, case, _: redacting.request_rendition(work, case),
    Action.ANSWER_FOR_GATE: lambda work, case, typed: gate_answers.answer_for_gate(
        work, case, sha256=typed.get("sha256", ""), reason=_reason(typed)
    ),
    Action.SUBMIT_FOR_SIGNING: lambda work, case, _: signing.submit_for_signing(work, case),
    Action.SIGN: lambda work, case, typed: signing.sign(
        work, case, sha256=typed.get("sha256", ""), reason=_reason(typed)
    ),
    Action.RETURN_FOR_REDACTION: lambda work, case, typed: signing.return_for_redaction(
        work, case, reason=_reason(typed)
    ),
    Action.RESOLVE_OBJECTION: lambda work, case, typed: noticing.resolve_objection(
        work, case, upheld=_yes(typed, "upheld"), reason=_reason(typed)
    ),
    Action.RELEASE: lambda work, case, _: releasing.release(work, case),
    Action.SEND_LINK: lambda work, case, typed: releasing.reissue_link(
        work, case, reason=_reason(typed)
    ),
    Action.REVOKE_LINK: lambda work, case, typed: releasing.revoke_link(
        work, case, reason=_reason(typed)
    ),
    Action.REVIEW_EMERGENCY: lambda work, case, typed: releasing.review_emergency(
        work, case, justified=_yes(typed, "justified"), reason=_reason(typed)
    ),
    Action.CLOSE: lambda work, case, _: closing.close(work, case),
    Action.RECALL: lambda work, case, typed: releasing.recall(work, case, reason=_reason(typed)),
    Action.REOPEN: lambda work, case, typed: deciding.reopen(work, case, reason=_reason(typed)),
    Action.EXTEND_DEADLINE: lambda work, case, typed: deadlines.extend_deadline(
        work, case, days=_number(typed, "days"), reason=_reason(typed)
    ),
}
"""Action -> what its form does. Uploads and marks have pages of their own."""

ELSEWHERE = frozenset(
    {Action.ADD_DOCUMENT, Action.RECORD_FINDING, Action.RECORD_CALLBACK, Action.MARK, Action.SIGN}
    | {Action.EXPORT_RECORD, Action.VIEW_RECORDS, Action.ANSWER_FOR_GATE, Action.FLAG_PAGE}
    | {Action.WITHDRAW_FLAG, Action.ANSWER_CONSULTATION, Action.OPEN_SET, Action.TAKE_COLLECTION}
)
"""Actions whose forms stand in another place than the list of buttons."""

INPUTS: dict[Action, tuple[str, ...]] = {
    Action.DECIDE_REFUSAL: ("code",),
    Action.EXTEND_DEADLINE: ("days",),
    Action.RESOLVE_OBJECTION: ("upheld",),
    Action.REVIEW_EMERGENCY: ("justified",),
}

PRIMARY = frozenset(
    {Action.CLAIM, Action.START_VERIFYING, Action.CONFIRM_REQUESTER, Action.DECIDE_RELEASE}
    | {Action.COLLECT, Action.FINISH_COLLECTING, Action.BUILD_RENDITION, Action.RELEASE}
    | {Action.SUBMIT_FOR_SIGNING, Action.CLOSE, Action.RECEIVE_ANSWER, Action.RESUME}
    | {Action.ANSWER_QUESTION, Action.RESOLVE_OBJECTION, Action.REVIEW_EMERGENCY}
    | {Action.LINK_DUPLICATE, Action.DECIDE_PRESERVATION, Action.RECORD_NO_DATA}
)
DANGER = frozenset({Action.DECIDE_REFUSAL, Action.REJECT_SENDER, Action.RECALL})


def offered(allowed: Sequence[AllowedAction], *, claimed: bool) -> list[Button]:
    """Return the buttons of a case page: what can be done first, then what is blocked.

    Args:
        allowed: The actions, from the workflow's table.
        claimed: Whether somebody handles the case; taking it over is then no first choice.
    """
    quiet = {Action.CLAIM} if claimed else set()
    buttons = [
        Button(
            each.action,
            each.blocked,
            "secondary" if each.action in quiet else _tone(each.action),
            INPUTS.get(each.action, ()),
        )
        for each in allowed
        if each.action in HANDLERS and each.action not in ELSEWHERE
    ]
    return sorted(
        buttons, key=lambda button: (button.blocked is not None, button.tone != "primary")
    )


def _tone(action: Action) -> str:
    if action in DANGER:
        return "danger"
    return "primary" if action in PRIMARY else "secondary"


def find(code: str) -> Handler:
    """Return what an action's form does.

    Raises:
        NotFound: When there is no such button.
    """
    try:
        return HANDLERS[Action.of(code)]
    except KeyError:
        raise NotFound("There is no such action.") from None


LEAD_TO_REDACTION = frozenset(
    {Action.FINISH_COLLECTING, Action.BUILD_RENDITION, Action.ANSWER_FOR_GATE}
)


def label(code: str) -> str:
    """Return the label of an action."""
    return Action.of(code).label


def require_current(case: Case, typed: Typed) -> None:
    """Refuse a form that was opened before somebody else changed the case."""
    given = typed.get("version", "")
    if not given.isascii() or not given.isdigit() or len(given) > 9:  # noqa: PLR2004 - a small number
        raise BadInput("Load the page again: the form came without the case's version.")
    require_version(case, int(given))


def next_page(code: str, reference: str) -> str:
    """Return where the person goes on after an action."""
    if Action.of(code) in LEAD_TO_REDACTION:
        return url_for("redaction.page", reference=reference)
    if Action.of(code) is Action.SIGN:
        return url_for("approvals.page", reference=reference)
    return url_for("cases.case", reference=reference)
