"""Bring a database to the newest schema and check that its guards are in place.

Owns the one way in which tables come to be: the Alembic revisions in ``migrations/``. The triggers
are laid after every run, from ``storage/protection.py``.
"""

from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect

from disclosure.errors import NotReady
from disclosure.storage import protection
from disclosure.storage.base import mind_manners
from disclosure.storage.rights import grant_rights

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database_url: str, *, application_url: str | None = None) -> None:
    """Run every revision that this database has not seen, then lay triggers and rights.

    Args:
        database_url: Of the owner of the tables.
        application_url: What the application connects with, when that is somebody else.
    """
    from alembic import command  # noqa: PLC0415 - slow to load, needed to migrate only
    from alembic.config import Config  # noqa: PLC0415 - as above

    engine = open_engine(database_url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        protection.install(connection)
        grant_rights(connection, application_url or database_url)
    engine.dispose()


def holds_schema(database_url: str) -> bool:
    """Tell whether a database has been set up before."""
    engine = open_engine(database_url)
    try:
        return inspect(engine).has_table("ledger_entry")
    finally:
        engine.dispose()


def require_protection(engine: Engine) -> None:
    """Stop the start when a trigger is gone or has another text.

    Raises:
        NotReady: With the names of what is missing.
    """
    with engine.connect() as connection:
        gone = protection.missing(connection)
    if gone:
        raise NotReady(
            f"the database lacks {len(gone)} of its guards (first: {gone[0]}); they are gone, were "
            "changed, or are an earlier version's. Run `python -m disclosure migrate`, and unless "
            "a new version was just installed, ask who did it"
        )


def open_engine(database_url: str) -> Engine:
    """Open an engine outside of the web application, with the same manners."""
    engine = create_engine(database_url, hide_parameters=True)
    mind_manners(engine)
    return engine
