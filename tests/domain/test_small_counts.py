"""No hidden count of a report can be worked out, and the solver that says so is no fool."""

from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure.domain import small_counts
from disclosure.domain.histories import EVERY_TABLE, SMALL, TOTAL, Cell, Record, Shown
from disclosure.domain.small_counts import count, protect
from tests.domain.count_solver import Reader

FREE = [[0], [1], [2]]
TIED = [[0, 1], [2]]


def records(*groups):
    """Return records from (number, rows, column)."""
    return [Record(tuple(rows), column) for number, rows, column in groups for _ in range(number)]


def naive(counts):
    """Print bands for small counts and everything else as it is."""
    return {
        cell: Shown(1, SMALL - 1) if 0 < number < SMALL else Shown(number, number)
        for cell, number in counts.items()
    }


@st.composite
def demands(draw):
    """Return demands that are unevenly spread over tables of a few rows."""
    rows = [draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 2))]
    kinds = list(product(*(map(str, range(each)) for each in rows)))
    columns = [f"c{each}" for each in range(draw(st.integers(1, 3)))]
    sizes = st.sampled_from([0, 0, 1, 1, 2, 3, 4, 5, 6, 9, 40])
    groups = [(draw(sizes), kind, column) for kind, column in product(kinds, columns)]
    return records(*groups)


@given(demands(), st.sampled_from([FREE, TIED]))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_no_hidden_count_can_be_worked_out_from_what_is_printed(given_records, ties):
    printed = protect(given_records, ties).cells
    reader = Reader(printed, count(given_records))

    for cell, shown in printed.items():
        assert shown.exact or not reader.works_out(cell), cell


@given(demands(), st.sampled_from([FREE, TIED]))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_what_is_printed_is_true_and_no_small_count_is_printed(given_records, ties):
    printed, true = protect(given_records, ties).cells, count(given_records)

    assert printed.keys() == true.keys()
    for cell, shown in printed.items():
        assert shown.least <= true[cell]
        assert shown.most is None or true[cell] <= shown.most
        assert shown.exact is False or true[cell] == 0 or true[cell] >= SMALL


@given(demands(), st.sampled_from([FREE, TIED]))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_each_hidden_count_has_a_second_history_that_adds_up_and_is_printed_the_same(
    given_records, ties
):
    result, true = protect(given_records, ties), count(given_records)
    proven = set()
    for move in result.moves:
        other = Counter(true)
        other.update(move.gained)
        other.subtract(move.lost)
        for cell, shown in result.cells.items():
            assert shown.least <= other[cell]
            assert shown.most is None or other[cell] <= shown.most
        for total, parts in Reader(result.cells, true).sums:
            assert other[total] == sum(other[part] for part in parts)
        proven |= move.touched

    assert {cell for cell, shown in result.cells.items() if not shown.exact} <= proven


@given(demands())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_second_history_never_takes_tied_rows_apart(given_records):
    """Rows of tables 0 and 1 that go together in life go together in every history."""
    tied = protect(
        [Record((r.rows[0], r.rows[0], r.rows[2]), r.column) for r in given_records], TIED
    )

    for cell, shown in tied.cells.items():
        if cell.table == 0:
            assert tied.cells[cell._replace(table=1)] == shown
    for move in tied.moves:
        for side in (move.lost, move.gained):
            first = {(c.row, c.column) for c in side if c.table == 0}
            assert first == {(c.row, c.column) for c in side if c.table == 1}


@given(demands(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_the_order_of_the_demands_changes_nothing(given_records, random):
    shuffled = list(given_records)
    random.shuffle(shuffled)

    assert protect(shuffled, TIED) == protect(given_records, TIED)


SUBTRACTED = [
    ("one small row beside a total", [(3, "a", "x"), (30, "b", "x"), (20, "b", "y")]),
    ("a small column", [(30, "a", "x"), (2, "a", "y"), (12, "b", "x")]),
    ("two counts at the end of their band", [(4, "a", "x"), (4, "b", "x"), (20, "a", "y")]),
    ("the same total in two tables", [(7, "a", "x"), (1, "b", "x"), (9, "b", "y")]),
]


@pytest.mark.parametrize(("why", "groups"), SUBTRACTED, ids=[each[0] for each in SUBTRACTED])
def test_bands_alone_would_give_a_count_away_and_the_solver_finds_it(why, groups):
    given_records = records(*groups)
    true = count(given_records)
    bare = Reader(naive(true), true)
    protected = protect(given_records, [[0]]).cells

    assert any(bare.works_out(cell) for cell in true if 0 < true[cell] < SMALL), why
    reader = Reader(protected, true)
    assert not any(reader.works_out(c) for c, shown in protected.items() if not shown.exact)


def test_a_count_hidden_in_one_table_is_not_read_off_in_another():
    given_records = records((3, "ap", "x"), (9, "ap", "y"), (30, "bq", "x"), (31, "bq", "y"))
    printed = protect(given_records, [[0, 1]]).cells

    assert printed[Cell(0, "a", "x")] == printed[Cell(1, "p", "x")] == Shown(0, SMALL - 1)
    assert not printed[Cell(0, "b", "x")].exact
    assert not printed[Cell(1, "q", "x")].exact


def test_the_solver_sees_through_two_tables_at_once():
    """A count that is hidden in one table and printed in the other is worked out."""
    total, x, y = (Cell(EVERY_TABLE, TOTAL, column) for column in (TOTAL, "x", "y"))
    true = {
        Cell(0, "a", "x"): 3,
        Cell(0, "a", "y"): 7,
        Cell(0, "a", TOTAL): 10,
        Cell(1, "p", "x"): 3,
        Cell(1, "p", "y"): 7,
        Cell(1, "p", TOTAL): 10,
        x: 3,
        y: 7,
        total: 10,
    }
    hidden = {x: Shown(1, 4), y: Shown(SMALL, None)}
    hidden |= {Cell(0, "a", "x"): Shown(0, 4), Cell(0, "a", "y"): Shown(SMALL, None)}
    printed = {cell: Shown(number, number) for cell, number in true.items()} | hidden

    assert Reader(printed, true).works_out(x)
    both = hidden | {Cell(1, "p", "x"): Shown(0, 4), Cell(1, "p", "y"): Shown(SMALL, None)}
    assert not Reader(printed | both, true).works_out(x)


def test_large_counts_and_noughts_are_printed_as_they_are():
    given_records = records((40, "a", "x"), (25, "a", "y"), (60, "b", "x"))
    printed = protect(given_records, [[0]]).cells

    assert all(shown.exact for shown in printed.values())
    assert printed[Cell(0, "b", "y")] == Shown(0, 0)


@pytest.mark.parametrize("number", range(SMALL))
def test_of_fewer_demands_than_a_band_holds_nothing_is_told(number):
    printed = protect(records((number, "a", "x")), [[0]]).cells

    assert all(shown.most is None for shown in printed.values())


def test_without_complementary_suppression_the_solver_would_say_so(monkeypatch):
    """Take the second histories away: small counts beside their totals are worked out."""
    monkeypatch.setattr(small_counts, "_prove_all", lambda _counts, _groups: True)
    given_records = records((3, "a", "x"), (30, "b", "x"), (20, "b", "y"))
    printed = protect(given_records, [[0]]).cells

    assert Reader(printed, count(given_records)).works_out(Cell(0, "a", "x"))
