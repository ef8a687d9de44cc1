"""How a page's pixels are stored: black and white, greys, a palette, or JPEG.

Owns the choice and the encoding. Grey pages become sixteen levels; a page with colour keeps it,
because colour may carry meaning. Knows neither marks nor PDFs beyond the image dictionary.
"""

import io
import zlib
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from disclosure.documents.sight import distance
from disclosure.documents.writer import EncodedImage

COLOUR_DIFFERENCE: Final = 28
COLOUR_SHARE: Final = 0.0004
SAMPLE: Final = 3
SAMPLED_LINE: Final = 16
JPEG_QUALITY: Final = 75
PALETTE: Final = 64
FLATE_ENOUGH: Final = 250_000
"""Grey pages that are larger than this many bytes are photographs and are tried as JPEG."""

DENSE: Final = 120_000
"""Grey pages that would be larger than this are black print or photographs."""

PRINT_ENOUGH: Final = 90_000
"""Black print that is larger than this many bytes is tried as a fax too, which takes long."""

PRINT_LEVEL: Final = 4
"""Effort of packing black print: half the time of the usual one for a twentieth more bytes."""

HALF: Final = 150
"""Brightness (of 255) from which a pixel of black print counts as paper."""

FAINT: Final = 235
GREY_SHARE: Final = 0.0005
STRIP_OFFSETS, STRIP_SIZES = 273, 279
"""Numbers of TIFF entries."""

LEVELS: Final = np.array([(value + 8) // 17 for value in range(256)], dtype=np.uint8)

Pixels = NDArray[np.uint8]


def has_colour(pixels: Pixels) -> bool:
    """Say whether a page shows any colour worth keeping."""
    red, green, blue = np.ascontiguousarray(pixels[::SAMPLE, ::SAMPLE, :3].transpose(2, 0, 1))
    spread = np.maximum(distance(red, green), distance(green, blue))
    return float((spread > COLOUR_DIFFERENCE).mean()) > COLOUR_SHARE


def grey_of(pixels: Pixels) -> Pixels:
    """Return the brightness of each pixel."""
    height, width, bytes_each = pixels.shape
    mode = "RGB" if bytes_each == len("RGB") else "RGBX"
    whole = np.ascontiguousarray(pixels)
    image = Image.frombuffer(mode, (width, height), whole, "raw", mode, 0, 1)
    grey: Pixels = np.array(image.convert("L"))
    return grey


def encode(pixels: Pixels) -> EncodedImage:
    """Encode the final pixels of a page.

    Args:
        pixels: Height and width, or height, width and three channels.
    """
    if pixels.ndim == len(("height", "width")):
        expected = _expected_size(pixels)
        if expected > DENSE and is_print(pixels):
            return _black_and_white(pixels)
        if expected > 2 * FLATE_ENOUGH:
            return _jpeg(pixels)
        packed = _sixteen_greys(pixels)
        return packed if len(packed.content) < FLATE_ENOUGH else _smaller(packed, _jpeg(pixels))
    return _smaller(_palette(pixels), _jpeg(pixels))


def _expected_size(grey: Pixels) -> int:
    """Tell by a sample of lines how large sixteen greys would be, to save the time."""
    lines = np.ascontiguousarray(LEVELS[grey[::SAMPLED_LINE]])
    return len(zlib.compress(lines.tobytes(), 1)) * SAMPLED_LINE


def is_print(grey: Pixels) -> bool:
    """Say whether a page is black print on white, which loses nothing in black and white.

    Grey is only the rim of black there; faint letters, shades and photographs have grey of their
    own, far from any black.
    """
    darkest = np.minimum(grey[:-1], grey[1:])
    darkest = np.minimum(darkest[:, :-1], darkest[:, 1:])
    near = np.minimum(darkest[:-1], darkest[1:])
    near = np.minimum(near[:, :-1], near[:, 1:])
    middle = grey[1:-1, 1:-1]
    own = (middle < FAINT) & (near > HALF)
    return float(own.mean()) < GREY_SHARE


def _smaller(one: EncodedImage, other: EncodedImage) -> EncodedImage:
    return one if len(one.content) <= len(other.content) else other


@lru_cache(maxsize=1)
def _pairs() -> Pixels:
    """Return the packed byte for every two neighbours, the left one in the lower half."""
    pairs: Pixels = (LEVELS * np.uint8(16))[None, :] | LEVELS[:, None]
    return pairs.reshape(-1)


def _sixteen_greys(grey: Pixels) -> EncodedImage:
    height, width = grey.shape
    even = np.pad(grey, ((0, 0), (0, 1))) if width % 2 else np.ascontiguousarray(grey)
    packed = _pairs()[even.view("<u2")]
    entries = b"/ColorSpace /DeviceGray /BitsPerComponent 4 /Filter /FlateDecode"
    return EncodedImage(width, height, entries, zlib.compress(packed.tobytes(), 6))


def _black_and_white(grey: Pixels) -> EncodedImage:
    """Encode black print, whose two values are kept without loss either way."""
    height, width = grey.shape
    rows = np.packbits(grey > HALF, axis=1)
    content = zlib.compress(rows.tobytes(), PRINT_LEVEL)
    entries = b"/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode"
    plain = EncodedImage(width, height, entries, content)
    return plain if len(content) < PRINT_ENOUGH else _smaller(plain, _group_4(rows, width))


def _group_4(rows: Pixels, width: int) -> EncodedImage:
    """Encode as a fax does (CCITT group 4)."""
    height = rows.shape[0]
    image = Image.frombytes("1", (width, height), rows.tobytes())
    content = io.BytesIO()
    image.save(content, "TIFF", compression="group4", strip_size=rows.size)
    content.seek(0)
    with TiffImageFile(content) as written:
        start, length = written.tag_v2[STRIP_OFFSETS][0], written.tag_v2[STRIP_SIZES][0]
    entries = (
        b"/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode"
        b" /DecodeParms << /K -1 /Columns %d /Rows %d /BlackIs1 true >>" % (width, height)
    )
    return EncodedImage(width, height, entries, content.getvalue()[start : start + length])


def _palette(pixels: Pixels) -> EncodedImage:
    image = Image.fromarray(pixels).quantize(
        PALETTE, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
    )
    colours = bytes(image.getpalette() or ())[: PALETTE * 3]
    entries = b"/ColorSpace [/Indexed /DeviceRGB %d <%s>] /BitsPerComponent 8 /Filter /FlateDecode"
    return EncodedImage(
        image.width,
        image.height,
        entries % (len(colours) // 3 - 1, colours.hex().encode()),
        zlib.compress(image.tobytes(), 6),
    )


def _jpeg(pixels: Pixels) -> EncodedImage:
    image = Image.fromarray(pixels)
    content = io.BytesIO()
    image.save(content, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True)
    space = b"/DeviceGray" if image.mode == "L" else b"/DeviceRGB"
    entries = b"/ColorSpace %s /BitsPerComponent 8 /Filter /DCTDecode" % space
    return EncodedImage(image.width, image.height, entries, content.getvalue())
