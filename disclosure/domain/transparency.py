"""The transparency report: what is counted, in which tables, and the structured file.

Owns the tables of both halves (authorities, private parties), the endings of a demand, and what the
indicator of Ranking Digital Rights asks for. Reads nothing: ``operations/transparency.py`` brings
the demands. The halves are counted apart and no total spans them, so that nothing of one can be
worked out from the other. Which counts are printed is ``domain/small_counts.py``'s.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from disclosure.domain.histories import EVERY_TABLE, SMALL, TOTAL, Cell, Print, Record, Shown
from disclosure.domain.small_counts import protect

FORMAT = "disclosure-transparency-report/1"
LONGEST_DAYS = 366
"""A report covers a year at most, so that the figures come at least once a year."""
MOST_DAYS_BY_MONTH = 184
_MONTHS_OF_A_QUARTER = 3

Json = dict[str, Any]
Titles = Mapping[str, Callable[[str], str]]


class Ending(Enum):
    """How a demand stood when the report was drawn up; (code, title)."""

    IN_FULL = ("in_full", "Disclosed as asked")
    IN_PART = ("in_part", "Disclosed in part")
    REFUSED = ("refused", "Refused")
    NOTHING_HELD = ("nothing_held", "No data held")
    OTHERWISE = ("otherwise", "Ended otherwise")
    OPEN = ("open", "Not decided yet")

    def __init__(self, code: str, title: str) -> None:
        self.code = code
        self.title = title


_BY_STATE = {
    "refused": Ending.REFUSED,
    "no_data": Ending.NOTHING_HELD,
    "preserved": Ending.OTHERWISE,
    "rejected": Ending.OTHERWISE,
    "rerouted": Ending.OTHERWISE,
    "linked_duplicate": Ending.OTHERWISE,
}
COMPLIED = (Ending.IN_FULL, Ending.IN_PART)


def ending_of(*, state: str, released: bool, outcome: str) -> Ending:
    """Tell how a demand ended.

    Args:
        state: Code of the state of its case.
        released: Whether anything ever left.
        outcome: What the rules had said when it was decided.
    """
    if released:
        return Ending.IN_FULL if outcome == "release" else Ending.IN_PART
    return _BY_STATE.get(state, Ending.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One demand, as the report sees it.

    Attributes:
        recorded: Day on which it was written into the ledger.
        paper: Type of paper; ``none`` where there is none.
        fields: Ids of the data asked for.
        accounts: How many accounts it was found to mean.
    """

    recorded: date
    authority: bool
    requester_class: str
    ground: str
    country: str
    paper: str
    court_order: bool
    real_time: bool
    fields: tuple[str, ...]
    accounts: int
    ending: Ending


@dataclass(frozen=True, slots=True)
class Table:
    """One way of dividing the demands of a half.

    Attributes:
        fixed: Rows that stand there whether they occur or not.
    """

    id: str
    title: str
    row_of: Callable[[Counted], str]
    fixed: tuple[str, ...] = ()


def _data(demand: Counted) -> str:
    content = {field.startswith("cnt.") for field in demand.fields}
    if content == {True}:
        return "content"
    return "both" if content == {True, False} else "non_content"


def _court(demand: Counted) -> str:
    return "court_order" if demand.court_order else "other_paper"


_CLASS = Table("class", "Who asked", lambda demand: demand.requester_class)
_GROUND = Table("ground", "On which ground", lambda demand: demand.ground)
_COUNTRY = Table("country", "From which country", lambda demand: demand.country)
_PAPER = Table("paper", "Under which kind of legal process", lambda demand: demand.paper)
_COURT = Table("court", "Court orders and other papers", _court, ("court_order", "other_paper"))
_PERIOD = Table("period", "When", lambda demand: f"{demand.recorded:%Y-%m}")
_DATA = Table(
    "data", "Content of communications, or other data", _data, ("content", "non_content", "both")
)
_ACCESS = Table(
    "access",
    "Stored data, or access in real time",
    lambda demand: "real_time" if demand.real_time else "stored",
    ("stored", "real_time"),
)
_ACCOUNTS = Table("accounts", "Accounts affected", lambda demand: str(demand.accounts), ("0", "1"))


@dataclass(frozen=True, slots=True)
class Half:
    """Authorities or private parties, with their tables.

    Attributes:
        tied: Tables whose rows go together, as a reader knows: a court's notice comes from a court.
        free: Tables that tell nothing about each other.
    """

    id: str
    title: str
    about: str
    authority: bool
    tied: tuple[Table, ...]
    free: tuple[Table, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """Return all tables in the order of the report."""
        return (*self.tied, *self.free)


HALVES = (
    Half(
        "authorities",
        "Courts and authorities",
        "Demands with the force of law: from police, courts, regulators and other authorities, at "
        "home and abroad.",
        authority=True,
        tied=(_CLASS, _GROUND, _COUNTRY, _PAPER, _COURT),
        free=(_ACCESS, _DATA, _ACCOUNTS, _PERIOD),
    ),
    Half(
        "private",
        "Private parties",
        "Requests without the force of law: from the sides of complaints and transactions, "
        "lawyers, partners and others.",
        authority=False,
        tied=(_CLASS, _GROUND, _COUNTRY),
        free=(_ACCESS, _DATA, _ACCOUNTS, _PERIOD),
    ),
)

_TITLES: Mapping[str, Mapping[str, str]] = {
    "court": {"court_order": "Court orders", "other_paper": "Other papers"},
    "data": {
        "content": "Content of communications",
        "non_content": "Other data",
        "both": "Both",
    },
    "access": {"stored": "Stored data", "real_time": "Access in real time"},
    "paper": {"none": "No paper named"},
    "accounts": {"0": "No single account", "1": "One account"},
}

INDICATOR = (
    ("Demands by country", "authorities: country"),
    ("Stored data and access in real time apart", "authorities: access"),
    ("Accounts affected", "authorities: accounts"),
    ("Content, other data, or both", "authorities: data"),
    ("Kind of legal process", "authorities: paper"),
    ("Demands that come from court orders", "authorities: court"),
    ("Requests of private parties", "private: class"),
    (
        "Demands complied with, by category",
        "every table: the columns “Disclosed as asked” and “Disclosed in part”",
    ),
    ("Kinds that the law forbids to report", "unreportable"),
    ("At least once a year", "period: a report covers a year at most"),
    ("As a structured file", "this report as JSON and as CSV"),
)
"""What the indicator asks for, and where it stands.

Source: Ranking Digital Rights, indicators P11 (2015) and P11a (2020), third-party requests.
"""


def half_of(half: Half, demands: Iterable[Counted], *, titles: Titles, by_quarter: bool) -> Json:
    """Count one half and print it.

    Args:
        half: Which one.
        demands: All demands of the period; those of the other half are left out.
        titles: By table, what gives a row its title.
        by_quarter: Whether the table of time has quarters, not months.
    """
    mine = [demand for demand in demands if demand.authority is half.authority]
    records = [
        Record(
            tuple(_row(table, demand, by_quarter=by_quarter) for table in half.tables),
            demand.ending.code,
        )
        for demand in mine
    ]
    tied, free = len(half.tied), len(half.free)
    printed = protect(records, [range(tied), *([each] for each in range(tied, tied + free))])
    return {
        "id": half.id,
        "title": half.title,
        "about": half.about,
        **_line(printed, EVERY_TABLE, TOTAL),
        "tables": [
            _table_json(table, number, printed, titles) for number, table in enumerate(half.tables)
        ],
    }


def _row(table: Table, demand: Counted, *, by_quarter: bool) -> str:
    if table is _PERIOD and by_quarter:
        day = demand.recorded
        return f"{day:%Y}-Q{(day.month - 1) // _MONTHS_OF_A_QUARTER + 1}"
    return table.row_of(demand)


def _table_json(table: Table, number: int, printed: Print, titles: Titles) -> Json:
    occurring = {cell.row for cell in printed.cells if cell.table == number}
    rows = [*table.fixed, *sorted(occurring - set(table.fixed))]
    return {
        "id": table.id,
        "title": table.title,
        "rows": [
            {"id": row, "title": _title(table, row, titles), **_line(printed, number, row)}
            for row in rows
        ],
    }


def _title(table: Table, row: str, titles: Titles) -> str:
    own = _TITLES.get(table.id, {}).get(row)
    if own is not None:
        return own
    return titles[table.id](row) if table.id in titles else row


def _line(printed: Print, table: int, row: str) -> Json:
    """Return one line of a table: its total, and the same by ending."""
    return {
        "total": _number(printed, Cell(table, row, TOTAL)),
        "by_ending": {
            ending.code: _number(printed, Cell(table, row, ending.code)) for ending in Ending
        },
    }


def _number(printed: Print, cell: Cell) -> Json:
    shown = printed.cells.get(cell, Shown(0, 0))
    return {"least": shown.least, "most": shown.most}


def endings_json() -> Sequence[Json]:
    """Return the columns of every table."""
    return [
        {"id": ending.code, "title": ending.title, "complied": ending in COMPLIED}
        for ending in Ending
    ]


def indicator_json() -> Sequence[Json]:
    """Return where each element of the indicator stands."""
    return [{"element": element, "where": where} for element, where in INDICATOR]


def notes() -> Sequence[str]:
    """Return what a reader has to know to read the figures right."""
    return (
        (
            "A demand counts in the period in which it was recorded, and as it stood when the "
            "report was drawn up. A published report is never changed; demands that were open "
            "then are not counted again."
        ),
        (
            f"Counts from 1 to {SMALL - 1} are printed as a range. Where such a count could be "
            "worked out from other numbers, some of those are withheld too; a nought is printed "
            "as a nought unless that would give another count away."
        ),
        (
            "An account that two demands mean counts in both. A demand that was passed on to "
            "another ground counts as ended otherwise, and its new case as a demand of its own."
        ),
        "Authorities and private parties are counted apart.",
    )


def in_words(number: Json) -> str:
    """Say a printed count in a line of text."""
    least, most = number["least"], number["most"]
    if least == most:
        return str(most)
    if most is not None:
        return f"{least} to {most}"
    return f"{least} or more" if least > 1 else "not told"


CSV_COLUMNS = ("from", "to", "half", "table", "row", "row_title", "ending", "least", "most")


def as_csv(report: Json) -> str:
    """Write a report as one table, a number a line; ``most`` is empty where it is not limited.

    Titles come from the rules and never from a demand, so that no cell begins a formula.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    days = report["period"]["from"], report["period"]["to"]
    for where, line in _lines(report):
        ends = {"total": line["total"], **line["by_ending"]}
        for ending, number in ends.items():
            writer.writerow((*days, *where, ending, number["least"], number["most"]))
    return text.getvalue()


def _lines(report: Json) -> Iterable[tuple[tuple[str, str, str, str], Json]]:
    for half in report["halves"]:
        yield (half["id"], "all", "all", half["title"]), half
        for table in half["tables"]:
            for row in table["rows"]:
                yield (half["id"], table["id"], row["id"], row["title"]), row
