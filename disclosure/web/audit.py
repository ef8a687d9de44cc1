"""The auditor's room: the ledger, its check, and case records to take away.

Owns the addresses under ``/audit``. Two doors: the ledger for those who may read it, records for
those who may export them.
"""

from flask import Blueprint, Response, render_template, request

from disclosure.domain.access import Permission
from disclosure.domain.events import Event
from disclosure.edge import house, look
from disclosure.jobs import export_to
from disclosure.operations import casefile, ledger_reading
from disclosure.operations.checkpoints import public_key_in_force
from disclosure.operations.exporting import FULL, OUTSIDER
from disclosure.operations.ledger_check import verify_ledger
from disclosure.storage.record_bag import fingerprint, grouped
from disclosure.storage.scratch import scratch_folder
from disclosure.web.cases import attachment
from disclosure.web.guard import actor, guarded
from disclosure.web.numbers import whole_number

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
guarded(blueprint, Permission.SEE_LEDGER)

records = Blueprint("records", __name__, url_prefix="/audit/record")
guarded(records, Permission.EXPORT_RECORD)


@blueprint.get("/")
def ledger() -> str:
    """Show the newest entries, or those of one case or of one event."""
    wanted = ledger_reading.Wanted(
        case=request.args.get("case", "").strip()[:16],
        event=request.args.get("event", ""),
        before=_before(request.args.get("before", "")),
    )
    with look(actor()) as work:
        entries = ledger_reading.read_entries(work, wanted)
    return render_template("audit/ledger.html", entries=entries, wanted=wanted, events=list(Event))


def _before(given: str) -> int | None:
    return whole_number(given, where="before") if given else None


@blueprint.post("/verify")
def verify() -> str:
    """Check the whole ledger and show what was found."""
    with look(actor()) as work:
        report = verify_ledger(work)
        at = work.now
    return render_template("audit/verified.html", report=report, at=at)


@records.get("/<reference>")
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
        )


@records.post("/<reference>")
def download(reference: str) -> Response:
    """Write the case record and send it; that it left is an entry."""
    variant = OUTSIDER if request.form.get("variant") == OUTSIDER else FULL
    with scratch_folder(house().desk.settings.instance) as folder:
        target = folder / "record.zip"
        export_to(actor(), reference, target, variant=variant)
        content = target.read_bytes()
    return attachment(content, "application/zip", f"{reference}-record")
