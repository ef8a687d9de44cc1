"""Second decisions: ended cases are drawn, and another lawyer decides them without knowing.

Owns the draw, who may take a case, and their answer. Changes no case. What the reviewer is shown is
``operations/shadow_brief.py``'s; both decisions side by side, and the rates of agreement, are
``operations/shadow_reading.py``'s.
"""

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from disclosure.domain.access import Permission
from disclosure.domain.events import Event
from disclosure.domain.ledger import Payload
from disclosure.domain.shadow import SecondOutcome, compare, is_drawn
from disclosure.errors import BadInput, Forbidden, NotFound, Refused
from disclosure.operations.checkpoints import lock_head
from disclosure.operations.desk import Work
from disclosure.operations.ledger_reading import first_since
from disclosure.operations.recording import record
from disclosure.storage.cases import Case, Evaluation
from disclosure.storage.ledger_rows import LedgerEntry, LedgerHead
from disclosure.storage.people import Person
from disclosure.storage.releases import Signature
from disclosure.storage.shadow import ShadowAnswer, ShadowDraw, ShadowReview, ShadowTake

LOOKS_BACK = timedelta(days=31)
"""How far the first draw of an installation looks back."""
LONGEST_REASON = 4000
_ENDS = (Event.CASE_CLOSED, Event.CASE_REFUSED)
_DECISIONS = {each.event.value: each for each in SecondOutcome}
_READS = frozenset(
    {Event.CASE_VIEWED.value, Event.PAPER_VIEWED.value, Event.RECORD_VIEWED.value}
    | {Event.RECORD_EXPORTED.value, Event.RECORD_DOWNLOADED.value, Event.STATEMENT_VIEWED.value}
)
"""Looking at a case; whoever did not more than that had no hand in it."""
_OWN = frozenset({Event.SHADOW_TAKEN.value})


@dataclass(frozen=True, slots=True)
class FirstDecision:
    """The decision that a review is compared with, as its entry in the ledger tells it."""

    outcome: SecondOutcome
    fields: tuple[str, ...]
    person: str
    at: datetime
    seq: int
    evaluation: str


def draw_is_due(work: Work) -> bool:
    """Tell whether this day's draw is still to be made."""
    if not work.desk.settings.shadow_one_in:
        return False
    newest = _newest_draw(work)
    zone = work.desk.settings.zone
    today = work.now.astimezone(zone).date()
    return newest is None or newest.drawn_at.astimezone(zone).date() < today


def _newest_draw(work: Work) -> ShadowDraw | None:
    return work.session.scalars(
        select(ShadowDraw).order_by(ShadowDraw.upto.desc()).limit(1)
    ).first()


def draw(work: Work) -> ShadowDraw | None:
    """Draw among the cases that ended since the last draw; the rule and the result are an entry.

    Returns:
        The draw; None when the ledger has nothing new, or no case is to be drawn.
    """
    head: LedgerHead = lock_head(work)
    newest, settings = _newest_draw(work), work.desk.settings
    after = newest.upto if newest else first_since(work, work.now - LOOKS_BACK) - 1
    if head.seq <= after or not settings.shadow_one_in:
        return None
    ended = _ended(work, after, head.seq)
    reviews = [
        review
        for seq, leaf, case_id in ended
        if is_drawn(leaf, seed=settings.shadow_seed, one_in=settings.shadow_one_in)
        and (review := _review(work, case_id, seq)) is not None
    ]
    made = ShadowDraw(
        upto=head.seq,
        after=after,
        one_in=settings.shadow_one_in,
        seed=settings.shadow_seed,
        ended=len(ended),
        drawn=len(reviews),
        drawn_at=work.now,
    )
    work.session.add_all([made, *reviews])
    work.session.flush()
    data: Payload = {
        "after": after,
        "upto": made.upto,
        "one_in": made.one_in,
        "seed": made.seed,
        "ended": made.ended,
        "drawn": made.drawn,
    }
    record(work, Event.SHADOW_DRAWN, subjects=[each.id for each in reviews], data=data)
    return made


def _ended(work: Work, after: int, upto: int) -> list[tuple[int, str, int]]:
    """Return place, hash and case of each entry that ended a case by a person's decision."""
    ends = [f'{{"action":"{event.value}",'.encode() for event in _ENDS]
    rows = work.session.execute(
        select(LedgerEntry.seq, LedgerEntry.leaf, LedgerEntry.case_id)
        .where(
            LedgerEntry.seq > after,
            LedgerEntry.seq <= upto,
            LedgerEntry.case_id.is_not(None),
            or_(*[(LedgerEntry.body >= e) & (LedgerEntry.body < e[:-1] + b"-") for e in ends]),
        )
        .order_by(LedgerEntry.seq)
    )
    return [(row.seq, row.leaf, row.case_id) for row in rows]


def _review(work: Work, case_id: int, ended_seq: int) -> ShadowReview | None:
    """Return the review of a case, unless no person decided it or its records are gone."""
    first = _first_decision(work, case_id, ended_seq)
    if first is None or work.session.get(Person, first.person) is None:
        return None
    evaluation = work.session.get(Evaluation, first.evaluation)
    if evaluation is None or not evaluation.facts:
        return None
    return ShadowReview(
        id=uuid.uuid4().hex,
        case_id=case_id,
        ended_seq=ended_seq,
        decided_seq=first.seq,
        evaluation_id=evaluation.id,
        drawn_at=work.now,
    )


def _first_decision(work: Work, case_id: int, upto: int) -> FirstDecision | None:
    for seq, body in entries_of(work, case_id, upto=upto, newest_first=True):
        outcome = _DECISIONS.get(body["action"])
        if outcome is None:
            continue
        at = datetime.fromisoformat(body["at"])
        told = body["data"]
        evaluation = told.get("evaluation") or _evaluation_before(work, case_id, at)
        fields = tuple(told.get("fields") or ())
        return FirstDecision(outcome, fields, body["actor"]["person"], at, seq, evaluation)
    return None


def _evaluation_before(work: Work, case_id: int, at: datetime) -> str:
    found = work.session.scalar(
        select(Evaluation.id)
        .where(Evaluation.case_id == case_id, Evaluation.made_at <= at)
        .order_by(Evaluation.number.desc())
        .limit(1)
    )
    return found or ""


def entries_of(
    work: Work, case_id: int, *, upto: int | None = None, newest_first: bool = False
) -> Iterable[tuple[int, dict[str, Any]]]:
    """Return place and content of each entry of a case."""
    query = select(LedgerEntry.seq, LedgerEntry.body).where(LedgerEntry.case_id == case_id)
    if upto is not None:
        query = query.where(LedgerEntry.seq <= upto)
    order = LedgerEntry.seq.desc() if newest_first else LedgerEntry.seq
    return [(row.seq, json.loads(row.body)) for row in work.session.execute(query.order_by(order))]


def had_a_hand(work: Work, case: Case, person: str) -> bool:
    """Tell whether a person did anything in a case but look at it."""
    if person in {case.handler_id, case.decider_id}:
        return True
    signed = select(Signature.id).where(Signature.case_id == case.id, Signature.person_id == person)
    if work.session.scalar(signed.limit(1)) is not None:
        return True
    return any(
        body["actor"]["person"] == person and body["action"] not in _READS | _OWN
        for _, body in entries_of(work, case.id)
    )


def has_looked(work: Work, review: ShadowReview, person: str) -> bool:
    """Tell whether a person saw the case by another way than this review's own page."""
    return any(
        body["actor"]["person"] == person
        and body["action"] in _READS
        and body["data"].get("review") != review.id
        for _, body in entries_of(work, review.case_id)
    )


@dataclass(frozen=True, slots=True)
class Due:
    """A review that waits: nothing here tells which case it is."""

    id: str
    ground: str
    drawn_at: datetime
    mine: bool


def due(work: Work) -> list[Due]:
    """List the reviews that the actor may take or has taken, oldest first.

    Raises:
        Forbidden: Without the permission to decide cases.
    """
    work.actor.require(Permission.DECIDE_CASE)
    rows = work.session.execute(
        select(ShadowReview, Case, ShadowTake.person_id)
        .join(Case, Case.id == ShadowReview.case_id)
        .outerjoin(ShadowTake, ShadowTake.review_id == ShadowReview.id)
        .outerjoin(ShadowAnswer, ShadowAnswer.review_id == ShadowReview.id)
        .where(
            ShadowAnswer.review_id.is_(None),
            or_(ShadowTake.person_id.is_(None), ShadowTake.person_id == work.actor.person),
        )
        .order_by(ShadowReview.drawn_at, ShadowReview.id)
    )
    me = work.actor.person
    return [
        Due(review.id, case.ground, review.drawn_at, taker == me)
        for review, case, taker in rows
        if (taker == me or not had_a_hand(work, case, me)) and _is_there(work, review)
    ]


def _is_there(work: Work, review: ShadowReview) -> bool:
    """Tell whether the facts are still kept; a destruction ends a review that waits."""
    return bool(work.session.get_one(Evaluation, review.evaluation_id).facts)


def answered_by_me(work: Work, *, most: int = 20) -> Sequence[ShadowAnswer]:
    """Return the actor's newest answers."""
    rows = work.session.scalars(
        select(ShadowAnswer)
        .where(ShadowAnswer.person_id == work.actor.person)
        .order_by(ShadowAnswer.answered_at.desc())
        .limit(most)
    )
    return list(rows)


def take(work: Work, review_id: str) -> ShadowReview:
    """Take a review upon oneself.

    Raises:
        Forbidden: Without the permission, or with a hand in the case.
        Refused: When somebody else has it, or it is answered.
    """
    work.actor.require(Permission.DECIDE_CASE)
    lock_head(work)
    review = _find(work, review_id)
    _require_unanswered(work, review)
    case = work.session.get_one(Case, review.case_id)
    _require_no_hand(work, case)
    taken = work.session.get(ShadowTake, review.id, populate_existing=True)
    if taken is not None and taken.person_id != work.actor.person:
        raise Refused("Somebody else has taken this one.")
    if taken is None:
        work.session.add(
            ShadowTake(review_id=review.id, person_id=work.actor.person, taken_at=work.now)
        )
        work.session.flush()
        record(
            work,
            Event.SHADOW_TAKEN,
            case=case,
            subjects=[review.id],
            data={"review": review.id},
            permission=Permission.DECIDE_CASE,
        )
    return review


def _require_unanswered(work: Work, review: ShadowReview) -> None:
    if work.session.get(ShadowAnswer, review.id, populate_existing=True) is not None:
        raise Refused("This review is answered already.")


def _require_no_hand(work: Work, case: Case) -> None:
    if had_a_hand(work, case, work.actor.person):
        raise Forbidden("You had a hand in this case: somebody else decides it a second time.")


def _find(work: Work, review_id: str) -> ShadowReview:
    review = work.session.get(ShadowReview, review_id)
    if review is None or not _is_there(work, review):
        raise NotFound("There is no such review, or the records of its case are destroyed.")
    return review


def taken_review(work: Work, review_id: str) -> ShadowReview:
    """Return a review that the actor has taken.

    Raises:
        NotFound: When there is none.
        Forbidden: When it is somebody else's.
    """
    work.actor.require(Permission.DECIDE_CASE)
    review = _find(work, review_id)
    taken = work.session.get(ShadowTake, review.id)
    if taken is None or taken.person_id != work.actor.person:
        raise Forbidden("Take this review first; one person decides it, alone.")
    return review


def answer(
    work: Work, review_id: str, *, outcome: str, fields: Sequence[str], reason: str
) -> ShadowAnswer:
    """Keep the second decision, and compare it with the first.

    Raises:
        Forbidden: When it is not the actor's review.
        Refused: When it is answered already.
        BadInput: When the outcome, the fields or the reason are not right.
    """
    review = taken_review(work, review_id)
    lock_head(work)
    _require_unanswered(work, review)
    case = work.session.get_one(Case, review.case_id)
    _require_no_hand(work, case)
    chosen = _chosen(case, outcome, fields)
    first = first_of(work, review)
    agreement = compare((first.outcome.code, first.fields), (outcome, chosen))
    blind = not has_looked(work, review, work.actor.person)
    row = ShadowAnswer(
        review_id=review.id,
        person_id=work.actor.person,
        outcome=outcome,
        fields=chosen,
        first_outcome=first.outcome.code,
        first_fields=sorted(first.fields),
        same_outcome=agreement.outcome,
        same_fields=agreement.fields,
        blind=blind,
        answered_at=work.now,
    )
    _tell(work, case, row, reason=required_reason(reason))
    work.session.add(row)
    work.session.flush()
    return row


def _chosen(case: Case, outcome: str, fields: Sequence[str]) -> list[str]:
    if SecondOutcome.of(outcome) is None:
        raise BadInput("Choose what you would decide.", where="outcome")
    if outcome != SecondOutcome.RELEASE.code:
        return []
    if not fields or not set(fields) <= set(case.fields):
        raise BadInput("Choose the fields that you would disclose, one at least.", where="fields")
    return sorted(set(fields))


def required_reason(given: str) -> str:
    """Return a written reason without blanks around it.

    Raises:
        BadInput: When there is none, or it is too long.
    """
    reason = given.strip()
    if not reason:
        raise BadInput("Write the reason; it is kept in the case record.", where="reason")
    if len(reason) > LONGEST_REASON:
        raise BadInput(f"Keep the reason under {LONGEST_REASON} characters.", where="reason")
    return reason


def _tell(work: Work, case: Case, row: ShadowAnswer, *, reason: str) -> None:
    record(
        work,
        Event.SHADOW_ANSWERED,
        case=case,
        subjects=[row.review_id],
        data={
            "review": row.review_id,
            "outcome": row.outcome,
            "fields": list(row.fields),
            "same_outcome": row.same_outcome,
            "same_fields": row.same_fields,
            "blind": row.blind,
        },
        private={"reason": reason},
        permission=Permission.DECIDE_CASE,
    )


def first_of(work: Work, review: ShadowReview) -> FirstDecision:
    """Return the decision that a review is compared with."""
    found = _first_decision(work, review.case_id, review.decided_seq)
    if found is None:
        raise NotFound("The first decision is not in the ledger.")
    return found
