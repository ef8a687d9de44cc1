"""Case records to take away: one, or many at once.

Owns the addresses under ``/audit/record`` and ``/audit/batches``. A record is made by a POST and
then fetched from an address of its own, so that a broken download goes on where it stopped.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.domain.access import Permission, may
from disclosure.edge import house, look, unit_of_work
from disclosure.errors import BadInput, NotFound
from disclosure.jobs import export_to
from disclosure.operations import batching, casefile, ledger_reading, record_files
from disclosure.operations.case_search import query_of
from disclosure.operations.checkpoints import public_key_in_force
from disclosure.operations.desk import Work
from disclosure.operations.exporting import FULL, OUTSIDER
from disclosure.storage.record_bag import fingerprint, grouped
from disclosure.storage.scratch import scratch_folder
from disclosure.web.guard import actor, guarded
from disclosure.web.numbers import whole_number
from disclosure.web.ranges import send_stored, starts_at_the_beginning

Page = str | tuple[str, int] | AnyResponse

blueprint = Blueprint("records", __name__, url_prefix="/audit/record")
guarded(blueprint, Permission.EXPORT_RECORD)

batches = Blueprint("batches", __name__, url_prefix="/audit/batches")
guarded(batches, Permission.EXPORT_RECORD)


def _variant() -> str:
    return OUTSIDER if request.form.get("variant") == OUTSIDER else FULL


@blueprint.get("/<reference>")
def record(reference: str) -> str:
    """Say what the case record holds and how to check it."""
    with look(actor()) as work:
        case = casefile.find_case(work, reference)
        return render_template(
            "audit/record.html",
            case=case,
            entries=ledger_reading.count_of(work, case) + 1,
            fingerprint=grouped(fingerprint(public_key_in_force(work))),
            verifier=ledger_reading.verifier_sha256(),
            days=work.desk.settings.record_days,
        )


@blueprint.post("/<reference>")
def download(reference: str) -> AnyResponse:
    """Write the case record, keep it for some days, and lead to it; that it left is an entry."""
    variant = _variant()
    with scratch_folder(house().desk.settings.instance) as folder:
        target = folder / "record.zip"
        made = export_to(actor(), reference, target, variant=variant)
        house().desk.files.add_file(target)
    with unit_of_work(actor()) as work:
        case = casefile.find_case(work, reference)
        kept = record_files.keep_record(
            work, case, variant=variant, sha256=made.sha256, size=made.size
        ).id
    return redirect(url_for("records.kept", reference=reference, file_id=kept), code=303)


@blueprint.get("/<reference>/<file_id>")
def kept(reference: str, file_id: str) -> AnyResponse:
    """Send a record that was made before, or the rest of it."""
    with look(actor()) as work:
        row = record_files.find_record(work, file_id, reference=reference)
        found = row.id, row.sha256, row.size
    return _send(*found, filename=f"{reference}-record.zip")


def _send(file_id: str, sha256: str, size: int, *, filename: str) -> AnyResponse:
    """Send a kept file; a download that begins is an entry before its first byte is sent."""
    answer = send_stored(sha256, size, kind="application/zip", filename=filename)
    if request.method == "GET" and answer.status_code in {200, 206}:
        begins = starts_at_the_beginning(sha256, size)
        with unit_of_work(actor()) as work:
            record_files.note_download(work, file_id, begins=begins)
    return answer


@batches.get("/")
def overview() -> str:
    """List the batches, and ask for another."""
    return _overview()


def _overview(problem: str = "") -> str:
    with look(actor()) as work:
        return render_template(
            "audit/batches.html",
            batches=batching.batches(work),
            names=casefile.names_of(work),
            problem=problem,
            typed=request.form,
            most=batching.MOST_CASES,
            days=work.desk.settings.record_days,
            may_search=may(work.actor.roles, Permission.SEE_LEDGER),
        )


@batches.post("/")
def ask() -> Page:
    """Ask for the records of many cases; a job makes them."""
    try:
        with unit_of_work(actor()) as work:
            batch = batching.request_batch(work, _selection(work), variant=_variant()).id
    except BadInput as problem:
        return _overview(problem.sentence), 422
    return redirect(url_for("batches.batch", batch_id=batch))


def _selection(work: Work) -> batching.Selection:
    """Read how the cases are chosen: by a search, by a drawn sample, or as a list."""
    form = request.form
    if form.get("by") == "search":
        return batching.by_query(work, query_of(form))
    if form.get("by") == "sample":
        each = whole_number(form.get("each", "1"), where="each")
        return batching.by_sample(work, seed=form.get("seed", "").strip(), each=each)
    return batching.by_list(form.get("references", ""))


@batches.get("/<batch_id>")
def batch(batch_id: str) -> str:
    """Show how far a batch is, what is in it, and how to check it."""
    with look(actor()) as work:
        return render_template(
            "audit/batch.html",
            shown=batching.show_batch(work, batch_id),
            names=casefile.names_of(work),
            fingerprint=grouped(fingerprint(public_key_in_force(work))),
            verifier=ledger_reading.verifier_sha256(),
        )


@batches.post("/<batch_id>/cancel")
def cancel(batch_id: str) -> AnyResponse:
    """Stop a batch that is being made."""
    with unit_of_work(actor()) as work:
        batching.cancel_batch(work, batch_id)
    flash("The batch is cancelled; what was made of it is removed.", "ok")
    return redirect(url_for("batches.batch", batch_id=batch_id))


@batches.get("/<batch_id>/file")
def file(batch_id: str) -> AnyResponse:
    """Send a finished batch, or the rest of it."""
    with look(actor()) as work:
        batching.find_batch(work, batch_id)
        row = record_files.batch_file(work, batch_id)
        if row is None:
            raise NotFound("This batch is not made yet, or is no longer kept.")
        found = row.id, row.sha256, row.size
    return _send(*found, filename=f"batch-{batch_id[:8]}.zip")
