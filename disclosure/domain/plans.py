"""What follows a decision: when the data subject is told, by when we answer, and who signs.

Owns the frozen shapes of notice plans, deadlines and approval profiles, as the packs fill them.
Must not read files and must not decide. Look next at ``domain/rulebook.py``.
"""

from dataclasses import dataclass
from string import Formatter

from disclosure.domain.access import Role
from disclosure.domain.deadlines import Unit
from disclosure.domain.decision import NoticeRule, Profile
from disclosure.domain.pack_rows import Row
from disclosure.domain.rule_rows import choice

NOTICE_KEYS = ("ground", "requester_class", "trader")
PASSAGES: dict[str, frozenset[str]] = {
    "prior": frozenset({"platform"}),
    "at_release": frozenset({"platform"}),
    "delayed": frozenset({"platform"}),
    "objection": frozenset({"days"}),
    "page": frozenset(),
    "delay": frozenset({"basis"}),
    "rights": frozenset({"address"}),
}
"""Each passage of a notice, and the values that it may fill in."""
DEADLINE_KEYS = ("ground", "requester_class", "instrument", "emergency")


@dataclass(frozen=True, slots=True)
class NoticePlan:
    """When and how the data subject is told.

    Attributes:
        objection_days: Calendar days to object before the release; 0 without a window.
        review_days: Calendar days after which a delay is looked at again; 0 without one.
    """

    rule: NoticeRule
    objection_days: int
    review_days: int
    source: str

    @classmethod
    def from_row(cls, row: Row) -> "NoticePlan":
        """Read a notice plan from its pack row."""
        row.only(*NOTICE_KEYS, "rule", "objection_days", "review_days", "source")
        return cls(
            rule=choice(row, "rule", NoticeRule),
            objection_days=row.number("objection_days", 0),
            review_days=row.number("review_days", 0),
            source=row.text("source"),
        )


@dataclass(frozen=True, slots=True)
class NoticeText:
    """One passage of the notice to a data subject, in both languages.

    Attributes:
        id: Which passage, one of ``PASSAGES``.
    """

    id: str
    text: str
    text_zh: str
    row: Row

    @classmethod
    def from_row(cls, row: Row) -> "NoticeText":
        """Read a passage from its pack row."""
        row.only("id", "text", "text_zh", "source")
        named = row.text("id")
        if named not in PASSAGES:
            raise row.refusal(f"a notice has no passage {named!r}; it has {', '.join(PASSAGES)}")
        for key in ("text", "text_zh"):
            _refuse_blanks(row, key, PASSAGES[named])
        return cls(id=named, text=row.text("text"), text_zh=row.text("text_zh"), row=row)


def _refuse_blanks(row: Row, key: str, known: frozenset[str]) -> None:
    try:
        used = {name for _, name, _, _ in Formatter().parse(row.text(key)) if name is not None}
    except ValueError as error:
        raise row.refusal(f"{key!r} has a bad brace: {error}") from error
    for name in sorted(used - known):
        there = ", ".join(sorted(known)) or "none"
        raise row.refusal(f"{key!r} has no value {{{name}}}; it fills: {there}")


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long the house has to answer.

    Attributes:
        amount: Of the unit.
        from_instrument: Whether a date on the paper itself goes before this one.
        source: The article, or ``house`` for our own target.
    """

    amount: int
    unit: Unit
    from_instrument: bool
    source: str

    @classmethod
    def from_row(cls, row: Row) -> "Deadline":
        """Read a deadline from its pack row."""
        row.only(*DEADLINE_KEYS, "amount", "unit", "from_instrument", "source")
        return cls(
            amount=row.number("amount"),
            unit=choice(row, "unit", Unit),
            from_instrument=row.flag("from_instrument"),
            source=row.text("source"),
        )


@dataclass(frozen=True, slots=True)
class ApprovalProfile:
    """Who signs a release under a profile.

    Attributes:
        steps: Roles, each filled by another person.
        max_hours: Within which the signatures are owed; 0 without a limit.
        post_review: Role that reviews afterwards; empty without one.
        post_review_hours: Hours after the release by which that review is owed.
    """

    profile: Profile
    steps: tuple[str, ...]
    distinct_people: int
    max_hours: int
    post_review: str
    post_review_hours: int
    note: str

    @classmethod
    def from_row(cls, row: Row) -> "ApprovalProfile":
        """Read an approval profile from its pack row."""
        row.only(
            *("id", "steps", "distinct_people", "max_hours"),
            *("post_review", "post_review_hours", "note"),
        )
        steps = row.texts("steps")
        roles = {role.value for role in Role}
        for role in (*steps, row.text("post_review", "")):
            if role and role not in roles:
                raise row.refusal(f"there is no role {role!r}")
        return cls(
            profile=choice(row, "id", Profile),
            steps=steps,
            distinct_people=row.number("distinct_people"),
            max_hours=row.number("max_hours", 0),
            post_review=row.text("post_review", ""),
            post_review_hours=row.number("post_review_hours", 0),
            note=row.text("note", ""),
        )
