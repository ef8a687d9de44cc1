"""Pages for people to mark on: the engine's own pixels, smaller, and the characters it reads.

Imported only in the limited child. Owns the size and coding of the images and where a text stands
in a document before it is marked. Removes nothing; that is ``raster.py``'s.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

import numpy as np
from PIL import Image

from disclosure.documents.encode import Pixels
from disclosure.documents.limits import refused
from disclosure.documents.media import Media
from disclosure.documents.pages import Bounds, ImagePages, PdfPages, SourcePage, open_pages
from disclosure.documents.plan import Box
from disclosure.documents.terms import TermFinder
from disclosure.documents.words import PageText, joint_hits

SCALE: Final = 2.0
"""Pixels of an image for each point of the page; an A4 page is 1191 by 1684."""

LONGEST_SIDE: Final = 3_400
THUMBNAIL: Final = (168, 240)
FLAT_SHARE: Final = 0.75
"""From this share of equal neighbours on, a page is print and not a photograph or scan."""

MOST_COLOURS: Final = 1_024
QUALITY: Final = 78
MOST_HITS: Final = 5_000
SURROGATES: Final = range(0xD800, 0xE000)


def draw_pages(arguments: Mapping[str, object]) -> dict[str, object]:
    """Render pages and tell what stands on them; the task ``draw``.

    Args:
        arguments: ``source``, ``media``, ``numbers`` of pages from 1, and the limits. Images are
            written as ``page-<number>.webp`` and ``small-<number>.webp``.

    Returns:
        One row for each page: box, rotation, text and the boxes of its characters.
    """
    pages = _opened(arguments)
    rows = []
    for number in cast("list[int]", arguments["numbers"]):
        if not 1 <= number <= len(pages):
            raise refused("damaged")
        page = pages.read(number - 1)
        _write_images(page, number)
        rows.append(
            {
                "box": list(page.box),
                "rotation": page.rotation,
                "text": "".join(_storable(character.text) for character in page.characters),
                "boxes": [_rounded(character.box) for character in page.characters],
            }
        )
    return {"pages": rows}


def find_text(arguments: Mapping[str, object]) -> dict[str, object]:
    """Tell where a text stands in a document, in every way of writing; the task ``find``.

    Args:
        arguments: ``source``, ``media``, ``text`` and the limits.

    Returns:
        ``hits``: page and box of each line of each occurrence; ``silent``: pages without
        characters, which nobody has read here.
    """
    pages = _opened(arguments)
    finder = TermFinder([str(arguments["text"])])
    hits: set[tuple[int, Box]] = set()
    silent: list[int] = []
    before: PageText | None = None
    for number in range(1, len(pages) + 1):
        characters = pages.characters(number - 1)
        if not any(character.box for character in characters):
            silent.append(number)
        page = PageText([each.text for each in characters], [each.box for each in characters])
        here, _ = page.hits(finder)
        ends, starts = joint_hits(before, page, finder) if before is not None else ([], [])
        hits.update((number - 1, hit.box) for hit in ends)
        hits.update((number, hit.box) for hit in (*here, *starts))
        before = page
    rows = [[number, list(box)] for number, box in sorted(hits)]
    return {"hits": rows[:MOST_HITS], "silent": silent}


def _opened(arguments: Mapping[str, object]) -> PdfPages | ImagePages:
    path, media = Path(str(arguments["source"])), Media[str(arguments["media"])]
    if media.is_text:
        from disclosure.documents.text_pages import (  # noqa: PLC0415  WeasyPrint is slow to load
            typeset,
        )

        typeset({**arguments, "terms": [], "target": "typeset.pdf"})
        path, media = Path("typeset.pdf"), Media.PDF
    return open_pages(path, media, Bounds.of(arguments))


def _storable(sign: str) -> str:
    """Keep one sign for one character; half of a pair would join its neighbour in JSON."""
    return "\ufffd" if ord(sign) in SURROGATES else sign


def _rounded(box: Box | None) -> list[float] | None:
    return None if box is None else [round(side, 3) for side in box]


def _write_images(page: SourcePage, number: int) -> None:
    upright = np.ascontiguousarray(np.rot90(page.pixels, -(page.rotation // 90) % 4))
    whole = Image.fromarray(upright)
    wide, high = page.box[2] - page.box[0], page.box[3] - page.box[1]
    if page.rotation % 180:
        wide, high = high, wide
    scale = min(SCALE, LONGEST_SIDE / max(wide, high))
    size = (max(1, round(wide * scale)), max(1, round(high * scale)))
    shown = whole if whole.size <= size else whole.resize(size, Image.Resampling.LANCZOS)
    _write_webp(shown, Path(f"page-{number}.webp"))
    shown.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
    shown.save(f"small-{number}.webp", "WEBP", quality=QUALITY, method=2)


def _write_webp(image: Image.Image, path: Path) -> None:
    if is_flat(np.asarray(image)):
        image.save(path, "WEBP", lossless=True, quality=30, method=1)
    else:
        image.save(path, "WEBP", quality=QUALITY, method=2)


def is_flat(pixels: Pixels) -> bool:
    """Say whether an image is print of few colours, which costs little without loss."""
    if Image.fromarray(pixels[::2, ::2].copy()).getcolors(MOST_COLOURS) is None:
        return False
    # A scan in greys has few colours too, but hardly two equal neighbours.
    same = (pixels[:, 1:] == pixels[:, :-1]).all(axis=2)
    return float(same.mean()) >= FLAT_SHARE
