"""Consents of data subjects as the house keeps them, and the strict reading of a list of them.

Owns the shape of a registered consent, what it covers, and how CSV or JSON becomes one. Nothing
here stores anything or decides a case: ``operations/consenting.py`` does the one, the checks A01 to
A05 the other.

Source: policy 3(a) and 2(c); PIPL 14, 15, 23, 29, 31.
"""

import csv
import io
import json
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from disclosure.errors import BadInput

MOST_ROWS = 5_000
MOST_PROBLEMS = 20
LONGEST = {"reference": 40, "account": 40, "recipient": 200, "purpose": 300, "text_version": 40}
LONGEST |= {"channel": 40}
TIMES = ("given_at", "expires_at", "access_ends_at", "withdrawn_at")
FLAGS = ("separate", "sensitive_separate", "guardian")
REQUIRED = (*LONGEST, "fields", "given_at", "separate")
COLUMNS = (*LONGEST, "fields", *FLAGS, *TIMES)
"""Names of the columns of an upload, in the order in which the page explains them."""

_YES, _NO = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0", ""})
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co"})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RegisteredConsent:
    """One consent of one data subject to one disclosure.

    Attributes:
        text_version: Which wording the person was shown.
        recipient: The one named in it; purpose and fields likewise.
        channel: Where it was given, such as ``app`` or ``paper``.
        separate: Whether it stands alone, and is not part of the service terms.
        sensitive_separate: Whether fields of the highest level were consented to by themselves.
        guardian: Whether a child's guardian gave it.
        access_ends_at: When the recipient's access ends, where the consent says so.
        source: ``platform`` or ``upload``.
    """

    reference: str
    account: str
    recipient: str
    purpose: str
    fields: tuple[str, ...]
    text_version: str
    channel: str
    separate: bool
    sensitive_separate: bool
    guardian: bool
    given_at: datetime
    expires_at: datetime | None
    access_ends_at: datetime | None
    withdrawn_at: datetime | None
    source: str

    def names(self, recipient: str) -> bool:
        """Tell whether the consent names this recipient."""
        return bool(recipient.strip()) and folded(recipient) == folded(self.recipient)

    def serves(self, purpose: str) -> bool:
        """Tell whether the consent was given for this very purpose."""
        return folded(purpose) == folded(self.purpose)

    def runs_at(self, moment: datetime) -> bool:
        """Tell whether a moment lies in the time for which it was given."""
        return self.given_at <= moment and (self.expires_at is None or moment <= self.expires_at)


def folded(text: str) -> str:
    """Return a name so that width, case and blanks make no difference."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class UnreadableList(BadInput):
    """Say everything that is wrong with a list, line by line, in one answer."""

    def __init__(self, problems: list[str]) -> None:
        shown = problems[:MOST_PROBLEMS]
        more = len(problems) - len(shown)
        tail = [f"and {more} more problems"] if more else []
        super().__init__("Nothing was taken in. " + "; ".join([*shown, *tail]) + ".", where="list")
        self.problems = [*shown, *tail]


def read_list(content: bytes, *, fields: Collection[str], zone: tzinfo) -> list[RegisteredConsent]:
    """Read an uploaded list of consents, completely or not at all.

    Args:
        content: UTF-8; a JSON array of objects, or CSV with a line of column names.
        fields: Field ids that exist.
        zone: What a time without offset means.

    Raises:
        UnreadableList: Naming each line and column that is wrong, and what to write instead.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableList([f"byte {error.start + 1}: the file is not UTF-8"]) from None
    rows = _json_rows(text) if text.lstrip()[:1] in {"[", "{"} else _csv_rows(text)
    read: list[RegisteredConsent] = []
    problems: list[str] = []
    seen: dict[str, str] = {}
    for place, row in rows:
        consent = _Row(place, row, problems).consent(fields, zone)
        if consent is None:
            continue
        if consent.reference in seen:
            problems.append(f"{place}: reference: stands in {seen[consent.reference]} already")
        seen[consent.reference] = place
        read.append(consent)
    if not read and not problems:
        problems.append("the list is empty")
    if problems:
        raise UnreadableList(problems)
    return read


def _json_rows(text: str) -> list[tuple[str, Mapping[str, object]]]:
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        problem = f"line {error.lineno}, column {error.colno}: not JSON ({error.msg})"
        raise UnreadableList([problem]) from None
    except RecursionError:
        raise UnreadableList(["the file is nested too deeply"]) from None
    if not isinstance(found, list):
        raise UnreadableList(["the file must be an array of consents: [ {...}, {...} ]"])
    _require_few(len(found))
    wrong = [n for n, row in enumerate(found, 1) if not isinstance(row, dict)]
    if wrong:
        raise UnreadableList([f"entry {number}: must be an object" for number in wrong])
    return [(f"entry {number}", row) for number, row in enumerate(found, 1)]


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UnreadableList([f"the key {twice[0][:40]!r} stands twice in one object"])
    return dict(pairs)


def _csv_rows(text: str) -> list[tuple[str, Mapping[str, object]]]:
    try:
        return list(_csv_lines(text))
    except csv.Error as error:
        raise UnreadableList([f"not readable as CSV: {error}"]) from None


def _csv_lines(text: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [name.strip() for name in next(reader, [])]
    missing = [name for name in REQUIRED if name not in header]
    if missing or len(set(header)) != len(header):
        what = f"lacks {', '.join(missing)}" if missing else "names a column twice"
        raise UnreadableList([f"line 1: the line of column names {what}"])
    count = 0
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        _require_few(count)
        if len(cells) != len(header):
            raise UnreadableList(
                [f"line {reader.line_num}: has {len(cells)} cells, the first line {len(header)}"]
            )
        yield f"line {reader.line_num}", dict(zip(header, cells, strict=True))


def _require_few(number: int) -> None:
    if number > MOST_ROWS:
        raise UnreadableList([f"more than {MOST_ROWS} consents; split the list"])


class _Row:
    """One consent as it was typed, and where; its problems go to a common list."""

    def __init__(self, place: str, values: Mapping[str, object], problems: list[str]) -> None:
        self.place, self.values, self.problems = place, values, problems
        self.right = True

    def consent(self, fields: Collection[str], zone: tzinfo) -> RegisteredConsent | None:
        """Return the consent, or None when something is wrong with it."""
        for unknown in sorted(set(self.values) - set(COLUMNS)):
            self._wrong(unknown[:40], f"is no column; the columns are: {', '.join(COLUMNS)}")
        values: dict[str, Any] = {name: self._text(name) for name in LONGEST}
        values |= {name: self._flag(name) for name in FLAGS}
        times = {name: self._time(name, zone) for name in TIMES}
        named = self._fields(fields)
        given = times.pop("given_at")
        if given is not None:
            self._in_order(given, times)
        if given is None or not self.right:
            return None
        return RegisteredConsent(
            fields=named, given_at=given, source="upload", **{**values, **times}
        )

    def _wrong(self, name: str, sentence: str) -> None:
        self.problems.append(f"{self.place}: {name}: {sentence}")
        self.right = False

    def _given(self, name: str) -> str:
        value = self.values.get(name, "")
        if isinstance(value, bool):
            return "yes" if value else "no"
        if value is None:
            return ""
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return " ".join(value)
        if not isinstance(value, str):
            self._wrong(name, "must be a text")
            return ""
        return value.strip()

    def _text(self, name: str) -> str:
        value = self._given(name)
        if not value:
            self._wrong(name, "is missing")
        elif len(value) > LONGEST[name]:
            self._wrong(name, f"is longer than {LONGEST[name]} characters")
        elif any(unicodedata.category(sign) in _HIDDEN for sign in value):
            self._wrong(name, "holds invisible control characters")
        return value

    def _flag(self, name: str) -> bool:
        value = self._given(name).casefold()
        if value not in _YES | _NO or (name in REQUIRED and not value):
            self._wrong(name, "write yes or no")
        return value in _YES

    def _time(self, name: str, zone: tzinfo) -> datetime | None:
        value = self._given(name)
        if not value:
            if name in REQUIRED:
                self._wrong(name, "is missing")
            return None
        try:
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            self._wrong(name, "write a time like 2026-11-24T10:00:00+08:00, or a day")
            return None

    def _fields(self, known: Collection[str]) -> tuple[str, ...]:
        named = tuple(dict.fromkeys(self._given("fields").split()))
        if not named:
            self._wrong("fields", "name at least one field, separated by blanks")
        for field in named:
            if field not in known:
                self._wrong("fields", f"{field[:48]!r} is no field of the catalogue")
        return named

    def _in_order(self, given: datetime, later: Mapping[str, datetime | None]) -> None:
        for name, moment in later.items():
            if moment is not None and moment < given:
                self._wrong(name, "lies before given_at")
