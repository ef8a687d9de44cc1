# ruff: noqa: RUF001  wide signs are what is tested
"""Files that hide a value in every way we know, made by code.

Each builder writes one file that holds ``SECRET`` (a made-up person) somewhere; what else stands on
the page must survive. The tests redact each, and also read each unredacted: a file in which the
gate finds nothing would prove nothing.
"""

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageDraw, ImageFont
from weasyprint import HTML

SECRET = "Weiming Zhangson"
CHINESE = "欧阳明德"
NUMBER = "13812345678"
KEPT = "Order 4711 left the warehouse on Monday"
CJK_FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


@dataclass(frozen=True)
class Hiding:
    make: Callable[[Path], None]
    secrets: tuple[str, ...] = (SECRET,)
    suffix: str = ".pdf"
    kept: str | None = KEPT

    def write(self, folder: Path) -> Path:
        path = folder / f"original{self.suffix}"
        self.make(path)
        return path


def helvetica() -> Dictionary:
    return Dictionary(
        Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
    )


def shown(text: str, x: float, y: float, *, before: str = "", size: float = 12) -> bytes:
    return f"BT {before} /F {size} Tf {x} {y} Td ({text}) Tj ET\n".encode("latin-1")


def blank(*contents: bytes, size: tuple[float, float] = (595, 842)) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    for content in contents:
        page = pdf.add_blank_page(page_size=size)
        page.obj.Resources = Dictionary(Font=Dictionary(F=pdf.make_indirect(helvetica())))
        page.obj.Contents = pdf.make_stream(content)
    return pdf


BASE = shown(KEPT, 72, 700)


def plain(path: Path) -> None:
    blank(BASE + shown(f"Buyer: {SECRET}, Lane 5", 72, 650)).save(path)


def black_rectangle(path: Path) -> None:
    content = BASE + shown(f"Buyer: {SECRET}", 72, 650) + b"0 g 100 645 200 18 re f\n"
    blank(content).save(path)


def white_text(path: Path) -> None:
    blank(BASE + shown(SECRET, 72, 650, before="1 g")).save(path)


def invisible_text(path: Path) -> None:
    blank(BASE + shown(SECRET, 72, 650, before="3 Tr")).save(path)


def outside_the_crop_box(path: Path) -> None:
    pdf = blank(BASE + shown(SECRET, 72, 100))
    pdf.pages[0].obj.CropBox = Array([50, 400, 545, 800])
    pdf.save(path)


def off_the_page(path: Path) -> None:
    blank(BASE + shown(SECRET, 72, -300)).save(path)


def rotated_page(path: Path) -> None:
    pdf = blank(BASE + shown(SECRET, 72, 650))
    pdf.pages[0].obj.Rotate = 90
    pdf.save(path)


def shifted_origin(path: Path) -> None:
    pdf = blank(BASE + shown(SECRET, 72, 650))
    pdf.pages[0].obj.MediaBox = Array([-100, 200, 495, 1042])
    pdf.pages[0].obj.Rotate = 270
    pdf.save(path)


def layer_switched_off(path: Path) -> None:
    pdf = blank(BASE + b"/OC /L BDC\n" + shown(SECRET, 72, 650) + b"EMC\n")
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("draft")))
    pdf.pages[0].obj.Resources.Properties = Dictionary(L=layer)
    pdf.Root.OCProperties = Dictionary(
        OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), ON=Array([]))
    )
    pdf.save(path)


def annotation(path: Path) -> None:
    pdf = blank(BASE)
    pdf.pages[0].obj.Annots = Array(
        [
            pdf.make_indirect(
                Dictionary(
                    Type=Name.Annot,
                    Subtype=Name.Text,
                    Rect=Array([100, 600, 120, 620]),
                    Contents=String(f"ask {SECRET}"),
                )
            )
        ]
    )
    pdf.save(path)


def form_with_value(path: Path) -> None:
    pdf = blank(BASE)
    look = pdf.make_stream(shown(SECRET, 2, 5))
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 200, 20])
    look.Resources = Dictionary(Font=Dictionary(F=helvetica()))
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String("buyer"),
            V=String(SECRET),
            Rect=Array([72, 600, 272, 620]),
            F=4,
            AP=Dictionary(N=look),
        )
    )
    pdf.pages[0].obj.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), DA=String("/F 12 Tf 0 g"))
    pdf.save(path)


def attachment(path: Path) -> None:
    pdf = blank(BASE)
    pdf.attachments["note.txt"] = f"the buyer is {SECRET}".encode()
    pdf.save(path)


def old_revision(path: Path) -> None:
    first = io.BytesIO()
    blank(BASE + shown(SECRET, 72, 650)).save(
        first, object_stream_mode=pikepdf.ObjectStreamMode.disable
    )
    raw = first.getvalue()
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        number = pdf.pages[0].obj.Contents.objgen[0]
        size, root = int(pdf.trailer.Size), pdf.Root.objgen[0]
    start = int(raw.rpartition(b"startxref\n")[2].split()[0])
    offset = len(raw)
    raw += b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        len(BASE),
        BASE,
    )
    table = len(raw)
    raw += b"xref\n%d 1\n%010d 00000 n \ntrailer\n" % (number, offset)
    raw += b"<< /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        root,
        start,
        table,
    )
    path.write_bytes(raw)


def metadata(path: Path) -> None:
    pdf = blank(BASE)
    pdf.docinfo["/Subject"] = f"Dispute of {SECRET}"
    pdf.save(path)


def metadata_xmp(path: Path) -> None:
    pdf = blank(BASE)
    with pdf.open_metadata() as xmp:
        xmp["dc:creator"] = [SECRET]
    pdf.save(path)


def actual_text(path: Path) -> None:
    marked = f"/Span << /ActualText ({SECRET}) >> BDC\n".encode()
    blank(BASE + marked + shown("*****", 72, 650) + b"EMC\n").save(path)


def shared_form(path: Path) -> None:
    pdf = blank(BASE + b"q 1 0 0 1 72 600 cm /X Do Q\n", BASE + b"q 1 0 0 1 72 500 cm /X Do Q\n")
    form = pdf.make_stream(shown(f"Buyer: {SECRET}", 0, 5))
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 400, 20])
    form.Resources = Dictionary(Font=Dictionary(F=helvetica()))
    for page in pdf.pages:
        page.obj.Resources.XObject = Dictionary(X=form)
    pdf.save(path)


def glyph_by_glyph(path: Path) -> None:
    order = sorted(range(len(SECRET)), key=lambda at: (at * 7) % len(SECRET))
    glyphs = b"".join(shown(SECRET[at], 72 + at * 11, 650) for at in order)
    blank(BASE + glyphs).save(path)


def broken_over_lines(path: Path) -> None:
    first, last = SECRET.split()
    blank(
        BASE + shown(f"the buyer is called {first}", 72, 650) + shown(f"{last} and lives", 72, 634)
    ).save(path)


def grouped_digits(path: Path) -> None:
    blank(BASE + shown("call +86 138-1234 5678 now", 72, 650)).save(path)


def bookmark(path: Path) -> None:
    pdf = blank(BASE)
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(f"Statement of {SECRET}", 0))
    pdf.save(path)


def script(path: Path) -> None:
    pdf = blank(BASE)
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{SECRET}')"))
    pdf.save(path)


def after_the_end(path: Path) -> None:
    blank(BASE).save(path)
    with path.open("ab") as stream:
        stream.write(f"\n{SECRET}\n".encode())


def hex_in_a_stream(path: Path) -> None:
    pdf = blank(BASE)
    pdf.Root.Notes = pdf.make_stream(SECRET.encode("utf-16be").hex().encode())
    pdf.save(path)


def lying_map(path: Path) -> None:
    """The page shows the name, the font says that it is something else."""
    pdf = blank(BASE + shown(SECRET, 72, 600, size=18).replace(b"/F", b"/G"))
    rows = "\n".join(f"<{code:02x}> <{0x61 + code % 26:04x}>" for code in range(0x21, 0x7F))
    unicode_map = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n"
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"94 beginbfchar\n{rows}\nendbfchar\nendcmap end end\n"
    )
    font = helvetica()
    font.ToUnicode = pdf.make_stream(unicode_map.encode())
    pdf.pages[0].obj.Resources.Font.G = pdf.make_indirect(font)
    pdf.save(path)


def missing_map(path: Path) -> None:
    typeset(path, f"<p>{KEPT}</p><p style='font-size:16pt'>Buyer: {SECRET}</p>")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for item in pdf.objects:
            if isinstance(item, Dictionary) and "/ToUnicode" in item:
                del item["/ToUnicode"]
        pdf.save(path)


def typeset(path: Path, body: str) -> None:
    HTML(string=f"<style>body{{font-family:'Noto Sans CJK SC'}}</style>{body}").write_pdf(path)


def chat_without_spaces(path: Path) -> None:
    typeset(
        path,
        f"<p>{KEPT}</p><p>客服您好我是{CHINESE}的朋友buyer{NUMBER}请尽快发货谢谢</p>"
        f"<p>{CHINESE}</p>",
    )


def wide_and_spaced(path: Path) -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in NUMBER)
    spaced = " ".join(CHINESE)
    hidden = "\u200b".join(CHINESE)
    typeset(path, f"<p>{KEPT}</p><p>电话：{wide}</p><p>{spaced}</p><p>{hidden}</p>")


def vertical_chinese(path: Path) -> None:
    column = "".join(f"<div>{sign}</div>" for sign in f"买家{CHINESE}女士")
    typeset(path, f"<p>{KEPT}</p><div style='line-height:1.2'>{column}</div>")


def picture(*lines: str, size: tuple[int, int] = (1240, 700)) -> Image.Image:
    image = Image.new("L", size, 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(CJK_FONT, 40, index=2)
    for at, line in enumerate(lines):
        draw.text((80, 80 + at * 90), line, font=font, fill=0)
    return image


def image_stream(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    stream = pdf.make_stream(zlib.compress(image.tobytes()))
    stream.Type, stream.Subtype = Name.XObject, Name.Image
    stream.Width, stream.Height, stream.BitsPerComponent = image.width, image.height, 8
    stream.ColorSpace, stream.Filter = Name.DeviceGray, Name.FlateDecode
    return stream


def scan_page(*lines: str, content: bytes = b"") -> pikepdf.Pdf:
    pdf = blank(b"q 446.4 0 0 252 70 300 cm /I Do Q\n" + content)
    pdf.pages[0].obj.Resources.XObject = Dictionary(I=image_stream(pdf, picture(*lines)))
    return pdf


def scan(path: Path) -> None:
    scan_page(KEPT, f"Buyer: {SECRET}", "Thank you for your letter").save(path)


def under_an_image(path: Path) -> None:
    pdf = scan_page("A picture of a parcel", content=b"")
    pdf.pages[0].obj.Contents = pdf.make_stream(
        BASE + shown(SECRET, 100, 420) + b"q 446.4 0 0 252 70 300 cm /I Do Q\n"
    )
    pdf.save(path)


def comment_in_an_image(path: Path) -> None:
    pdf = blank(BASE + b"q 100 0 0 50 72 300 cm /I Do Q\n")
    content = io.BytesIO()
    picture("parcel", size=(300, 150)).save(content, "JPEG", comment=SECRET.encode())
    stream = pdf.make_stream(content.getvalue())
    stream.Type, stream.Subtype = Name.XObject, Name.Image
    stream.Width, stream.Height, stream.BitsPerComponent = 300, 150, 8
    stream.ColorSpace, stream.Filter = Name.DeviceGray, Name.DCTDecode
    pdf.pages[0].obj.Resources.XObject = Dictionary(I=stream)
    pdf.save(path)


def photo(path: Path) -> None:
    picture(KEPT, f"Buyer: {SECRET}").convert("RGB").save(path, "JPEG", quality=85)


def text_file(path: Path) -> None:
    path.write_text(f"{KEPT}\nBuyer: {SECRET}\n买家{CHINESE}\n", "utf-8")


def mail_file(path: Path) -> None:
    path.write_bytes(
        f"From: {SECRET} <zhangson@example.com>\r\nTo: desk@example.com\r\nSubject: order\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"{KEPT}\r\nyours, {SECRET}\r\n".encode()
    )


HIDINGS: dict[str, Hiding] = {
    "plain": Hiding(plain),
    "black_rectangle": Hiding(black_rectangle),
    "white_text": Hiding(white_text),
    "invisible_text": Hiding(invisible_text),
    "outside_the_crop_box": Hiding(outside_the_crop_box),
    "off_the_page": Hiding(off_the_page),
    "rotated_page": Hiding(rotated_page),
    "shifted_origin": Hiding(shifted_origin),
    "layer_switched_off": Hiding(layer_switched_off),
    "annotation": Hiding(annotation),
    "form_with_value": Hiding(form_with_value),
    "attachment": Hiding(attachment),
    "old_revision": Hiding(old_revision),
    "metadata": Hiding(metadata),
    "metadata_xmp": Hiding(metadata_xmp),
    "actual_text": Hiding(actual_text),
    "shared_form": Hiding(shared_form),
    "glyph_by_glyph": Hiding(glyph_by_glyph),
    "broken_over_lines": Hiding(broken_over_lines),
    "grouped_digits": Hiding(grouped_digits, secrets=(NUMBER,)),
    "bookmark": Hiding(bookmark),
    "script": Hiding(script),
    "after_the_end": Hiding(after_the_end),
    "hex_in_a_stream": Hiding(hex_in_a_stream),
    "lying_map": Hiding(lying_map),
    "missing_map": Hiding(missing_map, kept=None),
    "chat_without_spaces": Hiding(chat_without_spaces, secrets=(CHINESE, NUMBER)),
    "wide_and_spaced": Hiding(wide_and_spaced, secrets=(CHINESE, NUMBER)),
    "vertical_chinese": Hiding(vertical_chinese, secrets=(CHINESE,)),
    "scan": Hiding(scan, kept=None),
    "under_an_image": Hiding(under_an_image),
    "comment_in_an_image": Hiding(comment_in_an_image),
}
OTHER_KINDS: dict[str, Hiding] = {
    "photo": Hiding(photo, suffix=".jpg", kept=None),
    "text_file": Hiding(text_file, secrets=(SECRET, CHINESE), suffix=".txt"),
    "mail_file": Hiding(mail_file, suffix=".eml"),
}
