"""Intake: one operation for every demand, keyed in by staff or sent through the portal.

Owns the making of the case: reference, tracking secret, deadlines, first evaluation. What a demand
must contain is ``demanding.py``'s. A complainant who asks for the respondent runs against clause
3(e); the demand is routed onward, or turned away with the pointer, in the same transaction.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from disclosure.domain.deadlines import DeadlineRule
from disclosure.domain.events import Event
from disclosure.domain.routing import CARRIED_BY, POINTER, route_of
from disclosure.domain.states import State
from disclosure.domain.workflow import Action
from disclosure.gateways.platform import PlatformSource
from disclosure.operations.assessing import assess
from disclosure.operations.consenting import consents_of
from disclosure.operations.deadlines import set_deadlines
from disclosure.operations.demanding import Demand, Incomplete, problems_of
from disclosure.operations.desk import SYSTEM, Work
from disclosure.operations.outbox import Effect, enqueue
from disclosure.operations.papers import add_document
from disclosure.operations.pinning import keep_pack
from disclosure.operations.recipients import note_recipient
from disclosure.operations.recording import record
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case
from disclosure.storage.encryption import blind_index

__all__ = ["Demand", "Incomplete", "Receipt", "problems_of", "receive_demand"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the requester gets: the case, the secret to follow it, and where it went.

    Attributes:
        case: The case that goes on; after rerouting the new one.
        tracking_secret: Shown once.
        pointer: Why the demand was routed onward or turned away, or empty.
    """

    case: Case
    tracking_secret: str
    pointer: str = ""


def receive_demand(work: Work, demand: Demand) -> Receipt:
    """Open a case for a demand.

    Raises:
        Incomplete: With every problem at once; nothing is stored.
    """
    if problems := problems_of(work, demand):
        raise Incomplete(problems)
    secret = secrets.token_urlsafe(24)
    case = _open_case(work, demand, secret)
    for paper in demand.papers:
        add_document(work, case, paper, role="demand")
    _acknowledge(work, case, secret)
    assess(work, case)
    if demand.requester_class == "ip_complainant" and demand.ground == "G3E":
        return _turn(work, case, demand, secret)
    return Receipt(case, secret)


def _open_case(work: Work, demand: Demand, secret: str) -> Case:
    received = demand.received_at or work.now
    account = _subject_account(work, demand)
    catalogue = work.desk.catalogue
    case = Case(
        reference=_next_reference(work),
        public_ref=secrets.token_hex(16),
        tracking_hash=hashlib.sha256(secret.encode()).hexdigest(),
        state=State.RECEIVED.code,
        changed_at=work.now,
        route=route_of(catalogue.classes[demand.requester_class]),
        ground=demand.ground,
        requester_class=demand.requester_class,
        country=demand.country,
        title=_title(demand),
        requester=_requester(demand),
        instrument=dict(demand.instrument),
        statement=_statement(demand),
        subject_account=account,
        subject_index=blind_index(account, "case.subject_account") if account else "",
        fields=list(dict.fromkeys(demand.fields)),
        period_from=demand.period[0] if demand.period else None,
        period_to=demand.period[1] if demand.period else None,
        fingerprint=_fingerprint(demand, account),
        agency_id=demand.agency_id,
        received_at=received,
        channel=demand.channel,
        separation=work.desk.settings.separation,
        restricted=bool(demand.instrument.get("gag")),
        allowed_fields=[],
        policy_version=catalogue.policy_at(received).version,
        catalogue_version=catalogue.version,
        catalogue_hash=catalogue.sha256,
    )
    keep_pack(work, catalogue)
    work.session.add(case)
    work.session.flush()
    note_recipient(work, case)
    _record_receipt(work, case, demand)
    set_deadlines(work, case, _deadline_rules(work, demand))
    return case


def _record_receipt(work: Work, case: Case, demand: Demand) -> None:
    record(
        work,
        Event.CASE_RECEIVED,
        case=case,
        data={
            "ground": case.ground,
            "class": case.requester_class,
            "country": case.country,
            "paper": paper_type(case),
            "accounts": 1 if case.subject_account else 0,
            "route": case.route,
            "channel": case.channel,
            "fields": list(case.fields),
            "catalogue": case.catalogue_version,
            "catalogue_sha256": case.catalogue_hash,
            "policy": case.policy_version,
            "papers": [hashlib.sha256(paper.content).hexdigest() for paper in demand.papers],
        },
        private={"requester": demand.name or demand.organisation, "subject": case.subject_account},
    )


def paper_type(case: Case) -> str:
    """Return the type of the paper that a demand came under, or ``none``."""
    return str(case.instrument.get("type") or "none")


def _deadline_rules(work: Work, demand: Demand) -> dict[str, DeadlineRule]:
    deadline = work.desk.catalogue.deadline(
        demand.ground,
        demand.requester_class,
        instrument=str(demand.instrument.get("type", "")),
        emergency=bool(demand.instrument.get("emergency")),
    )
    kind = "house" if deadline.source == "house" else "statutory"
    return {kind: DeadlineRule(deadline.amount, deadline.unit)}


def _subject_account(work: Work, demand: Demand) -> str:
    named = any(demand.identifiers.values())
    if demand.consent and not named:
        found = consents_of(work, demand.consent)
        return next((each.account for each in found if each.reference == demand.consent), "")
    source = work.desk.source
    if source is None:
        return ""
    told = _account_in_dispute(source, demand, named=named)
    return _only_account(source, demand.identifiers) if told is None else told


def _account_in_dispute(source: PlatformSource, demand: Demand, *, named: bool) -> str | None:
    """Return the other side of the complaint or order, or its buyer; None when neither tells."""
    if demand.complaint and (complaint := source.complaint(demand.complaint)):
        asks_for_complainant = demand.requester_class == "ip_respondent"
        return complaint.complainant if asks_for_complainant else complaint.respondent
    order = source.order(demand.order) if demand.order else None
    if order is None:
        return None
    if demand.ground == "G3F":
        return order.counterparty(demand.account) or ""
    return order.buyer if demand.ground == "G3B" and not named else None


def _only_account(source: PlatformSource, identifiers: Mapping[str, str]) -> str:
    """Return the one account that all identifiers name; nothing is ever picked among several."""
    found = source.resolve(identifiers) if identifiers else None
    return found.accounts[0] if found and found.agree and len(found.accounts) == 1 else ""


def _next_reference(work: Work) -> str:
    year = work.now.astimezone(work.desk.settings.zone).year
    last = work.session.scalar(
        select(func.max(Case.reference)).where(Case.reference.like(f"DR-{year}-%"))
    )
    number = int(last.rpartition("-")[2]) + 1 if last else 1
    return f"DR-{year}-{number:04d}"


def _title(demand: Demand) -> str:
    if demand.organisation:
        return demand.organisation
    what = f"order {demand.order}" if demand.order else f"complaint {demand.complaint}"
    return f"{demand.name}, {what}" if demand.order or demand.complaint else demand.name


def _requester(demand: Demand) -> dict[str, str]:
    return {
        "name": demand.name,
        "organisation": demand.organisation,
        "email": demand.email,
        "phone": demand.phone,
        "account": demand.account,
        "acts_for": demand.acts_for,
        "signed_in": "yes" if demand.account and demand.channel == "portal" else "",
    }


def _statement(demand: Demand) -> dict[str, Any]:
    identifiers = {key: value for key, value in demand.identifiers.items() if value}
    return {
        "identifiers": identifiers,
        "purpose": demand.purpose,
        "order": demand.order,
        "complaint": demand.complaint,
        "consent": demand.consent,
        "decision": demand.decision,
        "narrative": demand.narrative,
        "carried_by": demand.carried_by,
    }


def _fingerprint(demand: Demand, account: str) -> str:
    period = [day.isoformat() for day in demand.period] if demand.period else []
    parts = [
        demand.organisation.casefold(),
        str(demand.instrument.get("number", "")),
        account,
        *sorted(demand.fields),
        *period,
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _acknowledge(work: Work, case: Case, secret: str) -> None:
    if not case.requester["email"]:
        return
    arguments = {"template": "receipt", "case": case.reference}
    enqueue(work, Effect("letter", arguments, secret=secret), case=case)


def _turn(work: Work, case: Case, demand: Demand, secret: str) -> Receipt:
    """Route a complainant's demand to what can carry it, or turn it away with the pointer."""
    system = work.as_actor(SYSTEM)
    carried = CARRIED_BY.get(demand.carried_by)
    if carried is None:
        effect = Effect("letter", {"template": "wrong_direction", "case": case.reference})
        advance(
            system,
            case,
            Action.TURN_AWAY,
            Change(data={"code": "wrong_direction", "pointer": "court_route"}, effects=[effect]),
        )
        return Receipt(case, secret, POINTER)
    ground, requester_class = carried
    same = replace(demand, ground=ground, requester_class=requester_class)
    onward = _open_case(work, same, secret)
    onward.origin_id = case.id
    for paper in demand.papers:
        add_document(work, onward, paper, role="demand")
    change = Change(data={"ground": ground, "onward": onward.reference})
    advance(system, case, Action.REDIRECT, change)
    assess(work, onward)
    return Receipt(onward, secret, POINTER)
