"""What a rendition is built from, as one fingerprint.

Owns the answer to "has anything changed since it was built": values, masks, documents, marks, the
decision and the recipient. The fingerprint goes into the rendition's row; a later one that differs
makes the rendition stale and its signatures worthless.
"""

import hashlib
import json

from sqlalchemy import select

from disclosure.domain.page_flags import WITHHOLDING
from disclosure.operations.desk import Work
from disclosure.storage.cases import Case, Document, DocumentMark, FieldMask, PageFlag


def rendition_basis(work: Work, case: Case) -> str:
    """Return the fingerprint of everything that a rendition of this case depends on."""
    masks = work.session.execute(
        select(FieldMask.field, FieldMask.mask, FieldMask.reason_code)
        .where(FieldMask.case_id == case.id)
        .order_by(FieldMask.field)
    )
    documents = work.session.execute(
        select(Document.id, Document.sha256, Document.disposition)
        .where(Document.case_id == case.id, Document.role == "responsive")
        .order_by(Document.id)
    )
    marks = work.session.execute(
        select(DocumentMark.id)
        .where(DocumentMark.case_id == case.id, DocumentMark.withdrawn_at.is_(None))
        .order_by(DocumentMark.id)
    )
    flags = work.session.scalars(
        select(PageFlag.id)
        .where(
            PageFlag.case_id == case.id,
            PageFlag.kind.in_(WITHHOLDING),
            PageFlag.withdrawn_at.is_(None),
        )
        .order_by(PageFlag.id)
    ).all()
    basis = {
        "allowed": case.allowed_fields,
        "batch": case.batch,
        "decision": case.decided_evaluation_id,
        "documents": [list(row) for row in documents],
        "ground": case.ground,
        "marks": [row.id for row in marks],
        "masks": [list(row) for row in masks],
        "profile": case.approval_profile,
        "recipient": case.requester,
    }
    if flags:
        basis["flags"] = list(flags)
    return hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()
