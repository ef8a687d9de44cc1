"""What the application itself may do to the database: add to the protected tables, never more.

Owns the rights of the application's own connections. On PostgreSQL it is a role that owns nothing;
on SQLite, which knows no roles, each connection refuses such statements before they run. The
triggers of ``storage/protection.py`` stand behind both, for everybody else.
"""

import sqlite3

from sqlalchemy import Connection, Engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from disclosure.storage.protection import APPEND_ONLY

_SCHEMA_CHANGES = frozenset(
    getattr(sqlite3, name)
    for name in dir(sqlite3)
    if name.startswith(("SQLITE_CREATE_", "SQLITE_DROP_", "SQLITE_ALTER_"))
) | {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH}
_CHANGES = frozenset({sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_READ_ONLY_PRAGMAS = frozenset({"table_info", "table_xinfo", "index_list", "index_info"})


def grant_rights(connection: Connection, database_url: str) -> None:
    """Give the application's role what it needs, and nothing more (PostgreSQL).

    Does nothing where the application comes as the owner of the tables.

    Args:
        connection: Opened as the owner, after the tables and triggers are there.
        database_url: What the application connects with; the role in it must exist.
    """
    role = make_url(database_url).username
    owner = connection.engine.url.username
    if connection.dialect.name != "postgresql" or role is None or role == owner:
        return
    quote = connection.dialect.identifier_preparer.quote_identifier
    name = quote(role)
    statements = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {name}",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
    ]
    for table in inspect(connection).get_table_names():
        rights = "SELECT, INSERT" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        rights = "SELECT" if table == "alembic_version" else rights
        statements.append(f"GRANT {rights} ON {quote(table)} TO {name}")
    for statement in statements:
        connection.exec_driver_sql(statement)


def add_only(engine: Engine) -> None:
    """Make every connection of the application refuse what no page or job ever does (SQLite)."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_authorizer)


def _set_authorizer(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.set_authorizer(_authorize)


def _authorize(
    action: int, first: str | None, second: str | None, _database: str | None, _by: str | None
) -> int:
    """Answer SQLite before it runs a statement.

    Args:
        action: What would be done, one of ``sqlite3``'s codes.
        first: The table, or the pragma's name.
        second: The column, or the pragma's value.
    """
    changes_protected = action in _CHANGES and first in APPEND_ONLY
    sets_pragma = (
        action == sqlite3.SQLITE_PRAGMA and second is not None and first not in _READ_ONLY_PRAGMAS
    )
    if action in _SCHEMA_CHANGES or changes_protected or sets_pragma:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
