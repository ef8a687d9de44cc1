"""What a document is, before anybody marks anything: kind, pages, and all that is not on a page.

Owns the question and the shape of its answer. The file is opened by ``inspect_task.py`` in the
limited child.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from disclosure.documents.child import child_folder, run_child
from disclosure.documents.limits import Limits, refused
from disclosure.documents.media import Media, media_of
from disclosure.documents.plan import Box
from disclosure.errors import BadInput

COUNTS: Final = (
    "attachments",
    "forms",
    "annotations",
    "scripts",
    "revisions",
    "layers",
    "images",
    "signatures",
    "characters",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Describe a document without any of its content.

    Attributes:
        media_type: Its kind, agreed by first bytes and parser.
        pages: Number of pages.
        boxes: Visible box of each page in its unrotated user space, in points.
        rotations: Clockwise turn of each page on the screen, in degrees.
        encrypted: Whether a password or owner restrictions lie on it.
        scans: Pages (from 1) whose pixels may hold text that no text layer tells.
        attachments: Embedded files, or parts of a message that are not its text.
        forms: Form fields.
        annotations: Annotations other than form fields and links.
        scripts: Scripts and actions that start something.
        revisions: Earlier states kept in the file.
        layers: Optional content groups.
        images: Images drawn on pages.
        signatures: Digital signatures.
        characters: Characters of the text layer.
    """

    media_type: str
    pages: int
    boxes: tuple[Box, ...]
    rotations: tuple[int, ...]
    encrypted: bool
    scans: tuple[int, ...]
    attachments: int
    forms: int
    annotations: int
    scripts: int
    revisions: int
    layers: int
    images: int
    signatures: int
    characters: int

    @property
    def has_text(self) -> bool:
        """Say whether there is any text layer."""
        return self.characters > 0

    @property
    def sizes(self) -> tuple[tuple[float, float], ...]:
        """Return width and height of each page as shown on the screen, in points."""
        return tuple(
            (box[3] - box[1], box[2] - box[0]) if turn % 180 else (box[2] - box[0], box[3] - box[1])
            for box, turn in zip(self.boxes, self.rotations, strict=True)
        )

    @property
    def hidden(self) -> dict[str, int]:
        """Return what a reader of the pages would not see, by name, where there is any."""
        names = ("attachments", "forms", "annotations", "scripts", "revisions", "layers")
        return {name: count for name in names if (count := getattr(self, name))}


def inspect(path: Path, *, limits: Limits | None = None, password: str | None = None) -> Inspection:
    """Read a document completely within the limits and describe it.

    Raises:
        DocumentRefused: When it is of no kind that is taken, encrypted without the right
            password, damaged, or over a limit.
        BadInput: When there is no such file.
    """
    limits = limits or Limits()
    media = checked_media(path, limits)
    with child_folder(path) as folder:
        answer = run_child(
            "inspect",
            {"source": str(path.resolve()), "media": media.name, "password": password}
            | limit_arguments(limits),
            limits=limits,
            folder=folder,
            spawns=media.is_text,
        )
    return inspection_from(answer)


def checked_media(path: Path, limits: Limits) -> Media:
    """Tell the kind of a file that exists and is not too large.

    Raises:
        BadInput: When there is no such file.
        DocumentRefused: When it is empty, too large or of no kind that is taken.
    """
    if not path.is_file():
        raise BadInput("there is no such file", where=path.name)
    if path.stat().st_size > limits.file_bytes:
        raise refused("file-too-large")
    return media_of(path)


def limit_arguments(limits: Limits) -> dict[str, object]:
    """Return the limits that a task checks by itself."""
    return {
        "limit_pages": limits.pages,
        "limit_side": limits.side_points,
        "limit_pixels": limits.megapixels * 1_000_000,
        "limit_text": limits.text_characters,
        "limit_read": limits.read_pages,
    }


def inspection_from(answer: Mapping[str, object]) -> Inspection:
    """Build an inspection from a child's answer."""
    boxes = cast("list[list[float]]", answer["boxes"])
    counts = cast("dict[str, int]", answer["counts"])
    return Inspection(
        media_type=str(answer["media_type"]),
        pages=len(boxes),
        boxes=tuple((box[0], box[1], box[2], box[3]) for box in boxes),
        rotations=tuple(cast("list[int]", answer["rotations"])),
        encrypted=bool(answer["encrypted"]),
        scans=tuple(cast("list[int]", answer["scans"])),
        **{name: counts[name] for name in COUNTS},
    )
