"""How often one address may send, try and fetch at the open doors.

Owns the table and the limiter (Flask-Limiter). It counts in the memory of the process, or in Redis
where one is set, so that several machines count together; losing Redis falls back to memory. What
slows the guessing of one secret is durable and elsewhere: ``operations/accounts.py``.
"""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from disclosure.config import Settings

LIMITS = {
    "portal.authority_form": "20 per hour",
    "portal.ip": "20 per hour",
    "portal.transaction": "20 per hour",
    "portal.partner": "20 per hour",
    "portal.leak": "10 per hour",
    "portal.enter": "30 per hour",
    "portal.statement": "20 per hour",
    "portal.statement_pdf": "10 per hour",
    "portal.track": "30 per 15 minutes",
    "portal.track_link": "30 per 15 minutes",
    "portal.collect": "20 per 15 minutes",
    "subject.notice": "10 per hour",
}
"""Endpoint -> how many POSTs one address may make; a page may be looked at freely."""

LOOKING = {
    "portal.ip": "120 per hour",
    "portal.transaction": "120 per hour",
    "portal.partner": "120 per hour",
    "portal.collect": "120 per hour",
    "subject.notice": "120 per hour",
}
"""Endpoint -> how many GETs, where a page answers something that could be guessed at."""


def add_limits(app: Flask, settings: Settings) -> None:
    """Put the limits on the views; too many get a page with status 429 and ``Retry-After``.

    Args:
        app: The application, with its blueprints registered.
        settings: Say whether there is a Redis to count in.
    """
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=settings.redis_url or "memory://",
        headers_enabled=True,
        in_memory_fallback_enabled=settings.redis_url is not None,
        key_prefix="disclosure",
    )
    for table, method in ((LIMITS, "POST"), (LOOKING, "GET")):
        for endpoint, limit in table.items():
            limited = limiter.limit(limit, methods=[method])(app.view_functions[endpoint])
            app.view_functions[endpoint] = limited  # type: ignore[assignment]  # the union of all kinds of view
