"""Rule packs as rows that know their file and line.

Owns how TOML files are found, read, merged and fingerprinted, and how a row's values are taken out
with their types. Must not know what a row means: look next at ``domain/rule_rows.py``.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from disclosure.errors import NotReady

Value = TypeVar("Value")

KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "approval_profile": ("id",),
        "check": ("id",),
        "citation": ("id",),
        "clause": ("id",),
        "deadline": ("ground", "requester_class", "instrument", "emergency"),
        "field": ("id",),
        "ground": ("id", "valid_from"),
        "jurisdiction": ("code",),
        "notice": ("ground", "requester_class", "trader"),
        "reason": ("code",),
        "requester_class": ("id",),
        "template": ("id",),
        "unreportable": ("requester_class",),
    }
)
"""Each kind of row, and what tells two rows of that kind apart."""

VALUES = ("catalogue_version", "policy", "house", "vocabulary", "order", "transparency")
"""The single values and tables beside the rows; a later folder's win key by key."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a pack, with the place that an error message names."""

    kind: str
    place: str
    values: Mapping[str, object]

    def refusal(self, message: str) -> NotReady:
        """Build the refusal that names this row's file and line."""
        return NotReady(f"{self.place}: {message}")

    def only(self, *keys: str) -> None:
        """Refuse a row with a key that its kind does not have."""
        for key in self.values:
            if key not in keys:
                raise self.refusal(f"[[{self.kind}]] has no key {key!r}; it has {', '.join(keys)}")

    def _typed(self, key: str, kind: type[Value], default: Value | None, what: str) -> Value:
        value = self.values.get(key, default)
        is_disguised_number = isinstance(value, bool) and kind is not bool
        if not isinstance(value, kind) or is_disguised_number:
            raise self.refusal(f"{key!r} of this [[{self.kind}]] must be {what}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it has to be there and not empty."""
        value = self._typed(key, str, default, "a text")
        if not value and default is None:
            raise self.refusal(f"{key!r} of this [[{self.kind}]] must not be empty")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of texts."""
        fallback = None if default is None else list(default)
        values = self._typed(key, list, fallback, "a list of texts")
        if not all(isinstance(value, str) for value in values):
            raise self.refusal(f"{key!r} of this [[{self.kind}]] must be a list of texts")
        return tuple(str(value) for value in values)

    def number(self, key: str, default: int | None = None) -> int:
        """Return a whole number that is not negative."""
        value = self._typed(key, int, default, "a whole number")
        if value < 0:
            raise self.refusal(f"{key!r} of this [[{self.kind}]] must not be negative")
        return value

    def flag(self, key: str) -> bool:
        """Return a true or false; absent is false."""
        return self._typed(key, bool, default=False, what="true or false")

    def day(self, key: str, default: date | None = None) -> date:
        """Return a date without a time."""
        return self._typed(key, date, default, "a date such as 2026-01-01")

    def part(self, key: str) -> "Row":
        """Return a table inside this row as a row of its own; absent is empty."""
        table = self._typed(key, dict, {}, "a table")
        return Row(f"{self.kind}.{key}", self.place, table)

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


def read_pack(*folders: Path) -> Pack:
    """Read all TOML files of some folders; a later folder's row replaces an earlier one's.

    Raises:
        NotReady: When a folder has no pack, a file is not TOML, or two rows of one folder collide.
    """
    digest = hashlib.sha256()
    rows: dict[str, dict[tuple[object, ...], Row]] = {}
    values: dict[str, object] = {}
    for folder in folders:
        files = sorted(folder.glob("*.toml"))
        if not files:
            raise NotReady(f"{folder}: there is no rule pack (*.toml) in this folder")
        here: dict[str, dict[tuple[object, ...], Row]] = {}
        for file in files:
            content = file.read_bytes()
            digest.update(f"{file.name}\0{len(content)}\0".encode() + content)
            _read_file(f"{folder.name}/{file.name}", content, here, values)
        for kind, by_key in here.items():
            rows.setdefault(kind, {}).update(by_key)
    return Pack(
        {kind: tuple(by_key.values()) for kind, by_key in rows.items()},
        Row("pack", folders[-1].name, values),
        digest.hexdigest(),
    )


def _read_file(
    name: str,
    content: bytes,
    rows: dict[str, dict[tuple[object, ...], Row]],
    values: dict[str, object],
) -> None:
    try:
        text = content.decode()
        tables = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NotReady(f"{name}: this is not TOML: {error}") from error
    for kind, table in tables.items():
        if kind in KEYS and isinstance(table, list):
            for row in _numbered(name, text, kind, table):
                _add(row, rows.setdefault(kind, {}))
        elif kind in VALUES:
            _merge(values, kind, table)
        else:
            raise NotReady(f"{name}, line {_line(text, kind)}: a pack has no table {kind!r}")


def _numbered(name: str, text: str, kind: str, tables: list[dict[str, object]]) -> list[Row]:
    header = re.compile(rf"^[ \t]*\[\[\s*{kind}\s*\]\]", re.MULTILINE)
    lines = [text.count("\n", 0, found.start()) + 1 for found in header.finditer(text)]
    if len(lines) != len(tables):
        lines = [_line(text, kind)] * len(tables)
    return [
        Row(kind, f"{name}, line {line}", table) for line, table in zip(lines, tables, strict=True)
    ]


def _line(text: str, word: str) -> int:
    return text[: max(text.find(word), 0)].count("\n") + 1


def _add(row: Row, by_key: dict[tuple[object, ...], Row]) -> None:
    key = tuple(row.values.get(name) for name in KEYS[row.kind])
    if key in by_key:
        names = " and ".join(KEYS[row.kind])
        first = by_key[key].place
        raise row.refusal(f"a [[{row.kind}]] with the same {names} stands already at {first}")
    by_key[key] = row


def _merge(values: dict[str, object], name: str, new: object) -> None:
    """Put a value in the place of an earlier one; tables are merged key by key."""
    old = values.get(name)
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in new.items():
            _merge(old, key, value)
    else:
        values[name] = new
