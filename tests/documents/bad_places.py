"""More finished files in which a value is left, each for one reason, built without the engine."""

import base64
import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from tests.documents.corpus import (
    BASE,
    SECRET,
    blank,
    helvetica,
    image_stream,
    picture,
    scan_page,
    shown,
)
from tests.documents.corpus_fonts import _outline

FIRST, LAST = SECRET.split()
WIDE = "".join(chr(ord(sign) + 0xFEE0) if sign != " " else "\u3000" for sign in SECRET)
COVER = b"0 g 60 470 460 60 re f\n"
XMP = (
    "<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf="
    "'http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
    "xmlns:q='q:'>{}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
)
Write = Callable[[Path], None]


@dataclass(frozen=True)
class Bad:
    """A file and the place at which the gate has to find the value.

    Attributes:
        make: Writes it.
        code: Kind of finding.
        where: A part of the place that the finding names.
        recognise: Whether only character recognition can tell.
    """

    make: Write
    code: str
    where: str
    recognise: bool = False


def page(content: bytes) -> Write:
    return lambda path: blank(BASE + content).save(path)


def changed(change: Callable[[pikepdf.Pdf], None], **options: object) -> Write:
    def write(path: Path) -> None:
        pdf = blank(BASE)
        change(pdf)
        pdf.save(path, **options)

    return write


def information(value: bytes | str) -> Write:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.trailer.Info = pdf.make_indirect(Dictionary(Subject=String(value)))

    return changed(change)


def stored(content: bytes, *filters: str) -> Write:
    """Keep bytes as a stream that the document names but never shows."""

    def change(pdf: pikepdf.Pdf) -> None:
        stream = pdf.make_stream(content)
        if filters:
            stream.Filter = Array([Name(f"/{name}") for name in filters])
        pdf.Root.Extra = stream

    return changed(change, compress_streams=False, stream_decode_level=None)


def xmp(content: str, *, encoding: str = "utf-8") -> Write:
    def change(pdf: pikepdf.Pdf) -> None:
        stream = pdf.make_stream(XMP.format(content).encode(encoding))
        stream.Type, stream.Subtype = Name.Metadata, Name.XML
        pdf.pages[0].obj.Metadata = stream

    return changed(change)


def beside_the_table(orphan: bytes) -> Write:
    """Leave bytes between the last object and the table that names none of them."""

    def write(path: Path) -> None:
        whole = io.BytesIO()
        blank(BASE).save(whole, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        raw = whole.getvalue()
        table = raw.index(b"\nxref") + 1
        head, _, _ = raw[table:].partition(b"startxref")
        end = b"startxref\n%d\n%%%%EOF\n" % (table + len(orphan))
        path.write_bytes(raw[:table] + orphan + head + end)

    return write


def packed_orphan(filters: bytes, content: bytes) -> bytes:
    head = b"99 0 obj\n<< /Filter %s /Length %d >>\nstream\n" % (filters, len(content))
    return head + content + b"\nendstream\nendobj\n"


def letters(order: list[int], place: Callable[[int], tuple[float, float]]) -> bytes:
    parts = ((SECRET[at], *place(at)) for at in order if SECRET[at] != " ")
    return b"".join(shown(sign, x, y) for sign, x, y in parts)


def turned(a: float, b: float) -> bytes:
    return b"BT /F 12 Tf %.3f %.3f %.3f %.3f 300 400 Tm (%s) Tj ET\n" % (a, b, -b, a,
                                                                      SECRET.encode())  # fmt: skip


def in_a_pattern(path: Path) -> None:
    pdf = blank(BASE + b"/Pattern cs /P scn 70 640 300 40 re f\n")
    cell = pdf.make_stream(f"BT /F 12 Tf 0 5 Td [({FIRST[:3]}) 3 ({FIRST[3:]}) -300 "
                           f"({LAST[:4]}) 1 ({LAST[4:]})] TJ ET".encode())  # fmt: skip
    cell.Type, cell.PatternType, cell.PaintType, cell.TilingType = Name.Pattern, 1, 1, 1
    cell.BBox, cell.XStep, cell.YStep = Array([0, 0, 200, 20]), 200, 20
    cell.Resources = Dictionary(Font=Dictionary(F=helvetica()))
    pdf.pages[0].obj.Resources.Pattern = Dictionary(P=cell)
    pdf.save(path)


def in_an_unused_form(path: Path) -> None:
    pdf = blank(BASE)
    form = pdf.make_stream(f"BT /F 9 Tf [({FIRST}) -300 ({LAST})] TJ ET".encode())
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 99, 99])
    form.Resources = Dictionary(Font=Dictionary(F=helvetica()))
    pdf.pages[0].obj.Resources.XObject = Dictionary(X=form)
    pdf.save(path)


def named_place(pdf: pikepdf.Pdf) -> None:
    kids = Array([String(SECRET), Array([pdf.pages[0].obj, Name.Fit])])
    pdf.Root.Names = Dictionary(Dests=pdf.make_indirect(Dictionary(Names=kids)))


def named_font(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Resources.Font.F.BaseFont = Name("/ABCDEF+" + FIRST + LAST)


def named_key(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj[f"/{FIRST}{LAST}"] = True


def expansion(pdf: pikepdf.Pdf) -> None:
    element = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Span, E=String(SECRET)))
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=element))


def address(uri: str) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        link = Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]),
            A=Dictionary(S=Name.URI, URI=String(uri)),
        )  # fmt: skip
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(link)])

    return change


def file_identity(pdf: pikepdf.Pdf) -> None:
    pdf.trailer.ID = Array([String(SECRET.encode()), String(SECRET.encode())])


def marked(content: bytes, properties: Dictionary | None = None) -> Write:
    def write(path: Path) -> None:
        pdf = blank(BASE + content)
        if properties is not None:
            pdf.pages[0].obj.Resources.Properties = Dictionary(M=pdf.make_indirect(properties))
        pdf.save(path)

    return write


def jpeg(**options: object) -> bytes:
    content = io.BytesIO()
    picture("parcel", size=(300, 150)).save(content, "JPEG", **options)
    return content.getvalue()


def with_jpeg(content: bytes) -> Write:
    def write(path: Path) -> None:
        pdf = blank(BASE + b"q 100 0 0 50 72 300 cm /I Do Q\n")
        stream = pdf.make_stream(content)
        stream.Type, stream.Subtype = Name.XObject, Name.Image
        stream.Width, stream.Height, stream.BitsPerComponent = 300, 150, 8
        stream.ColorSpace, stream.Filter = Name.DeviceGray, Name.DCTDecode
        pdf.pages[0].obj.Resources.XObject = Dictionary(I=stream)
        pdf.save(path)

    return write


def exif() -> Image.Exif:
    tags = Image.Exif()
    tags[0x9C9D] = SECRET.encode("utf-16le") + b"\0\0"
    return tags


def beside_an_image(key: str) -> Write:
    """Hang an image of the name on an image that shows nothing."""

    def write(path: Path) -> None:
        pdf = scan_page("A parcel")
        hidden = pdf.make_indirect(image_stream(pdf, picture(SECRET, size=(700, 300))))
        image = pdf.pages[0].obj.Resources.XObject.I
        image[key] = (
            Array([Dictionary(Image=hidden, DefaultForPrinting=True)])
            if key == "/Alternates"
            else hidden
        )
        pdf.save(path)

    return write


def never_drawn(path: Path) -> None:
    pdf = blank(BASE)
    pdf.pages[0].obj.Resources.XObject = Dictionary(
        Q=image_stream(pdf, picture(SECRET, size=(700, 300)))
    )
    pdf.save(path)


def covered_picture(prepare: Callable[[pikepdf.Stream, Image.Image], None]) -> Write:
    """Cover an image, which is stored in some rare way, with a rectangle."""

    def write(path: Path) -> None:
        pdf = scan_page(SECRET, content=b"0 g 60 290 470 270 re f\n")
        prepare(pdf.pages[0].obj.Resources.XObject.I, picture(SECRET))
        pdf.save(path)

    return write


def sixteen_bits(stream: pikepdf.Stream, image: Image.Image) -> None:
    doubled = b"".join(bytes((value, value)) for value in image.tobytes())
    stream.write(zlib.compress(doubled), filter=Name.FlateDecode)
    stream.BitsPerComponent = 16


def two_bits(stream: pikepdf.Stream, image: Image.Image) -> None:
    values = image.tobytes()
    quads = zip(*(values[at::4] for at in range(4)), strict=True)
    packed = bytes(a >> 6 << 6 | b >> 6 << 4 | c >> 6 << 2 | d >> 6 for a, b, c, d in quads)
    stream.write(zlib.compress(packed), filter=Name.FlateDecode)
    stream.BitsPerComponent = 2


def spot_colour(stream: pikepdf.Stream, image: Image.Image) -> None:
    stream.write(zlib.compress(bytes(255 - value for value in image.tobytes())),
                 filter=Name.FlateDecode)  # fmt: skip
    tint = Dictionary(
        FunctionType=2, Domain=Array([0, 1]), C0=Array([0, 0, 0, 0]), C1=Array([0, 0, 0, 1]), N=1
    )
    stream.ColorSpace = Array([Name.Separation, Name.Ink, Name.DeviceCMYK, tint])


def turned_values(stream: pikepdf.Stream, image: Image.Image) -> None:
    stream.write(zlib.compress(bytes(255 - value for value in image.tobytes())),
                 filter=Name.FlateDecode)  # fmt: skip
    stream.Decode = Array([1, 0])


def covered_inline(path: Path) -> None:
    image = picture(SECRET, size=(620, 260))
    head = b"q 300 0 0 126 70 500 cm BI /W 620 /H 260 /BPC 8 /CS /G /F /AHx ID "
    drawn = head + image.tobytes().hex().encode() + b"> EI Q\n"
    blank(drawn + b"0 g 60 490 330 150 re f\n" + BASE).save(path)


def faint_picture(path: Path) -> None:
    pdf = scan_page("A parcel")
    faint = picture(SECRET).point(lambda value: 255 if value > 128 else 247)
    pdf.pages[0].obj.Resources.XObject.I = image_stream(pdf, faint)
    pdf.save(path)


def switched_off_later(path: Path) -> None:
    """Hide a layer by a usage that only some programs follow."""
    pdf = blank(BASE + b"/OC /L BDC\n" + shown(SECRET, 72, 650) + b"EMC\n")
    usage = Dictionary(View=Dictionary(ViewState=Name.OFF))
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("draft"), Usage=usage))
    pdf.pages[0].obj.Resources.Properties = Dictionary(L=layer)
    event = Dictionary(Event=Name.View, OCGs=Array([layer]), Category=Array([Name.View]))
    pdf.Root.OCProperties = Dictionary(
        OCGs=Array([layer]), D=Dictionary(ON=Array([layer]), AS=Array([event]))
    )
    pdf.save(path)


def covering_note(path: Path) -> None:
    pdf = blank(BASE + shown(SECRET, 72, 650))
    look = pdf.make_stream(b"0 g 0 0 160 20 re f\n")
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 160, 20])
    note = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=Array([70, 645, 230, 665]),
                      AP=Dictionary(N=look))  # fmt: skip
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])
    pdf.save(path)


def earlier_state_in_object_streams(path: Path) -> None:
    whole = io.BytesIO()
    blank(BASE + shown(SECRET, 72, 650)).save(
        whole, object_stream_mode=pikepdf.ObjectStreamMode.generate
    )
    raw = whole.getvalue()
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        number, size = pdf.pages[0].obj.Contents.objgen[0], int(pdf.trailer.Size)
        root = pdf.Root.objgen[0]
    start = int(raw.rpartition(b"startxref\n")[2].split()[0])
    offset = len(raw)
    raw += b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        number, len(BASE), BASE
    )  # fmt: skip
    table = len(raw)
    raw += b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (
        number, offset, size, root, start
    )  # fmt: skip
    path.write_bytes(raw + b"startxref\n%d\n%%%%EOF\n" % table)


SPLIT = f"[({FIRST[:3]}) 20 ({FIRST[3:]}) -278 ({LAST})]".encode()
OCTAL = "".join(f"\\{ord(sign):03o}" for sign in SECRET).encode()
HEX = SECRET.encode().hex()
SPACED_HEX = " ".join(HEX[at : at + 2] for at in range(0, len(HEX), 2)).encode()
ENTITIES = "".join(f"&#{ord(sign)};" for sign in SECRET)
HEX_ENTITIES = "".join(f"&#x{ord(sign):x};" for sign in SECRET)
INLINE = b"/Span << /ActualText <feff" + SECRET.encode("utf-16be").hex().encode() + b"> >> BDC "

BAD_PLACES: dict[str, Bad] = {
    "split over TJ": Bad(
        page(b"BT /F 12 Tf 72 650 Td " + SPLIT + b" TJ ET"),
        "text", "page 1",
    ),
    "hex string": Bad(page(b"BT /F 12 Tf 72 650 Td <" + SPACED_HEX + b"> Tj ET"), "text", "page 1"),
    "octal string": Bad(page(b"BT /F 12 Tf 72 650 Td (" + OCTAL + b") Tj ET"), "text", "page 1"),
    "quote operator": Bad(
        page(b"BT /F 12 Tf 14 TL 72 650 Td (" + SECRET.encode() + b") ' ET"), "text", "page 1"
    ),
    "letters from right to left": Bad(
        page(letters(list(range(len(SECRET)))[::-1], lambda at: (72 + at * 9.0, 650))),
        "text", "page 1",
    ),
    "letters shuffled": Bad(
        page(letters(sorted(range(len(SECRET)), key=lambda at: at * 7 % 16),
                     lambda at: (72 + at * 9.0, 650))),
        "text", "page 1",
    ),
    "letters in a column": Bad(
        page(letters(list(range(len(SECRET))), lambda at: (72, 650 - at * 14.0))),
        "text", "page 1",
    ),
    "turned by a quarter": Bad(page(turned(0, 1)), "text", "page 1"),
    "turned by a half": Bad(page(turned(-1, 0)), "text", "page 1"),
    "turned by 33 degrees": Bad(page(turned(0.839, 0.545)), "text", "page 1"),
    "clipping text": Bad(page(shown(SECRET, 72, 650, before="7 Tr")), "text", "page 1"),
    "under a note": Bad(covering_note, "text", "page 1"),
    "layer off in a viewer": Bad(switched_off_later, "text", "page 1"),
    "an earlier state in object streams": Bad(
        earlier_state_in_object_streams, "object", "earlier state 1"
    ),
    "a tiling pattern": Bad(in_a_pattern, "object", "object"),
    "a form that is never drawn": Bad(in_an_unused_form, "object", "object"),
    "a named place": Bad(changed(named_place), "object", "/Names"),
    "the name of a font": Bad(changed(named_font), "object", "/BaseFont"),
    "the key of an entry": Bad(changed(named_key), "object", "object"),
    "an expansion": Bad(changed(expansion), "object", "/E"),
    "an address": Bad(changed(address(f"mailto:{FIRST}%20{LAST}@x.test")), "object", "/URI"),
    "an address in percent signs": Bad(
        changed(address("x:" + "".join(f"%{ord(sign):02x}" for sign in SECRET))), "object", "/URI"
    ),
    "an address in base 64": Bad(
        changed(address("data:," + base64.b64encode(f"to {SECRET}!".encode()).decode())),
        "object", "raw bytes",
    ),
    "the identity of the file": Bad(changed(file_identity), "object", "raw bytes"),
    "information in UTF-16": Bad(
        information(b"\xfe\xff" + SECRET.encode("utf-16be")), "object", "/Subject"
    ),
    "information in UTF-16, low byte first": Bad(
        information(b"\xff\xfe" + SECRET.encode("utf-16le")), "object", "/Subject"
    ),
    "information in UTF-8": Bad(
        information(b"\xef\xbb\xbf" + SECRET.encode()), "object", "/Subject"
    ),
    "information in wide letters": Bad(information(WIDE), "object", "/Subject"),
    "information with signs of no width": Bad(
        information("\u200b".join(SECRET)), "object", "/Subject"
    ),
    "information in capitals, hyphenated": Bad(
        information("-".join(SECRET.upper())), "object", "/Subject"
    ),
    "XMP with entities": Bad(xmp(f"<q:a>{ENTITIES}</q:a>"), "object", "object"),
    "XMP with entities in hexadecimal": Bad(
        xmp(f"<q:a q:b='{HEX_ENTITIES}'/>"), "object", "object"
    ),
    "XMP over several elements": Bad(
        xmp(f"<q:a>{FIRST}</q:a>\n<q:b>{LAST}</q:b>"), "object", "object"
    ),
    "XMP in UTF-16": Bad(
        xmp(f"<q:a>{FIRST}</q:a><q:b>{LAST}</q:b>", encoding="utf-16"), "object", "object"
    ),
    "a stream in hexadecimal": Bad(
        stored(HEX.encode() + b">", "ASCIIHexDecode"), "object", "object"
    ),
    "a stream in base 85": Bad(
        stored(base64.a85encode(SECRET.encode()) + b"~>", "ASCII85Decode"), "object", "object"
    ),
    "a stream packed twice": Bad(
        stored(zlib.compress(SECRET.encode()).hex().encode() + b">",
               "ASCIIHexDecode", "FlateDecode"),
        "object", "object",
    ),
    "a comment between objects": Bad(
        beside_the_table(b"% " + SECRET.encode() + b"\n"), "object", "raw bytes"
    ),
    "an orphan string in octal": Bad(
        beside_the_table(b"99 0 obj\n(" + OCTAL + b")\nendobj\n"), "object", "raw bytes"
    ),
    "an orphan string in spaced hexadecimal": Bad(
        beside_the_table(b"99 0 obj\n<" + SPACED_HEX + b">\nendobj\n"), "object", "raw bytes"
    ),
    "an orphan stream in base 85": Bad(
        beside_the_table(
            packed_orphan(b"/ASCII85Decode", base64.a85encode(SECRET.encode()) + b"~>")
        ),
        "object", "raw bytes",
    ),
    "an orphan stream packed twice": Bad(
        beside_the_table(
            packed_orphan(
                b"[/ASCIIHexDecode /FlateDecode]",
                zlib.compress(shown(SECRET, 9, 9)).hex().encode() + b">",
            )
        ),
        "object", "raw bytes",
    ),
    "an orphan stream of a split value": Bad(
        beside_the_table(
            packed_orphan(
                b"/FlateDecode",
                zlib.compress(b"BT " + SPLIT + b" TJ ET"),
            )
        ),
        "object", "raw bytes",
    ),
    "marked content": Bad(marked(INLINE + b"EMC\n"), "object", "page 1"),
    "properties of marked content": Bad(
        marked(b"/Span /M BDC EMC\n", Dictionary(ActualText=String(SECRET))),
        "object", "/ActualText",
    ),
    "EXIF in UTF-16": Bad(with_jpeg(jpeg(exif=exif())), "object", "object"),
    "bytes behind a JPEG": Bad(with_jpeg(jpeg() + SECRET.encode()), "object", "object"),
    "an alternate image": Bad(
        beside_an_image("/Alternates"), "recognised", "image", recognise=True
    ),
    "a soft mask": Bad(beside_an_image("/SMask"), "recognised", "image", recognise=True),
    "an image that is never drawn": Bad(never_drawn, "recognised", "image", recognise=True),
    "a covered image of 16 bits": Bad(
        covered_picture(sixteen_bits), "recognised", "image", recognise=True
    ),
    "a covered image of 2 bits": Bad(
        covered_picture(two_bits), "recognised", "image", recognise=True
    ),
    "a covered image in a spot colour": Bad(
        covered_picture(spot_colour), "recognised", "image", recognise=True
    ),
    "a covered image with turned values": Bad(
        covered_picture(turned_values), "recognised", "image", recognise=True
    ),
    "a covered image in the content": Bad(covered_inline, "recognised", "image", recognise=True),
    "a faint image": Bad(faint_picture, "recognised", "", recognise=True),
}  # fmt: skip
"""Why the value is left -> the file and the place of the finding."""


def of_letters(content: bytes, fonts: Callable[[pikepdf.Pdf], Dictionary]) -> Write:
    def write(path: Path) -> None:
        pdf = blank(BASE + content)
        pdf.pages[0].obj.Resources.Font.G = pdf.make_indirect(fonts(pdf))
        pdf.save(path)

    return write


def lying_font(pdf: pikepdf.Pdf) -> Dictionary:
    """Say of each code that it means the next letter."""
    rows = "".join(f"<{code:02x}> <{code + 1:04x}>\n" for code in range(33, 126))
    lie = pdf.make_stream(
        "begincmap 1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"93 beginbfchar\n{rows}endbfchar endcmap".encode()
    )
    font = helvetica()
    font.ToUnicode = lie
    return font


IN_G = f"BT /G 24 Tf 72 640 Td ({SECRET}) Tj ET\n".encode()
WHITE_IN_G = b"1 g " + IN_G + b"0 g\n"
HIDDEN_IN_G = b"BT 3 Tr ET " + IN_G
BOX_OVER_G = IN_G + b"0 g 60 630 300 40 re f\n"


def covered_outlines(path: Path) -> None:
    blank(BASE + _outline(SECRET, 72, 640, 24) + b"0 g 60 630 400 40 re f\n").save(path)


def white_outlines(path: Path) -> None:
    blank(BASE + b"1 g " + _outline(SECRET, 72, 640, 24)).save(path)


def covered_outlines_in_a_form(path: Path) -> None:
    pdf = blank(BASE + b"/X Do 0 g 60 630 400 40 re f\n")
    form = pdf.make_stream(_outline(SECRET, 72, 640, 24))
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 595, 842])
    pdf.pages[0].obj.Resources.XObject = Dictionary(X=form)
    pdf.save(path)


BAD_PLACES |= {
    "lying letters under a box": Bad(
        of_letters(BOX_OVER_G, lying_font), "recognised", "uncovered", recognise=True
    ),
    "lying letters in white": Bad(
        of_letters(WHITE_IN_G, lying_font), "recognised", "uncovered", recognise=True
    ),
    "lying letters that are not painted": Bad(
        of_letters(HIDDEN_IN_G, lying_font), "recognised", "uncovered", recognise=True
    ),
    "outlines under a box": Bad(covered_outlines, "recognised", "uncovered", recognise=True),
    "outlines in white": Bad(white_outlines, "recognised", "uncovered", recognise=True),
    "outlines of a form under a box": Bad(
        covered_outlines_in_a_form, "recognised", "uncovered", recognise=True
    ),
}


BOX = (70.0, 645.0, 230.0, 665.0)
NAME = shown(SECRET, 72, 650)
COVER_NAME = b"0 g 70 645 160 20 re f\n"


def with_state(content: bytes, state: Dictionary) -> Write:
    def write(path: Path) -> None:
        pdf = blank(BASE + content)
        pdf.pages[0].obj.Resources.ExtGState = Dictionary(E=state)
        pdf.save(path)

    return write


def pattern_of_outlines(path: Path) -> None:
    pdf = blank(BASE + b"/Pattern cs /P scn 70 645 160 20 re f\n" + COVER_NAME)
    cell = pdf.make_stream(_outline(SECRET, 0, 5, 12))
    cell.Type, cell.PatternType, cell.PaintType, cell.TilingType = Name.Pattern, 1, 1, 1
    cell.BBox, cell.XStep, cell.YStep = Array([0, 0, 200, 20]), 200, 20
    cell.Resources = Dictionary()
    pdf.pages[0].obj.Resources.Pattern = Dictionary(P=cell)
    pdf.save(path)


def small_inline(path: Path) -> None:
    image = picture(SECRET, size=(620, 260)).resize((160, 20))
    drawn = b"q 160 0 0 20 70 645 cm BI /W 160 /H 20 /BPC 8 /CS /G /F /AHx ID "
    blank(BASE + drawn + image.tobytes().hex().encode() + b"> EI Q\n" + COVER_NAME).save(path)


def with_picture(image: Image.Image, over: bytes) -> Write:
    def write(path: Path) -> None:
        pdf = blank(BASE + b"q 160 0 0 20 70 645 cm /I Do Q\n" + over)
        pdf.pages[0].obj.Resources.XObject = Dictionary(I=image_stream(pdf, image))
        pdf.save(path)

    return write


def name_picture() -> Image.Image:
    return picture(SECRET).crop((60, 60, 560, 160))


def faint_on_black() -> Image.Image:
    return name_picture().point(lambda value: 18 if value < 128 else 0)


def mosaic() -> Image.Image:
    return name_picture().resize((40, 8)).resize((500, 100), Image.Resampling.NEAREST)


TRIANGLES = b"".join(
    b"%d 648 m %d 662 l %d 648 l S\n" % (x, x + 4, x + 8) for x in range(75, 220, 12)
)
HATCH = b"".join(b"%d 645 m %d 665 l S\n" % (x, x + 6) for x in range(70, 230, 4))

BAD_BOXES: dict[str, tuple[Write, str]] = {
    "text under a box": (page(NAME + COVER_NAME), "text-in-box"),
    "no box at all": (page(NAME), "pixels"),
    "text clipped away": (page(b"q 0 0 1 1 re W n " + NAME + b"Q " + COVER_NAME), "text-in-box"),
    "text that is not painted": (page(b"BT 3 Tr ET " + NAME + COVER_NAME), "text-in-box"),
    "a thick line over text": (page(NAME + b"20 w 70 655 m 230 655 l S\n"), "text-in-box"),
    "a box beside its place": (page(NAME + b"0 g 80 645 160 20 re f\n"), "pixels"),
    "a box that is too short": (page(NAME + b"0 g 70 645 80 20 re f\n"), "pixels"),
    "a box that is too low": (page(NAME + b"0 g 70 640 160 12 re f\n"), "pixels"),
    "a hatching": (page(NAME + HATCH), "pixels"),
    "a line through the name": (page(NAME + b"2 w 70 654 m 230 654 l S\n"), "pixels"),
    "white letters on the box": (page(COVER_NAME + b"1 g " + NAME), "pixels"),
    "dark letters on the box": (page(COVER_NAME + b"0.06 g " + NAME), "pixels"),
    "an almost opaque box": (
        with_state(NAME + b"/E gs 0 g 70 645 160 20 re f\n", Dictionary(ca=0.97)), "pixels"
    ),
    "a box that multiplies": (
        with_state(NAME + b"/E gs 0.9 g 70 645 160 20 re f\n", Dictionary(BM=Name.Multiply)),
        "pixels",
    ),
    "outlines under a box": (page(_outline(SECRET, 72, 650, 12) + COVER_NAME), "pixels"),
    "lines under a box": (page(TRIANGLES + COVER_NAME), "pixels"),
    "a pattern under a box": (pattern_of_outlines, "pixels"),
    "a small image in the content": (small_inline, "pixels"),
    "an image under a box": (with_picture(name_picture(), COVER_NAME), "pixels"),
    "an image under a white box": (
        with_picture(name_picture(), b"1 g 70 645 160 20 re f\n"), "pixels"
    ),
    "a mosaic": (with_picture(mosaic(), b""), "pixels"),
    "a name of 18 parts of 255 on black": (with_picture(faint_on_black(), b""), "pixels"),
}  # fmt: skip
"""How a box was applied wrongly -> the file and the kind of finding for ``BOX``."""
