"""One rendition from its parts: certificate pages first, then the pages of redacted documents.

Owns the joining of pages, tags, outline and page labels, and the only metadata that leaves the
house. The same parts give the same bytes. The seal comes after, in ``seal.py``.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    import pikepdf

PRODUCER: Final = "disclosure"
METADATA: Final = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
    ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    "<pdf:Producer>{producer}</pdf:Producer><xmp:CreateDate>{moment}</xmp:CreateDate>"
    "<pdfuaid:part>1</pdfuaid:part></rdf:Description></rdf:RDF></x:xmpmeta>\n"
    '<?xpacket end="r"?>'
)


@dataclass(frozen=True, slots=True)
class Part:
    """A redacted document on its way into a rendition.

    Attributes:
        name: Its heading in the outline, like ``Document 1``; never a name given by others.
        pdf: The finished, gated file.
    """

    name: str
    pdf: bytes


def page_count(pdf: bytes) -> int:
    """Return how many pages a PDF of our own has."""
    import pikepdf  # noqa: PLC0415  loads a C++ library, needed here only

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


def assemble(lead: bytes, documents: Sequence[Part], *, title: str, made_at: datetime) -> bytes:
    """Append redacted documents to the tagged pages that lead the rendition.

    Args:
        lead: Certificate, data and redaction log by ``render_pdf``.
        documents: In the order of the log.
        title: Of the whole; shown in the reader's window.
        made_at: Aware time, the only one in the file's metadata.

    Returns:
        The rendition before it is sealed.
    """
    import pikepdf  # noqa: PLC0415  loads a C++ library, needed here only

    with pikepdf.open(io.BytesIO(lead)) as whole:
        starts = [0]
        _drop_foreign(whole)
        for part in documents:
            starts.append(len(whole.pages))
            _append(whole, part)
        _outline(whole, [title, *(part.name for part in documents)], starts)
        _label_pages(whole, starts)
        _describe(whole, title, made_at)
        whole.remove_unreferenced_resources()
        finished = io.BytesIO()
        whole.save(
            finished,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=True,
        )
    return finished.getvalue()


def _append(whole: "pikepdf.Pdf", part: Part) -> None:
    import pikepdf  # noqa: PLC0415  as above

    with pikepdf.open(io.BytesIO(part.pdf)) as document:
        first = len(whole.pages)
        for page in document.pages:
            if "/StructParents" in page.obj:
                del page.obj["/StructParents"]
        whole.pages.extend(document.pages)
    tree = whole.Root.StructTreeRoot
    parents = tree.ParentTree.Nums
    elements = []
    section = whole.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.StructElem, S=pikepdf.Name.Sect, P=_top(tree), T=part.name
        )
    )
    key = max([int(parents[at]) for at in range(0, len(parents), 2)], default=-1) + 1
    for page in list(whole.pages)[first:]:
        element = whole.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.StructElem, S=pikepdf.Name.P, P=section, Pg=page.obj, K=0
            )
        )
        elements.append(element)
        page.obj.StructParents = key
        page.obj.Tabs = pikepdf.Name.S
        parents.append(key)
        parents.append(pikepdf.Array([element]))
        key += 1
    section.K = pikepdf.Array(elements)
    _top(tree).K.append(section)
    tree.ParentTreeNextKey = key


def _top(tree: "pikepdf.Object") -> "pikepdf.Object":
    """Return the document element, under which every section hangs."""
    import pikepdf  # noqa: PLC0415  as above

    kids = tree.K
    top = kids[0] if isinstance(kids, pikepdf.Array) else kids
    if not isinstance(top.get("/K"), pikepdf.Array):
        top.K = pikepdf.Array([top.K] if "/K" in top else [])
    return top


def _drop_foreign(whole: "pikepdf.Pdf") -> None:
    for key in ("/Info", "/ID"):
        if key in whole.trailer:
            del whole.trailer[key]


def _outline(whole: "pikepdf.Pdf", names: Sequence[str], starts: Sequence[int]) -> None:
    import pikepdf  # noqa: PLC0415  as above

    with whole.open_outline() as outline:
        own = list(outline.root)
        outline.root.clear()
        head = pikepdf.OutlineItem(names[0], 0)
        head.children.extend(own)
        outline.root.append(head)
        for name, start in zip(names[1:], starts[1:], strict=True):
            outline.root.append(pikepdf.OutlineItem(name, start))


def _label_pages(whole: "pikepdf.Pdf", starts: Sequence[int]) -> None:
    """Number the leading pages alone and those of each document as 1-1, 1-2, 2-1."""
    import pikepdf  # noqa: PLC0415  as above

    labels = pikepdf.Array()
    for number, start in enumerate(starts):
        label = pikepdf.Dictionary(S=pikepdf.Name.D)
        if number:
            label.P = pikepdf.String(f"{number}-")
        labels.append(start)
        labels.append(label)
    whole.Root.PageLabels = pikepdf.Dictionary(Nums=labels)


def _describe(whole: "pikepdf.Pdf", title: str, made_at: datetime) -> None:
    import pikepdf  # noqa: PLC0415  as above

    moment = made_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = METADATA.format(title=escape(title), producer=PRODUCER, moment=moment)
    whole.Root.Metadata = whole.make_stream(
        text.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML
    )
    whole.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    whole.trailer.Info = whole.make_indirect(
        pikepdf.Dictionary(
            Title=title, Producer=PRODUCER, CreationDate=made_at.strftime("D:%Y%m%d%H%M%SZ")
        )
    )
