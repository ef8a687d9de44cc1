"""Second decisions, for the lawyers who make them: what waits, the case without its decision.

Owns the addresses under ``/second``, which name a review and never a case, and the note that a
lawyer opened a decided case: who has seen a case is not blind.
"""

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.domain.access import Permission, may
from disclosure.domain.shadow import SecondOutcome
from disclosure.edge import house, look, unit_of_work
from disclosure.errors import BadInput
from disclosure.operations import casefile, shadow, shadow_brief, shadow_reading
from disclosure.operations.desk import Work
from disclosure.storage.alarm import alarm_of
from disclosure.storage.shadow import ShadowAnswer
from disclosure.web.cases import attachment
from disclosure.web.guard import actor, current_actor, guarded

Page = str | tuple[str, int] | AnyResponse

blueprint = Blueprint("shadow", __name__, url_prefix="/second")
guarded(blueprint, Permission.DECIDE_CASE)


@blueprint.get("/")
def overview() -> str:
    """List the reviews that wait, and those that the person answered."""
    with look(actor()) as work:
        return render_template(
            "shadow/overview.html",
            due=shadow.due(work),
            answered=[shadow_reading.compared(work, row) for row in shadow.answered_by_me(work)],
            outcomes={each.code: each.label for each in SecondOutcome},
            one_in=work.desk.settings.shadow_one_in,
        )


@blueprint.post("/<review_id>/take")
def take(review_id: str) -> AnyResponse:
    """Take a review."""
    with unit_of_work(actor()) as work:
        shadow.take(work, review_id)
    return redirect(url_for("shadow.review", review_id=review_id))


@blueprint.get("/<review_id>")
def review(review_id: str) -> str:
    """Show the case without its decision; once it is answered, both side by side."""
    with look(actor()) as work:
        return _review(work, review_id)


def _review(work: Work, review_id: str, problem: str = "") -> str:
    answered = work.session.get(ShadowAnswer, review_id)
    if answered is not None and answered.person_id == work.actor.person:
        return render_template(
            "shadow/compared.html",
            pair=shadow_reading.compared(work, answered),
            fields=work.desk.catalogue.fields,
            outcomes={each.code: each.label for each in SecondOutcome},
            names=casefile.names_of(work),
        )
    return render_template(
        "shadow/review.html",
        brief=shadow_brief.brief_of(work, review_id),
        outcomes=list(SecondOutcome),
        typed=request.form,
        chosen=request.form.getlist("fields"),
        problem=problem,
    )


@blueprint.post("/<review_id>")
def answer(review_id: str) -> Page:
    """Keep the second decision."""
    try:
        with unit_of_work(actor()) as work:
            shadow.answer(
                work,
                review_id,
                outcome=request.form.get("outcome", ""),
                fields=request.form.getlist("fields"),
                reason=request.form.get("reason", ""),
            )
    except BadInput as problem:
        with look(actor()) as work:
            return _review(work, review_id, problem.sentence), 422
    flash("Kept. Here is the first decision beside yours.", "ok")
    return redirect(url_for("shadow.review", review_id=review_id))


@blueprint.get("/<review_id>/papers/<document_id>")
def paper(review_id: str, document_id: str) -> Response:
    """Send a paper of the case, under a name that does not tell the case."""
    with unit_of_work(actor()) as work:
        found = shadow_brief.open_paper(work, review_id, document_id)
        sha256, kind, number = found.sha256, found.media_type, found.id[:8]
    return attachment(house().desk.files.read(sha256), kind, f"paper-{number}")


def note_openings(app: Flask) -> None:
    """Let the ledger know when a lawyer opens a decided case, once for each case and person."""

    @app.before_request
    def note() -> None:
        reference = (request.view_args or {}).get("reference")
        person = current_actor() if reference and request.method == "GET" else None
        if person is None or not may(person.roles, Permission.DECIDE_CASE):
            return
        desk = house().desk
        if alarm_of(desk.settings.instance) or not desk.settings.shadow_one_in:
            return
        with look(person) as work:
            case = casefile.opened_unknown(work, str(reference))
        if case is not None:
            with unit_of_work(person) as work:
                casefile.note_opened(work, case)
