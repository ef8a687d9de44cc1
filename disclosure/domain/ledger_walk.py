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
    tree, cases = found.tree, found.cases
    for entry in entries:
        links = _links(entry.case, found)
        why = _fault(entry, links) or (_deep_fault(entry.body, links) if deep else "")
        if not why:
            tree.add(bytes.fromhex(entry.leaf))
            if tree.size in roots and roots[tree.size] != tree.root():
                why = "or one before it is not what a signed checkpoint or a witness covers"
        if why:
            found.broken = Broken(links.seq, why)
            return found
        found.leaf = entry.leaf
        if entry.case is not None and links.case_seq is not None:
            cases[entry.case] = (links.case_seq, entry.leaf)
    if max(roots, default=0) > tree.size:
        why = "is missing: a signed checkpoint or a witness knows a longer ledger"
        found.broken = Broken(tree.size + 1, why)
    return found


class _Links(NamedTuple):
    """Hold what an entry has to say about its place."""

    seq: int
    prev: str
    case: str | None
    case_seq: int | None
    case_prev: str | None


def _links(case: str | None, found: Walked) -> _Links:
    if case is None:
        return _Links(found.tree.size + 1, found.leaf, None, None, None)
    count, leaf = found.cases.get(case, (0, EMPTY))
    return _Links(found.tree.size + 1, found.leaf, case, count + 1, leaf)


def _fault(entry: StoredEntry, links: _Links) -> str:
    """Return what is wrong with a row and the place in its bytes; quick when nothing is."""
    body = entry.body
    place = f'"prev":"{links.prev}","seq":{links.seq},"subjects":'
    if links.case is None:
        in_case = b'"case":null,"case_prev":null,"case_seq":null,"commit":'
    else:
        in_case = (
            f'"case":"{links.case}","case_prev":"{links.case_prev}",'
            f'"case_seq":{links.case_seq},"commit":'
        ).encode()
    if (
        entry.seq == links.seq
        and entry.case_seq == links.case_seq
        and hashlib.sha256(b"\x00" + body).hexdigest() == entry.leaf
        and place.encode() in body
        and in_case in body
    ):
        return ""
    return _named_fault(entry, links, place.encode())


def _named_fault(entry: StoredEntry, links: _Links, place: bytes) -> str:
    if entry.seq != links.seq:
        return f"is missing or out of order: entry {entry.seq} stands in its place"
    if entry.case_seq != links.case_seq:
        return f"has place {entry.case_seq} in its case, where {links.case_seq} follows"
    if hashlib.sha256(b"\x00" + entry.body).hexdigest() != entry.leaf:
        return "has other bytes than those that were hashed"
    if place not in entry.body:
        return "does not name its place and the entry before it"
    return "does not name its place in its case and the entry before it there"


def _deep_fault(body: bytes, links: _Links) -> str:
    try:
        fields = json.loads(body)
        same = canonical_json(fields) == body
    except (ValueError, RecursionError):
        same = False
    if not same or not isinstance(fields, dict) or fields.get("v") != FORMAT:
        return "is not JSON in the one form that the ledger writes"
    wrong = [name for name, value in links._asdict().items() if fields.get(name, "") != value]
    return f"says another {wrong[0]} than its place has" if wrong else ""
