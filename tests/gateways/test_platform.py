"""The platform source: read-only, only the columns asked for, and no value in an error."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from disclosure.config import load_settings
from disclosure.demonstration.marketplace import DATABASE_NAME, KNOWN, install_marketplace
from disclosure.demonstration.people import PEOPLE
from disclosure.errors import BadInput, NotFound, NotReady
from disclosure.gateways import platform_sql
from disclosure.gateways.platform import Period, open_source, source_from_settings

BUILT_AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LAST_MONTH = Period(BUILT_AT - timedelta(days=30), BUILT_AT)


@pytest.fixture(scope="module")
def mapping_file(tmp_path_factory) -> Path:
    return install_marketplace(tmp_path_factory.mktemp("platform"), BUILT_AT)


@pytest.fixture
def source(mapping_file) -> Iterator[platform_sql.SqlSource]:
    opened = open_source(mapping_file)
    yield opened
    opened.close()


@contextmanager
def statements_sent(source) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(source.engine, "before_cursor_execute", note)
    yield sent
    event.remove(source.engine, "before_cursor_execute", note)


def changed(mapping_file, tmp_path, old, new) -> Path:
    content = mapping_file.read_text("utf-8")
    assert old in content
    copy = tmp_path / "changed.toml"
    database = mapping_file.parent / DATABASE_NAME
    content = content.replace(old, new, 1)
    copy.write_text(content.replace(f"sqlite:///{DATABASE_NAME}", f"sqlite:///{database}"), "utf-8")
    return copy


def columns_in(sql) -> set[str]:
    return set(re.findall(r"\b[a-z]\.[a-z_]+\b", sql))


# Only what is asked for


def test_a_column_that_was_not_asked_for_is_never_named(source):
    for group in source.mapping.groups.values():
        always = columns_in(
            f"{group.lookup.tables} {group.lookup.where} {group.record} {group.storage_region} "
            f"{group.collected_at} {group.cookie_choice} {group.lawful_source} {group.time}"
        )
        for field, sql in group.lookup.columns.items():
            with statements_sent(source) as sent:
                source.fetch(account="U-1001", fields=[field], period=LAST_MONTH, now=BUILT_AT)

            assert len(sent) == 1
            assert columns_in(sent[0]) == always | columns_in(sql)


def test_the_lookups_name_no_identity_or_account_number(source):
    with statements_sent(source) as sent:
        source.resolve({"account": "U-1001", "real_name": "沈墨涵"})
        source.subject_facts("U-1001", now=BUILT_AT)
        source.order(KNOWN.order_deposit)
        source.complaint(KNOWN.complaint_qualified)

    named = set().union(*(columns_in(sql) for sql in sent))
    assert named.isdisjoint({"u.id_number", "u.bank_account", "u.postal_address", "c.id_document"})


def test_values_travel_as_parameters(source):
    with statements_sent(source) as sent:
        assert source.resolve({"real_name": "' OR 1=1 --"}).accounts == ()
        source.fetch(account="U-1001' OR '1'='1", fields=["reg.phone"], now=BUILT_AT)

    assert not any("1=1" in sql or "'1'='1" in sql for sql in sent)


@pytest.mark.parametrize("field", ["reg.shoe_size", "cred.password_hash", "", "u.phone"])
def test_an_unknown_field_is_bad_input_and_nothing_is_asked(source, field):
    with statements_sent(source) as sent, pytest.raises(BadInput, match="has no field"):
        source.fetch(account="U-1001", fields=["reg.phone", field], now=BUILT_AT)

    assert sent == []


# Read-only


@pytest.mark.parametrize("write", ["DELETE FROM users", "CREATE TABLE mine (x INTEGER)"])
def test_the_database_refuses_to_be_written(source, write):
    with source.engine.connect() as connection, pytest.raises(SQLAlchemyError, match="readonly"):
        connection.execute(text(write))


def test_each_of_two_locks_holds_alone(source):
    with source.engine.connect() as connection:
        assert connection.execute(text("PRAGMA query_only")).scalar() == 1
        connection.execute(text("PRAGMA query_only = OFF"))
        with pytest.raises(SQLAlchemyError, match="readonly"):
            connection.execute(text("DELETE FROM users"))


# Whom a demand means


@pytest.mark.parametrize(
    ("identifiers", "accounts", "agree"),
    [
        ({"account": "U-1001"}, ("U-1001",), True),
        ({"account": "U-1001", "real_name": "沈墨涵"}, ("U-1001",), True),
        ({"phone": "154-0000-1001"}, ("U-1001",), True),
        ({"phone": "\uff0b86 154 0000 1001", "account": " "}, ("U-1001",), True),
        ({"email": "Mohan_Shen@MAIL.example"}, ("U-1001",), True),
        ({"username": "墨涵书屋"}, ("U-1001",), True),
        ({"real_name": "王芳"}, KNOWN.namesakes, True),
        ({"real_name": "王芳", "email": "fangfang_gz@mail.example"}, ("U-1005",), True),
        ({"phone": PEOPLE["U-1003"].phone}, KNOWN.phone_sharers, True),
        ({"account": "U-1006", "real_name": "周牧云"}, KNOWN.mismatch, False),
        ({"account": "U-1006", "real_name": "无此人"}, ("U-1006",), False),
        ({"account": "U-9999"}, (), True),
    ],
)
def test_resolving_finds_all_and_picks_none(source, identifiers, accounts, agree):
    resolution = source.resolve(identifiers)

    assert (resolution.accounts, resolution.agree) == (accounts, agree)


@pytest.mark.parametrize("identifiers", [{}, {"account": " "}, {"shoe": "42"}, {"email": "a\x00b"}])
def test_an_unusable_identifier_is_bad_input(source, identifiers):
    with pytest.raises(BadInput):
        source.resolve(identifiers)


# Facts


def test_the_facts_of_a_subject_are_read(source):
    child = source.subject_facts(KNOWN.under_fourteen, now=BUILT_AT)
    trader = source.subject_facts(KNOWN.trader_seller, now=BUILT_AT)

    assert (child.age, child.guardian_on_file, child.trader, child.storage) == (
        13,
        True,
        False,
        "CN",
    )
    assert (trader.trader, trader.roles) == (True, ("seller", "complainant", "respondent"))
    assert source.subject_facts(KNOWN.deceased, now=BUILT_AT).deceased
    assert source.subject_facts(KNOWN.cookies_refused, now=BUILT_AT).cookies_refused
    assert source.subject_facts(KNOWN.safety_flagged, now=BUILT_AT).safety_flag
    assert source.subject_facts(KNOWN.eu_stored, now=BUILT_AT).storage == "EU"
    assert source.subject_facts(KNOWN.eu_stored, now=BUILT_AT).email == "lea_fontaine@mail.example"


def test_a_subject_turns_fourteen_on_the_birthday(source):
    born = PEOPLE[KNOWN.under_fourteen].born(BUILT_AT.date())
    birthday = datetime(born.year + 14, born.month, born.day, tzinfo=UTC)

    before = source.subject_facts(KNOWN.under_fourteen, now=birthday - timedelta(seconds=1))
    on_the_day = source.subject_facts(KNOWN.under_fourteen, now=birthday)
    assert (before.age, on_the_day.age) == (13, 14)


def test_an_account_that_is_not_there_is_not_found(source):
    with pytest.raises(NotFound, match="no such account"):
        source.subject_facts("U-9999", now=BUILT_AT)


def test_a_complaint_says_what_it_lacks(source):
    qualified = source.complaint(KNOWN.complaint_qualified)
    unqualified = source.complaint(KNOWN.complaint_unqualified)

    assert (qualified.complainant, qualified.respondent) == ("U-2002", "U-2003")
    assert (qualified.qualified, qualified.items.missing) == (True, ())
    assert qualified.forwarded_at == BUILT_AT - timedelta(days=10)
    assert (unqualified.qualified, unqualified.items.missing) == (False, ("proof_of_right",))
    assert source.complaint(KNOWN.complaint_not_forwarded).forwarded_at is None
    assert source.complaint(KNOWN.complaint_withdrawn).state == "withdrawn"
    assert source.complaint(KNOWN.complaint_malicious).malicious
    assert source.complaint("C-0") is None


def test_an_order_says_what_each_side_did(source):
    order = source.order(KNOWN.order_deposit)

    assert order.counterparty(KNOWN.deposit_buyer) == KNOWN.silent_seller
    assert order.counterparty("U-1001") is None
    assert order.side("U-1001") is None
    assert order.side(KNOWN.deposit_buyer).performed == "part"
    assert order.side(KNOWN.silent_seller).performed == "none"
    assert BUILT_AT - order.side(KNOWN.deposit_buyer).relay_tried_at == timedelta(days=9)
    assert not order.side(KNOWN.deposit_buyer).relay_answered
    assert order.breach_at is not None
    assert source.order("O-0") is None


def test_the_kinds_of_order_are_told_apart(source):
    assert source.order(KNOWN.order_unpaid).buyer_side.performed == "none"
    assert source.order(KNOWN.order_trader).buyer_side.relay_answered
    assert source.order(KNOWN.order_half_paid).seller_side.performed == "full"
    assert not source.order(KNOWN.order_off_platform).on_platform
    cross_border = source.order(KNOWN.order_cross_border)
    assert (cross_border.cross_border, cross_border.trader) == (True, True)


# Values


def test_each_value_carries_where_it_came_from(source):
    fields = ["reg.phone", "log.ip", "log.access_time"]
    values = source.fetch(account="U-1001", fields=fields, period=LAST_MONTH, now=BUILT_AT)

    phone, *log = values
    assert (phone.field, phone.value, phone.record) == ("reg.phone", "+86 154 0000 1001", "U-1001")
    assert (phone.source, phone.storage_region) == ("marketplace/registration", "CN")
    assert phone.collected_at < phone.fetched_at == BUILT_AT
    assert [value.field for value in log[:2]] == ["log.ip", "log.access_time"]
    assert log[0].record == log[1].record != log[2].record
    assert {value.cookie_choice for value in log} == {"accepted"}


def test_a_period_bounds_the_records_and_leaves_the_registration(source):
    everything = source.fetch(account="U-1001", fields=["log.ip"], now=BUILT_AT)
    values = source.fetch(
        account="U-1001", fields=["log.ip", "reg.email"], period=LAST_MONTH, now=BUILT_AT
    )

    within = [value for value in values if value.field == "log.ip"]
    assert 0 < len(within) < len(everything)
    assert all(LAST_MONTH.start <= value.collected_at < LAST_MONTH.end for value in within)
    assert [value.value for value in values if value.field == "reg.email"]


def test_the_end_of_a_period_is_outside_of_it(source):
    last = source.fetch(account="U-1001", fields=["log.access_time"], now=BUILT_AT)[-1]
    until = Period(last.collected_at - timedelta(seconds=1), last.collected_at)
    upto = Period(last.collected_at, last.collected_at + timedelta(seconds=1))

    fields = {"account": "U-1001", "fields": ["log.access_time"], "now": BUILT_AT}
    assert source.fetch(period=until, **fields) == []
    assert len(source.fetch(period=upto, **fields)) == 1


def test_a_record_key_leaves_that_record_alone(source):
    fields = ["ipc.complainant_name", "ipc.right_ref", "reg.email"]
    values = source.fetch(account="U-2002", fields=fields, record_key="C-77", now=BUILT_AT)

    assert [value.record for value in values] == ["C-77", "C-77", "U-2002"]


def test_an_or_in_a_mapping_does_not_reach_other_accounts(mapping_file, tmp_path):
    old = 'where = "l.account = :account"'
    new = "where = \"l.account = :account OR l.account = 'U-1002'\""
    source = open_source(changed(mapping_file, tmp_path, old, new))
    period = Period(BUILT_AT, BUILT_AT + timedelta(days=1))

    assert source.fetch(account="U-1001", fields=["log.ip"], period=period, now=BUILT_AT) == []


def test_partner_data_carries_its_lawful_source(source):
    given = source.fetch(account="U-1001", fields=["ptn.source_name"], now=BUILT_AT)
    lacking = source.fetch(account="U-1007", fields=["ptn.source_name"], now=BUILT_AT)

    assert all("agreement" in value.lawful_source for value in given)
    assert {value.lawful_source for value in lacking} == {None}


def test_a_field_without_a_value_is_left_out(source):
    assert source.fetch(account="U-1001", fields=["reg.business_name"], now=BUILT_AT) == []


def test_more_records_than_can_be_shown_are_not_cut_silently(source, monkeypatch):
    monkeypatch.setattr(platform_sql, "MOST_ROWS", 5)

    with pytest.raises(BadInput, match="narrow the period"):
        source.fetch(account="U-1001", fields=["log.ip"], now=BUILT_AT)


def test_a_value_is_not_shown_by_its_representation(source):
    value = source.fetch(account="U-1001", fields=["reg.phone"], now=BUILT_AT)[0]
    facts = source.subject_facts("U-1001", now=BUILT_AT)

    assert value.value not in repr(value)
    assert facts.phone not in repr(facts)
    assert facts.email not in repr(facts)


# The mapping file


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('reg.phone = "u.phone"', 'cred.pin = "u.pin"', r"fields\.cred\.pin: security credentials"),
        ('reg.phone = "u.phone"', 'reg.phone = "u.password_hash"', r"reg\.phone: names a security"),
        ('reg.phone = "u.phone"', 'reg.Phone = "u.phone"', r"reg\.Phone: is not a field id"),
        (
            'reg.phone = "u.phone"',
            'reg.phone = "u.phone; DROP x"',
            r"reg\.phone: must be one piece",
        ),
        ('reg.phone = "u.phone"', 'reg.phone = "1 -- x"', r"reg\.phone: must be one piece"),
        ('reg.phone = "u.phone"', "reg.phone = 7", r"reg\.phone: must be given, as text"),
        ('ptn.segment = "r.segment"', 'reg.phone = "r.x"', r"reg\.phone: is already mapped"),
        ('where = "l.account = :account"', 'where = "l.account = :who"', "sign_ins.where: has the"),
        ('time = "l.happened_at"', 'tme = "l.happened_at"', r"groups\.sign_ins\.tme: is not a key"),
        ('time = "l.happened_at"', "", r"groups\.sign_ins\.time: must be given"),
        ('cookie_choice = "l.cookie_choice"', "", r"sign_ins\.cookie_choice: must be given"),
        ('lawful_source = "r.lawful_source"', "", r"partners\.lawful_source: must be given"),
        ("by_record = true", 'by_record = "yes"', r"by_record: must be true or false"),
        (
            'deceased = "u.deceased_on IS NOT NULL"',
            "",
            r"subject\.columns\.deceased: must be given",
        ),
        ('times = "iso"', 'times = "roman"', "times: must be one of iso, timestamp, epoch"),
        ("[subject]", "[subjekt]", "subject"),
        ("[subject]", "[subject", "not a readable TOML file"),
        ('url = "sqlite:///', 'url = "mysql:///', "url: must begin with sqlite: or postgresql:"),
        ('url = "sqlite:///', 'url = "nonsense', "url: is not a database URL"),
        ('url = "sqlite:///', 'url = "sqlite:///no-', "url: there is no database file no-"),
    ],
)
def test_a_bad_mapping_is_named_with_its_key(mapping_file, tmp_path, old, new, named):
    with pytest.raises(NotReady, match=rf"^changed\.toml: .*{named}"):
        open_source(changed(mapping_file, tmp_path, old, new))


def test_a_mapping_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotReady, match=r"^gone\.toml: there is no such mapping file"):
        open_source(tmp_path / "gone.toml")


def test_a_statement_that_does_not_fit_is_named_without_values(mapping_file, tmp_path):
    source = open_source(
        changed(mapping_file, tmp_path, 'reg.phone = "u.phone"', 'reg.phone = "u.telephone"')
    )

    with pytest.raises(NotReady, match=r"groups\.registration: the platform's database") as caught:
        source.fetch(account="U-1001", fields=["reg.phone"], now=BUILT_AT)
    assert "U-1001" not in str(caught.value)
    assert caught.value.__suppress_context__
    with pytest.raises(NotReady, match=r"groups\.registration"):
        source.check()


def test_a_time_that_is_none_is_an_error_without_the_value(mapping_file, tmp_path):
    source = open_source(
        changed(
            mapping_file,
            tmp_path,
            'date_of_birth = "u.date_of_birth"',
            'date_of_birth = "u.real_name"',
        )
    )

    with pytest.raises(NotReady, match="not ISO 8601") as caught:
        source.subject_facts("U-1001", now=BUILT_AT)
    assert "沈墨涵" not in str(caught.value)


def test_the_demonstrations_own_mapping_fits_its_database(source):
    source.check()


def test_a_path_with_odd_characters_is_opened(tmp_path):
    folder = tmp_path / "a b?c#d%20"
    mapping = install_marketplace(folder, BUILT_AT)

    assert open_source(mapping).resolve({"account": "U-1001"}).accounts == ("U-1001",)


def test_settings_decide_whether_there_is_a_source(mapping_file, tmp_path):
    (tmp_path / "config.toml").write_text(f'sources = "{mapping_file}"\n', "utf-8")

    assert source_from_settings(load_settings(tmp_path / "other", {})) is None
    opened = source_from_settings(load_settings(tmp_path, {}))
    assert opened is not None
    assert opened.name == "marketplace"
    assert "phone" in opened.identifiers


# PostgreSQL

POSTGRES_MAPPING = """
name = "shop"
url = "{url}"
times = "timestamp"
[identifiers.account]
from = "member m"
account = "m.id"
where = "m.id = :value"
[subject]
from = "member m"
where = "m.id = :account"
[subject.columns]
date_of_birth = "m.born"
storage_region = "'EU'"
trader = "false"
deceased = "false"
cookies_refused = "false"
guardian_on_file = "false"
safety_flag = "false"
buyer = "true"
seller = "false"
complainant = "false"
respondent = "false"
email = "NULL"
phone = "NULL"
language = "'en'"
[groups.visits]
from = "visit v"
where = "v.member = :account"
record = "v.id"
storage_region = "'EU'"
collected_at = "v.at"
cookie_choice = "NULL"
time = "v.at"
[groups.visits.fields]
log.ip = "v.ip::text"
log.access_time = "v.at"
"""


@pytest.fixture
def postgres_source(postgres_url, tmp_path) -> Iterator[platform_sql.SqlSource]:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE member (id text PRIMARY KEY, born date)"))
        connection.execute(
            text("CREATE TABLE visit (id int, member text, at timestamptz, ip inet)")
        )
        connection.execute(text("INSERT INTO member VALUES ('M-1', '1990-02-03')"))
        connection.execute(
            text(
                "INSERT INTO visit VALUES (1, 'M-1', '2026-11-01T08:00+08', '203.0.113.7'),"
                " (2, 'M-1', '2026-08-01T08:00+08', '203.0.113.8')"
            )
        )
    engine.dispose()
    mapping = tmp_path / "postgres.toml"
    mapping.write_text(POSTGRES_MAPPING.replace("{url}", postgres_url), "utf-8")
    return open_source(mapping)


def test_postgresql_is_read_like_sqlite(postgres_source):
    postgres_source.check()
    values = postgres_source.fetch(
        account="M-1", fields=["log.ip", "log.access_time"], period=LAST_MONTH, now=BUILT_AT
    )

    assert postgres_source.resolve({"account": "M-1"}).accounts == ("M-1",)
    assert postgres_source.subject_facts("M-1", now=BUILT_AT).age == 36
    assert postgres_source.complaint("C-1") is None
    assert [value.value for value in values] == ["203.0.113.7/32", "2026-11-01T00:00:00+00:00"]
    assert values[0].collected_at == datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize("write", ["DELETE FROM visit", "CREATE TABLE mine (x int)"])
def test_postgresql_refuses_to_be_written(postgres_source, write):
    with (
        postgres_source.engine.connect() as connection,
        pytest.raises(SQLAlchemyError, match="read-only transaction"),
    ):
        connection.execute(text(write))


def test_the_sqlite_file_is_not_changed_by_reading(mapping_file, source):
    database = mapping_file.parent / DATABASE_NAME
    before = database.read_bytes()

    source.fetch(account="U-1001", fields=sorted(source.fields), now=BUILT_AT)

    assert database.read_bytes() == before
