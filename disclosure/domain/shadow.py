"""Second decisions: which ended cases are drawn, and when two decisions agree.

Owns both rules. Must not know where cases or decisions come from.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from disclosure.domain.events import Event


class SecondOutcome(Enum):
    """What can be decided, the first time and the second: (code, label, event of the first)."""

    RELEASE = ("release", "Disclose", Event.CASE_DECIDED)
    REFUSE = ("refuse", "Refuse", Event.CASE_REFUSED)
    PRESERVE = ("preserve", "Preserve, disclose nothing", Event.CASE_PRESERVED)
    REROUTE = ("reroute", "Another ground carries it", Event.CASE_REROUTED)

    def __init__(self, code: str, label: str, event: Event) -> None:
        self.code = code
        self.label = label
        self.event = event

    @classmethod
    def of(cls, code: str) -> "SecondOutcome | None":
        """Return the outcome with this code, or None."""
        return next((each for each in cls if each.code == code), None)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether two decisions are the same, in what comes out and in which fields leave."""

    outcome: bool
    fields: bool

    @property
    def whole(self) -> bool:
        """Tell whether nothing differs."""
        return self.outcome and self.fields


def is_drawn(leaf: str, *, seed: str, one_in: int) -> bool:
    """Tell whether a case that ended is decided a second time.

    The lot is SHA-256(seed, line end, hash of the ledger's entry that ended the case): nobody
    knows that hash before the case has ended, and everybody who has the ledger can draw again.

    Args:
        leaf: Hash of the entry, in hexadecimal.
        seed: A published word.
        one_in: One of so many is drawn; 0 for none.
    """
    if one_in < 1:
        return False
    lot = hashlib.sha256(f"{seed}\n{leaf}".encode()).hexdigest()
    return int(lot, 16) % one_in == 0


def compare(first: tuple[str, Iterable[str]], second: tuple[str, Iterable[str]]) -> Agreement:
    """Compare two decisions, each an outcome's code and the fields that may leave."""
    return Agreement(outcome=first[0] == second[0], fields=set(first[1]) == set(second[1]))
