"""Letters: every message that leaves, filled from a template when its turn in the outbox comes.

Owns which template says what to whom. No letter holds personal data about a data subject or
discloses, to a third party, that there is a case about somebody. One-time secrets come from the
outbox row and are in no other place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from disclosure.errors import NotReady
from disclosure.gateways.mail import Message, stable_message_id
from disclosure.operations.assessing import latest_evaluation
from disclosure.operations.desk import Work
from disclosure.operations.printing import fill
from disclosure.operations.recipients import partner_of
from disclosure.operations.releasing import LINK_LIFE, delivery_address
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import Outbox
from disclosure.storage.parties import AccessEnd
from disclosure.storage.people import Person
from disclosure.storage.register import Agency
from disclosure.storage.releases import Delivery, Notice, Release

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Letter:
    """One kind of letter: its subject, who gets it, and what its template needs besides."""

    subject: str
    address: Callable[[Work, Case, Mapping[str, str]], str]
    values: Callable[[Work, Case, Outbox], Values]


def compose(work: Work, row: Outbox) -> Message | None:
    """Fill the letter of an outbox row.

    Returns:
        The message, or None when nobody can or need be written to.
    """
    case = work.session.scalars(select(Case).where(Case.reference == row.arguments["case"])).one()
    letter = LETTERS[row.arguments["template"]]
    to = letter.address(work, case, row.arguments)
    if not to:
        return None
    settings = work.desk.settings
    values: Values = {
        "settings": settings,
        "reference": case.reference,
        "case": case,
        "subject": letter.subject.format(reference=case.reference, platform=settings.platform_name),
        "base_url": settings.base_url,
        "lang": "en",
        **letter.values(work, case, row),
    }
    name = f"mail/{row.arguments['template']}"
    return Message(
        to=to,
        subject=values["subject"],
        text=fill(f"{name}.txt", settings.timezone, values),
        html=fill(f"{name}.html", settings.timezone, values),
        message_id=stable_message_id(settings, row.id),
    )


def _to_requester(_work: Work, case: Case, _arguments: Mapping[str, str]) -> str:
    return str(case.requester.get("email", ""))


def _to_delivery_address(work: Work, case: Case, _arguments: Mapping[str, str]) -> str:
    return delivery_address(work, case)


def _to_second_channel(work: Work, case: Case, _arguments: Mapping[str, str]) -> str:
    """Return where the code goes: the issuing body or person, never the address of the link.

    The code of an agency is handed to the desk that reads it out over the register's number; the
    code of a business partner likewise, over the platform's number; the code of a signed-in person
    goes to their account's inbox on the platform.
    """
    settings = work.desk.settings
    if case.agency_id is not None:
        agency = work.session.get_one(Agency, case.agency_id)
        return f"callback+{agency.id}@{settings.mail_from.rpartition('@')[2]}"
    partner = partner_of(work, case)
    if partner is not None:
        return f"callback+{partner.reference.lower()}@{settings.mail_from.rpartition('@')[2]}"
    account = case.requester.get("account", "")
    if not account:
        raise NotReady("There is no second channel for the code: neither register nor account.")
    return _inbox(work, account)


def _to_subject(work: Work, case: Case, arguments: Mapping[str, str]) -> str:
    """Return the data subject's address, or the inbox of their account where there is none."""
    contact = work.session.get_one(Notice, arguments["notice"]).contact
    return contact or _inbox(work, case.subject_account)


def _inbox(work: Work, account: str) -> str:
    """Return the address that the platform's messenger delivers to an account's inbox."""
    return f"inbox+{account.lower()}@{work.desk.settings.mail_from.rpartition('@')[2]}"


def _nothing(_work: Work, _case: Case, _row: Outbox) -> Values:
    return {}


def _receipt(work: Work, case: Case, row: Outbox) -> Values:
    link = f"{work.desk.settings.base_url}/portal/track/{case.public_ref}"
    return {"tracking_link": link, "tracking_secret": row.secret or "", "due_at": case.due_at}


def _question(_work: Work, _case: Case, row: Outbox) -> Values:
    return {"question": row.secret or ""}


def _refusal(work: Work, _case: Case, row: Outbox) -> Values:
    return {"code": work.desk.catalogue.reasons[row.arguments["code"]]}


def _outcome(work: Work, case: Case, _row: Outbox) -> Values:
    evaluation = latest_evaluation(work, case)
    checks = evaluation.decision["checks"] if evaluation else []
    deciding = evaluation.deciding_check if evaluation else ""
    found: Values = next((check for check in checks if check["id"] == deciding), {})
    return {"reason": found.get("reason", ""), "remedy": found.get("remedy", "")}


def _duplicate(_work: Work, _case: Case, row: Outbox) -> Values:
    return {"earlier": row.arguments.get("earlier", "")}


def _delivery_link(work: Work, _case: Case, row: Outbox) -> Values:
    delivery = work.session.get_one(Delivery, row.arguments["delivery"])
    return {
        "link": f"{work.desk.settings.base_url}/portal/collect/{row.secret}",
        "expires_at": delivery.expires_at,
        "days": LINK_LIFE.days,
    }


def _delivery_code(work: Work, case: Case, row: Outbox) -> Values:
    agency = work.session.get(Agency, case.agency_id) if case.agency_id else None
    partner = partner_of(work, case)
    if agency is None and partner is None:
        return {"code": row.secret or "", "desk": None}
    desk = {
        "name": agency.name if agency else partner.name if partner else "",
        "local_name": agency.local_name if agency else "",
        "phone": agency.callback_phone if agency else (partner.phone if partner else "") or "",
    }
    return {"code": row.secret or "", "desk": desk}


def _to_officer(work: Work, _case: Case, arguments: Mapping[str, str]) -> str:
    person = work.session.get_one(Person, arguments["person"])
    return person.email if person.active else ""


def _access_end(work: Work, case: Case, row: Outbox) -> Values:
    end = work.session.get_one(AccessEnd, row.arguments["release"])
    made = work.session.get_one(Release, end.release_id)
    return {
        "end": end,
        "released_at": made.released_at,
        "fields": [work.desk.catalogue.fields[field].title for field in case.allowed_fields],
    }


def _notice(work: Work, case: Case, row: Outbox) -> Values:
    notice = work.session.get_one(Notice, row.arguments["notice"])
    catalogue = work.desk.catalogue
    return {
        "notice": notice,
        "objection_link": f"{work.desk.settings.base_url}/portal/notice/{row.secret}"
        if row.secret
        else "",
        "requester_class": catalogue.classes[case.requester_class],
        "ground": catalogue.ground(case.ground, work.now),
        "fields": [catalogue.fields[field] for field in case.allowed_fields],
        "says": _passages(work, notice),
    }


def _passages(work: Work, notice: Notice) -> dict[str, tuple[str, str]]:
    """Return the passages of a notice as the rules word them, English and Chinese."""
    values = {
        "platform": work.desk.settings.platform_name,
        "address": work.desk.settings.mail_from,
        "days": str(notice.objection_days),
        "basis": notice.legal_basis or "",
    }
    texts = work.desk.catalogue.notice_texts
    said = {
        name: (passage.text.format_map(values), passage.text_zh.format_map(values))
        for name, passage in texts.items()
    }
    opening = notice.rule if notice.rule in {"prior", "delayed"} else "at_release"
    return said | {"opening": said[opening]}


LETTERS: dict[str, _Letter] = {
    "receipt": _Letter("Your demand {reference} has arrived", _to_requester, _receipt),
    "needs_info": _Letter("Your demand {reference}: what is missing", _to_requester, _question),
    "accepted": _Letter("Your demand {reference} is being prepared", _to_requester, _nothing),
    "refused": _Letter("Your demand {reference} is refused", _to_requester, _refusal),
    "wrong_direction": _Letter("Your demand {reference}: another way", _to_requester, _nothing),
    "rerouted": _Letter("Your demand {reference}: another way", _to_requester, _outcome),
    "preserved": _Letter("Your demand {reference}: records preserved", _to_requester, _nothing),
    "duplicate": _Letter("Your demand {reference} repeats another", _to_requester, _duplicate),
    "no_data": _Letter("Your demand {reference}: nothing found", _to_requester, _nothing),
    "delivery_link": _Letter(
        "Your demand {reference}: the answer is ready", _to_delivery_address, _delivery_link
    ),
    "delivery_code": _Letter("Code for {reference}", _to_second_channel, _delivery_code),
    "access_ended": _Letter(
        "{reference}: your access has ended, please delete", _to_delivery_address, _access_end
    ),
    "access_overdue": _Letter("{reference}: a deletion is not confirmed", _to_officer, _access_end),
    "notice": _Letter("{platform}: about your personal data", _to_subject, _notice),
}
"""Template name below ``templates/mail/`` -> its letter."""
