"""Where a document's pages are in the built rendition, to be looked at before anybody signs.

Owns that counting. The bytes are the rendition's own, by their SHA-256; nothing is made for it.
"""

from dataclasses import dataclass

from disclosure.errors import NotFound
from disclosure.operations.desk import Work
from disclosure.operations.drawing import Source
from disclosure.operations.facts import latest_rendition
from disclosure.storage.cases import Case, Document
from disclosure.storage.releases import Rendition


@dataclass(frozen=True, slots=True)
class FinalPages:
    """The pages of one document in a rendition.

    Attributes:
        rendition: The newest one.
        source: Its file.
        first: Page of the rendition on which the document begins.
        pages: Of the document.
    """

    rendition: Rendition
    source: Source
    first: int
    pages: int

    def page(self, number: int) -> int:
        """Return the page of the rendition that shows a page of the document.

        Raises:
            NotFound: When the document has no such page.
        """
        if not 1 <= number <= self.pages:
            raise NotFound(f"This document has pages 1 to {self.pages}.")
        return self.first + number - 1


def final_pages(work: Work, case: Case, document: Document) -> FinalPages | None:
    """Find a document in the newest rendition; None when it is not in it or none was built."""
    rendition = latest_rendition(work, case)
    if rendition is None:
        return None
    rows = rendition.manifest.get("documents", [])
    first = rendition.pages - sum(int(row["pages"]) for row in rows) + 1
    for row in rows:
        if row["document"] == document.id:
            source = Source(rendition.sha256, ".pdf", rendition.pages)
            return FinalPages(rendition, source, first, int(row["pages"]))
        first += int(row["pages"])
    return None
