"""Strict readers of JSON values: one small function for each kind of value that a case may hold.

Owns how a bad value is named by its path. A reader takes a value and the catalogue, and gives back
the value in the type of ``domain/facts.py``. Values are never repeated in messages, since they may
be somebody's personal data.
"""

import re
from collections.abc import Callable, Mapping
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timezone
from typing import Any, Protocol, TypeVar

from disclosure.domain.rulebook import Catalogue

LARGEST_NUMBER = 1_000_000_000
SHOWN_KEY_CHARACTERS = 40

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_STORAGE = re.compile(r"[A-Z][A-Z0-9_-]{1,15}", re.ASCII)

Reader = Callable[[object, Catalogue], object]


class Wrong(Exception):
    """Carry what is wrong up to the case, gathering the path on the way."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path

    def under(self, step: str) -> "Wrong":
        """Return the same with one more step before its path."""
        return Wrong(self.message, step + self.path)


class _Absent:
    """Stands for a null where nothing at all would mean the same."""


ABSENT = _Absent()


def text(value: object, _catalogue: Catalogue) -> str | None:
    """Read a text; null or blank counts as none."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise Wrong("give a text here, in quotes")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Wrong("this text holds half a character (a lone surrogate)") from None
    return value.strip() or None


def name(value: object, catalogue: Catalogue) -> str:
    """Read a text that has to be there."""
    found = text(value, catalogue)
    if found is None:
        raise Wrong("give a text here that is not empty")
    return found


def flag(value: object, _catalogue: Catalogue) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise Wrong("give true or false here")
    return value


def mark(value: object, catalogue: Catalogue) -> bool:
    """Read evidence that is on file: true, or the text that names it."""
    return value if isinstance(value, bool) else text(value, catalogue) is not None


def number(value: object, _catalogue: Catalogue) -> int:
    """Read a whole number from 0."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER:
        return value
    raise Wrong("give a whole number here, 0 or more")


def instant(value: object, catalogue: Catalogue) -> datetime | None:
    """Read a time; without offset it is the house's local time, a day is its first instant."""
    if value is None:
        return None
    if not isinstance(value, str) or not (_DAY.fullmatch(value) or _INSTANT.fullmatch(value)):
        raise Wrong("give a date such as 2026-11-02 or a time such as 2026-11-02T09:00:00")
    local = timezone(catalogue.house.utc_offset)
    try:
        given = datetime.fromisoformat(value)
        found = (given if given.tzinfo else given.replace(tzinfo=local)).astimezone(UTC)
        if found.year in {MINYEAR, MAXYEAR}:
            found.astimezone(local)  # a reason says the local time, so there has to be one
    except (ValueError, OverflowError):
        raise Wrong("there is no such day or time") from None
    return found


def storage(value: object, _catalogue: Catalogue) -> str:
    """Read the code of a storage region."""
    if not isinstance(value, str) or not _STORAGE.fullmatch(value):
        raise Wrong("give the code of a storage region in capitals, such as CN")
    return value


def country(value: object, catalogue: Catalogue) -> str:
    """Read the code of a country."""
    if not isinstance(value, str) or value not in catalogue.vocabulary.countries:
        raise Wrong("give the two-letter ISO code of a country in capitals, or EU")
    return value


def requester_class(value: object, catalogue: Catalogue) -> str:
    """Read the class of a requester."""
    if not isinstance(value, str) or value not in catalogue.classes:
        raise Wrong(f"use one of: {', '.join(catalogue.classes)}")
    return value


def instrument_type(value: object, catalogue: Catalogue) -> str:
    """Read the type of a paper."""
    if not isinstance(value, str) or value not in catalogue.vocabulary.instruments:
        raise Wrong(f"use one of: {', '.join(sorted(catalogue.vocabulary.instruments))}")
    return value


def ground_id(value: object, catalogue: Catalogue) -> str:
    """Read the id of a ground."""
    if not isinstance(value, str) or value not in catalogue.grounds:
        raise Wrong(f"use one of: {', '.join(catalogue.grounds)}")
    return value


def field_id(value: object, catalogue: Catalogue) -> str:
    """Read the id of a data field."""
    if not isinstance(value, str) or value not in catalogue.fields:
        raise Wrong("there is no such field; use an id of the field list, such as reg.phone")
    return value


def one_of(*words: str) -> Reader:
    """Build the reader of a closed set of words."""

    def read(value: object, _catalogue: Catalogue) -> str:
        if not isinstance(value, str) or value not in words:
            raise Wrong(f"use one of: {', '.join(words)}")
        return value

    return read


def list_of(reader: Reader) -> Reader:
    """Build the reader of a list in which each item counts once."""

    def read(value: object, catalogue: Catalogue) -> tuple[object, ...]:
        return tuple(dict.fromkeys(_items(value, reader, catalogue)))

    return read


def people(value: object, catalogue: Catalogue) -> tuple[object, ...]:
    """Read the approvers; who stands there twice stays twice, so that R01 can see it."""
    return tuple(_items(value, name, catalogue))


def maybe(reader: Reader) -> Reader:
    """Build a reader for which null is as good as nothing."""

    def read(value: object, catalogue: Catalogue) -> object:
        return ABSENT if value is None else reader(value, catalogue)

    return read


Shaped_co = TypeVar("Shaped_co", covariant=True)


class ShapeReader(Protocol[Shaped_co]):
    """Reads an object of one shape."""

    def __call__(self, value: object, catalogue: Catalogue, /) -> Shaped_co:
        """Return the value in its type."""


def shape(
    kind: Callable[..., Shaped_co],
    readers: Mapping[str, Reader],
    *,
    required: tuple[str, ...] = (),
    ignored: frozenset[str] = frozenset(),
) -> ShapeReader[Shaped_co]:
    """Build the reader of one object from the readers of its keys.

    Args:
        kind: Built with the values as keyword arguments; ``class`` becomes ``requester_class``.
        readers: By key; any other key is bad input.
        required: Keys that have to be there and not null.
        ignored: Keys that may hold anything and are left out.
    """

    def read(value: object, catalogue: Catalogue) -> Shaped_co:
        values = _values(value, readers, ignored, catalogue)
        for key in required:
            if values.get(key) is None:
                raise Wrong("this is missing and has to be given", f".{key}")
        if "class" in values:
            values["requester_class"] = values.pop("class")
        return kind(**values)

    return read


def _values(
    value: object, readers: Mapping[str, Reader], ignored: frozenset[str], catalogue: Catalogue
) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong("give an object here, in braces")
    values: dict[str, Any] = {}
    for key, item in value.items():
        if key in ignored:
            continue
        if key not in readers:
            raise Wrong(f"there is no such key; use {', '.join(readers)}", f".{_shown(key)}")
        try:
            found = readers[key](item, catalogue)
        except Wrong as wrong:
            raise wrong.under(f".{key}") from None
        if found is not ABSENT:
            values[key] = found
    return values


def _items(value: object, reader: Reader, catalogue: Catalogue) -> list[object]:
    if not isinstance(value, list):
        raise Wrong("give a list here, in square brackets")
    found: list[object] = []
    for position, item in enumerate(value):
        try:
            found.append(reader(item, catalogue))
        except Wrong as wrong:
            raise wrong.under(f"[{position}]") from None
    return found


def _shown(key: str) -> str:
    plain = key if key.isascii() and key.isidentifier() else ascii(key)
    return plain if len(plain) <= SHOWN_KEY_CHARACTERS else plain[:SHOWN_KEY_CHARACTERS] + "..."
