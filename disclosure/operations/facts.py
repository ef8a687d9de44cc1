"""What the workflow's guards may know about a case, gathered from its rows.

Owns the assembly of ``CaseFacts``; reads only. What each fact means is said in
``domain/states.py``, what follows from it in ``domain/guards.py``.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from disclosure.domain.access import Permission, Role, roles_with
from disclosure.domain.approvals import EMERGENCY, signing_roles
from disclosure.domain.guards import CANNOT_TELL
from disclosure.domain.page_flags import PageFlagKind
from disclosure.domain.senders import LOOKALIKE
from disclosure.domain.states import CaseFacts, GivenSignature, State
from disclosure.operations.basis import rendition_basis
from disclosure.operations.desk import Work
from disclosure.storage.cases import (
    Case,
    Document,
    Evaluation,
    Finding,
    PageFlag,
    ResponsiveValue,
    SuggestedMark,
)
from disclosure.storage.ledger_rows import Outbox
from disclosure.storage.people import Person, RoleGrant
from disclosure.storage.releases import (
    Delivery,
    EmergencyReview,
    GateAnswer,
    Notice,
    Objection,
    Release,
    Rendition,
    RenditionPreparer,
    Signature,
    SignatureVoiding,
)
from disclosure.storage.retention_rows import Destruction

_IDENTITY_CHECKS = ("V01", "V02", "V03", "V04", "V05")


def case_facts(work: Work, case: Case, *, release_problem: str | None = None) -> CaseFacts:
    """Gather the facts of one case at this instant.

    Args:
        work: The unit of work.
        case: The case.
        release_problem: What the release checks said, when they have just been run again.
    """
    rendition = latest_rendition(work, case)
    destroyed = _is_destroyed(work, case)
    evaluation = None if destroyed else _evaluation(work, case)
    release = latest_release(work, case)
    notice = live_notice(work, case)
    answered = answer_for(work, rendition) is not None
    return CaseFacts(
        state=State.of(case.state),
        handler=case.handler_id,
        decider=case.decider_id,
        preparers=preparers_of(work, rendition),
        separation=case.separation,
        outcome=evaluation.outcome if evaluation else "",
        deciding_check=evaluation.deciding_check if evaluation else "",
        overrulable=_overrulable(evaluation),
        runs_the_wrong_way=_runs_the_wrong_way(case, evaluation),
        identity_problem=_identity_problem(evaluation),
        sender_is_forged=_sender_is_forged(work, case, evaluation),
        profile_roles=signing_roles(case.approval_profile, person_answered=answered),
        records_collected=case.batch is not None,
        records_found=_records_found(work, case),
        collecting=_is_collecting(work, case),
        open_marks=_open_documents(work, case),
        open_consultations=_open_consultations(work, case),
        lost_duplicates=_lost_duplicates(work, case),
        rendition_sha256=rendition.sha256 if rendition else "",
        rendition_gated=_is_gated(rendition) or answered,
        gate_outcome=rendition.gate_outcome if rendition else "",
        rendition_current=_is_current(work, case, rendition),
        impact_assessment=_impact_assessment(work, case) is not None,
        signatures=valid_signatures(work, rendition),
        release_problem=release_problem,
        objection=_objection(work, case),
        objection_until=notice.objection_until if notice else None,
        prior_notice_owed=notice is not None and notice.rule == "prior" and not notice.sent_at,
        notice_settled=_notice_settled(work, case, notice),
        emergency_review_owed=_emergency_review_owed(work, release),
        delivery_live=_delivery_live(work, release),
        destroyed=destroyed,
    )


def _is_destroyed(work: Work, case: Case) -> bool:
    if case.is_open:
        return False
    done = select(Destruction.id).where(
        Destruction.case_id == case.id, Destruction.done_at.is_not(None)
    )
    return work.session.scalar(done) is not None


def latest_rendition(work: Work, case: Case) -> Rendition | None:
    """Return the newest rendition of a case."""
    return work.session.scalars(
        select(Rendition)
        .where(Rendition.case_id == case.id)
        .order_by(Rendition.number.desc())
        .limit(1)
    ).first()


def latest_release(work: Work, case: Case) -> Release | None:
    """Return the newest release of a case."""
    return work.session.scalars(
        select(Release)
        .where(Release.case_id == case.id)
        .order_by(Release.released_at.desc())
        .limit(1)
    ).first()


def live_notice(work: Work, case: Case) -> Notice | None:
    """Return the notice that is planned or sent and was not replaced."""
    return work.session.scalars(
        select(Notice).where(Notice.case_id == case.id, Notice.replaced_at.is_(None)).limit(1)
    ).first()


def preparers_of(work: Work, rendition: Rendition | None) -> frozenset[str]:
    """Return the persons who had a hand in a rendition."""
    if rendition is None:
        return frozenset()
    rows = work.session.scalars(
        select(RenditionPreparer.person_id).where(RenditionPreparer.rendition_id == rendition.id)
    )
    return frozenset(rows)


def valid_signatures(work: Work, rendition: Rendition | None) -> tuple[GivenSignature, ...]:
    """Return the signatures over a rendition that are not voided and whose roles are still held.

    A role that was taken away and given again does not bring an old signature back to life.
    """
    if rendition is None:
        return ()
    rows = work.session.execute(
        select(Signature.person_id, Signature.role, Signature.sha256)
        .join(Person, Person.id == Signature.person_id)
        .join(
            RoleGrant,
            (RoleGrant.person_id == Signature.person_id)
            & (RoleGrant.role == Signature.role)
            & RoleGrant.revoked_at.is_(None)
            & (RoleGrant.granted_at <= Signature.signed_at),
        )
        .outerjoin(SignatureVoiding, SignatureVoiding.signature_id == Signature.id)
        .where(
            Signature.rendition_id == rendition.id,
            Signature.sha256 == rendition.sha256,
            SignatureVoiding.signature_id.is_(None),
            Person.active.is_(True),
        )
        .order_by(Signature.signed_at)
    )
    return tuple(GivenSignature(row.person_id, Role(row.role), row.sha256) for row in rows)


def answer_for(work: Work, rendition: Rendition | None) -> GateAnswer | None:
    """Return the answer that stands for the gate over exactly these bytes, where it could not tell.

    As with a signature, whoever gave it must hold the role without a break, and prepared nothing.
    """
    if rendition is None or rendition.gate_passed or rendition.gate_outcome != CANNOT_TELL:
        return None
    if rendition.gate_sha256 != rendition.sha256:
        return None
    holding = [role.value for role in roles_with(Permission.ANSWER_FOR_GATE)]
    return work.session.scalars(
        select(GateAnswer)
        .join(Person, Person.id == GateAnswer.person_id)
        .join(
            RoleGrant,
            (RoleGrant.person_id == GateAnswer.person_id)
            & RoleGrant.role.in_(holding)
            & RoleGrant.revoked_at.is_(None)
            & (RoleGrant.granted_at <= GateAnswer.answered_at),
        )
        .where(
            GateAnswer.rendition_id == rendition.id,
            GateAnswer.sha256 == rendition.sha256,
            GateAnswer.person_id.not_in(preparers_of(work, rendition)),
            Person.active.is_(True),
        )
        .order_by(GateAnswer.answered_at)
        .limit(1)
    ).first()


def _evaluation(work: Work, case: Case) -> Evaluation | None:
    return work.session.scalars(
        select(Evaluation)
        .where(Evaluation.case_id == case.id)
        .order_by(Evaluation.number.desc())
        .limit(1)
    ).first()


def _identity_problem(evaluation: Evaluation | None) -> str | None:
    if evaluation is None:
        return "The ground has not been evaluated yet."
    if not evaluation.deciding_check.startswith(_IDENTITY_CHECKS):
        return None
    return next(
        str(check["reason"])
        for check in evaluation.decision["checks"]
        if check["id"] == evaluation.deciding_check
    )


def _runs_the_wrong_way(case: Case, evaluation: Evaluation | None) -> bool:
    """Tell whether the platform's own record says that the requester is not the respondent."""
    if case.ground != "G3E" or evaluation is None:
        return False
    return evaluation.facts["facts"]["ground_facts"].get("requester_is_respondent") is False


def _overrulable(evaluation: Evaluation | None) -> bool:
    if evaluation is None or evaluation.outcome in {"release", "release_partial"}:
        return False
    return any(
        check["id"] == evaluation.deciding_check and check["overrulable"]
        for check in evaluation.decision["checks"]
    )


def _sender_is_forged(work: Work, case: Case, evaluation: Evaluation | None) -> bool:
    finding = _finding(work, case, "house.paper_forged")
    if finding is not None and finding.answer["value"] is True:
        return True
    if evaluation is None:
        return False
    if evaluation.facts["facts"]["requester"].get("domain") == LOOKALIKE:
        return True
    return evaluation.outcome == "refuse" and evaluation.deciding_check.startswith("V02")


def _impact_assessment(work: Work, case: Case) -> str | None:
    finding = _finding(work, case, "process.pia")
    return str(finding.answer["value"]) if finding else None


def _finding(work: Work, case: Case, key: str) -> Finding | None:
    return work.session.scalars(
        select(Finding)
        .where(Finding.case_id == case.id, Finding.key == key)
        .order_by(Finding.id.desc())
        .limit(1)
    ).first()


def _records_found(work: Work, case: Case) -> int:
    values = select(func.count()).where(
        ResponsiveValue.case_id == case.id, ResponsiveValue.batch == case.batch
    )
    papers = select(func.count()).where(
        Document.case_id == case.id, Document.role == "responsive", Document.status == "ready"
    )
    return int(work.session.scalar(values) or 0) + int(work.session.scalar(papers) or 0)


def _is_collecting(work: Work, case: Case) -> bool:
    waiting = select(func.count()).where(
        Outbox.case_id == case.id,
        Outbox.kind == "collect",
        Outbox.status.in_(["waiting", "running"]),
    )
    return bool(work.session.scalar(waiting))


def _open_documents(work: Work, case: Case) -> int:
    undecided = select(func.count()).where(
        Document.case_id == case.id,
        Document.role == "responsive",
        Document.status != "refused",
        (Document.status == "quarantine") | (Document.disposition == ""),
    )
    suggested = (
        select(func.count())
        .select_from(SuggestedMark)
        .join(Document, Document.id == SuggestedMark.document_id)
        .where(
            SuggestedMark.case_id == case.id,
            SuggestedMark.answer == "open",
            Document.disposition != "withhold",
        )
    )
    searching = select(func.count()).where(
        Outbox.case_id == case.id,
        Outbox.kind == "look_again",
        Outbox.status.in_(["waiting", "running", "parked"]),
    )
    return sum(int(work.session.scalar(each) or 0) for each in (undecided, suggested, searching))


def _open_consultations(work: Work, case: Case) -> int:
    waiting = select(func.count()).where(
        PageFlag.case_id == case.id,
        PageFlag.kind == PageFlagKind.CONSULT.code,
        PageFlag.answered_at.is_(None),
        PageFlag.withdrawn_at.is_(None),
    )
    return int(work.session.scalar(waiting) or 0)


def _lost_duplicates(work: Work, case: Case) -> int:
    """Count the pages that stay behind for the sake of a page that does not leave either."""
    original = aliased(Document)
    lost = (
        select(func.count())
        .select_from(PageFlag)
        .join(Document, Document.id == PageFlag.document_id)
        .join(original, original.id == PageFlag.of_document_id)
        .where(
            PageFlag.case_id == case.id,
            PageFlag.withdrawn_at.is_(None),
            Document.disposition != "withhold",
            (original.status != "ready") | (original.disposition != "release"),
        )
    )
    return int(work.session.scalar(lost) or 0)


def _is_current(work: Work, case: Case, rendition: Rendition | None) -> bool:
    """Tell whether a rendition may still be signed: nothing changed, no signature was voided."""
    if rendition is None or rendition.basis != rendition_basis(work, case):
        return False
    voided = (
        select(func.count())
        .select_from(SignatureVoiding)
        .join(Signature, Signature.id == SignatureVoiding.signature_id)
        .where(Signature.rendition_id == rendition.id)
    )
    return not work.session.scalar(voided)


def _is_gated(rendition: Rendition | None) -> bool:
    return (
        rendition is not None
        and rendition.gate_passed
        and rendition.gate_sha256 == rendition.sha256
    )


def _objection(work: Work, case: Case) -> str:
    newest = work.session.scalars(
        select(Objection)
        .where(Objection.case_id == case.id)
        .order_by(Objection.received_at.desc())
        .limit(1)
    ).first()
    return "none" if newest is None else (newest.decision or "pending")


def _notice_settled(work: Work, case: Case, notice: Notice | None) -> bool:
    if latest_release(work, case) is None:
        return True
    if notice is None:
        return False
    if notice.rule == "suppressed":
        return bool(notice.legal_basis)
    if notice.rule == "delayed":
        return notice.sent_at is not None or notice.review_at is not None
    return notice.sent_at is not None


def _emergency_review_owed(work: Work, release: Release | None) -> bool:
    if release is None or release.profile != EMERGENCY:
        return False
    return work.session.get(EmergencyReview, release.id) is None


def _delivery_live(work: Work, release: Release | None) -> bool:
    if release is None:
        return False
    live = select(func.count()).where(
        Delivery.release_id == release.id,
        Delivery.spent_at.is_(None),
        Delivery.revoked_at.is_(None),
        Delivery.expires_at > work.now,
    )
    return bool(work.session.scalar(live))
