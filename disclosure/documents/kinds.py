"""The kinds of data about a person that a text may hold, and what one detector is.

Owns the kinds, their stable values and the words for them. The patterns are in ``detectors.py``,
``places.py`` and ``names.py``; how a text is made ready is the business of ``suggest.py``.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

WINDOW: Final = 24
"""How many signs around a match may speak against it."""


class Kind(Enum):
    """What a suggestion looks like; the value is stable."""

    EMAIL = "email"
    TELEPHONE = "telephone"
    IDENTITY_NUMBER = "identity-number"
    PASSPORT = "passport"
    BANK_CARD = "bank-card"
    CREDIT_CODE = "credit-code"
    IP_ADDRESS = "ip-address"
    PLATE = "plate"
    ADDRESS = "address"
    KNOWN_PERSON = "known-person"
    OTHER_PERSON = "other-person"
    REMOVED_ELSEWHERE = "removed-elsewhere"

    @property
    def label(self) -> str:
        """Return the words that people read."""
        return LABELS[self]


LABELS: Final = {
    Kind.EMAIL: "E-mail address",
    Kind.TELEPHONE: "Telephone number",
    Kind.IDENTITY_NUMBER: "PRC identity number",
    Kind.PASSPORT: "Passport or travel permit number",
    Kind.BANK_CARD: "Bank card number",
    Kind.CREDIT_CODE: "Unified social credit code",
    Kind.IP_ADDRESS: "IP address",
    Kind.PLATE: "Number plate",
    Kind.ADDRESS: "Postal address",
    Kind.KNOWN_PERSON: "Known person of the case",
    Kind.OTHER_PERSON: "Other person (S06)",
    Kind.REMOVED_ELSEWHERE: "Taken out of another document",
}
DETECTED: Final = tuple(kind for kind in Kind if kind is not Kind.REMOVED_ELSEWHERE)
"""The kinds that are told by how a text looks."""


def in_any_case(words: str) -> str:
    """Return a pattern for words parted by bars, which is quick to pass over other words.

    Args:
        words: No bar within brackets; each begins with a small letter.
    """
    each = (f"[{word[0].upper()}{word[0]}](?i:{word[1:]})" for word in words.split("|"))
    return f"(?:{'|'.join(each)})"


def _always(_found: str) -> bool:
    return True


def _as_matched(_stream: str, start: int) -> int:
    return start


@dataclass(frozen=True, slots=True)
class Detector:
    """A pattern, and what a match of it has to pass.

    Attributes:
        kind: What its values are.
        pattern: Where a value stands; its first group, where it has one, is the value.
        holds: The check of the value alone.
        unless: What must not stand right before the match.
        reach: Where a value really begins, if that is before the match.
        each: The single values, where a match lists several.
    """

    kind: Kind
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = _always
    unless: re.Pattern[str] | None = None
    reach: Callable[[str, int], int] = _as_matched
    each: re.Pattern[str] | None = None

    def spans(self, stream: str) -> Iterator[tuple[int, int]]:
        """Return where in a text the values stand, without white space around them."""
        group = min(self.pattern.groups, 1)
        for match in self.pattern.finditer(stream):
            if self.unless and self.unless.search(
                stream[max(0, match.start() - WINDOW) : match.start()]
            ):
                continue
            start, end = match.span(group)
            parts = self.each.finditer(stream, start, end) if self.each else ()
            for first, last in [part.span() for part in parts] or [(start, end)]:
                found = stream[first:last]
                if found.strip() and self.holds(found.strip()):
                    lead = len(found) - len(found.lstrip())
                    yield self.reach(stream, first + lead), first + len(found.rstrip())
