# ruff: noqa: RUF001  wide signs are what is tested
"""Files whose fonts, drawing or pixels hide a value from the reader of characters."""

import io
from pathlib import Path

import pikepdf
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.documents.corpus import (
    BASE,
    CJK_FONT,
    KEPT,
    NUMBER,
    SECRET,
    Hiding,
    blank,
    helvetica,
    image_stream,
    picture,
    scan_page,
    shown,
    typeset,
)

MAP = (
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n"
    "1 begincodespacerange <00> <ff> endcodespacerange\n"
    "{rows}\nendcmap end end\n"
)


def _lie(pdf: pikepdf.Pdf, *, ranges: bool = False) -> pikepdf.Stream:
    if ranges:
        other = " ".join(f"<{0x61 + code % 26:04x}>" for code in range(0x21, 0x7F))
        rows = f"1 beginbfrange\n<21> <7e> [{other}]\nendbfrange"
    else:
        each = "\n".join(f"<{code:02x}> <{0x61 + code % 26:04x}>" for code in range(0x21, 0x7F))
        rows = f"94 beginbfchar\n{each}\nendbfchar"
    return pdf.make_stream(MAP.format(rows=rows).encode())


def _second_font(path: Path, font: Dictionary, pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Resources.Font.G = pdf.make_indirect(font)
    pdf.save(path)


def _page_in_g() -> pikepdf.Pdf:
    return blank(BASE + shown(SECRET, 72, 600, size=18).replace(b"/F", b"/G"))


def lying_map_without_encoding(path: Path) -> None:
    pdf = _page_in_g()
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    font.ToUnicode = _lie(pdf)
    _second_font(path, font, pdf)


def lying_map_in_an_array(path: Path) -> None:
    pdf = _page_in_g()
    font = helvetica()
    font.ToUnicode = _lie(pdf, ranges=True)
    _second_font(path, font, pdf)


def lying_map_beside_differences(path: Path) -> None:
    pdf = _page_in_g()
    font = helvetica()
    font.Encoding = Dictionary(
        Type=Name.Encoding,
        BaseEncoding=Name.WinAnsiEncoding,
        Differences=Array([65, Name.A, Name.B]),
    )
    font.ToUnicode = _lie(pdf)
    _second_font(path, font, pdf)


def lying_map_in_inherited_resources(path: Path) -> None:
    pdf = blank(BASE + shown(SECRET, 72, 600, size=18))
    font = helvetica()
    font.ToUnicode = _lie(pdf)
    pdf.Root.Pages.Resources = Dictionary(Font=Dictionary(F=pdf.make_indirect(font)))
    del pdf.pages[0].obj["/Resources"]
    pdf.save(path)


def lying_embedded_font(path: Path) -> None:
    """Shift what every glyph of an embedded font is said to mean."""
    typeset(path, f"<p style='font-size:16pt'>Buyer: {SECRET}</p><p>{KEPT}</p>")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for item in list(pdf.objects):
            if isinstance(item, Dictionary) and "/ToUnicode" in item:
                text = item.ToUnicode.read_bytes().decode()
                for sign in sorted(set(SECRET) - {" "}):
                    text = text.replace(f"<{ord(sign):04x}>\n", f"<{ord('x'):04x}>\n")
                item.ToUnicode.write(text.encode())
        pdf.save(path)


def _outline(text: str, x: float, y: float, size: float) -> bytes:
    """Draw letters as filled paths."""
    font = TTFont(CJK_FONT, fontNumber=2, lazy=False)
    glyphs, cmap, scale = font.getGlyphSet(), font.getBestCmap(), size / font["head"].unitsPerEm
    parts = []
    for sign in text:
        name = cmap[ord(sign)]
        pen = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(pen)
        for kind, points in pen.value:
            spots = " ".join(f"{x + px * scale:.2f} {y + py * scale:.2f}" for px, py in points)
            operator = {"moveTo": "m", "lineTo": "l", "curveTo": "c"}.get(kind, "h")
            parts.append(f"{spots} {operator}")
        parts.append("f")
        x += glyphs[name].width * scale
    font.close()
    return ("\n".join(parts) + "\n").encode()


def outlined_letters(path: Path) -> None:
    blank(BASE + b"0 g\n" + _outline(SECRET, 72, 600, 16)).save(path)


def _widths(letters: list[str]) -> list[float]:
    with TTFont(CJK_FONT, fontNumber=2, lazy=False) as font:
        cmap, units = font.getBestCmap(), font["head"].unitsPerEm
        return [font["hmtx"][cmap[ord(sign)]][0] * 1000 / units for sign in letters]


def type_3_font(path: Path) -> None:
    letters = sorted(set(SECRET) - {" "})
    procedures, codes = Dictionary(), {}
    pdf = blank(b"")
    for at, sign in enumerate(letters):
        drawn = b"600 0 0 -200 1000 900 d1\n" + _outline(sign, 0, 0, 1000)
        procedures[f"/g{at}"] = pdf.make_stream(drawn)
        codes[sign] = 65 + at
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, -200, 1000, 900]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]), FirstChar=65, LastChar=64 + len(letters),
        Widths=Array(_widths(letters)), CharProcs=procedures, Resources=Dictionary(),
        Encoding=Dictionary(
            Differences=Array([65, *(Name(f"/g{at}") for at in range(len(letters)))])
        ),
    )  # fmt: skip
    first, last = ("".join(chr(codes[sign]) for sign in part) for part in SECRET.split())
    drawn = shown(first, 72, 600, size=18) + shown(last, 180, 600, size=18)
    pdf.pages[0].obj.Contents = pdf.make_stream(BASE + drawn.replace(b"/F", b"/G"))
    _second_font(path, font, pdf)


def small_inline_image(path: Path) -> None:
    image = picture(SECRET, size=(520, 150)).point(lambda value: 255 * (value > 128)).convert("1")
    packed = image.tobytes().hex().encode()
    head = b"BI /W 520 /H 150 /BPC 1 /CS /G /F /AHx ID "
    drawn = b"q 150 0 0 43 72 560 cm " + head + packed + b"> EI Q\n"
    blank(BASE + drawn).save(path)


def small_image_in_a_deep_form(path: Path) -> None:
    pdf = blank(BASE + b"/X Do\n")
    image = image_stream(pdf, picture(SECRET, size=(520, 150)))
    inner = pdf.make_stream(b"q 150 0 0 43 72 560 cm /X Do Q\n")
    drawn: pikepdf.Stream = image
    for level in range(8):
        form = inner if level == 0 else pdf.make_stream(b"/X Do\n")
        form.Type, form.Subtype = Name.XObject, Name.Form
        form.BBox = Array([0, 0, 595, 842])
        form.Resources = Dictionary(XObject=Dictionary(X=drawn))
        drawn = form
    pdf.pages[0].obj.Resources.XObject = Dictionary(X=drawn)
    pdf.save(path)


def tiling_pattern(path: Path) -> None:
    pdf = blank(BASE + b"/Pattern cs /P scn 60 500 300 80 re f\n")
    tile = pdf.make_stream(shown(SECRET, 4, 12, size=16))
    tile.Type, tile.PatternType, tile.PaintType, tile.TilingType = Name.Pattern, 1, 1, 1
    tile.BBox, tile.XStep, tile.YStep = Array([0, 0, 160, 40]), 160, 40
    tile.Resources = Dictionary(Font=Dictionary(F=helvetica()))
    pdf.pages[0].obj.Resources.Pattern = Dictionary(P=tile)
    pdf.save(path)


def tilted_photo(path: Path) -> None:
    page = picture(KEPT, f"Buyer: {SECRET}", "signed on Monday", size=(1240, 700))
    page.rotate(2.5, expand=True, fillcolor=235).convert("RGB").save(path, "JPEG", quality=80)


def sideways_scan(path: Path) -> None:
    page = picture(KEPT, f"Buyer: {SECRET}", "Thank you for the letter of Monday")
    page.rotate(90, expand=True).save(path, "PNG")


def fax(path: Path) -> None:
    page = picture(KEPT, f"Buyer: {SECRET}", "Thank you").point(lambda value: 255 * (value > 128))
    frames = [picture("A cover sheet", "of two pages").convert("1"), page.convert("1")]
    frames[0].save(
        path, "TIFF", save_all=True, append_images=frames[1:], compression="group4", dpi=(200, 200)
    )


def turned_by_orientation(path: Path) -> None:
    page = picture(KEPT, f"Buyer: {SECRET}", "Thank you").convert("RGB")
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, SECRET
    page.rotate(90, expand=True).save(path, "JPEG", quality=85, exif=exif)


def words_in_a_png(path: Path) -> None:
    notes = PngInfo()
    notes.add_text("Author", SECRET)
    notes.add_text("Comment", SECRET * 20, zip=True)
    notes.add_itxt("Title", SECRET)
    page = picture(KEPT, f"Buyer: {SECRET}").convert("RGBA")
    page.putpixel((0, 0), (1, 2, 3, 0))
    page.save(path, "PNG", pnginfo=notes)


def scan_with_a_partial_layer(path: Path) -> None:
    layer = shown("Order 4711", 90, 500, before="3 Tr")
    scan_page(KEPT, f"Buyer: {SECRET}", "Thank you", content=layer).save(path)


def jpeg_2000_scan(path: Path) -> None:
    content = io.BytesIO()
    picture(KEPT, f"Buyer: {SECRET}").save(content, "JPEG2000")
    pdf = blank(b"q 446.4 0 0 252 70 300 cm /I Do Q\n")
    stream = pdf.make_stream(content.getvalue())
    stream.Type, stream.Subtype, stream.Filter = Name.XObject, Name.Image, Name.JPXDecode
    stream.Width, stream.Height = 1240, 700
    pdf.pages[0].obj.Resources.XObject = Dictionary(I=stream)
    pdf.save(path)


def group_4_scan(path: Path) -> None:
    """Keep the page as a fax image; the strip is taken out of a TIFF file."""
    page = picture(KEPT, f"Buyer: {SECRET}").point(lambda value: 255 * (value > 128)).convert("1")
    whole = io.BytesIO()
    page.save(whole, "TIFF", compression="group4")
    with Image.open(whole) as opened:
        start, length = opened.tag_v2[273][0], opened.tag_v2[279][0]
        black = int(opened.tag_v2[262]) == 1
    pdf = blank(b"q 446.4 0 0 252 70 300 cm /I Do Q\n")
    stream = pdf.make_stream(whole.getvalue()[start : start + length])
    stream.Type, stream.Subtype, stream.Filter = Name.XObject, Name.Image, Name.CCITTFaxDecode
    stream.Width, stream.Height, stream.BitsPerComponent = page.width, page.height, 1
    stream.ColorSpace = Name.DeviceGray
    stream.DecodeParms = Dictionary(K=-1, Columns=page.width, Rows=page.height, BlackIs1=black)
    pdf.pages[0].obj.Resources.XObject = Dictionary(I=stream)
    pdf.save(path)


def masked_image(path: Path) -> None:
    """Show an image through a mask that hides the lower half, where the name stands."""
    pdf = scan_page(KEPT, "", "", SECRET)
    image = pdf.pages[0].obj.Resources.XObject.I
    mask = Image.new("L", (1240, 700), 0)
    mask.paste(255, (0, 0, 1240, 250))
    image.SMask = image_stream(pdf, mask)
    pdf.save(path)


def reversed_by_a_sign(path: Path) -> None:
    """Write a name backwards between signs that turn the direction, in a text file."""
    path.write_text(f"{KEPT}\nBuyer: \u202e{SECRET[::-1]}\u202c\n", "utf-8")


def chinese_encoding(path: Path) -> None:
    path.write_bytes(f"{KEPT}\n买家欧阳明德，电话{NUMBER}\n".encode("gb18030"))


def two_byte_encoding(path: Path) -> None:
    path.write_bytes(f"{KEPT}\r\n买家欧阳 明德\r\n１３８-1234-5678\r\n".encode("utf-16"))


def nested_mail(path: Path) -> None:
    inner = f"From: {SECRET} <a@example.com>\nTo: b@example.com\nSubject: {SECRET}\n\n{SECRET}\n"
    path.write_text(
        "From: desk@example.com\nTo: legal@example.com\nSubject: "
        "=?utf-8?B?V2VpbWluZyBaaGFuZ3Nvbg==?=\n"
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        "--b\nContent-Type: multipart/alternative; boundary=c\n\n"
        f"--c\nContent-Type: text/html; charset=utf-8\n\n<p>{KEPT}</p>"
        "<p>Wei<b>ming</b>&nbsp;Zhang<i>son</i></p><!-- Weiming Zhangson -->\n--c--\n"
        f"--b\nContent-Type: message/rfc822\n\n{inner}\n"
        f'--b\nContent-Type: text/csv; name="{SECRET}.csv"\nContent-Disposition: attachment;'
        f' filename="{SECRET}.csv"\n\n{SECRET},1\n--b--\n',
        "utf-8",
    )


def second_copy_in_pixels(path: Path) -> None:
    """Tell one copy as text and keep another as a stamp of pixels."""
    pdf = blank(BASE + shown(SECRET, 72, 650) + b"q 150 0 0 43 300 560 cm /I Do Q\n")
    image = image_stream(pdf, picture(SECRET, size=(520, 150)))
    pdf.pages[0].obj.Resources.XObject = Dictionary(I=image)
    pdf.save(path)


SEEN: dict[str, Hiding] = {
    "lying_map_without_encoding": Hiding(lying_map_without_encoding),
    "lying_map_in_an_array": Hiding(lying_map_in_an_array),
    "lying_map_beside_differences": Hiding(lying_map_beside_differences),
    "lying_map_in_inherited_resources": Hiding(lying_map_in_inherited_resources, kept=None),
    "lying_embedded_font": Hiding(lying_embedded_font, kept=None),
    "outlined_letters": Hiding(outlined_letters),
    "type_3_font": Hiding(type_3_font),
    "small_inline_image": Hiding(small_inline_image),
    "small_image_in_a_deep_form": Hiding(small_image_in_a_deep_form),
    "tiling_pattern": Hiding(tiling_pattern),
    "scan_with_a_partial_layer": Hiding(scan_with_a_partial_layer, kept=None),
    "jpeg_2000_scan": Hiding(jpeg_2000_scan, kept=None),
    "group_4_scan": Hiding(group_4_scan, kept=None),
    "second_copy_in_pixels": Hiding(second_copy_in_pixels),
}
HIDDEN_PIXELS: dict[str, Hiding] = {"masked_image": Hiding(masked_image, kept=None)}
SEEN_IMAGES: dict[str, Hiding] = {
    "tilted_photo": Hiding(tilted_photo, suffix=".jpg", kept=None),
    "sideways_scan": Hiding(sideways_scan, suffix=".png", kept=None),
    "fax": Hiding(fax, suffix=".tiff", kept=None),
    "turned_by_orientation": Hiding(turned_by_orientation, suffix=".jpg", kept=None),
    "words_in_a_png": Hiding(words_in_a_png, suffix=".png", kept=None),
}
TEXTS: dict[str, Hiding] = {
    "reversed_by_a_sign": Hiding(reversed_by_a_sign, suffix=".txt"),
    "chinese_encoding": Hiding(chinese_encoding, secrets=("欧阳明德", NUMBER), suffix=".txt"),
    "two_byte_encoding": Hiding(two_byte_encoding, secrets=("欧阳明德", NUMBER), suffix=".txt"),
    "nested_mail": Hiding(nested_mail, suffix=".eml"),
}
