"""Print counts so that no hidden one can be worked out from the others.

Owns banding and complementary suppression over tables that share their columns and their totals.
Knows nothing of demands. A count from one to four is printed as a band. A band alone hides nothing
while the totals beside it can be subtracted, so more counts are hidden, by one rule: *each hidden
count has a second history*. A history is another set of records that would be printed in exactly
the same way, and in which that count is another. Two histories with one print: nobody can tell
them apart, whatever sums they form.

Some tables are tied: the paper tells the class that served it. A history never takes the rows of
tied tables apart, so that it holds as well for a reader who knows which rows go together.

Source: A. Hundepool and others, Statistical Disclosure Control (2012), chapter 4, for primary and
complementary suppression of linked tables.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product

from disclosure.domain.histories import (
    EVERY_TABLE,
    SMALL,
    TOTAL,
    Cell,
    Counts,
    Move,
    Print,
    Record,
    Tied,
    add_one,
    cheapest,
    move_between_columns,
)

__all__ = ["EVERY_TABLE", "SMALL", "TOTAL", "Cell", "Record", "count", "protect"]

Ties = Sequence[Sequence[int]]


def count(records: Iterable[Record]) -> dict[Cell, int]:
    """Count records in every table, with all totals.

    Returns:
        A count for each row and each column that occur, noughts among them.
    """
    records = list(records)
    every = range(len(records[0].rows)) if records else ()
    counts = Counter(
        cell
        for record in records
        for cell in (
            *Tied.cells_of(every, record.rows, record.column),
            Cell(EVERY_TABLE, TOTAL, record.column),
            Cell(EVERY_TABLE, TOTAL, TOTAL),
        )
    )
    columns = {record.column for record in records}
    rows = {(table, row) for record in records for table, row in enumerate(record.rows)}
    return {Cell(*row, column): 0 for row, column in product(rows, columns)} | counts


def protect(records: Sequence[Record], ties: Ties) -> Print:
    """Say how the count of each cell is printed.

    The same records are always printed in the same way, in whatever order they come.

    Args:
        records: What is counted; all of them have as many rows.
        ties: The tables, each in one group; those of a group are tied.
    """
    counts = Counts(count(records))
    groups = [Tied(tables, records) for tables in ties]
    everything = Cell(EVERY_TABLE, TOTAL, TOTAL)
    if counts.numbers.get(everything, 0) < SMALL or not _prove_all(counts, groups):
        return _print_nothing(counts, groups)
    return Print({cell: counts.shown(cell) for cell in counts.numbers}, tuple(counts.moves))


def _prove_all(counts: Counts, groups: Sequence[Tied]) -> bool:
    """Find a second history for every hidden count, hiding more where that takes it."""
    for cell in counts.unproven([EVERY_TABLE]):
        options = [*move_between_columns(counts, groups, cell), *add_one(counts, groups, cell)]
        if not counts.accept(cheapest(counts, cell, options)):
            return False
    return all(_prove_group(counts, group) for group in groups)


def _prove_group(counts: Counts, group: Tied) -> bool:
    """Do it for tied tables; where bands are in the way, print none of their counts.

    A table of one row repeats the totals: it is hidden with them, and proven by their histories.
    """
    for cell in counts.unproven(group.tables):
        if not counts.accept(cheapest(counts, cell, group.moves(cell))):
            break
    else:
        return True
    counts.open(group.tables_of_several_rows)
    return all(
        counts.accept(cheapest(counts, cell, group.moves(cell)))
        for cell in counts.unproven(group.tables)
    )


def _print_nothing(counts: Counts, groups: Sequence[Tied]) -> Print:
    """Print no count at all: one more record of any kind would be printed the same."""
    counts.open([EVERY_TABLE, *(table for group in groups for table in group.tables)])
    moves = []
    for column in groups[0].columns if groups else ():
        below = {Cell(EVERY_TABLE, TOTAL, each) for each in (column, TOTAL)}
        usual = [group.cells(group.kinds[0], column) for group in groups]
        for place, group in enumerate(groups):
            beside = below.union(*usual[:place], *usual[place + 1 :])
            cells = (group.cells(rows, column) for rows in group.kinds)
            moves += [Move(frozenset(), each | beside) for each in cells]
    return Print({cell: counts.shown(cell) for cell in counts.numbers}, tuple(moves))
