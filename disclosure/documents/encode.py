"""How a page's pixels are stored: black and white, greys, a palette, or JPEG.

Owns the choice and the encoding. Grey pages become sixteen levels; a page with colour keeps it,
because colour may carry meaning. Knows neither marks nor PDFs beyond the image dictionary.
"""

import io
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

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
    sample = pixels[::SAMPLE, ::SAMPLE].astype(np.int16)
    red, green, blue = sample[:, :, 0], sample[:, :, 1], sample[:, :, 2]
    spread = np.maximum(abs(red - green), abs(green - blue))
    return float((spread > COLOUR_DIFFERENCE).mean()) > COLOUR_SHARE


def grey_of(pixels: Pixels) -> Pixels:
    """Return the brightness of each pixel."""
    grey: Pixels = np.asarray(Image.fromarray(pixels).convert("L"))
    return grey.copy()


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


def _sixteen_greys(grey: Pixels) -> EncodedImage:
    height, width = grey.shape
    levels = LEVELS[grey]
    if width % 2:
        levels = np.pad(levels, ((0, 0), (0, 1)))
    packed = (levels[:, 0::2] << 4) | levels[:, 1::2]
    entries = b"/ColorSpace /DeviceGray /BitsPerComponent 4 /Filter /FlateDecode"
    return EncodedImage(width, height, entries, zlib.compress(packed.tobytes(), 6))


def _black_and_white(grey: Pixels) -> EncodedImage:
    """Encode as a fax does (CCITT group 4), without loss of the two values."""
    height, width = grey.shape
    rows = np.packbits(grey > HALF, axis=1)
    image = Image.frombytes("1", (width, height), rows.tobytes())
    content = io.BytesIO()
    image.save(content, "TIFF", compression="group4", strip_size=height * rows.shape[1])
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
