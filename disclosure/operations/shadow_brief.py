"""What somebody sees who decides a case a second time: all that the first saw, and nothing after.

Owns that choice. It stops at the instant of the first decision and leaves out whatever tells of it:
the reference, the state, the outcome and results of the checks, signatures, history, reasons, and
the papers that came later. The address of the page tells no reference either, so that nobody opens
the case by the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from disclosure.domain.events import Event
from disclosure.domain.findings import KEYS, question_for
from disclosure.domain.wording import Language
from disclosure.errors import NotFound
from disclosure.operations.desk import Work
from disclosure.operations.explaining import Input, inputs_of
from disclosure.operations.recording import record
from disclosure.operations.shadow import first_of, taken_review
from disclosure.storage.cases import Case, Document, Evaluation, Finding
from disclosure.storage.shadow import ShadowReview

_PAPERS = ("demand", "evidence", "answer")
"""Roles of papers that come before a decision; responsive records are gathered after it."""
_AFTERWARDS = "process."
"""Findings of this part are about what follows a decision."""


@dataclass(frozen=True, slots=True)
class Brief:
    """A case without its decision.

    Attributes:
        review: The review.
        case: The case; only what was typed at its intake may be shown of it.
        ground: Title of the ground.
        fields: Id and title of each field that is asked for.
        facts: What the rules read.
        answers: Each question to a person, and the answer.
        checks: Title and clause of each check, in the order of the rules.
        papers: The papers that were there.
    """

    review: ShadowReview
    case: Case
    ground: str
    fields: Sequence[tuple[str, str]]
    facts: Sequence[Input]
    answers: Sequence[tuple[str, str]]
    checks: Sequence[tuple[str, str]]
    papers: Sequence[Document]


def brief_of(work: Work, review_id: str) -> Brief:
    """Put together what the actor sees of the case that they decide a second time.

    Raises:
        Forbidden: When it is not the actor's review.
    """
    review = taken_review(work, review_id)
    case = work.session.get_one(Case, review.case_id)
    evaluation = work.session.get_one(Evaluation, review.evaluation_id)
    decided_at = first_of(work, review).at
    rules = work.desk.catalogue
    return Brief(
        review=review,
        case=case,
        ground=rules.ground(case.ground, work.now).title,
        fields=[(name, rules.fields[name].title) for name in case.fields],
        facts=inputs_of(work, case, evaluation, Language.ENGLISH),
        answers=_answers(work, case, decided_at),
        checks=[
            (rules.checks[row["id"]].title, row["clause"])
            for row in evaluation.decision["checks"]
            if row["id"] in rules.checks
        ],
        papers=_papers(work, case, decided_at),
    )


def _answers(work: Work, case: Case, until: datetime) -> list[tuple[str, str]]:
    rows = work.session.scalars(
        select(Finding)
        .where(Finding.case_id == case.id, Finding.recorded_at <= until)
        .order_by(Finding.id)
    )
    newest = {row.key: row.answer["value"] for row in rows if row.key in KEYS}
    return [
        (question_for(key).text, _in_words(value))
        for key, value in newest.items()
        if not key.startswith(_AFTERWARDS)
    ]


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _papers(work: Work, case: Case, until: datetime) -> list[Document]:
    rows = work.session.scalars(
        select(Document)
        .where(
            Document.case_id == case.id,
            Document.role.in_(_PAPERS),
            Document.added_at <= until,
        )
        .order_by(Document.added_at, Document.id)
    )
    return list(rows)


def open_paper(work: Work, review_id: str, document_id: str) -> Document:
    """Return a paper of the brief, and record that it was looked at for the review.

    Raises:
        NotFound: When it is none of the brief's.
        Forbidden: When it is not the actor's review.
    """
    brief = brief_of(work, review_id)
    for paper in brief.papers:
        if paper.id == document_id:
            record(
                work,
                Event.PAPER_VIEWED,
                case=brief.case,
                subjects=[paper.id],
                data={"sha256": paper.sha256, "review": brief.review.id},
            )
            return paper
    raise NotFound("There is no such paper.")
