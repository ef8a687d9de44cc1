"""How long a case is kept after it ended, and what it comes to.

Owns the rows of the packs about retention and the four states: retain, review, destroy,
anonymised. Must not read a clock or delete anything: look next at ``operations/retention.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from disclosure.domain.pack_rows import Row
from disclosure.domain.rule_rows import choice

LEAST_YEARS = 3
"""The law's own term (PIPL art. 56; Network Data Security Regulation art. 12)."""
MOST_YEARS = 100
EVERY = "*"
HOUSE = "house"


class Ending(StrEnum):
    """What came of a case, as far as its retention is concerned."""

    DISCLOSED = "disclosed"
    NOT_DISCLOSED = "not_disclosed"
    FORGED = "forged"
    ANY = EVERY


class Retention(StrEnum):
    """What happens to a case's records now."""

    RETAIN = "retain"
    REVIEW = "review"
    DESTROY = "destroy"
    ANONYMISED = "anonymised"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How many years a kind of case is kept after its end.

    Attributes:
        years: Calendar years, ``LEAST_YEARS`` to ``MOST_YEARS``.
        source: The citation that it rests on, or ``house``.
    """

    years: int
    source: str

    @classmethod
    def from_row(cls, row: Row) -> "RetentionRule":
        """Read a rule from its pack row."""
        row.only("ground", "ending", "years", "source")
        years = row.number("years")
        if not LEAST_YEARS <= years <= MOST_YEARS:
            raise row.refusal(f"'years' must be {LEAST_YEARS} to {MOST_YEARS}")
        return cls(years, row.text("source"))

    def until(self, ended_at: datetime, zone: tzinfo) -> datetime:
        """Return the first instant after the term; a 29 February is followed by a 1 March.

        Args:
            ended_at: When the case ended, aware.
            zone: Where the platform is at home.
        """
        local = ended_at.astimezone(zone)
        year = local.year + self.years
        try:
            last = local.replace(year=year)
        except ValueError:
            last = local.replace(year=year, month=3, day=1)
        return last.astimezone(ended_at.tzinfo)


RetentionRules = Mapping[tuple[str, Ending], RetentionRule]


def retention_key(row: Row) -> tuple[str, Ending]:
    """Return what tells two rows apart."""
    return row.text("ground"), choice(row, "ending", Ending)


def rule_for(rules: RetentionRules, ground: str, ending: Ending) -> RetentionRule:
    """Return the closest rule; the packs always hold the one for everything."""
    for key in ((ground, ending), (ground, Ending.ANY), (EVERY, ending)):
        if key in rules:
            return rules[key]
    return rules[EVERY, Ending.ANY]


@dataclass(frozen=True, slots=True)
class RetentionFacts:
    """What the state of a case's records rests on.

    Attributes:
        ended: Whether the case has ended.
        keep_until: End of the term, or of the longer one that a person set.
        held: Whether a hold stands.
        agreed: Whether two people have agreed on the destruction.
        destroyed: Whether it was done.
    """

    ended: bool
    keep_until: datetime | None
    held: bool
    agreed: bool
    destroyed: bool


def retention_of(facts: RetentionFacts, now: datetime) -> Retention:
    """Return what happens to a case's records at an instant: a hold beats the term."""
    if facts.destroyed:
        return Retention.ANONYMISED
    if not facts.ended or facts.held or facts.keep_until is None or now < facts.keep_until:
        return Retention.RETAIN
    return Retention.DESTROY if facts.agreed else Retention.REVIEW
