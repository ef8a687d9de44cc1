"""Suggested marks: what in a text looks like data about a person, by kind.

Owns how a text is made ready and which of several matches counts; the patterns are in
``detectors.py``. A suggestion is a question to a person, never a mark. Detection runs over the
stream of characters, so that neither word ends nor wide signs hide a value; offsets are those of
the text as given. Knows neither pages nor files.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from disclosure.documents.detectors import DETECTORS
from disclosure.documents.kinds import Kind
from disclosure.documents.people import bridged, name_variants
from disclosure.documents.terms import WIDE_SIGNS, TermFinder
from disclosure.documents.traditional import simplified

SPACES: Final = frozenset("\u00a0\u2002\u2003\u2009\u202f\u3000\t")
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
    signs = [_plain(sign) for sign in simplified(text)]
    return "".join(signs), [offset for offset, sign in enumerate(signs) if sign]


@lru_cache(maxsize=65_536)
def _plain(sign: str) -> str:
    if unicodedata.category(sign) in HIDDEN:
        return ""
    plain = unicodedata.normalize("NFKC", sign)
    if len(plain) == 1 and (plain.isalnum() or plain in WIDE_SIGNS):
        return plain
    return " " if sign in SPACES else sign


def _detected(stream: str, offsets: Sequence[int]) -> Iterator[Suggestion]:
    for detector in DETECTORS:
        for start, end in detector.spans(stream):
            yield Suggestion(detector.kind, offsets[start], offsets[end - 1] + 1)


def _known(text: str, people: Iterable[str]) -> Iterator[Suggestion]:
    """Find the people of the case; one script stands for both."""
    names = [simplified(person) for person in people]
    plain = simplified(text)
    variants = [variant for name in names for variant in name_variants(name)]
    spans = [(span.start, span.end) for span in TermFinder(variants).spans(plain)]
    spans += [match.span(1) for name in names for match in bridged(name, plain)]
    for start, end in spans:
        if _stands_alone(text, start, end):
            yield Suggestion(Kind.KNOWN_PERSON, start, end)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Say whether a Latin name is no part of a longer word."""
    before, after = text[start - 1 : start], text[end : end + 1]
    latin = text[start].isascii() and text[end - 1].isascii()
    return not latin or not (_letter(before) or _letter(after))


def _letter(sign: str) -> bool:
    return sign.isascii() and sign.isalpha()


def _settled(found: Iterable[Suggestion]) -> list[Suggestion]:
    """Keep the longest of those that overlap; of equals the kind that is named first."""
    kept: list[tuple[int, int, Suggestion]] = []
    order = sorted(
        set(found),
        key=lambda each: (each.kind is Kind.OTHER_PERSON, each.start - each.end,
                          PREFERRED.index(each.kind), each.start),
    )  # fmt: skip
    for each in order:
        at = bisect_left(kept, (each.start, each.end))
        clear_before = at == 0 or kept[at - 1][1] <= each.start
        clear_after = at == len(kept) or kept[at][0] >= each.end
        if clear_before and clear_after:
            kept.insert(at, (each.start, each.end, each))
    return [each for _, _, each in kept]
