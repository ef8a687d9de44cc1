"""Building the rendition: one sealed, gated PDF of what is disclosed, and the row that says so.

Owns the order of the work: gather what leaves (masked values never enter the page), redact the
documents, print, join, seal, read again. Only ``store_rendition`` writes; the rest can run as long
as it takes, outside of any transaction.
"""

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from disclosure.documents.assemble import Part, assemble, page_count
from disclosure.documents.gate import Outcome, Reading, gate, whole_verdict
from disclosure.documents.plan import Plan, Region
from disclosure.documents.redact import RedactionReport, redact
from disclosure.documents.render import render_pdf
from disclosure.documents.seal import seal
from disclosure.domain.decision import Profile
from disclosure.domain.events import Event
from disclosure.domain.ledger import Payload
from disclosure.domain.masking import mask as apply_mask
from disclosure.domain.workflow import Action
from disclosure.errors import Refused
from disclosure.operations.basis import rendition_basis
from disclosure.operations.collecting import values_of
from disclosure.operations.desk import SYSTEM, Desk, Work
from disclosure.operations.former_releases import (
    FormerRelease,
    former_releases,
    values_already_out,
)
from disclosure.operations.page_flags import SetAside, plan_with_flags, set_aside
from disclosure.operations.printing import fill
from disclosure.operations.recording import record
from disclosure.operations.redacting import KEEP, masks_of
from disclosure.operations.redaction_log import document_log, set_aside_log
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case, Document, Evaluation
from disclosure.storage.ledger_rows import LedgerEntry
from disclosure.storage.releases import Rendition, RenditionPreparer
from disclosure.storage.scratch import scratch_folder

Report = Callable[[int, str], None]
OFF_LIST = "off_list"
HANDS_ON = frozenset(
    event.value
    for event in (
        *(Event.RECORDS_REQUESTED, Event.REDACTION_MARKED, Event.RENDITION_REQUESTED),
        Event.COLLECTION_TAKEN,
        *(Event.PAGE_FLAGGED, Event.PAGE_FLAG_WITHDRAWN, Event.PAGE_CONSULTATION_ANSWERED),
    )
)
"""Events whose actors prepared the rendition and therefore do not sign it."""
SHORTEST_SEARCHED = 4
SHORTEST_SEARCHED_WIDE = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """One value as it leaves: the text, or None when it is withheld."""

    field: str
    record: str
    text: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Paper:
    """A document that goes into the rendition, with the plan of what goes out of it."""

    document_id: str
    filename: str
    sha256: str
    plan: Plan
    set_aside: tuple[SetAside, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Draft:
    """Everything that a rendition is built from, read in one transaction."""

    reference: str
    number: int
    basis: str
    page: dict[str, Any]
    shown: tuple[Shown, ...]
    removed: tuple[str, ...]
    withheld: tuple[dict[str, str], ...]
    papers: tuple[Paper, ...]
    papers_withheld: int
    former: tuple[FormerRelease, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Built:
    """A finished rendition that is not stored yet."""

    content: bytes
    pages: int
    gate_sha256: str
    gate_outcome: Outcome
    gate_report: dict[str, object]
    redaction_log: dict[str, object]
    manifest: dict[str, object]

    @property
    def gate_passed(self) -> bool:
        """Say whether the gate passed exactly these bytes."""
        return self.gate_outcome is Outcome.PASSED


def gather(work: Work, case: Case) -> Draft:
    """Read everything that the rendition is built from; values under a mask are masked here."""
    masks = masks_of(work, case)
    key = hashlib.sha256(work.desk.keys.index_key + case.public_ref.encode()).digest()
    shown: list[Shown] = []
    removed: list[str] = []
    for value in values_of(work, case):
        name = masks[value.field].mask if value.field in masks else KEEP
        text = value.value if name == KEEP else apply_mask(name, value.value, case_key=key)
        shown.append(Shown(value.field, value.record, text))
        if text != value.value and _can_be_searched(value.value):
            removed.append(value.value)
    number = work.session.scalar(
        select(func.count()).select_from(Rendition).where(Rendition.case_id == case.id)
    )
    return Draft(
        reference=case.reference,
        number=int(number or 0) + 1,
        basis=rendition_basis(work, case),
        page=_page_values(work, case),
        shown=tuple(shown),
        removed=tuple(dict.fromkeys(removed)),
        withheld=tuple(_withheld(work, case)),
        papers=tuple(_papers(work, case)),
        papers_withheld=len(_documents(work, case, "withhold")),
        former=former_releases(work, case),
    )


def _can_be_searched(value: str) -> bool:
    wide = sum(ord(sign) > 0x2E7F for sign in value)  # noqa: PLR2004 - where CJK begins
    return wide >= SHORTEST_SEARCHED_WIDE or len(value.strip()) >= SHORTEST_SEARCHED


def _page_values(work: Work, case: Case) -> dict[str, Any]:
    catalogue = work.desk.catalogue
    ground = catalogue.ground(case.ground, work.now)
    decided = work.session.get_one(Evaluation, case.decided_evaluation_id)
    paper = {"number": "", "issued_at": "", "legal_basis": ""}
    instrument = paper | decided.facts["facts"].get("instrument", {})
    return {
        "reference": case.reference,
        "platform": work.desk.settings.platform_name,
        "entity": work.desk.settings.legal_entity,
        "ground": ground,
        "clause": catalogue.policy_at(work.now).clauses.get(ground.clause),
        "citations": [catalogue.citation(each, work.now) for each in ground.law],
        "legal_basis": instrument["legal_basis"],
        "instrument": instrument,
        "recipient": case.requester,
        "statement": case.statement,
        "received_at": case.received_at,
        "built_at": work.now,
        "profile": Profile(case.approval_profile).label,
        "policy_version": case.policy_version,
        "policy_decided": decided.facts["facts"]["policy"]["version_now"],
        "catalogue_version": decided.catalogue_version,
        "catalogue_sha256": decided.catalogue_hash,
        "fields": catalogue.fields,
        "reasons": catalogue.reasons,
    }


def _withheld(work: Work, case: Case) -> list[dict[str, str]]:
    evaluation = work.session.get_one(Evaluation, case.decided_evaluation_id)
    catalogue = work.desk.catalogue
    rows: list[dict[str, str]] = []
    for field in case.fields:
        if field in case.allowed_fields:
            continue
        code = _code_of(evaluation, field)
        rows.append({"field": field, "mask": "not disclosed", "code": code})
    for field, row in sorted(masks_of(work, case).items()):
        if row.mask != KEEP and field in case.allowed_fields:
            rows.append({"field": field, "mask": row.mask, "code": row.reason_code})
    return [row for row in rows if row["field"] in catalogue.fields]


def _code_of(evaluation: Evaluation, field: str) -> str:
    for check in evaluation.decision["checks"]:
        if field in check["cut"]:
            return str(check["code"])
    return OFF_LIST


def _papers(work: Work, case: Case) -> list[Paper]:
    return [
        Paper(
            row.id,
            row.filename,
            row.sha256,
            plan_with_flags(work, case, row.id),
            set_aside(work, case, row.id),
        )
        for row in _documents(work, case, "release")
    ]


def _documents(work: Work, case: Case, disposition: str) -> list[Document]:
    rows = work.session.scalars(
        select(Document)
        .where(
            Document.case_id == case.id,
            Document.role == "responsive",
            Document.status == "ready",
            Document.disposition == disposition,
        )
        .order_by(Document.added_at, Document.id)
    )
    return list(rows)


def build(desk: Desk, draft: Draft, report: Report) -> Built:
    """Build, seal and gate the PDF; touches no database.

    Args:
        desk: The fixed parts of the installation.
        draft: What to build from.
        report: Called with percent and step, for people who watch.

    Raises:
        DocumentRefused: When a document cannot be redacted completely.
        NotReady: When a font or program is missing.
    """
    with scratch_folder(desk.settings.instance) as folder:
        parts = []
        for number, paper in enumerate(draft.papers):
            report(5 + 50 * number // len(draft.papers), f"Redacting document {number + 1}")
            parts.append(_redact_paper(desk, paper, folder, number=number + 1))
        report(60, "Printing the certificate and the data")
        manifest = _manifest(draft, parts)
        log = _redaction_log(draft, parts)
        html = fill(
            "documents/rendition.html",
            desk.settings.timezone,
            {**draft.page, "draft": draft, "manifest": manifest, "log": log, **_tables(draft)},
        )
        lead = render_pdf(html, title=f"Disclosure {draft.reference}", lang="en")
        report(75, "Joining and sealing")
        lead_pages = page_count(lead)
        joined = assemble(
            lead,
            [Part(part.name, part.content) for part in parts],
            title=f"Disclosure {draft.reference}",
            made_at=draft.page["built_at"],
        )
        content = _sealed(desk, joined, draft)
        report(85, "Reading the finished file again")
        printed = _Printed(content, lead_pages, manifest, log)
        built = _gated(draft, printed, folder, parts)
        out = values_already_out(desk, draft.former, _terms(draft), folder)
        return replace(built, gate_report={**built.gate_report, "former": out})


@dataclass(frozen=True, slots=True, repr=False)
class _Part:
    paper: Paper
    name: str
    content: bytes
    outcome: RedactionReport


def _redact_paper(desk: Desk, paper: Paper, folder: Path, *, number: int) -> _Part:
    folder /= str(number)
    folder.mkdir()
    ending = Path(paper.filename).suffix[:8]
    source, target = folder / f"original{ending}", folder / "redacted.pdf"
    source.write_bytes(desk.files.read(paper.sha256))
    outcome = redact(source, target, paper.plan, keep_untold=True)
    return _Part(paper, f"Document {number}", target.read_bytes(), outcome)


def _sealed(desk: Desk, joined: bytes, draft: Draft) -> bytes:
    return seal(
        joined,
        key_pem=desk.keys.seal_key,
        certificate_pem=desk.keys.seal_certificate,
        reason=f"Disclosure {draft.reference}, rendition {draft.number}",
        signed_at=draft.page["built_at"],
    )


@dataclass(frozen=True, slots=True, repr=False)
class _Printed:
    content: bytes
    lead_pages: int
    manifest: dict[str, object]
    log: dict[str, object]


def _gated(draft: Draft, printed: _Printed, folder: Path, parts: list[_Part]) -> Built:
    finished = folder / "rendition.pdf"
    finished.write_bytes(printed.content)
    verdict = gate(
        finished,
        removed=[*draft.removed, *_terms(draft)],
        regions=_shifted_regions(parts, printed.lead_pages),
        expected_pages=printed.lead_pages + sum(part.outcome.pages for part in parts),
        reading=Reading(strict=True),
    )
    documents = [part.outcome.verdict for part in parts]
    whole = whole_verdict(verdict, documents)
    return Built(
        content=printed.content,
        pages=verdict.pages,
        gate_sha256=verdict.sha256,
        gate_outcome=whole.outcome,
        gate_report={
            **whole.as_json(),
            "values": len(draft.removed),
            "documents": [each.as_json() for each in documents],
        },
        redaction_log=printed.log,
        manifest=printed.manifest,
    )


def _terms(draft: Draft) -> list[str]:
    """Return the values that any document loses; the gate looks for each in every one."""
    return [term.text for paper in draft.papers for term in paper.plan.terms]


def _shifted_regions(parts: list[_Part], lead_pages: int) -> list[Region]:
    """Return every box that must be burned, by page of the finished file."""
    regions: list[Region] = []
    before = lead_pages
    for part in parts:
        regions += [replace(each, page=each.page + before) for each in part.paper.plan.regions]
        before += part.outcome.pages
    return regions


def _tables(draft: Draft) -> dict[str, object]:
    """Arrange the values: one fact a line where a field stands once, a table where it repeats."""
    by_category: dict[str, dict[str, dict[str, Shown]]] = {}
    for shown in draft.shown:
        category = shown.field.partition(".")[0]
        by_category.setdefault(category, {}).setdefault(shown.record, {})[shown.field] = shown
    groups = []
    for category, records in by_category.items():
        columns = list(dict.fromkeys(field for row in records.values() for field in row))
        groups.append({"category": category, "columns": columns, "rows": list(records.values())})
    return {"groups": groups}


def _manifest(draft: Draft, parts: list[_Part]) -> dict[str, object]:
    counts = Counter(shown.field for shown in draft.shown)
    data = [[shown.field, shown.record, shown.text] for shown in draft.shown]
    digest = hashlib.sha256(json.dumps(data, ensure_ascii=False).encode()).hexdigest()
    return {
        "data_sha256": digest,
        "fields": [{"field": field, "values": number} for field, number in counts.items()],
        "withheld": list(draft.withheld),
        "documents_withheld": draft.papers_withheld,
        "documents": [
            {
                "document": part.paper.document_id,
                "original_sha256": part.paper.sha256,
                "redacted_sha256": part.outcome.sha256,
                "pages": part.outcome.pages,
                "marks": len(part.outcome.marks),
            }
            for part in parts
        ],
    }


def _redaction_log(draft: Draft, parts: list[_Part]) -> dict[str, object]:
    numbers = {part.paper.document_id: number for number, part in enumerate(parts, 1)}
    documents = [
        document_log(
            number,
            part.paper.document_id,
            part.paper.plan,
            part.outcome,
            aside=part.paper.set_aside,
        )
        | {"set_aside": set_aside_log(part.paper.set_aside, numbers)}
        for number, part in enumerate(parts, 1)
    ]
    return {"fields": list(draft.withheld), "documents": documents}


def store_rendition(work: Work, case: Case, draft: Draft, built: Built) -> Rendition:
    """Keep a finished rendition and who prepared it.

    Raises:
        Refused: When the case changed while the PDF was being built.
    """
    if rendition_basis(work, case) != draft.basis:
        raise Refused("The case changed while the rendition was being built: build it again.")
    rendition = _add_rendition(work, case, draft, built)
    people = sorted(_preparers(work, case))
    for person in people:
        work.session.add(RenditionPreparer(rendition_id=rendition.id, person_id=person))
    data: Payload = {
        "rendition": rendition.id,
        "sha256": rendition.sha256,
        "size": rendition.size,
        "pages": rendition.pages,
        "preparers": people,
        "separation": case.separation,
    }
    system = work.as_actor(SYSTEM)
    advance(system, case, Action.RENDITION_BUILT, Change(subjects=[rendition.id], data=data))
    verdict: Payload = {
        "rendition": rendition.id,
        "sha256": built.gate_sha256,
        "passed": built.gate_passed,
        "outcome": built.gate_outcome.value,
    }
    record(system, Event.RENDITION_GATED, case=case, subjects=[rendition.id], data=verdict)
    return rendition


def _add_rendition(work: Work, case: Case, draft: Draft, built: Built) -> Rendition:
    rendition = Rendition(
        id=uuid.uuid4().hex,
        case_id=case.id,
        number=draft.number,
        sha256=work.desk.files.add(built.content),
        size=len(built.content),
        pages=built.pages,
        basis=draft.basis,
        profile=case.approval_profile,
        separation=case.separation,
        gate_sha256=built.gate_sha256,
        gate_passed=built.gate_passed,
        gate_outcome=built.gate_outcome.value,
        gate_report=built.gate_report,
        redaction_log=built.redaction_log,
        manifest=built.manifest,
        built_at=work.now,
    )
    work.session.add(rendition)
    work.session.flush()
    return rendition


def _preparers(work: Work, case: Case) -> set[str]:
    """Return everybody who had a hand in it: handler, collectors, markers, builders, uploaders.

    The ledger says who collected, marked and built; it also remembers a mark that was taken back,
    which lets out what the mark had covered.
    """
    people: set[str] = {case.handler_id} if case.handler_id else set()
    bodies = work.session.scalars(select(LedgerEntry.body).where(LedgerEntry.case_id == case.id))
    for entry in map(json.loads, bodies):
        if entry["action"] in HANDS_ON:
            people.add(entry["actor"]["person"])
    uploaders = work.session.scalars(
        select(Document.added_by).where(
            Document.case_id == case.id,
            Document.role == "responsive",
            Document.added_by.is_not(None),
        )
    )
    return people | {person for person in uploaders if person}
