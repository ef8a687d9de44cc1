"""Asking the child for suggested marks.

Owns the question and the shape of its answer; the document is opened by ``suggest_task.py`` in the
limited child.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from disclosure.documents.child import child_folder, run_child
from disclosure.documents.inspect import Inspection, checked_media, limit_arguments
from disclosure.documents.kinds import Kind
from disclosure.documents.limits import Limits


@dataclass(frozen=True, slots=True)
class SuggestedValue:
    """A value that a person should decide on, wherever it stands in one document.

    Attributes:
        kind: What it looks like.
        text: As it stands there first.
        pages: From 1.
        count: How often it stands there.
    """

    kind: Kind
    text: str = field(repr=False)
    pages: tuple[int, ...]
    count: int


def suggestions_for(
    path: Path,
    inspection: Inspection,
    *,
    people: Sequence[str] = (),
    removed: Sequence[str] = (),
    limits: Limits | None = None,
) -> list[SuggestedValue]:
    """Return the values of a document that look like data about a person.

    Args:
        path: The document.
        inspection: Of the same document.
        people: Names of the people of the case.
        removed: Texts that were taken out of other documents, found however they are written.
        limits: What the work may cost.

    Raises:
        DocumentRefused: When it cannot be read within the limits.
    """
    limits = limits or Limits()
    media = checked_media(path, limits)
    arguments = {
        "source": str(path.resolve()),
        "media": media.name,
        "password": None,
        "people": list(people),
        "removed": list(removed),
        "scans": list(inspection.scans),
    } | limit_arguments(limits)
    allowed = limits.allowing(pages=inspection.pages, read=len(inspection.scans))
    with child_folder(path) as folder:
        answer = run_child("suggest", arguments, limits=allowed, folder=folder, spawns=True)
    rows = cast("list[tuple[str, str, list[int], int]]", answer["suggestions"])
    return [
        SuggestedValue(Kind(kind), text, tuple(pages), count) for kind, text, pages, count in rows
    ]
