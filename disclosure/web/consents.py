"""The consent register: look a consent up, take a list in, record a withdrawal.

Owns the addresses under ``/consents``. What is looked for travels in the body of the form: an
account's number has no place in an address.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.domain.access import Permission, may
from disclosure.domain.consents import COLUMNS, REQUIRED, RegisteredConsent, UnreadableList
from disclosure.edge import look, unit_of_work
from disclosure.errors import BadInput
from disclosure.operations import consenting
from disclosure.web.guard import actor, guarded

blueprint = Blueprint("consents", __name__, url_prefix="/consents")
guarded(blueprint, Permission.SEE_CASES)

Page = str | tuple[str, int]


@blueprint.get("/")
def register() -> str:
    """Show the form that looks a consent up, and the one that takes a list in."""
    return _page()


def _page(
    found: list[RegisteredConsent] | None = None,
    *,
    value: str = "",
    problem: BadInput | None = None,
) -> str:
    with look(actor()) as work:
        listed = problem.problems if isinstance(problem, UnreadableList) else []
        return render_template(
            "consents/register.html",
            found=found,
            value=value,
            problem=problem,
            listed=listed,
            fields=work.desk.catalogue.fields,
            columns=[(name, name in REQUIRED) for name in COLUMNS],
            may_keep=may(actor().roles, Permission.KEEP_CONSENTS),
            now=work.now,
        )


@blueprint.post("/find")
def find() -> Page:
    """Look a consent up by its own number or by the account's; the look is kept."""
    value = request.form.get("value", "")
    try:
        with unit_of_work(actor()) as work:
            found = consenting.look_up(work, value)
    except BadInput as problem:
        return _page(value=value, problem=problem), 422
    return _page(found, value=value)


@blueprint.post("/list")
def take_in() -> Page | AnyResponse:
    """Take a list of consents in, all of it or nothing."""
    file = request.files.get("list")
    content = file.stream.read() if file is not None and file.filename else b""
    try:
        with unit_of_work(actor()) as work:
            new = consenting.take_in(work, content)
    except BadInput as problem:
        return _page(problem=problem), 422
    flash(f"{new} consent{'s' if new != 1 else ''} taken into the register.", "ok")
    return redirect(url_for("consents.register"))


@blueprint.post("/withdraw")
def withdraw() -> Page | AnyResponse:
    """Record that a data subject has withdrawn a consent."""
    reference = request.form.get("reference", "")
    try:
        with unit_of_work(actor()) as work:
            consenting.withdraw(work, reference, reason=request.form.get("reason", ""))
    except BadInput as problem:
        with look(actor()) as work:
            found = consenting.consents_of(work, reference)
        return _page(found, value=reference, problem=problem), 422
    flash(f"Consent {reference} is withdrawn; nothing rests on it any more.", "ok")
    return redirect(url_for("consents.register"))
