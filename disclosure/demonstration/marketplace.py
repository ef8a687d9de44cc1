"""Build the demonstration's platform: a small marketplace database of made-up people.

Owns the database file and the mapping beside it. Who is in it stands in ``people.toml``, what
happens in ``trade.toml``; the rest is drawn at random from a fixed seed, so that two builds for
the same moment are equal. Must not be used outside a demonstration and tests.
"""

import random
import shutil
import sqlite3
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from disclosure.demonstration import history, partners
from disclosure.demonstration.people import CAST, PEOPLE, Person, card_number

SEED = 20260817
DATABASE_NAME = "marketplace.sqlite3"
MAPPING_NAME = "marketplace.toml"
HERE = Path(__file__).parent
ORDERS_AT_RANDOM = 36
SILENT_ORDERS = tuple(
    (f"O-{5601 + place}", f"U-{6001 + place}", f"U-{6017 + place}") for place in range(8)
)
"""Number, buyer and seller of orders that were paid, and whose sellers fell silent."""
YOUNGEST_ADULT = 18

Row = dict[str, str | int | None]


@dataclass(frozen=True, slots=True)
class WellKnown:
    """Name the accounts and records that have a part in the demonstration's cases.

    Attributes:
        namesakes: Two accounts with the same real name.
        phone_sharers: Two accounts that gave the same phone number.
        mismatch: An account, and another account whose holder's name a demand gives with it.
    """

    police_subject: str = "U-1001"
    phone_sharers: tuple[str, str] = ("U-1002", "U-1003")
    namesakes: tuple[str, str] = ("U-1004", "U-1005")
    mismatch: tuple[str, str] = ("U-1006", "U-1007")
    under_fourteen: str = "U-1008"
    fifteen: str = "U-1009"
    deceased: str = "U-1010"
    cookies_refused: str = "U-1011"
    safety_flagged: str = "U-1012"
    complainant: str = "U-2002"
    respondent: str = "U-2003"
    foreign_complainant: str = "U-2004"
    malicious_complainant: str = "U-2005"
    deposit_buyer: str = "U-3002"
    silent_seller: str = "U-3003"
    trader_seller: str = "U-3010"
    foreign_buyer: str = "U-3011"
    violator: str = "U-4004"
    us_stored: str = "U-5001"
    eu_stored: str = "U-5002"
    uk_stored: str = "U-5003"
    sg_stored: str = "U-5004"
    complaint_qualified: str = "C-77"
    complaint_unqualified: str = "C-78"
    complaint_not_forwarded: str = "C-79"
    complaint_withdrawn: str = "C-80"
    complaint_malicious: str = "C-81"
    complaint_foreign: str = "C-82"
    complaint_at_risk: str = "C-84"
    order_deposit: str = "O-5512"
    order_unpaid: str = "O-5513"
    order_trader: str = "O-5514"
    order_cross_border: str = "O-5520"
    order_out_of_time: str = "O-5521"
    order_off_platform: str = "O-5522"
    order_relay_too_fresh: str = "O-5523"
    order_of_minor: str = "O-5524"
    order_half_paid: str = "O-5525"
    order_at_risk: str = "O-5526"
    order_eu: str = "O-5530"
    order_delivery: str = "O-6001"
    consent_live: str = "K-9"
    consent_withdrawn: str = "K-10"
    consent_bundled: str = "K-11"
    consent_of_child: str = "K-12"
    consent_marketing: str = "K-13"
    courier: str = "P-01"
    insurer: str = "P-03"
    marketer: str = "P-04"
    customer_service: str = "P-05"
    unbound_partner: str = "P-06"
    order_untemplated: str = "O-5514"
    violation_final: str = "V-31"


KNOWN = WellKnown()


def install_marketplace(folder: Path, now: datetime) -> Path:
    """Build the database and put its mapping beside it.

    Args:
        folder: The instance folder; made if it is not there.
        now: The moment from which every time in the database counts.

    Returns:
        The mapping file, for ``settings.sources``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    build_marketplace(folder / DATABASE_NAME, now)
    return Path(shutil.copyfile(HERE / MAPPING_NAME, folder / MAPPING_NAME))


def build_marketplace(target: Path, now: datetime, seed: int = SEED) -> None:
    """Write the marketplace database, replacing one that is there.

    Args:
        target: The SQLite file.
        now: The moment from which every time in it counts; aware.
        seed: Decides everything that the two TOML files leave open.
    """
    now = now.astimezone(UTC).replace(microsecond=0)
    unfinished = target.with_name(f"{target.name}.new")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript((HERE / "schema.sql").read_text("utf-8"))
        for table, rows in _tables(now, seed).items():
            _insert(connection, table, rows)
    unfinished.replace(target)


def _tables(now: datetime, seed: int) -> Mapping[str, list[Row]]:
    """Return every row, tables in the order in which they refer to each other."""
    rng = random.Random(seed)  # noqa: S311 - made-up data that must repeat, not a secret
    trade = tomllib.loads((HERE / "trade.toml").read_text("utf-8"))
    orders = trade["orders"] + list(_orders_at_random(rng, len(trade["goods"]), trade["question"]))
    orders += _silent_orders(trade["question"])
    return {
        "users": [_user(person, now, rng) for person in CAST],
        "credentials": [
            {"account": person.account, "password_hash": "$never$read$", "mfa_secret": None}
            for person in CAST
        ],
        "orders": [_order(order, trade["goods"], now) for order in orders],
        "messages": [row for order in orders for row in _messages(order, now)],
        "complaints": [
            _complaint(complaint, trade["goods"], now) for complaint in trade["complaints"]
        ],
        **partners.tables(trade, orders, now),
        "violations": [_violation(violation, now) for violation in trade["violations"]],
        **history.tables(trade, now, rng),
    }


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    rows = list(rows)
    columns = list(rows[0])
    names, marks = ", ".join(columns), ", ".join(f":{column}" for column in columns)
    connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 - our own table and column names, values are bound


def _user(person: Person, now: datetime, rng: random.Random) -> Row:
    child = person.age < YOUNGEST_ADULT
    registered = history.ago(now, rng.uniform(320, 420) if child else rng.uniform(1400, 2600))
    guarded = person.guardian_name is not None
    return {
        "account": person.account,
        "username": person.username,
        "display_name": person.display_name,
        "real_name": person.real_name,
        "gender": person.gender,
        "date_of_birth": person.born(now.date()).isoformat(),
        "deceased_on": (now - timedelta(days=150)).date().isoformat() if person.deceased else None,
        "email": person.email,
        "phone": person.phone,
        "postal_address": person.address,
        "country": person.country,
        "language": person.language,
        "storage_region": person.storage,
        "registered_at": registered,
        "collected_at": registered,
        "id_type": "居民身份证" if person.country == "CN" else "passport",
        "id_number": person.identity_number(now.date()),
        "id_image": f"identity/{person.account}-front.jpg",
        "face_template": f"face/{person.account}.bin" if person.country == "CN" else None,
        "bank_account": None if child else card_number(person.number),
        "payment_token": f"tok_{rng.getrandbits(48):012x}",
        "guardian_name": person.guardian_name,
        "guardian_contact": f"guardian.{person.email}" if guarded else None,
        "business_name": person.business_name,
        "business_licence_no": person.licence_number,
        "cookies_refused": person.cookies_refused,
        "safety_flag": person.safety_flag,
    }


def _orders_at_random(rng: random.Random, goods: int, question: str) -> Iterable[dict[str, object]]:
    """Draw the orders in which nothing is in dispute."""
    adults = [person for person in CAST if person.age >= YOUNGEST_ADULT and not person.deceased]
    for number in range(ORDERS_AT_RANDOM):
        buyer, seller = rng.sample(adults, 2)
        paid = rng.choice((0, 30, 100, 100, 100, 100))
        days = rng.randint(3, 290)
        done = paid == 100 and days > 20  # noqa: PLR2004 - paid in full, and time to arrive
        yield {
            "reference": f"O-{7001 + number}",
            "buyer": buyer.account,
            "seller": seller.account,
            "goods": rng.randrange(goods),
            "paid_percent": paid,
            "shipped": done,
            "days": days,
            "closed_days": days - 15 if done else None,
            "messages": [["buyer", days - 1, question, days - 1.2]],
        }


def _silent_orders(question: str) -> Iterable[dict[str, object]]:
    for place, (reference, buyer, seller) in enumerate(SILENT_ORDERS):
        yield {
            "reference": reference,
            "buyer": buyer,
            "seller": seller,
            "goods": place,
            "paid_percent": 100,
            "days": 70,
            "breach_days": 62,
            "messages": [["buyer", 60, question]],
        }


def _order(order: Mapping[str, object], goods: list[list[str | int]], now: datetime) -> Row:
    chinese, english, price = goods[int(str(order["goods"]))]
    buyer, seller = PEOPLE[str(order["buyer"])], PEOPLE[str(order["seller"])]
    abroad = (buyer.country, seller.country) != ("CN", "CN")
    return {
        "reference": str(order["reference"]),
        "buyer": buyer.account,
        "seller": seller.account,
        "title": f"{chinese} / {english}" if abroad else chinese,
        "amount": price,
        "paid": int(price) * int(str(order["paid_percent"])) // 100,
        "currency": "CNY",
        "on_platform": bool(order.get("on_platform", True)),
        "placed_at": history.ago(now, order["days"]),
        "shipped_at": history.ago(now, order["days"], later=2) if order.get("shipped") else None,
        "closed_at": history.ago(now, order.get("closed_days")),
        "breach_at": history.ago(now, order.get("breach_days")),
    }


def _messages(order: Mapping[str, object], now: datetime) -> Iterable[Row]:
    sent: list[list[object]] = order["messages"]  # type: ignore[assignment]  # from our own file
    for number, (party, days, body, *answered) in enumerate(sent, start=1):
        yield {
            "message_id": f"{str(order['reference']).replace('O', 'M')}-{number}",
            "order_reference": str(order["reference"]),
            "sender": str(order[str(party)]),
            "sent_at": history.ago(now, days),
            "answered_at": history.ago(now, answered[0] if answered else None),
            "body": str(body),
        }


def _complaint(row: Mapping[str, object], goods: list[list[str | int]], now: datetime) -> Row:
    complainant = PEOPLE[str(row["complainant"])]
    missing = row.get("missing", ())
    items = history.QUALIFICATION
    return {
        "reference": str(row["reference"]),
        "complainant": complainant.account,
        "respondent": str(row["respondent"]),
        "title": goods[int(str(row["goods"]))][0],
        "right_ref": str(row["right_ref"]),
        "complainant_name": complainant.business_name or complainant.real_name,
        "agent_name": row.get("agent"),  # type: ignore[dict-item]  # text in our own file
        "contact_email": f"ip.{complainant.email}",
        "contact_phone": complainant.phone,
        "service_address": complainant.address,
        "id_document": f"complaints/{row['reference']}-identity.pdf",
        **{item: item not in missing for item in items},  # type: ignore[operator]  # a list in our own file
        "filed_at": history.ago(now, row["days"]),
        "forwarded_at": history.ago(now, row.get("forwarded_days")),
        "state": str(row.get("state", "open")),
        "malicious": bool(row.get("malicious", False)),
        "storage_region": complainant.storage,
    }


def _violation(row: Mapping[str, object], now: datetime) -> Row:
    return {
        "reference": str(row["reference"]),
        "account": str(row["account"]),
        "decided_at": history.ago(now, row["days"]),
        "rule": str(row["rule"]),
        "measure": str(row["measure"]),
        "final": bool(row["final"]),
    }
