# ruff: noqa: RUF001  apostrophes as people type them
"""The ways in which one person's name is written.

Owns order, titles and initials in Chinese and Latin script. Spelling (case, spaces, hyphens, width)
is the business of ``terms.py``. Knows no text.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from disclosure.documents.names import AFTER, DOUBLE_SURNAMES, HAN
from disclosure.documents.terms import is_ideograph

TITLES: Final = (
    *("先生", "女士", "小姐", "太太", "老师", "总", "经理", "律师", "医生", "师傅", "同学"),
    *("阿姨", "大哥", "主任"),
)
POLITE: Final = ("先生", "女士", "小姐")
GERMAN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
LATIN_TITLES: Final = ("Mr", "Mrs", "Ms", "Miss", "Dr")
SHORTEST_PART: Final = 2


def name_variants(name: str) -> tuple[str, ...]:
    """Return a name in every order and with every title, as typed first."""
    name = " ".join(name.replace("·", " · ").split()).replace(" · ", "·")
    if not name:
        return ()
    chinese = any(map(is_ideograph, name))
    if chinese:
        return tuple(dict.fromkeys([name, *_chinese(name)]))
    spellings = dict.fromkeys((name, name.translate(GERMAN)))
    return tuple(dict.fromkeys(form for each in spellings for form in (each, *_latin(each))))


def _chinese(name: str) -> Iterator[str]:
    signs = name.replace(" ", "").replace("·", "")
    yield signs
    if not 2 <= len(signs) <= 4 or "·" in name:  # noqa: PLR2004  a transcribed name has no surname first
        return
    cut = 2 if signs[:2] in DOUBLE_SURNAMES and len(signs) > 2 else 1  # noqa: PLR2004  two signs
    surname, given = signs[:cut], signs[cut:]
    yield f"{given}{surname}"
    yield from (f"{surname}{title}" for title in TITLES)
    yield from (f"{signs}{title}" for title in TITLES)
    if len(given) > 1:
        yield from (f"{given}{title}" for title in POLITE)


def _latin(name: str) -> Iterator[str]:
    parts = [part for part in name.replace(",", " ").replace("-", " ").split() if part]
    if len(parts) < SHORTEST_PART:
        return
    first, last = parts[0], parts[-1]
    rest = " ".join(parts[1:])
    yield f"{rest} {first}"
    yield f"{last} {' '.join(parts[:-1])}"
    yield " ".join(parts)
    for surname, given in ((last, parts[:-1]), (first, parts[1:])):
        if len(surname) < SHORTEST_PART:
            continue
        yield f"{given[0][0]}. {surname}"
        yield f"{surname} {given[0][0]}."
        yield from (f"{title} {surname}" for title in LATIN_TITLES)
        yield from (f"{title}. {surname}" for title in LATIN_TITLES)


def bridged(name: str, text: str) -> Iterable[re.Match[str]]:
    """Find a name that no fixed list of variants holds; the first group is the name.

    That is a Latin name with more names or initials in its middle, and a Chinese given name of two
    signs that stands alone.
    """
    pattern = _bridge(name)
    return pattern.finditer(text) if pattern else ()


@lru_cache(maxsize=1_024)
def _bridge(name: str) -> re.Pattern[str] | None:
    if any(map(is_ideograph, name)):
        given = name[2:] if name[:2] in DOUBLE_SURNAMES else name[1:]
        alone = len(given) == 2 and not given.isspace()  # noqa: PLR2004  one sign is a word
        return re.compile(rf"(?<!{HAN})({re.escape(given)})(?={AFTER})") if alone else None
    parts = name.replace(",", " ").split()
    if len(parts) < SHORTEST_PART:
        return None
    first, last = re.escape(parts[0]), re.escape(parts[-1])
    return re.compile(
        rf"(?<![A-Za-z])({first}(?:[ .\-]{{1,2}}[A-Z][a-z'’]{{0,20}}){{1,2}}[ .]{{1,2}}"
        rf"{last})(?![A-Za-z])",
        re.IGNORECASE,
    )
