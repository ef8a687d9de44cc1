"""Retention: the cases whose term is over, those that are held, and a case's own page.

Owns the addresses under ``/retention``.
"""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import DateField, Form, TextAreaField
from wtforms.validators import InputRequired

from disclosure.domain.access import Permission, may
from disclosure.edge import look, unit_of_work
from disclosure.errors import BadInput
from disclosure.operations import casefile
from disclosure.operations import retention as retaining
from disclosure.operations.desk import Work
from disclosure.storage.cases import Case
from disclosure.web.guard import actor, guarded
from disclosure.web.problems import show_at_field

blueprint = Blueprint("retention", __name__, url_prefix="/retention")
guarded(blueprint, Permission.KEEP_RECORDS)


class ReasonForm(Form):
    """Why; the length is the operation's to judge."""

    reason = TextAreaField("Why", [InputRequired("Say why.")])


class LongerForm(ReasonForm):
    """Until when, and why."""

    until = DateField("Keep until the end of", [InputRequired("Choose a day.")])


FORMS: dict[str, type[ReasonForm]] = {
    "hold": ReasonForm,
    "free": ReasonForm,
    "longer": LongerForm,
    "propose": ReasonForm,
}
DONE = {
    "hold": "Held: nothing of this case is destroyed.",
    "free": "The hold is lifted: the term counts again.",
    "longer": "Kept for longer.",
    "propose": "Proposed. The records go when a second person agrees.",
}


@blueprint.get("/")
def overview() -> str:
    """Show what has come to its term, what waits, what is held, and what is destroyed."""
    with look(actor()) as work:
        return render_template(
            "retention/overview.html",
            lists=retaining.overview(work),
            names=casefile.names_of(work),
            me=actor().person,
            may_agree=may(actor().roles, Permission.DESTROY_RECORDS),
        )


@blueprint.get("/<reference>")
def case(reference: str) -> str:
    """Show how long one case is kept, and why."""
    return _page(reference)


def _page(reference: str, failed: str = "", form: ReasonForm | None = None) -> str:
    forms = {name: kind(prefix=name) for name, kind in FORMS.items()}
    if form is not None:
        forms[failed] = form
    with look(actor()) as work:
        found = casefile.find_case(work, reference)
        return render_template(
            "retention/case.html",
            kept=retaining.kept(work, found),
            names=casefile.names_of(work),
            citations=work.desk.catalogue.citations,
            asked=forms,
            failed=failed,
            me=actor().person,
            may_agree=may(actor().roles, Permission.DESTROY_RECORDS),
        )


@blueprint.post("/<reference>/<any(hold, free, longer, propose):what>")
def change(reference: str, what: str) -> AnyResponse | tuple[str, int]:
    """Hold the records, lift the hold, keep them longer, or propose their destruction."""
    form = FORMS[what](request.form, prefix=what)
    if not form.validate():
        return _page(reference, what, form), 422
    try:
        with unit_of_work(actor()) as work:
            _CHANGES[what](work, casefile.find_case(work, reference), form)
    except BadInput as problem:
        show_at_field(form, problem)
        return _page(reference, what, form), 422
    flash(DONE[what], "ok")
    return redirect(url_for("retention.case", reference=reference))


def _longer(work: Work, found: Case, form: ReasonForm) -> None:
    until = form["until"].data
    if not isinstance(until, date):
        raise BadInput("Choose a day.", where="until")
    retaining.keep_longer(work, found, until=until, reason=form.reason.data or "")


_CHANGES: dict[str, Callable[[Work, Case, ReasonForm], object]] = {
    "hold": lambda work, found, form: retaining.hold_records(
        work, found, reason=form.reason.data or ""
    ),
    "free": lambda work, found, form: retaining.free_records(
        work, found, reason=form.reason.data or ""
    ),
    "longer": _longer,
    "propose": lambda work, found, form: retaining.propose_destruction(
        work, found, reason=form.reason.data or ""
    ),
}


@blueprint.post("/<reference>/<any(agree, refuse):decision>")
def decide(reference: str, decision: str) -> AnyResponse:
    """Agree to a proposed destruction, or not."""
    with unit_of_work(actor()) as work:
        found = casefile.find_case(work, reference)
        retaining.decide_destruction(work, found, agreed=decision == "agree")
    flash(
        "Agreed. The records are being destroyed." if decision == "agree" else "Not agreed to.",
        "ok",
    )
    return redirect(url_for("retention.case", reference=reference))
