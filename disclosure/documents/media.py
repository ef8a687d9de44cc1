"""Which kind of document a file is, by its first bytes and not by what anybody calls it.

Owns the kinds that are taken and how each is known. Whether a file of a kind can be read is
settled by the parsers in ``inspect_task.py``.
"""

import re
from enum import Enum
from pathlib import Path
from typing import Final

from disclosure.documents.limits import refused

HEAD: Final = 4096


class Media(Enum):
    """A kind of document that is taken; the value is its media type."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"
    TEXT = "text/plain"
    MAIL = "message/rfc822"

    @property
    def is_image(self) -> bool:
        """Say whether each frame becomes a page."""
        return self in {Media.PNG, Media.JPEG, Media.TIFF}

    @property
    def is_text(self) -> bool:
        """Say whether it has to be typeset before it has pages."""
        return self in {Media.TEXT, Media.MAIL}


SUFFIXES: Final = {
    ".pdf": Media.PDF,
    ".png": Media.PNG,
    ".jpg": Media.JPEG,
    ".jpeg": Media.JPEG,
    ".tif": Media.TIFF,
    ".tiff": Media.TIFF,
    ".txt": Media.TEXT,
    ".eml": Media.MAIL,
}
MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", Media.PNG),
    (b"\xff\xd8\xff", Media.JPEG),
    (b"II*\x00", Media.TIFF),
    (b"MM\x00*", Media.TIFF),
)
MARKUP: Final = re.compile(rb"\s*(<\?xml|<!doctype|<html|<svg|<head|<body|<script)", re.IGNORECASE)
MAIL_HEADER: Final = re.compile(
    rb"^(from|to|subject|date|received|return-path|message-id|mime-version|delivered-to):",
    re.IGNORECASE | re.MULTILINE,
)
CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
ENCODINGS: Final = ("utf-8-sig", "gb18030")


def media_of(path: Path) -> Media:
    """Tell the kind of a file.

    Raises:
        DocumentRefused: When it is empty, of no kind that is taken, or not what its name says.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head:
        raise refused("empty")
    named = SUFFIXES.get(path.suffix.lower())
    media = _by_content(head)
    if media is Media.MAIL and named is Media.TEXT:
        return Media.TEXT
    if media is None or (named is not None and named is not media):
        raise refused("kind-mismatch" if named else "unknown-kind")
    return media


def _by_content(head: bytes) -> Media | None:
    for magic, media in MAGIC:
        if head.startswith(magic):
            return media
    markup = head.removeprefix(b"\xef\xbb\xbf")
    if MARKUP.match(markup):
        return None
    if b"%PDF-" in head[:1024]:
        return Media.PDF
    return _text_kind(head)


def _text_kind(head: bytes) -> Media | None:
    try:
        decode_text(head[: HEAD - 8] if len(head) == HEAD else head, whole=False)
    except UnicodeDecodeError:
        return None
    headers = head.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]
    if len(set(map(bytes.lower, MAIL_HEADER.findall(headers)))) > 1:
        return Media.MAIL
    return Media.TEXT


def decode_text(content: bytes, *, whole: bool = True) -> str:
    """Decode a text file: Unicode with or without a mark, else the Chinese national encoding.

    Args:
        content: The file's bytes, or its head.
        whole: Whether ``content`` ends where the file ends.

    Raises:
        UnicodeDecodeError: When it is no text.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "strict" if whole else "ignore")
    for encoding in ENCODINGS:
        try:
            text = _decoded(content, encoding, whole=whole)
        except UnicodeDecodeError:
            continue
        if not CONTROL.search(text):
            return text
    raise UnicodeDecodeError("utf-8", b"", 0, 1, "not a text file")


def _decoded(content: bytes, encoding: str, *, whole: bool) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        cut = not whole and error.end >= len(content) and len(content) - error.start < len("1234")
        if not cut:
            raise
        return content[: error.start].decode(encoding)
