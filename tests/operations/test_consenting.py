"""The consent register: lists are taken whole, consents are never changed, looks are kept."""

import pytest
from sqlalchemy import select

from disclosure.errors import BadInput, Forbidden, NotFound, Refused
from disclosure.operations import consenting
from disclosure.storage.ledger_rows import LedgerEntry
from disclosure.storage.parties import ConsentRecord
from tests import cases
from tests import party_cases as parties

HEADER = "reference,account,recipient,purpose,fields,text_version,channel,separate,given_at"
LINE = "K-500,U-1004,Acme Insurance,Quotation for household insurance,reg.email,p-1,paper,yes,"
LIST = f"{HEADER},withdrawn_at\n{LINE}2026-11-01,\n".encode()


def as_person(office, who, operation, *given, **named):
    with office.app.app_context(), office.unit(who) as work:
        return operation(work, *given, **named)


def actions(office):
    with office.app.app_context(), office.unit() as work:
        bodies = work.session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq))
        return [body.decode().split('"action":"')[1].split('"')[0] for body in bodies]


def test_a_list_is_taken_in_and_carries_a_case(office):
    assert as_person(office, "handler", consenting.take_in, LIST) == 1
    reference = parties.released(
        office, parties.consent_demand(consent="K-500", fields=("reg.email",))
    )

    assert parties.case_of(office, reference).subject_account == "U-1004"
    assert "consents:recorded" in actions(office)


def test_personal_data_of_a_consent_is_encrypted_and_not_in_the_ledger(office):
    as_person(office, "handler", consenting.take_in, LIST)
    with office.app.app_context(), office.unit() as work:
        raw = work.session.connection().exec_driver_sql("SELECT * FROM consent_record").all()
        bodies = b"".join(work.session.scalars(select(LedgerEntry.body)))

    assert "U-1004" not in repr(raw)
    assert b"U-1004" not in bodies


@pytest.mark.parametrize("reference", ["K-9", "K-500"])
def test_a_consent_that_is_known_is_not_taken_in_again(office, reference):
    as_person(office, "handler", consenting.take_in, LIST)
    again = LIST.replace(b"K-500", reference.encode()).replace(b"reg.email", b"reg.phone")

    with pytest.raises(BadInput, match=reference):
        as_person(office, "handler", consenting.take_in, again)


def test_a_list_with_one_wrong_line_leaves_nothing_behind(office):
    wrong = LIST + LINE.replace("K-500", "K-501").encode() + b"never,\n"

    with pytest.raises(BadInput, match="line 3: given_at"):
        as_person(office, "handler", consenting.take_in, wrong)
    with office.app.app_context(), office.unit() as work:
        assert work.session.scalars(select(ConsentRecord)).all() == []


def test_credentials_are_never_consented_to(office):
    with pytest.raises(BadInput, match="no field"):
        as_person(
            office, "handler", consenting.take_in, LIST.replace(b"reg.email", b"cred.mfa_secret")
        )


def test_a_withdrawal_in_the_list_counts(office):
    as_person(office, "handler", consenting.take_in, LIST.replace(b"01,\n", b"01,2026-11-05\n"))

    (consent,) = as_person(office, "handler", consenting.consents_of, "K-500")
    assert consent.withdrawn_at is not None
    assert "consent:withdrawn" in actions(office)


def test_a_withdrawal_is_recorded_once_with_its_reason_and_for_the_platform_s_own_too(office):
    with pytest.raises(BadInput, match="how the person"):
        as_person(office, "handler", consenting.withdraw, "K-9", reason=" ")
    as_person(office, "handler", consenting.withdraw, "K-9", reason="By telephone.")

    (consent,) = as_person(office, "handler", consenting.consents_of, "K-9")
    assert consent.withdrawn_at == office.clock.now
    with pytest.raises(Refused, match="already"):
        as_person(office, "handler", consenting.withdraw, "K-9", reason="Again.")
    with pytest.raises(NotFound):
        as_person(office, "handler", consenting.withdraw, "K-404", reason="What?")


def test_the_earlier_of_two_withdrawals_counts(office):
    as_person(office, "handler", consenting.withdraw, "K-9", reason="By telephone.")
    parties.withdraw_on_the_platform(office, "K-9", "2026-11-20T00:00:00Z")

    (consent,) = as_person(office, "handler", consenting.consents_of, "K-9")
    assert consent.withdrawn_at < office.clock.now


def test_a_look_is_an_entry_that_does_not_say_whose(office):
    found = as_person(office, "auditor", consenting.look_up, "U-1001")

    assert [each.reference for each in found] == ["K-9"]
    assert actions(office)[-1] == "consent:viewed"
    for wrong in ("", " ", "x" * 41):
        with pytest.raises(BadInput):
            as_person(office, "auditor", consenting.look_up, wrong)


@pytest.mark.parametrize("who", ["compliance", "auditor", "admin"])
def test_only_those_who_keep_the_register_change_it(office, who):
    with pytest.raises(Forbidden):
        as_person(office, who, consenting.take_in, LIST)
    with pytest.raises(Forbidden):
        as_person(office, who, consenting.withdraw, "K-9", reason="By letter.")


def test_an_administrator_sees_no_consent(office):
    with pytest.raises(Forbidden):
        as_person(office, "admin", consenting.look_up, "K-9")


def test_a_demand_on_a_consent_finds_the_person_by_it(office):
    reference = cases.receive(office, parties.consent_demand())

    assert parties.case_of(office, reference).subject_account == "U-1001"
