"""Jobs: what each kind of outbox row does, and the one function that runs a row.

Owns the handlers and the local worker's loop. The table is the truth: ``run`` takes a row by
compare-and-set, may run twice, and its visible result happens once, because the result and the end
of the row are one transaction. RQ calls the same ``run`` with the row's id.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from flask import Flask
from sqlalchemy import select

from disclosure.documents.inspect import Inspection, inspect
from disclosure.documents.mail_parts import MailPart, attachments_of
from disclosure.documents.media import Media
from disclosure.documents.suggesting import SuggestedValue, suggestions_for
from disclosure.edge import house, look, unit_of_work
from disclosure.errors import DisclosureError, DocumentRefused, Refused
from disclosure.gateways.mail import send
from disclosure.operations import (
    batching,
    exporting,
    outbox,
    removed_elsewhere,
    suggesting,
    witnessing,
)
from disclosure.operations.access_ends import escalate, reach_end
from disclosure.operations.casefile import find_case
from disclosure.operations.checkpoints import checkpoint_when_due, is_due
from disclosure.operations.collecting import fetch_values, store_values
from disclosure.operations.desk import SYSTEM, Actor, Work
from disclosure.operations.destroying import destroy_records, shred_files
from disclosure.operations.drawing import find_drawable, make_preview, source_of
from disclosure.operations.ledger_check import LedgerReport, verify_ledger
from disclosure.operations.letters import compose
from disclosure.operations.noticing import look_at_delayed, note_notice_sent
from disclosure.operations.page_flags import plan_with_flags
from disclosure.operations.papers import Upload, add_document, note_inspection
from disclosure.operations.record_files import expire_record
from disclosure.operations.rendering import build, gather, store_rendition
from disclosure.operations.shadow import draw, draw_is_due
from disclosure.storage.alarm import alarm_of, end_alarm, raise_alarm
from disclosure.storage.cases import Case, Document
from disclosure.storage.ledger_rows import LedgerHead, Outbox
from disclosure.storage.record_bag import RecordSummary
from disclosure.storage.releases import Notice
from disclosure.storage.scratch import scratch_folder, sweep_scratch

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.2
PULSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Job:
    """One taken row, with what a handler needs of it."""

    id: str
    kind: str
    attempt: int
    arguments: dict[str, str]

    def report(self, percent: int, step: str) -> None:
        """Show how far it is, on the page of whoever waits."""
        with unit_of_work(SYSTEM) as work:
            row = self._row(work)
            row.progress, row.step = percent, step[:80]
            row.lease_until = work.now + outbox.LEASE

    @contextmanager
    def result(self) -> Iterator[Work]:
        """Open the transaction in which the result is kept and the row ends, both or neither."""
        with unit_of_work(SYSTEM) as work:
            row = self._row(work)
            yield work
            outbox.finish(row, work.now)

    def _row(self, work: Work) -> Outbox:
        row = work.session.get_one(Outbox, self.id, populate_existing=True)
        if row.status != outbox.RUNNING or row.attempts != self.attempt:
            raise Refused("Another worker has taken this job over.")
        return row


def run(outbox_id: str) -> bool:
    """Run one row of the outbox, inside an application context.

    Returns:
        Whether this call took the row; False when it is done or somebody else's.
    """
    with unit_of_work(SYSTEM) as work:
        row = outbox.take(work.session, outbox_id, work.now)
        if row is None:
            return False
        job = Job(row.id, row.kind, row.attempts, dict(row.arguments))
    try:
        HANDLERS[job.kind](job)
    except DisclosureError as error:
        _fail(job, error.message)
    except Exception as error:
        log.exception("job failed", job=job.id, kind=job.kind)
        _fail(job, f"An unexpected {type(error).__name__}; the log has it under this job's id.")
    return True


def _fail(job: Job, reason: str) -> None:
    with unit_of_work(SYSTEM) as work:
        row = work.session.get_one(Outbox, job.id, populate_existing=True)
        if row.status == outbox.RUNNING and row.attempts == job.attempt:
            outbox.fail(work, row, reason)


def _case(work: Work, job: Job) -> Case:
    return work.session.scalars(select(Case).where(Case.reference == job.arguments["case"])).one()


def _letter(job: Job) -> None:
    with look(SYSTEM) as work:
        message = compose(work, work.session.get_one(Outbox, job.id))
    if message is not None:
        send(house().desk.settings, message, now=house().clock())
    with job.result() as work:
        if job.arguments["template"] == "notice":
            notice = work.session.get_one(Notice, job.arguments["notice"])
            note_notice_sent(work, _case(work, job), notice)


def _notice_due(job: Job) -> None:
    with job.result() as work:
        notice = work.session.get_one(Notice, job.arguments["notice"])
        look_at_delayed(work, _case(work, job), notice)


def _inspect(job: Job) -> None:
    with look(SYSTEM) as work:
        document = work.session.get_one(Document, job.arguments["document"])
        sha256, ending = document.sha256, Path(document.filename).suffix[:8]
        responsive = document.role == "responsive"
        sought = Sought.of(work, document)
        if document.status != "quarantine":
            sha256 = ""
    if not sha256:
        with job.result():
            return
    desk = house().desk
    with scratch_folder(desk.settings.instance) as folder:
        path = folder / f"original{ending if ending.isascii() else ''}"
        path.write_bytes(desk.files.read(sha256))
        try:
            found = inspect(path)
            seen = _look_at(path, found, sought) if responsive else Contents(sought)
        except DocumentRefused as refusal:
            _keep_inspection(job, Inspected("application/octet-stream", refusal=refusal.message))
            return
    _keep_inspection(job, Inspected(found.media_type, found.pages, dict(found.hidden)), seen)


@dataclass(frozen=True, slots=True, repr=False)
class Sought:
    """What a document is searched for by name: people, and texts taken out of other documents."""

    people: Sequence[str] = ()
    removed: Sequence[str] = ()

    @classmethod
    def of(cls, work: Work, document: Document) -> "Sought":
        """Return it as it is known at this instant."""
        case = work.session.get_one(Case, document.case_id)
        return cls(suggesting.people_of(work, case), removed_elsewhere.texts_for(work, document))


@dataclass(frozen=True, slots=True)
class Contents:
    """What a responsive document holds: values to decide on, and documents inside it."""

    sought: Sought
    suggested: Sequence[SuggestedValue] = ()
    attached: Sequence[MailPart] = ()


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the child said about a document, or why it is refused."""

    media_type: str
    pages: int = 0
    summary: dict[str, object] = field(default_factory=dict)
    refusal: str = ""


def _look_at(path: Path, found: Inspection, sought: Sought) -> Contents:
    suggested = suggestions_for(path, found, people=sought.people, removed=sought.removed)
    if found.media_type != Media.MAIL.value or not found.attachments:
        return Contents(sought, suggested)
    return Contents(sought, suggested, attachments_of(path))


def _keep_inspection(job: Job, said: Inspected, seen: Contents | None = None) -> None:
    seen = seen or Contents(Sought())
    with job.result() as work:
        document = work.session.get_one(Document, job.arguments["document"])
        note_inspection(
            work,
            document,
            media_type=said.media_type,
            pages=said.pages,
            summary=said.summary,
            refusal=said.refusal,
        )
        _keep_suggested(work, document, seen.suggested)
        if document.role == "responsive":
            suggesting.look_again_if_named(work, document, seen.sought.people)
            removed_elsewhere.look_again_if_removed(work, document, seen.sought.removed)
        case = work.session.get_one(Case, document.case_id)
        for part in seen.attached:
            add_document(work, case, Upload(part.name, part.content), role=document.role)


def _collect(job: Job) -> None:
    job.report(10, "Asking the platform for the allowed fields")
    with look(SYSTEM) as work:
        values = fetch_values(work, _case(work, job), purpose=job.arguments["purpose"])
    job.report(80, f"Keeping {len(values)} values")
    with job.result() as work:
        case = _case(work, job)
        store_values(work, case, values)
        suggesting.look_again(work, case)


def _look_again(job: Job) -> None:
    with look(SYSTEM) as work:
        document = work.session.get_one(Document, job.arguments["document"])
        sha256, ending = document.sha256, Path(document.filename).suffix[:8]
        sought = Sought.of(work, document)
        there = document.status == "ready"
    suggested: Sequence[SuggestedValue] = ()
    if there:
        desk = house().desk
        with scratch_folder(desk.settings.instance) as folder:
            path = folder / f"original{ending if ending.isascii() else ''}"
            path.write_bytes(desk.files.read(sha256))
            suggested = _look_at(path, inspect(path), sought).suggested
    with job.result() as work:
        _keep_suggested(work, work.session.get_one(Document, document.id), suggested)


def _keep_suggested(work: Work, document: Document, suggested: Sequence[SuggestedValue]) -> None:
    suggesting.keep_suggestions(work, document, suggested)
    removed_elsewhere.keep_removed(work, document, suggested)


def _render(job: Job) -> None:
    job.report(2, "Gathering what leaves")
    with look(SYSTEM) as work:
        draft = gather(work, _case(work, job))
    built = build(house().desk, draft, job.report)
    with job.result() as work:
        store_rendition(work, _case(work, job), draft, built)


def _preview(job: Job) -> None:
    job.report(10, "Redacting the document with its marks as they are")
    with look(SYSTEM) as work:
        case = _case(work, job)
        document = find_drawable(work, case, job.arguments["document"])
        source, plan = source_of(document), plan_with_flags(work, case, document.id)
    make_preview(house().desk, source, plan)
    with job.result():
        return


def _destroy(job: Job) -> None:
    with job.result() as work:
        destroy_records(work, _case(work, job))


def _shred(job: Job) -> None:
    with job.result() as work:
        shred_files(work, _case(work, job))


def _access_end(job: Job) -> None:
    with job.result() as work:
        reach_end(work, _case(work, job), job.arguments["release"])


def _access_overdue(job: Job) -> None:
    with job.result() as work:
        escalate(work, _case(work, job), job.arguments["release"])


def export_to(
    actor: Actor,
    reference: str,
    target: Path,
    *,
    variant: str = exporting.FULL,
    batch: str = "",
) -> RecordSummary:
    """Write a case record; that it leaves is an entry before the first byte of it is written.

    Args:
        actor: Who exports.
        reference: The case.
        target: Where the zip goes; its folder is there already.
        variant: ``full`` or ``outsider``.
        batch: Id of the batch that it is a part of, if any.

    Raises:
        NotFound: When there is no such case.
        Forbidden: When the actor may not see it.
        Refused: When the actor may not export.
        NotReady: When the released file is missing or was changed on disk.
    """
    with look(actor) as work:
        exporting.require_exportable(work, find_case(work, reference), target)
    with unit_of_work(actor) as work:
        case = find_case(work, reference)
        gathered = exporting.gather_record(work, case, variant=variant, batch=batch)
    with look(actor) as work:
        proofs = exporting.prove_record(work, gathered)
    return exporting.write_record(house().desk, gathered, proofs, target)


def doors() -> batching.Doors:
    """Return what the making of a batch is lent by the edge."""

    def export(
        actor: Actor, reference: str, target: Path, variant: str, batch: str
    ) -> RecordSummary:
        return export_to(actor, reference, target, variant=variant, batch=batch)

    return batching.Doors(house().desk, unit_of_work, look, export)


def _export_batch(job: Job) -> None:
    batching.build_batch(doors(), job.arguments["batch"], job.report)
    with job.result():
        pass


def _expire_batch(job: Job) -> None:
    with job.result() as work:
        batching.expire_batch(work, job.arguments["batch"])


def _expire_record(job: Job) -> None:
    with job.result() as work:
        expire_record(work, job.arguments["file"])


HANDLERS: dict[str, Callable[[Job], None]] = {
    "letter": _letter,
    "notice_due": _notice_due,
    "access_end": _access_end,
    "access_overdue": _access_overdue,
    "inspect": _inspect,
    "collect": _collect,
    suggesting.LOOK_AGAIN: _look_again,
    "render": _render,
    "preview": _preview,
    "destroy": _destroy,
    "shred": _shred,
    "export_batch": _export_batch,
    "expire_batch": _expire_batch,
    "expire_record": _expire_record,
}
"""Kind of an outbox row -> what it does."""


def sweep() -> int:
    """Run everything that is due, once; return how many rows this call took."""
    with look(SYSTEM) as work:
        ids = outbox.due(work.session, work.now)
    return sum(run(outbox_id) for outbox_id in ids)


def worker_seen() -> bool:
    """Tell whether the local worker of this instance has shown itself lately."""
    try:
        shown = _pulse().stat().st_mtime
    except FileNotFoundError:
        return False
    return time.time() - shown < PULSE_SECONDS * 6


def _pulse() -> Path:
    return house().desk.settings.instance / "worker-pulse"


def _show_pulse() -> bool:
    """Show that the worker lives; answer whether some seconds have gone by since the last time."""
    pulse = _pulse()
    due = not pulse.exists() or time.time() - pulse.stat().st_mtime > PULSE_SECONDS
    if due:
        pulse.touch()
    return due


def _keep_ledger_or_say_why() -> None:
    try:
        keep_ledger()
    except DisclosureError as problem:
        log.warning("the ledger was not looked after", why=problem.message)


def keep_shadow() -> None:
    """Draw, once a day, the ended cases that somebody decides a second time."""
    with look(SYSTEM) as work:
        draw_due = draw_is_due(work)
    if draw_due:
        with unit_of_work(SYSTEM) as work:
            if draw_is_due(work):
                draw(work)


def keep_ledger() -> None:
    """Do what the ledger needs from time to time: checkpoint, witnesses, the nightly check."""
    with look(SYSTEM) as work:
        head = work.session.get(LedgerHead, 1)
        checkpoint_due = head is not None and is_due(work, head)
    if checkpoint_due:
        with unit_of_work(SYSTEM) as work:
            checkpoint_when_due(work)
    show_witnesses()
    with look(SYSTEM) as work:
        check_due = witnessing.check_is_due(work)
    if check_due:
        check_ledger(deep=True)


def show_witnesses() -> None:
    """Show each witness what it has not seen; one that cannot be reached is tried again later."""
    with look(SYSTEM) as work:
        showings = witnessing.due_showings(work)
    for showing in showings:
        try:
            receipt = witnessing.show(house().desk.settings, showing)
        except DisclosureError as problem:
            log.warning("a witness was not reached", witness=showing.witness, why=problem.message)
            continue
        with unit_of_work(SYSTEM) as work:
            witnessing.note_shown(work, showing.witness, showing.size, receipt)


def check_ledger(*, deep: bool = False) -> LedgerReport:
    """Check the whole ledger, record the result, and raise the alarm or end it."""
    instance = house().desk.settings.instance
    with look(SYSTEM, steady=True) as work:
        report = verify_ledger(work, deep=deep)
    if report.whole:
        end_alarm(instance)
        with unit_of_work(SYSTEM) as work:
            witnessing.note_checked(
                work, entries=report.entries, checkpoints=report.checkpoints, faults=0
            )
    else:
        raise_alarm(instance, report.faults[0])
        log.error("the ledger is not whole", faults=len(report.faults))
    return report


def work_forever(app: Flask, *, until: Callable[[], bool] = lambda: False) -> None:
    """Be the local worker: run what is due, then look again a fifth of a second later.

    Args:
        app: The application whose outbox is worked.
        until: Asked between two sweeps; true ends the loop.
    """
    with app.app_context():
        sweep_scratch(house().desk.settings.instance)
    while not until():
        with app.app_context():
            due, taken = _show_pulse(), 0
            if not alarm_of(house().desk.settings.instance):
                if due:
                    _keep_ledger_or_say_why()
                    keep_shadow()
                taken = sweep()
        if not taken:
            time.sleep(POLL_SECONDS)
