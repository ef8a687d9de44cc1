"""Denials: what a person was not let do is an entry of the ledger too.

Owns that one entry; it names the page by its endpoint, never by its address or content.
"""

from disclosure.domain.events import Event
from disclosure.operations.desk import Work
from disclosure.operations.recording import record


def record_denial(work: Work, *, endpoint: str) -> None:
    """Record that the actor was refused something, in a transaction of its own."""
    record(work, Event.ACCESS_DENIED, data={"endpoint": endpoint[:64]})
