"""Marks of neighbouring words as one: what a person sees and what the engine burns.

Owns that grouping; the marks themselves stay as they were made, so that each can be taken back.
"""

from collections.abc import Sequence
from itertools import groupby

from disclosure.documents.plan import Box
from disclosure.documents.words import joined_lines
from disclosure.storage.cases import DocumentMark


def grouped(marks: Sequence[DocumentMark]) -> list[list[DocumentMark]]:
    """Put marks of neighbouring words under one code together; they leave as one.

    Returns:
        Groups in the order of the pages, terms first; all other marks stand alone.
    """

    def place(mark: DocumentMark) -> tuple[int, str, str, int]:
        return mark.page or 0, mark.kind, mark.reason_code, mark.span_start or 0

    groups: list[list[DocumentMark]] = []
    for _, run in groupby(sorted(marks, key=place), key=lambda mark: place(mark)[:3]):
        reached = -1
        for mark in run:
            if mark.span_start is not None and mark.span_start <= reached:
                groups[-1].append(mark)
            else:
                groups.append([mark])
            reached = max(reached, mark.span_end or -1)
    return groups


def boxes_of(group: Sequence[DocumentMark]) -> list[Box | None]:
    """Return what a group covers, the lines of neighbours joined; None is all of its page."""
    first = group[0]
    if first.boxes is not None:
        return [*joined_lines([_sides(box) for mark in group for box in mark.boxes or ()])]
    return [_sides(first.box) if first.box is not None else None]


def _sides(box: Sequence[float]) -> Box:
    return box[0], box[1], box[2], box[3]
