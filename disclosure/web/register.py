"""The register of agencies: entries, proposals, and the second person's word.

Owns the addresses under ``/register``.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.domain.access import Permission, may
from disclosure.edge import look, unit_of_work
from disclosure.errors import BadInput
from disclosure.operations import casefile, registering
from disclosure.web.guard import actor, guarded
from disclosure.web.numbers import whole_number

blueprint = Blueprint("register", __name__, url_prefix="/register")
guarded(blueprint, Permission.PROPOSE_REGISTER, Permission.CONFIRM_REGISTER)


@blueprint.get("/")
def entries() -> str:
    """Show the register and the changes that wait for a second person."""
    return _page({}, "")


def _page(typed: dict[str, str], problem: str, where: str = "") -> str:
    with look(actor()) as work:
        catalogue = work.desk.catalogue
        return render_template(
            "register/entries.html",
            agencies=registering.agencies(work),
            changes=registering.open_changes(work),
            names=casefile.names_of(work),
            classes={key: each for key, each in catalogue.classes.items() if each.is_authority},
            countries=sorted(catalogue.vocabulary.countries),
            may_propose=may(actor().roles, Permission.PROPOSE_REGISTER),
            may_confirm=may(actor().roles, Permission.CONFIRM_REGISTER),
            me=actor().person,
            now=work.now,
            typed=typed,
            problem=problem,
            where=where,
        )


@blueprint.post("/propose")
def propose() -> AnyResponse | tuple[str, int]:
    """Propose a new entry, or new values for one."""
    typed = request.form.to_dict()
    try:
        with unit_of_work(actor()) as work:
            given = typed.get("agency_id", "")
            registering.propose_change(
                work,
                typed,
                source=typed.get("source", ""),
                agency_id=whole_number(given, where="agency_id") if given else None,
            )
    except BadInput as problem:
        return _page(typed, problem.message, problem.where), 422
    flash("Proposed. It takes effect when a second person confirms it.", "ok")
    return redirect(url_for("register.entries"))


@blueprint.post("/changes/<change_id>/<decision>")
def decide(change_id: str, decision: str) -> AnyResponse:
    """Let a change through, or not."""
    with unit_of_work(actor()) as work:
        registering.decide_change(work, change_id, confirmed=decision == "confirm")
    flash("Confirmed." if decision == "confirm" else "Not let through.", "ok")
    return redirect(url_for("register.entries"))
