"""People: accounts, roles and sign-in links. Who keeps them sees no case.

Owns the addresses under ``/people``.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import EmailField, Form, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from disclosure.domain.access import Permission, Role
from disclosure.edge import look, unit_of_work
from disclosure.errors import BadInput
from disclosure.operations import accounts
from disclosure.web.guard import actor, guarded
from disclosure.web.problems import show_at_field

blueprint = Blueprint("admin", __name__, url_prefix="/people")
guarded(blueprint, Permission.MANAGE_PEOPLE)

LONGEST_ADDRESS = 254


class PersonForm(Form):
    """A new member of staff."""

    username = StringField("User name", [InputRequired("Choose a user name.")])
    name = StringField("Name", [InputRequired("Enter the person's name."), Length(max=200)])
    email = EmailField(
        "E-mail", [InputRequired("Enter an e-mail address."), Length(max=LONGEST_ADDRESS)]
    )
    roles = SelectMultipleField("Roles", choices=[(role.value, role.label) for role in Role])


@blueprint.get("/")
def people() -> str:
    """List everybody with their roles."""
    return _list(PersonForm())


def _list(form: PersonForm) -> str:
    with look(actor()) as work:
        return render_template(
            "admin/people.html",
            staff=accounts.everybody(work),
            roles_of=accounts.roles_of,
            roles=list(Role),
            form=form,
        )


@blueprint.post("/add")
def add() -> AnyResponse | tuple[str, int]:
    """Add a member of staff."""
    form = PersonForm(request.form)
    if not form.validate():
        return _list(form), 422
    try:
        with unit_of_work(actor()) as work:
            person = accounts.add_person(
                work,
                username=form.username.data or "",
                name=form.name.data or "",
                email=form.email.data or "",
                roles=[Role(each) for each in form.roles.data or ()],
            )
            name, person_id = person.username, person.id
    except BadInput as problem:
        show_at_field(form, problem)
        return _list(form), 422
    flash(f"{name} is added. A sign-in link lets them choose a password.", "ok")
    return redirect(url_for("admin.person", person_id=person_id))


@blueprint.get("/<person_id>")
def person(person_id: str) -> str:
    """Show one person: roles, sign-in link, and the end of the account."""
    return _one(person_id)


def _one(person_id: str, *, problem: str = "", link: str = "") -> str:
    with look(actor()) as work:
        found = accounts.person_by_id(work, person_id)
        return render_template(
            "admin/person.html",
            member=found,
            held=accounts.roles_of(found),
            roles=list(Role),
            mine=found.id == actor().person,
            problem=problem,
            link=link,
        )


@blueprint.post("/<person_id>/roles")
def roles(person_id: str) -> AnyResponse | tuple[str, int]:
    """Give or take one role."""
    try:
        with unit_of_work(actor()) as work:
            found = accounts.person_by_id(work, person_id)
            role = _role(request.form.get("role", ""))
            if request.form.get("change") == "revoke":
                accounts.revoke_role(work, found, role)
            else:
                accounts.grant_role(work, found, role)
    except BadInput as problem:
        return _one(person_id, problem=problem.sentence), 422
    flash("The roles are changed.", "ok")
    return redirect(url_for("admin.person", person_id=person_id))


@blueprint.post("/<person_id>/disable")
def disable(person_id: str) -> AnyResponse:
    """Disable an account and end its sessions."""
    with unit_of_work(actor()) as work:
        accounts.disable_person(work, accounts.person_by_id(work, person_id))
    flash("The account is disabled and its sessions have ended.", "ok")
    return redirect(url_for("admin.people"))


@blueprint.post("/<person_id>/link")
def link(person_id: str) -> str:
    """Make a one-time sign-in link and show it once."""
    with unit_of_work(actor()) as work:
        token = accounts.issue_login_link(work, accounts.person_by_id(work, person_id))
        address = f"{work.desk.settings.base_url}{url_for('account.link', token=token)}"
    return _one(person_id, link=address)


def _role(given: str) -> Role:
    try:
        return Role(given)
    except ValueError:
        raise BadInput("Choose a role of the list.", where="role") from None
