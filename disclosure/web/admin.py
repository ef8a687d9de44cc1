"""People: accounts, roles and sign-in links. Who keeps them sees no case.

Owns the addresses under ``/people``.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.domain.access import Permission, Role
from disclosure.edge import look, unit_of_work
from disclosure.errors import BadInput
from disclosure.operations import accounts
from disclosure.operations.desk import Work
from disclosure.storage.people import Person
from disclosure.web.guard import actor, guarded

blueprint = Blueprint("admin", __name__, url_prefix="/people")
guarded(blueprint, Permission.MANAGE_PEOPLE)


@blueprint.get("/")
def people() -> str:
    """List everybody with their roles."""
    return _page({}, "")


def _page(typed: dict[str, str], problem: str, where: str = "", link: str = "") -> str:
    with look(actor()) as work:
        return render_template(
            "admin/people.html",
            staff=accounts.everybody(work),
            roles_of=accounts.roles_of,
            roles=list(Role),
            me=actor().person,
            typed=typed,
            chosen=request.form.getlist("roles"),
            problem=problem,
            where=where,
            link=link,
        )


@blueprint.post("/add")
def add() -> AnyResponse | tuple[str, int]:
    """Add a member of staff."""
    typed = request.form.to_dict()
    try:
        with unit_of_work(actor()) as work:
            person = accounts.add_person(
                work,
                username=typed.get("username", ""),
                name=typed.get("name", ""),
                email=typed.get("email", ""),
                roles=[_role(each) for each in request.form.getlist("roles")],
            )
            name = person.username
    except BadInput as problem:
        return _page(typed, problem.message, problem.where), 422
    flash(f"{name} is added. Send them a sign-in link.", "ok")
    return redirect(url_for("admin.people"))


@blueprint.post("/<person_id>/roles")
def roles(person_id: str) -> AnyResponse | tuple[str, int]:
    """Give or take one role."""
    try:
        with unit_of_work(actor()) as work:
            person = _find(work, person_id)
            role = _role(request.form.get("role", ""))
            if request.form.get("change") == "revoke":
                accounts.revoke_role(work, person, role)
            else:
                accounts.grant_role(work, person, role)
    except BadInput as problem:
        return _page(request.form.to_dict(), problem.message, person_id), 422
    flash("The roles are changed.", "ok")
    return redirect(url_for("admin.people"))


@blueprint.post("/<person_id>/disable")
def disable(person_id: str) -> AnyResponse:
    """Disable an account and end its sessions."""
    with unit_of_work(actor()) as work:
        accounts.disable_person(work, _find(work, person_id))
    flash("The account is disabled and its sessions have ended.", "ok")
    return redirect(url_for("admin.people"))


@blueprint.post("/<person_id>/link")
def link(person_id: str) -> str:
    """Make a one-time sign-in link and show it once."""
    with unit_of_work(actor()) as work:
        token = accounts.issue_login_link(work, _find(work, person_id))
        address = f"{work.desk.settings.base_url}{url_for('account.link', token=token)}"
    return _page({}, "", link=address)


def _find(work: Work, person_id: str) -> Person:
    return accounts.person_by_id(work, person_id)


def _role(given: str) -> Role:
    try:
        return Role(given)
    except ValueError:
        raise BadInput("Choose a role of the list.", where="roles") from None
