"""Exporting: the case record, for auditors and whoever has to be shown that all went right.

Owns what goes into the record and what each file of it is called. The layout and the seal are
``storage/record_bag.py``'s, the proofs ``operations/record_proofs.py``'s. The export is an entry of
the case and is inside the record itself. It goes in three steps, so that nothing is read from disk
or printed while the database waits: ``gather_record`` writes the entry and reads the rows,
``prove_record`` reads the tree, ``write_record`` reads files and writes the zip.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import select

from disclosure import __version__
from disclosure.domain.ledger import Payload
from disclosure.domain.policy import Policy
from disclosure.domain.provenance import provenance
from disclosure.domain.workflow import Action
from disclosure.errors import BadInput, DisclosureError, NotReady
from disclosure.operations.assessing import latest_evaluation
from disclosure.operations.casefile import names_of
from disclosure.operations.checkpoints import checkpoint_now, keys_of, ring_keys
from disclosure.operations.desk import Desk, Work
from disclosure.operations.explaining import card_json
from disclosure.operations.facts import case_facts, latest_release
from disclosure.operations.gate_answers import answers_shown
from disclosure.operations.pinning import catalogue_of_day, kept_files
from disclosure.operations.record_proofs import head_proof, proofs_of
from disclosure.operations.record_summary import print_summary
from disclosure.operations.release_sets import origin_of
from disclosure.operations.signing import require_unchanged
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case, Document, Evaluation
from disclosure.storage.ledger_rows import LedgerEntry, LedgerOpening
from disclosure.storage.record_bag import CaseRecord, RecordSummary, Source, write_case_record
from disclosure.storage.releases import Rendition

FULL, OUTSIDER = "full", "outsider"
VARIANTS = (FULL, OUTSIDER)

Openings = dict[int, dict[str, tuple[bytes, str]]]

_ENDINGS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/tiff": "tif",
    "text/plain": "txt",
    "message/rfc822": "eml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything of a case record that stands in the database, as of one checkpoint.

    Attributes:
        reference: The case.
        variant: ``full`` or ``outsider``.
        checkpoint: The checkpoint's bytes; it ends with the entry of this very export.
        size: How many entries it covers.
        entries: ``seq`` and exact bytes of the case's entries.
        openings: What is told of the entries' commitments.
        heads: Proof that the case has no more entries.
        public_keys: Every key of the ledger, oldest first.
        key_number: Which of them signs.
        files: Name to content of the small files.
        stored: Name to SHA-256 of files in the store; one that must be there.
        papers: The same for papers, whose place says why when they cannot be read.
        names: Names of staff for the summary; empty for outsiders.
    """

    reference: str
    variant: str
    checkpoint: bytes
    size: int
    entries: Sequence[tuple[int, bytes]]
    openings: Openings
    heads: Mapping[str, object]
    public_keys: Sequence[bytes]
    key_number: int
    files: Mapping[str, bytes]
    stored: Mapping[str, str]
    papers: Mapping[str, str]
    names: Mapping[str, str]

    @property
    def bodies(self) -> list[bytes]:
        """Return the exact bytes of the entries."""
        return [body for _, body in self.entries]


def require_exportable(work: Work, case: Case, target: Path) -> None:
    """Refuse before anything is written: no entry shall say that a record left which did not.

    Raises:
        BadInput: When the target's folder is not there.
        NotReady: When the released file is missing or was changed on disk.
    """
    if not target.parent.is_dir():
        raise BadInput("The target folder is not there.")
    release = latest_release(work, case)
    if release is not None and not case_facts(work, case).destroyed:
        require_unchanged(work, work.session.get_one(Rendition, release.rendition_id))


def gather_record(work: Work, case: Case, *, variant: str = FULL, batch: str = "") -> Gathered:
    """Record that a case record leaves the house, and read what it holds from the database.

    Args:
        work: The unit of work.
        case: The case.
        variant: ``full`` or ``outsider``.
        batch: Id of the batch that it is part of, if any.

    Raises:
        Refused: When the actor may not export.
        BadInput: When there is no such variant.
    """
    if variant not in VARIANTS:
        raise BadInput("A record is full, or for outsiders.", where="variant")
    data: Payload = {"variant": variant, **({"batch": batch} if batch else {})}
    advance(work, case, Action.EXPORT_RECORD, Change(data=data))
    checkpoint = checkpoint_now(work)
    entries, full = _entries(work, case), variant == FULL
    return Gathered(
        reference=case.reference,
        variant=variant,
        checkpoint=bytes(checkpoint.body),
        size=checkpoint.size,
        entries=entries,
        openings=_openings(work, case) if full else {},
        heads=head_proof(work, case.reference),
        public_keys=[bytes.fromhex(key.public_key) for key in keys_of(work)],
        key_number=checkpoint.key_number,
        files=_files(work, case, full=full),
        stored=_released(work, case) if full else {},
        papers=_papers(work, case) if full else {},
        names=names_of(work) if full else {},
    )


def prove_record(work: Work, gathered: Gathered) -> dict[str, object]:
    """Return the proofs of a record; reads the leaves of the whole ledger."""
    return proofs_of(work, gathered.entries, gathered.size, gathered.heads)


def write_record(
    desk: Desk, gathered: Gathered, proofs: Mapping[str, object], target: Path
) -> RecordSummary:
    """Read the files, print the summary and write the zip; needs no database.

    Raises:
        NotReady: When the released file is missing or was changed on disk. A paper that can no
            longer be read does not stop the export: its place in the record says why.
    """
    files: dict[str, Source] = {**gathered.files}
    for name, sha256 in gathered.stored.items():
        desk.files.check(sha256)
        files[name] = partial(desk.files.stream, sha256)
    for name, sha256 in gathered.papers.items():
        try:
            desk.files.check(sha256)
            files[name] = partial(desk.files.stream, sha256)
        except DisclosureError as problem:
            files[f"{name.rpartition('.')[0]}.missing.txt"] = problem.message.encode()
    files["prov.json"] = _json(provenance(gathered.bodies))
    files["summary.pdf"] = print_summary(
        desk,
        reference=gathered.reference,
        entries=gathered.bodies,
        openings=gathered.openings,
        names=gathered.names,
        checkpoint=gathered.checkpoint,
    )
    record = CaseRecord(
        reference=gathered.reference,
        variant=gathered.variant,
        entries=gathered.bodies,
        openings=gathered.openings,
        checkpoint=gathered.checkpoint,
        proofs=proofs,
        public_keys=gathered.public_keys,
        files=files,
        app_version=__version__,
    )
    number = gathered.key_number
    return write_case_record(target, record, key=ring_keys(desk, number)[number - 1])


def _entries(work: Work, case: Case) -> list[tuple[int, bytes]]:
    rows = work.session.execute(
        select(LedgerEntry.seq, LedgerEntry.body)
        .where(LedgerEntry.case_id == case.id)
        .order_by(LedgerEntry.case_seq)
    )
    return [(seq, bytes(body)) for seq, body in rows]


def _openings(work: Work, case: Case) -> Openings:
    rows = work.session.execute(
        select(LedgerOpening.seq, LedgerOpening.name, LedgerOpening.salt, LedgerOpening.value)
        .join(LedgerEntry, LedgerEntry.seq == LedgerOpening.seq)
        .where(LedgerEntry.case_id == case.id)
    )
    openings: Openings = {}
    for row in rows:
        openings.setdefault(row.seq, {})[row.name] = (bytes.fromhex(row.salt), row.value)
    return openings


def _released(work: Work, case: Case) -> dict[str, str]:
    release = latest_release(work, case)
    if release is None or case_facts(work, case).destroyed:
        return {}
    return {"released.pdf": release.sha256}


def _files(work: Work, case: Case, *, full: bool) -> dict[str, bytes]:
    """Return the small files; what people found out and the facts of the rules are not for all."""
    files = {"case.json": _json(_about(work, case)), "policy.json": _json(_policy(work, case))}
    files |= _rules(work, case)
    for rendition in work.session.scalars(
        select(Rendition).where(Rendition.case_id == case.id).order_by(Rendition.number)
    ):
        files[f"renditions/{rendition.number:03d}.json"] = _json(_about_rendition(work, rendition))
    if not full:
        return files
    for evaluation in _evaluations(work, case):
        files[f"evaluations/{evaluation.number:03d}.json"] = _json(_about_evaluation(evaluation))
    counted = _evaluation_that_counts(work, case)
    if counted and counted.facts:
        files[f"decisions/{counted.number:03d}.json"] = _json(card_json(work, case, counted))
    return files


def _evaluation_that_counts(work: Work, case: Case) -> Evaluation | None:
    """Return the evaluation that was decided on, or the newest."""
    decided = work.session.get(Evaluation, case.decided_evaluation_id or "")
    return decided or latest_evaluation(work, case)


def _papers(work: Work, case: Case) -> dict[str, str]:
    rows = work.session.scalars(
        select(Document).where(Document.case_id == case.id).order_by(Document.added_at, Document.id)
    )
    return {
        f"evidence/{number:03d}-{row.role}.{_ENDINGS.get(row.media_type, 'bin')}": row.sha256
        for number, row in enumerate(rows, 1)
    }


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
        "collection": origin_of(work, case),
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
                "taken_over": row.copied_from is not None,
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


def _about_rendition(work: Work, rendition: Rendition) -> dict[str, object]:
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
        "gate_answers": [
            {"person": each.person, "sha256": each.sha256, "answered_at": each.at.isoformat()}
            for each in answers_shown(work, rendition)
        ],
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


def _rules(work: Work, case: Case) -> dict[str, bytes]:
    """Return the files of each rule pack that decided in the case, byte for byte."""
    files: dict[str, bytes] = {}
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
