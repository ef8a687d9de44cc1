"""Connect to a platform's database so that nothing can be written to it.

Owns how each kind of database is told to be read-only. A password does not belong into the
mapping file: PostgreSQL's own ``passfile`` or ``service`` parameter in the URL names where it is.
"""

import sqlite3
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from disclosure.errors import NotReady
from disclosure.gateways.platform_mapping import SourceMapping

STATEMENT_SECONDS = 30


def read_only_engine(mapping: SourceMapping) -> Engine:
    """Return an engine on which every attempt to write fails in the database itself.

    Raises:
        NotReady: When the mapping's URL is unusable or its SQLite file is not there.
    """
    try:
        url = make_url(mapping.url)
    except ArgumentError:
        raise NotReady(f"{mapping.path.name}: url: is not a database URL") from None
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, mapping)
    if url.get_backend_name() == "postgresql":
        return _postgresql_engine(url)
    raise NotReady(f"{mapping.path.name}: url: must begin with sqlite: or postgresql:")


def _sqlite_engine(url: URL, mapping: SourceMapping) -> Engine:
    path = (mapping.path.parent / Path(url.database or "")).resolve()
    if not path.is_file():
        raise NotReady(f"{mapping.path.name}: url: there is no database file {path.name}")
    address = f"{path.as_uri()}?mode=ro"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False),
        poolclass=NullPool,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def forbid_writing(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        connection.execute("PRAGMA query_only = ON")

    return engine


def _postgresql_engine(url: URL) -> Engine:
    options = f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_SECONDS}s"
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"options": options, "connect_timeout": 10},
        execution_options={"postgresql_readonly": True},
        poolclass=NullPool,
        hide_parameters=True,
    )
