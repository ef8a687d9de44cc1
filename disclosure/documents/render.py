"""From our own HTML to a tagged PDF, by WeasyPrint, with nothing fetched from anywhere.

Owns the closed fetcher, the print stylesheet (parsed once a process) and the check that every
character had a glyph. What the pages say is the templates' business. Never give it HTML of others.
"""

import atexit
import logging
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from disclosure.documents.fonts import INSTALL, require_cjk_font
from disclosure.errors import NotReady

if TYPE_CHECKING:
    pass

STYLESHEET: Final = Path(__file__).with_name("print.css")
VARIANT: Final = "pdf/ua-1"
NO_GLYPH: Final = ".notdef"


class _Ear(logging.Handler):
    """Hear of missing glyphs; WeasyPrint's messages hold page text and go no further."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._heard = threading.local()

    def start(self) -> None:
        self._heard.missing = 0

    @property
    def missing(self) -> int:
        return int(getattr(self._heard, "missing", 0))

    def emit(self, record: logging.LogRecord) -> None:
        if NO_GLYPH in record.getMessage():
            self._heard.missing = self.missing + 1


class _Press:
    """What all renders of a process share: fonts, stylesheet, fetcher."""

    def __init__(self) -> None:
        from weasyprint import CSS, HTML  # noqa: PLC0415  takes half a second to load
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415  as above
        from weasyprint.urls import URLFetcher  # noqa: PLC0415  as above

        class ClosedFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
            """Take what stands in the page itself, and nothing else."""

            def __init__(self) -> None:
                super().__init__(allowed_protocols=("data",), allow_redirects=False)

        self.fetcher = ClosedFetcher()
        self.fonts: FontConfiguration = FontConfiguration()
        self.html: Callable[..., HTML] = HTML
        self.lock = threading.Lock()
        self.ear = _Ear()
        logger = logging.getLogger("weasyprint")
        logger.handlers = [self.ear]
        logger.propagate = False
        self.style: CSS = CSS(filename=STYLESHEET, font_config=self.fonts, url_fetcher=self.fetcher)


@lru_cache(maxsize=1)
def _press() -> _Press:
    # Left to the interpreter's end, the fonts would be freed after the library that frees them.
    atexit.register(_press.cache_clear)
    return _Press()


def render_pdf(
    html: str,
    *,
    title: str,
    lang: str,
    every_glyph: bool = True,
    cjk_font: Callable[[], None] = require_cjk_font,
) -> bytes:
    """Typeset a page of our own HTML with the print stylesheet.

    Args:
        html: A whole document; only ``data:`` addresses in it are followed.
        title: Of the document, for its reader's window.
        lang: Language of the text that is not marked otherwise, like ``en`` or ``zh-CN``.
        every_glyph: Whether a character without a glyph stops the work.
        cjk_font: Raises when Chinese text could not be printed.

    Returns:
        A tagged PDF.

    Raises:
        NotReady: When a font is missing, so that there would be empty boxes.
    """
    cjk_font()
    pdf, missing = _typeset(html, title, lang)
    if missing and every_glyph:
        raise NotReady(
            f"{missing} characters have no glyph in any installed font; install more: {INSTALL}"
        )
    return pdf


def _typeset(html: str, title: str, lang: str) -> tuple[bytes, int]:
    press = _press()
    with press.lock:
        press.ear.start()
        source = press.html(string=html, url_fetcher=press.fetcher)
        document = source.render(
            stylesheets=[press.style],
            font_config=press.fonts,
            pdf_variant=VARIANT,
            pdf_tags=True,
            presentational_hints=False,
        )
        document.metadata.title = title
        document.metadata.lang = lang
        document.metadata.authors = []
        document.metadata.generator = None
        pdf: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_tags=True)
        return pdf, press.ear.missing
