"""The statement of disclosures, for staff who answer an access request.

Owns the addresses under ``/statements``. The account is sent in the body of a form, so that it
stands in no address and no log; each look is an entry of the ledger.
"""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form, StringField
from wtforms.validators import InputRequired, Length

from disclosure.domain.access import Permission
from disclosure.edge import unit_of_work
from disclosure.errors import BadInput
from disclosure.operations.statement import LONGEST_ACCOUNT, print_statement, read_statement
from disclosure.web.cases import attachment
from disclosure.web.guard import actor, guarded
from disclosure.web.portal_own import FILE_NAME

blueprint = Blueprint("statements", __name__, url_prefix="/statements")
guarded(blueprint, Permission.SEE_CASES)

Page = str | tuple[str, int]


class AccountForm(Form):
    """Whose statement it is."""

    account = StringField(
        "Account on the platform",
        [
            InputRequired("Enter the number of the account, such as U-2048."),
            Length(max=LONGEST_ACCOUNT, message=f"Keep this under {LONGEST_ACCOUNT} signs."),
        ],
    )


@blueprint.get("/")
def ask() -> str:
    """Ask for the account."""
    return render_template("statements/statement.html", form=AccountForm(), statement=None)


@blueprint.post("/")
def show() -> Page:
    """Show what may be told to the person behind an account."""
    form = AccountForm(request.form)
    if form.validate():
        try:
            with unit_of_work(actor()) as work:
                found = read_statement(work, form.account.data or "", form="page")
            return render_template("statements/statement.html", form=form, statement=found)
        except BadInput as problem:
            form.account.errors = [problem.sentence]
    return render_template("statements/statement.html", form=form, statement=None), 422


@blueprint.post("/pdf")
def pdf() -> Page | AnyResponse:
    """Give the statement as a PDF, for the answer to an access request."""
    with unit_of_work(actor()) as work:
        found = read_statement(work, request.form.get("account", ""), form="pdf")
        printed = print_statement(work, found)
    return attachment(printed, "application/pdf", FILE_NAME)
