"""The transparency report for staff: drafts for every period, and its publishing.

Owns the addresses under ``/reports``. A draft is drawn up anew each time and kept nowhere; what an
officer publishes is the draft that they saw, named by its hash.
"""

from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse
from wtforms import DateField, Form
from wtforms.validators import InputRequired

from disclosure.domain.access import Permission, may
from disclosure.edge import look, unit_of_work
from disclosure.errors import BadInput
from disclosure.operations import transparency
from disclosure.operations.transparency import Draft, Period
from disclosure.web.guard import actor, guarded
from disclosure.web.numbers import whole_number
from disclosure.web.portal_reports import structured

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
guarded(blueprint, Permission.SEE_REPORTS)

Page = str | tuple[str, int]


class PeriodForm(Form):
    """The days that a report covers; named as the command names them."""

    first = DateField("First day", [InputRequired("Enter the first day.")], name="from")
    last = DateField("Last day", [InputRequired("Enter the last day.")], name="to")

    def period(self) -> Period:
        """Return the days.

        Raises:
            BadInput: When they are the wrong way round, or more than a year.
        """
        return transparency.read_period(self.first.data or date.min, self.last.data or date.min)


@blueprint.get("/")
def overview() -> str:
    """List the published reports and ask for the days of the next one."""
    return _overview(None)


def _overview(given: PeriodForm | None) -> str:
    with look(actor()) as work:
        form = given or PeriodForm()
        if given is None:
            proposed = transparency.next_period(work)
            form.first.data, form.last.data = proposed.first, proposed.last
        return render_template(
            "reports/overview.html",
            form=form,
            reports=transparency.published(work),
            owed=transparency.is_owed(work),
        )


@blueprint.get("/draft")
def draft() -> Page:
    """Show the draft for some days."""
    form = PeriodForm(request.args)
    if not form.validate():
        return _overview(form), 422
    try:
        period = form.period()
    except BadInput as problem:
        form.last.errors = [problem.sentence]
        return _overview(form), 422
    with look(actor()) as work:
        drawn = transparency.draw_up(work, period)
        return _draft_page(drawn, transparency.why_not_publish(work, period))


def _draft_page(drawn: Draft, refusal: str) -> str:
    return render_template(
        "reports/draft.html",
        draft=drawn,
        report=drawn.report,
        refusal=refusal,
        may_publish=may(actor().roles, Permission.PUBLISH_REPORT),
    )


@blueprint.get("/draft/<kind>")
def draft_file(kind: str) -> Response:
    """Give the draft as a structured file."""
    with look(actor()) as work:
        drawn = transparency.draw_up(work, _typed_period(request.args))
    return structured(drawn.content, drawn.report, kind)


def _typed_period(typed: MultiDict[str, str]) -> Period:
    """Read the days that a link or a hidden field carries.

    Raises:
        BadInput: When they are no days.
    """
    form = PeriodForm(typed)
    if not form.validate():
        raise BadInput("Choose the days of the report again: these are no dates.", where="from")
    return form.period()


@blueprint.post("/publish")
def publish() -> AnyResponse:
    """Publish the draft that was seen."""
    period = _typed_period(request.form)
    up_to = whole_number(request.form.get("up_to", ""), where="up_to")
    with unit_of_work(actor()) as work:
        report = transparency.publish(
            work, period, up_to=up_to, sha256=request.form.get("sha256", "")
        )
        address = url_for("portal.transparency_report", report_id=report.id)
    flash("The report is published. It stays as it is from now on.", "ok")
    return redirect(address, code=303)
