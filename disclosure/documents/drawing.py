"""Asking the child for the pages on which people mark, and where a text stands.

Owns the questions and the shape of their answers; the document is opened by ``drawing_task.py`` in
the limited child, by the renderer that the engine uses.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from disclosure.documents.child import child_folder, run_child
from disclosure.documents.inspect import checked_media, limit_arguments
from disclosure.documents.layout import Layout, layout_of
from disclosure.documents.limits import Limits
from disclosure.documents.plan import Box, Plan


@dataclass(frozen=True, slots=True, repr=False)
class DrawnPage:
    """One page as an image for the screen, a small one for the list of pages, and its layout."""

    number: int
    image: bytes
    small: bytes
    layout: Layout


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """Where a text stands.

    Attributes:
        hits: Page and box of each line of each occurrence, in order.
        silent: Pages without characters, in which nothing could be looked for.
    """

    hits: tuple[tuple[int, Box], ...]
    silent: tuple[int, ...]

    @property
    def pages(self) -> list[int]:
        """Return the pages on which it stands."""
        return sorted({page for page, _ in self.hits})


def draw(path: Path, numbers: Sequence[int], *, limits: Limits | None = None) -> list[DrawnPage]:
    """Render pages of a document.

    Args:
        path: The document.
        numbers: Pages from 1.
        limits: What the work may cost.

    Raises:
        DocumentRefused: When it cannot be read within the limits.
    """
    limits = limits or Limits()
    with child_folder(path) as folder:
        answer = _ask("draw", path, {"numbers": list(numbers)}, limits, folder)
        rows = cast("list[Mapping[str, object]]", answer["pages"])
        return [
            DrawnPage(
                number,
                (folder / f"page-{number}.webp").read_bytes(),
                (folder / f"small-{number}.webp").read_bytes(),
                layout_from(row),
            )
            for number, row in zip(numbers, rows, strict=True)
        ]


def find(path: Path, text: str, *, pages: int, limits: Limits | None = None) -> Found:
    """Tell where a text stands in a document, in every way of writing.

    Args:
        path: The document.
        text: What to look for.
        pages: Of the document.
        limits: What the work may cost.

    Raises:
        DocumentRefused: When it cannot be read within the limits.
    """
    limits = (limits or Limits()).allowing(pages=pages)
    with child_folder(path) as folder:
        answer = _ask("find", path, {"text": text}, limits, folder)
    rows = cast("list[tuple[int, list[float]]]", answer["hits"])
    return Found(
        tuple((page, (box[0], box[1], box[2], box[3])) for page, box in rows),
        tuple(cast("list[int]", answer["silent"])),
    )


def _ask(
    task: str, path: Path, more: Mapping[str, object], limits: Limits, folder: Path
) -> dict[str, object]:
    media = checked_media(path, limits)
    arguments = {"source": str(path.resolve()), "media": media.name, **more}
    arguments |= limit_arguments(limits)
    return run_child(task, arguments, limits=limits, folder=folder, spawns=media.is_text)


def layout_from(row: Mapping[str, object]) -> Layout:
    """Build a layout from a child's answer, or from what was kept of one."""
    box = cast("Box", tuple(cast("list[float]", row["box"])))
    boxes = [
        None if each is None else (each[0], each[1], each[2], each[3])
        for each in cast("list[list[float] | None]", row["boxes"])
    ]
    return layout_of(box, int(cast("int", row["rotation"])), str(row["text"]), boxes)


def layout_row(layout: Layout) -> dict[str, object]:
    """Return what ``layout_from`` needs to build a layout again."""
    return {
        "box": list(layout.box),
        "rotation": layout.rotation,
        "text": layout.text,
        "boxes": [None if box is None else list(box) for box in layout.boxes],
    }


def plan_digest(plan: Plan) -> str:
    """Return the SHA-256 of a plan: the same marks give the same finished pages."""
    regions = [[region.page, *region.box, region.reason] for region in plan.regions]
    terms = [[term.text, term.reason] for term in plan.terms]
    return hashlib.sha256(json.dumps([regions, terms]).encode()).hexdigest()
