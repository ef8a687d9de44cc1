"""What a ground's own evidence says: read from the platform and the registers at this instant.

Owns the ``ground_facts`` of each private ground and the facts of the case's own records (V05, S06,
X06). Reads only; a person's finding goes over what is read here, except over a consent, which only
the register knows.

Source: policy 2(a), 2(c), 3(a) to 3(g).
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from disclosure.domain.consents import RegisteredConsent
from disclosure.operations.consenting import consents_of
from disclosure.operations.desk import Work
from disclosure.operations.recipients import partner_of, recipient_names
from disclosure.storage.cases import Case, Document, DocumentMark
from disclosure.storage.releases import Signature, SignatureVoiding

RELAY_PATIENCE = timedelta(hours=72)
IN_TIME = timedelta(days=3 * 365)
REPRESENTED = frozenset({"court_order_lawyer"})
"""Classes in which somebody always acts for another, on a paper that names them (V05)."""
THIRD_PARTY_CODE = "third_party_data"
CONSENT_PURPOSE = "house.consent_purpose"

FactsJson = dict[str, Any]
Found = Mapping[str, Any]


def ground_facts(work: Work, case: Case, findings: Found) -> FactsJson:
    """Return the evidence of a case's ground.

    Args:
        work: The unit of work.
        case: The case.
        findings: The newest finding for each question.
    """
    return _FACTS.get(case.ground, _nothing)(work, case, findings)


def _nothing(_work: Work, _case: Case, _findings: Found) -> FactsJson:
    return {}


def _complaint_facts(work: Work, case: Case, _findings: Found) -> FactsJson:
    reference = case.statement.get("complaint", "")
    facts: FactsJson = {"purpose": case.statement.get("purpose", ""), "complaint": reference}
    complaint = work.desk.source.complaint(reference) if work.desk.source and reference else None
    if complaint is not None:
        facts |= {
            "qualified": complaint.qualified,
            "forwarded": complaint.forwarded_at is not None,
            "state": complaint.state,
            "requester_is_respondent": complaint.respondent == case.requester.get("account"),
        }
    return facts


def _order_facts(work: Work, case: Case, _findings: Found) -> FactsJson:
    reference = case.statement.get("order", "")
    facts: FactsJson = {"purpose": case.statement.get("purpose", ""), "order": reference}
    order = work.desk.source.order(reference) if work.desk.source and reference else None
    if order is None:
        return facts
    account = case.requester.get("account", "")
    side = order.side(account)
    facts |= {
        "on_platform": order.on_platform,
        "is_party": side is not None,
        "trader": order.trader and case.subject_account == order.seller,
        "in_time": order.breach_at is None or work.now - order.breach_at <= IN_TIME,
    }
    if side is not None:
        waited = side.relay_tried_at is not None and (
            work.now - side.relay_tried_at >= RELAY_PATIENCE
        )
        facts |= {
            "performed": side.performed,
            "relay_tried": waited and not side.relay_answered,
        }
    return facts


def consent_of(work: Work, case: Case) -> RegisteredConsent | None:
    """Return the consent that a case rests on, as the register holds it now.

    A consent of another person than the data subject is none. Without a number, the newest live
    one that names the recipient counts.
    """
    if not case.subject_account:
        return None
    mine = [
        each
        for each in consents_of(work, case.subject_account)
        if each.account == case.subject_account
    ]
    if reference := case.statement.get("consent", ""):
        return next((each for each in mine if each.reference == reference), None)
    names = recipient_names(work, case)
    named = [each for each in mine if any(each.names(name) for name in names)]
    live = [each for each in named if each.withdrawn_at is None]
    return next(iter(live or named), None)


def _consent_facts(work: Work, case: Case, findings: Found) -> FactsJson:
    consent = consent_of(work, case)
    if consent is None:
        return {}
    serves = consent.serves(case.statement.get("purpose", ""))
    facts: FactsJson = {
        "id": consent.reference,
        "separate": consent.separate,
        "covers": (
            any(consent.names(name) for name in recipient_names(work, case))
            and consent.runs_at(work.now)
            and (serves or findings.get(CONSENT_PURPOSE) is True)
        ),
        "fields": [each for each in consent.fields if each in work.desk.catalogue.fields],
        "recipient": consent.recipient,
        "given_at": consent.given_at.isoformat(),
        "guardian": consent.guardian,
        "sensitive_separate": consent.sensitive_separate,
    }
    if consent.withdrawn_at is not None:
        facts["withdrawn_at"] = consent.withdrawn_at.isoformat()
    return {"consent": facts}


def _service_facts(work: Work, case: Case, _findings: Found) -> FactsJson:
    reference = case.statement.get("order", "")
    facts: FactsJson = {"purpose": case.statement.get("purpose", "")}
    source = work.desk.source
    order = source.order(reference) if source is not None and reference else None
    if order is None or case.subject_account not in {order.buyer, order.seller}:
        order = None
    else:
        facts["order_ref"] = reference
    partner = partner_of(work, case)
    if source is None or partner is None:
        return facts
    if contract := partner.bound_at(work.now):
        facts["contract"] = contract
    services = source.services(reference) if order is not None else ()
    mine = next((each for each in services if each.partner == partner.reference), None)
    if mine is not None and mine.template:
        facts["template"] = mine.template
    if mine is not None and mine.access_end is not None:
        facts["access_end"] = mine.access_end.isoformat()
    return facts


def _violation_facts(work: Work, case: Case, _findings: Found) -> FactsJson:
    source, reference = work.desk.source, case.statement.get("decision", "")
    decided = source.violation(reference) if source is not None and reference else None
    if decided is None or decided.account != case.subject_account:
        return {}
    return {"decision": decided.reference, "final": decided.final}


def _residual_facts(work: Work, _case: Case, findings: Found) -> FactsJson:
    reason = str(findings.get("ground_facts.reason", ""))
    return {"reason_ok": len(reason.strip()) >= work.desk.catalogue.house.reason_characters}


_FACTS: Mapping[str, Callable[[Work, Case, Found], FactsJson]] = {
    "G3A": _consent_facts,
    "G3B": _service_facts,
    "G3D": _violation_facts,
    "G3E": _complaint_facts,
    "G3F": _order_facts,
    "G3G": _residual_facts,
    "G2C": _consent_facts,
}


# --- The case's own records ---------------------------------------------------------------------


def record_facts(work: Work, case: Case, findings: Found) -> FactsJson:
    """Return what only the case's own records say: who acts for whom, who else is in the records.

    A fact that nobody knows yet is left out; its check then does not apply.
    """
    facts: FactsJson = {}
    if _acts_for_another(work, case):
        facts["authority_to_act"] = bool(findings.get("records.authority_to_act"))
    if others := _third_parties(work, case, findings):
        facts["third_parties"] = others
    if approved := _approved_at(work, case):
        facts["approved_at"] = approved.isoformat()
    return facts


def _acts_for_another(work: Work, case: Case) -> bool:
    """Tell whether there is an authority to show; a paper of the wrong kind is I01's to refuse."""
    known = work.desk.catalogue.classes[case.requester_class].instruments
    by_class = case.requester_class in REPRESENTED and case.instrument.get("type") in known
    return by_class or bool(case.requester.get("acts_for"))


def _third_parties(work: Work, case: Case, findings: Found) -> str:
    """Say what is known of other people in what was gathered; a person's word goes first."""
    if given := findings.get("records.third_parties"):
        return str(given)
    redacted = work.session.scalar(
        select(func.count())
        .select_from(DocumentMark)
        .join(Document, Document.id == DocumentMark.document_id)
        .where(
            DocumentMark.case_id == case.id,
            DocumentMark.withdrawn_at.is_(None),
            DocumentMark.reason_code == THIRD_PARTY_CODE,
            Document.disposition == "release",
        )
    )
    return "redacted" if redacted else ""


def _approved_at(work: Work, case: Case) -> datetime | None:
    """Return when the oldest live signature was given: the approval is no younger than that."""
    return work.session.scalar(
        select(func.min(Signature.signed_at))
        .outerjoin(SignatureVoiding, SignatureVoiding.signature_id == Signature.id)
        .where(Signature.case_id == case.id, SignatureVoiding.signature_id.is_(None))
    )
