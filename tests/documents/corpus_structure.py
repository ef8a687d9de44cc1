# ruff: noqa: RUF001  wide signs are what is tested
"""Files that keep a value beside the page, or write it so that no single line holds it."""

import io
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.documents.corpus import (
    BASE,
    KEPT,
    NUMBER,
    SECRET,
    Hiding,
    blank,
    helvetica,
    image_stream,
    picture,
    shown,
    typeset,
)

ARABIC, HEBREW = "محمد الفارسي", "דוד לוינסון"
FIRST, LAST = SECRET.split()


def alternate_text(path: Path) -> None:
    pdf = blank(BASE)
    element = pdf.make_indirect(
        Dictionary(Type=Name.StructElem, S=Name.Figure, Alt=String(f"Photo of {SECRET}"))
    )
    pdf.Root.StructTreeRoot = Dictionary(Type=Name.StructTreeRoot, K=Array([element]))
    pdf.save(path)


def page_label(path: Path) -> None:
    pdf = blank(BASE)
    label = Dictionary(S=Name.D, P=String(f"{SECRET} "))
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, label]))
    pdf.save(path)


def thumbnail(path: Path) -> None:
    pdf = blank(BASE)
    pdf.pages[0].obj.Thumb = image_stream(pdf, picture(SECRET, size=(520, 150)))
    pdf.save(path)


def xfa(path: Path) -> None:
    pdf = blank(BASE)
    packet = pdf.make_stream(f"<xdp><data><buyer>{SECRET}</buyer></data></xdp>".encode())
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Array([String("datasets"), packet]))
    pdf.save(path)


def portfolio(path: Path) -> None:
    pdf = blank(BASE)
    inner = io.BytesIO()
    blank(shown(SECRET, 72, 600)).save(inner)
    pdf.attachments["inner.pdf"] = inner.getvalue()
    pdf.attachments[f"{SECRET}.txt"] = b"nothing"
    pdf.Root.Collection = Dictionary(Type=Name.Collection, View=Name.D)
    pdf.save(path)


def named_script(path: Path) -> None:
    pdf = blank(BASE)
    action = Dictionary(S=Name.JavaScript, JS=pdf.make_stream(f"var a='{SECRET}'".encode()))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), action])))
    pdf.save(path)


def link_target(path: Path) -> None:
    pdf = blank(BASE)
    action = Dictionary(S=Name.URI, URI=String("https://example.com/?q=Weiming%20Zhangson"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([72, 690, 200, 712]), A=action)
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(link)])
    pdf.save(path)


def replies(path: Path) -> None:
    pdf = blank(BASE)
    note = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Text, Rect=Array([300, 600, 320, 620]),
            Contents=String("see below"), T=String("desk"),
        )
    )  # fmt: skip
    answer = Dictionary(
        Type=Name.Annot, Subtype=Name.Text, Rect=Array([300, 600, 320, 620]), IRT=note,
        T=String(SECRET), RC=String(f"<body><p>it is {SECRET}</p></body>"),
    )  # fmt: skip
    pdf.pages[0].obj.Annots = Array([note, pdf.make_indirect(answer)])
    pdf.save(path)


def free_text_note(path: Path) -> None:
    pdf = blank(BASE)
    look = pdf.make_stream(shown(SECRET, 2, 5))
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 200, 20])
    look.Resources = Dictionary(Font=Dictionary(F=helvetica()))
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.FreeText, Rect=Array([72, 600, 272, 620]), F=4,
        Contents=String(SECRET), DA=String("/F 12 Tf 0 g"), AP=Dictionary(N=look),
    )  # fmt: skip
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])
    pdf.save(path)


def form_without_a_look(path: Path) -> None:
    pdf = blank(BASE)
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("buyer"), V=String(SECRET),
            DV=String(SECRET), TU=String(SECRET), Rect=Array([72, 600, 372, 624]), F=4,
            DA=String("/F 14 Tf 0 g"),
        )
    )  # fmt: skip
    pdf.pages[0].obj.Annots = Array([field])
    fonts = Dictionary(Font=Dictionary(F=helvetica()))
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([field]), NeedAppearances=True, DR=fonts, DA=String("/F 14 Tf 0 g")
    )
    pdf.save(path)


def choices(path: Path) -> None:
    pdf = blank(BASE)
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Ch, T=String("buyer"), F=2,
            Opt=Array([String("nobody"), String(SECRET)]), Rect=Array([72, 600, 372, 624]),
        )
    )  # fmt: skip
    pdf.pages[0].obj.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    pdf.save(path)


def packed_information(path: Path) -> None:
    pdf = blank(BASE)
    pdf.docinfo["/Author"] = SECRET
    pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def piece_of_an_editor(path: Path) -> None:
    pdf = blank(BASE)
    private = Dictionary(Private=pdf.make_stream(SECRET.encode("utf-16be")))
    pdf.pages[0].obj.PieceInfo = Dictionary(Editor=private)
    pdf.save(path)


def unreachable_object(path: Path) -> None:
    whole = io.BytesIO()
    pdf = blank(BASE)
    pdf.Root.Notes = pdf.make_indirect(Dictionary(Note=String(SECRET)))
    pdf.save(whole, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    path.write_bytes(whole.getvalue().replace(b"/Notes", b"/Natas"))


def layer_name(path: Path) -> None:
    pdf = blank(BASE)
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String(SECRET)))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(ON=Array([layer])))
    pdf.save(path)


def tiny_text(path: Path) -> None:
    blank(BASE + shown(SECRET, 72, 650, size=1)).save(path)


def clipped_text(path: Path) -> None:
    blank(BASE + b"q 10 10 5 5 re W n\n" + shown(SECRET, 72, 650) + b"Q\n").save(path)


def pale_text(path: Path) -> None:
    blank(BASE + shown(SECRET, 72, 650, before="0.97 g")).save(path)


def stretched_text(path: Path) -> None:
    parts = " -1400 ".join(f"({sign})" for sign in SECRET)
    blank(BASE + f"BT /F 12 Tf 72 650 Td [{parts}] TJ ET\n".encode()).save(path)


def slanting_text(path: Path) -> None:
    drawn = f"BT /F 20 Tf 0.8 0.6 -0.6 0.8 200 300 Tm ({SECRET}) Tj ET\n".encode()
    blank(BASE + drawn).save(path)


def upright_text(path: Path) -> None:
    drawn = f"BT /F 14 Tf 0 1 -1 0 300 200 Tm ({SECRET}) Tj ET\n".encode()
    pdf = blank(BASE + drawn)
    pdf.pages[0].obj.Rotate = 90
    pdf.save(path)


def mirrored_text(path: Path) -> None:
    drawn = f"BT /F 14 Tf -1 0 0 1 400 600 Tm ({SECRET}) Tj ET\n".encode()
    blank(BASE + drawn).save(path)


def larger_unit(path: Path) -> None:
    pdf = blank(BASE + shown(SECRET, 72, 650))
    pdf.pages[0].obj.UserUnit = 2.0
    pdf.save(path)


def inherited_boxes(path: Path) -> None:
    pdf = blank(BASE + shown(SECRET, 72, 650))
    pdf.Root.Pages.MediaBox = Array([-20, -20, 595, 842])
    pdf.Root.Pages.Rotate = 180
    del pdf.pages[0].obj["/MediaBox"]
    pdf.save(path)


def hyphenated(path: Path) -> None:
    blank(
        BASE + shown("the parcel went to Weiming Zhang-", 72, 650) + shown("son on Friday", 72, 634)
    ).save(path)


def cell_over_two_lines(path: Path) -> None:
    """Draw a table line by line, so that the two halves of a cell stand apart in the file."""
    rows = [("4711", FIRST, "paid"), ("of Monday", LAST, "in full")]
    drawn = b"".join(
        shown(text, 72 + 160 * column, 600 - 14 * line)
        for line, row in enumerate(rows)
        for column, text in enumerate(row)
    )
    blank(BASE + drawn).save(path)


def number_over_a_column_break(path: Path) -> None:
    """Fill two columns line by line; the number begins in the first and ends in the second."""
    left = ["Our shop sold a lamp and", "the buyer gave a number", "for the courier 138123"]
    right = ["45678 and asked for a call", "before the parcel came", "on the next Friday"]
    drawn = b"".join(
        shown(one, 72, 500 - 14 * line) + shown(other, 330, 500 - 14 * line)
        for line, (one, other) in enumerate(zip(left, right, strict=True))
    )
    blank(BASE + drawn).save(path)


def over_the_page_break(path: Path) -> None:
    blank(
        BASE + shown(f"the buyer is called {FIRST}", 72, 60), shown(f"{LAST} and lives", 72, 780)
    ).save(path)


def right_to_left(path: Path) -> None:
    typeset(path, f"<p>{KEPT}</p><p dir=rtl>المشتري {ARABIC} هنا</p><p dir=rtl>{HEBREW}</p>")


def ligatures(path: Path) -> None:
    typeset(path, f"<p>{KEPT}</p><p style='font-family:DejaVu Serif'>office of Steffi Offinger</p>")


def vertical_lines(path: Path) -> None:
    """Write two upright lines, read from right to left; the name runs over both."""
    pdf = blank(b"")
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/STSong-Light"),
        Encoding=Name("/UniGB-UCS2-V"),
        DescendantFonts=Array([Dictionary(
            Type=Name.Font, Subtype=Name.CIDFontType0, BaseFont=Name("/STSong-Light"),
            CIDSystemInfo=Dictionary(
                Registry=String("Adobe"), Ordering=String("GB1"), Supplement=2
            ),
        )]),
    )  # fmt: skip
    pdf.pages[0].obj.Resources.Font.V = pdf.make_indirect(font)

    def line(text: str, x: float) -> bytes:
        return f"BT /V 16 Tf {x} 600 Td <{text.encode('utf-16be').hex()}> Tj ET\n".encode()

    drawn = line("买家姓名是欧阳", 300) + line("明德女士收", 270)
    pdf.pages[0].obj.Contents = pdf.make_stream(BASE + drawn)
    pdf.save(path)


def open_to_all(path: Path) -> None:
    lock = pikepdf.Encryption(owner="owner", user="")
    blank(BASE + shown(SECRET, 72, 650)).save(path, encryption=lock)


def unapplied_redaction(path: Path) -> None:
    pdf = blank(BASE + shown(SECRET, 72, 650))
    mark = Dictionary(
        Type=Name.Annot, Subtype=Name.Redact, Rect=Array([70, 645, 220, 665]),
        OverlayText=String(SECRET), IC=Array([0, 0, 0]), F=4,
    )  # fmt: skip
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(mark)])
    pdf.save(path)


def digits_of_many_kinds(path: Path) -> None:
    typeset(
        path,
        f"<p>{KEPT}</p><p>１３８　１２３４　５６７８</p><p>138\u200b1234\u20605678</p>"
        "<p>+86 (138) 12.34.56.78</p><p>13812-<br>345678</p>",
    )


BESIDE: dict[str, Hiding] = {
    "alternate_text": Hiding(alternate_text),
    "page_label": Hiding(page_label),
    "xfa": Hiding(xfa),
    "portfolio": Hiding(portfolio),
    "named_script": Hiding(named_script),
    "link_target": Hiding(link_target),
    "replies": Hiding(replies),
    "free_text_note": Hiding(free_text_note),
    "form_without_a_look": Hiding(form_without_a_look),
    "choices": Hiding(choices),
    "packed_information": Hiding(packed_information),
    "piece_of_an_editor": Hiding(piece_of_an_editor),
    "unreachable_object": Hiding(unreachable_object),
    "layer_name": Hiding(layer_name),
    "unapplied_redaction": Hiding(unapplied_redaction),
    "open_to_all": Hiding(open_to_all),
    "thumbnail": Hiding(thumbnail),
}
WRITTEN: dict[str, Hiding] = {
    "tiny_text": Hiding(tiny_text),
    "clipped_text": Hiding(clipped_text),
    "pale_text": Hiding(pale_text),
    "stretched_text": Hiding(stretched_text),
    "slanting_text": Hiding(slanting_text),
    "upright_text": Hiding(upright_text),
    "mirrored_text": Hiding(mirrored_text),
    "larger_unit": Hiding(larger_unit),
    "inherited_boxes": Hiding(inherited_boxes),
    "hyphenated": Hiding(hyphenated),
    "cell_over_two_lines": Hiding(cell_over_two_lines),
    "number_over_a_column_break": Hiding(number_over_a_column_break, secrets=(NUMBER,)),
    "over_the_page_break": Hiding(over_the_page_break),
    "right_to_left": Hiding(right_to_left, secrets=(ARABIC, HEBREW)),
    "ligatures": Hiding(ligatures, secrets=("Steffi Offinger",)),
    "vertical_lines": Hiding(vertical_lines, secrets=("欧阳明德",)),
    "digits_of_many_kinds": Hiding(digits_of_many_kinds, secrets=(NUMBER,)),
}
