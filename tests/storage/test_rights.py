# ruff: noqa: S608 - statements are made of our own tables and columns
"""As the application's own database user: nothing of what is protected is changed or removed."""

import threading

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DatabaseError

from disclosure.app import create_app
from disclosure.domain.events import Event
from disclosure.domain.states import State
from disclosure.edge import look, unit_of_work
from disclosure.operations import releasing
from disclosure.operations.desk import REQUESTER, SYSTEM
from disclosure.operations.ledger_check import verify_ledger
from disclosure.operations.recording import record
from disclosure.operations.releasing import _hash as hash_of
from disclosure.storage.base import db
from disclosure.storage.protection import APPEND_ONLY
from disclosure.storage.releases import Delivery
from disclosure.storage.schema import migrate
from tests import cases
from tests.app import make_app
from tests.services import application_role, postgres_database


@pytest.fixture(scope="module")
def on_postgres(tmp_path_factory, _postgres_server):
    """Return an installation whose application comes as a role that owns nothing."""
    with postgres_database(_postgres_server) as owner:
        application = application_role(owner)
        migrate(owner, application_url=application)
        office = make_app(
            tmp_path_factory.mktemp("app"), database_url=application, owner_database_url=owner
        )
        cases.to_state(office, cases.police_case(office), State.RELEASED)
        yield office
        with office.app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory):
    office = make_app(tmp_path_factory.mktemp("app"))
    cases.to_state(office, cases.police_case(office), State.RELEASED)
    return office


@pytest.fixture(params=["on_sqlite", "on_postgres"])
def office(request):
    return request.getfixturevalue(request.param)


def why_not(office, statement):
    """Return why the application's own connection is refused a statement, or an empty text."""
    with office.app.app_context(), db.engine.connect() as connection:
        try:
            connection.execute(text(statement))
        except DatabaseError as refusal:
            return str(refusal.orig)
        finally:
            connection.rollback()
    return ""


def columns(office, table):
    with office.app.app_context(), db.engine.connect() as connection:
        return list(connection.execute(text(f'SELECT * FROM "{table}" LIMIT 0')).keys())


def test_the_whole_road_is_walked_with_the_application_s_rights(office):
    with office.app.app_context(), office.unit() as work:
        assert verify_ledger(work).whole


def test_a_check_sees_one_moment_though_others_write_meanwhile(on_postgres):
    """Else an entry that is written while it reads is found to be one too many: a false alarm."""
    settings = on_postgres.settings
    other = create_app(settings, clock=on_postgres.clock)
    with on_postgres.app.app_context(), look(SYSTEM, steady=True) as work:
        before = verify_ledger(work).entries
        with other.app_context():
            with unit_of_work(SYSTEM) as elsewhere:
                written = record(elsewhere, Event.SESSION_CLOSED).seq
            db.session.remove()
            db.engine.dispose()
        again = verify_ledger(work)

    assert written == before + 1
    assert (again.whole, again.entries) == (True, before)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_row_is_changed_or_deleted(office, table):
    first = columns(office, table)[0]

    assert why_not(office, f'UPDATE "{table}" SET "{first}" = "{first}"')
    assert why_not(office, f'DELETE FROM "{table}"')


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_row_is_replaced(office, table):
    key = APPEND_ONLY[table][0]
    names = ", ".join(f'"{name}"' for name in columns(office, table))
    copied = f'INTO "{table}" ({names}) SELECT {names} FROM "{table}"'
    target = f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {key[0]} = EXCLUDED.{key[0]}"
    upsert = f"INSERT {copied} WHERE true {target}"
    with office.app.app_context(), db.engine.connect() as connection:
        held = connection.execute(text(f'SELECT COUNT(*) FROM "{table}"')).scalar()

    assert why_not(office, upsert)
    if office.settings.database_url.startswith("sqlite") and held:
        assert why_not(office, f"REPLACE {copied}")
        assert why_not(office, f"INSERT OR REPLACE {copied}")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER ledger_entry_no_update",
        "DROP TABLE release",
        "ALTER TABLE ledger_entry RENAME TO other",
        "CREATE TRIGGER t BEFORE INSERT ON ledger_entry BEGIN SELECT 1; END",
        "CREATE TABLE t (a)",
        "CREATE INDEX i ON ledger_entry (case_seq)",
        "PRAGMA recursive_triggers=OFF",
        "PRAGMA writable_schema=ON",
        "PRAGMA foreign_keys=OFF",
        "ATTACH DATABASE ':memory:' AS other",
    ],
)
def test_the_application_cannot_take_the_guards_away_on_sqlite(on_sqlite, statement):
    why = why_not(on_sqlite, statement)

    assert "not authorized" in why or "prohibited" in why, why


def test_the_application_drops_no_trigger_and_changes_no_table_on_sqlite(on_sqlite):
    with on_sqlite.app.app_context(), db.engine.connect() as connection:
        query = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        triggers = list(connection.execute(query).scalars())
    assert len(triggers) > len(APPEND_ONLY) * 2
    statements = [f"DROP TRIGGER {name}" for name in triggers]
    for table in APPEND_ONLY:
        statements += [
            f'DROP TABLE "{table}"',
            f'ALTER TABLE "{table}" RENAME TO other',
            f'ALTER TABLE "{table}" ADD COLUMN other TEXT',
        ]

    allowed = [each for each in statements if "not authorized" not in why_not(on_sqlite, each)]
    assert allowed == []


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_table_is_emptied_or_unguarded_on_postgresql(on_postgres, table):
    for statement in (
        f'TRUNCATE "{table}" CASCADE',
        f'ALTER TABLE "{table}" DISABLE TRIGGER ALL',
        f'DROP TRIGGER {table}_row ON "{table}"',
        f'DROP TABLE "{table}" CASCADE',
        f'CREATE RULE r AS ON INSERT TO "{table}" DO INSTEAD NOTHING',
        f'ALTER TABLE "{table}" OWNER TO CURRENT_USER',
    ):
        why = why_not(on_postgres, statement)
        assert "permission denied" in why or "must be owner" in why, (statement, why)


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "CREATE TABLE t (a int)",
        (
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS "
            "$$BEGIN RETURN NEW; END$$ LANGUAGE plpgsql"
        ),
        "UPDATE alembic_version SET version_num = '0'",
    ],
)
def test_the_application_s_role_changes_no_rule_on_postgresql(on_postgres, statement):
    why = why_not(on_postgres, statement)

    assert "permission denied" in why or "must be owner" in why, why


def test_the_owner_who_migrates_again_keeps_the_rights_as_they_are(on_postgres):
    settings = on_postgres.settings
    migrate(settings.migration_url, application_url=settings.database_url)
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        granted = connection.execute(
            text("SELECT has_table_privilege('ledger_entry', 'UPDATE, DELETE, TRUNCATE')")
        ).scalar()
    engine.dispose()

    assert granted is False
    assert why_not(on_postgres, "UPDATE attempts SET count = count") == ""


def test_two_wrong_codes_at_once_are_two_tries(on_postgres):
    """The second waits for the first one's row; read before it, its count would be lost."""
    reference = cases.to_state(on_postgres, cases.police_case(on_postgres), State.RELEASED)
    token, code = cases.link_of(on_postgres, reference)
    wrong = str((int(code) + 1) % 10**8).zfill(8)
    begun = threading.Event()

    def second():
        with on_postgres.app.app_context(), on_postgres.unit() as work:
            begun.set()
            assert releasing.redeem(work.as_actor(REQUESTER), token, wrong) is None

    with on_postgres.app.app_context(), on_postgres.unit() as work:
        assert releasing.redeem(work.as_actor(REQUESTER), token, wrong) is None
        other = threading.Thread(target=second)
        other.start()
        assert begun.wait(20)
        other.join(0.5)
        assert other.is_alive(), "it waits for the row"
    other.join(20)
    with on_postgres.app.app_context(), on_postgres.unit() as work:
        tries = work.session.scalars(
            select(Delivery.code_tries).where(Delivery.token_hash == hash_of(token))
        ).one()

    assert tries == 2
