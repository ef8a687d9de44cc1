"""Rule packs as rows that know their file and line.

Owns the kinds of rows, how files are merged, and how a row's values are taken out with their types.
Must not know what a row means: look next at ``domain/rule_rows.py``. The files themselves are
``domain/pack_files.py``'s.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import TypeVar

from disclosure.domain.pack_files import Layer, fingerprint
from disclosure.errors import NotReady

Value = TypeVar("Value")

KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "approval_profile": ("id",),
        "check": ("id",),
        "citation": ("id", "valid_from"),
        "clause": ("id", "since"),
        "deadline": ("ground", "requester_class", "instrument", "emergency"),
        "field": ("id",),
        "ground": ("id", "valid_from"),
        "instrument": ("id", "country", "valid_from"),
        "jurisdiction": ("code",),
        "notice": ("ground", "requester_class", "trader"),
        "notice_text": ("id",),
        "policy": ("version",),
        "reason": ("code",),
        "requester_class": ("id",),
        "retention": ("ground", "ending"),
        "template": ("id",),
        "wording": ("check",),
        "unreportable": ("requester_class",),
    }
)
"""Each kind of row, and what tells two rows of that kind apart."""

VALUES = ("catalogue_version", "house", "vocabulary", "order", "phrases", "inputs", "transparency")
"""The single values and tables beside the rows; a later folder's win key by key."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a pack, with the place that an error message names.

    Attributes:
        place: File and line of its head.
        places: File and line of single keys, where they are known; dotted for tables inside.
    """

    kind: str
    place: str
    values: Mapping[str, object]
    places: Mapping[str, str] = field(default_factory=dict)

    def refusal(self, message: str, key: str = "") -> NotReady:
        """Build the refusal that names the file and line of this row, or of one of its keys."""
        return NotReady(f"{self.places.get(key, self.place)}: {message}")

    def only(self, *keys: str) -> None:
        """Refuse a row with a key that its kind does not have."""
        for key in self.values:
            if key not in keys:
                has = f"[[{self.kind}]] has no key {key!r}; it has {', '.join(keys)}"
                raise self.refusal(has, key)

    def _typed(self, key: str, kind: type[Value], default: Value | None, what: str) -> Value:
        value = self.values.get(key, default)
        is_disguised_number = isinstance(value, bool) and kind is not bool
        if not isinstance(value, kind) or is_disguised_number:
            raise self.refusal(f"{key!r} of this [[{self.kind}]] must be {what}", key)
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it has to be there and not empty."""
        value = self._typed(key, str, default, "a text")
        if not value and default is None:
            raise self.refusal(f"{key!r} of this [[{self.kind}]] must not be empty", key)
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of texts."""
        fallback = None if default is None else list(default)
        values = self._typed(key, list, fallback, "a list of texts")
        if not all(isinstance(value, str) for value in values):
            raise self.refusal(f"{key!r} of this [[{self.kind}]] must be a list of texts", key)
        return tuple(str(value) for value in values)

    def number(self, key: str, default: int | None = None) -> int:
        """Return a whole number that is not negative."""
        value = self._typed(key, int, default, "a whole number")
        if value < 0:
            raise self.refusal(f"{key!r} of this [[{self.kind}]] must not be negative", key)
        return value

    def flag(self, key: str) -> bool:
        """Return a true or false; absent is false."""
        return self._typed(key, bool, default=False, what="true or false")

    def day(self, key: str, default: date | None = None) -> date:
        """Return a date without a time."""
        value = self._typed(key, date, default, "a date such as 2026-01-01")
        if isinstance(value, datetime):
            kind = self.kind
            raise self.refusal(f"{key!r} of this [[{kind}]] must be a date without a time", key)
        return value

    def day_if_any(self, key: str) -> date | None:
        """Return a date without a time, or None where the key is absent."""
        return self.day(key) if key in self.values else None

    def part(self, key: str) -> "Row":
        """Return a table inside this row as a row of its own; absent is empty."""
        table = self._typed(key, dict, {}, "a table")
        inside = {
            name.removeprefix(f"{key}."): place
            for name, place in self.places.items()
            if name.startswith(f"{key}.")
        }
        return Row(f"{self.kind}.{key}", self.places.get(key, self.place), table, inside)

    def parts(self, key: str) -> Mapping[str, "Row"]:
        """Return a table of tables inside this row, by name."""
        table = self.part(key)
        return {name: table.part(name) for name in table.values}

    def part_list(self, key: str) -> tuple["Row", ...]:
        """Return a list of tables inside this row; absent is empty."""
        tables = self._typed(key, list, [], "a list of tables")
        if not all(isinstance(table, dict) for table in tables):
            raise self.refusal(f"{key!r} of this [[{self.kind}]] must be a list of tables")
        return tuple(Row(f"{self.kind}.{key}", self.place, table) for table in tables)


@dataclass(frozen=True, slots=True)
class Pack:
    """Every row of some folders, and the fingerprint of the files it came from."""

    rows: Mapping[str, tuple[Row, ...]]
    values: Row
    sha256: str

    def of(self, kind: str) -> tuple[Row, ...]:
        """Return the rows of one kind in the order of the files."""
        return self.rows.get(kind, ())

    def lacks(self, kind: str, message: str) -> NotReady:
        """Build the refusal of a pack without a needed row, at the last row of its kind."""
        there = self.of(kind)
        return there[-1].refusal(message) if there else self.values.refusal(message)


def read_pack(layers: Sequence[Layer]) -> Pack:
    """Read some folders; a later folder's row replaces an earlier one's.

    Raises:
        NotReady: When a file is not TOML, has a table that no pack has, or two rows of one folder
            collide; the message names file and line.
    """
    rows: dict[str, dict[tuple[object, ...], Row]] = {}
    values: dict[str, object] = {}
    places: dict[str, str] = {}
    for layer in layers:
        here: dict[str, dict[tuple[object, ...], Row]] = {}
        for file in layer.files:
            source = _Source(f"{layer.name}/{file.name}", file.text)
            _read_file(source, here, values, places)
        for kind, by_key in here.items():
            rows.setdefault(kind, {}).update(by_key)
    first = layers[0]
    return Pack(
        {kind: tuple(by_key.values()) for kind, by_key in rows.items()},
        Row("pack", f"{first.name}/{first.files[0].name}, line 1", values, places),
        fingerprint(layers),
    )


@dataclass(frozen=True, slots=True)
class _Source:
    """One file, and where in it things stand."""

    name: str
    text: str

    def place(self, line: int) -> str:
        """Name a line of the file."""
        return f"{self.name}, line {line}"

    def tables(self) -> dict[str, object]:
        """Return its tables."""
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            said = re.search(r"at line (\d+)", str(error))
            line = int(said[1]) if said else self.text.count("\n") + 1
            raise NotReady(f"{self.place(line)}: this is not TOML: {error}") from error

    def line_of(self, pattern: str, after: int = 0) -> tuple[int, int]:
        """Return the line and the offset of the first match; line 1 where there is none."""
        found = re.compile(pattern, re.MULTILINE).search(self.text, after)
        at = found.start() if found else after
        return self.text.count("\n", 0, at) + 1, at

    def places_of(self, name: str, value: object, where: str) -> dict[str, str]:
        """Return file and line of a value and, for a table, of all keys in it.

        Args:
            name: The dotted name.
            value: What it holds.
            where: Its head as a pattern.
        """
        line, at = self.line_of(where)
        places = {name: self.place(line)}
        for key, inner in value.items() if isinstance(value, dict) else ():
            dotted = f"{name}.{key}"
            if isinstance(inner, dict):
                places |= self.places_of(dotted, inner, rf"^[ \t]*\[\s*{re.escape(dotted)}\s*\]")
            else:
                inside, _ = self.line_of(rf"^[ \t]*\"?{re.escape(key)}\"?[ \t]*=", at)
                places[dotted] = self.place(inside)
        return places


def _read_file(
    source: _Source,
    rows: dict[str, dict[tuple[object, ...], Row]],
    values: dict[str, object],
    places: dict[str, str],
) -> None:
    for kind, table in source.tables().items():
        head = rf"^[ \t]*(\[\[?\s*{re.escape(kind)}\s*[\].]|{re.escape(kind)}\s*=)"
        if kind in KEYS and isinstance(table, list):
            for row in _numbered(source, kind, table, head):
                _add(row, rows.setdefault(kind, {}))
        elif kind in VALUES:
            _merge(values, kind, table)
            places |= source.places_of(kind, table, head)
        else:
            line, _ = source.line_of(head)
            raise NotReady(f"{source.place(line)}: a pack has no table {kind!r}")


def _numbered(source: _Source, kind: str, tables: list[object], head: str) -> list[Row]:
    header = re.compile(rf"^[ \t]*\[\[\s*{kind}\s*\]\]", re.MULTILINE)
    text = source.text
    lines = [text.count("\n", 0, found.start()) + 1 for found in header.finditer(text)]
    if len(lines) != len(tables):
        lines = [source.line_of(head)[0]] * len(tables)
    rows = []
    for line, table in zip(lines, tables, strict=True):
        if not isinstance(table, dict):
            raise NotReady(f"{source.place(line)}: {kind!r} must be a list of tables, [[{kind}]]")
        rows.append(Row(kind, source.place(line), table))
    return rows


def _add(row: Row, by_key: dict[tuple[object, ...], Row]) -> None:
    key = tuple(_plain(row.values.get(name)) for name in KEYS[row.kind])
    if key in by_key:
        names = " and ".join(KEYS[row.kind])
        first = by_key[key].place
        raise row.refusal(f"a [[{row.kind}]] with the same {names} stands already at {first}")
    by_key[key] = row


def _plain(value: object) -> object:
    """Return a key's part as something that can be looked up, whatever a file holds there."""
    return repr(value) if isinstance(value, list | dict) else value


def _merge(values: dict[str, object], name: str, new: object) -> None:
    """Put a value in the place of an earlier one; tables are merged key by key."""
    old = values.get(name)
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in new.items():
            _merge(old, key, value)
    else:
        values[name] = new
