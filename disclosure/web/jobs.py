"""Jobs as people see them: how far one is, which failed, and trying again.

Owns the addresses under ``/jobs``.
"""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.domain.access import Permission
from disclosure.edge import look, unit_of_work
from disclosure.operations import outbox
from disclosure.web.guard import actor, guarded

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")
guarded(blueprint, Permission.SEE_JOBS)


@blueprint.get("/")
def parked() -> str:
    """List what failed, and what has waited for long."""
    with look(actor()) as work:
        return render_template("jobs/parked.html", jobs=outbox.troubled(work), now=work.now)


@blueprint.get("/status/<job_id>")
def status(job_id: str) -> Response:
    """Tell how far a job is, for the page that waits for it."""
    with look(actor()) as work:
        row = outbox.find(work, job_id)
        return jsonify(
            percent=row.progress,
            text=row.error
            or row.step
            or {"waiting": "waiting", "running": "running"}.get(row.status, ""),
            done=row.status == outbox.DONE,
            failed=row.status == outbox.PARKED,
        )


@blueprint.post("/<job_id>/retry")
def retry(job_id: str) -> AnyResponse:
    """Send a failed job on its way again."""
    with unit_of_work(actor()) as work:
        outbox.retry(work, job_id)
    flash("The job is on its way again.", "ok")
    return redirect(url_for("jobs.parked"))
