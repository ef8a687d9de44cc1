"""The register of agencies: every change is proposed by one person and confirmed by another.

Owns the register's rows. A call-back number that one person alone could change would be the way in
for a forged demand.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from disclosure.domain.access import Permission
from disclosure.domain.events import Event
from disclosure.errors import BadInput, NotFound, Refused
from disclosure.operations.desk import Work
from disclosure.operations.recording import record
from disclosure.storage.register import Agency, AgencyChange

ENTRY_LIFE = timedelta(days=365)
LONGEST = 200


def read_agency(work: Work, given: Mapping[str, str]) -> dict[str, Any]:
    """Turn what was typed into the values of an entry.

    Raises:
        BadInput: Naming the first field that is wrong and what to type.
    """
    catalogue = work.desk.catalogue
    values: dict[str, Any] = {key: given.get(key, "").strip() for key in _TEXTS}
    if not values["name"] or len(values["name"]) > LONGEST or len(values["local_name"]) > LONGEST:
        raise BadInput(f"Enter the agency's name, at most {LONGEST} characters.", where="name")
    kind = catalogue.classes.get(values["requester_class"])
    if kind is None or not kind.is_authority:
        raise BadInput("Choose the kind of agency.", where="requester_class")
    if values["country"] not in catalogue.vocabulary.countries:
        raise BadInput("Choose the agency's country.", where="country")
    values["callback_phone"] = _phone(values["callback_phone"], values["country"])
    values["delivery_address"] = _address(values["delivery_address"])
    values["domains"] = _domains(given.get("domains", ""))
    return values


_TEXTS = (
    "name",
    "local_name",
    "requester_class",
    "country",
    "callback_phone",
    "delivery_address",
)


def _domains(given: str) -> list[str]:
    domains = given.lower().split()
    if not domains or any("." not in each for each in domains):
        raise BadInput("Enter one or more mail domains, separated by spaces.", where="domains")
    return domains


def _phone(given: str, country: str) -> str:
    try:
        number = phonenumbers.parse(given, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise BadInput("Enter a telephone number like +86 21 5555 0100.", where="callback_phone")
    shown: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return shown


def _address(given: str) -> str:
    try:
        return validate_email(given, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise BadInput(
            "Enter an address like desk@example.org.", where="delivery_address"
        ) from None


def propose_change(
    work: Work, given: Mapping[str, str], *, source: str, agency_id: int | None = None
) -> AgencyChange:
    """Propose a new entry, or new values for one.

    Args:
        work: The unit of work.
        given: What was typed.
        source: Where the call-back number was found, by our own search.
        agency_id: The entry to change; None is a new one.

    Raises:
        BadInput: When a value is wrong.
        NotFound: When there is no such entry.
    """
    work.actor.require(Permission.PROPOSE_REGISTER)
    values = read_agency(work, given)
    if not source.strip() or len(source) > LONGEST:
        raise BadInput("Say where you found the number: never in a demand.", where="source")
    if agency_id is not None and work.session.get(Agency, agency_id) is None:
        raise NotFound("There is no such entry in the register.")
    change = AgencyChange(
        id=uuid.uuid4().hex,
        agency_id=agency_id,
        values=values,
        source=source.strip(),
        proposed_by=work.actor.person,
        proposed_at=work.now,
    )
    work.session.add(change)
    work.session.flush()
    record(
        work,
        Event.REGISTER_CHANGE_PROPOSED,
        subjects=[change.id],
        data={"change": change.id, "agency": agency_id or 0},
        permission=Permission.PROPOSE_REGISTER,
    )
    return change


def decide_change(work: Work, change_id: str, *, confirmed: bool) -> AgencyChange:
    """Let a proposed change through, or not; the proposer can not.

    Raises:
        NotFound: When there is no such change.
        Refused: When it is decided already, or the actor proposed it.
    """
    work.actor.require(Permission.CONFIRM_REGISTER)
    change = work.session.get(AgencyChange, change_id)
    if change is None:
        raise NotFound("There is no such change.")
    if change.decided_at is not None:
        raise Refused("This change has been decided already.")
    if change.proposed_by == work.actor.person:
        raise Refused("You proposed this change: another person confirms it.")
    change.decided_by, change.decided_at, change.confirmed = work.actor.person, work.now, confirmed
    event = Event.REGISTER_CHANGED if confirmed else Event.REGISTER_CHANGE_REFUSED
    if confirmed:
        change.agency_id = _apply(work, change).id
    record(
        work,
        event,
        subjects=[change.id],
        data={"change": change.id, "agency": change.agency_id or 0},
        permission=Permission.CONFIRM_REGISTER,
    )
    return change


def _apply(work: Work, change: AgencyChange) -> Agency:
    agency = work.session.get(Agency, change.agency_id) if change.agency_id else None
    if agency is None:
        agency = Agency()
        work.session.add(agency)
    for key, value in change.values.items():
        setattr(agency, key, value)
    agency.verified_at, agency.expires_at = work.now, work.now + ENTRY_LIFE
    work.session.flush()
    return agency


def agencies(work: Work) -> list[Agency]:
    """List the register, by country and name."""
    return list(work.session.scalars(select(Agency).order_by(Agency.country, Agency.name)))


def find_agency(work: Work, agency_id: int) -> Agency:
    """Return an entry of the register.

    Raises:
        NotFound: When there is none.
    """
    agency = work.session.get(Agency, agency_id)
    if agency is None:
        raise NotFound("There is no such entry in the register.")
    return agency


def as_typed(agency: Agency) -> dict[str, str]:
    """Return an entry's values as somebody would type them."""
    return {key: str(getattr(agency, key)) for key in _TEXTS} | {
        "domains": " ".join(agency.domains)
    }


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change as the second person has to see it: every value that would be another one.

    Attributes:
        change: The proposed change.
        title: The agency's name in the register, or the proposed one of a new entry.
        lines: Name of the value, what stands there now (empty for a new entry), what is proposed.
    """

    change: AgencyChange
    title: str
    lines: tuple[tuple[str, str, str], ...]


def open_proposals(work: Work) -> list[Proposal]:
    """List the changes that wait for a second person, oldest first."""
    rows = work.session.scalars(
        select(AgencyChange)
        .where(AgencyChange.decided_at.is_(None))
        .order_by(AgencyChange.proposed_at)
    )
    return [_proposal(work, change) for change in rows]


def _proposal(work: Work, change: AgencyChange) -> Proposal:
    entry = work.session.get(Agency, change.agency_id) if change.agency_id else None
    before = as_typed(entry) if entry else {}
    after = {**change.values, "domains": " ".join(change.values["domains"])}
    lines = [(key, before.get(key, ""), after[key]) for key in (*_TEXTS, "domains")]
    return Proposal(
        change=change,
        title=entry.name if entry else change.values["name"],
        lines=tuple(line for line in lines if line[1] != line[2]),
    )
