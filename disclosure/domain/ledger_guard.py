"""Keep personal data out of the ledger, which can never be cleaned.

Owns the one rule on what a subject or a value of an entry may look like. Must not know what an
entry means. ``domain.ledger`` asks it for every entry that it builds.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

_COUNT_LIMIT = 10**9
_LIST_LIMIT = 1000

Scalar: TypeAlias = str | int | bool | None
Payload: TypeAlias = Mapping[str, Scalar | Sequence[Scalar]]


class NotForTheLedger(ValueError):
    """Say which field looks like personal data or free text, without repeating it."""


_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
_HASH = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/()+~-]{0,199}")
_KIND = re.compile(r"[a-z][a-z_-]{0,39}:")
_DATE = r"\d{4}-\d\d-\d\d"
_FIXED_SHAPE = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    rf"|{_DATE}(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00))?"
)
_ROW_NUMBER = re.compile(r"\d{1,9}")
_LONG_DIGITS = re.compile(r"\d{7}")
_ONLY_NUMBERS = re.compile(r"[\d()+./:~-]*")
_ADDRESS = re.compile(r"//|::|([0-9A-Fa-f]{1,4}:){4}|\d{1,3}(\.\d{1,3}){3}")
_DIGITS_OF_A_NUMBER = 7
_RESERVED = frozenset({"prev", "seq", "subjects", "case_prev", "case_seq"})


def refuse_personal_data(field: str, value: Scalar) -> None:
    """Raise unless a value is an id, a hash, a code, a count, a date or a yes or no.

    A text must be one word of at most 200 ASCII signs, which keeps out e-mail addresses, free
    text and Chinese names. Seven digits in a row, or a word made of digits and separators with
    seven digits in all, look like a telephone, card or identity number; addresses of the
    network are personal data too. Ids are UUIDs, hex of 32, 40 or 64 digits, or ``kind:123``.
    A name written in ASCII without a space cannot be told from a code: reasons, names and
    everything that people type belong into a commitment.

    Args:
        field: Where the value stands, for the message.
        value: What is about to be written for ever.
    """
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) >= _COUNT_LIMIT:
            raise NotForTheLedger(f"{field}: a number this large is an id, not a count")
    elif not isinstance(value, str):
        raise NotForTheLedger(f"{field}: only ids, hashes, codes and counts may stand here")
    elif not _WORD.fullmatch(value):
        raise NotForTheLedger(f"{field}: only one ASCII word; commit to free text instead")
    elif _looks_like_a_contact(value):
        raise NotForTheLedger(f"{field}: looks like a number or address of a person")


def _looks_like_a_contact(word: str) -> bool:
    kind = _KIND.match(word)
    bare = word[kind.end() :] if kind else word
    if _FIXED_SHAPE.fullmatch(bare) or (kind and _ROW_NUMBER.fullmatch(bare)):
        return False
    without_dates = re.sub(_DATE, "", bare)
    digits = sum(sign.isdigit() for sign in without_dates)
    return bool(
        _LONG_DIGITS.search(without_dates)
        or _ADDRESS.search(without_dates)
        or (digits >= _DIGITS_OF_A_NUMBER and _ONLY_NUMBERS.fullmatch(without_dates))
    )


def refuse_unsafe_payload(
    subjects: Sequence[str], data: Payload, commitments: Mapping[str, str], *, case: str | None
) -> None:
    """Raise unless subjects, names, values and commitments of an entry may be written.

    Args:
        subjects: Ids of the things that something happened to.
        data: Name to a value or a list of values.
        commitments: Name to a hash.
        case: The case's own reference, which may stand anywhere whatever it looks like.
    """
    written: list[tuple[str, Scalar]] = [("subjects", subject) for subject in subjects]
    for name, value in data.items():
        if not _NAME.fullmatch(name) or name in _RESERVED:
            raise NotForTheLedger("data: a name is not a plain word, or is one of the entry's own")
        written += [(f"data.{name}", scalar) for scalar in _as_list(name, value)]
    for field, scalar in written:
        if case is None or scalar not in (case, f"case:{case}"):
            refuse_personal_data(field, scalar)
    for name, digest in commitments.items():
        if not _NAME.fullmatch(name) or not _HASH.fullmatch(digest):
            raise NotForTheLedger("commit: only a plain name and a SHA-256 in 64 hex digits")


def _as_list(name: str, value: Scalar | Sequence[Scalar]) -> Sequence[Scalar]:
    if value is None or isinstance(value, str | int):
        return [value]
    if not isinstance(value, list | tuple):
        raise NotForTheLedger(f"data.{name}: only a value or a list of values may stand here")
    if len(value) > _LIST_LIMIT:
        raise NotForTheLedger(f"data.{name}: more than {_LIST_LIMIT} values")
    return value
