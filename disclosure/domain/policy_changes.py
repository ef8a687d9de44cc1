"""The difference between two versions of the policy, clause by clause and word by word.

Owns the comparison only. How it is shown is the page's.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from disclosure.domain.policy import Clause, Policy

_TOKEN = re.compile(r"\s+|[A-Za-z0-9_'-]+|.", re.DOTALL)
"""Words of Latin text and their gaps; in Chinese each character is a token of its own."""


class Piece(Enum):
    """What became of a stretch of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


Pieces = tuple[tuple[Piece, str], ...]


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """A clause that is new, gone, or says something else.

    Attributes:
        change: ``ADDED`` and ``REMOVED`` for the whole clause, ``KEPT`` where its words changed.
        title: As the newer version has it, else the older one; the same for Chinese.
        text: The promise in pieces, in their order; the same for Chinese.
    """

    id: str
    change: Piece
    title: str
    title_zh: str
    text: Pieces
    text_zh: Pieces


def policy_changes(older: Policy, newer: Policy) -> tuple[ClauseChange, ...]:
    """Compare two versions; clauses that say the same are left out.

    Returns:
        In the order of the newer version, clauses that are gone after the others.
    """
    order = dict.fromkeys((*newer.clauses, *older.clauses))
    pairs = ((clause, older.clauses.get(clause), newer.clauses.get(clause)) for clause in order)
    return tuple(
        _change(clause, before, after) for clause, before, after in pairs if _differ(before, after)
    )


def _texts(clause: Clause) -> tuple[str, str, str, str]:
    return clause.title, clause.title_zh, clause.promise, clause.promise_zh


def _differ(before: Clause | None, after: Clause | None) -> bool:
    return before is None or after is None or _texts(before) != _texts(after)


def _change(clause: str, before: Clause | None, after: Clause | None) -> ClauseChange:
    shown = next(each for each in (after, before) if each is not None)
    change = Piece.KEPT
    if before is None or after is None:
        change = Piece.ADDED if before is None else Piece.REMOVED
    return ClauseChange(
        id=clause,
        change=change,
        title=shown.title,
        title_zh=shown.title_zh,
        text=compare(before.promise if before else "", after.promise if after else ""),
        text_zh=compare(before.promise_zh if before else "", after.promise_zh if after else ""),
    )


def compare(before: str, after: str) -> Pieces:
    """Return two texts as one, in pieces that were kept, removed and added."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    return tuple((piece, text) for piece, tokens in _pieces(old, new) if (text := "".join(tokens)))


def _pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Piece, Sequence[str]]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if kind == "equal":
            yield Piece.KEPT, old[old_from:old_to]
        else:
            yield Piece.REMOVED, old[old_from:old_to]
            yield Piece.ADDED, new[new_from:new_to]
