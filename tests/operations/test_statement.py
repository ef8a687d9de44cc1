"""What a person is told was disclosed about them, and that nothing else can be inferred from it."""

import io
import json
from datetime import timedelta

import pikepdf
import pytest
from sqlalchemy import select

from disclosure.documents.seal import verify_seal
from disclosure.domain.decision import NoticeRule
from disclosure.domain.states import State
from disclosure.errors import BadInput
from disclosure.operations import noticing, releasing, statement
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerEntry
from disclosure.storage.releases import Notice
from tests import cases
from tests.documents.test_redact import text_of

ACCOUNT = cases.KNOWN.police_subject


def court_case(office, **changes):
    """Return a released case whose data subject may be told at once."""
    demand = cases.police_demand(
        requester_class="court",
        agency_id=cases.COURT,
        instrument={"type": "court_notice", "legal_basis": "CIVPL-70"},
        **changes,
    )
    return cases.to_state(office, cases.receive(office, demand), State.RELEASED)


def delayed_case(office):
    """Return a released case of the police, whose notice is delayed."""
    return cases.to_state(office, cases.police_case(office), State.RELEASED)


def told(office, account=ACCOUNT, who="compliance"):
    with office.app.app_context(), office.unit(who) as work:
        return statement.read_statement(work, account, form="page")


def references(office):
    return [item.reference for item in told(office).disclosures]


def test_a_disclosure_is_told_with_recipient_ground_data_and_time(office):
    reference = court_case(office)
    (item,) = told(office).disclosures

    assert item.reference == reference
    assert item.recipient == "Hangzhou Xihu District People's Court"
    assert item.kind == "Court"
    assert item.clause == "3(c)"
    assert item.released_at == office.clock.now
    assert "Real name" in [title for title, _ in item.fields]
    assert not item.recalled


def test_a_case_that_released_nothing_is_not_in_it(office):
    cases.to_state(office, cases.police_case(office), State.SIGNING)

    assert references(office) == []


def test_of_another_persons_disclosures_nothing_is_told(office):
    court_case(office)

    assert told(office, "U-1002").disclosures == []


def test_a_delayed_notice_hides_the_disclosure_until_it_was_sent(office):
    reference = delayed_case(office)
    assert references(office) == []

    with cases.at_work(office, reference) as (work, case):
        noticing.note_notice_sent(work, case, work.session.scalars(select(Notice)).one())
    assert references(office) == [reference]


def test_a_suppressed_notice_hides_the_disclosure_for_good(office):
    reference = court_case(office)
    with cases.at_work(office, reference) as (work, _):
        work.session.scalars(select(Notice)).one().rule = NoticeRule.SUPPRESSED.value

    office.clock.move(days=3000)
    assert references(office) == []


def test_without_a_notice_plan_nothing_is_told(office):
    reference = court_case(office)
    with cases.at_work(office, reference) as (work, _):
        work.session.delete(work.session.scalars(select(Notice)).one())

    assert references(office) == []


def test_a_non_disclosure_order_that_is_found_later_hides_what_was_told_before(office):
    reference = court_case(office)
    assert references(office) == [reference]

    with cases.at_work(office, reference) as (_, case):
        case.restricted = True
    assert references(office) == []


def test_an_order_with_an_end_hides_until_that_day(office):
    reference = court_case(office)
    until = (office.clock.now + timedelta(days=30)).date().isoformat()
    with cases.at_work(office, reference) as (_, case):
        case.instrument = {**case.instrument, "gag_until": until}
    assert references(office) == []

    office.clock.move(days=31)
    assert references(office) == [reference]


def test_a_wrong_release_is_told_as_called_back(office):
    reference = court_case(office)
    cases.do(office, "compliance", reference, releasing.recall, reason="Wrong person.")

    assert [item.recalled for item in told(office).disclosures] == [True]


def trace(office, account):
    """Return everything that a look leaves: what is shown, and what the ledger says of it."""
    with office.app.app_context(), office.unit("compliance") as work:
        shown = statement.read_statement(work, account, form="page")
        printed = statement.fill(
            "documents/statement.html",
            "UTC",
            {"statement": shown, "platform": "P", "entity": "E"},
        )
        entry = work.session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq.desc())).first()
        body = json.loads(entry.body)
    return (
        shown.disclosures,
        shown.known,
        printed.replace(account, "ACCOUNT"),
        body["data"],
        body["subjects"],
        body["case"],
    )


def test_a_withheld_disclosure_leaves_no_trace_in_the_statement_or_in_its_entry(office):
    """The account with a withheld disclosure reads as one about which nothing was ever asked."""
    delayed_case(office)

    assert trace(office, ACCOUNT) == trace(office, "U-1002")


def test_beside_a_told_disclosure_a_withheld_one_changes_no_sign(office):
    court_case(office)
    before = trace(office, ACCOUNT)
    delayed_case(office)

    assert trace(office, ACCOUNT) == before


def test_each_look_is_an_entry_that_names_the_account_only_by_a_commitment(office):
    told(office)
    with office.app.app_context(), office.unit() as work:
        newest = select(LedgerEntry.body).order_by(LedgerEntry.seq.desc()).limit(1)
        body = work.session.scalars(newest).one()

    assert b'"action":"statement:viewed"' in body
    assert ACCOUNT.encode() not in body
    assert json.loads(body)["actor"]["person"] == office.people["compliance"]


def test_an_account_that_the_platform_does_not_know_is_said_whatever_was_disclosed(office):
    delayed_case(office)
    with office.app.app_context(), office.unit() as work:
        case = work.session.scalars(select(Case)).one()
        case.subject_account = "U-9999"
        case.subject_index = statement.blind_index("U-9999", "case.subject_account")

    gone, unheard = told(office, "U-9999"), told(office, "U-8888")
    assert (gone.known, gone.disclosures) == (unheard.known, unheard.disclosures) == (False, [])


@pytest.mark.parametrize("account", ["", "   ", "U" * 65, "U-1\x00", "U-1\n2"])
def test_what_is_no_account_number_is_refused(office, account):
    with pytest.raises(BadInput, match="number of the account"):
        told(office, account)


def test_the_pdf_is_tagged_sealed_and_says_what_the_page_says(office, tmp_path):
    reference = court_case(office)
    with office.app.app_context(), office.unit("compliance") as work:
        found = statement.read_statement(work, ACCOUNT, form="pdf")
        pdf = statement.print_statement(work, found)
        certificate = work.desk.keys.seal_certificate
    path = tmp_path / "statement.pdf"
    path.write_bytes(pdf)
    text = text_of(path)

    assert verify_seal(pdf, certificate)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert bool(opened.Root.MarkInfo.Marked)
        assert str(opened.docinfo["/Title"]) == "Statement of disclosures"
    for part in (ACCOUNT, reference, "Hangzhou Xihu District People's Court", "真实姓名"):
        assert part in text
