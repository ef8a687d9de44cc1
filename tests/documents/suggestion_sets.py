"""Strings that were written before the patterns were read, in two sets, and how they are counted.

``suggestion_sets.json`` holds, for each string, its set, the kind of its values (none for a string
that only looks like one), where the values stand, and the people of its case. The patterns were
mended on the set ``tuned`` only; ``names`` came later, for names of other people, and was tuned on
too. People, numbers and addresses are made up.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from disclosure.documents.kinds import Kind
from disclosure.documents.suggest import Suggestion, suggest

SETS: Final = ("tuned", "held-out")
NAMES: Final = "names"
"""A third set, of other people only; it was tuned on."""


@dataclass(frozen=True)
class Sample:
    """A string, where its values stand, and other people who are named in it besides."""

    kind: Kind | None
    text: str
    values: tuple[tuple[int, int], ...]
    people: tuple[str, ...]
    names: tuple[tuple[int, int], ...]

    def wanted(self, each: Suggestion) -> bool:
        """Say whether a suggestion is of the right kind and touches a value."""
        spans = self.values if each.kind is self.kind else ()
        if each.kind is Kind.OTHER_PERSON:
            spans += self.names
        return any(each.start < end and start < each.end for start, end in spans)

    def whole(self, found: list[Suggestion]) -> bool:
        """Say whether each letter and digit of the values lies in a suggestion of their kind."""
        covered = {
            at for each in found if each.kind is self.kind for at in range(each.start, each.end)
        }
        needed = (at for start, end in self.values for at in range(start, end))
        return all(at in covered for at in needed if self.text[at].isalnum())


@dataclass
class Score:
    """What was found in one set; a value counts when all of it is found as what it is."""

    wanted: Counter[Kind] = field(default_factory=Counter)
    found: Counter[Kind] = field(default_factory=Counter)
    right: Counter[Kind] = field(default_factory=Counter)
    wrong: Counter[Kind] = field(default_factory=Counter)
    harmless: int = 0
    alarms: int = 0

    def recall(self, *kinds: Kind) -> float:
        """Return the part of the strings with values of these kinds that is found."""
        return sum(self.found[kind] for kind in kinds) / sum(self.wanted[kind] for kind in kinds)

    def precision(self, *kinds: Kind) -> float:
        """Return the part of the suggestions of these kinds that touch a value of theirs."""
        right = sum(self.right[kind] for kind in kinds)
        return right / max(1, right + sum(self.wrong[kind] for kind in kinds))

    @property
    def false_alarms(self) -> float:
        """Return the part of the harmless strings in which anything is suggested."""
        return self.alarms / self.harmless


def samples(name: str) -> Iterator[Sample]:
    """Yield the strings of one set."""
    rows = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    for row in rows:
        if row["set"] == name:
            yield Sample(
                Kind(row["kind"]) if row["kind"] else None,
                row["text"],
                tuple((start, end) for start, end in row["values"]),
                tuple(row.get("people", ())),
                tuple((start, end) for start, end in row.get("names", ())),
            )


@cache
def score(name: str) -> Score:
    """Count what the suggestions find in one set."""
    counted = Score()
    for sample in samples(name):
        found = suggest(sample.text, people=sample.people)
        for each in found:
            (counted.right if sample.wanted(each) else counted.wrong)[each.kind] += 1
        if sample.kind is None:
            counted.harmless += 1
            counted.alarms += bool(found)
        else:
            counted.wanted[sample.kind] += 1
            counted.found[sample.kind] += sample.whole(found)
    return counted
