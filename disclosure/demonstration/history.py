"""What the made-up people left behind: sign-ins, pages, partner records, searches, words.

Owns the part of the marketplace that is drawn at random. Network addresses are from the ranges
kept for documentation (RFC 5737, RFC 3849).
"""

import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from disclosure.demonstration.people import CAST, Person
from disclosure.domain.places import city_of_address

Row = dict[str, str | int | None]

SIGN_INS = (6, 11)
DAYS_BACK = 170
BUSY_ACCOUNT = "U-1001"
BUSY_SIGN_INS = 24
COOKIES_KEPT_IN_ERROR = "U-1011"
WITHOUT_LAWFUL_SOURCE = "U-1007"

NETWORKS = {
    "CN": "203.0.113",
    "US": "198.51.100",
    "UK": "198.51.100",
    "EU": "192.0.2",
    "SG": "192.0.2",
}
SIXTH = {"CN": 0x10, "US": 0x20, "UK": 0x30, "EU": 0x40, "SG": 0x50}
DEVICES = (
    ("Chrome 139", "Windows 11", "ThinkPad X1"),
    ("Safari 19", "iOS 19.1", "iPhone 16"),
    ("Edge 139", "Windows 10", "Desktop"),
    ("Firefox 142", "Ubuntu 26.04", "Desktop"),
    ("Marketplace app 8.2", "Android 16", "Pixel 10"),
    ("Marketplace app 8.2", "HarmonyOS 5", "Mate 70"),
)
RESULTS = ("signed in", "signed in", "signed in", "signed in with code", "wrong code")
PAGES = ("/item/1180", "/item/4800", "/cart", "/orders", "/account/security", "/search", "/help")
PARTNERS = (
    ("飞燕速运", "Delivery terms accepted with the order; agreement LP-2024-017", "logistics"),
    ("青鸟支付", "Payment terms accepted at checkout; agreement PP-2023-004", "payment"),
    ("Weaver", "Account linked by the user; agreement SN-2025-002", "social"),
    ("明镜信用", "Separate consent of the user, version 3; agreement CR-2024-001", "credit"),
)
QUALIFICATION = (
    "proof_of_right",
    "true_identity",
    "locatable_goods",
    "preliminary_evidence",
    "statement_of_truth",
)


def ago(now: datetime, days: object, *, later: float = 0) -> str | None:
    """Return the time some days before a moment, as the tables keep it; None for None.

    Args:
        now: The moment.
        days: How many, as the TOML files say it.
        later: Days after that time.
    """
    if days is None:
        return None
    instant = now - timedelta(days=float(str(days)) - later)
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def tables(
    trade: Mapping[str, list[str]], now: datetime, rng: random.Random
) -> dict[str, list[Row]]:
    """Return the rows of every table that is drawn at random."""
    return {
        "logins": [row for person in CAST for row in _sign_ins(person, now, rng)],
        "page_views": [row for person in CAST for row in _page_views(person, now, rng)],
        "partner_records": [row for person in CAST for row in _partner_records(person, now, rng)],
        "searches": [row for person in CAST for row in _searches(person, trade, now, rng)],
        "publications": [row for person in CAST for row in _words(person, trade, now, rng)],
    }


def _earliest(person: Person) -> int:
    return DAYS_BACK if person.deceased else 1


def _sign_ins(person: Person, now: datetime, rng: random.Random) -> Iterable[Row]:
    number = BUSY_SIGN_INS if person.account == BUSY_ACCOUNT else rng.randint(*SIGN_INS)
    home, devices = rng.randint(1, 250), rng.sample(DEVICES, 2)
    place = city_of_address(person.address) or person.country
    for index in range(number):
        browser, system, model = devices[index % 3 == 0]
        mobile = system.startswith(("Android", "iOS", "HarmonyOS"))
        keeps_cookie = not person.cookies_refused or person.account == COOKIES_KEPT_IN_ERROR
        yield {
            "login_id": f"L-{person.number}-{index + 1:02d}",
            "account": person.account,
            "happened_at": ago(now, rng.uniform(_earliest(person), _earliest(person) + DAYS_BACK)),
            "result": rng.choice(RESULTS),
            "ip": _address(
                person, home if index % 4 else rng.randint(1, 250), version_6=index % 5 == 0
            ),
            "port": rng.randint(1025, 65000),
            "browser": browser,
            "language": "zh-CN" if person.country == "CN" else "en",
            "os": system,
            "device_model": model,
            "device_id": f"d-{person.number:05d}-{DEVICES.index((browser, system, model))}",
            "cookie_id": f"c-{rng.getrandbits(40):010x}" if keeps_cookie else None,
            "cookie_choice": "refused" if person.cookies_refused else "accepted",
            "coarse_geo": place,
            "precise_geo": f"{rng.uniform(-0.5, 0.5):.4f},{rng.uniform(-30, -29):.4f}"
            if mobile
            else None,
            "storage_region": person.storage,
        }


def _address(person: Person, host: int, *, version_6: bool) -> str:
    if version_6:
        return f"2001:db8:{SIXTH[person.storage]:x}:{person.number:x}::{host:x}"
    return f"{NETWORKS[person.storage]}.{host}"


def _page_views(person: Person, now: datetime, rng: random.Random) -> Iterable[Row]:
    for index in range(rng.randint(3, 8)):
        yield {
            "view_id": f"W-{person.number}-{index + 1:02d}",
            "account": person.account,
            "happened_at": ago(now, rng.uniform(_earliest(person), _earliest(person) + 60)),
            "page": rng.choice(PAGES),
            "cookie_choice": "refused" if person.cookies_refused else "accepted",
            "storage_region": person.storage,
        }


def _partner_records(person: Person, now: datetime, rng: random.Random) -> Iterable[Row]:
    for index, (partner, source, kind) in enumerate(PARTNERS[: rng.randint(1, 4)]):
        delivers = kind == "logistics"
        yield {
            "record_id": f"P-{person.number}-{index + 1}",
            "account": person.account,
            "partner": partner,
            "lawful_source": None if person.account == WITHOUT_LAWFUL_SOURCE else source,
            "received_at": ago(now, rng.uniform(_earliest(person), _earliest(person) + 300)),
            "logistics_phone": person.phone if delivers else None,
            "logistics_address": person.address if delivers else None,
            "payment_ref": f"QN{rng.randrange(10**12):012d}" if kind == "payment" else None,
            "social_id": f"weaver:{rng.getrandbits(36):09x}" if kind == "social" else None,
            "segment": rng.choice(("home", "books", "outdoor")) if kind == "social" else None,
            "credit_score": str(rng.randint(480, 820)) if kind == "credit" else None,
            "storage_region": person.storage,
        }


def _searches(
    person: Person, trade: Mapping[str, list[str]], now: datetime, rng: random.Random
) -> Iterable[Row]:
    for index, keywords in enumerate(rng.sample(trade["searches"], rng.randint(2, 4))):
        yield {
            "search_id": f"S-{person.number}-{index + 1}",
            "account": person.account,
            "happened_at": ago(now, rng.uniform(_earliest(person), _earliest(person) + 90)),
            "keywords": keywords,
        }


def _words(
    person: Person, trade: Mapping[str, list[str]], now: datetime, rng: random.Random
) -> Iterable[Row]:
    kinds = {"publication": "publications", "activity": "activities", "evaluation": "evaluations"}
    for kind, key in kinds.items():
        yield {
            "publication_id": f"{kind[0].upper()}-{person.number}",
            "account": person.account,
            "happened_at": ago(now, rng.uniform(_earliest(person), _earliest(person) + 200)),
            "kind": kind,
            "body": rng.choice(trade[key]),
        }
