"""A walk over a ledger names the first entry that is not what was written."""

import json

import pytest

from disclosure.domain.events import Event
from disclosure.domain.ledger import EMPTY, Actor, Content, Place, build_entry, leaf_hash
from disclosure.domain.ledger_walk import StoredEntry, walk
from disclosure.domain.merkle import Tree
from tests.app import NOW

HASH = "ab" * 32


def entry(place):
    content = Content(
        at=NOW,
        actor=Actor("person:12", "case_handler", HASH),
        event=Event.DOCUMENT_ADDED,
        subjects=["document:7"],
        data={"sha256": HASH, "size": 1234},
        commitments={"name": HASH},
        app_version="0.1.0",
    )
    return build_entry(place, content)


def broken(rows, **given):
    """Return the first entry that a walk finds bad, or None."""
    return walk(rows, **given).broken


def roots(rows, *sizes):
    """Return the roots that checkpoints of some sizes sign."""
    tree = Tree([bytes.fromhex(row.leaf) for row in rows])
    return {size: tree.root(size) for size in sizes}


def ledger(count: int = 40, cases: int = 4) -> list[StoredEntry]:
    """Return a ledger in which cases take turns and every fifth entry concerns none."""
    rows: list[StoredEntry] = []
    tips: dict[str, StoredEntry] = {}
    for seq in range(1, count + 1):
        case = None if seq % 5 == 0 else f"DR-{seq % cases}"
        tip = tips.get(case) if case else None
        case_seq = (tip.case_seq or 0) + 1 if tip else 1
        prev = rows[-1].leaf if rows else EMPTY
        if case is None:
            body = entry(Place(seq, prev))
        else:
            body = entry(Place(seq, prev, case, case_seq, tip.leaf if tip else EMPTY))
        row = StoredEntry(seq, case, case_seq if case else None, leaf_hash(body), body)
        rows.append(row)
        if case:
            tips[case] = row
    return rows


def rehashed(row: StoredEntry, body: bytes) -> StoredEntry:
    return row._replace(body=body, leaf=leaf_hash(body))


@pytest.mark.parametrize("deep", [True, False])
def test_a_whole_ledger_is_whole(deep):
    rows = ledger()

    assert broken(rows, deep=deep) is None
    assert broken(iter(rows), roots=roots(rows, 7, 40), deep=deep) is None
    assert broken([], deep=deep) is None


@pytest.mark.parametrize("deep", [True, False])
@pytest.mark.parametrize("at", [0, 1, 17, 39])
def test_any_changed_byte_names_its_entry(deep, at):
    rows = ledger()
    for place in range(0, len(rows[at].body), 9):
        body = bytearray(rows[at].body)
        body[place] ^= 1
        changed = [*rows[:at], rows[at]._replace(body=bytes(body)), *rows[at + 1 :]]

        found = broken(changed, deep=deep)

        assert found is not None
        assert found.seq == at + 1


@pytest.mark.parametrize("deep", [True, False])
@pytest.mark.parametrize(
    ("change", "first"),
    [
        (lambda rows: rows[:9] + rows[10:], 10),
        (lambda rows: [*rows[:9], rows[8], *rows[9:]], 10),
        (lambda rows: [*rows[:9], rows[10], rows[9], *rows[11:]], 10),
        (lambda rows: rows[1:], 1),
        (lambda rows: rows[::-1], 1),
    ],
    ids=["drop", "repeat", "swap", "behead", "reverse"],
)
def test_a_dropped_added_or_moved_entry_is_named(deep, change, first):
    found = broken(change(ledger()), deep=deep)

    assert found is not None
    assert found.seq == first


@pytest.mark.parametrize("deep", [True, False])
@pytest.mark.parametrize(
    ("at", "columns"),
    [
        (10, {"case": "DR-0"}),
        (10, {"case": None, "case_seq": None}),
        (10, {"case_seq": 1}),
        (4, {"case": "DR-9", "case_seq": 1}),
        (10, {"leaf": HASH}),
        (39, {"seq": 41}),
    ],
)
def test_a_changed_column_is_named(deep, at, columns):
    rows = ledger()
    rows[at] = rows[at]._replace(**columns)

    found = broken(rows, deep=deep)

    assert found is not None
    assert found.seq == at + 1


@pytest.mark.parametrize("deep", [True, False])
def test_an_entry_changed_with_its_hash_breaks_the_next_one(deep):
    rows = ledger()
    rows[20] = rehashed(rows[20], rows[20].body.replace(b"1234", b"1235"))

    found = broken(rows, deep=deep)

    assert found is not None
    assert found.seq == 22


def test_an_entry_in_another_form_is_found_even_at_the_end():
    rows = ledger()
    for body in (
        rows[-1].body.replace(b'"v":1', b'"v":2'),
        rows[-1].body.replace(b'"v":1', b'"v": 1'),
        b" " + rows[-1].body,
        rows[-1].body[:-1] + b',"z":"\\u0041"}',
    ):
        assert broken([*rows[:-1], rehashed(rows[-1], body)], deep=True) is not None


def test_a_place_hidden_in_the_text_of_an_entry_does_not_count():
    rows = ledger(3)
    place = f'"prev":"{rows[1].leaf}","seq":3,"subjects":'
    body = rows[2].body.replace(f'"prev":"{rows[1].leaf}"'.encode(), f'"prev":"{HASH}"'.encode())
    body = body.replace(b'"document:7"', json.dumps(place).encode())

    for deep in (True, False):
        assert broken([*rows[:2], rehashed(rows[2], body)], deep=deep) is not None


def test_a_cut_off_end_is_found_by_what_was_known_before():
    rows = ledger()
    known = roots(rows, 40)

    assert broken(rows[:30]) is None
    found = broken(rows[:30], roots=known)
    assert found is not None
    assert found.seq == 31


def test_a_ledger_written_anew_is_found_by_what_was_known_before():
    rows, other = ledger(), ledger(cases=3)

    assert broken(other) is None
    found = broken(other, roots=roots(rows, 20))
    assert found is not None
    assert found.seq == 20


def test_what_a_walk_found_are_the_heads_and_the_tree():
    rows = ledger()
    found = walk(rows)

    assert found.tree.root() == Tree([bytes.fromhex(row.leaf) for row in rows]).root()
    assert found.leaf == rows[-1].leaf
    assert found.cases["DR-1"] == (rows[36].case_seq, rows[36].leaf)
