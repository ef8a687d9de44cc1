"""Images as a file stores them, and pages as poppler draws them, for the gate.

Imported only in the limited child. Owns how pixels are got out of a file without the engine's
parser, whatever the image's colours and packing. What they may show is decided elsewhere.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pikepdf
from numpy.typing import NDArray
from PIL import Image

from disclosure.documents.programs import run_program

RESOLUTION: Final = 200
SECONDS: Final = 60.0
MOST_PIXELS: Final = 20_000_000
POINTS_PER_INCH: Final = 72
LOSSY: Final = frozenset({"/DCTDecode", "/JPXDecode"})

Grey = NDArray[np.uint8]


def stored_image(image: pikepdf.Stream) -> Grey:
    """Return an image as it is stored; poppler draws one that Pillow cannot decode."""
    try:
        return decoded(image)
    except ValueError:
        return _drawn_alone(image)


def _drawn_alone(image: pikepdf.Stream) -> Grey:
    """Draw an image on a page of its own, without what masks it."""
    width, height = int(image.get("/Width", 1)), int(image.get("/Height", 1))
    scale = min(1.0, math.sqrt(MOST_PIXELS / max(1, width * height)))
    wide, high = max(1.0, width * scale), max(1.0, height * scale)
    alone = Path("alone.pdf").resolve()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(wide, high))
        copy = pdf.copy_foreign(image)
        for mask in {"/SMask", "/Mask", "/OC"} & set(copy.keys()):
            del copy[mask]
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=copy))
        page.obj.Contents = pdf.make_stream(f"q {wide} 0 0 {high} 0 0 cm /I Do Q".encode())
        pdf.save(alone)
    try:
        return drawn_page(alone, 1, resolution=POINTS_PER_INCH)
    finally:
        alone.unlink()


def content_of(page: pikepdf.Page) -> bytes:
    """Return what a page draws, in one piece."""
    contents = page.obj.get("/Contents")
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    return b"\n".join(part.read_bytes() for part in parts if isinstance(part, pikepdf.Stream))


def decoded(image: pikepdf.Stream) -> Grey:
    """Return an image as Pillow decodes it.

    Raises:
        ValueError: When it cannot.
    """
    try:
        picture = pikepdf.PdfImage(image).as_pil_image()
    except Exception as error:  # an undecodable image is a page that cannot be looked at
        raise ValueError from error
    return np.array(picture.convert("L"))


def drawn_page(path: Path, number: int, *, resolution: int = RESOLUTION) -> Grey:
    """Return a page as poppler draws it, turned as it is seen."""
    numbers = ["-f", str(number), "-l", str(number)]
    options = ["-r", str(resolution), "-gray", "-cropbox", "-singlefile"]
    run_program("pdftoppm", [*options, *numbers, str(path), "drawn"], seconds=SECONDS)
    drawn = Path("drawn.pgm")
    with Image.open(drawn) as picture:
        grey: Grey = np.array(picture.convert("L"))
    drawn.unlink()
    return grey


def images_of(resources: object, *, depth: int) -> Iterator[pikepdf.Stream]:
    """Yield the images that resources name, forms within included."""
    if not isinstance(resources, pikepdf.Dictionary) or depth > len("deep"):
        return
    for item in resources.get("/XObject", pikepdf.Dictionary()).as_dict().values():
        if not isinstance(item, pikepdf.Stream):
            continue
        if item.get("/Subtype") == "/Image":
            yield item
        else:
            yield from images_of(item.get("/Resources"), depth=depth + 1)


def is_lossy(image: pikepdf.Stream) -> bool:
    """Say whether storing an image blurs it."""
    return bool(LOSSY.intersection(_filters(image)))


def _filters(image: pikepdf.Stream) -> list[str]:
    filters = image.get("/Filter", pikepdf.Array())
    return list(map(str, filters)) if isinstance(filters, pikepdf.Array) else [str(filters)]


def resources_of(page: pikepdf.Page) -> object:
    """Return a page's resources, its own or inherited."""
    try:
        return page.resources
    except (AttributeError, KeyError, ValueError):
        return pikepdf.Dictionary()
