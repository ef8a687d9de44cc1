"""The ways in which one person's name is written.

Owns order, titles and initials in Chinese and Latin script. Spelling (case, spaces, hyphens, width)
is the business of ``terms.py``. Knows no text.
"""

from collections.abc import Iterator
from typing import Final

from disclosure.documents.terms import is_ideograph

DOUBLE_SURNAMES: Final = frozenset(
    ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒")
)
TITLES: Final = (
    *("先生", "女士", "小姐", "太太", "老师", "总", "经理", "律师", "医生", "师傅", "同学"),
    *("阿姨", "大哥", "主任"),
)
LATIN_TITLES: Final = ("Mr", "Mrs", "Ms", "Miss", "Dr")
SHORTEST_PART: Final = 2


def name_variants(name: str) -> tuple[str, ...]:
    """Return a name in every order and with every title, as typed first."""
    name = " ".join(name.replace("·", " · ").split()).replace(" · ", "·")
    if not name:
        return ()
    chinese = any(map(is_ideograph, name))
    found = _chinese(name) if chinese else _latin(name)
    return tuple(dict.fromkeys([name, *found]))


def _chinese(name: str) -> Iterator[str]:
    signs = name.replace(" ", "").replace("·", "")
    yield signs
    if not 2 <= len(signs) <= 4 or "·" in name:  # noqa: PLR2004  a transcribed name has no surname first
        return
    cut = 2 if signs[:2] in DOUBLE_SURNAMES and len(signs) > 2 else 1  # noqa: PLR2004  two signs
    surname, given = signs[:cut], signs[cut:]
    yield f"{given}{surname}"
    yield from (f"{surname}{title}" for title in TITLES)
    if len(given) > 1:
        yield from (f"{given}{title}" for title in ("先生", "女士", "小姐"))


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
