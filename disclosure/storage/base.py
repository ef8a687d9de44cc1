"""The declarative base, the column types and the engine's manners.

Owns how values are stored (UTC times, encrypted text and JSON) and how transactions begin: on
SQLite every writing transaction takes the write lock at once, because a deferred one that reads
first and writes later fails or loses updates. Rows live in the modules beside this one.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Engine, LargeBinary, Text, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from disclosure.storage.encryption import decrypt, encrypt


class Base(DeclarativeBase):
    """Root of every row class; shares one metadata with ``db``."""


db = SQLAlchemy(model_class=Base)

_reading: ContextVar[bool] = ContextVar("reading", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """Begin transactions inside this block without the write lock (SQLite)."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def set_reading(*, on: bool) -> None:
    """Say whether the transactions of this request only read."""
    _reading.set(on)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant; a naive one is a bug and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a stored time must be aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EncryptedText(TypeDecorator[str]):
    """Text under AES-256-GCM; the place (table.column) is bound as associated data."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> bytes | None:
        return None if value is None else encrypt(value.encode(), self.place)

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> str | None:
        return None if value is None else decrypt(bytes(value), self.place).decode()


class EncryptedJson(TypeDecorator[dict[str, Any]]):
    """A JSON object under AES-256-GCM; compared by value, replaced and never edited in place."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: dict[str, Any] | None, _dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return encrypt(json.dumps(value, ensure_ascii=False).encode(), self.place)

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> dict[str, Any] | None:
        if value is None:
            return None
        loaded: dict[str, Any] = json.loads(decrypt(bytes(value), self.place))
        return loaded


class JsonText(TypeDecorator[Any]):
    """JSON without personal data, stored as text on both engines."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, _dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> object:
        return None if value is None else json.loads(value)


def mind_manners(engine: Engine) -> None:
    """Set up a SQLite engine: WAL, full sync, foreign keys, wiped pages, explicit transactions."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "secure_delete=ON",
        "busy_timeout=10000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")
