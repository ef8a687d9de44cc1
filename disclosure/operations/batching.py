"""Many case records at once: choosing the cases, making them one after the other, one file.

Owns batches. Each case is exported as ``operations/exporting.py`` does it, by whoever asked for the
batch and with the roles that they hold at that moment; a case that is done is not done again when
the work is taken up anew. A case that can not be exported is named in the index with the reason,
and the rest goes on. Opens no transaction itself: the edge hands its ``Doors`` in.
"""

import hashlib
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from disclosure.domain.access import Permission, Role
from disclosure.domain.checkpoints import origin_of
from disclosure.domain.events import Event
from disclosure.errors import BadInput, DisclosureError, NotFound, Refused
from disclosure.operations import record_files
from disclosure.operations.accounts import roles_of
from disclosure.operations.case_search import LONGEST_REFERENCE, CaseQuery, references_of
from disclosure.operations.checkpoints import key_in_force
from disclosure.operations.desk import SYSTEM, Actor, Desk, Work
from disclosure.operations.exporting import VARIANTS
from disclosure.operations.outbox import DONE, PARKED, Effect, enqueue
from disclosure.operations.oversight import sample
from disclosure.operations.recording import record
from disclosure.storage.batch_bag import Batch, BatchRecord, write_batch
from disclosure.storage.cases import Case
from disclosure.storage.exports import BatchCase, ExportBatch, RecordFile
from disclosure.storage.ledger_rows import Outbox
from disclosure.storage.people import Person
from disclosure.storage.record_bag import RecordSummary
from disclosure.storage.scratch import scratch_folder

MOST_CASES = 500
WAITING, BUILT, LEFT_OUT = "waiting", "built", "left_out"
NO_CASE = "There is no case with this reference."
DESTROYED_SINCE = "Its records were destroyed while the batch was made."
SHELL_ROLES = frozenset({Role.AUDITOR})
"""What whoever holds the shell may do with records: as an auditor, and nothing more."""
_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9-]*")

Report = Callable[[int, str], None]
Export = Callable[[Actor, str, Path, str, str], RecordSummary]


@dataclass(frozen=True, slots=True)
class Selection:
    """The cases that were chosen, and by what.

    Attributes:
        references: In the order of the batch, each once.
        criteria: What a person asked for; codes, days and counts only.
    """

    references: Sequence[str]
    criteria: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Doors:
    """What the edge lends to work that takes longer than one transaction.

    Attributes:
        desk: The installation's fixed parts.
        unit: Opens a unit of work that commits.
        look: Opens one that only reads.
        export: Writes one record: actor, reference, target, variant, batch.
    """

    desk: Desk
    unit: Callable[[Actor], AbstractContextManager[Work]]
    look: Callable[[Actor], AbstractContextManager[Work]]
    export: Export


def by_query(work: Work, query: CaseQuery) -> Selection:
    """Choose the cases that a search finds."""
    found = references_of(work, query, most=MOST_CASES + 1)
    return Selection(found, {"by": "search", **query.told()})


def by_sample(work: Work, *, seed: str, each: int) -> Selection:
    """Choose the cases that a seed draws, each once.

    Raises:
        BadInput: When the seed or the number is not right.
    """
    drawn = dict.fromkeys(one.reference for one in sample(work, seed=seed, each=each))
    return Selection(list(drawn), {"by": "sample", "seed": seed, "each": each})


def by_list(text: str) -> Selection:
    """Choose the cases of a list that somebody typed, with blanks, commas or lines between.

    Raises:
        BadInput: When something in it is no reference; it is not repeated.
    """
    found = dict.fromkeys(each.upper() for each in re.split(r"[\s,;]+", text) if each)
    for number, reference in enumerate(found, 1):
        if len(reference) > LONGEST_REFERENCE or not _REFERENCE.fullmatch(reference):
            raise BadInput(
                f"Entry {number} of the list is not a reference like DR-2026-0001.",
                where="references",
            )
    return Selection(list(found), {"by": "list"})


def request_batch(
    work: Work, selection: Selection, *, variant: str, queued: bool = True
) -> ExportBatch:
    """Ask for the records of many cases; that it was asked for is an entry.

    Args:
        work: The unit of work of whoever asks.
        selection: Which cases.
        variant: ``full`` or ``outsider``.
        queued: Whether a job makes it; a command makes it itself.

    Raises:
        Forbidden: Without the permission.
        BadInput: When no case or too many are chosen, or there is no such variant.
    """
    work.actor.require(Permission.EXPORT_RECORD)
    if variant not in VARIANTS:
        raise BadInput("A record is full, or for outsiders.", where="variant")
    if not selection.references:
        raise BadInput("No case was chosen: widen the search, or name some.", where="references")
    if len(selection.references) > MOST_CASES:
        raise BadInput(
            f"A batch holds at most {MOST_CASES} cases: narrow the search.", where="references"
        )
    batch = _add_batch(work, selection, variant)
    if queued:
        row = enqueue(work, Effect("export_batch", {"batch": batch.id}))
        batch.outbox_id = row.id
    enqueue(work, Effect("expire_batch", {"batch": batch.id}, after=batch.expires_at))
    listed = "".join(f"{each}\n" for each in selection.references)
    record(
        work,
        Event.BATCH_REQUESTED,
        subjects=[batch.id],
        data={
            "batch": batch.id,
            "variant": variant,
            "cases": batch.total,
            "by": str(selection.criteria["by"]),
            "sha256": hashlib.sha256(listed.encode()).hexdigest(),
        },
        permission=Permission.EXPORT_RECORD,
    )
    return batch


def _add_batch(work: Work, selection: Selection, variant: str) -> ExportBatch:
    batch = ExportBatch(
        id=uuid.uuid4().hex,
        requested_by=work.actor.person,
        session=work.actor.session,
        requested_at=work.now,
        variant=variant,
        criteria=dict(selection.criteria),
        total=len(selection.references),
        expires_at=record_files.expiry(work),
    )
    work.session.add(batch)
    work.session.flush()
    rows = work.session.execute(
        select(Case.reference, Case.id).where(Case.reference.in_(selection.references))
    )
    known = {row.reference: row.id for row in rows}
    for number, reference in enumerate(selection.references, 1):
        work.session.add(
            BatchCase(
                batch_id=batch.id,
                number=number,
                reference=reference,
                case_id=known.get(reference),
                status=WAITING if reference in known else LEFT_OUT,
                note="" if reference in known else NO_CASE,
            )
        )
    work.session.flush()
    return batch


def find_batch(work: Work, batch_id: str) -> ExportBatch:
    """Return a batch.

    Raises:
        Forbidden: Without the permission to export records.
        NotFound: When there is none.
    """
    work.actor.require(Permission.EXPORT_RECORD)
    batch = work.session.get(ExportBatch, batch_id)
    if batch is None:
        raise NotFound("There is no such batch.")
    return batch


@dataclass(frozen=True, slots=True)
class ShownBatch:
    """A batch as its page shows it.

    Attributes:
        batch: The batch.
        cases: Its cases, in order.
        file: The finished file, while it is kept.
        job: The job that makes it, until it is done.
        status: making, stopped, ready, cancelled or expired.
    """

    batch: ExportBatch
    cases: Sequence[BatchCase]
    file: RecordFile | None
    job: Outbox | None
    status: str

    def count(self, status: str) -> int:
        """Return how many of its cases have a status."""
        return sum(1 for case in self.cases if case.status == status)


def show_batch(work: Work, batch_id: str) -> ShownBatch:
    """Return a batch with all that its page shows.

    Raises:
        NotFound: When there is none.
    """
    batch = find_batch(work, batch_id)
    job = work.session.get(Outbox, batch.outbox_id) if batch.outbox_id else None
    file = record_files.batch_file(work, batch.id)
    return ShownBatch(
        batch=batch,
        cases=_cases_of(work, batch.id),
        file=file,
        job=job if job is not None and job.status != DONE else None,
        status=_status(work, batch, file, job),
    )


def _status(work: Work, batch: ExportBatch, file: RecordFile | None, job: Outbox | None) -> str:
    if batch.cancelled_at is not None:
        return "cancelled"
    if file is not None:
        return "ready"
    if batch.finished_at is not None or batch.expires_at <= work.now:
        return "expired"
    return "stopped" if job is not None and job.status == PARKED else "making"


def batches(work: Work, *, most: int = 50) -> Sequence[ShownBatch]:
    """Return the newest batches, without their cases.

    Raises:
        Forbidden: Without the permission to export records.
    """
    work.actor.require(Permission.EXPORT_RECORD)
    rows = work.session.scalars(
        select(ExportBatch).order_by(ExportBatch.requested_at.desc(), ExportBatch.id).limit(most)
    ).all()
    shown = []
    for batch in rows:
        job = work.session.get(Outbox, batch.outbox_id) if batch.outbox_id else None
        file = record_files.batch_file(work, batch.id)
        shown.append(ShownBatch(batch, (), file, job, _status(work, batch, file, job)))
    return shown


def _cases_of(work: Work, batch_id: str) -> Sequence[BatchCase]:
    return list(
        work.session.scalars(
            select(BatchCase).where(BatchCase.batch_id == batch_id).order_by(BatchCase.number)
        )
    )


def cancel_batch(work: Work, batch_id: str) -> None:
    """Stop a batch; the case that is being exported is the last, and nothing of it is kept.

    Raises:
        Refused: When it is finished or cancelled already.
    """
    batch = find_batch(work, batch_id)
    work.session.refresh(batch, with_for_update=True)
    if batch.finished_at is not None or batch.cancelled_at is not None:
        raise Refused("This batch is finished or cancelled already.")
    batch.cancelled_at = work.now
    built = work.session.scalar(
        select(func.count()).where(BatchCase.batch_id == batch.id, BatchCase.status == BUILT)
    )
    record(
        work,
        Event.BATCH_CANCELLED,
        subjects=[batch.id],
        data={"batch": batch.id, "cases": batch.total, "exported": int(built or 0)},
        permission=Permission.EXPORT_RECORD,
    )
    enqueue(work, Effect("expire_batch", {"batch": batch.id}))


def build_batch(doors: Doors, batch_id: str, report: Report) -> None:
    """Make the records of a batch that are not made yet, then the one file; may run twice.

    Args:
        doors: What the edge lends.
        batch_id: The batch.
        report: Told how far it is: percent, and a step in words.

    Raises:
        Forbidden: When whoever asked for it may no longer export.
    """
    with doors.look(SYSTEM) as work:
        batch = work.session.get_one(ExportBatch, batch_id)
        actor, variant = _actor_of(work, batch), batch.variant
        cases = [(each.number, each.reference, each.status) for each in _cases_of(work, batch_id)]
    for number, reference, status in cases:
        with doors.look(SYSTEM) as work:
            batch = work.session.get_one(ExportBatch, batch_id)
            if batch.cancelled_at is not None or batch.finished_at is not None:
                break
        if status == WAITING:
            report(95 * (number - 1) // len(cases), f"Case {number} of {len(cases)}: {reference}")
            _export_one(doors, actor, _Wanted(batch_id, number, reference, variant))
    else:
        report(95, "Writing the one file")
        _pack(doors, batch_id, actor)
    _remove_parts(doors, batch_id)


def _actor_of(work: Work, batch: ExportBatch) -> Actor:
    """Return whoever asked, with the roles of this moment; the command line is nobody's account."""
    person = work.session.get(Person, batch.requested_by)
    if person is None:
        return Actor(batch.requested_by, SHELL_ROLES, batch.session)
    actor = Actor(person.id, roles_of(person) if person.active else frozenset(), batch.session)
    actor.require(Permission.EXPORT_RECORD)
    return actor


@dataclass(frozen=True, slots=True)
class _Wanted:
    batch_id: str
    number: int
    reference: str
    variant: str


def _export_one(doors: Doors, actor: Actor, wanted: _Wanted) -> None:
    with scratch_folder(doors.desk.settings.instance) as folder:
        target = folder / "record.zip"
        try:
            made = doors.export(actor, wanted.reference, target, wanted.variant, wanted.batch_id)
        except DisclosureError as problem:
            with doors.unit(SYSTEM) as work:
                row = _row(work, wanted)
                row.status, row.note = LEFT_OUT, problem.message[:200]
            return
        doors.desk.files.add_file(target)
    with doors.unit(actor) as work:
        row = _row(work, wanted)
        row.status, row.sha256, row.size = BUILT, made.sha256, made.size
        row.entries = made.entry_count
        work.session.add(_file(work, wanted.batch_id, wanted.variant, row))


def _row(work: Work, wanted: _Wanted) -> BatchCase:
    return work.session.get_one(BatchCase, (wanted.batch_id, wanted.number))


def _file(work: Work, batch_id: str, variant: str, row: BatchCase | None = None) -> RecordFile:
    batch = work.session.get_one(ExportBatch, batch_id)
    return RecordFile(
        id=uuid.uuid4().hex,
        case_id=row.case_id if row else None,
        batch_id=batch_id,
        part=row.number if row else None,
        variant=variant,
        sha256=row.sha256 if row else "",
        size=row.size if row else 0,
        made_by=work.actor.person,
        made_at=work.now,
        expires_at=batch.expires_at,
    )


def _pack(doors: Doors, batch_id: str, actor: Actor) -> None:
    with doors.look(SYSTEM) as work:
        batch = work.session.get_one(ExportBatch, batch_id)
        _, key = key_in_force(work)
        kept = {each.part for each in record_files.kept_of_batch(work, batch_id, parts=True)}
        content = Batch(
            id=batch.id,
            origin=origin_of(work.desk.settings.platform_name),
            variant=batch.variant,
            asked_at=batch.requested_at,
            criteria=batch.criteria,
            records=[_told(doors.desk, row, kept) for row in _cases_of(work, batch_id)],
        )
    with scratch_folder(doors.desk.settings.instance) as folder:
        target = folder / "batch.zip"
        sealed = write_batch(target, content, key=key)
        sha256, size = doors.desk.files.add_file(target), target.stat().st_size
    with doors.unit(actor) as work:
        _finish(work, content, sealed, (sha256, size))


def _told(desk: Desk, row: BatchCase, kept: set[int | None]) -> BatchRecord:
    if row.status != BUILT or row.sha256 is None:
        return BatchRecord(row.number, row.reference, left_out=row.note)
    if row.number not in kept:
        return BatchRecord(row.number, row.reference, left_out=DESTROYED_SINCE)
    return BatchRecord(
        number=row.number,
        reference=row.reference,
        sha256=row.sha256,
        size=row.size or 0,
        entries=row.entries or 0,
        pieces=partial(desk.files.stream, row.sha256),
    )


def _finish(work: Work, content: Batch, sealed: str, file: tuple[str, int]) -> None:
    """Keep the finished file, unless the batch was cancelled or finished meanwhile."""
    batch = work.session.get_one(ExportBatch, content.id, with_for_update=True)
    sha256, size = file
    if batch.cancelled_at is not None:
        work.desk.files.remove(sha256)
    if batch.cancelled_at is not None or batch.finished_at is not None:
        return
    there = {each.number for each in content.records if not each.left_out}
    if there != {each.part for each in record_files.kept_of_batch(work, batch.id, parts=True)}:
        work.desk.files.remove(sha256)
        raise Refused("Records were destroyed meanwhile: the batch is written again without them.")
    row = _file(work, batch.id, batch.variant)
    row.sha256, row.size = sha256, size
    work.session.add(row)
    batch.finished_at = work.now
    left_out = [each for each in content.records if each.left_out]
    record(
        work,
        Event.BATCH_EXPORTED,
        subjects=[batch.id],
        data={
            "batch": batch.id,
            "variant": batch.variant,
            "records": len(content.records) - len(left_out),
            "left_out": len(left_out),
            "sha256": sha256,
            "tagmanifest": sealed,
        },
        permission=Permission.EXPORT_RECORD,
    )


def _remove_parts(doors: Doors, batch_id: str) -> None:
    """Remove the single records: they stand inside the finished file, or nobody wants them."""
    with doors.unit(SYSTEM) as work:
        record_files.remove_files(work, record_files.kept_of_batch(work, batch_id, parts=True))


def expire_batch(work: Work, batch_id: str) -> None:
    """Remove every file of a batch that was cancelled, or whose days are over; safe to repeat."""
    batch = work.session.get(ExportBatch, batch_id)
    if batch is None or (batch.cancelled_at is None and batch.expires_at > work.now):
        return
    record_files.remove_files(work, record_files.kept_of_batch(work, batch_id, parts=False))
