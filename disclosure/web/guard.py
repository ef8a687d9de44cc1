"""Who is at the door: sessions of staff, and the guard of every blueprint.

Owns the cookie, Flask-Login's loader over our own session table, and ``guarded``: a blueprint
without a permission lets in nobody. Deny is the default; the portal and the sign-in page are the
only open doors, named in ``OPEN_DOORS`` and held to by a test.
"""

from datetime import timedelta
from typing import Any

import flask_login
from flask import Blueprint, Flask, Request, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.config import Settings
from disclosure.domain.access import Permission, Role, may
from disclosure.edge import house, unit_of_work
from disclosure.errors import Forbidden
from disclosure.operations.accounts import ABSOLUTE, IDLE, live_session, roles_of
from disclosure.operations.desk import SYSTEM, Actor
from disclosure.storage.alarm import alarm_of
from disclosure.storage.base import db, reading
from disclosure.storage.people import Person, StaffSession

OPEN_DOORS = frozenset({"portal", "subject", "account", "service", "demonstration"})
"""Blueprints that people without a session reach; each guards its own pages inside."""

SEEN_EVERY = timedelta(seconds=30)

UNNOTICED = frozenset({"drawing.here"})
"""Addresses that a page asks by itself: they do not keep the session of an absent person alive."""


class SignedIn(flask_login.UserMixin):  # type: ignore[misc]  # flask_login ships no types
    """The person of this request, as Flask-Login sees them."""

    def __init__(self, person: Person, session: StaffSession) -> None:
        self.person_id = person.id
        self.username = person.username
        self.name = person.name
        self.roles = roles_of(person)
        self.session_hash = session.token_hash
        self.ends_at = min(session.created_at + ABSOLUTE, house().clock() + IDLE)

    def get_id(self) -> str:
        """Return the person's id."""
        return self.person_id

    @property
    def actor(self) -> Actor:
        """Return the person as operations see them."""
        return Actor(self.person_id, self.roles, self.session_hash)


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name; the strict prefix needs TLS."""
    return "__Host-session" if settings.base_url.startswith("https:") else "session"


def add_sessions(app: Flask, settings: Settings) -> None:
    """Let Flask-Login read our cookie and our table, and nothing of its own."""
    manager = flask_login.LoginManager()
    manager.session_protection = None
    manager.init_app(app)
    name = cookie_name(settings)

    @manager.request_loader  # type: ignore[untyped-decorator]  # flask_login ships no types
    def load(incoming: Request) -> SignedIn | None:
        token = incoming.cookies.get(name, "")
        return _load(token) if token else None


def _load(token: str) -> SignedIn | None:
    now = house().clock()
    with reading():
        session = db.session()
        row = live_session(session, token, now)
        person = session.get(Person, row.person_id) if row else None
        signed_in = SignedIn(person, row) if row and person and person.active else None
        stale = row is not None and now - row.seen_at > SEEN_EVERY
        session.rollback()
    if signed_in is not None and stale and request.endpoint not in UNNOTICED:
        _touch(token)
    return signed_in


def _touch(token: str) -> None:
    with unit_of_work(SYSTEM, despite_alarm=True) as work:
        row = live_session(work.session, token, work.now)
        if row is not None:
            row.seen_at = work.now


def set_session_cookie(response: AnyResponse, token: str, settings: Settings) -> None:
    """Give the browser a session's token."""
    secure = settings.base_url.startswith("https:")
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        secure=secure,
        httponly=True,
        samesite="Strict" if secure else "Lax",
        path="/",
    )


def clear_session_cookie(response: AnyResponse, settings: Settings) -> None:
    """Take the token away and ask the browser to forget what it kept."""
    response.delete_cookie(cookie_name(settings), path="/")
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'


def signed_in() -> SignedIn | None:
    """Return the signed-in person of this request, or None."""
    user = flask_login.current_user
    return user if user.is_authenticated else None


def current_actor() -> Actor | None:
    """Return the actor of this request, or None without a session."""
    person = signed_in()
    return person.actor if person else None


def actor() -> Actor:
    """Return the actor of this request.

    Raises:
        Forbidden: Without a session.
    """
    found = current_actor()
    if found is None:
        raise Forbidden("Sign in first.")
    return found


def guarded(blueprint: Blueprint, *permissions: Permission) -> None:
    """Close a blueprint to everybody whose roles carry none of the permissions."""

    def ask() -> AnyResponse | None:
        person = signed_in()
        if person is None:
            if request.method != "GET":
                raise Forbidden("Your session has ended. Sign in again; nothing was changed.")
            return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))
        if not any(may(person.roles, permission) for permission in permissions):
            names = " or ".join(permission.value for permission in permissions)
            raise Forbidden(f"Your roles do not carry the permission to {names}.")
        return None

    ask.guarded_by = permissions  # type: ignore[attr-defined]  # read by the test of the laws
    blueprint.before_request(ask)


def page_frame() -> dict[str, Any]:
    """Return what the frame of every staff page shows."""
    person = signed_in()
    if person is None:
        return {
            "person": None,
            "nav": [],
            "home_href": "/",
            "policy_href": url_for("portal.policy"),
        }
    alarm = alarm_of(house().desk.settings.instance)
    left = max(int((person.ends_at - house().clock()).total_seconds()), 0)
    return {
        "person": {"name": person.name, "roles": [role.label for role in _in_order(person.roles)]},
        "nav": _navigation(person, _PLACES),
        "nav_more": _navigation(person, _MORE),
        "home_href": home_of(person),
        "policy_href": url_for("portal.policy"),
        "account_href": url_for("account.settings"),
        "sign_out_href": url_for("account.sign_out"),
        "alarm": alarm,
        "session_seconds": left,
        "keep_alive_href": url_for("account.keep_alive"),
        **g.get("frame", {}),
    }


def _in_order(roles: frozenset[Role]) -> list[Role]:
    return [role for role in Role if role in roles]


_PLACES: tuple[tuple[str, str, Permission], ...] = (
    ("Work queue", "cases.work_queue", Permission.SEE_CASES),
    ("Signing", "approvals.waiting", Permission.SIGN),
    ("Incidents", "incidents.overview", Permission.SEE_CASES),
    ("Register", "register.entries", Permission.PROPOSE_REGISTER),
    ("Register", "register.entries", Permission.CONFIRM_REGISTER),
    ("Ledger", "audit.ledger", Permission.SEE_LEDGER),
    ("People", "admin.people", Permission.MANAGE_PEOPLE),
    ("Jobs", "jobs.parked", Permission.SEE_JOBS),
)
"""Where a working day is spent, in the order of the bar."""
_MORE: tuple[tuple[str, str, Permission], ...] = (
    ("Recipients", "recipients.overview", Permission.SEE_CASES),
    ("Consents", "consents.register", Permission.SEE_CASES),
    ("Statements", "statements.ask", Permission.SEE_CASES),
    ("Second decisions", "shadow.overview", Permission.DECIDE_CASE),
    ("Rules", "rules.overview", Permission.PROPOSE_RULES),
    ("Rules", "rules.overview", Permission.CONFIRM_RULES),
    ("Retention", "retention.overview", Permission.KEEP_RECORDS),
    ("Reports", "reports.overview", Permission.SEE_REPORTS),
)
"""What is wanted now and then, behind one more click."""


def _navigation(
    person: SignedIn, places: tuple[tuple[str, str, Permission], ...]
) -> list[tuple[str, str, bool]]:
    shown: dict[str, tuple[str, str, bool]] = {}
    for label, endpoint, permission in places:
        if may(person.roles, permission):
            shown[label] = (label, url_for(endpoint), request.endpoint == endpoint)
    return list(shown.values())


def home_of(person: SignedIn) -> str:
    """Return the page on which a person's day begins."""
    for _label, endpoint, permission in _PLACES:
        if may(person.roles, permission):
            return url_for(endpoint)
    return url_for("account.settings")


def local_path(given: str | None) -> str | None:
    """Return a ``next`` address when it is a path of ours, else None (no open redirect)."""
    if not given or not given.startswith("/") or given[1:2] in {"/", "\\"}:
        return None
    return given if all(sign.isprintable() for sign in given) and "\\" not in given else None
