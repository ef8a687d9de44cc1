"""Files that are broken, locked or built to exhaust whoever opens them."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

from tests.documents.corpus import BASE, blank, helvetica, shown

PASSWORD = "correct horse"


@dataclass(frozen=True)
class Hostile:
    make: Callable[[Path], None]
    codes: tuple[str, ...]
    suffix: str = ".pdf"


def empty(path: Path) -> None:
    path.write_bytes(b"")


def markup(path: Path) -> None:
    path.write_text("<!DOCTYPE html><html><body>%PDF-1.7 not at all</body></html>")


def program(path: Path) -> None:
    path.write_bytes(b"\x7fELF" + bytes(200))


def cut_off(path: Path) -> None:
    whole = io.BytesIO()
    blank(*[BASE + shown(f"page {number}", 72, 600) for number in range(20)]).save(whole)
    path.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])


def no_table(path: Path) -> None:
    whole = io.BytesIO()
    blank(BASE).save(whole, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    content = whole.getvalue()
    path.write_bytes(content[: content.index(b"xref")] + b"%%EOF\n")


def locked(path: Path) -> None:
    blank(BASE).save(path, encryption=pikepdf.Encryption(owner="owner", user=PASSWORD))


def page_tree_loop(path: Path) -> None:
    pdf = blank(BASE)
    pdf.Root.Pages.Kids = Array([pdf.Root.Pages])
    pdf.save(path)


def form_draws_itself(path: Path) -> None:
    pdf = blank(BASE + b"/X Do\n")
    form = pdf.make_stream(b"q 0.9 0 0 0.9 1 1 cm /X Do Q q 0.8 0 0 0.8 2 2 cm /X Do Q\n")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 500, 500])
    form.Resources = Dictionary(XObject=Dictionary(X=form))
    pdf.pages[0].obj.Resources.XObject = Dictionary(X=form)
    pdf.save(path)


def flat_tree(path: Path, *, pages: int, declared: int) -> None:
    """Write a page tree by hand: pikepdf is slow to make a large one and mends a false one."""
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(pages))
    body = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (declared, kids),
        *[b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"] * pages,
    ]
    out, offsets = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, content in enumerate(body, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start, size = out.tell(), len(body) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start))
    path.write_bytes(out.getvalue())


def hundred_thousand_pages(path: Path) -> None:
    flat_tree(path, pages=100_000, declared=100_000)


def modest_count(path: Path) -> None:
    flat_tree(path, pages=100_000, declared=3)


def lying_count(path: Path) -> None:
    flat_tree(path, pages=1, declared=2_000_000_000)


def sized(path: Path, side: int) -> None:
    pdf = blank(BASE)
    pdf.pages[0].obj.MediaBox = Array([0, 0, side, side])
    pdf.save(path)


def huge_page(path: Path) -> None:
    sized(path, 200_000)


def large_page(path: Path) -> None:
    sized(path, 14_000)


def content_bomb(path: Path) -> None:
    """Inflate to four gigabytes of operators."""
    piece = zlib.compress(b"q " * (32 * 1024 * 1024), 9)
    twice = zlib.compress(piece, 9)
    pdf = blank(BASE)
    stream = pdf.make_stream(twice)
    stream.Filter = Array([Name.FlateDecode, Name.FlateDecode])
    pdf.pages[0].obj.Contents = Array([stream] * 64)
    pdf.save(path)


def image_bomb_in_a_page(path: Path) -> None:
    """Claim ten gigabytes of pixels."""
    side = 60_000
    packed = zlib.compress(bytes(side * 100), 9)
    pdf = blank(BASE + b"q 500 0 0 500 0 0 cm /I Do Q\n")
    stream = pdf.make_stream(packed)
    stream.Type, stream.Subtype, stream.Filter = Name.XObject, Name.Image, Name.FlateDecode
    stream.Width, stream.Height, stream.BitsPerComponent = side, side, 8
    stream.ColorSpace = Name.DeviceRGB
    pdf.pages[0].obj.Resources = Dictionary(
        XObject=Dictionary(I=stream), Font=Dictionary(F=helvetica())
    )
    pdf.save(path)


def png_bomb(path: Path) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(6251 * 1000), 9)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def half_a_png(path: Path) -> None:
    whole = io.BytesIO()
    Image.effect_noise((400, 400), 50).save(whole, "PNG")
    path.write_bytes(whole.getvalue()[:20_000])


def damaged_content(path: Path) -> None:
    pdf = blank(BASE)
    stream = pdf.make_stream(zlib.compress(BASE * 200)[:-40] + bytes(20))
    stream.Filter = Name.FlateDecode
    pdf.pages[0].obj.Contents = stream
    pdf.save(path)


def binary_text(path: Path) -> None:
    path.write_bytes(b"almost text \x00\x01\x02")


HOSTILE: dict[str, Hostile] = {
    "empty": Hostile(empty, ("empty",)),
    "markup named pdf": Hostile(markup, ("kind-mismatch",)),
    "program": Hostile(program, ("unknown-kind",), suffix=".bin"),
    "markup": Hostile(markup, ("unknown-kind",), suffix=""),
    "cut off": Hostile(cut_off, ("damaged",)),
    "no table": Hostile(no_table, ("damaged",)),
    "locked": Hostile(locked, ("encrypted",)),
    "page tree loop": Hostile(page_tree_loop, ("damaged",)),
    "hundred thousand pages": Hostile(hundred_thousand_pages, ("too-many-pages",)),
    "modest count": Hostile(modest_count, ("too-many-pages", "damaged")),
    "lying count": Hostile(lying_count, ("too-many-pages", "damaged")),
    "huge page": Hostile(huge_page, ("page-too-large",)),
    "large page": Hostile(large_page, ("too-many-pixels",)),
    "content bomb": Hostile(content_bomb, ("memory", "time")),
    "image bomb in a page": Hostile(image_bomb_in_a_page, ("too-many-pixels",)),
    "form draws itself": Hostile(form_draws_itself, ("memory", "time")),
    "png bomb": Hostile(png_bomb, ("too-many-pixels",), suffix=".png"),
    "half a png": Hostile(half_a_png, ("damaged",), suffix=".png"),
    "damaged content": Hostile(damaged_content, ("damaged",)),
    "binary text": Hostile(binary_text, ("kind-mismatch",), suffix=".txt"),
}
