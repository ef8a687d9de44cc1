"""How a page's pixels are stored: sixteen greys, a palette, or JPEG, whichever is smaller.

Owns the choice and the encoding. Grey pages become sixteen levels; a page with colour keeps it,
because colour may carry meaning. Knows neither marks nor PDFs beyond the image dictionary.
"""

import io
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from disclosure.documents.writer import EncodedImage

COLOUR_DIFFERENCE: Final = 28
COLOUR_SHARE: Final = 0.0004
SAMPLE: Final = 3
SAMPLED_LINE: Final = 16
JPEG_QUALITY: Final = 75
PALETTE: Final = 64
FLATE_ENOUGH: Final = 250_000
"""Grey pages that are larger than this many bytes are photographs and are tried as JPEG."""

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
        if _photograph(pixels):
            return _jpeg(pixels)
        packed = _sixteen_greys(pixels)
        return packed if len(packed.content) < FLATE_ENOUGH else _smaller(packed, _jpeg(pixels))
    return _smaller(_palette(pixels), _jpeg(pixels))


def _photograph(grey: Pixels) -> bool:
    """Tell by a sample of lines that sixteen greys would be far too large, to save the time."""
    lines = np.ascontiguousarray(LEVELS[grey[::SAMPLED_LINE]])
    return len(zlib.compress(lines.tobytes(), 1)) * SAMPLED_LINE > 2 * FLATE_ENOUGH


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
