"""The pages of a PDF or an image as pixels and characters, both in unrotated user space.

Imported only in the limited child: this is where pdfium and Pillow meet a hostile file. Owns
resolution, rotation, crop box and shifted origin; above this module a page has pixels, a visible
box and characters with boxes in the same coordinates. Removing is the business of ``raster.py``.
"""

import ctypes
import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Final, NamedTuple, cast

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray
from PIL import Image, ImageOps

from disclosure.documents.limits import refused
from disclosure.documents.media import Media
from disclosure.documents.plan import Box

POINTS_PER_INCH: Final = 72
RESOLUTION: Final = 200
LOWEST_RESOLUTION: Final = 50
HIGHEST_DECLARED: Final = 1_200
SCAN_SHARE: Final = 0.03
"""From this share of a page on, an image may hold text that no text layer tells."""

FRESH_AFTER: Final = 24
"""pdfium keeps what it has decoded; the document is opened anew after this many pages."""

SPARE_PIXELS: Final = 4
"""An image on a page may hold this many times the pixels of the page: it is drawn smaller."""

SMALLEST: Final = 0.05
"""A side of fewer points tells nothing of where a character stands."""

Pixels = NDArray[np.uint8]


class Character(NamedTuple):
    """A character of the text layer; without a box when the parser made it up (a space)."""

    text: str
    box: Box | None


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page before anything is removed.

    Attributes:
        box: Visible box in unrotated user space, in points.
        rotation: Clockwise turn on the screen, in degrees.
        pixels: Red, green, blue, perhaps with a spare byte after each three; unrotated.
        characters: In the order of the file.
        fonts: A number for the font of each character, where it was asked for.
    """

    box: Box
    rotation: int
    pixels: Pixels
    characters: tuple[Character, ...]
    fonts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits that are checked while reading rather than by the system."""

    pages: int
    side: float
    pixels: int

    @classmethod
    def of(cls, arguments: Mapping[str, object]) -> "Bounds":
        """Read the bounds from a task's arguments."""
        pages, side, pixels = (
            cast("float", arguments[f"limit_{name}"]) for name in ("pages", "side", "pixels")
        )
        return cls(pages=int(pages), side=float(side), pixels=int(pixels))

    def check_count(self, pages: int) -> None:
        """Refuse a document with too many pages or none."""
        if pages > self.pages:
            raise refused("too-many-pages")
        if pages < 1:
            raise refused("damaged")

    def resolution(self, box: Box) -> float:
        """Return the dots per inch at which a page fits the pixel limit."""
        width, height = box[2] - box[0], box[3] - box[1]
        if max(width, height) > self.side:
            raise refused("page-too-large")
        area = max(width, 1.0) * max(height, 1.0) / POINTS_PER_INCH**2
        dots = min(float(RESOLUTION), math.sqrt(self.pixels / area))
        if dots < LOWEST_RESOLUTION:
            raise refused("too-many-pixels")
        return dots


class PdfPages:
    """Read a PDF page by page with pdfium."""

    def __init__(self, path: Path, bounds: Bounds, password: str | None = None) -> None:
        self._path = path
        self._password = password
        self._bounds = bounds
        self._loaded = 0
        self.unflattened: set[int] = set()
        """Pages whose notes and form values are drawn, but are no text to the parser."""
        self._document = self._open()
        bounds.check_count(len(self._document))

    def _open(self) -> pypdfium2.PdfDocument:
        try:
            document = pypdfium2.PdfDocument(self._path, password=self._password)
        except pypdfium2.PdfiumError as error:
            locked = getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
            raise refused("encrypted" if locked else "damaged") from None
        if document.get_formtype() != pdfium.FORMTYPE_NONE:
            document.init_forms()
        return document

    def __len__(self) -> int:
        return len(self._document)

    def geometry(self, index: int) -> tuple[Box, int]:
        """Return the visible box and the rotation of a page, checked against the bounds."""
        page = self._load(index)
        rotation = int(page.get_rotation())
        box = cast("Box", tuple(float(side) for side in page.get_bbox()))
        page.close()
        self._bounds.resolution(box)
        return box, rotation

    def read(self, index: int, *, fonts: bool = False) -> SourcePage:
        """Render a page and take its characters, with their fonts where these are wanted."""
        page = self._flattened(index)
        rotation = int(page.get_rotation())
        page.set_rotation(0)
        box = cast("Box", tuple(float(side) for side in page.get_bbox()))
        scale = self._bounds.resolution(box) / POINTS_PER_INCH
        bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=True)
        pixels: Pixels = bitmap.to_numpy()
        bitmap.close()
        characters = self._characters(page)
        numbers = tuple(self._fonts(page)) if fonts else ()
        page.close()
        return SourcePage(box, rotation, pixels, characters, numbers)

    def characters(self, index: int) -> tuple[Character, ...]:
        """Take the characters of a page without rendering it."""
        page = self._flattened(index)
        page.set_rotation(0)
        found = tuple(self._characters(page))
        page.close()
        return found

    def marks(self, index: int) -> tuple[int, int, bool]:
        """Count characters and images of a page and say whether its pixels may hold more text."""
        page = self._flattened(index)
        text = page.get_textpage()
        characters = int(text.count_chars())
        text.close()
        box = page.get_bbox()
        area = max(1.0, (box[2] - box[0]) * (box[3] - box[1]))
        images, shapes, largest = 0, 0, 0.0
        for found in page.get_objects(max_depth=5):
            if found.type == pdfium.FPDF_PAGEOBJ_IMAGE:
                left, bottom, right, top = found.get_bounds()
                largest = max(largest, (right - left) * (top - bottom) / area)
                wide, high = found.get_px_size()
                if wide * high > self._bounds.pixels * SPARE_PIXELS:
                    # pdfium would leave it out without a word.
                    raise refused("too-many-pixels")
                images += 1
            elif found.type in {pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_SHADING}:
                shapes += 1
        page.close()
        unspoken = characters == 0 and (images or shapes)
        untold = unspoken or index in self.unflattened
        return characters, images, bool(largest >= SCAN_SHARE or untold)

    def _flattened(self, index: int) -> pypdfium2.PdfPage:
        """Load a page with its form values and notes made part of it, so that they are text too."""
        page = self._load(index)
        if pdfium.FPDFPage_GetAnnotCount(page) == 0:
            return page
        done = pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
        if done == pdfium.FLATTEN_FAIL:
            self.unflattened.add(index)
            return page
        page.close()
        return self._document[index]

    def _load(self, index: int) -> pypdfium2.PdfPage:
        self._loaded += 1
        if self._loaded % FRESH_AFTER == 0:
            self._document.close()
            self._document = self._open()
        try:
            return self._document[index]
        except pypdfium2.PdfiumError:
            raise refused("damaged") from None

    @staticmethod
    def _characters(page: pypdfium2.PdfPage) -> tuple[Character, ...]:
        text = page.get_textpage()
        count = pdfium.FPDFText_CountChars(text.raw)
        codes = map(_code_at, repeat(_address(text.raw)), range(count))
        signs = [
            chr(code) if 0 < code < 0x110000 else "\ufffd"  # noqa: PLR2004  Unicode's end
            for code in codes
        ]
        boxes = _boxes(text.raw, count, blank := np.array([sign.isspace() for sign in signs], bool))
        text.close()
        empty = blank | (boxes[:, 2] <= boxes[:, 0]) | (boxes[:, 3] <= boxes[:, 1])
        places: list[Box | None] = list(zip(*boxes.T.tolist(), strict=True))
        for index in np.flatnonzero(empty).tolist():
            places[index] = None
        return tuple(map(Character._make, zip(signs, places, strict=True)))

    @staticmethod
    def _fonts(page: pypdfium2.PdfPage) -> Iterator[int]:
        text = page.get_textpage()
        for index in range(pdfium.FPDFText_CountChars(text.raw)):
            drawn = pdfium.FPDFText_GetTextObject(text.raw, index)
            font = pdfium.FPDFTextObj_GetFont(drawn) if drawn else None
            yield ctypes.cast(font, ctypes.c_void_p).value or 0 if font else 0
        text.close()


def _plain_call(name: str, *kinds: type) -> Callable[..., int]:
    """Return a function of pdfium that takes addresses as numbers, which is twice as quick."""
    address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value or 0
    return ctypes.CFUNCTYPE(ctypes.c_uint, *kinds)(address)


_ADDRESS: Final = ctypes.c_void_p
_code_at: Final = _plain_call("FPDFText_GetUnicode", _ADDRESS, ctypes.c_int)
_box_at: Final = _plain_call("FPDFText_GetCharBox", _ADDRESS, ctypes.c_int, *[_ADDRESS] * 4)


def _address(handle: object) -> int:
    return ctypes.cast(cast("ctypes.c_void_p", handle), ctypes.c_void_p).value or 0


def _boxes(handle: object, count: int, blank: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return left, bottom, right and top of each character, the drawn ones if it has any size."""
    boxes = np.zeros((count, 4), dtype=np.float64)
    side = boxes.itemsize
    row = 4 * side
    # pdfium gives left, right, bottom, top.
    starts = [boxes.ctypes.data + side * place for place in (0, 2, 1, 3)]
    sides = [range(start, start + row * count, row) for start in starts]
    for _ in map(_box_at, repeat(_address(handle)), range(count), *sides):
        pass
    size = np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    loose = pdfium.FS_RECTF()
    for index in np.flatnonzero((size < SMALLEST) & ~blank).tolist():
        pdfium.FPDFText_GetLooseCharBox(handle, index, loose)
        boxes[index] = loose.left, loose.bottom, loose.right, loose.top
    return boxes


class ImagePages:
    """Read each frame of an image as a page; one pixel is a point unless a resolution is given."""

    def __init__(self, path: Path, media: Media, bounds: Bounds) -> None:
        self._bounds = bounds
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self._image = Image.open(path, formats=[media.name])
                self._frames = int(getattr(self._image, "n_frames", 1))
            except Image.DecompressionBombError:
                raise refused("too-many-pixels") from None
            except (OSError, ValueError, SyntaxError):
                raise refused("damaged") from None
        bounds.check_count(self._frames)

    def __len__(self) -> int:
        return self._frames

    def geometry(self, index: int) -> tuple[Box, int]:
        """Return the box of a frame; an image is never rotated."""
        return self.read(index).box, 0

    def marks(self, index: int) -> tuple[int, int, bool]:
        """Say that a frame is one image whose text nobody has read."""
        return 0, min(1, index + 1), True

    def characters(self, index: int) -> tuple[Character, ...]:
        """Say that a frame has no characters."""
        del index
        return ()

    def read(self, index: int, *, fonts: bool = False) -> SourcePage:
        """Decode a frame, upright and without transparency."""
        del fonts
        try:
            self._image.seek(index)
            self._check_size()
            dots = self._declared()
            frame = _flat(ImageOps.exif_transpose(self._image))
        except (OSError, ValueError, SyntaxError, EOFError):
            raise refused("damaged") from None
        box = (
            0.0,
            0.0,
            frame.width * POINTS_PER_INCH / dots,
            frame.height * POINTS_PER_INCH / dots,
        )
        self._bounds.resolution(box)
        if dots > RESOLUTION:
            factor = RESOLUTION / dots
            size = (max(1, round(frame.width * factor)), max(1, round(frame.height * factor)))
            frame = frame.resize(size, Image.Resampling.LANCZOS)
        return SourcePage(box, 0, np.array(frame), ())

    def _check_size(self) -> None:
        if self._image.width * self._image.height > self._bounds.pixels:
            raise refused("too-many-pixels")

    def _declared(self) -> float:
        declared = self._image.info.get("dpi", (POINTS_PER_INCH,))
        dots = float(declared[0]) if isinstance(declared, tuple) else float(POINTS_PER_INCH)
        known = LOWEST_RESOLUTION <= dots <= HIGHEST_DECLARED
        return dots if known else float(POINTS_PER_INCH)


def _flat(image: Image.Image) -> Image.Image:
    if image.mode in {"I;16", "I;16B", "I", "F"}:
        values = np.array(image, dtype=np.float64)
        top = max(float(values.max()), 1.0)
        return Image.fromarray((values / top * 255).clip(0, 255).astype(np.uint8)).convert("RGB")
    if "A" in image.getbands() or "transparency" in image.info:
        solid = image.convert("RGBA")
        white = Image.new("RGBA", solid.size, "white")
        return Image.alpha_composite(white, solid).convert("RGB")
    return image.convert("RGB")


def open_pages(
    path: Path, media: Media, bounds: Bounds, *, password: str | None = None
) -> PdfPages | ImagePages:
    """Open a document that has pages."""
    if media is Media.PDF:
        return PdfPages(path, bounds, password)
    return ImagePages(path, media, bounds)
