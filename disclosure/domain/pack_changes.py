"""What differs between two rule packs, row by row and key by key, for the person who confirms.

Owns the comparison of rows. Must not judge it; what it does to cases is the simulation's answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from disclosure.domain.pack_files import Layer
from disclosure.domain.pack_rows import KEYS, Row, read_pack


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that is new, gone, or another one.

    Attributes:
        kind: Kind of row, or name of a table.
        name: What tells it apart.
        lines: Key, value now (empty where there is none), value proposed.
    """

    kind: str
    name: str
    lines: tuple[tuple[str, str, str], ...]


def pack_changes(base: Sequence[Layer], candidate: Sequence[Layer]) -> tuple[RowChange, ...]:
    """Compare two packs as they count, after later layers replaced earlier ones."""
    old, new = read_pack(base), read_pack(candidate)
    changes = [
        _change(kind, name, before, after)
        for kind in KEYS
        for name, before, after in _pairs(old.of(kind), new.of(kind))
    ]
    tables = _change("table", "", old.values.values, new.values.values)
    return tuple(change for change in (*changes, tables) if change.lines)


def _pairs(
    old: Sequence[Row], new: Sequence[Row]
) -> Iterator[tuple[str, Mapping[str, object], Mapping[str, object]]]:
    before, after = ({_name(row): row.values for row in rows} for rows in (old, new))
    for name in dict.fromkeys((*before, *after)):
        yield name, before.get(name, {}), after.get(name, {})


def _name(row: Row) -> str:
    values = (row.values.get(key) for key in KEYS[row.kind])
    return " ".join(str(value) for value in values if value not in {None, False})


def _change(
    kind: str, name: str, before: Mapping[str, object], after: Mapping[str, object]
) -> RowChange:
    old, new = dict(_flat(before)), dict(_flat(after))
    keys = dict.fromkeys((*old, *new))
    lines = ((key, old.get(key, ""), new.get(key, "")) for key in keys)
    return RowChange(kind, name, tuple(line for line in lines if line[1] != line[2]))


def _flat(values: Mapping[str, object], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{key}.")
        elif isinstance(value, list):
            yield path + key, ", ".join(str(each) for each in value) or "none"
        else:
            yield path + key, str(value)
