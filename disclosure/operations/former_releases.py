"""What is removed now, looked for in what the case released before.

Owns the question alone: a value that is taken out of one file may have left in another one. The
answer is named beside the gate's verdict; it changes nothing that has left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from disclosure.documents.gate import Reading, gate
from disclosure.errors import DocumentRefused
from disclosure.operations.desk import Desk, Work
from disclosure.storage.cases import Case
from disclosure.storage.releases import Release, Rendition


@dataclass(frozen=True, slots=True)
class FormerRelease:
    """A rendition that has left: its number in the case and its hash."""

    number: int
    sha256: str


def former_releases(work: Work, case: Case) -> tuple[FormerRelease, ...]:
    """Return what the case has released, oldest first."""
    rows = work.session.execute(
        select(Rendition.number, Rendition.sha256)
        .join(Release, Release.rendition_id == Rendition.id)
        .where(Release.case_id == case.id)
        .order_by(Rendition.number)
    )
    return tuple(FormerRelease(number, sha256) for number, sha256 in rows)


def values_already_out(
    desk: Desk, former: Sequence[FormerRelease], terms: Sequence[str], folder: Path
) -> list[str]:
    """Name the former releases and pages in which a value that is removed now still stands.

    Args:
        desk: The fixed parts of the installation.
        former: What left before.
        terms: The values that are removed now.
        folder: To work in.
    """
    named: list[str] = []
    for release in former if terms else ():
        path = folder / f"former-{release.number}.pdf"
        path.write_bytes(desk.files.read(release.sha256))
        try:
            verdict = gate(path, removed=list(terms), reading=Reading(recognise=False))
        except DocumentRefused:
            named.append(f"rendition {release.number}: could not be read")
            continue
        places = [str(leak) for leak in verdict.leaks if leak.value is not None]
        named += [f"rendition {release.number}: {place}" for place in dict.fromkeys(places)]
    return named
