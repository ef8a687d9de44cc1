"""What a document may cost, and the stable codes with which one is refused.

Owns figures and sentences only. The limits are applied by ``child.py`` and ``task.py``; a new
reason for refusing is a new row in ``REFUSALS``.
"""

from dataclasses import dataclass, replace
from typing import Final

from disclosure.errors import DocumentRefused

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bound what one document may use.

    Attributes:
        address_space: Bytes of memory of one child process.
        cpu_seconds: Processor time of one child process.
        wall_seconds: Time after which the parent kills the child's process group.
        file_bytes: Largest file that a child may read or write.
        open_files: Open files of one child process.
        answer_bytes: Largest JSON answer of a child.
        pages: Pages of one document.
        side_points: Longest side of a page, in points.
        megapixels: Pixels of one page; the resolution is lowered first.
        text_characters: Length of a text file or of the text of a message.
        read_pages: Pages whose pixels are read by character recognition.
    """

    address_space: int = 3 * 1024 * MEBIBYTE
    cpu_seconds: int = 60
    wall_seconds: float = 60.0
    file_bytes: int = 512 * MEBIBYTE
    open_files: int = 128
    answer_bytes: int = 16 * MEBIBYTE
    pages: int = 500
    side_points: float = 14_400.0
    megapixels: int = 50
    text_characters: int = 1_000_000
    read_pages: int = 200

    def allowing(self, *, pages: int, read: int = 0) -> "Limits":
        """Return the limits for a document whose pages have been counted.

        Args:
            pages: Pages of the document; each beyond the first hundred adds a quarter second.
            read: Pages to be read by character recognition, each adds eight seconds.
        """
        extra = max(0, pages - 100) * 0.25
        return replace(
            self,
            cpu_seconds=self.cpu_seconds + int(extra),
            wall_seconds=self.wall_seconds + extra + 8.0 * min(read, self.read_pages),
        )


REFUSALS: Final[dict[str, str]] = {
    "empty": "The file is empty (0 bytes).",
    "unknown-kind": "The file is not a PDF, PNG, JPEG, TIFF, plain text or mail file.",
    "kind-mismatch": "The file's content is not what its name says; send the original document.",
    "encrypted": "The document is encrypted; send it with its password or without encryption.",
    "damaged": "The document is damaged or cut off and cannot be read completely.",
    "too-many-pages": "The document has more pages than the limit allows; split it.",
    "page-too-large": "A page is larger than the limit allows.",
    "too-many-pixels": "An image or page has more pixels than the limit allows.",
    "file-too-large": "The file is larger than the limit allows.",
    "too-long": "The text is longer than the limit allows; split it.",
    "time": "Reading the document took longer than the limit allows.",
    "memory": "Reading the document needed more memory than the limit allows.",
    "answer": "The document yielded more description than the limit allows.",
    "leak": "The redacted file still held something that had to go; nothing was written.",
    "cannot-tell": "The redacted file could not be checked completely; nothing was written.",
}
"""Stable code -> the sentence shown to people."""


def refused(code: str, *, detail: str = "") -> DocumentRefused:
    """Build the refusal for a code.

    Args:
        code: A key of ``REFUSALS``.
        detail: A further sentence of our own, never text of the document.
    """
    sentence = REFUSALS[code]
    return DocumentRefused(code, f"{sentence} {detail}" if detail else sentence)
