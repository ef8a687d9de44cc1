"""The marketplace's partners: who they are, what they do for orders, who consented to them.

Owns these three tables. Besides the rows of ``trade.toml``, every paid order in which nothing is in
dispute has a courier, and some adults consented to an insurer or to marketing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from disclosure.demonstration.history import Row, ago
from disclosure.demonstration.people import CAST, phone_number

COURIER = "P-01"
SERVICE_DESK = "P-05"
COURIER_DAYS, SERVICE_DAYS = 60, 90
"""How long after an order its courier, and the service desk, may see who ordered."""
CONSENTING = [person.account for person in CAST if "U-6000" < person.account < "U-6025"]
FIRST_INSURED, FIRST_MARKETED = 101, 201
"""Numbers of the first consents to the insurer and to marketing; one each for ``CONSENTING``."""


def tables(
    trade: Mapping[str, Any], orders: Sequence[Mapping[str, Any]], now: datetime
) -> dict[str, list[Row]]:
    """Return the rows of partners, services and consents."""
    return {
        "consents": [_consent(trade, row, now) for row in [*trade["consents"], *_consents()]],
        "partners": [_partner(row, now) for row in trade["partners"]],
        "services": [_service(row, now) for row in [*trade["services"], *_couriers(orders)]],
    }


def _partner(row: Mapping[str, Any], now: datetime) -> Row:
    return {
        "reference": row["reference"],
        "name": row["name"],
        "email": row["mailbox"],
        "phone": phone_number("CN", f"U-{row['number']}"),
        "contract": row.get("contract"),
        "contract_until": _ahead(now, row.get("until_days")),
    }


def _service(row: Mapping[str, Any], now: datetime) -> Row:
    return {
        "reference": row["reference"],
        "order_reference": row["order"],
        "partner": row["partner"],
        "template": row.get("template"),
        "access_ends_at": _ahead(now, row.get("ends_days")),
    }


def _couriers(orders: Sequence[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    for order in orders:
        number = str(order["reference"]).removeprefix("O-")
        if number >= "7000" and int(str(order["paid_percent"])):
            yield {
                "reference": f"S-{number}",
                "order": order["reference"],
                "partner": COURIER,
                "template": "delivery",
                "ends_days": COURIER_DAYS - int(str(order["days"])),
            }
            yield {
                "reference": f"S-{number}-2",
                "order": order["reference"],
                "partner": SERVICE_DESK,
                "template": "customer_service",
                "ends_days": SERVICE_DAYS - int(str(order["days"])),
            }


def _consents() -> Iterable[dict[str, Any]]:
    for place, account in enumerate(CONSENTING):
        for first, text, longer in (
            (FIRST_INSURED, "insurance", 60),
            (FIRST_MARKETED, "marketing", 90),
        ):
            yield {
                "reference": f"K-{first + place}",
                "account": account,
                "text": text,
                "days": longer + 3 * place,
                "ends_days": 12 if text == "insurance" else None,
            }


def _consent(trade: Mapping[str, Any], row: Mapping[str, Any], now: datetime) -> Row:
    recipient, purpose, fields, version = trade["consent_texts"][row["text"]]
    return {
        "reference": row["reference"],
        "account": row["account"],
        "recipient": recipient,
        "purpose": purpose,
        "fields": fields,
        "text_version": version,
        "channel": "app",
        "separate": row.get("separate", True),
        "sensitive_separate": False,
        "guardian": False,
        "given_at": ago(now, row["days"]),
        "expires_at": None,
        "access_ends_at": _ahead(now, row.get("ends_days")),
        "withdrawn_at": ago(now, row.get("withdrawn_days")),
    }


def _ahead(now: datetime, days: float | None) -> str | None:
    return None if days is None else ago(now, -days)
