"""Pages set aside: duplicates, pages outside the demand, pages about which somebody is asked.

Owns the flags. A duplicate or a page outside the demand does not leave: it is withheld as a whole
under its own reason code. A consultation stops building and submitting until a person records the
answer; that is the workflow's to refuse. A flag is never deleted: it is taken back or answered.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select

from disclosure.documents.plan import Plan, Region
from disclosure.domain.ledger import Payload
from disclosure.domain.page_flags import WITHHOLDING, PageFlagKind
from disclosure.domain.workflow import Action
from disclosure.errors import BadInput, NotFound
from disclosure.operations.desk import Work
from disclosure.operations.papers import find_document
from disclosure.operations.redacting import WHOLE_PAGE, plan_of
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case, Document, PageFlag

LONGEST_CONSULTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person says of a page.

    Attributes:
        kind: Code of a ``PageFlagKind``.
        of_document: For a duplicate: the document that holds the same page.
        of_page: For a duplicate: the page there, from 1.
        consulted: For a consultation: who is asked.
    """

    kind: str
    of_document: str = ""
    of_page: int = 0
    consulted: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A page that does not leave because of its flag, for the log of the rendition."""

    page: int
    kind: str
    of_document: str | None
    of_page: int | None


def flag_page(
    work: Work, case: Case, *, document_id: str, page: int, wanted: Wanted, reason: str
) -> PageFlag:
    """Set a page aside, or note who is asked about it.

    Args:
        work: The unit of work.
        case: The case.
        document_id: A responsive document of the case.
        page: From 1.
        wanted: What is said of the page.
        reason: Why, or what was asked.

    Raises:
        BadInput: When there is no such page, the page has such a flag, or what the kind needs is
            missing or leads nowhere.
    """
    document = _document_with(work, case, document_id, page, where="page")
    kind = _kind(wanted.kind)
    _require_free(work, document.id, page, kind)
    flag = PageFlag(
        id=uuid.uuid4().hex,
        case_id=case.id,
        document_id=document.id,
        page=page,
        kind=kind.code,
        reason=reason.strip(),
        person_id=work.actor.person,
        flagged_at=work.now,
    )
    if kind is PageFlagKind.DUPLICATE:
        _point_at_original(work, case, flag, wanted)
    if kind is PageFlagKind.CONSULT:
        flag.consulted = _consulted(wanted.consulted)
    advance(work, case, Action.FLAG_PAGE, _told(flag, reason))
    work.session.add(flag)
    work.session.flush()
    return flag


def _told(flag: PageFlag, reason: str) -> Change:
    data: Payload = {
        "flag": flag.id,
        "document": flag.document_id,
        "page": flag.page,
        "kind": flag.kind,
        "of_document": flag.of_document_id,
        "of_page": flag.of_page,
    }
    private = {"consulted": flag.consulted} if flag.consulted else {}
    return Change(subjects=[flag.id], data=data, private=private, reason=reason)


def _kind(code: str) -> PageFlagKind:
    try:
        return PageFlagKind.of(code)
    except KeyError:
        raise BadInput("Choose what is to be said of the page.", where="kind") from None


def _document_with(work: Work, case: Case, document_id: str, page: int, *, where: str) -> Document:
    document = find_document(work, case, document_id)
    if document.role != "responsive" or document.status != "ready":
        raise BadInput("Choose a responsive document that was read completely.", where=where)
    if not 1 <= page <= document.pages:
        raise BadInput(f"This document has pages 1 to {document.pages}.", where=where)
    return document


def _require_free(work: Work, document_id: str, page: int, kind: PageFlagKind) -> None:
    kinds = WITHHOLDING if kind.withholds else {kind.code}
    there = live_flag(work, document_id, page, kinds)
    if there is not None:
        label = PageFlagKind.of(there.kind).label.lower()
        raise BadInput(f"This page has the flag “{label}”: take it back first.", where="page")
    if kind.withholds and _is_original(work, document_id, page):
        raise BadInput(
            "Other pages are flagged as duplicates of this one: take those flags back first.",
            where="page",
        )


def live_flag(
    work: Work, document_id: str, page: int, kinds: Sequence[str] | frozenset[str] | set[str]
) -> PageFlag | None:
    """Return the flag of one of these kinds that stands on a page, if there is one."""
    return work.session.scalars(
        select(PageFlag).where(
            PageFlag.document_id == document_id,
            PageFlag.page == page,
            PageFlag.kind.in_(kinds),
            PageFlag.withdrawn_at.is_(None),
            PageFlag.answered_at.is_(None),
        )
    ).first()


def _is_original(work: Work, document_id: str, page: int) -> bool:
    copies = select(func.count()).where(
        PageFlag.of_document_id == document_id,
        PageFlag.of_page == page,
        PageFlag.withdrawn_at.is_(None),
    )
    return bool(work.session.scalar(copies))


def _point_at_original(work: Work, case: Case, flag: PageFlag, wanted: Wanted) -> None:
    """Say of which page it is a duplicate; that page has to leave itself."""
    if not wanted.of_document:
        raise BadInput("Choose the document that holds the same page.", where="of_document")
    original = _document_with(work, case, wanted.of_document, wanted.of_page, where="of_page")
    if (original.id, wanted.of_page) == (flag.document_id, flag.page):
        raise BadInput("A page is no duplicate of itself: name the other one.", where="of_page")
    if live_flag(work, original.id, wanted.of_page, WITHHOLDING) is not None:
        raise BadInput("That page is set aside itself: name one that leaves.", where="of_page")
    flag.of_document_id, flag.of_page = original.id, wanted.of_page


def _consulted(given: str) -> str:
    given = given.strip()
    if not given or len(given) > LONGEST_CONSULTED:
        raise BadInput(
            f"Write who is asked, in 1 to {LONGEST_CONSULTED} characters.", where="consulted"
        )
    return given


def withdraw_flag(work: Work, case: Case, flag_id: str) -> None:
    """Take a flag back; it stays on record.

    Raises:
        NotFound: When the case has no such flag that stands.
    """
    flag = _standing(work, case, flag_id)
    data: Payload = {"flag": flag.id, "document": flag.document_id, "page": flag.page}
    advance(work, case, Action.WITHDRAW_FLAG, Change(subjects=[flag.id], data=data))
    flag.withdrawn_at = work.now
    work.session.flush()


def answer_consultation(work: Work, case: Case, flag_id: str, *, answer: str) -> None:
    """Record what whoever was asked about a page answered; the page then goes its way.

    Raises:
        NotFound: When the case has no such open consultation.
        BadInput: Without an answer.
    """
    flag = _standing(work, case, flag_id)
    if flag.kind != PageFlagKind.CONSULT.code:
        raise NotFound("There is no such consultation in this case.")
    data: Payload = {"flag": flag.id, "document": flag.document_id, "page": flag.page}
    change = Change(subjects=[flag.id], data=data, reason=answer)
    advance(work, case, Action.ANSWER_CONSULTATION, change)
    flag.answer, flag.answered_by = answer.strip(), work.actor.person
    flag.answered_at = work.now
    work.session.flush()


def _standing(work: Work, case: Case, flag_id: str) -> PageFlag:
    flag = work.session.get(PageFlag, flag_id)
    ended = flag is not None and (flag.withdrawn_at is not None or flag.answered_at is not None)
    if flag is None or flag.case_id != case.id or ended:
        raise NotFound("There is no such flag in this case.")
    return flag


def flags_of(work: Work, case: Case) -> list[PageFlag]:
    """Return the flags that stand and the consultations that were answered, by page."""
    rows = work.session.scalars(
        select(PageFlag)
        .where(PageFlag.case_id == case.id, PageFlag.withdrawn_at.is_(None))
        .order_by(PageFlag.document_id, PageFlag.page, PageFlag.flagged_at)
    )
    return list(rows)


def set_aside(work: Work, case: Case, document_id: str) -> tuple[SetAside, ...]:
    """Return the pages of a document that do not leave because of their flags, in order."""
    return tuple(
        SetAside(row.page, row.kind, row.of_document_id, row.of_page)
        for row in flags_of(work, case)
        if row.document_id == document_id and row.kind in WITHHOLDING
    )


def plan_with_flags(work: Work, case: Case, document_id: str) -> Plan:
    """Return a document's marks as a plan, with the pages that are set aside taken out whole."""
    plan = plan_of(work, case, document_id)
    gone = tuple(
        Region(each.page, WHOLE_PAGE, PageFlagKind.of(each.kind).reason_code)
        for each in set_aside(work, case, document_id)
    )
    return replace(plan, regions=plan.regions + gone)


@dataclass(frozen=True, slots=True)
class SameFile:
    """A document that is byte for byte an earlier one of the case, with pages still to flag."""

    document_id: str
    of_document: str
    pages: tuple[int, ...]


def same_files(work: Work, case: Case) -> list[SameFile]:
    """Find documents that hold the same bytes as an earlier one, whose pages are not set aside."""
    documents = work.session.scalars(
        select(Document)
        .where(
            Document.case_id == case.id, Document.role == "responsive", Document.status == "ready"
        )
        .order_by(Document.added_at, Document.id)
    ).all()
    taken = {(row.document_id, row.page) for row in flags_of(work, case) if row.kind in WITHHOLDING}
    originals = {(row.of_document_id, row.of_page) for row in flags_of(work, case)}
    first: dict[str, str] = {}
    found = []
    for document in documents:
        earlier = first.setdefault(document.sha256, document.id)
        pages = tuple(
            page
            for page in range(1, document.pages + 1)
            if earlier != document.id
            and not {(document.id, page), (earlier, page)} & taken
            and (document.id, page) not in originals
        )
        if pages:
            found.append(SameFile(document.id, earlier, pages))
    return found


def flag_same_file(work: Work, case: Case, *, document_id: str, reason: str) -> int:
    """Flag every page of a repeated file as a duplicate of the same page of the earlier one.

    Returns:
        How many pages were flagged.

    Raises:
        BadInput: When no earlier document holds the same bytes, or nothing is left to flag.
    """
    found = next((one for one in same_files(work, case) if one.document_id == document_id), None)
    if found is None:
        raise BadInput("No earlier document of this case is the same file.", where="reason")
    for page in found.pages:
        wanted = Wanted(kind="duplicate", of_document=found.of_document, of_page=page)
        flag_page(work, case, document_id=document_id, page=page, wanted=wanted, reason=reason)
    return len(found.pages)
