"""What RQ's workers call: one outbox row by its id, in an application built once per process.

``rq worker -S json default`` imports this module; the same ``jobs.run`` serves the local worker.
"""

from functools import lru_cache

from flask import Flask

from disclosure.app import create_app
from disclosure.jobs import run


@lru_cache(maxsize=1)
def _app() -> Flask:
    return create_app()


def run_row(outbox_id: str) -> None:
    """Run one row of the outbox; a row that somebody else took is left alone."""
    with _app().app_context():
        run(outbox_id)
