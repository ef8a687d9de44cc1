"""Who a visitor of the portal is on the platform: a signed cookie for half an hour.

Owns that cookie and the door through which the platform hands somebody over. A complaint's sides
and the parties to an order come this way; an authority needs no account.
"""

from datetime import datetime

from flask import current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.edge import house, unit_of_work
from disclosure.errors import Refused
from disclosure.gateways import platform_login
from disclosure.gateways.platform_login import HANDOVER, VISIT
from disclosure.operations.desk import REQUESTER
from disclosure.operations.repeats import claim_once

COOKIE = "visit"
PLACES = ("portal.ip", "portal.transaction", "portal.partner", "portal.statement")
"""Where a person who was handed over may go on; anything else leads to the first page."""


def _key(purpose: str) -> bytes:
    return platform_login.derive_key(house().desk.keys.session_key, purpose)


def enter_url() -> str:
    """Return the address that the platform's page posts ``token`` (and ``place``) to."""
    return url_for("portal.enter")


def enter_as(account: str) -> str:
    """Return a hand-over token for an account, as the platform would sign one at this instant."""
    return platform_login.make_handover(_key(HANDOVER), account, house().clock())


def platform_sign_in_url() -> str:
    """Return the address of the platform's own sign-in page, or nothing where none is known."""
    known = "demonstration.marketplace" in current_app.view_functions
    return url_for("demonstration.marketplace") if known else ""


def visitor() -> str:
    """Return the account of this visitor, or an empty text without a cookie that holds."""
    token = request.cookies.get(COOKIE, "")
    try:
        return platform_login.read(_key(VISIT), VISIT, token, house().clock()).account
    except Refused:
        return ""


def enter() -> AnyResponse | tuple[str, int]:
    """Take a person over from the platform.

    Note: this is the one form without a form token, because it is sent from the platform's page
    and not from ours. The signed, single-use token is the proof; the worst that somebody who owns
    an account there can do is to sign another browser in as themselves, which every page says.
    """
    now = house().clock()
    try:
        account = _take_over(request.form.get("token", ""), now)
    except Refused as refusal:
        page = render_template(
            "portal/stopped.html",
            title="We could not sign you in",
            message=refusal.message,
            next="Nothing was changed.",
            go=(url_for("portal.start"), "Start again"),
        )
        return page, 403
    place = request.form.get("place", "")
    answer = redirect(url_for(place if place in PLACES else "portal.start"), code=303)
    answer.set_cookie(
        COOKIE,
        platform_login.sign(_key(VISIT), VISIT, account, now),
        max_age=int(platform_login.LIFE[VISIT].total_seconds()),
        path="/portal/",
        secure=house().desk.settings.base_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return answer


def _take_over(token: str, now: datetime) -> str:
    proof = platform_login.read(_key(HANDOVER), HANDOVER, token, now)
    with unit_of_work(REQUESTER) as work:
        if not claim_once(work, "handover", proof.number):
            raise Refused("This sign-in was used already. Open the page again from there.")
    return proof.account


def leave() -> AnyResponse:
    """Forget who the visitor is."""
    answer = make_response(redirect(url_for("portal.start"), code=303))
    answer.delete_cookie(COOKIE, path="/portal/")
    return answer
