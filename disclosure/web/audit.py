"""The auditor's room: the ledger, its check, and case records to take away.

Owns the addresses under ``/audit``. Two doors: the ledger for those who may read it, records for
those who may export them.
"""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.domain.access import Permission
from disclosure.domain.events import Event
from disclosure.edge import house, look, unit_of_work
from disclosure.errors import BadInput
from disclosure.jobs import export_to
from disclosure.operations import casefile, ledger_reading, oversight
from disclosure.operations.checkpoints import public_key_in_force
from disclosure.operations.exporting import FULL, OUTSIDER
from disclosure.operations.gate_answers import answers_of_all_cases
from disclosure.operations.ledger_check import verify_ledger
from disclosure.storage.record_bag import fingerprint, grouped
from disclosure.storage.scratch import scratch_folder
from disclosure.web.cases import attachment
from disclosure.web.guard import actor, guarded
from disclosure.web.numbers import whole_number

Page = str | tuple[str, int] | AnyResponse

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


@blueprint.get("/oversight")
def oversight_page() -> str:
    """Show who signed what whom prepared, and the releases that are listed by quarter."""
    with look(actor()) as work:
        return render_template(
            "audit/oversight.html",
            pairs=oversight.separation(work),
            releases=oversight.quarterly(work),
            watched=oversight.WATCHED,
            answers=answers_of_all_cases(work),
            names=casefile.names_of(work),
        )


@blueprint.get("/sample")
def sample() -> str:
    """Show the sample that a seed draws, or ask for a seed."""
    seed = request.args.get("seed", "").strip()
    return _sample_page(seed, _each(request.args.get("each", "")))


@blueprint.post("/sample")
def draw() -> Page:
    """Draw a sample and record its seed."""
    seed, each = request.form.get("seed", "").strip(), _each(request.form.get("each", ""))
    try:
        with unit_of_work(actor()) as work:
            oversight.select_sample(work, seed=seed, each=each)
    except BadInput as problem:
        return _sample_page("", each, problem=problem.sentence), 422
    return redirect(url_for("audit.sample", seed=seed, each=each))


@blueprint.post("/sample/<reference>")
def review(reference: str) -> Page:
    """Record what a sampled case showed."""
    seed, each = request.form.get("seed", ""), _each(request.form.get("each", ""))
    verdict, note = request.form.get("verdict", ""), request.form.get("note", "")
    try:
        with unit_of_work(actor()) as work:
            case = casefile.find_case(work, reference)
            oversight.review_sampled(work, case, seed=seed, verdict=verdict, note=note)
    except BadInput as problem:
        shown = "" if problem.where == "seed" else seed
        return _sample_page(shown, each, problem=problem.sentence), 422
    flash(f"What {reference} showed is an entry of the ledger.", "ok")
    return redirect(url_for("audit.sample", seed=seed, each=each))


def _each(given: str) -> int:
    return whole_number(given, where="each") if given else 1


def _sample_page(seed: str, each: int, *, problem: str = "") -> str:
    with look(actor()) as work:
        drawn = oversight.sample(work, seed=seed, each=each) if seed else []
        return render_template(
            "audit/sample.html",
            seed=seed,
            each=each,
            drawn=drawn,
            problem=problem,
            names=casefile.names_of(work),
            verdicts=oversight.VERDICTS,
        )


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
