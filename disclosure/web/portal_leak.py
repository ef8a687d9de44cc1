"""The portal's page on which a user reports that data or credentials have leaked.

Owns that page; no sign-in is asked for, because who reports a leak may have lost the account. What
follows from a report is ``operations/incidents.py``'s.
"""

from flask import render_template, request
from wtforms import Form, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from disclosure.edge import unit_of_work
from disclosure.errors import BadInput
from disclosure.operations.desk import DATA_SUBJECT
from disclosure.operations.incidents import LONGEST_CONTACT, LONGEST_NOTE, report_leak
from disclosure.web.portal_forms import Plain
from disclosure.web.problems import show_at_field

Page = str | tuple[str, int]


class LeakForm(Form):
    """What has leaked, and how the user can be reached."""

    what = TextAreaField(
        "What has leaked, and where did you see it?",
        [
            InputRequired("Say what has leaked, and where you saw it."),
            Length(max=LONGEST_NOTE, message=f"Keep this under {LONGEST_NOTE} signs."),
            Plain(lines=True),
        ],
    )
    account = StringField(
        "Number or name of your account",
        [Length(max=LONGEST_CONTACT, message="Keep this under 300 signs."), Plain()],
    )
    contact = StringField(
        "How can we reach you?",
        [
            InputRequired("Say how we can reach you, by mail or telephone."),
            Length(max=LONGEST_CONTACT, message="Keep this under 300 signs."),
            Plain(),
        ],
    )


def leak() -> Page:
    """Take in a leak report; the answer names the incident."""
    form = LeakForm(request.form)
    if request.method == "GET":
        return render_template("portal/leak.html", form=form)
    if not form.validate():
        return render_template("portal/leak.html", form=form), 422
    try:
        with unit_of_work(DATA_SUBJECT) as work:
            made = report_leak(
                work,
                what=form.what.data or "",
                account=form.account.data or "",
                contact=form.contact.data or "",
            )
            reference = made.reference
    except BadInput as problem:
        show_at_field(form, problem)
        return render_template("portal/leak.html", form=form), 422
    return render_template("portal/leak_taken.html", reference=reference), 201
