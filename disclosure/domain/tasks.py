"""Checks that need a person, as tasks: what is asked, which answers are allowed, and of whom.

Owns which result of a check waits for a person and in which way. Must not change anything: an
answer is a finding, a call or a decision, each with its own operation and its required reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from disclosure.domain.access import Permission
from disclosure.domain.decision import Result
from disclosure.domain.findings import questions_of

CALL_BACK = "V03_callback_done"


class Way(Enum):
    """How a task is answered: (value, allowed answers in words)."""

    FINDING = ("finding", "")
    CALL = ("call", "who answered at our register's number, and whether they confirmed the demand")
    JUDGEMENT = (
        "judgement",
        "set the check aside with a written reason, which takes three signatures; or refuse",
    )

    def __init__(self, code: str, answers: str) -> None:
        self.code = code
        self.answers = answers


@dataclass(frozen=True, slots=True)
class Task:
    """One check that waits for a person.

    Attributes:
        permission: What the person has to be allowed to do.
        blocking: Whether the case waits for it; else more would leave with another answer.
    """

    check: str
    way: Way
    permission: Permission
    blocking: bool


def tasks_of(checks: Iterable[Mapping[str, object]], deciding_check: str) -> tuple[Task, ...]:
    """List what an evaluation asks of people, what the case waits for first.

    Args:
        checks: The results of one evaluation in their order, as they are stored.
        deciding_check: The check that decided it.
    """
    found = [task for check in checks if (task := _task(check, deciding_check)) is not None]
    return tuple(sorted(found, key=lambda task: not task.blocking))


def _task(check: Mapping[str, object], deciding_check: str) -> Task | None:
    name, result = str(check["id"]), Result(check["result"])
    blocking = name == deciding_check and result is not Result.NARROW
    if result not in {Result.FAIL, Result.HUMAN, Result.NARROW}:
        return None
    if name == CALL_BACK:
        return Task(name, Way.CALL, Permission.WORK_CASE, blocking)
    if questions := questions_of(name):
        legal = any(each.permission is Permission.DECIDE_CASE for each in questions)
        permission = Permission.DECIDE_CASE if legal else Permission.WORK_CASE
        return Task(name, Way.FINDING, permission, blocking)
    if result is Result.HUMAN:
        return Task(name, Way.JUDGEMENT, Permission.DECIDE_CASE, blocking)
    return None
