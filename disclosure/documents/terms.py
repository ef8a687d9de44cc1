"""Finding a term in text, however it is written there.

Owns folding (case, width, accents, spaces, hyphens, zero-width signs, line breaks, groups of
digits) and the rules by which a loosely written occurrence counts. Engine and gate share it, so
that both mean the same by "this value stands here". Knows neither pages nor files.
"""

import itertools
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LOOSE_LENGTH: Final = 6
"""From this folded length on, separators inside a term need no word boundary around it."""

PUNCTUATED_LENGTH: Final = 8
"""From this length on, punctuation inside a term may differ as well."""

WIDE_SIGNS: Final = frozenset("@._-+")
NONCHARACTERS: Final = frozenset("\ufffe\uffff")
SEPARATOR_CATEGORIES: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Pd", "Mn", "Me"})
MIDDLE_DOTS: Final = frozenset("\u00b7\u2022\u2027\u30fb\uff65\u2212")


@dataclass(frozen=True, slots=True)
class Span:
    """Say where a term stands in a text.

    Attributes:
        start: Offset of its first character, in code points.
        end: Offset after its last character.
        term: Index of the term in the finder's sequence.
    """

    start: int
    end: int
    term: int


@lru_cache(maxsize=65_536)
def fold_character(character: str) -> str:
    """Return what a character counts as, or an empty string for a separator."""
    if character in NONCHARACTERS or character in MIDDLE_DOTS:
        return ""
    if unicodedata.category(character) in SEPARATOR_CATEGORIES:
        return ""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    plain = "".join(
        part
        for part in unicodedata.normalize("NFKD", character)
        if unicodedata.category(part) not in SEPARATOR_CATEGORIES
    )
    if plain.isalnum() or plain in WIDE_SIGNS:
        return plain.casefold()
    return character


def fold(text: str) -> str:
    """Return a text without separators, in one case and width."""
    return text.translate(_FOLDED)


@dataclass(frozen=True, slots=True)
class FoldedText:
    """Keep a folded text together with the offsets of its characters in the original.

    Attributes:
        text: The folded characters.
        offsets: For each of them the offset of its original character.
        bare: The letters and digits of ``text`` only.
        bare_offsets: For each of them the offset of its original character.
    """

    original: str
    text: str
    offsets: Sequence[int]
    bare: str
    bare_offsets: Sequence[int]


def fold_with_offsets(text: str) -> FoldedText:
    """Fold a text and remember where each character came from."""
    parts = list(map(fold_character, text))
    folded = "".join(parts)
    offsets = [offset for offset, part in enumerate(parts) for _ in part]
    kept = [index for index, part in enumerate(folded) if part.isalnum()]
    return FoldedText(
        original=text,
        text=folded,
        offsets=offsets,
        bare="".join([folded[index] for index in kept]),
        bare_offsets=[offsets[index] for index in kept],
    )


@dataclass(frozen=True, slots=True)
class _Needle:
    term: int
    folded: str
    gaps: frozenset[int]
    bare: bool


class _Table(dict[int, str]):
    """Fold characters for ``str.translate``, each when it is first met."""

    def __init__(self, fold_one: Callable[[str], str]) -> None:
        super().__init__()
        self._fold_one = fold_one

    def __missing__(self, code: int) -> str:
        self[code] = folded = self._fold_one(chr(code))
        return folded


def _bare_character(character: str) -> str:
    return "".join(filter(str.isalnum, fold_character(character)))


_FOLDED: Final = _Table(fold_character)
_BARE: Final = _Table(_bare_character)
_PLAIN: Final = bytes(ord(_bare_character(chr(code)) or " ") for code in range(128)) + bytes(128)
_DROPPED: Final = bytes(code for code in range(128) if not _bare_character(chr(code)))


def bare_text(text: str) -> str:
    """Return the letters and digits of a text, folded."""
    if text.isascii():
        return text.encode().translate(_PLAIN, _DROPPED).decode()
    return text.translate(_BARE)


class TermFinder:
    """Find any of many terms in a text.

    Args:
        terms: The values as typed; one that folds to nothing is never found.
    """

    def __init__(self, terms: Sequence[str]) -> None:
        self._needles = tuple(
            needle for index, term in enumerate(terms) for needle in _needles(index, term)
        )
        self._cores = {bare_text(needle.folded) for needle in self._needles}

    def spans(self, text: str) -> list[Span]:
        """Return every occurrence in a text, in no particular order."""
        if not self._may_occur(text):
            return []
        folded = fold_with_offsets(text)
        spans = (span for needle in self._needles for span in _occurrences(folded, needle))
        return list(dict.fromkeys(spans))

    def _may_occur(self, text: str) -> bool:
        """Say quickly that no term occurs, which is so for most texts.

        Letters and digits alone decide: a text that lacks a term's own cannot hold the term.
        """
        bare = bare_text(text)
        return any(core in bare for core in self._cores)

    def found(self, text: str) -> set[int]:
        """Return the indexes of the terms that occur in a text."""
        return {span.term for span in self.spans(text)}


def _needles(index: int, term: str) -> Iterable[_Needle]:
    folded = fold_with_offsets(term)
    if not folded.text:
        return
    yield _Needle(index, folded.text, frozenset(_gaps(folded.offsets)), bare=False)
    if any(unicodedata.bidirectional(part) in {"R", "AL"} for part in folded.text):
        yield _Needle(index, folded.text[::-1], frozenset(), bare=False)
    for bare in _bare_forms(folded):
        if len(bare) >= PUNCTUATED_LENGTH or (bare.isdecimal() and len(bare) >= LOOSE_LENGTH):
            yield _Needle(index, bare, frozenset(), bare=True)


def _bare_forms(folded: FoldedText) -> set[str]:
    forms = {folded.bare}
    if folded.text.startswith("+86"):
        forms.add(folded.bare.removeprefix("86"))
    if "@" in folded.text:
        local, _, domain = folded.text.partition("@")
        spelt = itertools.product(
            (local, local.replace(".", "dot")), ("", "at"), (domain, domain.replace(".", "dot"))
        )
        forms.update("".join(filter(str.isalnum, "".join(parts))) for parts in spelt)
    return forms


def _gaps(offsets: Sequence[int]) -> list[int]:
    return [index for index in range(1, len(offsets)) if offsets[index] - offsets[index - 1] > 1]


def _occurrences(folded: FoldedText, needle: _Needle) -> Iterable[Span]:
    text = folded.bare if needle.bare else folded.text
    offsets = folded.bare_offsets if needle.bare else folded.offsets
    at = text.find(needle.folded)
    while at >= 0:
        last = at + len(needle.folded)
        span = Span(offsets[at], offsets[last - 1] + 1, needle.term)
        if needle.bare or _counts(folded, needle, offsets[at:last], span):
            yield span
        at = text.find(needle.folded, at + 1)


def _counts(folded: FoldedText, needle: _Needle, offsets: Sequence[int], span: Span) -> bool:
    if len(needle.folded) >= LOOSE_LENGTH or any(map(is_ideograph, needle.folded)):
        return True
    if needle.gaps.issuperset(_gaps(offsets)):
        return True
    before = folded.original[span.start - 1 : span.start]
    after = folded.original[span.end : span.end + 1]
    return not before.isalnum() and not after.isalnum()


def is_ideograph(character: str) -> bool:
    """Say whether a character belongs to a script written without spaces between words."""
    code = ord(character)
    return (
        0x2E80 <= code <= 0x9FFF  # noqa: PLR2004  bounds of the CJK blocks of Unicode
        or 0xF900 <= code <= 0xFAFF  # noqa: PLR2004  compatibility ideographs
        or 0x20000 <= code <= 0x3FFFF  # noqa: PLR2004  supplementary ideographs
    )
