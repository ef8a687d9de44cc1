"""After the receipt: following a demand, and collecting the answer.

Owns these pages and the cookie that lets a broken download be taken up again. Looking at a page
spends nothing; what spends a link, counts a try or moves a case is an operation.
"""

from collections.abc import Callable

import structlog
from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.edge import house, look, unit_of_work
from disclosure.errors import NotFound
from disclosure.operations.accounts import WINDOW_MINUTES
from disclosure.operations.desk import REQUESTER
from disclosure.operations.releasing import (
    GRACE,
    MOST_CODE_TRIES,
    ApprovalLapsed,
    Collected,
    note_opened,
    open_delivery,
    resume_delivery,
    spend_link,
)
from disclosure.operations.tracking import Followed, TooManyTries, follow
from disclosure.web.portal_forms import CodeForm, TrackForm
from disclosure.web.ranges import send_stored

log = structlog.get_logger(__name__)

GRACE_COOKIE = "collect"
_WRONG = "Reference or secret is not right. Check both on your receipt and try again."

Page = str | tuple[str, int]


def track() -> Page | AnyResponse:
    """Ask for reference and secret, and show where the demand stands."""
    return _track("")


def track_link(public_ref: str) -> Page | AnyResponse:
    """Ask for the secret alone: the link of the receipt names the demand."""
    return _track(public_ref)


def _track(public_ref: str) -> Page | AnyResponse:
    form = TrackForm(request.form)
    if public_ref:
        form.reference.data = public_ref
    if request.method == "GET":
        return render_template("portal/track.html", form=form, public_ref=public_ref)
    if form.validate():
        try:
            found = _follow(form)
        except TooManyTries as refusal:
            page = render_template(
                "portal/stopped.html", title="Too many tries", message=refusal.message, next=""
            )
            return make_response(page, 429, {"Retry-After": str(WINDOW_MINUTES * 60)})
        if found is not None:
            return render_template("portal/followed.html", found=found)
        form.secret.errors = [_WRONG]
    return render_template("portal/track.html", form=form, public_ref=public_ref), 422


def _follow(form: TrackForm) -> Followed | None:
    with unit_of_work(REQUESTER) as work:
        return follow(
            work,
            given=form.reference.data or "",
            secret=form.secret.data or "",
            address=request.remote_addr or "",
        )


def collect(token: str) -> Page | AnyResponse:
    """Show the page of a link; a POST with the code fetches the file."""
    form = CodeForm(request.form)
    return _unless_dead(
        lambda: _collect_page(token, form) if request.method == "GET" else _fetch(token, form)
    )


def collected(token: str) -> Page | AnyResponse:
    """Send the file again, or the rest of it, to the browser that spent the link."""
    return _unless_dead(lambda: _again(token))


def _again(token: str) -> AnyResponse:
    with look(REQUESTER) as work:
        found = resume_delivery(work, token, grace=request.cookies.get(GRACE_COOKIE, ""))
    return _file(token, found)


def _unless_dead(answer: Callable[[], Page | AnyResponse]) -> Page | AnyResponse:
    try:
        return answer()
    except NotFound as refusal:
        return render_template(
            "portal/stopped.html",
            title="This link no longer opens",
            message=refusal.message,
            next="Write to us with your reference: we send a new link, and the code with it.",
        ), 404
    except ApprovalLapsed:
        log.exception("a released file is not the one that was signed; nothing was sent")
        return render_template(
            "portal/stopped.html",
            title="We stopped this download",
            message="The stored file is no longer the one that was signed, so nothing was sent.",
            next="Your link is not used up. Write to us with your reference.",
        ), 409


def _collect_page(token: str, form: CodeForm) -> str:
    with unit_of_work(REQUESTER) as work:
        note_opened(work, token)
    with look(REQUESTER) as work:
        delivery, case = open_delivery(work, token)
        return render_template(
            "portal/collect.html",
            form=form,
            token=token,
            reference=case.reference,
            expires_at=delivery.expires_at,
            tries_left=MOST_CODE_TRIES - delivery.code_tries,
            tries=delivery.code_tries,
            resuming=delivery.spent_at is not None,
            resume_until=delivery.spent_at + GRACE if delivery.spent_at else None,
            mine=bool(request.cookies.get(GRACE_COOKIE)),
        )


def _fetch(token: str, form: CodeForm) -> Page | AnyResponse:
    grace = request.cookies.get(GRACE_COOKIE, "")
    if not form.validate() and not grace:
        return _collect_page(token, form), 422
    with unit_of_work(REQUESTER) as work:
        found = spend_link(work, token, form.code.data or "", grace=grace)
    if found is None:
        form.code.errors = ["This is not the code of this link. Check it and try again."]
        return _collect_page(token, form), 422
    return _file(token, found)


def _file(token: str, found: Collected) -> AnyResponse:
    answer = send_stored(found.sha256, found.size, kind="application/pdf", filename=found.filename)
    answer.set_cookie(
        GRACE_COOKIE,
        found.grace,
        max_age=int(GRACE.total_seconds()),
        path=url_for("portal.collect", token=token),
        secure=house().desk.settings.base_url.startswith("https:"),
        httponly=True,
        samesite="Strict",
    )
    return answer
