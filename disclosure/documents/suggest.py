"""Suggested marks: what in a text looks like data about a person, by kind.

Owns how a text is made ready and which of several matches counts; the patterns are in
``detectors.py``. A suggestion is a question to a person, never a mark. Detection runs over the
stream of characters, so that neither word ends nor wide signs hide a value; offsets are those of
the text as given. Knows neither pages nor files.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from disclosure.documents.detectors import DETECTORS, Kind
from disclosure.documents.people import name_variants
from disclosure.documents.terms import WIDE_SIGNS, TermFinder

HIDDEN: Final = frozenset({"Cf", "Mn", "Me"})
PREFERRED: Final = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A place in a text that a person should decide on.

    Attributes:
        kind: What it looks like.
        start: Offset of its first character in the text as given, in code points.
        end: Offset after its last one.
    """

    kind: Kind
    start: int
    end: int


def suggest(text: str, *, people: Sequence[str] = ()) -> list[Suggestion]:
    """Return what a person should decide on, in the order of the text.

    Args:
        text: Of a page or document.
        people: Names of the people of the case, as they are known; their variants are found too.
    """
    stream, offsets = _stream(text)
    found = [*_known(text, people), *_detected(stream, offsets)]
    return _settled(found)


def _stream(text: str) -> tuple[str, list[int]]:
    """Return the text in plain width without hidden signs, and where each sign came from."""
    signs: list[str] = []
    offsets: list[int] = []
    for offset, sign in enumerate(text):
        if unicodedata.category(sign) in HIDDEN:
            continue
        plain = unicodedata.normalize("NFKC", sign)
        wide = len(plain) == 1 and (plain.isalnum() or plain in WIDE_SIGNS)
        signs.append(plain if wide else " " if sign in "\u00a0\u3000\t" else sign)
        offsets.append(offset)
    return "".join(signs), offsets


def _detected(stream: str, offsets: Sequence[int]) -> Iterator[Suggestion]:
    for detector in DETECTORS:
        for match in detector.pattern.finditer(stream):
            group = 1 if match.re.groups else 0
            start, end = match.span(group)
            while start < end and stream[start].isspace():
                start += 1
            if start < end and detector.holds(stream[start:end]):
                yield Suggestion(detector.kind, offsets[start], offsets[end - 1] + 1)


def _known(text: str, people: Iterable[str]) -> Iterator[Suggestion]:
    variants = [variant for person in people for variant in name_variants(person)]
    for span in TermFinder(variants).spans(text):
        if _stands_alone(text, span.start, span.end):
            yield Suggestion(Kind.KNOWN_PERSON, span.start, span.end)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Say whether a Latin name is no part of a longer word."""
    before, after = text[start - 1 : start], text[end : end + 1]
    latin = text[start].isascii() and text[end - 1].isascii()
    return not latin or not (_letter(before) or _letter(after))


def _letter(sign: str) -> bool:
    return sign.isascii() and sign.isalpha()


def _settled(found: Iterable[Suggestion]) -> list[Suggestion]:
    """Keep the longest of those that overlap; of equals the kind that is named first."""
    kept: list[Suggestion] = []
    order = sorted(
        set(found),
        key=lambda each: (each.kind is Kind.OTHER_PERSON, each.start - each.end,
                          PREFERRED.index(each.kind), each.start),
    )  # fmt: skip
    for each in order:
        if all(each.end <= other.start or each.start >= other.end for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda each: each.start)
