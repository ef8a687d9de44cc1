"""Exporting: the case record, for auditors and whoever has to be shown that all went right.

Owns what goes into the record and what each file of it is called. The layout and the proof are
``storage/record_bag.py``'s. The export is an entry of the case and is inside the record itself.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import select

from disclosure import __version__
from disclosure.domain.policy import Policy
from disclosure.domain.workflow import Action
from disclosure.errors import DisclosureError, NotReady
from disclosure.operations.assessing import latest_evaluation
from disclosure.operations.desk import Work
from disclosure.operations.explaining import card_json
from disclosure.operations.facts import case_facts, latest_release
from disclosure.operations.pinning import catalogue_of_day, kept_files
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case, Document, Evaluation
from disclosure.storage.ledger_rows import LedgerEntry, LedgerOpening
from disclosure.storage.record_bag import CaseRecord, RecordSummary, sign_head, write_case_record
from disclosure.storage.releases import Rendition

_ENDINGS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/tiff": "tif",
    "text/plain": "txt",
    "message/rfc822": "eml",
}


def export_record(work: Work, case: Case, target: Path) -> RecordSummary:
    """Write the full case record to a file and record that it left the house.

    Raises:
        Refused: When the actor may not export.
        NotReady: When the released file is missing or was changed on disk. A paper that can no
            longer be read does not stop the export: its place in the record says why.
    """
    entry = advance(work, case, Action.EXPORT_RECORD, Change(data={"variant": "full"}))
    head = sign_head(
        origin=_origin(work),
        case=case.reference,
        count=int(entry.case_seq or 0),
        leaf=entry.leaf,
        at=work.now,
        key=work.desk.keys.ledger_key,
    )
    record = CaseRecord(
        reference=case.reference,
        entries=_entries(work, case),
        openings=_openings(work, case),
        head=head,
        files=_files(work, case),
        app_version=__version__,
    )
    return write_case_record(target, record, key=work.desk.keys.ledger_key)


def _origin(work: Work) -> str:
    return " ".join(work.desk.settings.platform_name.split())


def _entries(work: Work, case: Case) -> Iterator[bytes]:
    rows = work.session.scalars(
        select(LedgerEntry.body)
        .where(LedgerEntry.case_id == case.id)
        .order_by(LedgerEntry.case_seq)
    )
    return (bytes(body) for body in rows)


def _openings(work: Work, case: Case) -> dict[int, dict[str, tuple[bytes, str]]]:
    rows = work.session.execute(
        select(LedgerOpening.seq, LedgerOpening.name, LedgerOpening.salt, LedgerOpening.value)
        .join(LedgerEntry, LedgerEntry.seq == LedgerOpening.seq)
        .where(LedgerEntry.case_id == case.id)
    )
    openings: dict[int, dict[str, tuple[bytes, str]]] = {}
    for row in rows:
        openings.setdefault(row.seq, {})[row.name] = (bytes.fromhex(row.salt), row.value)
    return openings


def _files(work: Work, case: Case) -> dict[str, Path | bytes]:
    files: dict[str, Path | bytes] = {"case.json": _json(_about(work, case))}
    release = latest_release(work, case)
    if release is not None and not case_facts(work, case).destroyed:
        files["released.pdf"] = work.desk.files.read(release.sha256)
    for rendition in work.session.scalars(
        select(Rendition).where(Rendition.case_id == case.id).order_by(Rendition.number)
    ):
        files[f"renditions/{rendition.number:03d}.json"] = _json(_about_rendition(rendition))
    for evaluation in _evaluations(work, case):
        files[f"evaluations/{evaluation.number:03d}.json"] = _json(_about_evaluation(evaluation))
    counted = _evaluation_that_counts(work, case)
    if counted and counted.facts:
        files[f"decisions/{counted.number:03d}.json"] = _json(card_json(work, case, counted))
    files |= _papers(work, case)
    files["policy.json"] = _json(_policy(work, case))
    return files | _rules(work, case)


def _evaluation_that_counts(work: Work, case: Case) -> Evaluation | None:
    """Return the evaluation that was decided on, or the newest."""
    decided = work.session.get(Evaluation, case.decided_evaluation_id or "")
    return decided or latest_evaluation(work, case)


def _papers(work: Work, case: Case) -> dict[str, Path | bytes]:
    papers: dict[str, Path | bytes] = {}
    rows = work.session.scalars(
        select(Document).where(Document.case_id == case.id).order_by(Document.added_at, Document.id)
    )
    for number, row in enumerate(rows, 1):
        ending = _ENDINGS.get(row.media_type, "bin")
        try:
            content = work.desk.files.read(row.sha256)
        except DisclosureError as problem:
            content, ending = problem.message.encode(), "missing.txt"
        papers[f"evidence/{number:03d}-{row.role}.{ending}"] = content
    return papers


def _about(work: Work, case: Case) -> dict[str, object]:
    documents = work.session.scalars(
        select(Document).where(Document.case_id == case.id).order_by(Document.added_at, Document.id)
    )
    return {
        "reference": case.reference,
        "state": case.state,
        "route": case.route,
        "ground": case.ground,
        "requester_class": case.requester_class,
        "country": case.country,
        "received_at": case.received_at.isoformat(),
        "fields_asked": case.fields,
        "fields_allowed": case.allowed_fields,
        **_what_counted(work, case),
        "approval_profile": case.approval_profile,
        "separation": case.separation,
        "policy_version": case.policy_version,
        "catalogue_version": case.catalogue_version,
        "catalogue_sha256": case.catalogue_hash,
        "documents": [
            {
                "number": number,
                "role": row.role,
                "sha256": row.sha256,
                "size": row.size,
                "status": row.status,
                "refusal": row.refusal,
                "disposition": row.disposition,
            }
            for number, row in enumerate(documents, 1)
        ],
    }


def _what_counted(work: Work, case: Case) -> dict[str, object]:
    """Return which of the evaluations was decided on, and which of the renditions was released."""
    decided = work.session.get(Evaluation, case.decided_evaluation_id or "")
    release = latest_release(work, case)
    released = work.session.get(Rendition, release.rendition_id) if release else None
    return {
        "decided_evaluation": decided.number if decided else None,
        "released_rendition": released.number if released else None,
    }


def _about_rendition(rendition: Rendition) -> dict[str, object]:
    return {
        "id": rendition.id,
        "number": rendition.number,
        "sha256": rendition.sha256,
        "size": rendition.size,
        "pages": rendition.pages,
        "profile": rendition.profile,
        "built_at": rendition.built_at.isoformat(),
        "manifest": rendition.manifest,
        "redaction_log": rendition.redaction_log,
        "gate": rendition.gate_report,
    }


def _about_evaluation(evaluation: Evaluation) -> dict[str, object]:
    return {
        "number": evaluation.number,
        "made_at": evaluation.made_at.isoformat(),
        "catalogue_version": evaluation.catalogue_version,
        "catalogue_sha256": evaluation.catalogue_hash,
        "overruled": evaluation.overruled,
        "facts": evaluation.facts,
        "decision": evaluation.decision,
    }


def _policy(work: Work, case: Case) -> dict[str, object]:
    """Return the texts of the policy that the case used: at its receipt and at each evaluation."""
    used = {case.policy_version: _policy_of(work, case.catalogue_hash, case.policy_version)}
    for evaluation in _evaluations(work, case):
        if not evaluation.facts:
            continue
        version = str(evaluation.facts["facts"]["policy"]["version_now"])
        used.setdefault(version, _policy_of(work, evaluation.catalogue_hash, version))
    return {
        "id": work.desk.catalogue.policy.id,
        "version": case.policy_version,
        "versions": [_about_policy(version, policy) for version, policy in used.items()],
    }


def _policy_of(work: Work, sha256: str, version: str) -> Policy | None:
    """Return a version of the policy as the rules of its day have it; None without them."""
    try:
        return catalogue_of_day(work, sha256).policy_version(version)
    except NotReady:
        return None


def _about_policy(version: str, policy: Policy | None) -> dict[str, object]:
    if policy is None:
        return {"version": version, "missing": "The rules of its day are not on file."}
    return {
        "version": version,
        "valid_from": policy.valid_from.isoformat(),
        "valid_to": policy.valid_to.isoformat() if policy.valid_to else None,
        "sha256": policy.sha256,
        "text": policy.text,
        "clauses": [
            {
                "id": clause.id,
                "title": clause.title,
                "title_zh": clause.title_zh,
                "promise": clause.promise,
                "promise_zh": clause.promise_zh,
            }
            for clause in policy.clauses.values()
        ],
    }


def _rules(work: Work, case: Case) -> dict[str, Path | bytes]:
    """Return the files of each rule pack that decided in the case, byte for byte."""
    files: dict[str, Path | bytes] = {}
    used = {case.catalogue_hash, *(each.catalogue_hash for each in _evaluations(work, case))}
    for sha256 in sorted(used):
        for number, layer in enumerate(kept_files(work, sha256), 1):
            for file in layer.files:
                files[f"rules/{sha256}/{number:02d}/{file.name}"] = file.text.encode()
    return files


def _evaluations(work: Work, case: Case) -> list[Evaluation]:
    rows = work.session.scalars(
        select(Evaluation).where(Evaluation.case_id == case.id).order_by(Evaluation.number)
    )
    return list(rows)


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
