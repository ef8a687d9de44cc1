"""The published file of one half, read as a stranger reads it: nothing hidden can be worked out."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure.domain.histories import EVERY_TABLE, TOTAL, Cell, Shown
from disclosure.domain.transparency import HALVES, Counted, Ending, half_of
from tests.domain.count_solver import Reader

AUTHORITIES, PRIVATE = HALVES
SERVED = {
    "police": ("CN", "cn_evidence_notice", False),
    "court": ("CN", "court_notice", True),
    "us_process": ("US", "us_subpoena", False),
}
FIELDS = (("reg.phone",), ("cnt.messages",), ("reg.phone", "cnt.messages"))


def demand(requester_class, ending, fields, month=11):
    country, paper, court_order = SERVED[requester_class]
    return Counted(
        recorded=date(2026, month, 5),
        authority=True,
        requester_class=requester_class,
        ground="G3C",
        country=country,
        paper=paper,
        court_order=court_order,
        real_time=False,
        fields=fields,
        accounts=1,
        ending=ending,
    )


@st.composite
def periods(draw):
    """Return the demands of a period: a few kinds, in uneven numbers."""
    kinds = st.builds(
        demand,
        st.sampled_from(sorted(SERVED)),
        st.sampled_from([Ending.IN_FULL, Ending.REFUSED, Ending.OPEN]),
        st.sampled_from(FIELDS),
        st.sampled_from([10, 11]),
    )
    groups = draw(st.lists(st.tuples(kinds, st.sampled_from([1, 2, 3, 6, 30])), max_size=6))
    return [kind for kind, number in groups for _ in range(number)]


def read(half):
    """Read the printed numbers out of a half of the file, and only those."""

    def line(table, row, printed):
        numbers = {TOTAL: printed["total"], **printed["by_ending"]}
        return {
            Cell(table, row, ending): Shown(number["least"], number["most"])
            for ending, number in numbers.items()
        }

    found = line(EVERY_TABLE, TOTAL, half)
    for number, table in enumerate(half["tables"]):
        for row in table["rows"]:
            found |= line(number, row["id"], row)
    return found


def true_counts(half, demands, printed):
    """Count by the definition of each table, one cell after the other."""

    def fits(cell, each):
        table = None if cell.table == EVERY_TABLE else half.tables[cell.table]
        in_row = table is None or table.row_of(each) == cell.row
        return in_row and cell.column in {TOTAL, each.ending.code}

    return {cell: sum(fits(cell, each) for each in demands) for cell in printed}


@given(periods())
@settings(max_examples=20, deadline=None, derandomize=True)
def test_no_hidden_number_of_the_file_can_be_worked_out(demands):
    printed = read(half_of(AUTHORITIES, demands, titles={}, by_quarter=False))
    true = true_counts(AUTHORITIES, demands, printed)
    reader = Reader(printed, true)

    for cell, shown in printed.items():
        assert shown.least <= true[cell]
        assert shown.most is None or true[cell] <= shown.most
        assert shown.exact or not reader.works_out(cell), cell


def test_a_half_counts_its_own_demands_and_no_others():
    demands = [demand("police", Ending.REFUSED, FIELDS[0]) for _ in range(6)]
    mine = half_of(AUTHORITIES, demands, titles={}, by_quarter=False)
    other = half_of(PRIVATE, demands, titles={}, by_quarter=False)

    assert mine["total"] == {"least": 6, "most": 6}
    assert other["total"] == {"least": 0, "most": 0}


def test_rows_that_never_occur_stand_there_with_noughts_where_the_indicator_asks_for_them():
    half = half_of(AUTHORITIES, [], titles={}, by_quarter=False)
    found = {table["id"]: [row["id"] for row in table["rows"]] for table in half["tables"]}

    assert found["access"] == ["stored", "real_time"]
    assert found["data"] == ["content", "non_content", "both"]
    assert found["court"] == ["court_order", "other_paper"]
    assert found["class"] == []


def test_a_row_that_no_rule_knows_is_named_by_its_code():
    unknown = [demand("police", Ending.OPEN, FIELDS[0]) for _ in range(5)]
    half = half_of(AUTHORITIES, unknown, titles={"class": str.upper}, by_quarter=False)
    titles = {table["id"]: [row["title"] for row in table["rows"]] for table in half["tables"]}

    assert titles["class"] == ["POLICE"]
    assert titles["country"] == ["CN"]
