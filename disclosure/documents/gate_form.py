"""What a finished file may be made of.

Imported only in the limited child. Owns two lists: what is a hiding place in any file, and the few
things that our own file may hold (strict). Values are looked for elsewhere; here a place is a
finding even when nothing readable is in it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pikepdf

from disclosure.documents.assemble import PRODUCER
from disclosure.documents.objects import dictionaries
from disclosure.documents.raw import file_ends, state_until
from disclosure.documents.writer import FONT_NAME, IMAGE_NAME

FIRING: Final = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition"}
)
HEADER: Final = re.compile(rb"%PDF-1\.\d|%PDF-2\.0")
MOST_TRAILING: Final = 1024 * 1024
ROOT_KEYS: Final = frozenset(
    {"/Type", "/Pages", "/Version", "/Lang", "/MarkInfo", "/StructTreeRoot", "/Metadata"}
    | {"/ViewerPreferences", "/Outlines", "/PageLabels", "/PageMode", "/Extensions"}
    | {"/AcroForm", "/Perms", "/Names", "/Dests", "/OutputIntents"}
)
PAGE_KEYS: Final = frozenset(
    {"/Type", "/Parent", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/Rotate"}
    | {"/Resources", "/Contents", "/StructParents", "/Tabs", "/Annots", "/Group"}
)
NAMES_KEYS: Final = frozenset({"/Dests"})
INFO_KEYS: Final = frozenset({"/Title", "/Producer", "/Creator", "/CreationDate", "/ModDate"})
SIGNING_ROOT_KEYS: Final = frozenset({"/AcroForm", "/Perms", "/Extensions", "/Version"})

Row = tuple[str, str]


def form_findings(path: Path, pdf: pikepdf.Pdf, *, strict: bool) -> Iterator[Row]:
    """Yield code and place of everything that a finished file must not hold.

    Args:
        path: The file.
        pdf: The same file, opened.
        strict: Whether it is our own product.
    """
    ends = file_ends(path)
    yield from _around_the_body(path, ends)
    yield from _states(path, ends, pdf)
    yield from _root(pdf.Root)
    for number, item in dictionaries(pdf):
        for code in _hiding_places(item):
            yield code, f"object {number}"
    if strict:
        yield from _foreign(pdf)


def _around_the_body(path: Path, ends: list[int]) -> Iterator[Row]:
    with path.open("rb") as stream:
        if not HEADER.match(stream.read(len(b"%PDF-1.7"))):
            yield "leading-bytes", "before the header"
        stream.seek(ends[-1] if ends else 0)
        if not ends or stream.read(MOST_TRAILING).strip():
            yield "trailing-bytes", "after the end mark"


def _states(path: Path, ends: list[int], pdf: pikepdf.Pdf) -> Iterator[Row]:
    earlier = ends[1:-1] if pdf.is_linearized else ends[:-1]
    if not earlier:
        return
    if len(earlier) > 1 or not _only_signed(state_until(path, earlier[0]), pdf):
        yield "revision", f"{len(earlier)} earlier states of the file"


def _only_signed(before: Path, pdf: pikepdf.Pdf) -> bool:
    """Say whether all that changed since a state of the file is one signature."""
    try:
        with pikepdf.open(before, suppress_warnings=True) as first:
            older = {item.objgen: item for item in first.objects}
            pages = {page.obj.objgen for page in first.pages}
            root = first.Root.objgen
            changed = [item for item in pdf.objects if not _same(older.get(_place(item)), item)]
            return bool(changed) and all(
                _belongs_to_signing(item, older.get(_place(item)), root, pages) for item in changed
            )
    except (pikepdf.PdfError, ValueError, RuntimeError, AttributeError):
        return False


def _place(item: object) -> tuple[int, int]:
    return item.objgen if isinstance(item, pikepdf.Object) else (0, 0)


def _same(older: object, item: object) -> bool:
    if not isinstance(older, pikepdf.Object) or not isinstance(item, pikepdf.Object):
        return older is item
    if isinstance(item, pikepdf.Stream) != isinstance(older, pikepdf.Stream):
        return False
    if isinstance(item, pikepdf.Stream) and isinstance(older, pikepdf.Stream):
        same_bytes = item.read_raw_bytes() == older.read_raw_bytes()
        return same_bytes and item.stream_dict.unparse() == older.stream_dict.unparse()
    return item.unparse(resolved=True) == older.unparse(resolved=True)


def _belongs_to_signing(
    item: object, older: object, root: tuple[int, int], pages: set[tuple[int, int]]
) -> bool:
    if isinstance(item, pikepdf.Stream):
        return str(item.get("/Type")) in {"/XRef", "/ObjStm"} or not item.read_bytes().strip()
    if isinstance(item, pikepdf.Array):
        return all(_is_signature_field(part) for part in item)
    if not isinstance(item, pikepdf.Dictionary):
        return False
    if item.objgen == root or item.objgen in pages:
        allowed = SIGNING_ROOT_KEYS if item.objgen == root else {"/Annots"}
        return _changed_keys(older, item) <= allowed
    signature = str(item.get("/Type")) in {"/Sig", "/TransformParams"} or "/SigFlags" in item
    return signature or _is_signature_field(item)


def _changed_keys(older: object, item: pikepdf.Object) -> set[str]:
    if not isinstance(older, pikepdf.Dictionary):
        return {"all"}
    keys = set(older.keys()) | set(item.keys())
    return {key for key in keys if _written(older, key) != _written(item, key)}


def _written(holder: pikepdf.Object, key: str) -> bytes:
    value = holder.get(key)
    if isinstance(value, pikepdf.Object):
        return value.unparse(resolved=False)
    return repr(value).encode()


def _is_signature_field(item: object) -> bool:
    return isinstance(item, pikepdf.Dictionary) and item.get("/FT") == "/Sig"


def _root(root: pikepdf.Object) -> Iterator[Row]:
    opening = root.get("/OpenAction")
    if isinstance(opening, pikepdf.Dictionary) and opening.get("/S") != "/GoTo":
        yield "script", "document, when it is opened"
    if "/Collection" in root:
        yield "attachment", "document, portfolio"
    if "/XFA" in root.get("/AcroForm", pikepdf.Dictionary()):
        yield "form", "document, XFA"
    layers = root.get("/OCProperties", pikepdf.Dictionary()).get("/D", pikepdf.Dictionary())
    if len(layers.get("/OFF", pikepdf.Array())) or layers.get("/BaseState", "/ON") != "/ON":
        yield "layer", "document, a layer that is switched off"


def _hiding_places(item: pikepdf.Object) -> Iterator[str]:
    if str(item.get("/S", "")) in FIRING or "/JS" in item or "/AA" in item:
        yield "script"
    if "/EF" in item or str(item.get("/Type", "")) == "/EmbeddedFile":
        yield "attachment"
    if "/Thumb" in item:
        yield "thumbnail"
    if "/FT" in item and item.get("/FT") != "/Sig":
        yield "form"
    for annotation in item.get("/Annots", pikepdf.Array()) if "/Annots" in item else ():
        if isinstance(annotation, pikepdf.Dictionary) and not _quiet(annotation):
            yield "annotation"


def _quiet(annotation: pikepdf.Object) -> bool:
    if annotation.get("/Subtype") == "/Widget":
        return bool(annotation.get("/FT") == "/Sig")
    return bool(annotation.get("/Subtype") == "/Link") and "/Contents" not in annotation


def _foreign(pdf: pikepdf.Pdf) -> Iterator[Row]:
    """Yield what our own file never holds."""
    if extra := sorted(set(pdf.Root.keys()) - ROOT_KEYS):
        yield "structure", f"document, {len(extra)} unknown entries"
    if set(pdf.Root.get("/Names", pikepdf.Dictionary()).keys()) - NAMES_KEYS:
        yield "structure", "document, names"
    info = pdf.trailer.get("/Info", pikepdf.Dictionary())
    producer = str(info.get("/Producer", PRODUCER))
    if set(info.keys()) - INFO_KEYS or not producer.startswith(PRODUCER):
        yield "metadata", "document information"
    metadata = pdf.Root.get("/Metadata")
    if isinstance(metadata, pikepdf.Stream) and PRODUCER.encode() not in metadata.read_bytes():
        yield "metadata", "document, XMP"
    for number, page in enumerate(pdf.pages, start=1):
        if set(page.obj.keys()) - PAGE_KEYS:
            yield "structure", f"page {number}, unknown entries"
        if not _known_page(page.obj):
            yield "structure", f"page {number}, more than its image and its words"


def _known_page(page: pikepdf.Object) -> bool:
    """Say whether a page is either a redacted one in its exact form, or has text of its own."""
    resources = page.get("/Resources", pikepdf.Dictionary())
    images = resources.get("/XObject", pikepdf.Dictionary())
    if IMAGE_NAME not in images:
        return not any(_is_image(item) for _, item in images.items())
    exact = set(images.keys()) == {IMAGE_NAME} and set(resources.keys()) == {"/XObject", "/Font"}
    fonts = resources.get("/Font", pikepdf.Dictionary())
    image = images[IMAGE_NAME]
    plain = not {"/SMask", "/Mask", "/Alternates", "/OC", "/Metadata"} & set(image.keys())
    return exact and set(fonts.keys()) == {FONT_NAME} and plain and "/Annots" not in page


def _is_image(item: object) -> bool:
    return isinstance(item, pikepdf.Stream) and bool(item.get("/Subtype") == "/Image")
