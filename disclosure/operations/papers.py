"""Files of a case: taken in, kept unchanged, looked at in the limited child, decided on.

Owns the document rows. A file is stored before its row; it stays in quarantine until the child
process has read it completely, and a file that cannot be read completely is refused with a reason
that people see.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from disclosure.domain.events import Event
from disclosure.domain.ledger import Payload
from disclosure.domain.workflow import Action
from disclosure.errors import BadInput, NotFound, Refused
from disclosure.operations.desk import Work
from disclosure.operations.outbox import Effect, enqueue
from disclosure.operations.printing import file_size
from disclosure.operations.recording import record
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case, Document

ROLES = ("demand", "evidence", "answer", "responsive")
DISPOSITIONS = {"release": "Release with its marks", "withhold": "Withhold in full"}
LONGEST_FILENAME = 150


@dataclass(frozen=True, slots=True, repr=False)
class Upload:
    """A file as it came in.

    Attributes:
        filename: As the sender called it; shown as text, never used as a path.
        content: The whole file.
    """

    filename: str
    content: bytes


def clean_filename(given: str) -> str:
    """Return a file name that is safe to show: no path, no control or direction signs."""
    last = given.replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if sign.isprintable()).strip()
    if len(shown) > LONGEST_FILENAME:
        stem, dot, ending = shown.rpartition(".")
        keep = ending if dot and len(ending) <= 8 else ""  # noqa: PLR2004 - a usual file ending
        shown = (stem or shown)[: LONGEST_FILENAME - 12] + "…" + (f".{keep}" if keep else "")
    return shown or "unnamed"


def add_document(work: Work, case: Case, upload: Upload, *, role: str) -> Document:
    """Take a file into a case and have it looked at.

    Raises:
        BadInput: When it is empty or over the size limit.
        Refused: When the case takes no more files.
    """
    require_acceptable(work, upload)
    sha256 = work.desk.files.add(upload.content)
    document = Document(
        id=uuid.uuid4().hex,
        case_id=case.id,
        role=role,
        filename=clean_filename(upload.filename),
        media_type="application/octet-stream",
        size=len(upload.content),
        sha256=sha256,
        status="quarantine",
        summary={},
        added_by=work.actor.person if work.actor.roles else None,
        added_at=work.now,
    )
    work.session.add(document)
    work.session.flush()
    data: Payload = {"document": document.id, "sha256": sha256, "role": role, "size": document.size}
    effect = Effect("inspect", {"document": document.id})
    if work.actor.roles:
        change = Change(subjects=[document.id], data=data, effects=[effect])
        advance(work, case, Action.ADD_DOCUMENT, change)
    else:
        record(work, Event.DOCUMENT_ADDED, case=case, subjects=[document.id], data=data)
        enqueue(work, effect, case=case)
    return document


def add_documents(work: Work, case: Case, uploads: Sequence[Upload], *, role: str) -> None:
    """Take several files into a case, all or none.

    Raises:
        BadInput: When there is none, one is empty or too large, or the role is unknown.
    """
    if not uploads:
        raise BadInput("Choose a file first.", where="papers")
    if role not in ROLES:
        raise BadInput("Say what the file is.", where="role")
    for upload in uploads:
        add_document(work, case, upload, role=role)


def require_acceptable(work: Work, upload: Upload) -> None:
    """Refuse a file that no inspection could make acceptable.

    Raises:
        BadInput: When it is empty or over the size limit.
    """
    limit = work.desk.settings.max_upload_bytes
    if not upload.content:
        raise BadInput("The file is empty. Attach it again.", where="papers")
    if len(upload.content) > limit:
        raise BadInput(f"The file is over {file_size(limit)}. Split it.", where="papers")


def find_document(work: Work, case: Case, document_id: str) -> Document:
    """Find a document of a case.

    Raises:
        NotFound: When the case has none with this id.
    """
    document = work.session.get(Document, document_id)
    if document is None or document.case_id != case.id:
        raise NotFound("There is no such document in this case.")
    return document


def note_inspection(
    work: Work,
    document: Document,
    *,
    media_type: str,
    pages: int,
    summary: dict[str, object],
    refusal: str = "",
) -> None:
    """Write down what the child process found, or why the file is refused."""
    document.media_type = media_type
    document.pages = pages
    document.summary = summary
    document.status = "refused" if refusal else "ready"
    document.refusal = refusal[:255]
    if refusal:
        case = work.session.get_one(Case, document.case_id)
        record(
            work,
            Event.DOCUMENT_REFUSED,
            case=case,
            subjects=[document.id],
            data={"document": document.id, "sha256": document.sha256},
        )
    work.session.flush()


def dispose(work: Work, case: Case, document: Document, disposition: str) -> None:
    """Decide whether a responsive document leaves, with its marks, or is withheld in full.

    Raises:
        BadInput: When the decision is not one of the known ones.
        Refused: When the document is not a responsive one that could be read.
    """
    if disposition not in DISPOSITIONS:
        raise BadInput("Choose to release or to withhold the document.", where="disposition")
    if document.role != "responsive" or document.status != "ready":
        raise Refused("Only a responsive document that was read completely can be decided on.")
    document.disposition = disposition
    advance(
        work,
        case,
        Action.MARK,
        Change(subjects=[document.id], data={"document": document.id, "disposition": disposition}),
    )
