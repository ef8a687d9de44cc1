"""Walk over a ledger and find the first entry that is not what was written.

Owns the check of bytes, chains and tree in one pass that keeps one short line for each case. Must
not read rows or signatures: ``operations.ledger_check`` gives it the entries, and what signed
checkpoints and witnesses say of them. The format is ``domain.ledger``'s.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from disclosure.domain.ledger import EMPTY, FORMAT, canonical_json
from disclosure.domain.merkle import Frontier


class StoredEntry(NamedTuple):
    """Hold one row of the ledger as the database gives it; ``case`` is the case's reference."""

    seq: int
    case: str | None
    case_seq: int | None
    leaf: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """Name the first entry that is not what was written, and why."""

    seq: int
    why: str


@dataclass(slots=True)
class Walked:
    """What a walk found.

    Attributes:
        broken: The first bad entry, or None.
        leaf: Leaf hash of the last good entry.
        tree: The tree over the good entries.
        cases: Reference to number of entries and last leaf hash.
    """

    broken: Broken | None = None
    leaf: str = EMPTY
    tree: Frontier = field(default_factory=Frontier)
    cases: dict[str, tuple[int, str]] = field(default_factory=dict)


_NOTHING: Mapping[int, bytes] = {}


def walk(
    entries: Iterable[StoredEntry], *, roots: Mapping[int, bytes] = _NOTHING, deep: bool = True
) -> Walked:
    """Check every entry and return what was found up to the first bad one.

    A cut-off end, or a ledger that was written anew as a whole, can only be seen with ``roots``.

    Args:
        entries: All rows in the order of ``seq``.
        roots: Size to root of the tree, as told by signed checkpoints or a witness.
        deep: Read every entry as JSON and compare each column with it. Without it the bytes are
            hashed and searched for their place, which is several times faster.
    """
    found = Walked()
    for entry in entries:
        why = _step(entry, found) or (_deep_fault(entry, found) if deep else "")
        if not why and found.tree.size + 1 in roots:
            why = _root_fault(entry, found, roots)
        if why:
            found.broken = Broken(found.tree.size + 1, why)
            return found
        _take(entry, found)
    if max(roots, default=0) > found.tree.size:
        why = "is missing: a signed checkpoint or a witness knows a longer ledger"
        found.broken = Broken(found.tree.size + 1, why)
    return found


_START = (0, EMPTY)
_NO_CASE = b'"case":null,"case_prev":null,"case_seq":null,"commit":'


def _step(entry: StoredEntry, found: Walked) -> str:
    """Return what is wrong with a row and the place in its bytes; quick when nothing is."""
    seq, case, case_seq, leaf, body = entry
    place = f'"prev":"{found.leaf}","seq":{found.tree.size + 1},"subjects":'.encode()
    if case is None:
        follows, in_case = None, _NO_CASE
    else:
        count, before = found.cases.get(case, _START)
        follows = count + 1
        told = f'"case":"{case}","case_prev":"{before}","case_seq":{follows},"commit":'
        in_case = told.encode()
    if (
        seq == found.tree.size + 1
        and case_seq == follows
        and hashlib.sha256(b"\x00" + body).hexdigest() == leaf
        and place in body
        and in_case in body
    ):
        return ""
    return _named_fault(entry, found.tree.size + 1, follows, place)


def _take(entry: StoredEntry, found: Walked) -> None:
    """Let a good entry count."""
    found.tree.add(bytes.fromhex(entry.leaf))
    found.leaf = entry.leaf
    if entry.case is not None and entry.case_seq is not None:
        found.cases[entry.case] = (entry.case_seq, entry.leaf)


def _root_fault(entry: StoredEntry, found: Walked, roots: Mapping[int, bytes]) -> str:
    tree = Frontier(found.tree.size, found.tree.roots)
    tree.add(bytes.fromhex(entry.leaf))
    same = roots[tree.size] == tree.root()
    return "" if same else "or one before it is not what a signed checkpoint or a witness covers"


def _named_fault(entry: StoredEntry, seq: int, case_seq: int | None, place: bytes) -> str:
    if entry.seq != seq:
        return f"is missing or out of order: entry {entry.seq} stands in its place"
    if entry.case_seq != case_seq:
        return f"has place {entry.case_seq} in its case, where {case_seq} follows"
    if hashlib.sha256(b"\x00" + entry.body).hexdigest() != entry.leaf:
        return "has other bytes than those that were hashed"
    if place not in entry.body:
        return "does not name its place and the entry before it"
    return "does not name its place in its case and the entry before it there"


def _deep_fault(entry: StoredEntry, found: Walked) -> str:
    try:
        fields = json.loads(entry.body)
        same = canonical_json(fields) == entry.body
    except (ValueError, RecursionError):
        same = False
    if not same or not isinstance(fields, dict) or fields.get("v") != FORMAT:
        return "is not JSON in the one form that the ledger writes"
    before = found.cases.get(entry.case, _START)[1] if entry.case is not None else None
    links = {
        "seq": found.tree.size + 1,
        "prev": found.leaf,
        "case": entry.case,
        "case_seq": entry.case_seq,
        "case_prev": before,
    }
    wrong = [name for name, value in links.items() if fields.get(name, "") != value]
    return f"says another {wrong[0]} than its place has" if wrong else ""
