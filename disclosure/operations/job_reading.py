"""Reading jobs for people: which are in trouble, and how far one is.

Owns who may look at which job. Taking, failing and retrying them is ``operations/outbox.py``'s.
"""

from dataclasses import dataclass

from disclosure.domain.access import Permission, may
from disclosure.errors import Forbidden, NotFound
from disclosure.operations import outbox
from disclosure.operations.desk import Work
from disclosure.operations.verifying import require_sight
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import Outbox


@dataclass(frozen=True, slots=True)
class TroubledJob:
    """A job that failed or is late.

    Attributes:
        row: The job.
        case: Reference of its case; empty without one, or when the actor may not see it.
    """

    row: Outbox
    case: str


def troubled_jobs(work: Work) -> list[TroubledJob]:
    """List what failed and what has waited for long.

    Raises:
        Forbidden: Without the permission to see jobs.
    """
    work.actor.require(Permission.SEE_JOBS)
    return [TroubledJob(row, _case_in_sight(work, row)) for row in outbox.troubled(work)]


def _case_in_sight(work: Work, row: Outbox) -> str:
    case = work.session.get(Case, row.case_id) if row.case_id else None
    if case is None:
        return ""
    try:
        require_sight(work, case)
    except Forbidden:
        return ""
    return case.reference


def watched_job(work: Work, job_id: str) -> Outbox:
    """Return a job for whoever waits for it: of a case, or of a batch of records.

    Raises:
        NotFound: When there is none, or the actor may see neither jobs nor its case.
    """
    row = outbox.find(work, job_id)
    exports = row.kind == "export_batch" and may(work.actor.roles, Permission.EXPORT_RECORD)
    if exports or may(work.actor.roles, Permission.SEE_JOBS) or _case_in_sight(work, row):
        return row
    raise NotFound("There is no such job.")
