"""The redaction plan: which boxes and terms leave a document, and under which reason code.

Owns the JSON form that the ``redact`` and ``gate`` commands take. Knows no document: whether a
page exists is asked by ``redact.py``. How a term is found is the business of ``terms.py``.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from disclosure.documents.terms import fold
from disclosure.errors import BadInput

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points of the page's unrotated user space."""

LONGEST_TERM: Final = 1_000
LONGEST_REASON: Final = 64
MOST_MARKS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Region:
    """A box on a page that has to go.

    Attributes:
        page: Page number from 1.
        box: Left, bottom, right, top in points, origin bottom left, unrotated user space of the
            original page.
        reason: Code under which it is withheld; drawn on the box.
    """

    page: int
    box: Box
    reason: str


@dataclass(frozen=True, slots=True)
class Term:
    """A text that has to go wherever it stands, in every variant of writing.

    Attributes:
        text: As typed by the reviewer.
        reason: Code under which it is withheld.
    """

    text: str = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one redaction removes."""

    regions: tuple[Region, ...] = ()
    terms: tuple[Term, ...] = ()
    password: str | None = field(default=None, repr=False)


def parse_plan(text: str) -> Plan:
    """Read a plan from its JSON text.

    Raises:
        BadInput: When anything is missing, unknown or out of range, with the path of the value.
    """
    try:
        raw = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except RecursionError:
        raise BadInput("the plan is nested too deeply", where="plan") from None
    except ValueError as error:
        place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise BadInput(f"the plan is not valid JSON ({place})", where="plan") from None
    return plan_from(raw)


def plan_from(raw: object) -> Plan:
    """Build a plan from decoded JSON.

    Raises:
        BadInput: As ``parse_plan``.
    """
    members = _members(raw, "plan", {"regions", "terms", "password"}, required=frozenset())
    password = members.get("password")
    if password is not None and not (isinstance(password, str) and _is_whole(password)):
        raise BadInput("must be text or null", where="password")
    return Plan(
        regions=tuple(
            _region(item, f"regions[{index}]")
            for index, item in enumerate(_items(members, "regions"))
        ),
        terms=tuple(
            _term(item, f"terms[{index}]") for index, item in enumerate(_items(members, "terms"))
        ),
        password=password,
    )


def _no_constant(_: str) -> float:
    raise ValueError("a number")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


def _is_whole(text: str) -> bool:
    """Say whether a text has no half characters, which no file can hold."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def _members(
    raw: object, where: str, known: set[str], *, required: frozenset[str]
) -> Mapping[str, object]:
    if not isinstance(raw, dict):
        raise BadInput("must be an object", where=where)
    if any(key not in known for key in raw):
        raise BadInput(f"has an unknown member; known: {', '.join(sorted(known))}", where=where)
    for name in sorted(required):
        if name not in raw:
            raise BadInput("is missing", where=f"{where}.{name}")
    return raw


def _items(members: Mapping[str, object], name: str) -> list[object]:
    items = members.get(name, [])
    if not isinstance(items, list):
        raise BadInput("must be a list", where=name)
    if len(items) > MOST_MARKS:
        raise BadInput(f"must not hold more than {MOST_MARKS} marks", where=name)
    return items


def _region(raw: object, where: str) -> Region:
    names = {"page", "box", "reason"}
    members = _members(raw, where, names, required=frozenset(names))
    page = members["page"]
    if isinstance(page, bool) or not isinstance(page, int) or page < 1:
        raise BadInput("must be a whole number from 1", where=f"{where}.page")
    return Region(page, _box(members["box"], f"{where}.box"), _reason(members["reason"], where))


def _box(raw: object, where: str) -> Box:
    if not isinstance(raw, list) or len(raw) != len(("x0", "y0", "x1", "y1")):
        raise BadInput("must be a list of four numbers x0, y0, x1, y1", where=where)
    x0, y0, x1, y1 = (_number(value, where) for value in raw)
    if x0 == x1 or y0 == y1:
        raise BadInput("must have two corners that differ in x and in y", where=where)
    # Any two opposite corners name the box.
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput("must hold numbers only", where=where)
    number = float(value) if abs(value) < 10**6 else math.inf
    if not math.isfinite(number):
        raise BadInput("holds a number that is out of range", where=where)
    return number


def _reason(raw: object, where: str) -> str:
    if not isinstance(raw, str) or not raw.strip() or len(raw) > LONGEST_REASON:
        raise BadInput(f"must be text of 1 to {LONGEST_REASON} characters", where=f"{where}.reason")
    if not raw.isprintable():
        raise BadInput("must not hold control characters", where=f"{where}.reason")
    return raw


def _term(raw: object, where: str) -> Term:
    names = {"text", "reason"}
    members = _members(raw, where, names, required=frozenset(names))
    text = members["text"]
    if not isinstance(text, str) or len(text) > LONGEST_TERM:
        raise BadInput(f"must be text of at most {LONGEST_TERM} characters", where=f"{where}.text")
    if not _is_whole(text):
        raise BadInput("must not hold half of a character", where=f"{where}.text")
    if not fold(text):
        raise BadInput("must hold at least one letter, digit or sign", where=f"{where}.text")
    return Term(text, _reason(members["reason"], where))
