"""The pixels of a finished file: under the boxes, and as text that a person could read.

Imported only in the limited child. Owns how pixels are got without the engine's parser: a page in
our own form by decoding its one image, any other page by poppler, and each of its images too.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Final

import numpy as np
import pikepdf
from numpy.typing import NDArray

from disclosure.documents.burn import Rectangle, burn, label_rectangle, rectangle
from disclosure.documents.fonts_of_page import pages_with_untrusted_fonts
from disclosure.documents.gate_bare import bare_copy
from disclosure.documents.gate_images import (
    Grey,
    content_of,
    decoded,
    drawn_page,
    images_of,
    is_lossy,
    resources_of,
    stored_image,
)
from disclosure.documents.gate_text import images_by_pdfminer
from disclosure.documents.padding import padded
from disclosure.documents.plan import Box, Region
from disclosure.documents.programs import ProgramFailed, ProgramMissing
from disclosure.documents.recognise import languages_for, read_in_any_turn
from disclosure.documents.writer import FONT_NAME, IMAGE_NAME

EVEN: Final = 24
"""Difference of brightness that storing as JPEG or as a palette may bring into one colour."""

DRAWN_EVEN: Final = 8
"""The same on a page without such images, where poppler only rounds."""

LABEL_SLACK: Final = 96
BLOCK: Final = 8
"""Pixels over which JPEG spreads an edge."""

UNREADABLE: Final = (pikepdf.PdfError, AttributeError, TypeError, RuntimeError)
INLINE: Final = re.compile(rb"\bBI\b.*?\bID\b", re.DOTALL)

SMALLEST_IMAGE: Final = (60, 16)
SHOWN: Final = b" Tj"


@dataclass(frozen=True, slots=True)
class PagePixels:
    """A page as pixels.

    Attributes:
        grey: Unrotated.
        box: What it shows, in points.
        rotation: Clockwise turn on the screen.
        own: Whether the page has our own form.
        lossy: Whether the pixels went through JPEG, which blurs the edge of a box.
        even: Difference of brightness that storing may bring into one colour.
    """

    grey: Grey
    box: Box
    rotation: int
    own: bool
    lossy: bool = False
    even: int = EVEN

    @property
    def upright(self) -> Grey:
        """Return the pixels as they are seen."""
        return np.ascontiguousarray(np.rot90(self.grey, -(self.rotation // 90) % 4))


class PixelSource:
    """Give the pixels of any page of a file.

    Args:
        path: The file.
        pdf: The same file, opened.
    """

    def __init__(self, path: Path, pdf: pikepdf.Pdf) -> None:
        self.path = path
        self.pdf = pdf
        self.unfolded_path = path

    def own_image(self, number: int) -> pikepdf.Stream | None:
        """Return the one image of a page in our own form."""
        resources = self.pdf.pages[number - 1].obj.get("/Resources", pikepdf.Dictionary())
        images = resources.get("/XObject", pikepdf.Dictionary())
        fonts = resources.get("/Font", pikepdf.Dictionary())
        if set(images.keys()) != {IMAGE_NAME} or set(fonts.keys()) != {FONT_NAME}:
            return None
        image = images[IMAGE_NAME]
        return image if isinstance(image, pikepdf.Stream) else None

    def page(self, number: int) -> PagePixels:
        """Return the pixels of a page.

        Raises:
            ProgramMissing: When poppler is needed and not installed.
            ProgramFailed: When it fails.
        """
        page = self.pdf.pages[number - 1]
        rotation = int(page.obj.get("/Rotate", 0)) % 360
        box = _visible(page)
        image = self.own_image(number)
        if image is not None:
            lossy = bool(image.get("/Filter") == "/DCTDecode")
            grey = not lossy and image.get("/ColorSpace") == "/DeviceGray"
            even = 0 if grey else EVEN
            return PagePixels(decoded(image), box, rotation, own=True, lossy=lossy, even=even)
        grey_page = np.rot90(drawn_page(self.path, number), rotation // 90).copy()
        even = EVEN if any(map(is_lossy, images_of(resources_of(page), depth=0))) else DRAWN_EVEN
        return PagePixels(grey_page, box, rotation, own=False, even=even)

    @cached_property
    def unfolded(self) -> pikepdf.Pdf:
        """The same file with the images that stand in its contents taken out as objects."""
        before = len(self.pdf.objects)
        copy = pikepdf.open(self.path, suppress_warnings=True)
        for page in copy.pages:
            if INLINE.search(content_of(page)):
                page.externalize_inline_images(min_size=0)
        if len(copy.objects) == before:
            return self.pdf
        self.unfolded_path = Path("unfolded.pdf").resolve()
        copy.save(self.unfolded_path)
        return pikepdf.open(self.unfolded_path)

    @cached_property
    def bare(self) -> tuple[Path, list[int]]:
        """A copy without covers, and the pages on which that may tell more.

        Raises:
            ValueError: When the pages cannot be rewritten.
        """
        try:
            return bare_copy(self.path)
        except UNREADABLE as error:
            raise ValueError from error

    def stored(self) -> list[pikepdf.Stream]:
        """Return the images of a file that are no page in our own form, as they are stored."""
        own = {
            image.objgen
            for number in range(1, len(self.pdf.pages) + 1)
            if (image := self.own_image(number)) is not None
        }
        return [
            item
            for item in self.unfolded.objects
            if isinstance(item, pikepdf.Stream)
            and item.get("/Subtype") == "/Image"
            and item.objgen not in own
            and int(item.get("/Width", 0)) >= SMALLEST_IMAGE[0]
            and int(item.get("/Height", 0)) >= SMALLEST_IMAGE[1]
        ]


def fits_boxes(
    pixels: PixelSource, number: int, regions: Sequence[Region], *, strict: bool
) -> Iterator[Region]:
    """Yield the regions of a page under which there is more than one even colour and the label.

    Args:
        pixels: Of the file.
        number: The page.
        regions: Of this page, in the order of the plan.
        strict: Whether the boxes must be there with their padding, as the engine burns them.
    """
    page = pixels.page(number)
    shape = (page.grey.shape[0], page.grey.shape[1])
    exact = strict or page.own
    differs = _differs(page, regions, shape)
    for region in regions:
        marked = rectangle(region.box, page.box, shape)
        area = rectangle(padded(region.box, page.box), page.box, shape) if exact else marked
        if area is None or marked is None:
            continue
        uncovered = _any(differs, area) and (exact or not _even(page.grey, marked, page.even))
        if uncovered or (not page.own and _goes_on_beneath(pixels, number, region.box)):
            yield region


def _goes_on_beneath(pixels: PixelSource, number: int, box: Box) -> bool:
    """Say whether an image or a drawing of a foreign page goes on under a box."""
    if _uneven_image(pixels, number, box):
        return True
    page = pixels.pdf.pages[number - 1]
    rotation = int(page.obj.get("/Rotate", 0)) % 360
    copy, _ = pixels.bare
    drawn = np.rot90(drawn_page(copy, number), rotation // 90)
    place = rectangle(box, _media_box(page), (drawn.shape[0], drawn.shape[1]))
    return place is not None and not _even(drawn, place, EVEN)


def _differs(
    page: PagePixels, regions: Sequence[Region], shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """Return where a page is not what burning the regions into it would make of it."""
    expected = page.grey.copy()
    marks = [(region.box, region.reason) for region in regions]
    burn(expected, page.box, page.rotation, marks)
    return abs(expected.astype(np.int16) - page.grey) > _slack(page, regions, shape)


def _slack(
    page: PagePixels, regions: Sequence[Region], shape: tuple[int, int]
) -> NDArray[np.int16]:
    """Return by how much each pixel may differ: little in a box, more on its label and rim."""
    scale = shape[1] / (page.box[2] - page.box[0])
    padding = (rectangle(padded(region.box, page.box), page.box, shape) for region in regions)
    places = [place for place in padding if place is not None]
    slack = np.full(shape, LABEL_SLACK if page.lossy else page.even, dtype=np.int16)
    for left, top, right, bottom in places:
        slack[top + BLOCK : bottom - BLOCK, left + BLOCK : right - BLOCK] = page.even
    if page.even == 0:
        return slack
    rim = BLOCK if page.lossy else 0
    for place in places:
        left, top, right, bottom = label_rectangle(place, scale, page.rotation)
        slack[max(0, top - rim) : bottom + rim, max(0, left - rim) : right + rim] = LABEL_SLACK
    return slack


def pages_of_pixels(pixels: PixelSource) -> list[int]:
    """Return the pages that may show text which no text layer tells."""
    pages = set(pages_with_untrusted_fonts(pixels.pdf))
    for number in range(1, len(pixels.pdf.pages) + 1):
        page = pixels.pdf.pages[number - 1]
        if pixels.own_image(number) is not None:
            if SHOWN not in page.obj["/Contents"].read_bytes():
                pages.add(number)
        elif not _has_fonts(page) or _draws_images(page):
            pages.add(number)
    return sorted(pages)


def _draws_images(page: pikepdf.Page) -> bool:
    return any(True for _ in images_of(resources_of(page), depth=0))


def read_pages(
    pixels: PixelSource, pages: Sequence[int], removed: list[str]
) -> Iterator[tuple[str, str, tuple[str, str] | None]]:
    """Yield place, text read off its pixels, and what went wrong if anything did."""
    languages = languages_for(removed)
    for number in pages:
        yield from _read_one(f"page {number}", partial(_upright_page, pixels, number), languages)


def read_uncovered(
    pixels: PixelSource, removed: list[str]
) -> Iterator[tuple[str, str, tuple[str, str] | None]]:
    """Do the same for pages of a foreign file whose letters may be hidden under something."""
    languages = languages_for(removed)
    try:
        copy, pages = pixels.bare
    except ValueError:
        yield "document", "", ("uncovered", "the pages cannot be read without what covers them")
        return
    for number in pages:
        look = partial(drawn_page, copy, number)
        yield from _read_one(f"page {number}, uncovered", look, languages)


def read_images(
    pixels: PixelSource, removed: list[str]
) -> Iterator[tuple[str, str, tuple[str, str] | None]]:
    """Do the same for the images that a foreign file holds, shown or not, as they are stored."""
    languages = languages_for(removed)
    for image in pixels.stored():
        place = f"object {image.objgen[0]}, image"
        yield from _read_one(place, partial(stored_image, image), languages)


def _read_one(
    place: str, look: Callable[[], Grey], languages: str
) -> Iterator[tuple[str, str, tuple[str, str] | None]]:
    try:
        yield place, read_in_any_turn(look(), languages)[0].text, None
    except ProgramMissing as missing:
        yield place, "", ("missing-program", missing.remedy)
    except (ProgramFailed, OSError, ValueError):
        yield place, "", ("failed-program", f"{place} could not be read")


def _upright_page(pixels: PixelSource, number: int) -> Grey:
    return pixels.page(number).upright


def _visible(page: pikepdf.Page) -> Box:
    media = [float(side) for side in page.mediabox]
    crop = [float(side) for side in page.cropbox]
    lefts, rights = sorted(media[0::2]), sorted(crop[0::2])
    bottoms, tops = sorted(media[1::2]), sorted(crop[1::2])
    return (
        max(lefts[0], rights[0]),
        max(bottoms[0], tops[0]),
        min(lefts[1], rights[1]),
        min(bottoms[1], tops[1]),
    )


def _media_box(page: pikepdf.Page) -> Box:
    left, bottom, right, top = (float(side) for side in page.mediabox)
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _any(differs: NDArray[np.bool_], place: Rectangle) -> bool:
    left, top, right, bottom = place
    return bool(differs[top:bottom, left:right].any())


def _even(grey: Grey, place: Rectangle, slack: int) -> bool:
    """Say whether an area is one value; its rim may belong to the neighbours."""
    left, top, right, bottom = place
    area = grey[top + 2 : bottom - 2, left + 2 : right - 2]
    return area.size == 0 or int(area.max()) - int(area.min()) <= slack


def _uneven_image(pixels: PixelSource, number: int, box: Box) -> bool:
    """Say whether an image goes on, under what is drawn over it, inside a box."""
    unfolded = pixels.unfolded
    for place, identity in images_by_pdfminer(pixels.unfolded_path, number):
        image = unfolded.get_object(identity, 0)
        if not isinstance(image, pikepdf.Stream):
            continue
        grey = stored_image(image)
        across = min(box[2], place[2]) - max(box[0], place[0])
        down = min(box[3], place[3]) - max(box[1], place[1])
        if across <= 0 or down <= 0:
            continue
        inside = rectangle(box, place, (grey.shape[0], grey.shape[1]))
        if inside is not None and not _even(grey, inside, EVEN if is_lossy(image) else DRAWN_EVEN):
            return True
    return False


def _has_fonts(page: pikepdf.Page) -> bool:
    resources = resources_of(page)
    return isinstance(resources, pikepdf.Dictionary) and (
        bool(resources.get("/Font")) or not resources.get("/XObject")
    )
