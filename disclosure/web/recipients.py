"""Recipients: when their access ends, who has not confirmed a deletion, and who is blocked.

Owns the addresses under ``/recipients``.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.domain.access import Permission, may
from disclosure.edge import look, unit_of_work
from disclosure.errors import BadInput
from disclosure.operations import casefile, recipients
from disclosure.operations.access_ends import access_ends, confirm_deletion
from disclosure.operations.papers import Upload
from disclosure.web.guard import actor, guarded

blueprint = Blueprint("recipients", __name__, url_prefix="/recipients")
guarded(blueprint, Permission.SEE_CASES)

Page = str | tuple[str, int]


@blueprint.get("/")
def overview() -> str:
    """List access ends, overdue ones first, and the blocked recipients."""
    return _page()


def _page(problem: str = "") -> str:
    with look(actor()) as work:
        roles = actor().roles
        return render_template(
            "recipients/overview.html",
            ends=access_ends(work),
            blocks=recipients.blocks(work),
            names=casefile.names_of(work),
            me=actor().person,
            problem=problem,
            may_confirm=may(roles, Permission.WORK_CASE),
            may_lift=may(roles, Permission.LIFT_BLOCK),
        )


@blueprint.post("/ends/<release_id>")
def confirm(release_id: str) -> Page | AnyResponse:
    """Keep a recipient's confirmation that all of it is deleted."""
    file = request.files.get("proof")
    try:
        with unit_of_work(actor()) as work:
            proof = Upload(file.filename, file.stream.read()) if file and file.filename else None
            confirm_deletion(work, release_id, note=request.form.get("note", ""), proof=proof)
    except BadInput as problem:
        return _page(problem.sentence), 422
    flash("The deletion is confirmed.", "ok")
    return redirect(url_for("recipients.overview"))


@blueprint.post("/blocks/<block_id>/propose")
def propose(block_id: str) -> Page | AnyResponse:
    """Propose to lift a block."""
    try:
        with unit_of_work(actor()) as work:
            recipients.propose_lift(work, block_id, reason=request.form.get("reason", ""))
    except BadInput as problem:
        return _page(problem.sentence), 422
    flash("Proposed. The block stays until a second person lifts it.", "ok")
    return redirect(url_for("recipients.overview"))


@blueprint.post("/blocks/<block_id>/<any(lift, keep):decision>")
def decide(block_id: str, decision: str) -> AnyResponse:
    """Lift a block as the second person, or keep it."""
    with unit_of_work(actor()) as work:
        recipients.decide_lift(work, block_id, confirmed=decision == "lift")
    flash("The block is lifted." if decision == "lift" else "The block stays.", "ok")
    return redirect(url_for("recipients.overview"))
