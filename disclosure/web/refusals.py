"""What a refusal becomes on the web: an HTTP status, and an entry of the ledger.

Owns that mapping. The sentence itself is the refusal's own.
"""

from flask import request

from disclosure.edge import unit_of_work
from disclosure.errors import (
    BadInput,
    DisclosureError,
    Forbidden,
    NotFound,
    NotReady,
    Refused,
    Stale,
)
from disclosure.operations.denials import record_denial
from disclosure.web import guard

STATUS: tuple[tuple[type[DisclosureError], int], ...] = (
    (Forbidden, 403),
    (Stale, 409),
    (NotFound, 404),
    (NotReady, 503),
    (BadInput, 422),
    (Refused, 409),
)
"""Kind of refusal -> HTTP status; the first that fits."""


def status_of(error: DisclosureError) -> int:
    """Return the HTTP status of a refusal."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 422)


def keep_denial() -> None:
    """Record that the signed-in person was refused something."""
    actor = guard.current_actor()
    if actor is not None:
        with unit_of_work(actor, despite_alarm=True) as work:
            record_denial(work, endpoint=request.endpoint or "none")
