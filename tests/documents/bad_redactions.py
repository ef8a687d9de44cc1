# ruff: noqa: RUF001  wide signs are what is tested
"""Finished files as careless tools and hands leave them, and clean ones that look alike."""

import io
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from disclosure.documents.assemble import Part, assemble
from disclosure.documents.plan import Plan, Region, Term
from disclosure.documents.redact import redact
from disclosure.documents.render import render_pdf
from disclosure.documents.seal import new_seal_identity, seal
from tests.documents.corpus import (
    BASE,
    HIDINGS,
    KEPT,
    SECRET,
    blank,
    image_stream,
    picture,
    plain,
    scan_page,
    shown,
    typeset,
)

BOX = (70.0, 645.0, 220.0, 665.0)
REGION = Region(1, BOX, "third-party")
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
Change = Callable[[pikepdf.Pdf], None]


def redacted(path: Path) -> None:
    """Write a file as the engine makes it, with one box and one term."""
    source = path.with_name("source.pdf")
    plain(source)
    redact(source, path, Plan(regions=(REGION,), terms=(Term(SECRET, "third-party"),)))


def rendition(path: Path) -> None:
    """Write a whole sealed rendition whose last page is the redacted document."""
    redacted(path)
    lead = render_pdf(
        f"<h1>Certificate</h1><p lang='zh'>证明</p><p>{KEPT}</p>", title="R", lang="en"
    )
    whole = assemble(lead, [Part("Document 1", path.read_bytes())], title="R", made_at=NOW)
    key, certificate = new_seal_identity("Tests", NOW)
    path.write_bytes(
        seal(whole, key_pem=key, certificate_pem=certificate, reason="R", signed_at=NOW)
    )


def changed(path: Path, change: Change) -> None:
    redacted(path)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.disable)


def uncovered(pdf: pikepdf.Pdf) -> None:
    """Put a picture of the page without its box in the place of the burned one."""
    image = picture(KEPT, SECRET, size=(1653, 2339))
    own = pdf.pages[0].obj.Resources.XObject.P
    own.write(zlib.compress(image.tobytes()), filter=Name.FlateDecode)
    own.Width, own.Height, own.BitsPerComponent = image.width, image.height, 8


def faint_in_the_box(pdf: pikepdf.Pdf) -> None:
    """Lighten a few pixels under the box by the least step that sixteen greys have."""
    own = pdf.pages[0].obj.Resources.XObject.P
    image = pikepdf.PdfImage(own).as_pil_image().convert("L")
    image.paste(17, (200, 495, 240, 500))
    own.write(zlib.compress(image.tobytes()), filter=Name.FlateDecode)
    own.BitsPerComponent = 8


def term_in_the_layer(pdf: pikepdf.Pdf) -> None:
    content = pdf.pages[0].obj.Contents.read_bytes()
    word = SECRET.encode("utf-16be").hex().encode()
    drawn = b"10 0 0 10 300 300 Tm <" + word + b"> Tj\nET"
    pdf.pages[0].obj.Contents = pdf.make_stream(content.replace(b"\nET", b"\n" + drawn, 1))


def word_in_the_box(pdf: pikepdf.Pdf) -> None:
    content = pdf.pages[0].obj.Contents.read_bytes()
    drawn = b"10 0 0 10 100 650 Tm <00580059> Tj\nET"
    pdf.pages[0].obj.Contents = pdf.make_stream(content.replace(b"\nET", b"\n" + drawn, 1))


def opening_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.beep()"))


def note(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]))]
    )


def author(pdf: pikepdf.Pdf) -> None:
    pdf.trailer.Info = Dictionary(Author=String("desk 7"))


def second_image(pdf: pikepdf.Pdf) -> None:
    image = image_stream(pdf, picture("x", size=(90, 40)))
    pdf.pages[0].obj.Resources.XObject.Q = image


def page_thumbnail(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Thumb = image_stream(pdf, picture("x", size=(90, 40)))


def spare_entry(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.PieceInfo = Dictionary(Editor=Dictionary(Private=String("x")))


def attached(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["a.bin"] = b"anything"


SEEDED: dict[str, tuple[Change, str]] = {
    "a box that was not burned": (uncovered, "pixels"),
    "a faint sign under a box": (faint_in_the_box, "pixels"),
    "a term in the layer of words": (term_in_the_layer, "text"),
    "a word under a box": (word_in_the_box, "text-in-box"),
    "a script": (opening_script, "script"),
    "a note": (note, "annotation"),
    "an author": (author, "metadata"),
    "a second image": (second_image, "structure"),
    "a thumbnail": (page_thumbnail, "thumbnail"),
    "a foreign entry": (spare_entry, "structure"),
    "an attachment": (attached, "attachment"),
}


def rectangle_over_text(path: Path) -> None:
    content = BASE + shown(SECRET, 72, 650) + b"0 g 70 645 150 20 re f\n"
    blank(content).save(path)


def rectangle_over_a_scan(path: Path) -> None:
    scan_page(SECRET, content=b"0 g 60 480 460 60 re f\n").save(path)


def cropped_image(path: Path) -> None:
    """Show only the upper half of an image whose lower half holds the name."""
    pdf = scan_page(KEPT, "", "", SECRET, content=b"")
    clipped = b"q 70 450 446 102 re W n 446.4 0 0 252 70 300 cm /I Do Q\n"
    pdf.pages[0].obj.Contents = pdf.make_stream(clipped)
    pdf.save(path)


def unapplied_mark(path: Path) -> None:
    pdf = blank(BASE + shown(SECRET, 72, 650))
    mark = Dictionary(Type=Name.Annot, Subtype=Name.Redact, Rect=Array(list(BOX)))
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(mark)])
    pdf.save(path)


def frosted_box(path: Path) -> None:
    """Cover the name with a grey that it shines through."""
    pdf = blank(BASE + shown(SECRET, 72, 650) + b"/G gs 0.4 g 70 645 150 20 re f\n")
    pdf.pages[0].obj.Resources.ExtGState = Dictionary(G=Dictionary(ca=0.9))
    pdf.save(path)


def orphaned_stream(path: Path) -> None:
    """Leave a packed stream in the file that no table of objects names any more."""
    whole = io.BytesIO()
    blank(BASE).save(whole, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    raw = whole.getvalue()
    table = raw.index(b"\nxref") + 1
    packed = zlib.compress(shown(SECRET, 72, 650))
    orphan = b"99 0 obj\n<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n"
    orphan %= (len(packed), packed)
    head, _, _ = raw[table:].partition(b"startxref")
    end = b"startxref\n%d\n%%%%EOF\n" % (table + len(orphan))
    path.write_bytes(raw[:table] + orphan + head + end)


BAD: dict[str, tuple[Callable[[Path], None], tuple[str, ...], tuple[Region, ...]]] = {
    "rectangle over text": (rectangle_over_text, (SECRET,), ()),
    "rectangle over text, region": (rectangle_over_text, (), (REGION,)),
    "rectangle over a scan": (rectangle_over_a_scan, (SECRET,), ()),
    "rectangle over a scan, region": (
        rectangle_over_a_scan,
        (),
        (Region(1, (70.0, 490.0, 400.0, 535.0), "x"),),
    ),
    "cropped image": (cropped_image, (SECRET,), ()),
    "orphaned stream": (orphaned_stream, (SECRET,), ()),
    "unapplied mark": (unapplied_mark, (), (REGION,)),
    "frosted box": (frosted_box, (), (REGION,)),
    **{
        name: (HIDINGS[name].make, (SECRET,), ())
        for name in (
            "white_text", "layer_switched_off", "old_revision", "attachment", "lying_map",
            "missing_map", "metadata_xmp", "under_an_image", "outside_the_crop_box", "scan",
        )
    },
}  # fmt: skip


def clean_letter(path: Path) -> None:
    typeset(
        path, f"<h1>Letter</h1><p>{KEPT}</p><p>您好，<a href='https://example.com/'>link</a></p>"
    )


def clean_scan(path: Path) -> None:
    scan_page(KEPT, "Nothing else").save(path)


def clean_linear(path: Path) -> None:
    blank(BASE, BASE).save(path, linearize=True)


def clean_outline(path: Path) -> None:
    pdf = blank(BASE)
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Chapter", 0))
    pdf.docinfo["/Title"] = "Statement"
    pdf.save(path)


def clean_turned(path: Path) -> None:
    pdf = blank(BASE)
    pdf.pages[0].obj.Rotate = 90
    pdf.save(path)


def clean_white_box(path: Path) -> None:
    blank(BASE + b"0 g 70 645 150 20 re f\n").save(path)


def clean_object_streams(path: Path) -> None:
    blank(BASE).save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def clean_colour(path: Path) -> None:
    source = path.with_name("source.pdf")
    blank(BASE + b"1 0 0 rg 50 600 400 90 re f\n" + shown(SECRET, 72, 650)).save(source)
    redact(source, path, Plan(regions=(REGION,)))


def clean_scan_redacted(path: Path) -> None:
    source = path.with_name("source.pdf")
    scan_page(KEPT, SECRET).save(source)
    redact(source, path, Plan(regions=(Region(1, (70.0, 480.0, 420.0, 530.0), "x"),)))


def clean_number(path: Path) -> None:
    blank(b"".join(shown(str(at), 72, 800 - at * 12) for at in range(60))).save(path)


CLEAN: dict[str, tuple[Callable[[Path], None], tuple[Region, ...]]] = {
    "letter": (clean_letter, ()),
    "scan": (clean_scan, ()),
    "linearized": (clean_linear, ()),
    "outline": (clean_outline, ()),
    "turned": (clean_turned, ()),
    "box of another tool": (clean_white_box, (REGION,)),
    "object streams": (clean_object_streams, ()),
    "numbers": (clean_number, ()),
    "empty box": (clean_number, (Region(1, (300.0, 300.0, 400.0, 400.0), "x"),)),
    "our own": (redacted, (REGION,)),
    "our own in colour": (clean_colour, (REGION,)),
    "our own scan": (clean_scan_redacted, (Region(1, (70.0, 480.0, 420.0, 530.0), "x"),)),
    "sealed rendition": (rendition, (Region(2, BOX, "third-party"),)),
}


def with_bytes_added(path: Path) -> None:
    redacted(path)
    with path.open("ab") as stream:
        stream.write(b"\nanything\n")


def with_a_second_update(path: Path) -> None:
    """Add to a sealed rendition as an editor would."""
    rendition(path)
    with pikepdf.open(io.BytesIO(path.read_bytes())) as pdf:
        root, size = pdf.Root.objgen[0], int(pdf.trailer.Size)
    raw = path.read_bytes()
    start = int(raw.rpartition(b"startxref\n")[2].split()[0])
    offset = len(raw)
    raw += b"%d 0 obj\n<< /Note (later) >>\nendobj\n" % size
    table = len(raw)
    raw += b"xref\n%d 1\n%010d 00000 n \ntrailer\n" % (size, offset)
    raw += b"<< /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        size + 1,
        root,
        start,
        table,
    )
    path.write_bytes(raw)
