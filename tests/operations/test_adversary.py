"""Changes to the database by its owner who then puts every guard back, found by default."""

import hashlib

import pytest

from disclosure.operations.ledger_check import verify_ledger
from tests.operations.test_tampering import bodies, known_size, place, restore, sign_again

__all__ = ["place"]


def swapped(one, other):
    """Let two entries change places, and every hash and checkpoint-free head fit again."""

    def change(place):
        entries = bodies(place)
        entries[one], entries[other] = entries[other], entries[one]
        restore(place, entries, keep_checkpoints=True)

    return change


def of_another_case(place):
    """Give the last entry before the known checkpoint to the other case."""
    entries = bodies(place)
    at = max(at for at in range(known_size(place)) if entries[at]["case"])
    other = next(
        each["case"] for each in entries if each["case"] not in {None, entries[at]["case"]}
    )
    entries[at]["case"] = other
    restore(place, entries, keep_checkpoints=True)


def without_the_end(count):
    def change(place):
        restore(place, bodies(place)[:-count], keep_checkpoints=True)

    return change


def the_last_entry_alone(place):
    """Cut one entry off and leave the checkpoints; without theirs, only a witness would know."""
    kept = place.run("SELECT size, sha256, body, key_number, made_at FROM ledger_checkpoint").all()
    restore(place, bodies(place)[:-1], keep_checkpoints=True)
    place.run("DELETE FROM ledger_checkpoint")
    for row in kept:
        place.run(
            "INSERT INTO ledger_checkpoint (size, sha256, body, key_number, made_at) "
            "VALUES (:size, :sha256, :body, :key_number, :made_at)",
            **row._mapping,
        )


def backwards(place):
    """Let an entry be older than the one before it; signed checkpoints know better."""
    entries = bodies(place)
    entries[10]["at"] = "2020-01-01T00:00:00.000000Z"
    restore(place, entries, keep_checkpoints=True)


def signed_anew_from_the_middle(place):
    entries = bodies(place)
    entries[known_size(place) - 2]["actor"]["person"] = "nobody"
    restore(place, entries)
    sign_again(place)


def a_later_checkpoint_alone(place):
    """Keep the bytes of the newest checkpoint and give it a row of another size."""
    size = place.column("SELECT MAX(size) FROM ledger_checkpoint")[0]
    place.run("UPDATE ledger_checkpoint SET size = size + 5 WHERE size = :s", s=size)


def the_middle_signature(place):
    """Change one sign of a signature that is not the newest, and its hash with it."""
    sizes = place.column("SELECT size FROM ledger_checkpoint ORDER BY size")
    body = place.column("SELECT body FROM ledger_checkpoint WHERE size = :s", s=sizes[0])[0]
    changed = body[:-5] + (b"A" if body[-5:-4] != b"A" else b"B") + body[-4:]
    place.run(
        "UPDATE ledger_checkpoint SET body = :b, sha256 = :h WHERE size = :s",
        b=changed, h=hashlib.sha256(changed).hexdigest(), s=sizes[0],
    )  # fmt: skip


def text_in_place_of_bytes(place):
    place.run("UPDATE ledger_entry SET body = CAST(body AS TEXT) WHERE seq = 12")


def text_in_place_of_a_checkpoint_s_bytes(place):
    place.run("UPDATE ledger_checkpoint SET body = CAST(body AS TEXT)")


def a_hash_as_bytes(place):
    place.run("UPDATE ledger_entry SET leaf = CAST(leaf AS BLOB) WHERE seq = 12")


def another_tree_in_the_head(place):
    frontier = place.column("SELECT frontier FROM ledger_head")[0]
    place.run("UPDATE ledger_head SET frontier = :f", f="00" * 32 + frontier[64:])


def a_reference_of_another_case(place):
    place.run("UPDATE \"case\" SET reference = 'DR-2026-0777' WHERE id = 1")


CHANGES = {
    "two entries under the known checkpoint swapped": swapped(8, 9),
    "first and last of the known entries swapped": swapped(0, 20),
    "an entry given to another case": of_another_case,
    "one entry cut off under a checkpoint": the_last_entry_alone,
    "ten entries cut off with their checkpoint": without_the_end(10),
    "time going backwards": backwards,
    "history written and signed anew": signed_anew_from_the_middle,
    "a checkpoint of another size": a_later_checkpoint_alone,
    "an earlier signature changed with its hash": the_middle_signature,
    "text in place of bytes": text_in_place_of_bytes,
    "text in place of a checkpoint's bytes": text_in_place_of_a_checkpoint_s_bytes,
    "a hash as bytes": a_hash_as_bytes,
    "another tree in the head": another_tree_in_the_head,
    "a case renamed": a_reference_of_another_case,
}


@pytest.mark.parametrize("deep", [False, True], ids=["by default", "deep"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_the_owner_of_the_database_changes_is_found(place, change, deep):
    place.connection.exec_driver_sql("SAVEPOINT before")
    try:
        change(place)
        work = place.work()
        found = verify_ledger(work, deep=deep).faults
        work.session.close()
    finally:
        place.connection.exec_driver_sql("ROLLBACK TO before")
        place.connection.exec_driver_sql("RELEASE before")

    assert [fault for fault in found if not fault.startswith("guard ")] != []
