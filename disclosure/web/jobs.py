"""Jobs as people see them: how far one is, which failed, and trying again.

Owns the addresses under ``/jobs``. Whoever sees a case may watch its jobs; the list and the second
try are for those who look after jobs.
"""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.domain.access import Permission
from disclosure.edge import look, unit_of_work
from disclosure.operations import outbox
from disclosure.operations.job_reading import troubled_jobs, watched_job
from disclosure.web.guard import actor, guarded

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")
guarded(blueprint, Permission.SEE_JOBS, Permission.SEE_CASES)


@blueprint.get("/")
def parked() -> str:
    """List what failed, and what has waited for long."""
    with look(actor()) as work:
        return render_template("jobs/parked.html", jobs=troubled_jobs(work))


@blueprint.get("/status/<job_id>")
def status(job_id: str) -> Response:
    """Tell how far a job is, for the page that waits for it."""
    with look(actor()) as work:
        row = watched_job(work, job_id)
        return jsonify(
            percent=row.progress,
            text=row.error or row.step or row.status,
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
