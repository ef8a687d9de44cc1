"""Many cases at once: the strict JSON that ``evaluate FILE`` reads and the lines that it prints.

Owns the reading of a whole document: nothing is answered unless every case is well formed. Must
not know what a rule says. Look next at ``evaluate.py``.
"""

import json
import re
from collections.abc import Iterator

from disclosure.domain.decision import Decision
from disclosure.domain.facts import parse_case
from disclosure.domain.grounds.evaluate import evaluate
from disclosure.domain.rulebook import Catalogue
from disclosure.errors import BadInput

LONGEST_NUMBER = 20
"""Digits; a longer number means nothing in a case."""

_SURROGATE = re.compile(r"[\ud800-\udfff]|\\u[dD][89a-fA-F]")


def decide_cases(text: str, catalogue: Catalogue) -> list[str]:
    """Decide a JSON array of cases.

    Returns:
        One line of JSON for each case, in their order; ASCII, without a line break in it.

    Raises:
        BadInput: When the text is not JSON or a case is not in shape, with the place.
    """
    document = read_document(text)
    if not isinstance(document, list):
        raise BadInput("give a list of cases here, in square brackets", where="document")
    cases = [parse_case(raw, catalogue, path=f"[{n}]") for n, raw in enumerate(document)]
    return [_line(case.id, evaluate(case, catalogue)) for case in cases]


def _line(case_id: str, decision: Decision) -> str:
    """Write one answer; the texts of the checks are put in as they are, which is far quicker."""
    head = json.dumps({"id": case_id, **decision.as_json(with_checks=False)})
    checks = ", ".join([check.json_text for check in decision.checks])
    return f'{head[:-1]}, "checks": [{checks}]}}'


def read_document(text: str) -> object:
    """Read JSON as the standard has it: no key twice, no NaN, no half characters.

    Raises:
        BadInput: With the path of what is wrong, or the line where it stops being JSON.
    """
    flaws: list[_Flaw] = []
    try:
        document: object = json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=lambda pairs: _object(pairs, flaws),
            parse_constant=lambda _word: _flaw("NaN and Infinity are not JSON numbers", flaws),
            parse_int=lambda digits: _integer(digits, flaws),
            parse_float=float,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadInput(f"this is not JSON: {error.msg}", where=where) from None
    except RecursionError:
        message = "this is nested too deeply to be a list of cases"
        raise BadInput(message, where="document") from None
    if flaws or _SURROGATE.search(text):
        _name_first_flaw(document)
    return document


class _Flaw:
    """Stands in a document where a value is not allowed, until its path is known."""

    def __init__(self, message: str) -> None:
        self.message = message


def _flaw(message: str, flaws: list[_Flaw]) -> _Flaw:
    flaws.append(_Flaw(message))
    return flaws[-1]


def _integer(digits: str, flaws: list[_Flaw]) -> object:
    if len(digits) > LONGEST_NUMBER:
        return _flaw("this number is too long", flaws)
    return int(digits)


def _object(pairs: list[tuple[str, object]], flaws: list[_Flaw]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        found[key] = _flaw("this key stands here twice", flaws) if key in found else value
    return found


def _name_first_flaw(document: object) -> None:
    """Walk the document without recursion, as deep as it may be, and refuse the first flaw."""
    waiting: list[tuple[str, object]] = [("", document)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, _Flaw):
            raise BadInput(value.message, where=path or "document")
        if isinstance(value, str) and not _is_whole(value):
            message = "this text holds half a character (a lone surrogate)"
            raise BadInput(message, where=path or "document")
        waiting.extend(reversed(list(_children(path, value))))


def _children(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield f"{path}[{position}]", item
    elif isinstance(value, dict):
        for key, item in value.items():
            name = key if _is_whole(key) else ascii(key)
            if name != key:
                yield f"{path}.{name}", key
            yield f"{path}.{name}", item


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
