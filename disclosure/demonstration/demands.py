"""What the authorities of the demonstration ask for, and the papers that they send.

Owns the reading of ``demands.toml`` and the demand that becomes of a row. How far each case gets is
in ``authority_stories.py``.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from disclosure.demonstration.papers import Notice, notice_paper, scanned
from disclosure.demonstration.people import phone_number
from disclosure.demonstration.playing import Stage
from disclosure.demonstration.staff import BODIES
from disclosure.operations.intake import Demand
from disclosure.operations.papers import Upload

VALID_DAYS = 60
OFFICERS_LINE = 40
"""What lies between a body's call-back number and the number in its letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What an authority asks for.

    Attributes:
        body: Key of ``staff.BODIES``.
        kind: Type of the paper; number, basis and officer stand on it.
        issued_ago: Working days before today on which the paper was issued; 0 is today.
        days: Length of the period for logs; 0 without one.
        period_ago: How many calendar days before the paper that period ends.
        sender: Mailbox, when it is not the body's own.
        note: A further sentence on the paper.
        named: Whether the paper lists the fields by name, which the highest level needs.
        gag: Whether it forbids telling the data subject, for ``gag_days`` when they are given.
        scan: Whether the paper comes as a picture.
        handler: User name of who works the case.
        officers: How many credentials come with it.
        channel: ``staff`` keys it in, or ``portal``.
    """

    body: str
    kind: str
    number: str
    basis: str
    officer: str
    account: str
    fields: tuple[str, ...]
    issued_ago: int
    days: int = 0
    period_ago: int = 1
    sender: str = ""
    note: str = ""
    named: bool = False
    emergency: bool = False
    gag: bool = False
    gag_days: int = 0
    scan: bool = False
    handler: str
    officers: int = 2
    channel: str = "staff"


def _asks(rows: dict[str, dict[str, Any]]) -> dict[str, Ask]:
    return {name: Ask(**{**row, "fields": tuple(row["fields"])}) for name, row in rows.items()}


ASKS = _asks(tomllib.loads((Path(__file__).parent / "demands.toml").read_text("utf-8")))
"""Name of the story -> what is asked for in it."""


def demand_of(stage: Stage, ask: Ask) -> Demand:
    """Return the demand with its paper, as it is typed in."""
    body = BODIES[ask.body]
    issued = stage.office.days[ask.issued_ago - 1] if ask.issued_ago else stage.today
    number = ask.number.format(year=issued.year)
    return Demand(
        ground="G3C",
        requester_class=body.requester_class,
        country=body.country,
        name=ask.officer,
        organisation=body.printed,
        email=ask.sender or f"{body.desk}@{body.domain}",
        phone=phone_number(body.country, f"U-{body.number + OFFICERS_LINE}"),
        agency_id=stage.agencies[ask.body],
        instrument={
            "type": ask.kind,
            "number": number,
            "issued_at": issued.isoformat(),
            "expires_at": f"{issued + timedelta(days=VALID_DAYS)}T23:59:59",
            "legal_basis": ask.basis,
            **_special(ask, issued),
        },
        identifiers={"account": ask.account},
        fields=ask.fields,
        period=_period(ask, issued),
        papers=(_paper(stage, ask, number, issued),),
        channel=ask.channel,
    )


def _special(ask: Ask, issued: date) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    if ask.named:
        keys["fields"] = list(ask.fields)
    if ask.emergency:
        keys["emergency"] = True
    if ask.gag:
        keys["gag"] = True
    if ask.gag_days:
        keys["gag_until"] = f"{issued + timedelta(days=ask.gag_days)}T23:59:59"
    return keys


def _period(ask: Ask, issued: date) -> tuple[date, date] | None:
    if not ask.days:
        return None
    last = issued - timedelta(days=ask.period_ago)
    return last - timedelta(days=ask.days - 1), last


def _paper(stage: Stage, ask: Ask, number: str, issued: date) -> Upload:
    body = BODIES[ask.body]
    language = 1 if body.local_name else 0
    pdf = notice_paper(
        Notice(
            kind=ask.kind,
            issuer=body.printed,
            entity=stage.settings.legal_entity,
            number=number,
            issued=issued,
            basis=ask.basis,
            subject=ask.account,
            listed=[stage.titles[each][language] for each in ask.fields],
            officer=ask.officer,
            note=ask.note,
        )
    )
    name = ask.kind.replace("_", "-")
    return Upload(f"{name}.png", scanned(pdf)) if ask.scan else Upload(f"{name}.pdf", pdf)
