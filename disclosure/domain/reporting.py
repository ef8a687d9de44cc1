"""What the packs say about the transparency report.

Owns which papers are a court's, which ask for access in real time, and which demands the law
forbids to count in public. How the report is counted is in ``domain/transparency.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from disclosure.domain.pack_rows import Row


@dataclass(frozen=True, slots=True)
class Unreportable:
    """A class whose demands the law forbids to count in public.

    Attributes:
        says: One sentence for the report.
        citations: Ids of the articles that forbid it.
    """

    requester_class: str
    says: str
    citations: tuple[str, ...]
    row: Row

    @classmethod
    def from_row(cls, row: Row) -> "Unreportable":
        """Read it from its pack row."""
        row.only("requester_class", "says", "citations")
        return cls(row.text("requester_class"), row.text("says"), row.texts("citations"), row)


@dataclass(frozen=True, slots=True)
class Reporting:
    """What a report has to know of papers and classes.

    Attributes:
        court_orders: Types of paper that a court, or a judge, issues.
        real_time_papers: Types of paper that ask for access in real time.
        real_time_refusals: Reason codes of demands for access in real time on any other paper.
    """

    court_orders: frozenset[str]
    real_time_papers: frozenset[str]
    real_time_refusals: frozenset[str]
    unreportable: tuple[Unreportable, ...]

    @classmethod
    def from_rows(cls, values: Row, unreportable: Sequence[Row]) -> "Reporting":
        """Read it from the table of the packs and the rows beside it."""
        values.only("court_orders", "real_time_papers", "real_time_refusals")
        return cls(
            court_orders=frozenset(values.texts("court_orders", ())),
            real_time_papers=frozenset(values.texts("real_time_papers", ())),
            real_time_refusals=frozenset(values.texts("real_time_refusals", ())),
            unreportable=tuple(Unreportable.from_row(row) for row in unreportable),
        )

    def may_be_counted(self, requester_class: str) -> bool:
        """Tell whether demands of a class may stand in a published report."""
        return all(kind.requester_class != requester_class for kind in self.unreportable)
