import json
import sqlite3
from contextlib import closing

import pytest

from disclosure.domain.ledger import leaf_hash
from disclosure.domain.states import State
from disclosure.operations import ledger_check
from disclosure.operations.ledger_check import verify_ledger
from disclosure.storage import protection
from disclosure.storage.schema import open_engine
from tests import cases
from tests.cases import to_state


@pytest.fixture
def released(office):
    return to_state(office, cases.police_case(office), State.RELEASED)


def check(office):
    with office.app.app_context(), office.unit() as work:
        return verify_ledger(work)


def harm(office, *statements):
    """Change the database as somebody who owns it can: without triggers and foreign keys."""
    path = office.settings.instance / "disclosure.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            database.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            cursor = database.execute(*([statement] if isinstance(statement, str) else statement))
            assert cursor.rowcount != 0, f"nothing was harmed by {statement}"
    engine = open_engine(office.settings.database_url)
    with engine.begin() as connection:
        protection.install(connection)
    engine.dispose()


def entry(office, seq):
    path = office.settings.instance / "disclosure.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT body FROM ledger_entry WHERE seq = ?", (seq,)).fetchone()[0]


def last_of(office, action):
    path = office.settings.instance / "disclosure.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT seq, body FROM ledger_entry ORDER BY seq").fetchall()
    return max(seq for seq, body in rows if json.loads(body)["action"] == action)


def test_a_ledger_as_the_house_writes_it_is_whole(office, released):
    report = check(office)

    assert released
    assert report.whole
    assert report.entries > 30
    assert report.checkpoints == 1
    assert (
        report.lines()[0]
        == f"whole: {report.entries} entries, every hash, chain and root recomputed"
    )


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_it_is_read_in_pieces_of_any_size(office, released, monkeypatch, size):
    monkeypatch.setattr(ledger_check, "BATCH", size)

    assert released
    assert check(office).whole


@pytest.mark.parametrize("seq", [1, 2, 20])
def test_one_flipped_bit_is_found_and_its_entry_named(office, released, seq):
    body = bytearray(entry(office, seq))
    body[len(body) // 2] ^= 1
    harm(office, ("UPDATE ledger_entry SET body = ? WHERE seq = ?", (bytes(body), seq)))

    assert released
    assert check(office).faults[0].startswith(f"entry {seq} ")


def test_an_entry_that_was_written_anew_with_its_hash_is_found_by_the_next(office, released):
    body = entry(office, 20).replace(b'"app":"0', b'"app":"9', 1)
    told = (body, leaf_hash(body))
    harm(office, ("UPDATE ledger_entry SET body = ?, leaf = ? WHERE seq = 20", told))

    assert released
    assert check(office).faults[0].startswith(("entry 21 ", "entry 20 "))


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("DELETE FROM ledger_entry WHERE seq = 20", "entry 20 "),
        ("DELETE FROM ledger_entry WHERE seq = 1", "entry 1 "),
        ("UPDATE ledger_entry SET case_id = NULL WHERE seq = 20", "entry 20 "),
        ("UPDATE ledger_entry SET case_seq = 900 WHERE seq = 20", "entry 20 "),
        ("UPDATE ledger_entry SET leaf = printf('%064d', 0) WHERE seq = 20", "entry 20 "),
        (
            "DELETE FROM ledger_entry WHERE seq = (SELECT MAX(seq) FROM ledger_entry)",
            "the head row names entry",
        ),
        ("DELETE FROM ledger_entry WHERE seq > 20", "entry 21 is missing: a signed checkpoint"),
        ("UPDATE ledger_head SET seq = seq + 1", "the head row names entry"),
        ("UPDATE ledger_head SET leaf = printf('%064d', 0)", "the head row names entry"),
        ("DELETE FROM ledger_head", "the head row names entry 0"),
    ],
)
def test_what_is_dropped_moved_or_cut_off_is_found(office, released, statement, first):
    path = office.settings.instance / "disclosure.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        known = database.execute("SELECT case_id FROM ledger_entry WHERE seq = 20").fetchone()
    harm(office, statement)

    assert released
    assert known[0] is not None, "entry 20 is one of the case"
    assert check(office).faults[0].startswith(first)


@pytest.mark.parametrize("state", ["received", "approved", "closed"])
def test_a_state_that_no_entry_gave_is_found(office, released, state):
    harm(office, ('UPDATE "case" SET state = ?', (state,)))

    assert check(office).faults == [f"case {released} is {state}, its entries say otherwise"]


@pytest.mark.parametrize(
    ("table", "statement"),
    [("signature", "DELETE FROM signature"), ("release", "DELETE FROM release")],
)
def test_a_row_that_was_taken_away_is_found_by_its_entry(office, released, table, statement):
    harm(office, statement)

    assert released
    faults = check(office).faults
    assert faults
    assert all(fault.startswith(f"{table} ") for fault in faults)
    assert all(fault.endswith("has an entry and no row") for fault in faults)


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("signature", "UPDATE signature SET id = '0' WHERE role = 'legal_reviewer'"),
        ("signature", "UPDATE signature SET sha256 = '0'"),
        ("release", "UPDATE release SET id = '0'"),
        ("release", "UPDATE release SET sha256 = '0'"),
    ],
)
def test_a_row_that_no_entry_speaks_of_is_found(office, released, table, statement):
    harm(office, statement)

    assert released
    faults = check(office).faults
    assert any(
        fault.startswith(f"{table} ") and fault.endswith("has no entry of its own")
        for fault in faults
    )


def test_a_case_that_no_entry_speaks_of_is_found(office, released):
    harm(
        office,
        "UPDATE \"case\" SET reference = 'DR-1999-0001'",
    )

    assert released
    assert not check(office).whole


def test_an_entry_that_is_not_json_is_named_and_breaks_nothing(office, released):
    harm(office, "UPDATE ledger_entry SET body = x'00ff' WHERE seq = 20")

    assert released
    assert check(office).faults[0].startswith("entry 20 ")


def test_checking_changes_nothing(office, released):
    with office.app.app_context():
        from disclosure.edge import look
        from disclosure.operations.desk import SYSTEM

        with look(SYSTEM) as work:
            before = verify_ledger(work).entries
            assert not work.session.dirty
            assert not work.session.new

    assert released
    assert check(office).entries == before
    assert last_of(office, "release:made") <= before
