"""Two decisions side by side: what auditors read of second decisions, and what they make of them.

Owns these readings and the entry of an auditor's verdict. The decisions are
``operations/shadow.py``'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from disclosure.domain.access import Permission
from disclosure.domain.events import Event
from disclosure.domain.shadow import Agreement
from disclosure.errors import BadInput, NotFound
from disclosure.operations.desk import Work
from disclosure.operations.recording import record
from disclosure.operations.shadow import (
    FirstDecision,
    entries_of,
    first_of,
    required_reason,
)
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerOpening
from disclosure.storage.shadow import ShadowAnswer, ShadowDraw, ShadowReview

EXAMINED = {
    "first": "The first decision was right",
    "second": "The second decision was right",
    "either": "Either can be defended",
}


def reason_at(work: Work, seq: int) -> str:
    """Return the written reason of an entry; empty when it was destroyed."""
    found = work.session.get(LedgerOpening, (seq, "reason"))
    return found.value if found else ""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two decisions side by side.

    Attributes:
        answer: The second decision.
        case: Reference of the case.
        ground: Its ground.
        first: The first decision.
        first_reason: Its reason, while it is kept.
        second_reason: The other one's.
        examined: What auditors made of it: (who, verdict, note), oldest first.
    """

    answer: ShadowAnswer
    case: str
    ground: str
    first: FirstDecision
    first_reason: str
    second_reason: str
    examined: Sequence[tuple[str, str, str]]

    @property
    def agreement(self) -> Agreement:
        """Return in what the two agree."""
        return Agreement(self.answer.same_outcome, self.answer.same_fields)


def compared(work: Work, row: ShadowAnswer) -> Compared:
    """Put two decisions side by side."""
    review = work.session.get_one(ShadowReview, row.review_id)
    case = work.session.get_one(Case, review.case_id)
    first, second_reason, examined = first_of(work, review), "", []
    for seq, body in entries_of(work, case.id):
        if body["data"].get("review") != review.id:
            continue
        if body["action"] == Event.SHADOW_ANSWERED.value:
            second_reason = reason_at(work, seq)
        if body["action"] == Event.SHADOW_EXAMINED.value:
            verdict = EXAMINED[body["data"]["verdict"]]
            examined.append((body["actor"]["person"], verdict, reason_at(work, seq)))
    return Compared(
        answer=row,
        case=case.reference,
        ground=case.ground,
        first=first,
        first_reason=reason_at(work, first.seq),
        second_reason=second_reason,
        examined=examined,
    )


def disagreements(work: Work, *, most: int = 50) -> list[Compared]:
    """Return the newest second decisions that differ from the first.

    Raises:
        Forbidden: Without the permission to read the ledger.
    """
    work.actor.require(Permission.SEE_LEDGER)
    rows = work.session.scalars(
        select(ShadowAnswer)
        .where(or_(ShadowAnswer.same_outcome.is_(False), ShadowAnswer.same_fields.is_(False)))
        .order_by(ShadowAnswer.answered_at.desc())
        .limit(most)
    ).all()
    return [compared(work, row) for row in rows]


def examine(work: Work, review_id: str, *, verdict: str, note: str) -> None:
    """Keep what an auditor makes of a disagreement.

    Raises:
        Forbidden: Without the permission.
        BadInput: When the verdict is none, or the note is missing or too long.
        NotFound: When there is no such second decision.
    """
    work.actor.require(Permission.SAMPLE_CASES)
    row = work.session.get(ShadowAnswer, review_id)
    if row is None:
        raise NotFound("There is no such second decision.")
    if verdict not in EXAMINED:
        raise BadInput("Choose what the disagreement showed.", where="verdict")
    review = work.session.get_one(ShadowReview, review_id)
    record(
        work,
        Event.SHADOW_EXAMINED,
        case=work.session.get_one(Case, review.case_id),
        subjects=[review_id],
        data={"review": review_id, "verdict": verdict},
        private={"reason": required_reason(note)},
        permission=Permission.SAMPLE_CASES,
    )


@dataclass(frozen=True, slots=True)
class Rate:
    """How often the second decision was the first, for a quarter and a ground.

    Attributes:
        quarter: Such as ``2026 Q4``.
        ground: The ground's id.
        blind: Second decisions by somebody who knew nothing; only they are counted below.
        outcome: Of those, with the same outcome.
        whole: Of those, with the same outcome and the same fields.
        seen: Second decisions by somebody who had seen the case before.
    """

    quarter: str
    ground: str
    blind: int
    outcome: int
    whole: int
    seen: int


def rates(work: Work) -> list[Rate]:
    """Return the agreement by quarter, newest first, and ground."""
    rows = work.session.execute(
        select(ShadowAnswer, Case.ground)
        .join(ShadowReview, ShadowReview.id == ShadowAnswer.review_id)
        .join(Case, Case.id == ShadowReview.case_id)
    )
    zone = work.desk.settings.zone
    groups: dict[tuple[str, str], list[ShadowAnswer]] = {}
    for row, ground in rows:
        at = row.answered_at.astimezone(zone)
        groups.setdefault((f"{at.year} Q{(at.month + 2) // 3}", ground), []).append(row)
    return [
        _rate(quarter, ground, groups[quarter, ground])
        for quarter, ground in sorted(groups, key=lambda key: (-_order(key[0]), key[1]))
    ]


def _order(quarter: str) -> int:
    return int(quarter[:4]) * 4 + int(quarter[-1])


def _rate(quarter: str, ground: str, rows: Sequence[ShadowAnswer]) -> Rate:
    blind = [row for row in rows if row.blind]
    return Rate(
        quarter=quarter,
        ground=ground,
        blind=len(blind),
        outcome=sum(row.same_outcome for row in blind),
        whole=sum(row.same_outcome and row.same_fields for row in blind),
        seen=len(rows) - len(blind),
    )


def waiting(work: Work) -> int:
    """Return how many drawn cases nobody has answered yet."""
    query = (
        select(func.count())
        .select_from(ShadowReview)
        .outerjoin(ShadowAnswer, ShadowAnswer.review_id == ShadowReview.id)
        .where(ShadowAnswer.review_id.is_(None))
    )
    return int(work.session.scalar(query) or 0)


def draws(work: Work, *, most: int = 10) -> Sequence[ShadowDraw]:
    """Return the newest draws that found an ended case."""
    rows = work.session.scalars(
        select(ShadowDraw).where(ShadowDraw.ended > 0).order_by(ShadowDraw.upto.desc()).limit(most)
    )
    return list(rows)
