"""Walk over a ledger and find the first entry that is not what was written.

Owns the check of bytes, chains and tree in one pass that keeps one short line for each case: quick
for a ledger that is whole, and step by step to name what is wrong in one that is not. Must not read
rows or signatures: ``operations.ledger_check`` gives it the entries, and what signed checkpoints
and witnesses say of them. The format is ``domain.ledger``'s.
"""

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise, repeat
from operator import contains
from typing import Any, NamedTuple

from disclosure.domain.ledger import EMPTY, FORMAT, canonical_json
from disclosure.domain.merkle import Frontier


class StoredEntry(NamedTuple):
    """Hold one row of the ledger as the database gives it; ``case`` is the case's reference."""

    seq: int
    case: str | None
    case_seq: int | None
    leaf: str
    body: bytes


class Batch(NamedTuple):
    """Hold some entries that follow each other, column by column: see ``StoredEntry``."""

    seqs: Sequence[int]
    cases: Sequence[str | None]
    case_seqs: Sequence[int | None]
    leaves: Sequence[str]
    bodies: Sequence[bytes]

    def cut(self, low: int, high: int) -> "Batch":
        """Return the entries from place ``low`` up to ``high``, which is left out."""
        return Batch(
            self.seqs[low:high],
            self.cases[low:high],
            self.case_seqs[low:high],
            self.leaves[low:high],
            self.bodies[low:high],
        )


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


def walk(entries: Iterable[StoredEntry], *, roots: Mapping[int, bytes] = _NOTHING) -> Walked:
    """Check every entry step by step and return what was found up to the first bad one.

    Each is read as JSON too, and every column compared with it. A cut-off end, or a ledger that was
    written anew as a whole, can only be seen with ``roots``.

    Args:
        entries: All rows in the order of ``seq``.
        roots: Size to root of the tree, as told by signed checkpoints or a witness.
    """
    found = Walked()
    for entry in entries:
        why = _step(entry, found) or _deep_fault(entry, found)
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


def skim(batches: Iterable[Batch], *, roots: Mapping[int, bytes] = _NOTHING) -> Walked | None:
    """Check every entry by whole columns, several times faster than ``walk``.

    Every byte is hashed and every root recomputed. What a signed root covers needs no reading: its
    bytes, and with them every place and link that they name, are those that were signed. It is
    looked up that each names the hash before it and its case; behind the last root each entry is
    checked as ``walk`` does it, but for its form.

    Args:
        batches: All rows in the order of ``seq``, some in each.
        roots: As for ``walk``.

    Returns:
        What was found, or None when anything is not right: then ``walk`` names it.
    """
    found, columns, sizes = Walked(), _Columns(), sorted(roots)
    for batch in batches:
        for part in _cut(batch, found.tree.size, sizes):
            covered = sizes and found.tree.size < sizes[-1]
            if not (columns.fit(part, found) if covered else _steps_fit(part, found)):
                return None
            if roots.get(found.tree.size, b"") not in {b"", found.tree.root()}:
                return None
    return found if found.tree.size >= max(roots, default=0) else None


def _cut(batch: Batch, start: int, sizes: Sequence[int]) -> Iterator[Batch]:
    """Cut a batch behind each entry at which a root is known."""
    length = len(batch.bodies)
    between = sizes[bisect_right(sizes, start) : bisect_left(sizes, start + length)]
    for low, high in pairwise([0, *(size - start for size in between), length]):
        yield batch.cut(low, high)


class _Columns:
    """Compare whole columns; remembers how far each case is and how its entries name it."""

    def __init__(self) -> None:
        self.follows: defaultdict[str | None, Iterator[int | None]] = defaultdict(lambda: count(1))
        self.follows[None] = repeat(None)
        self.texts = _CaseTexts()

    def fit(self, part: Batch, found: Walked) -> bool:
        """Answer whether the entries are right but for their form, and let them count."""
        sha256, bodies, first = hashlib.sha256, part.bodies, found.tree.size + 1
        if list(part.seqs) != list(range(first, first + len(bodies))):
            return False
        hashes = [sha256(b"\x00" + body).digest() for body in bodies]
        if list(map(bytes.hex, hashes)) != list(part.leaves):
            return False
        before = list(map(str.encode, (found.leaf, *part.leaves[:-1])))
        found.tree.extend(hashes)
        found.leaf = part.leaves[-1]
        heads: dict[Any, Any] = dict(
            zip(part.cases, zip(part.case_seqs, part.leaves, strict=True), strict=True)
        )
        heads.pop(None, None)
        found.cases.update(heads)
        return (
            list(map(next, map(self.follows.__getitem__, part.cases))) == list(part.case_seqs)
            and all(map(contains, bodies, map(self.texts.__getitem__, part.cases)))
            and [body.rpartition(_PREV)[2][:64] for body in bodies] == before
        )


class _CaseTexts(dict[str | None, bytes]):
    """How the entries of a case name it; made when it is first asked for."""

    def __missing__(self, case: str | None) -> bytes:
        text = _NO_CASE if case is None else f'"case":"{case}","case_prev":"'.encode()
        self[case] = text
        return text


def _steps_fit(part: Batch, found: Walked) -> bool:
    """Answer whether entries are right but for their form, one by one, and let them count."""
    for entry in map(StoredEntry, *part):
        if _step(entry, found):
            return False
        _take(entry, found)
    return True


_START = (0, EMPTY)
_PREV = b'"prev":"'
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
