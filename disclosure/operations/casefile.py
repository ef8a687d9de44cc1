"""A case as its page shows it: checks with their questions, history, files, people, jobs.

Owns the reading of one case for people; it never changes one. Personal data among the collected
values is not read here: ``read_values`` is, and the reading is an entry of the ledger.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from disclosure.domain.access import Permission
from disclosure.domain.decision import Result
from disclosure.domain.events import Event
from disclosure.domain.findings import KEYS, Question, question_for, questions_of
from disclosure.domain.states import MAIN_ROAD, CaseFacts, State
from disclosure.domain.workflow import Action, AllowedAction, allowed_actions
from disclosure.errors import NotFound
from disclosure.operations.assessing import findings_of, latest_evaluation
from disclosure.operations.collecting import values_of
from disclosure.operations.desk import Work
from disclosure.operations.facts import case_facts
from disclosure.operations.recording import record
from disclosure.operations.transition import Change, advance
from disclosure.operations.verifying import require_sight
from disclosure.storage.cases import Case, Document, Evaluation, ResponsiveValue
from disclosure.storage.ledger_rows import LedgerEntry, LedgerOpening, Outbox
from disclosure.storage.people import Person

HISTORY = 60
HIDDEN = frozenset(
    {Event.NOTICE_PLANNED.value, Event.RECORD_VIEWED.value, Event.EVALUATION_MADE.value}
    | {Event.PAPER_VIEWED.value}
)
"""Events of the ledger that the page's history leaves out; the case record has them all."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check as the page shows it, with the questions that feed it."""

    code: str
    title: str
    result: Result
    reason: str
    clause: str
    citations: str
    remedy: str
    answered_by: str
    questions: Sequence[tuple[Question, str]]


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of the history."""

    at: datetime
    what: str
    who: str
    note: str
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the main road: ``done``, ``current``, ``stopped`` or ``todo``."""

    label: str
    state: str


def find_case(work: Work, reference: str) -> Case:
    """Find a case that the actor may see.

    Raises:
        NotFound: When there is none with this reference.
        Forbidden: When the actor may not see it.
    """
    case = work.session.scalars(select(Case).where(Case.reference == reference)).first()
    if case is None:
        raise NotFound("There is no case with this reference.")
    require_sight(work, case)
    return case


def actions_for(work: Work, case: Case) -> tuple[AllowedAction, ...]:
    """List what the actor is offered on this case, from the table that the server enforces."""
    return allowed_actions(case_facts(work, case), work.actor.signer, now=work.now)


def stages(case: Case, history: Sequence[str]) -> list[Step]:
    """Return the main road with where the case stands.

    Args:
        case: The case.
        history: Codes of the states that the case has been in, oldest first.
    """
    now = State.of(case.state)
    furthest = max((State.of(code).step for code in history if code), default=0)
    steps = []
    for state in MAIN_ROAD:
        if state is now:
            steps.append(Step(state.label, "current"))
        elif (now.step and state.step < now.step) or (not now.step and state.step < furthest):
            steps.append(Step(state.label, "done"))
        elif not now.step and state.step == furthest:
            steps.append(Step(state.label, "stopped"))
        else:
            steps.append(Step(state.label, "todo"))
    return steps


def checks_of(work: Work, case: Case) -> tuple[Evaluation | None, list[Check]]:
    """Return the newest evaluation and its checks, without those that do not apply."""
    evaluation = latest_evaluation(work, case)
    if evaluation is None:
        return None, []
    given = findings_of(work, case)
    rules = work.desk.catalogue
    texts, made_at = rules.checks, evaluation.made_at
    shown = []
    for row in evaluation.decision["checks"]:
        asked = [(question, _answer(given, question)) for question in questions_of(row["id"])]
        shown.append(
            Check(
                code=row["id"].partition("_")[0],
                title=texts[row["id"]].title,
                result=Result(row["result"]),
                reason=row["reason"],
                clause=row["clause"],
                citations="; ".join(
                    f"{article.law} {article.article}"
                    for article in (rules.citation(each, made_at) for each in row["citations"])
                ),
                remedy=row["remedy"],
                answered_by=row["answered_by"].replace("_", " "),
                questions=asked,
            )
        )
    return evaluation, shown


def _answer(given: Mapping[str, Any], question: Question) -> str:
    if question.key not in given:
        return ""
    value = given[question.key]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, list) else str(value)


def history_of(work: Work, case: Case) -> tuple[list[Happening], list[str]]:
    """Return the newest entries of a case, newest first, and the states it has been in."""
    rows = work.session.execute(
        select(LedgerEntry.seq, LedgerEntry.body)
        .where(LedgerEntry.case_id == case.id)
        .order_by(LedgerEntry.case_seq.desc())
        .limit(HISTORY)
    ).all()
    reasons = _reasons(work, [row.seq for row in rows])
    names = names_of(work)
    happened, states = [], []
    for row in rows:
        entry = json.loads(row.body)
        states.append(entry["data"].get("to", ""))
        if entry["action"] in HIDDEN:
            continue
        happened.append(
            Happening(
                at=datetime.fromisoformat(entry["at"]),
                what=_what(entry),
                who=names.get(entry["actor"]["person"], entry["actor"]["person"]),
                note=reasons.get(row.seq, ""),
            )
        )
    return happened, list(reversed(states))


def _what(entry: Mapping[str, Any]) -> str:
    """Say in one line what an entry is about; a finding is its question."""
    if entry["action"] == Event.FINDING_RECORDED.value and entry["data"]["key"] in KEYS:
        return question_for(entry["data"]["key"]).text
    return Event.of(entry["action"]).meaning.rstrip(".")


def _reasons(work: Work, seqs: list[int]) -> dict[int, str]:
    rows = work.session.execute(
        select(LedgerOpening.seq, LedgerOpening.value).where(
            LedgerOpening.seq.in_(seqs), LedgerOpening.name == "reason"
        )
    )
    return {row.seq: row.value for row in rows}


def summary_of(work: Work, case: Case) -> CaseFacts:
    """Return the facts that guards see, for the panels of the page."""
    return case_facts(work, case)


def names_of(work: Work) -> dict[str, str]:
    """Return the names of all staff by person id."""
    return {row.id: row.name for row in work.session.execute(select(Person.id, Person.name))}


def documents_of(work: Work, case: Case, *, role: str = "") -> list[Document]:
    """Return the files of a case, oldest first."""
    query = select(Document).where(Document.case_id == case.id).order_by(Document.added_at)
    return list(work.session.scalars(query.where(Document.role == role) if role else query))


def jobs_of(work: Work, case: Case) -> list[Outbox]:
    """Return jobs that people wait for or that failed, newest first."""
    rows = work.session.scalars(
        select(Outbox)
        .where(
            Outbox.case_id == case.id,
            (Outbox.status == "parked")
            | (Outbox.error != "")
            | (
                Outbox.kind.in_(["collect", "look_again", "render", "inspect", "destroy", "shred"])
                & Outbox.status.in_(["waiting", "running"])
            ),
        )
        .order_by(Outbox.created_at.desc())
    )
    return list(rows)


def note_viewed(work: Work, case: Case, *, thing: str, sha256: str) -> None:
    """Record that the actor took a file of the case to look at.

    Args:
        work: The unit of work.
        case: The case.
        thing: Id of the document or rendition.
        sha256: Hash of the bytes.
    """
    record(
        work,
        Event.PAPER_VIEWED,
        case=case,
        subjects=[thing],
        data={"sha256": sha256},
        permission=Permission.SEE_CASES,
    )


def opened_unknown(work: Work, reference: str) -> int | None:
    """Return the id of a decided case that the actor has no part in and never opened before."""
    case = work.session.scalars(select(Case).where(Case.reference == reference)).first()
    if case is None or (case.is_open and case.decided_evaluation_id is None):
        return None
    if work.actor.person in {case.handler_id, case.decider_id}:
        return None
    begins = f'{{"action":"{Event.CASE_VIEWED.value}","actor":{{"person":"{work.actor.person}",'
    known = select(LedgerEntry.seq).where(
        LedgerEntry.case_id == case.id,
        LedgerEntry.body >= begins.encode(),
        LedgerEntry.body < begins[:-1].encode() + b"-",
    )
    return case.id if work.session.scalar(known.limit(1)) is None else None


def note_opened(work: Work, case_id: int) -> None:
    """Record that the actor opened a decided case."""
    case = work.session.get_one(Case, case_id)
    record(work, Event.CASE_VIEWED, case=case, permission=Permission.SEE_CASES)


def read_values(work: Work, case: Case) -> list[ResponsiveValue]:
    """Return the collected values in clear; that the actor saw them is an entry of the ledger."""
    values = values_of(work, case)
    change = Change(data={"batch": case.batch, "values": len(values)})
    advance(work, case, Action.VIEW_RECORDS, change)
    return values
