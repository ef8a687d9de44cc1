"""Redacting one document: from the original and a plan to a finished, gated file.

Owns the order of the steps and what may be written: the target appears only after the gate has
passed the exact bytes. The engine is ``raster.py`` in the child, the judge is ``gate.py``.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from disclosure.documents.child import child_folder, run_child
from disclosure.documents.gate import Outcome, Reading, Verdict, gate
from disclosure.documents.inspect import Inspection, checked_media, inspect, limit_arguments
from disclosure.documents.limits import Limits, refused
from disclosure.documents.media import Media
from disclosure.documents.plan import Box, Plan
from disclosure.errors import BadInput

FINISHED: Final = "finished.pdf"
TYPESET: Final = "typeset.pdf"


@dataclass(frozen=True, slots=True)
class BurnedMark:
    """A black box on a finished page.

    Attributes:
        page: From 1.
        box: As burned, padding included, in points of the unrotated page.
        reason: Code under which it was withheld.
        origin: ``region`` (drawn by a person), ``term`` (found in the text) or ``recognised``
            (found in pixels).
    """

    page: int
    box: Box
    reason: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionReport:
    """Tell what one redaction did; holds no removed value.

    Attributes:
        pages: Pages of the finished file.
        marks: Every burned box.
        occurrences: For each term of the plan how often it was found; 0 deserves a look.
        words_kept: Words of the text layer that stayed readable.
        words_dropped: Words that went with a box, a term, or because nobody can see them.
        verdict: The gate's answer for the exact bytes that were written.
    """

    pages: int
    marks: tuple[BurnedMark, ...]
    occurrences: tuple[int, ...]
    words_kept: int
    words_dropped: int
    verdict: Verdict

    @property
    def sha256(self) -> str:
        """Return the hash of the written file."""
        return self.verdict.sha256

    def as_json(self) -> dict[str, object]:
        """Return the report as JSON values."""
        return {
            "pages": self.pages,
            "marks": [
                {"page": mark.page, "box": list(mark.box), "reason": mark.reason, "by": mark.origin}
                for mark in self.marks
            ],
            "occurrences": list(self.occurrences),
            "words_kept": self.words_kept,
            "words_dropped": self.words_dropped,
            "verdict": self.verdict.as_json(),
        }


def redact(
    source: Path,
    target: Path,
    plan: Plan,
    *,
    limits: Limits | None = None,
    keep_untold: bool = False,
) -> RedactionReport:
    """Write a redacted copy of a document, once the gate has passed it.

    Args:
        source: PDF, image, text or mail file; never changed.
        target: The finished PDF; replaced only by a file that passed.
        plan: What has to go.
        limits: What the work may cost.
        keep_untold: Whether a file of which the gate cannot tell is written all the same, with
            that verdict in its report, for a person to answer for. A leak never is.

    Raises:
        DocumentRefused: When the document cannot be read completely within the limits, or the
            finished file held something or could not be checked.
        BadInput: When a file is missing or the plan does not fit the document.
        NotReady: When a program or font is missing.
    """
    limits = limits or Limits()
    media = checked_media(source, limits)
    _check_target(source, target)
    with child_folder(target) as folder:
        pages_of, media, removed = _with_pages(source, media, plan, limits, folder)
        inspection = inspect(pages_of, limits=limits, password=plan.password)
        _check_regions(plan, inspection)
        job = _Job(pages_of, media, plan, inspection, limits)
        answer, verdict = _applied(job, folder)
        if not verdict.passed and not (keep_untold and verdict.outcome is Outcome.CANNOT_TELL):
            code = "leak" if verdict.outcome is Outcome.LEAK else "cannot-tell"
            findings = verdict.leaks or verdict.unknown
            raise refused(code, detail=f"First finding: {findings[0]}.")
        _publish(folder / FINISHED, target)
    hits = [
        found + typeset
        for found, typeset in zip(cast("list[int]", answer["hits"]), removed, strict=True)
    ]
    return _report(answer, hits, verdict)


@dataclass(frozen=True, slots=True)
class _Job:
    source: Path
    media: Media
    plan: Plan
    inspection: Inspection
    limits: Limits


def _with_pages(
    source: Path, media: Media, plan: Plan, limits: Limits, folder: Path
) -> tuple[Path, Media, list[int]]:
    """Typeset a text or mail; anything else has pages already."""
    if not media.is_text:
        return source.resolve(), media, [0] * len(plan.terms)
    arguments = {
        "source": str(source.resolve()),
        "media": media.name,
        "target": TYPESET,
        # With boxes in the plan the lines must stand where they stood when the boxes were drawn.
        "terms": [] if plan.regions else [[term.text, term.reason] for term in plan.terms],
    } | limit_arguments(limits)
    answer = run_child("typeset", arguments, limits=limits, folder=folder, spawns=True)
    counts = cast("list[int]", answer["hits"]) or [0] * len(plan.terms)
    return folder / TYPESET, Media.PDF, counts


def _applied(job: _Job, folder: Path) -> tuple[dict[str, object], Verdict]:
    """Apply and gate; a layer of words that the gate objects to is left out and gated again."""
    answer, verdict = _apply_once(job, folder, frozenset())
    pages = {finding.where for finding in verdict.leaks if finding.code == "text"}
    if pages and len(pages) == len({finding.where for finding in verdict.leaks}):
        numbers = {int(where.split()[1]) for where in pages if where.startswith("page ")}
        answer, verdict = _apply_once(job, folder, frozenset(numbers))
    return answer, verdict


def _apply_once(
    job: _Job, folder: Path, unlayered: frozenset[int]
) -> tuple[dict[str, object], Verdict]:
    scans = job.inspection.scans
    # Any page may turn out to show more than its characters tell.
    read = job.inspection.pages if job.plan.terms else 0
    arguments = {
        "source": str(job.source),
        "media": job.media.name,
        "password": job.plan.password,
        "target": FINISHED,
        "regions": [[region.page, list(region.box), region.reason] for region in job.plan.regions],
        "terms": [[term.text, term.reason] for term in job.plan.terms],
        "scans": list(scans),
        "unlayered": sorted(unlayered),
    } | limit_arguments(job.limits)
    answer = run_child(
        "apply",
        arguments,
        limits=job.limits.allowing(pages=job.inspection.pages, read=read),
        folder=folder,
        spawns=read > 0,
    )
    seen = tuple(sorted({*scans, *cast("list[int]", answer["read"])}))
    verdict = gate(
        folder / FINISHED,
        removed=[term.text for term in job.plan.terms],
        regions=job.plan.regions,
        expected_pages=job.inspection.pages,
        reading=Reading(strict=True, scans=seen, limits=job.limits),
    )
    return answer, verdict


def _check_target(source: Path, target: Path) -> None:
    if not target.resolve().parent.is_dir():
        raise BadInput("there is no such folder to write into", where=target.name)
    if target.is_dir():
        raise BadInput("is a folder, not a file", where=target.name)
    if target.exists() and target.samefile(source):
        raise BadInput("the original must not be overwritten; name another file", where=target.name)


def _check_regions(plan: Plan, inspection: Inspection) -> None:
    pages = inspection.pages
    for index, region in enumerate(plan.regions):
        if region.page > pages:
            raise BadInput(f"the document has only {pages} pages", where=f"regions[{index}].page")
        shown, box = inspection.boxes[region.page - 1], region.box
        across = box[0] < shown[2] and shown[0] < box[2]
        if not (across and box[1] < shown[3] and shown[1] < box[3]):
            raise BadInput("lies beside the page and would cover nothing of it",
                           where=f"regions[{index}].box")  # fmt: skip


def _publish(finished: Path, target: Path) -> None:
    """Put the finished file in its place in one step."""
    waiting = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(finished, waiting)
        with waiting.open("rb+") as stream:
            os.fsync(stream.fileno())
        waiting.replace(target)
    finally:
        waiting.unlink(missing_ok=True)


def _report(answer: Mapping[str, object], hits: Sequence[int], verdict: Verdict) -> RedactionReport:
    marks = cast("list[dict[str, object]]", answer["marks"])
    return RedactionReport(
        pages=int(cast("int", answer["pages"])),
        marks=tuple(
            BurnedMark(
                page=int(cast("int", mark["page"])),
                box=cast("Box", tuple(cast("list[float]", mark["box"]))),
                reason=str(mark["reason"]),
                origin=str(mark["origin"]),
            )
            for mark in marks
        ),
        occurrences=tuple(hits),
        words_kept=int(cast("int", answer["kept"])),
        words_dropped=int(cast("int", answer["dropped"])),
        verdict=verdict,
    )
