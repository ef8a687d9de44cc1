"""Pages for people: one blueprint per kind of user, and what all of them share.

Owns the security headers, the mapping of refusals to error pages, and what every template knows.
Which blueprint asks for what is in ``web/guard.py``; views parse, call one operation and answer.
"""

import secrets
from typing import Any

import structlog
from flask import Flask, Response, g, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from disclosure import __version__
from disclosure.config import Settings
from disclosure.edge import house
from disclosure.errors import DisclosureError, Refused
from disclosure.operations.printing import file_size, local_date, local_time
from disclosure.web import guard, portal_policy
from disclosure.web.limits import add_limits
from disclosure.web.refusals import keep_denial, status_of

log = structlog.get_logger(__name__)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
HSTS = "max-age=31536000; includeSubDomains"


def add_web(app: Flask, settings: Settings, demonstration_secret: str) -> None:
    """Give the application its pages.

    Args:
        app: The application, with its house in place.
        settings: The installation's settings.
        demonstration_secret: Empty but in a running demonstration.
    """
    CSRFProtect(app)
    app.config.update(
        WTF_CSRF_TIME_LIMIT=8 * 3600,
        SESSION_COOKIE_NAME="form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https:"),
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    _add_filters(app, settings)
    guard.add_sessions(app, settings)
    _add_blueprints(app, settings, demonstration_secret)
    add_limits(app, settings)
    app.before_request(_begin_request)
    app.after_request(_finish_request)
    app.register_error_handler(DisclosureError, _refusal_page)
    app.register_error_handler(CSRFError, _form_page)
    app.register_error_handler(HTTPException, _http_page)
    app.register_error_handler(OperationalError, _busy_page)
    app.register_error_handler(StaleDataError, _race_page)
    app.register_error_handler(IntegrityError, _race_page)
    app.register_error_handler(Exception, _fault_page)


def _add_blueprints(app: Flask, settings: Settings, demonstration_secret: str) -> None:
    from disclosure.web import (  # noqa: PLC0415 - each imports this package's guard
        account,
        admin,
        approvals,
        audit,
        cases,
        consents,
        decisions,
        drawing_results,
        incidents,
        jobs,
        portal,
        recipients,
        records,
        redaction,
        register,
        reports,
        retention,
        rules,
        service,
        shadow,
        statements,
        subject,
    )

    staff = (account, admin, approvals, audit, cases, decisions, jobs, redaction, register, rules)
    outside = (consents, drawing_results, incidents, recipients)
    for module in (*staff, *outside, portal, reports, retention, service, statements, subject):
        app.register_blueprint(module.blueprint)
    app.register_blueprint(records.blueprint)
    app.register_blueprint(records.batches)
    app.register_blueprint(shadow.blueprint)
    shadow.note_openings(app)
    if settings.demo:
        from disclosure.web import demonstration  # noqa: PLC0415 - exists in a demonstration alone

        app.register_blueprint(demonstration.make_blueprint(demonstration_secret))


def _add_filters(app: Flask, settings: Settings) -> None:
    zone = settings.zone
    app.add_template_filter(lambda m, lang="en": local_time(m, zone, lang), "localtime")
    app.add_template_filter(lambda m, lang="en": local_date(m, zone, lang), "localdate")
    app.add_template_filter(file_size, "filesize")
    app.context_processor(lambda: {"settings": settings, "version": __version__})
    app.context_processor(guard.page_frame)
    app.context_processor(lambda: {"policy_news": portal_policy.policy_news})


def _begin_request() -> None:
    g.request_id = secrets.token_hex(8)


def _finish_request(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response


def _refusal_page(error: DisclosureError) -> tuple[str, int]:
    if isinstance(error, Refused) and request.method == "POST":
        keep_denial()
    return _page(status_of(error), message=error.message)


def _form_page(_error: CSRFError) -> tuple[str, int]:
    return _page(
        400,
        message="This form was open for too long, or was not sent from this page.",
        next="Go back, load the page again and send it once more. What you typed is kept there.",
    )


def _http_page(error: HTTPException) -> tuple[str, int] | HTTPException:
    status = error.code or 500
    if status < 400:  # noqa: PLR2004 - a redirect is no error
        return error
    return _page(status)


def _busy_page(error: OperationalError) -> tuple[str, int]:
    log.warning("database did not answer", kind=type(error.orig).__name__)
    return _page(503)


def _race_page(error: StaleDataError | IntegrityError) -> tuple[str, int]:
    log.warning("a change met another one, or a guard of the database", kind=type(error).__name__)
    return _page(
        409,
        message="Somebody else was faster, or the database refused the change. Nothing was saved.",
    )


def _fault_page(error: Exception) -> tuple[str, int]:
    log.error("fault in a page", exc_info=error, endpoint=request.endpoint)
    return _page(500)


def _page(status: int, **values: Any) -> tuple[str, int]:
    layout = "base.html" if guard.current_actor() is not None else "portal_base.html"
    page = render_template(
        "errors/error.html",
        code=status,
        layout=layout,
        request_id=g.get("request_id", ""),
        policy_news=lambda: None,
        **values,
    )
    return page, status


__all__ = ["add_web", "house"]
