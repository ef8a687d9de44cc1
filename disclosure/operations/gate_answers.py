"""Answering for the gate: an officer's word for exact bytes of which the gate could not tell.

Owns the answers. What may be answered for is the workflow's, and the database asks again: never a
leak, never by who prepared the rendition. The hash is not taken from the form, which only proves
which bytes the officer looked at. A new rendition needs a new answer.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from disclosure.domain.ledger import Payload
from disclosure.domain.workflow import Action
from disclosure.errors import Stale
from disclosure.operations.desk import Work
from disclosure.operations.facts import answer_for, latest_rendition
from disclosure.operations.signing import flush_or_refuse, require_intact
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerOpening
from disclosure.storage.releases import GateAnswer, Release, Rendition


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer for the gate, for pages.

    Attributes:
        person: Who gave it.
        at: When.
        sha256: For which bytes.
        reason: In their words; empty once the case's records are destroyed.
        stands: Whether it counts: its giver still holds the role.
    """

    person: str
    at: datetime
    sha256: str
    reason: str
    stands: bool


def answer_for_gate(work: Work, case: Case, *, sha256: str, reason: str) -> GateAnswer:
    """Answer for what the gate could not tell of the current rendition.

    Args:
        work: The unit of work.
        case: The case.
        sha256: Hash of the bytes that the officer was shown.
        reason: What was done instead of the gate, in the officer's words.

    Raises:
        Stale: When the bytes shown are not the current ones.
        Refused: When the gate passed or found a leak, or this person may not answer.
        NotReady: When the stored file is not what was built.
    """
    rendition = latest_rendition(work, case)
    if rendition is None or rendition.sha256 != sha256:
        raise Stale("The rendition has changed since you opened it: look at the new one first.")
    given = uuid.uuid4().hex
    data: Payload = {
        "answer": given,
        "rendition": rendition.id,
        "sha256": rendition.sha256,
        "untold": len(rendition.gate_report.get("unknown", ())),
    }
    change = Change(subjects=[given], data=data, reason=reason)
    entry = advance(work, case, Action.ANSWER_FOR_GATE, change)
    require_intact(work, rendition)
    answer = GateAnswer(
        id=given,
        case_id=case.id,
        rendition_id=rendition.id,
        sha256=rendition.sha256,
        person_id=work.actor.person,
        seq=entry.seq,
        answered_at=work.now,
    )
    work.session.add(answer)
    flush_or_refuse(work, "answer for the gate")
    return answer


def answers_shown(work: Work, rendition: Rendition | None) -> list[ShownAnswer]:
    """Return every answer for the gate over a rendition, oldest first."""
    if rendition is None:
        return []
    standing = answer_for(work, rendition)
    rows = work.session.execute(
        select(GateAnswer, LedgerOpening.value)
        .outerjoin(
            LedgerOpening,
            (LedgerOpening.seq == GateAnswer.seq) & (LedgerOpening.name == "reason"),
        )
        .where(GateAnswer.rendition_id == rendition.id)
        .order_by(GateAnswer.answered_at)
    )
    return [
        ShownAnswer(
            person=row.person_id,
            at=row.answered_at,
            sha256=row.sha256,
            reason=reason or "",
            stands=standing is not None and standing.id == row.id,
        )
        for row, reason in rows
    ]


@dataclass(frozen=True, slots=True)
class AnsweredCase:
    """An answer for the gate with its case, for the list of all."""

    reference: str
    person: str
    at: datetime
    sha256: str
    released: bool


def answers_of_all_cases(work: Work) -> list[AnsweredCase]:
    """Return every answer for the gate that was ever given, newest first."""
    rows = work.session.execute(
        select(GateAnswer, Case.reference, Release.id)
        .join(Case, Case.id == GateAnswer.case_id)
        .outerjoin(Release, Release.rendition_id == GateAnswer.rendition_id)
        .order_by(GateAnswer.answered_at.desc())
    )
    return [
        AnsweredCase(reference, row.person_id, row.answered_at, row.sha256, release is not None)
        for row, reference, release in rows
    ]
