# ruff: noqa: RUF001  wide signs are what is tested
"""Finished files in which nothing is left, though they look as if something were."""

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageDraw

from disclosure.documents.plan import Box
from tests.documents.bad_places import BOX, COVER_NAME, HATCH, SPLIT, TRIANGLES, page
from tests.documents.corpus import (
    BASE,
    KEPT,
    NUMBER,
    SECRET,
    blank,
    image_stream,
    picture,
    scan_page,
    shown,
    typeset,
)
from tests.documents.corpus_fonts import _outline
from tests.documents.here import applied

Write = Callable[[Path], None]
FIRST, LAST = SECRET.split()
ROUNDED = (
    b"0 g 74 645 m 226 645 l 230 645 230 645 230 649 c 230 661 l 230 665 230 665 226 665 c "
    b"74 665 l 70 665 70 665 70 661 c 70 649 l 70 645 70 645 74 645 c h f\n"
)


def text(*lines: str) -> Write:
    return page(b"".join(shown(line, 72, 600 - 20 * at) for at, line in enumerate(lines)))


def written(*lines: str) -> Write:
    return lambda path: typeset(path, "".join(f"<p>{line}</p>" for line in lines))


def changed(change: Callable[[pikepdf.Pdf], None], **options: object) -> Write:
    def write(path: Path) -> None:
        pdf = blank(BASE, BASE)
        change(pdf)
        pdf.save(path, **options)

    return write


def information(pdf: pikepdf.Pdf) -> None:
    pdf.trailer.Info = pdf.make_indirect(Dictionary(Author=String(FIRST), Subject=String("Order")))


def labels(pdf: pikepdf.Pdf) -> None:
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D, P=String("A-"))]))


def places(pdf: pikepdf.Pdf) -> None:
    named = Array([String("chapter"), Array([pdf.pages[1].obj, Name.Fit])])
    pdf.Root.Names = Dictionary(Dests=pdf.make_indirect(Dictionary(Names=named)))


def alternative(pdf: pikepdf.Pdf) -> None:
    element = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Figure, Alt=String("logo")))
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=element))


def layers(pdf: pikepdf.Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("draft")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(ON=Array([layer])))


def link(pdf: pikepdf.Pdf) -> None:
    action = Dictionary(S=Name.URI, URI=String("https://example.com/%41?a=1&amp;b=%zz"))
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])


def cropped(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.CropBox = Array([50, 400, 545, 800])


def turned(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Rotate = 270
    pdf.pages[0].obj.MediaBox = Array([-20, -30, 575, 812])


def box_in_a_form(path: Path) -> None:
    pdf = blank(BASE + b"/X Do\n")
    form = pdf.make_stream(COVER_NAME)
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 595, 842])
    pdf.pages[0].obj.Resources.XObject = Dictionary(X=form)
    pdf.save(path)


def box_of_one_pixel(path: Path) -> None:
    pdf = blank(BASE + b"q 160 0 0 20 70 645 cm /I Do Q\n")
    pixel = Image.new("L", (1, 1), 0)
    pdf.pages[0].obj.Resources.XObject = Dictionary(I=image_stream(pdf, pixel))
    pdf.save(path)


def flattened(box: tuple[int, int, int, int] = (60, 60, 560, 160), *, lossy: bool = False) -> Write:
    """Keep a page as one image into which a box was painted."""

    def write(path: Path) -> None:
        image = picture(SECRET, KEPT)
        ImageDraw.Draw(image).rectangle(box, fill=0)
        pdf = scan_page(KEPT)
        stream = image_stream(pdf, image)
        if lossy:
            content = io.BytesIO()
            image.save(content, "JPEG", quality=60)
            stream.write(content.getvalue(), filter=Name.DCTDecode)
        pdf.pages[0].obj.Resources.XObject.I = stream
        pdf.save(path)

    return write


PAINTED: Box = (94.0, 497.0, 269.0, 527.0)
"""The inside of the box of ``flattened``, on its page."""


def engine(make: Write, *, boxes: tuple[Box, ...] = (), terms: tuple[str, ...] = ()) -> Write:
    """Let the engine alone make the file, without the gate behind it."""

    def write(path: Path) -> None:
        source = path.with_name("source.pdf")
        make(source)
        applied(source, path, boxes=boxes, terms=terms)

    return write


NAMED = shown(SECRET, 72, 650)

CLEAN_FILES: dict[str, tuple[Write, tuple[Box, ...]]] = {
    "one part of the name": (text(f"{FIRST} Road 5", "and nobody else"), ()),
    "the other part of the name": (text(f"{LAST} Ltd sold it"), ()),
    "both parts apart": (text(f"{FIRST} Road belongs to", f"the firm {LAST}"), ()),
    "initials": (text("Buyer: W. Z."), ()),
    "another name": (text("Weimin Zhangson", "Weiming Zhangsun", "Weiming Zhang"), ()),
    "ten of eleven digits": (text(NUMBER[:-1], NUMBER[1:]), ()),
    "digits with another between": (text(NUMBER[:5] + "0" + NUMBER[5:]), ()),
    "digits in another order": (text(NUMBER[::-1]), ()),
    "halves of the digits in two lines apart": (text(NUMBER[:5], "between", NUMBER[5:]), ()),
    "dates and prices": (text("2026-11-24 13:81 CNY 2345.67", "138 pieces at 123.45"), ()),
    "signs of the Chinese name apart": (written("国王，张三，伟大的人", "小张和大伟"), ()),
    "what a tool writes instead": (text("Buyer: [redacted]", "Phone: XXXXXXXXXXX"), ()),
    "blocks instead of letters": (written("Buyer: ████████"), ()),
    "accents": (written("Wéimin Zhängsön, größer"), ()),
    "split text that is another": (page(b"BT /F 9 Tf 72 600 Td [(Wei) 9 (ming)] TJ ET"), ()),
    "information": (changed(information), ()),
    "page labels": (changed(labels), ()),
    "named places": (changed(places), ()),
    "alternative text": (changed(alternative), ()),
    "layers that are on": (changed(layers), ()),
    "a link": (changed(link), ()),
    "crop box": (changed(cropped), ()),
    "a turned page": (changed(turned), ()),
    "a newer version of the format": (changed(lambda _: None, force_version="2.0"), ()),
    "curves": (page(b"".join(b"%d 9 m 1 2 3 4 %d 99 c S\n" % (at, at) for at in range(40))), ()),
    "triangles": (page(TRIANGLES), ()),
    "hatching": (page(HATCH), ()),
    "letters as paths": (page(_outline("Parcel", 72, 600, 24)), ()),
    "black box on paper": (page(COVER_NAME), (BOX,)),
    "white box on paper": (page(b"1 g 70 645 160 20 re f\n"), (BOX,)),
    "red box on paper": (page(b"1 0 0 rg 70 645 160 20 re f\n"), (BOX,)),
    "rounded box": (page(ROUNDED), (BOX,)),
    "box of lines": (page(b"0 g 70 645 m 230 645 l 230 665 l 70 665 l h f\n"), (BOX,)),
    "thick line as box": (page(b"0 G 20 w 70 655 m 230 655 l S\n"), (BOX,)),
    "box of a form": (box_in_a_form, (BOX,)),
    "box of one pixel": (box_of_one_pixel, (BOX,)),
    "box of one pixel in the content": (
        page(b"q 160 0 0 20 70 645 cm BI /W 1 /H 1 /BPC 8 /CS /G /F /AHx ID 00> EI Q\n"), (BOX,)
    ),
    "nothing in the place": (page(b""), (BOX,)),
    "neighbours of the box": (
        page(COVER_NAME + shown("Buyer:", 30, 650) + shown("Lane 5", 234, 650)), (BOX,)
    ),
    "flattened": (flattened(), (PAINTED,)),
    "flattened as JPEG": (flattened(lossy=True), (PAINTED,)),
    "the engine, a box": (engine(page(NAMED), boxes=(BOX,)), (BOX,)),
    "the engine, a term": (engine(page(NAMED), terms=(SECRET,)), ()),
    "the engine, split text": (
        engine(page(b"BT /F 12 Tf 72 650 Td " + SPLIT + b" TJ ET"), terms=(SECRET,)), ()
    ),
    "the engine, a turned page": (engine(changed(turned), boxes=(BOX,)), (BOX,)),
    "the engine, boxes that overlap": (
        engine(page(NAMED), boxes=(BOX, (60.0, 640.0, 120.0, 655.0))),
        (BOX, (60.0, 640.0, 120.0, 655.0)),
    ),
    "the engine, a box at the edge": (
        engine(page(b""), boxes=((560.0, 600.0, 595.0, 612.0),)), ((560.0, 600.0, 595.0, 612.0),)
    ),
    "the engine, colour": (
        engine(page(b"1 0 0 rg 50 600 400 90 re f\n" + NAMED), boxes=(BOX,)), (BOX,)
    ),
}  # fmt: skip
"""What it looks like -> the file and its boxes."""
