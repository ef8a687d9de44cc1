"""Incidents: the list, what contains each of them, and the report that a recipient misused data.

Owns the addresses under ``/incidents``. Users report a leak on the portal, see ``portal_leak``.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.domain.access import Permission, may
from disclosure.domain.incidents import STEPS, IncidentKind
from disclosure.edge import look, unit_of_work
from disclosure.errors import BadInput
from disclosure.operations import casefile, incidents, recipients
from disclosure.storage.cases import Case
from disclosure.web.guard import actor, guarded

blueprint = Blueprint("incidents", __name__, url_prefix="/incidents")
guarded(blueprint, Permission.SEE_CASES)

Page = str | tuple[str, int]


@blueprint.get("/")
def overview() -> str:
    """List the incidents, open ones first."""
    with look(actor()) as work:
        rows = [(row, IncidentKind.of(row.kind)) for row in incidents.incidents(work)]
        done = {row.id: len(incidents.steps_done(work, row)) for row, _ in rows}
        return render_template("incidents/overview.html", rows=rows, done=done, steps=STEPS)


@blueprint.get("/<incident_id>")
def incident(incident_id: str) -> str:
    """Show one incident with its steps."""
    return _page(incident_id)


def _page(incident_id: str, problem: str = "") -> str:
    with look(actor()) as work:
        found = incidents.find_incident(work, incident_id)
        case = work.session.get(Case, found.case_id) if found.case_id else None
        if case is not None:
            casefile.find_case(work, case.reference)
        block = recipients.block_of(work, found)
        return render_template(
            "incidents/incident.html",
            incident=found,
            kind=IncidentKind.of(found.kind),
            steps=STEPS[IncidentKind.of(found.kind)],
            done=incidents.steps_done(work, found),
            case=case,
            block=block,
            received=recipients.releases_to(work, block) if block else [],
            fields=work.desk.catalogue.fields,
            names=casefile.names_of(work),
            problem=problem,
            may_work=may(actor().roles, Permission.WORK_INCIDENTS),
        )


@blueprint.post("/<incident_id>/steps")
def step(incident_id: str) -> Page | AnyResponse:
    """Write down that a step is done, and how."""
    try:
        with unit_of_work(actor()) as work:
            found = incidents.find_incident(work, incident_id)
            code, note = request.form.get("step", ""), request.form.get("note", "")
            incidents.do_step(work, found, code, note=note)
    except BadInput as problem:
        return _page(incident_id, problem.sentence), 422
    flash("The step is done.", "ok")
    return redirect(url_for("incidents.incident", incident_id=incident_id))


@blueprint.route("/misuse/<reference>", methods=["GET", "POST"])
def misuse(reference: str) -> Page | AnyResponse:
    """Take in that the recipient of a release misused it."""
    actor().require(Permission.WORK_INCIDENTS)
    if request.method == "GET":
        return _misuse_page(reference)
    try:
        with unit_of_work(actor()) as work:
            case = casefile.find_case(work, reference)
            made = incidents.report_misuse(work, case, reason=request.form.get("reason", ""))
            made_id = made.id
    except BadInput as problem:
        return _misuse_page(reference, problem.sentence), 422
    flash("Referred for termination. The recipient is blocked.", "ok")
    return redirect(url_for("incidents.incident", incident_id=made_id))


def _misuse_page(reference: str, problem: str = "") -> str:
    with look(actor()) as work:
        case = casefile.find_case(work, reference)
        return render_template(
            "incidents/misuse.html",
            case=case,
            recipient=recipients.recipient_names(work, case)[0],
            problem=problem,
            typed=request.form.get("reason", ""),
        )
