"""Second histories: what else could have happened, and would have been printed in the same way.

Owns the shape of printed numbers, the search for the cheapest second history of a count, and the
bookkeeping of what that hides. ``domain/small_counts.py`` says which counts need one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

SMALL = 5
"""Counts below this one, but for nought, are never printed as they are."""

TOTAL = ""
"""The row or the column that sums up the others."""

EVERY_TABLE = -1
"""The table of the last row, which all tables have in common."""


class Record(NamedTuple):
    """One thing that is counted: its row in each table, and its column in all of them."""

    rows: tuple[str, ...]
    column: str


class Cell(NamedTuple):
    """One printed number: a table, a row of it and a column, or totals of them."""

    table: int
    row: str
    column: str


class Shown(NamedTuple):
    """What is printed of a count: an exact number, or the least and the most that it may be."""

    least: int
    most: int | None

    @property
    def exact(self) -> bool:
        """Tell whether the count itself is printed."""
        return self.least == self.most


@dataclass(frozen=True, slots=True)
class Move:
    """A second history: which counts it has one less of, and which one more."""

    lost: frozenset[Cell]
    gained: frozenset[Cell]

    @property
    def touched(self) -> frozenset[Cell]:
        """Return the counts that are another number in it."""
        return self.lost | self.gained


@dataclass(frozen=True, slots=True)
class Print:
    """What is printed of every count, and the second histories behind what is hidden."""

    cells: dict[Cell, Shown]
    moves: tuple[Move, ...]


def weight(cell: Cell) -> int:
    """Return what it costs the reader to lose a number: totals tell more than what they sum up."""
    if cell.table == EVERY_TABLE:
        return 60 if cell.column == TOTAL else 12
    return 4 if cell.column == TOTAL else 1


def least_of(cell: Cell) -> int:
    """Return what a hidden count is at least: a row or a column stands there because it occurs."""
    return 1 if cell.table == EVERY_TABLE or cell.column == TOTAL else 0


@dataclass
class Counts:
    """The true counts, and what is known by now of how each is printed.

    Attributes:
        hidden: Counts that are not printed as they are.
        opened: Tables of which no count is printed, and no band either.
        moves: The second histories found so far.
        proven: Counts that are another number in one of them.
    """

    numbers: dict[Cell, int]
    hidden: set[Cell] = field(default_factory=set)
    opened: set[int] = field(default_factory=set)
    moves: list[Move] = field(default_factory=list)
    proven: set[Cell] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hidden = {cell for cell, number in self.numbers.items() if 0 < number < SMALL}

    def shown(self, cell: Cell) -> Shown:
        """Return what is printed of a count."""
        number = self.numbers[cell]
        if cell.table in self.opened:
            return Shown(least_of(cell), None)
        if cell not in self.hidden:
            return Shown(number, number)
        return Shown(least_of(cell), SMALL - 1) if number < SMALL else Shown(SMALL, None)

    def unproven(self, tables: Iterable[int]) -> Iterator[Cell]:
        """List hidden counts of some tables that have no second history yet, totals first."""
        wanted = set(tables)
        order = sorted(
            (cell for cell in self.numbers if cell.table in wanted),
            key=lambda cell: (-weight(cell), cell),
        )
        for cell in order:
            if cell not in self.proven and (cell in self.hidden or cell.table in self.opened):
                yield cell

    def open(self, tables: Iterable[int]) -> None:
        """Print nothing of some tables."""
        self.opened.update(tables)

    def cost(self, move: Move) -> int | None:
        """Return what a history hides that is still printed; None where its print would differ."""
        if any(not self._bears(cell, -1) for cell in move.lost):
            return None
        if any(not self._bears(cell, 1) for cell in move.gained):
            return None
        return sum(
            weight(cell)
            for cell in move.touched
            if cell not in self.hidden and cell.table not in self.opened
        )

    def _bears(self, cell: Cell, step: int) -> bool:
        """Tell whether a count that is one more or less would be hidden behind the same print."""
        number = self.numbers[cell]
        if cell.table in self.opened:
            return number + step >= least_of(cell)
        if number < SMALL:
            return least_of(cell) <= number + step < SMALL
        return number + step >= SMALL

    def accept(self, move: Move | None) -> bool:
        """Take a history as the proof of what differs in it; tell whether there is one."""
        if move is None:
            return False
        self.moves.append(move)
        self.hidden |= move.touched
        self.proven |= move.touched
        return True


class Tied:
    """Tables whose rows go together, and the records as these tables see them.

    Args:
        tables: Numbers of the tables.
        records: What is counted.
    """

    def __init__(self, tables: Sequence[int], records: Iterable[Record]) -> None:
        self.tables = tuple(tables)
        seen = Counter(
            (tuple(record.rows[table] for table in tables), record.column) for record in records
        )
        self.seen = sorted(seen)
        self.kinds = sorted({rows for rows, _ in seen})
        self.columns = sorted({column for _, column in seen})
        self._cells = {
            (rows, column): self.cells_of(self.tables, rows, column)
            for rows, column in product(self.kinds, self.columns)
        }

    @staticmethod
    def cells_of(tables: Iterable[int], rows: Sequence[str], column: str) -> frozenset[Cell]:
        """Return the numbers of some tables in which a record is counted."""
        pairs = list(zip(tables, rows, strict=True))
        return frozenset(Cell(*pair, each) for pair in pairs for each in (column, TOTAL))

    @property
    def tables_of_several_rows(self) -> list[int]:
        """Return the tables that say more than their totals."""
        return [
            table
            for place, table in enumerate(self.tables)
            if len({rows[place] for rows in self.kinds}) > 1
        ]

    def cells(self, rows: tuple[str, ...], column: str) -> frozenset[Cell]:
        """Return the numbers of these tables in which a record is counted."""
        return self._cells[rows, column]

    def moves(self, cell: Cell) -> Iterator[Move]:
        """List histories in which a count is another and every column has as many records."""
        place = self.tables.index(cell.table)
        within = [rows for rows in self.kinds if rows[place] == cell.row]
        beyond = [rows for rows in self.kinds if rows[place] != cell.row]
        for rows, column in self.seen:
            if cell.column in {column, TOTAL}:
                others = beyond if rows[place] == cell.row else within
                yield from (self._replaced(rows, other, column) for other in others)
        if cell.column != TOTAL:
            yield from self._exchanges(set(within), cell.column)

    def _replaced(self, rows: tuple[str, ...], other: tuple[str, ...], column: str) -> Move:
        """Let one record have other rows."""
        before, after = self._cells[rows, column], self._cells[other, column]
        return Move(before - after, after - before)

    def _exchanges(self, within: set[tuple[str, ...]], column: str) -> Iterator[Move]:
        """Let a record of one column and a record of another exchange their rows."""
        here = [rows for rows, each in self.seen if each == column]
        there = [(rows, each) for rows, each in self.seen if each != column]
        for mine, (other, elsewhere) in product(here, there):
            if (mine in within) == (other in within):
                continue
            before = self._cells[mine, column] | self._cells[other, elsewhere]
            after = self._cells[mine, elsewhere] | self._cells[other, column]
            yield Move(before - after, after - before)

    def shifts(self, column: str, to: str) -> Iterator[Move]:
        """List what changes in these tables when one record of a column is in another instead."""
        for rows, each in self.seen:
            if each == column:
                before, after = self._cells[rows, column], self._cells[rows, to]
                yield Move(before - after, after - before)

    def additions(self, column: str) -> Iterator[Move]:
        """List what changes in these tables when a column has one record more."""
        yield from (Move(frozenset(), self._cells[rows, column]) for rows in self.kinds)

    def removals(self, column: str) -> Iterator[Move]:
        """List what changes in these tables when a column has one record less."""
        for rows, each in self.seen:
            if each == column:
                yield Move(self._cells[rows, column], frozenset())


def cheapest(counts: Counts, cell: Cell, moves: Iterable[Move]) -> Move | None:
    """Return the history of a count that hides the fewest others, or None."""
    best, least = None, 1 << 30
    for move in moves:
        if cell not in move.touched:
            continue
        cost = counts.cost(move)
        if cost is not None and cost < least:
            best, least = move, cost
        if cost == 0:
            break
    return best


def _below(column: str) -> Cell:
    return Cell(EVERY_TABLE, TOTAL, column)


def move_between_columns(counts: Counts, groups: Sequence[Tied], cell: Cell) -> Iterator[Move]:
    """List histories in which one record is in another column, the cheapest in each table."""
    columns = groups[0].columns if groups else []
    for column, to in product(columns, columns):
        if column != to and cell.column in {column, to}:
            parts = [_cheapest_part(counts, group.shifts(column, to)) for group in groups]
            yield from _joined(Move(frozenset({_below(column)}), frozenset({_below(to)})), parts)


def add_one(counts: Counts, groups: Sequence[Tied], cell: Cell) -> Iterator[Move]:
    """List histories with one record more or less, the cheapest in each table."""
    columns = groups[0].columns if groups else []
    for column in columns if cell.column == TOTAL else [cell.column]:
        totals = frozenset({_below(column), _below(TOTAL)})
        more = [_cheapest_part(counts, group.additions(column)) for group in groups]
        yield from _joined(Move(frozenset(), totals), more)
        less = [_cheapest_part(counts, group.removals(column)) for group in groups]
        yield from _joined(Move(totals, frozenset()), less)


def _cheapest_part(counts: Counts, moves: Iterable[Move]) -> Move | None:
    priced = [(cost, move) for move in moves if (cost := counts.cost(move)) is not None]
    return min(priced, key=lambda pair: pair[0])[1] if priced else None


def _joined(first: Move, parts: Sequence[Move | None]) -> Iterator[Move]:
    whole = [first]
    for part in parts:
        if part is None:
            return
        whole.append(part)
    yield Move(
        frozenset[Cell]().union(*(move.lost for move in whole)),
        frozenset[Cell]().union(*(move.gained for move in whole)),
    )
