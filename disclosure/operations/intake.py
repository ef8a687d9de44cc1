"""Intake: one operation for every demand, keyed in by staff or sent through the portal.

Owns what a demand must contain, said in one answer, and the making of the case: reference, tracking
secret, deadlines, first evaluation. A complainant who asks for the respondent runs against clause
3(e); the demand is routed onward, or turned away with the pointer, in the same transaction.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select

from disclosure.domain.deadlines import DeadlineRule
from disclosure.domain.events import Event
from disclosure.domain.routing import CARRIED_BY, POINTER, route_of
from disclosure.domain.states import State
from disclosure.domain.workflow import Action
from disclosure.errors import BadInput
from disclosure.gateways.platform import PlatformSource
from disclosure.operations.assessing import assess
from disclosure.operations.deadlines import set_deadlines
from disclosure.operations.desk import SYSTEM, Work
from disclosure.operations.outbox import Effect, enqueue
from disclosure.operations.papers import Upload, add_document
from disclosure.operations.pinning import keep_pack
from disclosure.operations.recording import record
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case
from disclosure.storage.encryption import blind_index
from disclosure.storage.register import Agency

LONGEST = {"name": 200, "organisation": 200, "phone": 40, "purpose": 300, "narrative": 8000}
MOST_FIELDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A demand as it arrives, whoever types it.

    Attributes:
        ground: Id of the ground that the route stands for, such as ``G3C``.
        requester_class: Id of a class of the catalogue.
        country: ISO code of the requester's country, or EU.
        name: Of the person who asks.
        organisation: Of the authority, court or firm; empty for private people.
        email: Where we answer, never where we send data without the second channel.
        phone: As the requester gave it; never a call-back number.
        account: The platform account that signed in, empty without login.
        agency_id: Entry of our register that the requester claims to be.
        instrument: Keys of ``facts.instrument`` as typed from the paper.
        identifiers: How the data subject is named: account, e-mail, phone, name.
        fields: Field ids asked for, in order.
        period: First and last day for logs.
        purpose: Why, for private requesters.
        order: Order reference; complaint: complaint reference.
        carried_by: What a complainant says carries the demand instead of 3(e).
        narrative: The requester's own words.
        papers: Uploaded files.
        channel: ``portal``, ``staff``.
        received_at: When the demand reached us; None is now.
    """

    ground: str
    requester_class: str
    country: str = "CN"
    name: str = ""
    organisation: str = ""
    email: str = ""
    phone: str = ""
    account: str = ""
    agency_id: int | None = None
    instrument: Mapping[str, Any] = field(default_factory=dict)
    identifiers: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    period: tuple[date, date] | None = None
    purpose: str = ""
    order: str = ""
    complaint: str = ""
    carried_by: str = ""
    narrative: str = ""
    papers: tuple[Upload, ...] = ()
    channel: str = "portal"
    received_at: datetime | None = None


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


class Incomplete(BadInput):
    """Say everything that is missing or wrong, in one answer.

    Args:
        problems: Name of the form field -> sentence.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("The demand is not complete: " + " ".join(problems.values()))
        self.problems = dict(problems)


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
    source = work.desk.source
    if source is None:
        return ""
    if demand.complaint and (complaint := source.complaint(demand.complaint)):
        asks_for_complainant = demand.requester_class == "ip_respondent"
        return complaint.complainant if asks_for_complainant else complaint.respondent
    if demand.order and demand.account and (order := source.order(demand.order)):
        return order.counterparty(demand.account) or ""
    return _only_account(source, demand.identifiers)


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
        "signed_in": "yes" if demand.account and demand.channel == "portal" else "",
    }


def _statement(demand: Demand) -> dict[str, Any]:
    identifiers = {key: value for key, value in demand.identifiers.items() if value}
    return {
        "identifiers": identifiers,
        "purpose": demand.purpose,
        "order": demand.order,
        "complaint": demand.complaint,
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


# --- What is missing --------------------------------------------------------------------------


def problems_of(work: Work, demand: Demand) -> dict[str, str]:
    """List everything that is missing or wrong in a demand.

    Returns:
        Name of the form field -> sentence that says what to do. Empty when nothing is.
    """
    problems: dict[str, str] = {}
    _check_requester(work, demand, problems)
    _check_what(work, demand, problems)
    if work.desk.catalogue.classes[demand.requester_class].is_authority:
        _check_paper(work, demand, problems)
    elif demand.ground in {"G3E", "G3F"}:
        _check_private(work, demand, problems)
    return problems


_HIDDEN_SIGNS = "This text holds invisible control characters; type it again."


def _check_requester(work: Work, demand: Demand, problems: dict[str, str]) -> None:
    for name in ("name", "organisation", "phone", "purpose", "narrative"):
        value = getattr(demand, name)
        if len(value) > LONGEST[name]:
            problems[name] = f"Keep this under {LONGEST[name]} characters."
        elif _has_hidden_signs(value, multiline=name == "narrative"):
            problems[name] = _HIDDEN_SIGNS
    if not demand.name.strip():
        problems["name"] = "Enter the name of the person who asks."
    try:
        validate_email(demand.email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        problems["email"] = "Enter an e-mail address like name@example.org."
    if demand.country not in work.desk.catalogue.vocabulary.countries:
        problems["country"] = "Choose the country you write from."


def _has_hidden_signs(text: str, *, multiline: bool = False) -> bool:
    allowed = "\n\r\t" if multiline else ""
    hidden = {"Cc", "Cf", "Cs", "Co"}
    return any(unicodedata.category(sign) in hidden and sign not in allowed for sign in text)


def _check_what(work: Work, demand: Demand, problems: dict[str, str]) -> None:
    known = work.desk.catalogue.fields
    if not demand.fields:
        problems["fields"] = "Choose at least one kind of data."
    elif len(demand.fields) > MOST_FIELDS or any(each not in known for each in demand.fields):
        problems["fields"] = "Choose the data from the list."
    if demand.period and demand.period[0] > demand.period[1]:
        problems["period_to"] = "The last day must not be before the first."
    _check_identifiers(demand, problems)


def _check_identifiers(demand: Demand, problems: dict[str, str]) -> None:
    if any(len(value) > LONGEST["name"] for value in demand.identifiers.values()):
        problems["identifiers"] = "Keep each identifier under 200 characters."
    elif any(_has_hidden_signs(value) for value in demand.identifiers.values()):
        problems["identifiers"] = "An identifier holds invisible control characters; type it again."


def _check_paper(work: Work, demand: Demand, problems: dict[str, str]) -> None:
    if not demand.organisation.strip():
        problems["organisation"] = "Enter the name of the authority, court or firm."
    if demand.agency_id is not None and work.session.get(Agency, demand.agency_id) is None:
        problems["agency_id"] = "Choose an agency of the register."
    _check_instrument(work, demand, problems)
    if not any(demand.identifiers.values()) and not demand.complaint:
        problems["identifiers"] = "Say whose data it is: account, e-mail, phone or name."
    if not demand.papers:
        problems["papers"] = "Attach the paper as a PDF or picture, with the seal visible."
    _check_period(work, demand, problems)


def _check_instrument(work: Work, demand: Demand, problems: dict[str, str]) -> None:
    if demand.instrument.get("type") not in work.desk.catalogue.vocabulary.instruments:
        problems["instrument_type"] = "Say what kind of paper it is."
    for key, sentence in (
        ("number", "Enter the number on the paper."),
        ("issued_at", "Enter the day on which the paper was issued."),
        ("legal_basis", "Enter the article of law that the paper rests on."),
    ):
        value = demand.instrument.get(key)
        if not value:
            problems[f"instrument_{key}"] = sentence
        elif isinstance(value, str) and _has_hidden_signs(value):
            problems[f"instrument_{key}"] = _HIDDEN_SIGNS


def _check_period(work: Work, demand: Demand, problems: dict[str, str]) -> None:
    needs_period = any(
        work.desk.catalogue.fields[each].needs_period
        for each in demand.fields
        if each in work.desk.catalogue.fields
    )
    if needs_period and not demand.period:
        problems["period_from"] = "Logs and keywords need a first and a last day."


def _check_private(work: Work, demand: Demand, problems: dict[str, str]) -> None:
    if not demand.purpose.strip():
        problems["purpose"] = "Say what you need the data for."
    if demand.ground == "G3E" and demand.account not in _parties_to_complaint(work, demand):
        problems["complaint"] = "Enter the number of a complaint that you are a party to."
    if demand.ground == "G3F" and not _is_party_to_order(work, demand):
        problems["order"] = "Enter the number of an order that you are a party to."


def _parties_to_complaint(work: Work, demand: Demand) -> set[str]:
    source = work.desk.source
    found = source.complaint(demand.complaint) if source and demand.complaint else None
    return {found.complainant, found.respondent} if found else set()


def _is_party_to_order(work: Work, demand: Demand) -> bool:
    source = work.desk.source
    order = source.order(demand.order) if source and demand.order else None
    return order is not None and order.side(demand.account) is not None
