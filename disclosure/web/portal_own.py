"""A user's own statement: which of their data was disclosed, for those who come from the platform.

Owns these two pages. Who the visitor is, the platform said (``portal_identity``); what they may be
told is ``operations/statement.py``'s.
"""

from flask import render_template, request
from werkzeug.wrappers import Response as AnyResponse

from disclosure.edge import unit_of_work
from disclosure.operations.desk import DATA_SUBJECT
from disclosure.operations.statement import print_statement, read_statement
from disclosure.web.cases import attachment
from disclosure.web.portal_identity import platform_sign_in_url, visitor

PLACE = "portal.statement"
FILE_NAME = "statement-of-disclosures"

Page = str | tuple[str, int]


def statement() -> Page:
    """Ask before the statement is shown; showing it is an entry of the ledger."""
    account = visitor()
    if not account:
        return _sign_in_page()
    if request.method == "GET":
        return render_template("portal/own.html", account=account, statement=None)
    with unit_of_work(DATA_SUBJECT) as work:
        found = read_statement(work, account, form="page")
    return render_template("portal/own.html", account=account, statement=found)


def statement_pdf() -> Page | AnyResponse:
    """Give the statement as a PDF."""
    account = visitor()
    if not account:
        return _sign_in_page()
    with unit_of_work(DATA_SUBJECT) as work:
        pdf = print_statement(work, read_statement(work, account, form="pdf"))
    return attachment(pdf, "application/pdf", FILE_NAME)


def _sign_in_page() -> Page:
    expired = request.method == "POST"
    page = render_template(
        "portal/sign_in.html", place=PLACE, platform_href=platform_sign_in_url(), expired=expired
    )
    return page, 403 if expired else 200
