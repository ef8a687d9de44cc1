"""The states of a case, and what guards may know about it.

Owns the names; which state leads where is the table in ``domain/workflow.py``.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from disclosure.domain.access import Role


class State(Enum):
    """Where a case stands; (label, who is waited for, step on the main road or 0)."""

    RECEIVED = ("received", "Received", 1)
    VERIFYING = ("verifying", "Verifying the requester", 2)
    ASSESSING = ("assessing", "Assessing the ground", 3)
    COLLECTING = ("collecting", "Collecting records", 4)
    REDACTING = ("redacting", "Redacting", 5)
    SIGNING = ("signing", "Signing", 6)
    APPROVED = ("approved", "Approved", 7)
    RELEASED = ("released", "Released", 8)
    DELIVERED = ("delivered", "Delivered", 9)
    CLOSED = ("closed", "Closed", 10)
    NEEDS_INFO = ("needs_info", "Waiting for the requester", 0)
    ON_HOLD = ("on_hold", "On hold", 0)
    NEEDS_HUMAN = ("needs_human", "Waiting for counsel", 0)
    REFUSED = ("refused", "Refused", 0)
    REJECTED = ("rejected", "Rejected as forged", 0)
    REROUTED = ("rerouted", "Rerouted", 0)
    PRESERVED = ("preserved", "Preserved, nothing disclosed", 0)
    LINKED_DUPLICATE = ("linked_duplicate", "Linked to an earlier case", 0)
    NO_DATA = ("no_data", "Nothing found", 0)
    RECALLED = ("recalled", "Recalled", 0)

    def __init__(self, code: str, label: str, step: int) -> None:
        self.code = code
        self.label = label
        self.step = step

    @classmethod
    def of(cls, code: str) -> "State":
        """Return the state with this stored code."""
        return _STATES[code]


_STATES = {state.code: state for state in State}

MAIN_ROAD = tuple(sorted((s for s in State if s.step), key=lambda state: state.step))
NEXT_STEPS: dict[State, str] = {
    State.RECEIVED: "Take it and start verifying",
    State.VERIFYING: "Call back and verify the requester",
    State.ASSESSING: "Decide on the ground",
    State.COLLECTING: "Fetch the allowed fields",
    State.REDACTING: "Mask, mark and build the rendition",
    State.SIGNING: "Two people sign the bytes",
    State.APPROVED: "Release when nothing stands in the way",
    State.RELEASED: "Wait until the requester collects it",
    State.DELIVERED: "Settle the notice and close",
    State.CLOSED: "Nothing left to do",
    State.NEEDS_INFO: "Wait for the requester's answer",
    State.ON_HOLD: "Clear what holds it, then resume",
    State.NEEDS_HUMAN: "Counsel answers the open question",
    State.REFUSED: "Nothing left to do",
    State.REJECTED: "Follow the security incident",
    State.REROUTED: "Go on in the new case",
    State.PRESERVED: "Wait for a demand that carries the data",
    State.LINKED_DUPLICATE: "Go on in the earlier case",
    State.NO_DATA: "Nothing left to do",
    State.RECALLED: "Contain the misrelease, then close",
}
"""What has to happen next in each state, as queues and case pages say it."""

STOPPED = frozenset({State.NEEDS_INFO})
"""States in which the clocks stand still: we wait for the requester."""
FINAL = frozenset({State.CLOSED, State.REFUSED, State.REJECTED, State.REROUTED})
FINAL |= {State.LINKED_DUPLICATE, State.NO_DATA}
"""States that end a case; some may be reopened with new facts."""
OPEN = frozenset(State) - FINAL


@dataclass(frozen=True, slots=True)
class GivenSignature:
    """A signature that is not voided."""

    person: str
    role: Role
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What guards may know about a case; assembled by ``operations/facts.py``.

    Attributes:
        state: Where the case stands.
        handler: Person id of the case handler, if one has claimed it.
        decider: Person id of the legal reviewer who decided to release.
        preparers: Persons who collected, marked or built the current rendition.
        separation: ``strict`` or ``small-team``.
        outcome: The current evaluation's outcome code, or empty.
        deciding_check: The current evaluation's deciding check, or empty.
        overrulable: Whether the deciding check is one that a person may overrule.
        runs_the_wrong_way: Whether a complainant asks for the respondent under clause 3(e).
        identity_problem: First reason why the requester's identity is not established.
        sender_is_forged: Whether a look-alike sender or forged paper is on record.
        profile_roles: Roles whose signatures the approval profile asks for.
        records_collected: Whether every allowed field was fetched since the decision.
        records_found: How many values were found.
        collecting: Whether a collection job is under way or failed.
        open_marks: Suggested marks that nobody has settled, and unread documents.
        lost_duplicates: Pages flagged as duplicates of pages in documents that do not leave.
        open_consultations: Pages about which somebody was asked and has not answered.
        rendition_sha256: Hash of the current rendition, or empty.
        rendition_gated: Whether the gate passed exactly those bytes, or a person answered for it.
        gate_outcome: What the gate said of them: ``passed``, ``leak``, ``cannot-tell`` or empty.
        rendition_current: Whether nothing it was built from has changed since.
        impact_assessment: Whether an impact assessment is on record.
        signatures: Signatures over the current rendition that are not voided.
        release_problem: Why the release checks, run again now, forbid the release.
        objection: ``none``, ``pending``, ``upheld`` or ``overruled``.
        objection_until: End of the objection window, if prior notice was promised.
        prior_notice_owed: Whether prior notice must go out before a release and has not.
        notice_settled: Whether the notice was sent, or is lawfully delayed or suppressed.
        emergency_review_owed: Whether a senior officer's review is still due.
        delivery_live: Whether a delivery link is open.
        destroyed: Whether the case's records were destroyed at the end of their term.
    """

    state: State
    handler: str | None = None
    decider: str | None = None
    preparers: frozenset[str] = frozenset()
    separation: str = "strict"
    outcome: str = ""
    deciding_check: str = ""
    overrulable: bool = False
    runs_the_wrong_way: bool = False
    identity_problem: str | None = None
    sender_is_forged: bool = False
    profile_roles: tuple[Role, ...] = ()
    records_collected: bool = False
    records_found: int = 0
    collecting: bool = False
    open_marks: int = 0
    open_consultations: int = 0
    lost_duplicates: int = 0
    rendition_sha256: str = ""
    rendition_gated: bool = False
    gate_outcome: str = ""
    rendition_current: bool = False
    impact_assessment: bool = False
    signatures: tuple[GivenSignature, ...] = ()
    release_problem: str | None = None
    objection: str = "none"
    objection_until: datetime | None = None
    prior_notice_owed: bool = False
    notice_settled: bool = False
    emergency_review_owed: bool = False
    delivery_live: bool = False
    destroyed: bool = False


@dataclass(frozen=True, slots=True)
class Signer:
    """The person who wants to act, as guards see them."""

    person: str
    roles: frozenset[Role]
