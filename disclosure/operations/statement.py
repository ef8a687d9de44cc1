"""The statement: what was disclosed about one person, to whom, on which ground and when.

Owns what may be told today, and the entry of each look. A disclosure of which the person may not
be told yet is left out here, before anything is counted or written down: the statement, its PDF
and its ledger entry are those of a person about whom it was never made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from disclosure.documents.render import render_pdf
from disclosure.documents.seal import seal
from disclosure.domain.decision import NoticeRule
from disclosure.domain.events import Event
from disclosure.domain.rule_rows import Citation
from disclosure.errors import BadInput
from disclosure.operations.desk import Work
from disclosure.operations.noticing import bar_until
from disclosure.operations.printing import fill
from disclosure.operations.recording import record
from disclosure.storage.cases import Case
from disclosure.storage.encryption import blind_index
from disclosure.storage.register import Agency
from disclosure.storage.releases import Incident, Notice, Release, Rendition

LONGEST_ACCOUNT = 64
MISRELEASE = "misrelease"
"""The kind of incident that a recall opens."""
TOLD_AT_ONCE = frozenset({NoticeRule.PRIOR.value, NoticeRule.AT_RELEASE.value})


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One disclosure, as its data subject may read it.

    Attributes:
        recipient: Name of the authority, company or person who has the data.
        kind: Kind of recipient.
        fields: Titles of the data, English and Chinese.
        documents: How many documents left.
        recalled: Whether it was found to be wrong and was called back.
    """

    reference: str
    released_at: datetime
    recipient: str
    kind: str
    ground: str
    clause: str
    law: Sequence[Citation]
    fields: Sequence[tuple[str, str]]
    documents: int
    purpose: str
    recalled: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """What was disclosed about one account, as far as it may be told.

    Attributes:
        known: Whether the platform knows the account today.
    """

    account: str
    at: datetime
    known: bool
    disclosures: Sequence[Disclosed]


def read_statement(work: Work, account: str, *, form: str) -> Statement:
    """Draw up the statement of an account; that the actor saw it is an entry of the ledger.

    Args:
        work: The unit of work.
        account: Number of the account on the platform.
        form: ``page`` or ``pdf``, for the entry.

    Raises:
        BadInput: When this is no account number.
    """
    account = account.strip()
    if not account or len(account) > LONGEST_ACCOUNT or not account.isprintable():
        raise BadInput("Enter the number of the account, such as U-2048.", where="account")
    disclosures = [
        _disclosed(work, case, release)
        for case, release in _releases(work, account)
        if _may_be_told(work, case, release)
    ]
    statement = Statement(account, work.now, _is_known(work, account), disclosures)
    record(
        work,
        Event.STATEMENT_VIEWED,
        data={"form": form, "disclosures": len(disclosures)},
        private={"account": account},
    )
    return statement


def _releases(work: Work, account: str) -> list[tuple[Case, Release]]:
    index = blind_index(account, "case.subject_account")
    rows = work.session.execute(
        select(Case, Release)
        .join(Release, Release.case_id == Case.id)
        .where(Case.subject_index == index)
        .order_by(Release.released_at.desc(), Release.id)
    )
    return [(case, release) for case, release in rows if case.subject_account == account]


def _may_be_told(work: Work, case: Case, release: Release) -> bool:
    """Tell whether the data subject may know of a release today.

    A non-disclosure order hides the whole case. Without one, a notice that was due before or at the
    release may be told of; a delayed or suppressed one when it was sent after all. Without a notice
    plan nobody has decided that it may be told, and it is not.

    Source: PIPL 18, 35.
    """
    until = bar_until(work, case)
    if case.restricted or (until is not None and until > work.now):
        return False
    notice = _notice_at(work, case, release)
    return notice is not None and (notice.rule in TOLD_AT_ONCE or notice.sent_at is not None)


def _notice_at(work: Work, case: Case, release: Release) -> Notice | None:
    """Return the notice that was in force when a release was made."""
    rows = work.session.scalars(select(Notice).where(Notice.case_id == case.id))
    later = [
        notice
        for notice in rows
        if notice.replaced_at is None or notice.replaced_at > release.released_at
    ]
    return min(later, key=lambda notice: (notice.replaced_at or _NEVER, notice.id), default=None)


_NEVER = datetime.max.replace(tzinfo=UTC)


def _disclosed(work: Work, case: Case, release: Release) -> Disclosed:
    catalogue = work.desk.catalogue
    ground = catalogue.ground(case.ground, release.released_at)
    manifest = work.session.get_one(Rendition, release.rendition_id).manifest
    included = [item["field"] for item in manifest.get("fields", [])]
    kind = catalogue.classes.get(case.requester_class)
    return Disclosed(
        reference=case.reference,
        released_at=release.released_at,
        recipient=_recipient(work, case),
        kind=kind.title if kind else case.requester_class,
        ground=ground.title,
        clause=ground.clause,
        law=[catalogue.citations[each] for each in ground.law],
        fields=[
            (catalogue.fields[field].title, catalogue.fields[field].title_zh)
            for field in included or case.allowed_fields
            if field in catalogue.fields
        ],
        documents=len(manifest.get("documents", [])),
        purpose=str(case.statement.get("purpose", "")),
        recalled=_is_recalled(work, case, release),
    )


def _is_recalled(work: Work, case: Case, release: Release) -> bool:
    query = select(Incident.id).where(
        Incident.case_id == case.id,
        Incident.kind == MISRELEASE,
        Incident.opened_at >= release.released_at,
    )
    return work.session.scalars(query).first() is not None


def _recipient(work: Work, case: Case) -> str:
    """Return who has the data: as our register names them, else as they named themselves."""
    agency = work.session.get(Agency, case.agency_id) if case.agency_id else None
    if agency is not None:
        return agency.name
    return str(case.requester.get("organisation") or case.requester.get("name") or "")


def _is_known(work: Work, account: str) -> bool:
    if work.desk.source is None:
        return True
    return account in work.desk.source.resolve({"account": account}).accounts


def print_statement(work: Work, statement: Statement) -> bytes:
    """Print a statement as a tagged PDF that carries the house's seal."""
    settings = work.desk.settings
    html = fill(
        "documents/statement.html",
        settings.timezone,
        {
            "statement": statement,
            "platform": settings.platform_name,
            "entity": settings.legal_entity,
        },
    )
    pdf = render_pdf(html, title="Statement of disclosures", lang="en")
    return seal(
        pdf,
        key_pem=work.desk.keys.seal_key,
        certificate_pem=work.desk.keys.seal_certificate,
        reason="Statement of disclosures",
        signed_at=statement.at,
    )
