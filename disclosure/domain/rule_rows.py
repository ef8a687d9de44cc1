"""The rules as values: each row of the packs that is more than a field or a clause.

Owns the frozen shapes of checks, citations, reason codes, requester classes and jurisdictions. Must
not read files and must not decide. Look next at ``domain/plans.py`` for notices, deadlines and
approvals, and at ``domain/rulebook.py`` for the grounds and the catalogue that holds all of this.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TypeVar

from disclosure.domain.access import Role
from disclosure.domain.decision import CheckResult, Outcome, Result
from disclosure.domain.fields import FieldTable
from disclosure.domain.pack_rows import Row
from disclosure.errors import NotReady

Choice = TypeVar("Choice", bound=Enum)

MACHINE = "machine"
ANSWERERS = frozenset({MACHINE, *(role.value for role in Role)})
"""Who may be named as the one to answer a check."""


def choice(row: Row, key: str, words: type[Choice]) -> Choice:
    """Return the member of a closed set that a row names."""
    by_value = {member.value: member for member in words}
    value = row.text(key)
    if value not in by_value:
        raise row.refusal(f"{key!r} must be one of {', '.join(by_value)}")
    return by_value[value]


def selection(row: Row, key: str, fields: FieldTable, *, child: bool = False) -> frozenset[str]:
    """Return the fields that a row's selectors stand for; absent is none."""
    try:
        return fields.select(row.texts(key, ()), child=child)
    except NotReady as error:
        raise row.refusal(f"{key!r}: {error.message}") from error


def holds(first: date | None, last: date | None, day: date) -> bool:
    """Tell whether a day lies between two others; both ends count, None is open."""
    return (first is None or first <= day) and (last is None or day <= last)


@dataclass(frozen=True, slots=True)
class Citation:
    """One article of law.

    Attributes:
        id: Law and article, such as ``PIPL-41``.
        as_of: The day whose numbering and text is meant.
        says: What it requires, in our own words.
        read: Whether the article's text itself was read when the pack was written.
        valid_from: First day on which it stands so; None where nobody need know.
        valid_to: Last such day; None while it stands.
    """

    id: str
    law: str
    article: str
    as_of: date
    title: str
    title_zh: str
    says: str
    read: bool
    valid_from: date | None
    valid_to: date | None
    row: Row

    def in_force(self, day: date) -> bool:
        """Tell whether the article stands so on a day; both ends count."""
        return holds(self.valid_from, self.valid_to, day)

    @classmethod
    def from_row(cls, row: Row) -> "Citation":
        """Read a citation from its pack row."""
        row.only(
            *("id", "law", "article", "as_of", "title", "title_zh", "says", "unread"),
            *("valid_from", "valid_to"),
        )
        return cls(
            id=row.text("id"),
            law=row.text("law"),
            article=row.text("article"),
            as_of=row.day("as_of"),
            title=row.text("title"),
            title_zh=row.text("title_zh"),
            says=row.text("says"),
            read=not row.flag("unread"),
            valid_from=row.day_if_any("valid_from"),
            valid_to=row.day_if_any("valid_to"),
            row=row,
        )


@dataclass(frozen=True, slots=True)
class Instrument:
    """A type of paper, and who can oblige the platform with it.

    Attributes:
        country: Of the authorities that it is meant for; empty for any.
        classes: Requester classes that can serve it; every class may ask for preservation.
    """

    id: str
    title: str
    country: str
    classes: frozenset[str]
    valid_from: date | None
    valid_to: date | None
    source: str
    row: Row

    def in_force(self, day: date) -> bool:
        """Tell whether the paper exists on a day; both ends count."""
        return holds(self.valid_from, self.valid_to, day)

    @classmethod
    def from_row(cls, row: Row) -> "Instrument":
        """Read a type of paper from its pack row."""
        row.only(
            *("id", "title", "title_zh", "country", "classes", "valid_from", "valid_to", "source"),
        )
        return cls(
            id=row.text("id"),
            title=f"{row.text('title')} {row.text('title_zh', '')}".strip(),
            country=row.text("country", ""),
            classes=frozenset(row.texts("classes")),
            valid_from=row.day_if_any("valid_from"),
            valid_to=row.day_if_any("valid_to"),
            source=row.text("source"),
            row=row,
        )


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """A coded reason why something does not leave, for replies and certificates.

    Attributes:
        code: A stable word, such as ``outside_policy``.
        source: The clause or article that the reason rests on.
        withholds: Whether a field or a span may be withheld under it; else it refuses a demand.
    """

    code: str
    text: str
    text_zh: str
    source: str
    withholds: bool

    @classmethod
    def from_row(cls, row: Row) -> "ReasonCode":
        """Read a reason code from its pack row."""
        row.only("code", "text", "text_zh", "source", "withholds")
        return cls(
            code=row.text("code"),
            text=row.text("text"),
            text_zh=row.text("text_zh"),
            source=row.text("source"),
            withholds=row.flag("withholds"),
        )


@dataclass(frozen=True, slots=True)
class Branch:
    """One way in which a check is not passed.

    Attributes:
        outcome: What the case comes to; None narrows the fields and goes on.
        text: Sentence with the placeholders that the check fills.
        remedy: What would change it.
        overrulable: Whether a person may overrule it with a written reason.
    """

    outcome: Outcome | None
    text: str
    remedy: str
    code: str
    overrulable: bool

    @classmethod
    def from_row(cls, row: Row) -> "Branch":
        """Read one branch of a check's ``otherwise`` table."""
        row.only("outcome", "text", "remedy", "code", "never_overruled")
        narrows = row.text("outcome") == "narrow"
        outcome = None if narrows else choice(row, "outcome", Outcome)
        if outcome is not None and outcome.releases:
            raise row.refusal("a check that is not passed cannot release")
        return cls(
            outcome=outcome,
            text=row.text("text"),
            remedy=row.text("remedy"),
            code=row.text("code"),
            overrulable=not row.flag("never_overruled"),
        )


@dataclass(frozen=True, slots=True)
class CheckText:
    """What people read about one check, and what follows when it is not passed.

    Attributes:
        answered_by: A role, or ``machine``.
        passes: The sentence when it is passed.
        otherwise: The ways in which it is not passed, by the name that the check's function gives.
        passed: The ready result with the sentence as it stands in the pack.
        not_applicable: The ready result when the check has nothing to say about a case.
        not_reached: The ready result when an earlier check has ended the case.
    """

    id: str
    title: str
    title_zh: str
    question: str
    clause: str
    citations: tuple[str, ...]
    answered_by: str
    passes: str
    otherwise: Mapping[str, Branch]
    passed: CheckResult
    not_applicable: CheckResult
    not_reached: CheckResult
    row: Row

    @property
    def overrulable(self) -> bool:
        """Tell whether any of its ways to fail may be overruled by a person."""
        return any(branch.overrulable for branch in self.otherwise.values())

    @classmethod
    def from_row(cls, row: Row) -> "CheckText":
        """Read a check's texts from its pack row."""
        row.only(
            *("id", "title", "title_zh", "question", "clause", "citations"),
            *("answered_by", "passes", "idle", "otherwise"),
        )
        if row.text("answered_by") not in ANSWERERS:
            raise row.refusal(f"'answered_by' must be one of {', '.join(sorted(ANSWERERS))}")
        branches = row.parts("otherwise")
        idle = row.text("idle", "Does not apply to the facts of this case.")
        return cls(
            id=row.text("id"),
            title=row.text("title"),
            title_zh=row.text("title_zh"),
            question=row.text("question"),
            clause=row.text("clause"),
            citations=row.texts("citations", ()),
            answered_by=row.text("answered_by"),
            passes=row.text("passes"),
            otherwise={name: Branch.from_row(branch) for name, branch in branches.items()},
            passed=_plain(row, Result.PASS, row.text("passes")),
            not_applicable=_plain(row, Result.NOT_APPLICABLE, idle),
            not_reached=_plain(row, Result.NOT_REACHED, "An earlier check decided the case."),
            row=row,
        )


def _plain(row: Row, result: Result, reason: str) -> CheckResult:
    """Build a result that asks nothing of anybody."""
    return CheckResult(
        check=row.text("id"),
        result=result,
        reason=reason,
        citations=row.texts("citations", ()),
        remedy="",
        answered_by=row.text("answered_by"),
        clause=row.text("clause"),
    )


class Group(Enum):
    """What kind of requester a class is."""

    DOMESTIC = "domestic"
    FOREIGN = "foreign"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class RequesterClass:
    """A class of requesters.

    Attributes:
        officers: How many officers have to show their credentials.
        instruments: Paper that can oblige the platform when this class serves it, in any country.
        reach: Fields that its paper can reach at all; None for all of the ground's.
    """

    id: str
    title: str
    title_zh: str
    group: Group
    officers: int
    instruments: frozenset[str]
    reach: frozenset[str] | None
    source: str

    @property
    def is_authority(self) -> bool:
        """Tell whether it acts under public authority."""
        return self.group is not Group.PRIVATE

    @classmethod
    def from_row(
        cls, row: Row, fields: FieldTable, papers: Iterable[Instrument]
    ) -> "RequesterClass":
        """Read a requester class from its pack row, with the paper that names it."""
        row.only("id", "title", "title_zh", "group", "officers", "reach", "source")
        own = row.text("id")
        return cls(
            id=row.text("id"),
            title=row.text("title"),
            title_zh=row.text("title_zh"),
            group=choice(row, "group", Group),
            officers=row.number("officers", 0),
            instruments=frozenset(paper.id for paper in papers if own in paper.classes),
            reach=selection(row, "reach", fields) if "reach" in row.values else None,
            source=row.text("source"),
        )


class Outsiders(Enum):
    """How a jurisdiction treats an authority of another one."""

    HOME = "home"
    AGREEMENT = "agreement"
    HUMAN = "human"


@dataclass(frozen=True, slots=True)
class Limit:
    """Fields that some paper does not reach under a local law."""

    only_for: frozenset[str]
    not_for: frozenset[str]
    out_of_reach: frozenset[str]

    def applies_to(self, instrument: str) -> bool:
        """Tell whether this paper is limited."""
        if self.only_for and instrument not in self.only_for:
            return False
        return instrument not in self.not_for

    @classmethod
    def from_row(cls, row: Row, fields: FieldTable) -> "Limit":
        """Read a limit from its pack row."""
        row.only("only_for", "not_for", "out_of_reach", "but")
        return cls(
            only_for=frozenset(row.texts("only_for", ())),
            not_for=frozenset(row.texts("not_for", ())),
            out_of_reach=selection(row, "out_of_reach", fields) - selection(row, "but", fields),
        )


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """The local law that goes with where data is stored.

    Attributes:
        own_classes: Authorities that this law speaks to directly.
        outsiders: What becomes of any other authority.
        limits: What paper cannot reach here.
    """

    code: str
    title: str
    title_zh: str
    own_classes: frozenset[str]
    outsiders: Outsiders
    limits: tuple[Limit, ...]
    citations: tuple[str, ...]
    row: Row

    @classmethod
    def from_row(cls, row: Row, fields: FieldTable) -> "Jurisdiction":
        """Read a jurisdiction from its pack row."""
        row.only(
            *("code", "title", "title_zh", "own_classes", "outsiders", "limits", "citations"),
        )
        return cls(
            code=row.text("code"),
            title=row.text("title"),
            title_zh=row.text("title_zh"),
            own_classes=frozenset(row.texts("own_classes", ())),
            outsiders=choice(row, "outsiders", Outsiders),
            limits=tuple(Limit.from_row(limit, fields) for limit in row.part_list("limits")),
            citations=row.texts("citations"),
            row=row,
        )
