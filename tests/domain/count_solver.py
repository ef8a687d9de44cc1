"""A reader with a pencil: what can be worked out from a printed report, by exact reasoning.

Owns a complete search over whole numbers. It knows the printed numbers, the bands, and that every
row and column adds up; it shares nothing with the code that chose what to hide. For a hidden count
it says which of two things holds: another value fits all printed numbers as well, or none does and
the count is worked out.
"""

from dataclasses import dataclass, field

from disclosure.domain.histories import EVERY_TABLE, TOTAL, Cell, Shown

Sum = tuple[Cell, tuple[Cell, ...]]


def sums_of(cells) -> list[Sum]:
    """List every sum of a report: a total, and what it is the total of."""
    tables = {}
    for cell in cells:
        rows, columns = tables.setdefault(cell.table, (set(), set()))
        rows.add(cell.row)
        columns.add(cell.column)
    sums = []
    for table, (rows, columns) in tables.items():
        inner_columns = columns - {TOTAL}
        for row in rows:
            parts = tuple(Cell(table, row, column) for column in sorted(inner_columns))
            sums.append((Cell(table, row, TOTAL), parts))
        if table != EVERY_TABLE:
            for column in columns:
                parts = tuple(Cell(table, row, column) for row in sorted(rows))
                sums.append((Cell(EVERY_TABLE, TOTAL, column), parts))
    return sums


@dataclass
class Reader:
    """Someone who works on a printed report.

    Attributes:
        printed: What is printed of each count.
        true: The counts, used only to look for another solution close by.
        ceiling: Larger than any count that matters where nothing limits one.
    """

    printed: dict[Cell, Shown]
    true: dict[Cell, int]
    ceiling: int = 0
    sums: list[Sum] = field(default_factory=list)
    of_cell: dict[Cell, list[Sum]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ceiling = self.ceiling or 2 * max(self.true.values(), default=0) + 10
        self.sums = sums_of(self.printed)
        for each in self.sums:
            for cell in (each[0], *each[1]):
                self.of_cell.setdefault(cell, []).append(each)

    def works_out(self, cell: Cell) -> bool:
        """Tell whether no other value of a count fits what is printed."""
        start = {
            each: (shown.least, self.ceiling if shown.most is None else shown.most)
            for each, shown in self.printed.items()
        }
        ranges = _tighten(start, self.sums, self.of_cell)
        assert ranges is not None, "the truth itself does not fit the print"
        low, high = ranges[cell]
        near = sorted(range(low, high + 1), key=lambda value: abs(value - self.true[cell]))
        return not any(self._fits(ranges, cell, v) for v in near if v != self.true[cell])

    def _fits(self, ranges, cell, value) -> bool:
        """Tell whether some whole report has this value in this place."""
        narrowed = _tighten({**ranges, cell: (value, value)}, self.of_cell[cell], self.of_cell)
        if narrowed is None:
            return False
        open_ = [each for each, (low, high) in narrowed.items() if low != high]
        if not open_:
            return True
        chosen = min(open_, key=lambda each: (narrowed[each][1] - narrowed[each][0], each))
        low, high = narrowed[chosen]
        near = sorted(range(low, high + 1), key=lambda each: abs(each - self.true[chosen]))
        return any(self._fits(narrowed, chosen, each) for each in near)


def _tighten(ranges, sums, of_cell):
    """Narrow ranges until no sum narrows any further; None where a sum cannot hold."""
    ranges, waiting = dict(ranges), list(sums)
    while waiting:
        total, parts = waiting.pop()
        for changed in _narrow(ranges, total, parts):
            if ranges[changed][0] > ranges[changed][1]:
                return None
            waiting += of_cell[changed]
    return ranges


def _narrow(ranges, total, parts):
    low, high = sum(ranges[p][0] for p in parts), sum(ranges[p][1] for p in parts)
    new = {total: (max(ranges[total][0], low), min(ranges[total][1], high))}
    least, most = new[total]
    for part in parts:
        mine_low, mine_high = ranges[part]
        new[part] = (
            max(mine_low, least - (high - mine_high)),
            min(mine_high, most - (low - mine_low)),
        )
    changed = [cell for cell, pair in new.items() if pair != ranges[cell]]
    ranges.update(new)
    return changed
