"""A walk over a ledger names the first entry that is not what was written."""

import json

import pytest

from disclosure.domain.events import Event
from disclosure.domain.ledger import EMPTY, Actor, Content, Place, build_entry, leaf_hash
from disclosure.domain.ledger_walk import Batch, StoredEntry, skim, walk
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


def batches(rows, size):
    for at in range(0, len(rows), size):
        yield Batch(*zip(*rows[at : at + size], strict=True))


def broken(rows, *, deep=False, size=7, **given):
    """Return the first entry that is found bad, or None; quick as long as all is right."""
    rows = list(rows)
    found = None if deep else skim(batches(rows, size), **given)
    return (found or walk(rows, **given)).broken


def is_whole_at_a_glance(rows, size=7, **given):
    return skim(batches(rows, size), **given) is not None


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


@pytest.mark.parametrize("size", [1, 3, 7, 40, 100])
@pytest.mark.parametrize("known", [(), (1,), (40,), (39,), (7, 8, 9, 28), tuple(range(1, 41))])
def test_a_glance_finds_what_a_walk_finds(size, known):
    rows = ledger()
    glanced = skim(batches(rows, size), roots=roots(rows, *known))
    walked = walk(rows, roots=roots(rows, *known))

    assert glanced is not None
    assert (glanced.leaf, glanced.cases) == (walked.leaf, walked.cases)
    assert (glanced.tree.size, glanced.tree.roots) == (walked.tree.size, walked.tree.roots)


def test_a_glance_over_nothing_is_an_empty_ledger():
    glanced = skim([])

    assert glanced is not None
    assert (glanced.tree.size, glanced.leaf, glanced.cases) == (0, EMPTY, {})
    assert skim([], roots={1: b"0" * 32}) is None


@pytest.mark.parametrize("known", [(40,), (3, 12, 40), (5,), ()])
@pytest.mark.parametrize("at", [0, 10, 20, 38, 39])
def test_no_changed_column_passes_at_a_glance(at, known):
    rows = ledger()
    signed = roots(rows, *known)
    changes = [
        {"seq": 77}, {"leaf": HASH}, {"case": "DR-77"}, {"case": None}, {"case_seq": 77},
        {"case_seq": None}, {"case": None, "case_seq": None}, {"body": b"{}"}, {"leaf": ""},
        {"body": rows[at].body.replace(b"1234", b"1235")},
        {"case": rows[at - 1].case, "case_seq": rows[at - 1].case_seq},
    ]  # fmt: skip

    for change in changes:
        changed = [*rows[:at], rows[at]._replace(**change), *rows[at + 1 :]]
        assert changed == rows or not is_whole_at_a_glance(changed, roots=signed), change


@pytest.mark.parametrize("seqs", [(10, 11), (3, 7)])
def test_entries_of_one_case_do_not_change_places_at_a_glance(seqs):
    rows = ledger()
    one, other = (seq - 1 for seq in seqs)
    changed = list(rows)
    changed[one] = rows[one]._replace(case_seq=rows[other].case_seq, case=rows[other].case)
    changed[other] = rows[other]._replace(case_seq=rows[one].case_seq, case=rows[one].case)

    assert not is_whole_at_a_glance(changed, roots=roots(rows, 40))


@pytest.mark.parametrize("field", ["prev", "case"])
def test_a_wrong_link_under_a_signed_root_is_no_glance_s_matter_to_forgive(field):
    """Whoever holds the key can sign anything: what they sign has to hang together as well."""
    rows = ledger()
    at = 20
    old = {"prev": rows[at - 1].leaf, "case": rows[at].case}[field]
    new = {"prev": HASH, "case": "DR-X"}[field]
    body = rows[at].body.replace(f'"{field}":"{old}"'.encode(), f'"{field}":"{new}"'.encode())
    assert body != rows[at].body
    rows[at] = rehashed(rows[at], body)
    for later in range(at + 1, len(rows)):
        before = f'"prev":"{rows[later - 1].leaf}","seq"'
        told = json.loads(rows[later].body)["prev"]
        linked = rows[later].body.replace(f'"prev":"{told}","seq"'.encode(), before.encode())
        rows[later] = rehashed(rows[later], linked)

    assert not is_whole_at_a_glance(rows, roots=roots(rows, 40))


def test_what_a_walk_found_are_the_heads_and_the_tree():
    rows = ledger()
    found = walk(rows)

    assert found.tree.root() == Tree([bytes.fromhex(row.leaf) for row in rows]).root()
    assert found.leaf == rows[-1].leaf
    assert found.cases["DR-1"] == (rows[36].case_seq, rows[36].leaf)
