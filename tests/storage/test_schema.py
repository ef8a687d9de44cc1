import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import inspect

import disclosure.storage.rows  # noqa: F401 - makes every table known
from disclosure.app import create_app, prepare
from disclosure.config import load_settings
from disclosure.errors import NotReady
from disclosure.storage import protection
from disclosure.storage.base import Base
from disclosure.storage.schema import holds_schema, migrate, open_engine, require_protection
from tests.app import NOW


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path / 'new.sqlite3'}"


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def url(request):
    return request.getfixturevalue(request.param)


def missing(url):
    engine = open_engine(url)
    with engine.connect() as connection:
        gone = protection.missing(connection)
    engine.dispose()
    return gone


def execute(url, statement):
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_migrated_database_has_every_table_column_and_guard(url):
    assert not holds_schema(url)
    migrate(url)
    engine = open_engine(url)
    found = inspect(engine)
    shown = {
        table: {column["name"] for column in found.get_columns(table)}
        for table in found.get_table_names()
        if table != "alembic_version"
    }
    engine.dispose()

    assert holds_schema(url)
    assert missing(url) == []
    assert shown == {
        table.name: {column.name for column in table.columns}
        for table in Base.metadata.sorted_tables
    }


def test_migrating_twice_is_harmless(url):
    migrate(url)
    insert = "INSERT INTO ledger_head (id, seq, leaf) VALUES (1, 0, 'x')"
    execute(url, insert)
    migrate(url)
    engine = open_engine(url)
    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT leaf FROM ledger_head").scalar()
    engine.dispose()

    assert kept == "x"
    assert missing(url) == []


@pytest.mark.parametrize(
    "trigger", ["signature_no_update", "release_rule_3", "ledger_entry_rule_1"]
)
@pytest.mark.parametrize("emptied", [False, True])
def test_a_dropped_or_emptied_trigger_stops_the_start_and_migrating_mends_it(
    tmp_path, trigger, emptied
):
    settings = load_settings(tmp_path / "instance", {})
    prepare(settings, NOW)
    with closing(sqlite3.connect(tmp_path / "instance" / "disclosure.sqlite3")) as opened:
        opened.execute(f"DROP TRIGGER {trigger}")
        if emptied:
            opened.execute(
                f"CREATE TRIGGER {trigger} BEFORE DELETE ON signature BEGIN SELECT 1; END"
            )
    with pytest.raises(NotReady, match=f"lacks 1 of its guards \\(first: {trigger}\\)"):
        create_app(settings)
    prepare(settings, NOW)

    create_app(settings)


@pytest.mark.parametrize(
    "harm",
    [
        'DROP TRIGGER signature_guard ON "signature"',
        'ALTER TABLE "release" DISABLE TRIGGER release_row',
        'ALTER TABLE "ledger_entry" DISABLE TRIGGER USER',
        'ALTER TABLE "rendition" ENABLE TRIGGER rendition_truncate',
        (
            "CREATE OR REPLACE FUNCTION signature_guard() RETURNS trigger AS "
            "$$BEGIN RETURN NEW; END$$ LANGUAGE plpgsql"
        ),
        (
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS "
            "$$BEGIN RETURN NEW; END$$ LANGUAGE plpgsql"
        ),
    ],
)
def test_a_dropped_or_weakened_trigger_is_seen_on_postgresql(postgres_url, harm):
    migrate(postgres_url)
    execute(postgres_url, harm)
    engine = open_engine(postgres_url)
    with pytest.raises(NotReady, match="guards"):
        require_protection(engine)
    engine.dispose()
    migrate(postgres_url)

    assert missing(postgres_url) == []


def test_a_database_without_its_key_ring_is_not_given_a_new_one(tmp_path):
    settings = load_settings(tmp_path / "instance", {})
    prepare(settings, NOW)
    settings.keys.unlink()
    with pytest.raises(NotReady, match="restore it from backup"):
        prepare(settings, NOW)

    assert not settings.keys.exists()


def test_sqlite_is_opened_with_full_sync_foreign_keys_and_recursive_triggers(sqlite_url):
    migrate(sqlite_url)
    engine = open_engine(sqlite_url)
    with engine.connect() as connection:
        shown = {
            pragma: connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
        }
    engine.dispose()

    assert shown == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
    }
