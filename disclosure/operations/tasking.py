"""Tasks: the checks of a case that wait for a person, opened and closed as the rules run.

Owns the rows of ``task`` and the reading of open questions for pages. An answer is given by the
operations that record findings, calls and decisions; the next evaluation closes the task.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select

from disclosure.domain.access import Permission, may, roles_with
from disclosure.domain.findings import questions_of
from disclosure.domain.states import State
from disclosure.domain.tasks import Way, tasks_of
from disclosure.operations.desk import Work
from disclosure.storage.cases import Case, Evaluation, Task

ASKING = frozenset(
    {State.VERIFYING, State.ASSESSING, State.NEEDS_HUMAN, State.ON_HOLD, State.NEEDS_INFO}
)
"""States in which an answer of a person takes the case on."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """One question of a case as its page shows it.

    Attributes:
        answers: Each question that may be asked with the answers that are allowed.
        who: The role that answers it first of all.
        mine: Whether the actor may answer it.
    """

    check: str
    code: str
    title: str
    question: str
    reason: str
    way: Way
    answers: Sequence[tuple[str, str]]
    who: str
    mine: bool
    blocking: bool


def settle_tasks(work: Work, case: Case, evaluation: Evaluation) -> None:
    """Open a task for what an evaluation waits for, and close those that it no longer does."""
    wanted = {
        task.check: task
        for task in tasks_of(evaluation.decision["checks"], evaluation.deciding_check)
        if task.blocking
    }
    for row in _open_rows(work, case):
        if wanted.pop(row.check_id, None) is None:
            row.closed_by, row.closed_at = evaluation.id, work.now
    for task in wanted.values():
        work.session.add(
            Task(
                case_id=case.id,
                check_id=task.check,
                permission=task.permission.name,
                opened_by=evaluation.id,
                opened_at=work.now,
            )
        )
    work.session.flush()


def _open_rows(work: Work, case: Case) -> list[Task]:
    query = select(Task).where(Task.case_id == case.id, Task.closed_at.is_(None))
    return list(work.session.scalars(query.order_by(Task.id)))


def open_questions(
    work: Work, case: Case, evaluation: Evaluation | None
) -> tuple[OpenQuestion, ...]:
    """List what a case asks of people now, what it waits for first."""
    if evaluation is None or State.of(case.state) not in ASKING:
        return ()
    texts = work.desk.catalogue.checks
    reasons = {row["id"]: row["reason"] for row in evaluation.decision["checks"]}
    return tuple(
        OpenQuestion(
            check=task.check,
            code=task.check.partition("_")[0],
            title=texts[task.check].title,
            question=texts[task.check].question,
            reason=reasons[task.check],
            way=task.way,
            answers=[(each.text, each.allowed) for each in questions_of(task.check)],
            who=roles_with(task.permission)[0].label.lower(),
            mine=may(work.actor.roles, task.permission),
            blocking=task.blocking,
        )
        for task in tasks_of(evaluation.decision["checks"], evaluation.deciding_check)
    )


def waits_for_me(work: Work) -> ColumnElement[bool]:
    """Say which cases wait for an answer of the actor, for the work queue.

    A question of the handler waits for whoever handles the case, or for any handler while nobody
    does; one of the legal reviewer for any reviewer but the handler.
    """
    me, roles = work.actor.person, work.actor.roles
    decides = may(roles, Permission.DECIDE_CASE)
    free = Case.handler_id.is_(None) if may(roles, Permission.WORK_CASE) and not decides else None
    handled = Case.handler_id == me
    work_case = (Task.permission == Permission.WORK_CASE.name) & (
        handled if free is None else handled | free
    )
    decide_case = (Task.permission == Permission.DECIDE_CASE.name) & (
        Case.handler_id.is_(None) | (Case.handler_id != me)
    )
    asked = work_case | decide_case if decides else work_case
    return Case.state.in_([state.code for state in ASKING]) & exists().where(
        Task.case_id == Case.id, Task.closed_at.is_(None), asked
    )
