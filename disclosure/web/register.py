"""The register of agencies: entries, proposals, and the second person's word.

Owns the addresses under ``/register``.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import EmailField, Form, HiddenField, SelectField, StringField, TelField
from wtforms.validators import InputRequired

from disclosure.domain.access import Permission, may
from disclosure.edge import look, unit_of_work
from disclosure.errors import BadInput
from disclosure.operations import casefile, registering
from disclosure.operations.desk import Work
from disclosure.web.guard import actor, guarded
from disclosure.web.numbers import whole_number
from disclosure.web.problems import show_at_field

blueprint = Blueprint("register", __name__, url_prefix="/register")
guarded(blueprint, Permission.PROPOSE_REGISTER, Permission.CONFIRM_REGISTER)


class AgencyForm(Form):
    """An entry as it should be; which values are right is the operation's to say."""

    agency_id = HiddenField()
    name = StringField("Name", [InputRequired("Enter the agency's name.")])
    local_name = StringField("Name in its own script")
    requester_class = SelectField(
        "Kind", [InputRequired("Choose the kind of agency.")], validate_choice=False
    )
    country = SelectField("Country", default="CN", validate_choice=False)
    callback_phone = TelField("Call-back number", [InputRequired("Enter the call-back number.")])
    delivery_address = EmailField(
        "Delivery address", [InputRequired("Enter the address to which answers go.")]
    )
    domains = StringField("Mail domains", [InputRequired("Enter one or more mail domains.")])
    source = StringField(
        "Where you found the number", [InputRequired("Say where you found the number.")]
    )

    def offer(self, work: Work) -> None:
        """Fill the lists from the catalogue."""
        catalogue = work.desk.catalogue
        kinds = [(key, each.title) for key, each in catalogue.classes.items() if each.is_authority]
        self.requester_class.choices = [("", "Choose"), *kinds]
        self.country.choices = [(code, code) for code in sorted(catalogue.vocabulary.countries)]


@blueprint.get("/")
def entries() -> str:
    """Show the register, the changes that wait, and the form for one more."""
    chosen = request.args.get("entry", "")
    if not chosen:
        return _page(AgencyForm())
    number = whole_number(chosen, where="entry")
    with look(actor()) as work:
        values = registering.as_typed(registering.find_agency(work, number))
    return _page(AgencyForm(data={**values, "agency_id": str(number)}))


def _page(form: AgencyForm) -> str:
    with look(actor()) as work:
        form.offer(work)
        return render_template(
            "register/entries.html",
            agencies=registering.agencies(work),
            proposals=registering.open_proposals(work),
            names=casefile.names_of(work),
            classes=work.desk.catalogue.classes,
            may_propose=may(actor().roles, Permission.PROPOSE_REGISTER),
            may_confirm=may(actor().roles, Permission.CONFIRM_REGISTER),
            me=actor().person,
            now=work.now,
            form=form,
            labels=_labels(form),
        )


def _labels(form: AgencyForm) -> dict[str, str]:
    return {field.name: str(field.label.text) for field in form}


@blueprint.post("/propose")
def propose() -> AnyResponse | tuple[str, int]:
    """Propose a new entry, or new values for one."""
    form = AgencyForm(request.form)
    with look(actor()) as work:
        form.offer(work)
    if not form.validate():
        return _page(form), 422
    given = form.agency_id.data or ""
    try:
        with unit_of_work(actor()) as work:
            registering.propose_change(
                work,
                {name: str(value or "") for name, value in form.data.items()},
                source=form.source.data or "",
                agency_id=whole_number(given, where="agency_id") if given else None,
            )
    except BadInput as problem:
        show_at_field(form, problem)
        return _page(form), 422
    flash("Proposed. It takes effect when a second person confirms it.", "ok")
    return redirect(url_for("register.entries"))


@blueprint.post("/changes/<change_id>/<any(confirm, refuse):decision>")
def decide(change_id: str, decision: str) -> AnyResponse:
    """Let a change through, or not."""
    with unit_of_work(actor()) as work:
        registering.decide_change(work, change_id, confirmed=decision == "confirm")
    flash("Confirmed." if decision == "confirm" else "Not let through.", "ok")
    return redirect(url_for("register.entries"))
