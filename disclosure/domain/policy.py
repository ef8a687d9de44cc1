"""The platform's privacy policy, clause by clause, as what was promised to its users.

Owns the clauses as values; their wording is in the packs, in our own words. Must not decide
anything. Look next at ``domain/rulebook.py``: every rule there names the clause it rests on.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from disclosure.domain.pack_rows import Row


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the policy.

    Attributes:
        id: As people cite it, such as ``3(c)``.
        promise: What the platform promised its users.
        kept_by: What keeps the promise in this software.
    """

    id: str
    title: str
    title_zh: str
    promise: str
    kept_by: str

    @classmethod
    def from_row(cls, row: Row) -> "Clause":
        """Read a clause from its pack row."""
        row.only("id", "title", "title_zh", "promise", "kept_by")
        return cls(
            id=row.text("id"),
            title=row.text("title"),
            title_zh=row.text("title_zh"),
            promise=row.text("promise"),
            kept_by=row.text("kept_by"),
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the policy.

    Attributes:
        version: As shown to users and pinned by each case.
        clauses: By id, in the policy's order.
    """

    id: str
    version: str
    clauses: Mapping[str, Clause]
