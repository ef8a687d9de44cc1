"""The taxonomy of data fields: what each is, how sensitive, and how it is masked.

Owns levels and the selectors by which rules name groups of fields (``reg.L1``, ``log.*``). The
fields themselves are rows of the packs. Must not know any ground. Look next at
``domain/masking.py`` for what a mask leaves of a value.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from disclosure.domain.masking import MASKS
from disclosure.domain.pack_rows import Row
from disclosure.errors import BadInput, NotReady

NEVER = "never"
"""The mask of a field that leaves in no form at all."""


class Level(Enum):
    """How sensitive a field is, from a mere label to what never leaves."""

    L0 = "L0"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    EXCLUDED = "X"
    CONTENT = "C"
    NEVER = "N"

    @property
    def label(self) -> str:
        """Say the level as people read it."""
        return _LEVEL_LABELS[self]


_LEVEL_LABELS = {
    Level.L0: "Label or technical",
    Level.L1: "Contact",
    Level.L2: "Identity",
    Level.L3: "Highest",
    Level.EXCLUDED: "Outside the policy",
    Level.CONTENT: "Content of communications",
    Level.NEVER: "Never leaves",
}

LIFTED = frozenset({Level.L0, Level.L1, Level.L2})
"""The levels that become L3 when the data subject is a child."""

_SELECTED = {
    "L0": frozenset({Level.L0}),
    "L1": frozenset({Level.L0, Level.L1}),
    "L2": frozenset({Level.L2}),
    "L3": frozenset({Level.L3}),
    "*": frozenset(Level),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One kind of datum about a person.

    Attributes:
        id: Category and name, such as ``reg.phone``.
        clause: Policy clause that brings the field in scope or excludes it.
        mask: Name of the default mask, or ``never``.
        needs_period: Whether it may only be asked for within a period.
        from_cookie: Whether it exists only where the user let a cookie be set.
    """

    id: str
    level: Level
    clause: str
    mask: str
    title: str
    title_zh: str
    needs_period: bool
    from_cookie: bool

    @property
    def category(self) -> str:
        """Return the part before the dot."""
        return self.id.partition(".")[0]

    def level_for(self, *, child: bool) -> Level:
        """Return the level that counts for this data subject."""
        return Level.L3 if child and self.level in LIFTED else self.level

    @classmethod
    def from_row(cls, row: Row) -> "Field":
        """Read a field from its pack row."""
        row.only(
            "id", "level", "clause", "mask", "title", "title_zh", "needs_period", "from_cookie"
        )
        levels = {level.value: level for level in Level}
        if row.text("level") not in levels:
            raise row.refusal(f"'level' must be one of {', '.join(levels)}")
        if row.text("mask") not in {*MASKS, NEVER}:
            raise row.refusal(f"there is no mask {row.text('mask')!r}")
        return cls(
            id=row.text("id"),
            level=levels[row.text("level")],
            clause=row.text("clause"),
            mask=row.text("mask"),
            title=row.text("title"),
            title_zh=row.text("title_zh"),
            needs_period=row.flag("needs_period"),
            from_cookie=row.flag("from_cookie"),
        )


class FieldTable(Mapping[str, Field]):
    """All fields by id, and the groups that selectors stand for."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self._fields = {field.id: field for field in fields}
        self._categories = {field.category for field in self._fields.values()}
        self.with_period = frozenset(f.id for f in self._fields.values() if f.needs_period)
        self.from_cookies = frozenset(f.id for f in self._fields.values() if f.from_cookie)

    def __getitem__(self, field: str) -> Field:
        return self._fields[field]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def named(self, field: str) -> Field:
        """Return the field with this id.

        Raises:
            BadInput: When there is none.
        """
        if field not in self._fields:
            raise BadInput("there is no such field; use an id of the catalogue's field list")
        return self._fields[field]

    def select(self, selectors: Iterable[str], *, child: bool = False) -> frozenset[str]:
        """Return the ids that selectors stand for.

        Args:
            selectors: Field ids, ``reg.*`` (all of a category) or ``reg.L1`` (by level; L1 takes
                in L0, the other levels stand for themselves).
            child: Whether levels count as for a child.

        Raises:
            NotReady: When a selector stands for nothing.
        """
        return frozenset(
            field for selector in selectors for field in self._select(selector, child=child)
        )

    def _select(self, selector: str, *, child: bool) -> frozenset[str]:
        if selector in self._fields:
            return frozenset({selector})
        category, _, rest = selector.partition(".")
        if category not in self._categories or rest not in _SELECTED:
            raise NotReady(f"no field is meant by {selector!r}")
        return frozenset(
            field.id
            for field in self._fields.values()
            if field.category == category and field.level_for(child=child) in _SELECTED[rest]
        )
