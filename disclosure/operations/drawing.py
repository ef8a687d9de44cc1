"""The pages of a document on which people mark: rendered once, kept encrypted, quick to open again.

Owns what is rendered when, and the preview by the real engine. Works outside of any transaction: a
child process takes its time. Who looks is ``sittings.py``'s, what is marked ``redacting.py``'s.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from disclosure.documents.drawing import (
    DrawnPage,
    Found,
    draw,
    find,
    layout_from,
    layout_row,
    plan_digest,
)
from disclosure.documents.layout import Layout
from disclosure.documents.plan import Plan, plan_from
from disclosure.documents.redact import redact
from disclosure.errors import BadInput, DocumentRefused, NotFound, NotReady
from disclosure.operations.desk import Desk, Work
from disclosure.operations.papers import find_document
from disclosure.operations.redacting import LONGEST_TERM
from disclosure.storage.cases import Case, Document
from disclosure.storage.page_images import PageImages
from disclosure.storage.scratch import scratch_folder

PREVIEW = "preview-"
AT_ONCE = 6
"""Pages of a block: the list of pages asks for many, and one child answers for a block."""


@dataclass(frozen=True, slots=True, repr=False)
class Source:
    """A file whose pages can be shown.

    Attributes:
        sha256: Of the stored original, under which everything made from it is kept.
        ending: Of the file's name.
        pages: How many it has.
        preview: Digest of a plan when the redacted copy is meant, else empty.
    """

    sha256: str
    ending: str
    pages: int
    preview: str = ""

    def name(self, what: str, number: int) -> str:
        """Return the name under which something of a page is kept."""
        return f"{self._prefix}{what}-{number}"

    @property
    def copy(self) -> str:
        """Return the name under which the redacted copy is kept."""
        return f"{self._prefix}copy"

    @property
    def refusal(self) -> str:
        """Return the name under which it is kept why there is no redacted copy."""
        return f"{self._prefix}refusal"

    @property
    def _prefix(self) -> str:
        return f"{PREVIEW}{self.preview[:32]}-" if self.preview else ""


def find_drawable(work: Work, case: Case, document_id: str) -> Document:
    """Find a document of a case on which people may mark.

    Raises:
        NotFound: When the case has none with this id, or it does not leave or could not be read.
    """
    document = find_document(work, case, document_id)
    if document.role != "responsive" or document.status != "ready":
        raise NotFound("Only a responsive document that was read completely has pages to mark.")
    return document


def source_of(document: Document) -> Source:
    """Return a document as something whose pages can be shown."""
    ending = Path(document.filename).suffix[:8]
    return Source(document.sha256, ending if ending.isascii() else "", document.pages)


def layout_at(desk: Desk, source: Source, number: int) -> Layout:
    """Return the layout of a page; only this page is rendered when it is new.

    Raises:
        NotFound: When the document has no such page.
        DocumentRefused: When it cannot be read within the limits.
    """
    return layout_from(json.loads(_kept(desk, source, "layout", number, [number])))


def image_at(desk: Desk, source: Source, number: int, *, small: bool = False) -> bytes:
    """Return the image of a page as WebP.

    Raises:
        NotFound: When the document has no such page.
        DocumentRefused: When it cannot be read within the limits.
    """
    first = number - (number - 1) % AT_ONCE
    block = range(first, min(first + AT_ONCE, source.pages + 1)) if small else [number]
    return _kept(desk, source, "small" if small else "page", number, block)


def _kept(desk: Desk, source: Source, what: str, number: int, block: Sequence[int]) -> bytes:
    if not 1 <= number <= source.pages:
        raise NotFound(f"This document has pages 1 to {source.pages}.")
    images, name = PageImages(desk.settings.instance), source.name(what, number)
    if (content := images.get(source.sha256, name)) is not None:
        return content
    # Whoever waited for another one's rendering finds it done.
    with images.lock(source.sha256):
        if (content := images.get(source.sha256, name)) is not None:
            return content
        known = images.names(source.sha256)
        _render(desk, source, [each for each in block if source.name(what, each) not in known])
    content = images.get(source.sha256, name)
    if content is None:
        raise NotReady("a page was rendered and could not be kept; is there room on the disk?")
    return content


def _render(desk: Desk, source: Source, numbers: Sequence[int]) -> None:
    with _plain(desk, source) as path:
        for page in draw(path, numbers):
            _keep(desk, source, page)


def _keep(desk: Desk, source: Source, page: DrawnPage) -> None:
    images = PageImages(desk.settings.instance)
    row = json.dumps(layout_row(page.layout)).encode()
    for what, content in (("layout", row), ("small", page.small), ("page", page.image)):
        images.put(source.sha256, source.name(what, page.number), content)


@contextmanager
def _plain(desk: Desk, source: Source) -> Iterator[Path]:
    """Give the plain file for as long as a child reads it."""
    if source.preview:
        content = PageImages(desk.settings.instance).get(source.sha256, source.copy)
        if content is None:
            raise NotFound("This preview is gone. Make it again.")
    else:
        content = desk.files.read(source.sha256)
    with scratch_folder(desk.settings.instance) as folder:
        path = folder / f"shown{source.ending}"
        path.write_bytes(content)
        yield path


def look_for(desk: Desk, source: Source, text: str) -> Found:
    """Tell where a text stands in a document, in every way of writing.

    Raises:
        BadInput: When the text is empty, too long or holds nothing to look for.
        DocumentRefused: When the document cannot be read within the limits.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_TERM:
        raise BadInput(f"Write 1 to {LONGEST_TERM} characters.", where="text")
    plan_from({"terms": [{"text": text, "reason": "search"}]})
    with _plain(desk, source) as path:
        return find(path, text, pages=source.pages)


def preview_source(source: Source, plan: Plan) -> Source:
    """Return the redacted copy of a document under a plan as something to be shown."""
    return Source(source.sha256, ".pdf", source.pages, plan_digest(plan))


def preview_outcome(desk: Desk, preview: Source) -> str | None:
    """Return why the engine refused a preview, an empty text when it is there, or None."""
    images = PageImages(desk.settings.instance)
    refusal = images.get(preview.sha256, preview.refusal)
    if refusal is not None:
        return refusal.decode()
    return "" if images.get(preview.sha256, preview.copy) is not None else None


def make_preview(desk: Desk, source: Source, plan: Plan) -> None:
    """Redact a document with its marks as they are, by the real engine and gate, and keep it.

    A refusal is kept too: that the gate would refuse these marks is what people want to know. The
    previews of earlier marks go.
    """
    preview, images = preview_source(source, plan), PageImages(desk.settings.instance)
    if preview_outcome(desk, preview) is not None:
        return
    name, content = preview.copy, b""
    with _plain(desk, source) as path:
        target = path.with_name("preview.pdf")
        try:
            redact(path, target, plan)
            content = target.read_bytes()
        except DocumentRefused as refusal:
            name, content = preview.refusal, refusal.message.encode()
    images.forget(source.sha256, PREVIEW)
    images.put(source.sha256, name, content)
