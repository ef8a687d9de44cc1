"""The attachments of a mail file, taken out so that each is redacted as a document of its own.

The upper half is the parent's; ``take_apart`` runs in the limited child. Owns which parts count as
attachments. What becomes of them is the caller's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Final, cast

from disclosure.documents.child import child_folder, run_child
from disclosure.documents.limits import Limits, refused

MOST_PARTS: Final = 100
MOST_BYTES: Final = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class MailPart:
    """An attachment: what its sender calls it, and its bytes."""

    name: str
    content: bytes = field(repr=False)


def attachments_of(path: Path, *, limits: Limits | None = None) -> list[MailPart]:
    """Return the attachments of a mail file; a mail inside it is one of them.

    Raises:
        DocumentRefused: When it cannot be taken apart within the limits.
    """
    limits = limits or Limits()
    with child_folder(path) as folder:
        answer = run_child(
            "take_apart", {"source": str(path.resolve())}, limits=limits, folder=folder
        )
        names = cast("list[str]", answer["names"])
        return [
            MailPart(name, (folder / f"part-{number}").read_bytes())
            for number, name in enumerate(names)
        ]


def take_apart(arguments: Mapping[str, object]) -> dict[str, object]:
    """Write each attachment into the working folder; the task ``take_apart``."""
    content = Path(str(arguments["source"])).read_bytes()
    message = BytesParser(policy=policy.default).parsebytes(content)
    names: list[str] = []
    left = MOST_BYTES
    for part in _attachments(message):
        inside = _bytes_of(part)
        left -= len(inside)
        if len(names) >= MOST_PARTS or left < 0:
            raise refused("too-long")
        if not inside:
            continue
        Path(f"part-{len(names)}").write_bytes(inside)
        names.append(_name_of(part, len(names) + 1))
    return {"names": names}


def _attachments(message: EmailMessage) -> list[EmailMessage]:
    """Return the outermost parts that are no text of the message itself."""
    found: list[EmailMessage] = []
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        if part.get_content_type() == "message/rfc822":
            found.append(part)
        elif part.is_multipart():
            waiting += [each for each in part.iter_parts() if isinstance(each, EmailMessage)]
        elif part.is_attachment() or part.get_content_maintype() != "text":
            found.append(part)
    return found


def _bytes_of(part: EmailMessage) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0)
        return inner.as_bytes() if isinstance(inner, EmailMessage) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _name_of(part: EmailMessage, number: int) -> str:
    name = part.get_filename()
    if part.get_content_type() == "message/rfc822":
        return name if name and name.lower().endswith(".eml") else f"attachment-{number}.eml"
    return name or f"attachment-{number}"
