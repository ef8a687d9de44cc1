"""What a demand is made of, and everything that can be missing in it, said in one answer.

Owns the shape of a demand as it arrives and its checks. Making a case of it is ``intake.py``'s.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email

from disclosure.errors import BadInput
from disclosure.operations.desk import Work
from disclosure.operations.papers import Upload
from disclosure.operations.recipients import FOR_THIRD_PARTY
from disclosure.storage.register import Agency

LONGEST = {"name": 200, "organisation": 200, "phone": 40, "purpose": 300, "narrative": 8000}
LONGEST |= {"consent": 40, "decision": 40, "order": 40, "complaint": 40, "acts_for": 200}
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
        consent: Number of the consent that a third party rests on.
        decision: Number of the decision on the user's violation.
        acts_for: Whom the person who asks acts for, when that is somebody else.
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
    consent: str = ""
    decision: str = ""
    acts_for: str = ""
    carried_by: str = ""
    narrative: str = ""
    papers: tuple[Upload, ...] = ()
    channel: str = "portal"
    received_at: datetime | None = None


class Incomplete(BadInput):
    """Say everything that is missing or wrong, in one answer.

    Args:
        problems: Name of the form field -> sentence.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("The demand is not complete: " + " ".join(problems.values()))
        self.problems = dict(problems)


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
    else:
        _check_private(work, demand, problems)
    return problems


_HIDDEN_SIGNS = "This text holds invisible control characters; type it again."


def _check_requester(work: Work, demand: Demand, problems: dict[str, str]) -> None:
    for name in LONGEST:
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
    if demand.requester_class == FOR_THIRD_PARTY and not demand.organisation.strip():
        problems["organisation"] = "Enter the third party that receives the data."
    if demand.ground not in {"G3E", "G3F"}:
        _check_whose(demand, problems)
    if demand.ground == "G3E" and demand.account not in _parties_to_complaint(work, demand):
        problems["complaint"] = "Enter the number of a complaint that you are a party to."
    if demand.ground == "G3F" and not _is_party_to_order(work, demand):
        problems["order"] = "Enter the number of an order that you are a party to."


def _check_whose(demand: Demand, problems: dict[str, str]) -> None:
    """Ask a third party whose data it is: by identifier, consent, or the order it serves."""
    by_order = demand.order if demand.ground == "G3B" else ""
    if not any(demand.identifiers.values()) and not demand.consent and not by_order:
        problems["identifiers"] = "Say whose data it is: account, e-mail, phone or name."
    if demand.ground == "G3D" and not demand.decision.strip():
        problems["decision"] = "Enter the number of the decision on the violation."


def _parties_to_complaint(work: Work, demand: Demand) -> set[str]:
    source = work.desk.source
    found = source.complaint(demand.complaint) if source and demand.complaint else None
    return {found.complainant, found.respondent} if found else set()


def _is_party_to_order(work: Work, demand: Demand) -> bool:
    source = work.desk.source
    order = source.order(demand.order) if source and demand.order else None
    return order is not None and order.side(demand.account) is not None
