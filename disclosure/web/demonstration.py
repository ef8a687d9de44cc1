"""What only a demonstration has: its mail page, changing between its people, its marketplace.

Owns the addresses under ``/demonstration``; in any other instance none of them exists. The sign-in
links are worth something only together with a secret that lives in the memory of the process that
printed them.
"""

import hashlib
import hmac

from flask import Blueprint, g, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from disclosure.demonstration.marketplace import KNOWN
from disclosure.demonstration.people import PEOPLE
from disclosure.demonstration.staff import STAFF
from disclosure.edge import house, look, unit_of_work
from disclosure.errors import Forbidden, NotFound
from disclosure.gateways.mail import WrittenMessage, written_messages
from disclosure.operations.accounts import open_session
from disclosure.operations.desk import SYSTEM
from disclosure.storage.people import Person
from disclosure.web import guard, portal
from disclosure.web.account import enter

PREFIX = "/demonstration"

ACCOUNTS = (
    (KNOWN.respondent, f"respondent in complaint {KNOWN.complaint_qualified}"),
    (KNOWN.complainant, f"made complaint {KNOWN.complaint_qualified}"),
    (KNOWN.deposit_buyer, f"paid a deposit on order {KNOWN.order_deposit}, the seller is silent"),
    (KNOWN.silent_seller, f"seller in order {KNOWN.order_deposit}"),
    (KNOWN.foreign_buyer, f"buyer abroad, order {KNOWN.order_cross_border}"),
)
"""Accounts of the marketplace that have a part in a story, and which."""


def enter_path(secret: str, username: str) -> str:
    """Return the path that signs a person in, as long as the secret's process lives."""
    return f"{PREFIX}/enter/{username}/{_signature(secret, username)}"


def _signature(secret: str, username: str) -> str:
    return hmac.new(secret.encode(), username.encode(), hashlib.sha256).hexdigest()


def make_blueprint(secret: str) -> Blueprint:
    """Build the blueprint around the secret of this process.

    Args:
        secret: Empty when this process printed no links: then none opens.
    """
    blueprint = Blueprint("demonstration", __name__, url_prefix=PREFIX)
    blueprint.before_app_request(_frame)

    @blueprint.get("/enter/<username>/<signature>")
    def enter_by_link(username: str, signature: str) -> AnyResponse:
        if not secret or not hmac.compare_digest(signature, _signature(secret, username)):
            raise NotFound("This link belongs to a demonstration that has ended. Start it again.")
        return _sign_in(username)

    blueprint.post("/as/<username>")(switch)
    blueprint.get("/mail")(mail)
    blueprint.get("/mail/<name>")(message)
    blueprint.get("/marketplace")(marketplace)
    return blueprint


def _frame() -> None:
    """Tell the frame of each page about the demonstration's people and its mail."""
    g.frame = {
        "mail_href": url_for("demonstration.mail"),
        "people": [
            (
                member.name,
                member.role.label,
                url_for("demonstration.switch", username=member.username),
            )
            for member in STAFF
        ],
    }


def switch(username: str) -> AnyResponse:
    """Go on as another of the demonstration's people."""
    if guard.current_actor() is None:
        raise Forbidden("Sign in first.")
    return _sign_in(username)


def _sign_in(username: str) -> AnyResponse:
    if username not in {member.username for member in STAFF}:
        raise NotFound("Nobody of this name works here.")
    with unit_of_work(SYSTEM, despite_alarm=True) as work:
        person = work.session.scalars(select(Person).where(Person.username == username)).one()
        token = open_session(work, person)
    return enter(token)


def mail() -> str:
    """List the messages that would have been sent, newest first."""
    return render_template("demonstration/mail.html", messages=_messages(), chosen=None)


def message(name: str) -> str:
    """Show one message as its recipient would read it."""
    messages = _messages()
    chosen = next((each for each in messages if each.name == name), None)
    if chosen is None:
        raise NotFound("There is no such message.")
    return render_template("demonstration/mail.html", messages=messages, chosen=chosen)


def _messages() -> list[WrittenMessage]:
    return written_messages(house().desk.settings)[:100]


def marketplace() -> str:
    """Offer a few accounts of the marketplace, as its own sign-in page would."""
    with look(SYSTEM):
        offered = [
            (account, PEOPLE[account].real_name, part, portal.enter_as(account))
            for account, part in ACCOUNTS
        ]
    own = {account: portal.enter_as(account) for account, _part in ACCOUNTS}
    return render_template(
        "demonstration/marketplace.html", offered=offered, own=own, enter_url=portal.enter_url()
    )
