"""A second, independent reading of a finished file: nothing that was removed may be in it.

Owns the verdict and what it means. The reading itself happens in the limited child
(``gate_task.py``) with other parsers than the engine's. A finding says where, never what.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import cast

from disclosure.documents.child import child_folder, run_child
from disclosure.documents.inspect import checked_media, inspect, limit_arguments
from disclosure.documents.limits import Limits
from disclosure.documents.media import Media
from disclosure.documents.plan import Region
from disclosure.errors import DocumentRefused


class Outcome(Enum):
    """What the gate says; only ``PASSED`` opens it."""

    PASSED = "passed"
    LEAK = "leak"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that must not be in the file, or one thing that could not be checked.

    Attributes:
        code: Kind of finding (``text``, ``object``, ``pixels``, ``attachment``, ...).
        where: Page or object, in words; never content.
        value: Index into ``removed``; none when no value is concerned.
    """

    code: str
    where: str
    value: int | None = None

    def __str__(self) -> str:
        """Return one line for people."""
        named = "" if self.value is None else f" (value {self.value + 1} of the plan)"
        return f"{self.code}: {self.where}{named}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The gate's answer for exact bytes.

    Attributes:
        outcome: Passed, leak, or cannot tell.
        sha256: Hash of the bytes that were read.
        pages: Number of pages.
        leaks: What was found.
        unknown: What could not be checked, with the name of the program that is missing.
        readings: Which independent readings were made.
    """

    outcome: Outcome
    sha256: str
    pages: int
    leaks: tuple[Finding, ...] = ()
    unknown: tuple[Finding, ...] = ()
    readings: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Say whether the file may go on."""
        return self.outcome is Outcome.PASSED

    def as_json(self) -> dict[str, object]:
        """Return the verdict as JSON values, without any removed value."""
        return {
            "outcome": self.outcome.value,
            "sha256": self.sha256,
            "pages": self.pages,
            "leaks": [str(finding) for finding in self.leaks],
            "unknown": [str(finding) for finding in self.unknown],
            "readings": list(self.readings),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the gate reads.

    Attributes:
        strict: Whether the file is our own product and may hold nothing but its fixed form.
        scans: Pages whose pixels may hold text; none lets the gate find them itself.
        recognise: Whether pixels are read by character recognition.
        password: Of the original.
        limits: What the reading may cost.
    """

    strict: bool = False
    scans: tuple[int, ...] | None = None
    recognise: bool = True
    password: str | None = None
    limits: Limits = field(default_factory=Limits)


def gate(
    path: Path,
    *,
    removed: Sequence[str],
    regions: Sequence[Region] = (),
    original: Path | None = None,
    expected_pages: int | None = None,
    reading: Reading | None = None,
) -> Verdict:
    """Read a finished file and say whether anything that was removed is left in it.

    Args:
        path: The finished PDF: a redacted document, or the whole sealed rendition.
        removed: Values that must not occur in any variant or encoding.
        regions: Boxes that must be burned, in the pages' own unrotated user space; their page
            numbers count in the finished file.
        original: Before redaction; what stood in the regions is then searched everywhere.
        expected_pages: Number of pages that the file must have.
        reading: How strictly and how far to read; lenient without one.

    Raises:
        DocumentRefused: When the file is no PDF or cannot be read within the limits.
        BadInput: When there is no such file.
    """
    reading = reading or Reading()
    if checked_media(path, reading.limits) is not Media.PDF:
        raise DocumentRefused("kind-mismatch", "Only a finished PDF can be checked.")
    digest = sha256_of(path)
    beneath: list[str] = []
    if original is not None:
        beneath, scans = _beneath(original, regions, reading)
        if reading.scans is None:
            reading = replace(reading, scans=tuple(scans))
    question: dict[str, object] = {
        "source": str(path.resolve()),
        "removed": [*removed, *beneath],
        "regions": [[region.page, list(region.box), region.reason] for region in regions],
        "expected_pages": expected_pages,
    }
    return _verdict(_asked(question, path, reading), digest, len(removed))


def whole_verdict(finished: Verdict, parts: Sequence[Verdict]) -> Verdict:
    """Return the verdict over a joined file: what was untold of a part is untold of the whole.

    Args:
        finished: Over the joined file; its hash and pages stand.
        parts: Over the documents in it, in order; none of them is a leak, which is never joined.
    """
    untold = [
        replace(finding, where=f"document {number}, {finding.where}", value=None)
        for number, part in enumerate(parts, 1)
        for finding in part.unknown
    ]
    unknown = (*finished.unknown, *untold)
    leaks = any(part.outcome is Outcome.LEAK for part in (finished, *parts))
    outcome = Outcome.LEAK if leaks else Outcome.CANNOT_TELL if unknown else Outcome.PASSED
    return replace(finished, outcome=outcome, unknown=unknown)


def _asked(question: Mapping[str, object], path: Path, reading: Reading) -> dict[str, object]:
    limits = reading.limits
    pages = cast("int | None", question["expected_pages"]) or inspect(path, limits=limits).pages
    arguments = {
        **question,
        "strict": reading.strict,
        "scans": reading.scans,
        "recognise": reading.recognise,
    } | limit_arguments(limits)
    # Every page is read by three parsers, hence twice the pages' allowance.
    allowed = limits.allowing(pages=2 * pages, read=pages if reading.recognise else 0)
    with child_folder(path) as folder:
        return run_child("gate", arguments, limits=allowed, folder=folder, spawns=True)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _beneath(
    original: Path, regions: Sequence[Region], reading: Reading
) -> tuple[list[str], list[int]]:
    """Return the text that stood in the regions, and the pages with unread pixels."""
    media = checked_media(original, reading.limits)
    if media.is_text:
        return [], []
    arguments = {
        "source": str(original.resolve()),
        "media": media.name,
        "password": reading.password,
        "regions": [[region.page, list(region.box), region.reason] for region in regions],
    } | limit_arguments(reading.limits)
    with child_folder(original) as folder:
        answer = run_child("beneath", arguments, limits=reading.limits, folder=folder)
    return cast("list[str]", answer["texts"]), cast("list[int]", answer["scans"])


def _verdict(answer: Mapping[str, object], digest: str, named: int) -> Verdict:
    leaks = _findings(answer["leaks"], named)
    unknown = _findings(answer["unknown"], named)
    outcome = Outcome.LEAK if leaks else Outcome.CANNOT_TELL if unknown else Outcome.PASSED
    return Verdict(
        outcome=outcome,
        sha256=digest,
        pages=int(cast("int", answer["pages"])),
        leaks=leaks,
        unknown=unknown,
        readings=tuple(cast("list[str]", answer["readings"])),
    )


def _findings(raw: object, named: int) -> tuple[Finding, ...]:
    rows = cast("list[tuple[str, str, int | None]]", raw)
    return tuple(
        Finding(code, where, value if value is not None and value < named else None)
        for code, where, value in rows
    )
