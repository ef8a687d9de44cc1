"""Text and mail files as pages, with the plan's values gone before anything is typeset.

Imported only in the limited child. Owns decoding, the parts of a message that become text, and the
mark that stands in a value's place. The pages then go through the same engine as any other.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser
from pathlib import Path
from typing import Final, cast

from disclosure.documents.limits import refused
from disclosure.documents.media import Media, decode_text
from disclosure.documents.render import render_pdf
from disclosure.documents.terms import TermFinder

HEADERS: Final = ("From", "To", "Cc", "Bcc", "Reply-To", "Date", "Subject", "Message-ID")
SILENT: Final = frozenset({"script", "style", "head", "title"})
BREAKING: Final = frozenset({"p", "br", "div", "tr", "li", "h1", "h2", "h3", "table", "blockquote"})
DIRECTION: Final = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
OVERRIDDEN: Final = re.compile("\u202e([^\u202c\n]*)")

LINES_A_PAGE: Final = 80
PAGE: Final = '<html lang="zxx"><body class="plain-text">{body}</body></html>'


def typeset(arguments: Mapping[str, object]) -> dict[str, object]:
    """Turn a text or mail file into a PDF; the task ``typeset``.

    Args:
        arguments: ``source``, ``media``, ``target``, ``terms`` with reasons, ``limit_text``.

    Returns:
        How often each term was replaced, and the number of attachments left out.
    """
    content = Path(str(arguments["source"])).read_bytes()
    attachments = 0
    if Media[str(arguments["media"])] is Media.MAIL:
        text, attachments = _mail_text(content)
    else:
        text = _text(content)
    text = as_shown(text)
    if len(text) > int(cast("int", arguments["limit_text"])):
        raise refused("too-long")
    if text.count("\n") > int(cast("int", arguments["limit_pages"])) * LINES_A_PAGE:
        raise refused("too-many-pages")
    terms = cast("list[tuple[str, str]]", arguments["terms"])
    body, hits = replaced(text, terms)
    pdf = render_pdf(PAGE.format(body=body), title="", lang="zxx", every_glyph=False)
    Path(str(arguments["target"])).write_bytes(pdf)
    return {"hits": hits, "attachments": attachments}


def as_shown(text: str) -> str:
    """Return a text without the signs that would show it in another order than it is searched in.

    What they turn around is turned around here, so that reader and search see the same.
    """
    turned = OVERRIDDEN.sub(lambda found: found.group(1)[::-1], text)
    return DIRECTION.sub("", turned)


def replaced(text: str, terms: Sequence[tuple[str, str]]) -> tuple[str, list[int]]:
    """Return the text as HTML with a mark of one width for each value, and the counts.

    Args:
        text: Of the document.
        terms: Value and reason code.
    """
    hits = [0] * len(terms)
    parts: list[str] = []
    at = 0
    finder = TermFinder([value for value, _ in terms])
    for span in sorted(finder.spans(text), key=lambda span: (span.start, -span.end)):
        if span.end <= at:
            continue
        parts.append(html.escape(text[at : max(at, span.start)]))
        if span.start >= at:
            hits[span.term] += 1
            reason = html.escape(terms[span.term][1])
            parts.append(f'<span class="withheld">{reason}</span>')
        at = span.end
    parts.append(html.escape(text[at:]))
    return "".join(parts), hits


def _text(content: bytes) -> str:
    try:
        return decode_text(content).replace("\r\n", "\n").replace("\f", "\n")
    except UnicodeDecodeError:
        raise refused("damaged") from None


def _mail_text(content: bytes) -> tuple[str, int]:
    message = BytesParser(policy=policy.default).parsebytes(content)
    lines = [f"{name}: {value}" for name in HEADERS for value in _header(message, name)]
    attachments = [part for part in message.walk() if _is_attachment(part)]
    body = message.get_body(preferencelist=("plain", "html"))
    lines.append("")
    if isinstance(body, EmailMessage):
        lines.append(_body_text(body))
    lines += [
        f"[Attachment {number} ({part.get_content_type()}) is not part of these pages]"
        for number, part in enumerate(attachments, start=1)
    ]
    return "\n".join(lines), len(attachments)


def _header(message: EmailMessage, name: str) -> Iterator[str]:
    for value in message.get_all(name, []):
        yield " ".join(str(value).split())


def _is_attachment(part: object) -> bool:
    if not isinstance(part, EmailMessage) or part.is_multipart():
        return False
    return part.is_attachment() or part.get_content_maintype() != "text"


def _body_text(body: EmailMessage) -> str:
    try:
        text = body.get_content()
    except (LookupError, UnicodeDecodeError, ValueError):
        raise refused("damaged") from None
    text = text.replace("\r\n", "\n")
    return _plain(text) if body.get_content_subtype() == "html" else text


class _Plain(HTMLParser):
    """Keep what a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a line, or fall silent."""
        del attrs
        self._silent += tag in SILENT
        if tag in BREAKING:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Speak again."""
        self._silent = max(0, self._silent - (tag in SILENT))

    def handle_data(self, data: str) -> None:
        """Take text."""
        if not self._silent:
            self.parts.append(" ".join(data.split()) + " ")


def _plain(markup: str) -> str:
    parser = _Plain()
    parser.feed(markup)
    parser.close()
    return "".join(parser.parts).strip()
