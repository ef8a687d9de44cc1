from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from disclosure.demonstration.marketplace import KNOWN
from disclosure.domain.states import State
from disclosure.errors import BadInput
from disclosure.gateways.mail import written_messages
from disclosure.operations.deadlines import live_deadlines
from disclosure.operations.desk import REQUESTER
from disclosure.operations.intake import Demand, Incomplete, receive_demand
from disclosure.operations.papers import Upload
from disclosure.storage.cases import Case, Document
from disclosure.storage.ledger_rows import LedgerEntry, Outbox
from tests import cases
from tests.cases import at_work


def send(office, demand):
    with office.app.app_context(), office.unit() as work:
        receipt = receive_demand(work.as_actor(REQUESTER), demand)
        return receipt.case.reference, receipt.tracking_secret, receipt.pointer


def refused(office, demand):
    with pytest.raises(Incomplete) as problem:
        send(office, demand)
    return problem.value.problems


def counted(office):
    with office.app.app_context(), office.unit() as work:
        return [
            work.session.scalar(select(func.count()).select_from(row))
            for row in (Case, Document, Outbox, LedgerEntry)
        ]


EMPTY = Demand(ground="G3C", requester_class="police", country="XX")


def test_everything_that_is_missing_is_said_in_one_answer(office):
    problems = refused(office, EMPTY)

    assert set(problems) == {
        *("name", "email", "country", "fields", "organisation", "identifiers", "papers"),
        *("instrument_type", "instrument_number", "instrument_issued_at"),
        "instrument_legal_basis",
    }
    assert all(sentence.endswith(".") for sentence in problems.values())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Li\u202eJun"}, "name"),
        ({"organisation": "Bureau\x00"}, "organisation"),
        ({"email": "li at police"}, "email"),
        ({"agency_id": 99}, "agency_id"),
        ({"fields": ("reg.real_name", "made.up")}, "fields"),
        ({"fields": ("reg.real_name",) * 61}, "fields"),
        ({"period": (date(2026, 2, 2), date(2026, 2, 1))}, "period_to"),
        ({"period": None}, "period_from"),
        ({"identifiers": {"account": "x" * 201}}, "identifiers"),
        ({"identifiers": {"account": "U-1001\x07"}}, "identifiers"),
        ({"instrument": {"type": "napkin"}}, "instrument_type"),
        ({"instrument": {"number": "PSB\u202e17"}}, "instrument_number"),
        ({"instrument": {"legal_basis": "Article\x07 136"}}, "instrument_legal_basis"),
    ],
)
def test_each_wrong_entry_is_named_at_its_field(office, changes, field):
    assert list(refused(office, cases.police_demand(**changes))) == [field]


def test_nothing_is_stored_after_an_incomplete_demand(office):
    before = counted(office)
    refused(office, cases.police_demand(name=""))

    assert counted(office) == before
    assert not list(office.settings.instance.glob("files/*/*"))


@pytest.mark.parametrize(
    "papers",
    [(cases.PAPER, Upload("empty.pdf", b"")), (Upload("big.pdf", b"x" * (50 * 2**20 + 1)),)],
)
def test_nothing_is_stored_when_a_paper_is_empty_or_too_large(office, papers):
    before = counted(office)
    with pytest.raises(BadInput) as problem:
        send(office, cases.police_demand(papers=papers))

    assert problem.value.where == "papers"
    assert counted(office) == before


def test_the_receipt_opens_the_case_and_is_sent_with_a_secret_that_is_stored_nowhere(office):
    reference, secret, _ = send(office, cases.police_demand())
    office.work_jobs()
    [letter] = written_messages(office.settings)
    with at_work(office, reference) as (work, case):
        secrets = list(work.session.scalars(select(Outbox.secret)))
        tracking = case.tracking_hash

    assert secret in letter.text
    assert secret not in tracking
    assert secrets == [None] * len(secrets), "sent secrets are wiped"


def test_the_house_deadline_is_set_from_the_day_of_receipt(office):
    received = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    reference, _, _ = send(office, cases.police_demand(received_at=received))
    with at_work(office, reference) as (work, case):
        [deadline] = live_deadlines(work, case)

        assert deadline.started_at == received
        assert case.due_at == deadline.due_at > received
        assert case.due_at.astimezone(office.settings.zone).strftime("%H:%M:%S") == "23:59:59"


def test_an_emergency_has_hours_and_not_days(office):
    demand = cases.police_demand(
        instrument={"type": "cn_emergency_request", "emergency": True, "danger": "person"}
    )
    reference, _, _ = send(office, demand)
    with at_work(office, reference) as (_, case):
        assert case.due_at - case.received_at <= timedelta(hours=24)


def test_a_demand_under_a_non_disclosure_order_is_restricted_from_the_first_moment(office):
    reference, _, _ = send(office, cases.police_demand(instrument={"gag": True}))
    with at_work(office, reference) as (_, case):
        assert case.restricted


def test_references_count_up_within_a_year(office):
    assert [cases.police_case(office) for _ in range(3)] == [
        f"DR-2026-{number:04d}" for number in (1, 2, 3)
    ]


# --- Both directions of an IP complaint, through the same operation ------------------------------


def test_a_respondent_asks_for_the_complainant_under_clause_3e(office):
    reference, _, pointer = send(office, cases.respondent_demand())
    with at_work(office, reference) as (_, case):
        assert (case.ground, case.route, case.state) == ("G3E", "ip", "received")
        assert case.subject_account == KNOWN.complainant
    assert pointer == ""


@pytest.mark.parametrize(
    ("carried_by", "ground", "requester_class"),
    [
        ("court_order", "G3C", "court_order_lawyer"),
        ("copyright_authority", "G3C", "copyright_authority"),
        ("final_finding", "G3D", "rights_holder"),
    ],
)
def test_a_complainant_goes_on_under_the_ground_that_can_carry_it(
    office, carried_by, ground, requester_class
):
    demand = cases.complainant_demand(carried_by=carried_by, papers=(cases.PAPER,))
    reference, secret, pointer = send(office, demand)
    with at_work(office, reference) as (work, onward):
        first = work.session.get_one(Case, onward.origin_id)
        papers = list(work.session.scalars(select(Document.case_id)))

        assert (onward.ground, onward.requester_class) == (ground, requester_class)
        assert onward.subject_account == KNOWN.respondent
        assert onward.state == "received"
        assert (first.state, first.ground) == ("rerouted", "G3E")
        assert first.is_open is False
        assert sorted(papers) == [first.id, onward.id]
    assert "does not run the other way" in pointer
    assert secret


def test_a_complainant_with_nothing_is_refused_with_the_pointer(office):
    reference, _, pointer = send(office, cases.complainant_demand())
    office.work_jobs()
    letters = [letter.text for letter in written_messages(office.settings)]

    assert "court's investigation order" in pointer
    assert cases.state_of(office, reference) is State.REFUSED
    assert any("court" in text for text in letters)


@pytest.mark.parametrize("account", ["", KNOWN.deposit_buyer])
def test_nobody_but_a_party_asks_about_a_complaint(office, account):
    demand = cases.respondent_demand(account=account)

    assert list(refused(office, demand)) == ["complaint"]


@pytest.mark.parametrize(
    "changes", [{"order": "O-0000"}, {"account": KNOWN.respondent}, {"account": ""}]
)
def test_nobody_but_a_party_asks_about_an_order(office, changes):
    assert list(refused(office, cases.counterparty_demand(**changes))) == ["order"]


def test_a_private_requester_says_what_for(office):
    assert list(refused(office, cases.counterparty_demand(purpose=" "))) == ["purpose"]


def test_the_other_side_of_an_order_is_the_data_subject_whatever_is_typed(office):
    demand = cases.counterparty_demand(identifiers={"account": KNOWN.police_subject})
    reference, _, _ = send(office, demand)
    with at_work(office, reference) as (_, case):
        assert case.subject_account == KNOWN.silent_seller


def test_personal_data_of_a_case_is_not_in_the_database_file(office):
    cases.police_case(office)
    raw = b"".join(path.read_bytes() for path in office.settings.instance.glob("disclosure.*"))

    for text in ("Li Jun", "李军", "li.jun@pudong", KNOWN.police_subject, "浦东分局 "):
        assert text.encode() not in raw
