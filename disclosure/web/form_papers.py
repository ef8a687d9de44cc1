"""Papers of a form: looked at when they arrive, kept for an hour when the form had an error.

Owns what may be attached and the tokens of what is kept, so that nobody has to attach a file twice.
Reading a file is not done here: only its first bytes are, to tell its kind.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from werkzeug.datastructures import FileStorage

from disclosure.documents.media import HEAD, SUFFIXES, Media, media_of
from disclosure.edge import house
from disclosure.errors import DocumentRefused
from disclosure.operations.papers import Upload, clean_filename
from disclosure.operations.printing import file_size
from disclosure.storage.kept import KeptFiles
from disclosure.storage.scratch import scratch_folder

LIFE = timedelta(hours=1)
FOLDER = "kept-uploads"
MOST_PAPERS = 10
TAKEN = frozenset({Media.PDF, Media.PNG, Media.JPEG, Media.TIFF})


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of this form, with the token under which it is kept, or an empty one."""

    upload: Upload
    token: str = ""

    @property
    def name(self) -> str:
        """Return the file's name as it may be shown."""
        return clean_filename(self.upload.filename)

    @property
    def size(self) -> int:
        """Return the file's size in bytes."""
        return len(self.upload.content)


def kept_files() -> KeptFiles:
    """Return the folder in which this installation keeps things for a while."""
    return KeptFiles(house().desk.settings.instance / FOLDER)


def read_papers(
    files: Sequence[FileStorage], tokens: Sequence[str], now: datetime
) -> tuple[list[Paper], list[str]]:
    """Take the files of a form: those attached now and those kept from before.

    Returns:
        The acceptable ones, and a sentence for each that is not.
    """
    papers = [paper for token in tokens[:MOST_PAPERS] if (paper := _kept(token, now))]
    problems = []
    if len(papers) < len(tokens):
        problems.append("A file from before is no longer kept: attach it again.")
    for file in files:
        if not file.filename:
            continue
        upload = Upload(file.filename, file.stream.read())
        if problem := _problem(upload):
            problems.append(f"{clean_filename(file.filename)}: {problem}")
        else:
            papers.append(Paper(upload))
    if len(papers) > MOST_PAPERS:
        problems.append(f"Attach at most {MOST_PAPERS} files.")
    return papers[:MOST_PAPERS], problems


def keep_papers(papers: Sequence[Paper], now: datetime) -> list[Paper]:
    """Keep the files until the form is sent again; those that could not be kept are left out."""
    return [kept for paper in papers if (kept := _keep(paper, now))]


def forget_papers(papers: Sequence[Paper]) -> None:
    """Forget what was kept: it is in the case now."""
    for paper in papers:
        if paper.token:
            kept_files().drop(paper.token)


def _keep(paper: Paper, now: datetime) -> Paper | None:
    if paper.token:
        return paper
    token = secrets.token_urlsafe(24)
    head = json.dumps({"filename": paper.name}).encode()
    content = head + b"\n" + paper.upload.content
    return (
        Paper(paper.upload, token) if kept_files().put(token, content, now=now, life=LIFE) else None
    )


def _kept(token: str, now: datetime) -> Paper | None:
    content = kept_files().get(token, now=now) if token else None
    if content is None:
        return None
    head, _, body = content.partition(b"\n")
    return Paper(Upload(str(json.loads(head)["filename"]), body), token)


def _problem(upload: Upload) -> str:
    limit = house().desk.settings.max_upload_bytes
    if not upload.content:
        return "the file is empty. Attach it again."
    if len(upload.content) > limit:
        return f"the file is over {file_size(limit)}. Split it."
    ending = Path(clean_filename(upload.filename)).suffix.lower()
    try:
        kind = _kind(upload.content[:HEAD], ending if ending in SUFFIXES else "")
    except DocumentRefused as refusal:
        return refusal.message
    return "" if kind in TAKEN else "attach a PDF, PNG, JPEG or TIFF file."


def _kind(head: bytes, ending: str) -> Media:
    with scratch_folder(house().desk.settings.instance) as folder:
        path = folder / f"head{ending}"
        path.write_bytes(head)
        return media_of(path)
