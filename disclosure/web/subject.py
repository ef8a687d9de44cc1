"""The data subject's page: what will be disclosed, to whom, why, and how to object.

Owns the page behind a notice's link. The link opens this page and nothing else; what an objection
does to the case is ``operations/noticing.py``'s.
"""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form, TextAreaField
from wtforms.validators import InputRequired, Length

from disclosure.edge import look, unit_of_work
from disclosure.errors import BadInput, NotFound, Refused
from disclosure.operations.desk import DATA_SUBJECT
from disclosure.operations.noticed import told_by
from disclosure.operations.noticing import LONGEST_OBJECTION, receive_objection
from disclosure.web.portal_forms import Plain

blueprint = Blueprint("subject", __name__, url_prefix="/portal/notice")

Page = str | tuple[str, int]


class ObjectionForm(Form):
    """The data subject's own words."""

    text = TextAreaField(
        "Why do you object?",
        [
            InputRequired("Write why you object, in your own words."),
            Length(max=LONGEST_OBJECTION, message=f"Keep this under {LONGEST_OBJECTION} signs."),
            Plain(lines=True),
        ],
    )


@blueprint.route("/<token>", methods=["GET", "POST"])
def notice(token: str) -> Page | AnyResponse:
    """Show what a notice tells, and take an objection."""
    form = ObjectionForm(request.form)
    try:
        if request.method == "GET":
            return _page(token, form)
        return _object(token, form)
    except NotFound as refusal:
        return render_template(
            "portal/stopped.html",
            title="This link opens nothing",
            message=refusal.message,
            next="Take the link from our newest message to you, or write to us.",
        ), 404


def _page(token: str, form: ObjectionForm, problem: str = "") -> str:
    with look(DATA_SUBJECT) as work:
        told = told_by(work, token)
        return render_template("subject/notice.html", told=told, form=form, problem=problem)


def _object(token: str, form: ObjectionForm) -> Page | AnyResponse:
    if not form.validate():
        return _page(token, form), 422
    try:
        with unit_of_work(DATA_SUBJECT) as work:
            receive_objection(work, token, form.text.data or "")
    except BadInput as problem:
        form.text.errors = [problem.sentence]
        return _page(token, form), 422
    except Refused as refusal:
        return _page(token, form, refusal.message), 409
    return redirect(url_for("subject.notice", token=token, _anchor="objection"), code=303)
