"""A ledger from before the tree gets its tree, its heads and its checkpoints, and is whole."""

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from disclosure.domain.events import Event
from disclosure.domain.ledger import EMPTY, Actor, Content, Place, build_entry, leaf_hash
from disclosure.domain.states import State
from disclosure.edge import look
from disclosure.operations.checkpoints import checkpoint_now
from disclosure.operations.desk import SYSTEM
from disclosure.operations.ledger_check import verify_ledger
from disclosure.operations.recording import record
from disclosure.storage.base import db
from disclosure.storage.schema import MIGRATIONS, migrate, open_engine
from tests import cases
from tests.app import NOW, make_app

COUNTS = [0, 1, 7]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    if request.param == "postgres":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path / 'old.sqlite3'}"


def at_revision(connection, revision):
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def entry(seq, prev):
    content = Content(at=NOW, actor=Actor("system", "none"), event=Event.ACCESS_DENIED,
                      app_version="0.1.0")  # fmt: skip
    return build_entry(Place(seq, prev), content)


@pytest.mark.parametrize("count", COUNTS)
def test_an_old_ledger_is_whole_after_the_migration_and_grows_on(url, tmp_path, count):
    engine, prev = open_engine(url), EMPTY
    with engine.begin() as connection:
        at_revision(connection, "0005")
        for seq in range(1, count + 1):
            body = entry(seq, prev)
            prev = leaf_hash(body)
            connection.execute(
                text("INSERT INTO ledger_entry (seq, leaf, body) VALUES (:s, :l, :b)"),
                {"s": seq, "l": prev, "b": body},
            )
        if count:
            connection.execute(
                text("INSERT INTO ledger_head (id, seq, leaf) VALUES (1, :s, :l)"),
                {"s": count, "l": prev},
            )
    engine.dispose()
    migrate(url)
    office = make_app(tmp_path, database_url=url)
    with office.app.app_context(), office.unit() as work:
        before = verify_ledger(work)
        added = record(work, Event.SESSION_CLOSED).seq
        made = checkpoint_now(work).size
        after = verify_ledger(work, deep=True)
    with office.app.app_context():
        db.engine.dispose()

    assert before.faults == after.faults == []
    assert before.entries >= count
    assert (added, made) == (before.entries + 1, before.entries + 1)


def test_the_heads_of_cases_are_computed_from_entries_that_are_there(tmp_path):
    """The step of the migration, over a ledger with cases: down to before it, and up again."""
    office = make_app(tmp_path)
    references = [cases.police_case(office) for _ in range(2)]
    cases.to_state(office, references[0], State.ASSESSING)
    with office.app.app_context(), look(SYSTEM) as work:
        size = verify_ledger(work).entries
        db.session.remove()
        db.engine.dispose()
    engine = open_engine(office.settings.database_url)
    with engine.begin() as connection:
        for name in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).scalars().all():  # fmt: skip
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
        command.upgrade(config, "head")
    engine.dispose()
    migrate(office.settings.database_url)
    with office.app.app_context(), look(SYSTEM) as work:
        found = verify_ledger(work, deep=True)

    assert (found.faults, found.entries) == ([], size)
