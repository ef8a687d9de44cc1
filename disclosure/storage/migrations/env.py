"""Alembic's environment: runs on the connection that ``storage/schema.py`` or Flask gives it."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

import disclosure.storage.rows  # noqa: F401 - makes every table known
from disclosure.storage import protection
from disclosure.storage.base import Base, UtcDateTime
from disclosure.storage.rights import grant_rights
from disclosure.storage.schema import open_engine


def _render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as what they are in the database, so that revisions never change."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return (
            "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else f"sa.{item.impl!r}"
        )
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=_render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    settings = current_app.extensions["disclosure"].desk.settings
    with open_engine(settings.migration_url).begin() as opened:
        _run(opened)
        protection.install(opened)
        grant_rights(opened, settings.database_url)
