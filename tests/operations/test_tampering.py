# ruff: noqa: S608 - statements are made of our own tables and columns
"""Changes to the database by somebody who owns it, found one and all given an earlier checkpoint.

Every change is drawn from a seed and undone. ``TAMPER_ROUNDS=10`` runs ten times as many.
"""

import json
import os
import random
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from disclosure.domain.ledger import EMPTY, canonical_json, leaf_hash
from disclosure.domain.merkle import Frontier
from disclosure.domain.states import State
from disclosure.edge import House
from disclosure.operations import signing
from disclosure.operations.checkpoints import checkpoint_now
from disclosure.operations.desk import SYSTEM, Work
from disclosure.operations.ledger_check import verify_ledger
from disclosure.storage.base import db
from tests import cases
from tests.app import NOW, make_app

ROUNDS = int(os.environ.get("TAMPER_ROUNDS", "1"))


class Place:
    """A copy of the database without its triggers, and the desk that checks it."""

    def __init__(self, office, known):
        house: House = office.app.extensions["disclosure"]
        settings = replace(house.desk.settings, witness_file=known)
        self.desk = replace(house.desk, settings=settings)
        path = office.settings.instance / "disclosure.sqlite3"
        with office.app.app_context():
            db.session.remove()
            db.engine.dispose()
        self.engine = create_engine(f"sqlite:///{path}", isolation_level=None)
        self.connection = self.engine.connect()
        for name in self.column("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            self.run(f"DROP TRIGGER {name}")
        self.connection.commit()

    def run(self, sql, **values):
        return self.connection.execute(text(sql), values)

    def column(self, sql, **values):
        return [row[0] for row in self.run(sql, **values)]

    def work(self, desk=None):
        return Work(Session(self.connection), desk or self.desk, SYSTEM, NOW)

    def faults(self):
        """Return what a check finds, but for the triggers, which are gone throughout."""
        work = self.work()
        found = verify_ledger(work).faults
        work.session.close()
        return [fault for fault in found if not fault.startswith("guard ")]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    office = make_app(tmp_path_factory.mktemp("tamper"))
    first = cases.to_state(office, cases.police_case(office), State.SIGNING)
    cases.sign(office, "legal", first)
    cases.do(office, "legal", first, signing.return_for_redaction, reason="Again.")
    cases.to_state(office, first, State.RELEASED)
    known = office.settings.instance / "known.txt"
    with office.app.app_context(), office.unit() as work:
        known.write_bytes(bytes(checkpoint_now(work).body) + b"\n")
    cases.to_state(office, first, State.CLOSED)
    cases.to_state(office, cases.counterparty_case(office), State.COLLECTING)
    with office.app.app_context(), office.unit() as work:
        checkpoint_now(work)
    made = Place(office, known)
    assert made.faults() == []
    yield made
    made.connection.close()
    made.engine.dispose()


# Changes. Each takes the place and a source of chance and does some harm.


def pick(place, chance, table):
    return chance.choice(place.column(f'SELECT rowid FROM "{table}" ORDER BY rowid'))


def flip_a_bit(place, chance):
    table, column = chance.choice([("ledger_entry", "body"), ("ledger_checkpoint", "body")])
    row = pick(place, chance, table)
    raw = bytearray(place.column(f"SELECT {column} FROM {table} WHERE rowid = :r", r=row)[0])
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    place.run(f"UPDATE {table} SET {column} = :raw WHERE rowid = :r", raw=bytes(raw), r=row)


def change_a_hash(place, chance):
    table, column = chance.choice(
        [("ledger_entry", "leaf"), ("ledger_checkpoint", "sha256"), ("ledger_case_head", "leaf"),
         ("ledger_head", "leaf"), ("ledger_key", "public_key"), ("signature", "sha256"),
         ("release", "sha256"), ("rendition", "sha256")]
    )  # fmt: skip
    row = pick(place, chance, table)
    told = place.column(f'SELECT "{column}" FROM "{table}" WHERE rowid = :r', r=row)[0]
    at = chance.randrange(64)
    changed = told[:at] + chance.choice([d for d in "0123456789abcdef" if d != told[at]])
    changed += told[at + 1 :]
    place.run(f'UPDATE "{table}" SET "{column}" = :v WHERE rowid = :r', v=changed, r=row)


def change_a_number(place, chance):
    table, column = chance.choice(
        [("ledger_entry", "case_seq"), ("ledger_case_head", "count"), ("ledger_head", "seq"),
         ("ledger_checkpoint", "key_number"), ("ledger_checkpoint", "size"),
         ("ledger_key", "number"), ("ledger_key", "seq")]
    )  # fmt: skip
    row = pick(place, chance, table)
    step = chance.choice([500, 700, 1000])
    place.run(
        f"UPDATE {table} SET {column} = COALESCE({column}, 5) + :s WHERE rowid = :r", s=step, r=row
    )


def drop_a_row(place, chance):
    table = chance.choice(
        ["ledger_entry", "ledger_case_head", "ledger_head", "ledger_key", "signature", "release",
         "signature_voiding", "rendition"]
    )  # fmt: skip
    place.run(f'DELETE FROM "{table}" WHERE rowid = :r', r=pick(place, chance, table))


def drop_a_checkpoint(place, chance):
    sizes = place.column("SELECT size FROM ledger_checkpoint ORDER BY size")
    place.run("DELETE FROM ledger_checkpoint WHERE size = :s", s=chance.choice(sizes[:-1]))


def change_who_or_what(place, chance):
    table, column, value = chance.choice(
        [("signature", "person_id", "nobody"), ("signature", "role", "auditor"),
         ("signature", "rendition_id", "other"), ("release", "profile", "AUTO"),
         ("release", "released_by", "nobody"), ("signature_voiding", "cause", "none"),
         ("release", "released_at", "2020-01-01 00:00:00.000000"),
         ("signature", "signed_at", "2020-01-01 00:00:00.000000"), ("case", "state", "approved")]
    )  # fmt: skip
    row = pick(place, chance, table)
    place.run(f'UPDATE "{table}" SET "{column}" = :v WHERE rowid = :r', v=value, r=row)


def swap_two_entries(place, chance):
    one, other = chance.sample(place.column("SELECT seq FROM ledger_entry"), 2)
    rows = {
        seq: place.run("SELECT leaf, body FROM ledger_entry WHERE seq = :s", s=seq).one()
        for seq in (one, other)
    }
    place.run("UPDATE ledger_entry SET leaf = 'moved' WHERE seq = :s", s=one)
    for seq, source in ((other, one), (one, other)):
        leaf, body = rows[source]
        place.run(
            "UPDATE ledger_entry SET leaf = :l, body = :b WHERE seq = :s", l=leaf, b=body, s=seq
        )


def swap_cases(place, chance):
    rows = place.column("SELECT seq FROM ledger_entry WHERE case_id IS NOT NULL")
    place.run(
        "UPDATE ledger_entry SET case_id = 3 - case_id, case_seq = case_seq + 500 WHERE seq = :s",
        s=chance.choice(rows),
    )


def cut_the_end(place, chance):
    """Delete the last entries, and let heads, tree and checkpoints look as if there were none."""
    entries = bodies(place)
    restore(place, entries[: chance.randrange(3, len(entries))], keep_checkpoints=True)


def insert_an_entry(place, chance):
    entries = bodies(place)
    at = chance.randrange(len(entries))
    forged = dict(entries[at], action="access:denied", case=None)
    restore(place, [*entries[:at], forged, *entries[at:]])


def rewrite_an_entry(place, chance):
    entries = bodies(place)
    known = json.loads(json.dumps(entries))
    at = chance.randrange(known_size(place))
    known[at]["at"] = "2026-01-01T00:00:00.000000Z"
    restore(place, known)


def fork_and_sign_with_our_key(place, chance):
    rewrite_an_entry(place, chance)
    sign_again(place)


def sign_with_another_key(place, chance):
    if chance.random() < 0.5:
        rewrite_an_entry(place, chance)
    else:
        restore(place, bodies(place))
    place.run("DELETE FROM ledger_key")
    other = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
    sign_again(place, replace(place.desk, keys=replace(place.desk.keys, ledger_key=other)))


def restore_an_older_copy(place, chance):
    """What a backup from before the known checkpoint holds, whole in itself."""
    restore(place, bodies(place)[: chance.randrange(3, known_size(place))])
    sign_again(place)


CHANGES = [
    flip_a_bit, change_a_hash, change_a_number, drop_a_row, drop_a_checkpoint, change_who_or_what,
    swap_two_entries, swap_cases, cut_the_end, insert_an_entry, rewrite_an_entry,
    fork_and_sign_with_our_key, sign_with_another_key, restore_an_older_copy,
]  # fmt: skip
CHEAP = {flip_a_bit: 200, change_a_hash: 150, change_a_number: 100, drop_a_row: 60,
         change_who_or_what: 60, swap_two_entries: 60, swap_cases: 40}  # fmt: skip


def known_size(place):
    return int(place.desk.settings.witness_file.read_bytes().split(b"\n")[1])


def bodies(place):
    return [json.loads(b) for b in place.column("SELECT body FROM ledger_entry ORDER BY seq")]


def restore(place, entries, *, keep_checkpoints=False):
    """Write a whole ledger anew, with every hash made to fit, as its owner can."""
    ids = dict(place.run('SELECT reference, id FROM "case"').all())
    for table in ("ledger_entry", "ledger_case_head", "ledger_head"):
        place.run(f"DELETE FROM {table}")
    prev, tips, tree = EMPTY, {}, Frontier()
    for seq, told in enumerate(entries, 1):
        count, leaf = tips.get(told["case"], (0, EMPTY))
        told |= {"seq": seq, "prev": prev, "case_seq": None, "case_prev": None}
        if told["case"]:
            told |= {"case_seq": count + 1, "case_prev": leaf}
        body = canonical_json(told)
        prev = leaf_hash(body)
        tree.add(bytes.fromhex(prev))
        if told["case"]:
            tips[told["case"]] = (count + 1, prev)
        place.run(
            "INSERT INTO ledger_entry (seq, leaf, body, case_id, case_seq) VALUES (:s,:l,:b,:c,:q)",
            s=seq, l=prev, b=body, c=ids.get(told["case"]), q=told["case_seq"],
        )  # fmt: skip
    for case, (count, leaf) in tips.items():
        place.run("INSERT INTO ledger_case_head VALUES (:i, :c, :l)", i=ids[case], c=count, l=leaf)
    place.run(
        "INSERT INTO ledger_head (id, seq, leaf, frontier) VALUES (1, :s, :l, :f)",
        s=len(entries), l=prev, f=tree.text(),
    )  # fmt: skip
    if keep_checkpoints:
        place.run("DELETE FROM ledger_checkpoint WHERE size > :s", s=len(entries))


def sign_again(place, desk=None):
    place.run("DELETE FROM ledger_checkpoint")
    work = place.work(desk)
    checkpoint_now(work)
    work.session.flush()


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_change_to_the_database_is_found(place, change):
    missed = []
    for seed in range(CHEAP.get(change, 20) * ROUNDS):
        chance = random.Random(f"{change.__name__} {seed}")  # noqa: S311 - to be repeated
        place.connection.exec_driver_sql("SAVEPOINT before")
        try:
            change(place, chance)
            if not place.faults():
                missed.append(seed)
        finally:
            place.connection.exec_driver_sql("ROLLBACK TO before")
            place.connection.exec_driver_sql("RELEASE before")

    assert missed == []


def test_what_was_not_changed_raises_no_alarm(place):
    for _ in range(20):
        assert place.faults() == []


def test_the_key_s_holder_is_found_by_the_earlier_checkpoint_alone(place):
    """Without a witness, a ledger that its owner wrote anew and signed again is whole."""
    alone = replace(place.desk.settings, witness_file=None)
    place.connection.exec_driver_sql("SAVEPOINT before")
    restore_an_older_copy(place, random.Random("older"))  # noqa: S311 - to be repeated
    work = place.work(replace(place.desk, settings=alone))
    faults = [f for f in verify_ledger(work).faults if not f.startswith("guard ")]
    with_witness = place.faults()
    place.connection.exec_driver_sql("ROLLBACK TO before")
    place.connection.exec_driver_sql("RELEASE before")

    assert [
        fault for fault in faults if fault.startswith(("entry", "checkpoint", "the head"))
    ] == []
    assert any("the witness knows" in fault for fault in with_witness)
