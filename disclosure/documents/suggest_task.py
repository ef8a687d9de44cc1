"""Reading a document in the child and suggesting what a person should decide on.

Imported only in the limited child. Owns which text of a page is read: its characters, or its pixels
where the characters tell nothing. What is suggested is the business of ``suggest.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

import numpy as np

from disclosure.documents.encode import grey_of
from disclosure.documents.kinds import Kind
from disclosure.documents.media import Media
from disclosure.documents.pages import Bounds, SourcePage, open_pages
from disclosure.documents.programs import ProgramFailed, ProgramMissing
from disclosure.documents.recognise import read_in_any_turn
from disclosure.documents.suggest import suggest
from disclosure.documents.terms import TermFinder, fold

LANGUAGES: Final = "chi_sim+eng"
MOST: Final = 2_000


@dataclass(slots=True)
class _Found:
    text: str
    pages: list[int] = field(default_factory=list)
    count: int = 0


def suggest_marks(arguments: Mapping[str, object]) -> dict[str, object]:
    """Suggest marks for a document; the task ``suggest``.

    Args:
        arguments: ``source``, ``media``, ``password``, ``people``, ``removed``, ``scans`` and the
            limits.

    Returns:
        One row for each value: kind, text, pages and how often it stands there.
    """
    path, media = Path(str(arguments["source"])), Media[str(arguments["media"])]
    if media.is_text:
        from disclosure.documents.text_pages import (  # noqa: PLC0415  WeasyPrint is slow to load
            typeset,
        )

        typeset({**arguments, "terms": [], "target": "typeset.pdf"})
        path, media = Path("typeset.pdf"), Media.PDF
    password = cast("str | None", arguments["password"])
    people = cast("list[str]", arguments["people"])
    scans = set(cast("list[int]", arguments["scans"]))
    pages = open_pages(path, media, Bounds.of(arguments), password=password)
    removed = cast("list[str]", arguments["removed"])
    finder = TermFinder(removed)
    found: dict[tuple[Kind, str], _Found] = {}
    asked: dict[tuple[Kind, str], _Found] = {}
    for number in range(1, len(pages) + 1):
        page = pages.read(number - 1)
        text = "".join(character.text for character in page.characters)
        if number in scans:
            text += "\n" + _read(page)
        _collect(found, text, number, people)
        for span in finder.spans(text):
            _note(asked, Kind.REMOVED_ELSEWHERE, removed[span.term], number)
    rows = [
        [kind.value, each.text, each.pages, each.count]
        for (kind, _), each in [*asked.items(), *found.items()]
    ]
    return {"suggestions": rows[:MOST]}


def _collect(
    found: dict[tuple[Kind, str], _Found], text: str, number: int, people: list[str]
) -> None:
    for each in suggest(text, people=people):
        _note(found, each.kind, " ".join(text[each.start : each.end].split()), number)


def _note(found: dict[tuple[Kind, str], _Found], kind: Kind, value: str, number: int) -> None:
    row = found.setdefault((kind, fold(value)), _Found(value))
    row.count += 1
    if number not in row.pages:
        row.pages.append(number)


def _read(page: SourcePage) -> str:
    upright = np.ascontiguousarray(np.rot90(grey_of(page.pixels), -(page.rotation // 90) % 4))
    try:
        return read_in_any_turn(upright, LANGUAGES)[0].text
    except (ProgramMissing, ProgramFailed):
        return ""
