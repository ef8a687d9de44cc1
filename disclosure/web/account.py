"""Signing in and out, one-time links, passwords and sessions.

Owns the addresses under ``/account``. The sign-in pages are open; the person's own pages ask for a
session themselves. A wrong password and an unknown user get the same answer.
"""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from disclosure.edge import house, look, unit_of_work
from disclosure.errors import BadInput, Refused
from disclosure.operations import accounts, passwords
from disclosure.operations.desk import SYSTEM
from disclosure.web import guard
from disclosure.web.problems import show_at_field

blueprint = Blueprint("account", __name__, url_prefix="/account")

Page = str | AnyResponse | tuple[str, int]


class SignInForm(Form):
    """User name and password."""

    username = StringField("User name", [InputRequired("Enter your user name."), Length(max=64)])
    password = PasswordField(
        "Password", [InputRequired("Enter your password."), Length(max=accounts.LONGEST_PASSWORD)]
    )


class PasswordForm(Form):
    """The password in force, where there is one, and a new one, typed once."""

    current = PasswordField("Password now", [Length(max=accounts.LONGEST_PASSWORD)])
    password = PasswordField("New password", [InputRequired("Choose a password.")])


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Page:
    """Ask for user name and password."""
    form = SignInForm(request.form)
    following = guard.local_path(request.values.get("next"))
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return render_template("account/sign_in.html", form=form, following=following), status
    try:
        with unit_of_work(SYSTEM, despite_alarm=True) as work:
            token = accounts.sign_in(
                work,
                form.username.data or "",
                form.password.data or "",
                address=request.remote_addr or "",
            )
    except Refused as refusal:
        form.form_errors.append(refusal.message)
        return render_template("account/sign_in.html", form=form, following=following), 429
    if token is None:
        form.form_errors.append(accounts.wrong_password_message())
        return render_template("account/sign_in.html", form=form, following=following), 422
    return enter(token, following)


def enter(token: str, following: str | None = None) -> AnyResponse:
    """Give the browser a new session in place of the one it had, and send the person on.

    Args:
        token: Of the new session.
        following: A local address; without one the person's day begins.
    """
    _end_earlier()
    answer = redirect(following or url_for("account.home"))
    guard.set_session_cookie(answer, token, house().desk.settings)
    return answer


def _end_earlier() -> None:
    """End the session with which this browser came; nobody goes on in it unseen."""
    carried = request.cookies.get(guard.cookie_name(house().desk.settings), "")
    if carried:
        with unit_of_work(SYSTEM, despite_alarm=True) as work:
            accounts.end_session_of_cookie(work, carried)


@blueprint.get("/home")
def home() -> AnyResponse:
    """Send a person to the page that is theirs, or first to choose a password."""
    person = guard.signed_in()
    if person is None:
        return redirect(url_for("account.sign_in"))
    with look(person.actor) as work:
        chosen = accounts.person_by_id(work, person.person_id).password_hash is not None
        waits = not chosen and not work.desk.settings.demo
    return redirect(url_for("account.settings") if waits else guard.home_of(person))


@blueprint.route("/link/<token>", methods=["GET", "POST"])
def link(token: str) -> Page:
    """Open a session by a one-time link; looking at the page spends nothing."""
    if request.method == "GET":
        return render_template("account/link.html", failed="")
    try:
        with unit_of_work(SYSTEM, despite_alarm=True) as work:
            session_token = accounts.redeem_login_link(work, token)
    except Refused as refusal:
        return render_template("account/link.html", failed=refusal.message), 410
    return enter(session_token)


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    """End the session, here and everywhere its cookie may have gone."""
    actor = guard.current_actor()
    if actor is not None:
        with unit_of_work(actor, despite_alarm=True) as work:
            accounts.close_session(work)
    answer = redirect(url_for("account.sign_in"))
    guard.clear_session_cookie(answer, house().desk.settings)
    return answer


@blueprint.route("/settings", methods=["GET", "POST"])
def settings() -> Page:
    """Show the person's sessions and let them choose a password."""
    person = guard.signed_in()
    if person is None:
        return redirect(url_for("account.sign_in", next=url_for("account.settings")))
    form = PasswordForm(request.form)
    if request.method == "POST" and form.validate() and _changed(form):
        flash("The password is changed; your other sessions have ended.", "ok")
        return redirect(url_for("account.settings"))
    with look(person.actor) as work:
        page = render_template(
            "account/settings.html",
            form=form,
            sessions=accounts.sessions_of(work, person.person_id),
            has_password=accounts.person_by_id(work, person.person_id).password_hash is not None,
            asks_current=passwords.needs_current_password(work),
            own=person.session_hash,
        )
    return page, 422 if request.method == "POST" else 200


def _changed(form: PasswordForm) -> bool:
    try:
        with unit_of_work(guard.actor()) as work:
            changed = passwords.change_password(
                work, current=form.current.data or "", new=form.password.data or ""
            )
    except BadInput as problem:
        show_at_field(form, problem)
        return False
    except Refused as refusal:
        form.current.errors = [refusal.message]
        return False
    if not changed:
        form.current.errors = ["This is not your password. Type the one that is in force."]
    return changed


@blueprint.post("/sessions/<token_hash>/end")
def end_session(token_hash: str) -> AnyResponse:
    """End another session of the same person."""
    with unit_of_work(guard.actor()) as work:
        accounts.end_session(work, token_hash)
    flash("The session has ended.", "ok")
    return redirect(url_for("account.settings"))


@blueprint.get("/keep-alive")
def keep_alive() -> Response | tuple[Response, int]:
    """Tell how long the session still lasts; being asked keeps it alive."""
    person = guard.signed_in()
    if person is None:
        return jsonify(seconds=0), 401
    left = (person.ends_at - house().clock()).total_seconds()
    return jsonify(seconds=max(int(left), 0))
