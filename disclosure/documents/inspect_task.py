"""Opening a document in the child and counting what it holds, on the pages and beside them.

Imported only in the limited child. Owns the rule that a document is read completely or refused:
two parsers must agree on the number of pages, and every page's content must decode.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

import pikepdf

from disclosure.documents.fonts_of_page import pages_with_untrusted_fonts
from disclosure.documents.limits import refused
from disclosure.documents.media import Media
from disclosure.documents.objects import dictionaries
from disclosure.documents.pages import Bounds, ImagePages, PdfPages, open_pages
from disclosure.documents.plan import Box
from disclosure.documents.raw import file_ends
from disclosure.documents.terms import TermFinder
from disclosure.documents.words import PageText

TAIL: Final = 2048
FIRING: Final = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/URI", "/GoToR"}
)
QUIET_ANNOTATIONS: Final = frozenset({"/Link", "/Widget"})
SHORTEST_WORD: Final = 4
SHORTEST_CHINESE: Final = 2


def inspect_document(arguments: Mapping[str, object]) -> dict[str, object]:
    """Describe a document; the task ``inspect``."""
    path, media = Path(str(arguments["source"])), Media[str(arguments["media"])]
    password = cast("str | None", arguments["password"])
    bounds = Bounds.of(arguments)
    if media.is_text:
        return _inspect_text(media, arguments)
    counts = dict.fromkeys(
        ("attachments", "forms", "annotations", "scripts", "revisions", "layers", "signatures"), 0
    )
    encrypted, untrusted = False, set[int]()
    if media is Media.PDF:
        with _opened(path, password) as pdf:
            _check_complete(path, pdf, bounds)
            counts |= _beside_the_pages(path, pdf)
            encrypted = bool(pdf.is_encrypted)
            untrusted = set(pages_with_untrusted_fonts(pdf))
            agreed = len(pdf.pages)
    pages = open_pages(path, media, bounds, password=password)
    if media is Media.PDF and len(pages) != agreed:
        raise refused("damaged")
    return _described(pages, media, counts, untrusted) | {"encrypted": encrypted}


def text_beneath(arguments: Mapping[str, object]) -> dict[str, object]:
    """Return the text that stands in regions and nowhere else; the task ``beneath``."""
    path, media = Path(str(arguments["source"])), Media[str(arguments["media"])]
    password = cast("str | None", arguments["password"])
    pages = open_pages(path, media, Bounds.of(arguments), password=password)
    regions = cast("list[tuple[int, list[float], str]]", arguments["regions"])
    texts: set[str] = set()
    outside: list[str] = []
    scans = []
    for index in range(len(pages)):
        boxes = [cast("Box", tuple(box)) for page, box, _ in regions if page == index + 1]
        if pages.marks(index)[2]:
            scans.append(index + 1)
        inside, rest = _split_page(pages, index, boxes)
        texts.update(inside)
        outside.append(rest)
    everything = "\n".join(outside)
    wanted = sorted(texts)
    # What also stands elsewhere, in whatever way of writing, was not taken out with the region.
    elsewhere = TermFinder(wanted).found(everything)
    kept = [text for index, text in enumerate(wanted) if index not in elsewhere]
    return {"texts": kept, "scans": scans}


def _split_page(
    pages: PdfPages | ImagePages, index: int, boxes: list[Box]
) -> tuple[list[str], str]:
    characters = pages.read(index).characters
    text = PageText([item.text for item in characters], [item.box for item in characters])
    words, _ = text.words([True] * len(characters))
    inside: list[str] = []
    for box in boxes:
        covered = [word for word in words if _covers(box, word.box)]
        line = "".join(word.text + " " * word.spaced for word in covered).strip()
        inside += [part for part in line.split() if _telling(part)]
    outside = [word for word in words if not any(_covers(box, word.box) for box in boxes)]
    return inside, " ".join(word.text for word in outside)


def _telling(word: str) -> bool:
    ideographs = sum(not character.isascii() for character in word)
    return len(word) >= SHORTEST_WORD or ideographs >= SHORTEST_CHINESE


def _covers(box: Box, word: Box) -> bool:
    across, up = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    return box[0] <= across <= box[2] and box[1] <= up <= box[3]


def _inspect_text(media: Media, arguments: Mapping[str, object]) -> dict[str, object]:
    from disclosure.documents.text_pages import typeset  # noqa: PLC0415  WeasyPrint is slow to load

    made = typeset({**arguments, "terms": [], "target": "typeset.pdf"})
    pages = PdfPages(Path("typeset.pdf"), Bounds.of(arguments))
    counts = dict.fromkeys(
        ("forms", "annotations", "scripts", "revisions", "layers", "signatures"), 0
    )
    counts["attachments"] = int(cast("int", made["attachments"]))
    return _described(pages, media, counts, set()) | {"encrypted": False}


def _described(
    pages: PdfPages | ImagePages, media: Media, counts: Mapping[str, int], untrusted: set[int]
) -> dict[str, object]:
    shapes = [pages.geometry(index) for index in range(len(pages))]
    marks = [pages.marks(index) for index in range(len(pages))]
    scans = {index + 1 for index, (_, _, scan) in enumerate(marks) if scan}
    return {
        "media_type": media.value,
        "boxes": [list(box) for box, _ in shapes],
        "rotations": [rotation for _, rotation in shapes],
        "scans": sorted(scans | untrusted),
        "counts": {
            **counts,
            "images": sum(images for _, images, _ in marks),
            "characters": sum(characters for characters, _, _ in marks),
        },
    }


def _opened(path: Path, password: str | None) -> pikepdf.Pdf:
    try:
        return pikepdf.open(path, password=password or "", suppress_warnings=True)
    except pikepdf.PasswordError:
        raise refused("encrypted") from None
    except (pikepdf.PdfError, ValueError, RuntimeError):
        raise refused("damaged") from None


def _check_complete(path: Path, pdf: pikepdf.Pdf, bounds: Bounds) -> None:
    """Refuse a file that is cut off, whose page tree is broken or whose pages do not decode."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - TAIL))
        if b"%%EOF" not in stream.read():
            raise refused("damaged")
    try:
        declared = pdf.Root.Pages.get("/Count", 0)
        bounds.check_count(int(declared))
        bounds.check_count(len(pdf.pages))
        pdf.get_warnings()
        for page in pdf.pages:
            _decode(page)
    except (pikepdf.PdfError, AttributeError, TypeError, ValueError, RuntimeError):
        raise refused("damaged") from None
    if any("decod" in str(warning) or "stream" in str(warning) for warning in pdf.get_warnings()):
        raise refused("damaged")


def _decode(page: pikepdf.Page) -> None:
    contents = page.obj.get("/Contents")
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    for stream in streams:
        if isinstance(stream, pikepdf.Stream):
            stream.read_bytes()


def _beside_the_pages(path: Path, pdf: pikepdf.Pdf) -> dict[str, int]:
    annotations = scripts = forms = signatures = files = 0
    for _, item in dictionaries(pdf):
        kind = str(item.get("/Subtype", ""))
        annotated = "/Rect" in item and kind
        annotations += bool(annotated) and kind not in QUIET_ANNOTATIONS
        scripts += str(item.get("/S", "")) in FIRING or "/JS" in item
        signatures += str(item.get("/Type", "")) == "/Sig"
        files += "/EF" in item
        forms += "/FT" in item
    layers = pdf.Root.get("/OCProperties", pikepdf.Dictionary()).get("/OCGs", pikepdf.Array())
    revisions = len(file_ends(path)) - 1 - bool(pdf.is_linearized)
    return {
        "annotations": annotations,
        "scripts": scripts,
        "forms": forms + ("/XFA" in pdf.Root.get("/AcroForm", pikepdf.Dictionary())),
        "signatures": signatures,
        "attachments": files,
        "layers": len(layers),
        "revisions": max(0, revisions),
    }
