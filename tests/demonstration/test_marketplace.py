"""The demonstration marketplace: believable, repeatable, and reaching nobody."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import phonenumbers
import pytest
from stdnum import luhn
from stdnum.cn import ric, uscc

from disclosure.demonstration.marketplace import DATABASE_NAME, KNOWN, build_marketplace
from disclosure.demonstration.people import CAST, PEOPLE, STORAGE, card_number

BUILT_AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TODAY = BUILT_AT.date()
DOCUMENTATION = [
    ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
FICTION = ("+1 415 555 01", "+44 7700 900", "+49 30 23125", "+33 1 99 00 ")
"""Number ranges that the regulators of these countries keep for films and books."""


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("marketplace") / DATABASE_NAME
    build_marketplace(path, BUILT_AT)
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def column(database, sql) -> list[object]:
    return [row[0] for row in database.execute(sql)]


def one(database, sql) -> object:
    return column(database, sql)[0]


def test_the_same_moment_and_seed_build_the_same_rows(database, tmp_path):
    build_marketplace(tmp_path / "again", BUILT_AT)
    build_marketplace(tmp_path / "other", BUILT_AT, seed=1)
    with (
        closing(sqlite3.connect(tmp_path / "again")) as again,
        closing(sqlite3.connect(tmp_path / "other")) as other,
    ):
        rows = list(database.iterdump())

        assert list(again.iterdump()) == rows
        assert list(other.iterdump()) != rows


def test_building_replaces_what_was_there(tmp_path):
    target = tmp_path / DATABASE_NAME
    build_marketplace(target, BUILT_AT)
    build_marketplace(target, BUILT_AT + timedelta(days=1))

    assert [path.name for path in tmp_path.iterdir()] == [DATABASE_NAME]
    with closing(sqlite3.connect(target)) as database:
        assert one(database, "SELECT count(*) FROM users") == len(CAST)


def test_it_is_as_large_as_a_believable_marketplace(database):
    counts = {
        table: one(database, f"SELECT count(*) FROM {table}")  # noqa: S608 - names from this line
        for table in ("users", "logins", "orders", "complaints", "partner_records", "messages")
    }

    assert counts["users"] >= 60
    assert counts["logins"] >= 400
    assert counts["orders"] >= 40
    assert counts["complaints"] >= 12
    assert counts["partner_records"] >= 100
    assert counts["messages"] >= 40
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_every_well_known_name_is_in_it(database):
    tables = {
        "U": "users",
        "O": "orders",
        "C": "complaints",
        "K": "consents",
        "V": "violations",
        "P": "partners",
    }
    for field in fields(KNOWN):
        value = getattr(KNOWN, field.name)
        for key in value if isinstance(value, tuple) else (value,):
            table = tables[key[0]]
            name = "account" if table == "users" else "reference"
            found = column(database, f"SELECT {name} FROM {table} WHERE {name} = '{key}'")  # noqa: S608 - from our own table
            assert found == [key]


def test_all_regions_and_kinds_of_people_are_there(database):
    regions = column(database, "SELECT DISTINCT storage_region FROM users")

    assert set(regions) == set(STORAGE.values()) == {"CN", "US", "EU", "UK", "SG"}
    assert PEOPLE[KNOWN.under_fourteen].age < 14
    assert PEOPLE[KNOWN.under_fourteen].guardian_name
    assert PEOPLE[KNOWN.fifteen].age == 15
    assert PEOPLE[KNOWN.deceased].deceased
    assert PEOPLE[KNOWN.trader_seller].business_name
    assert len({PEOPLE[account].real_name for account in KNOWN.namesakes}) == 1
    assert len({PEOPLE[account].phone for account in KNOWN.phone_sharers}) == 1
    assert len({PEOPLE[account].real_name for account in KNOWN.mismatch}) == 2


@pytest.mark.parametrize("offset", range(0, 365, 13))
def test_ages_hold_whenever_it_is_built(offset):
    today = TODAY + timedelta(days=offset)

    for person in CAST:
        born = person.born(today)
        had_birthday = (born.month, born.day) <= (today.month, today.day)
        assert today.year - born.year - (not had_birthday) == person.age


def test_no_phone_number_reaches_anybody():
    for person in CAST:
        number = phonenumbers.parse(person.phone)
        assert person.phone.startswith(FICTION) or not phonenumbers.is_valid_number(number)


def test_only_the_sharers_share_a_phone_number(database):
    shared = database.execute("SELECT phone FROM users GROUP BY phone HAVING count(*) > 1")

    assert shared.fetchall() == [(PEOPLE[KNOWN.phone_sharers[0]].phone,)]


def test_no_mail_address_reaches_anybody(database):
    addresses = column(
        database,
        "SELECT email FROM users UNION SELECT contact_email FROM complaints"
        " UNION SELECT guardian_contact FROM users WHERE guardian_contact IS NOT NULL",
    )

    assert len(addresses) > len(CAST)
    assert all(str(address).endswith(".example") for address in addresses)


def test_every_network_address_is_one_for_documentation(database):
    for text in column(database, "SELECT ip FROM logins"):
        address = ip_address(str(text))
        assert any(address in network for network in DOCUMENTATION)


def test_identity_numbers_have_right_check_characters_and_an_impossible_region():
    for person in CAST:
        if person.country == "CN":
            number = person.identity_number(TODAY)
            assert ric.calc_check_digit(number) == number[-1]
            assert number.startswith("990000")
            assert not ric.is_valid(number)
            assert ric.get_birth_date(number) == person.born(TODAY)


def test_identity_numbers_are_all_different(database):
    assert one(database, "SELECT count(DISTINCT id_number) FROM users") == len(CAST)


def test_licence_numbers_have_right_check_characters_in_an_impossible_region():
    numbers = [person.licence_number for person in CAST if person.business_name]

    chinese = [number for number in numbers if number.startswith("91")]
    assert len(chinese) >= 5
    assert all(uscc.is_valid(number) and number[2:8] == "990000" for number in chinese)


def test_card_numbers_have_right_check_digits_of_no_bank():
    assert all(luhn.is_valid(card_number(person.number)) for person in CAST)
    assert card_number(1001).startswith("9990")


def test_nothing_happens_before_registration_after_death_or_in_the_future(database):
    logins = "SELECT count(*) FROM logins l JOIN users u USING (account) WHERE l.happened_at"
    early, late = f"{logins} < u.registered_at", f"{logins} > u.deceased_on"
    orders = (
        "SELECT count(*) FROM orders o JOIN users b ON b.account = o.buyer"
        " JOIN users s ON s.account = o.seller"
        " WHERE o.placed_at < max(b.registered_at, s.registered_at)"
    )

    assert [one(database, sql) for sql in (early, late, orders)] == [0, 0, 0]
    newest = one(database, "SELECT max(happened_at) FROM logins")
    assert newest < BUILT_AT.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_refused_cookies_leave_no_identifier_but_for_the_one_kept_in_error(database):
    kept = column(
        database,
        "SELECT DISTINCT account FROM logins"
        " WHERE cookie_choice = 'refused' AND cookie_id IS NOT NULL",
    )

    assert kept == [KNOWN.cookies_refused]
    assert one(database, "SELECT count(*) FROM users WHERE cookies_refused") >= 4


def test_orders_stand_in_every_state(database):
    states = database.execute(
        "SELECT sum(paid = 0), sum(paid > 0 AND paid < amount), sum(paid = amount),"
        " sum(shipped_at IS NULL), sum(shipped_at IS NOT NULL), sum(on_platform = 0) FROM orders"
    ).fetchone()

    assert min(states) >= 1
    assert one(database, "SELECT count(*) FROM orders WHERE title LIKE '%/%'") >= 5
    unanswered = (BUILT_AT - timedelta(hours=72)).strftime("%Y-%m-%dT%H:%M:%SZ")
    sql = f"SELECT count(*) FROM messages WHERE answered_at IS NULL AND sent_at < '{unanswered}'"  # noqa: S608 - a time from this test
    assert one(database, sql) >= 5
