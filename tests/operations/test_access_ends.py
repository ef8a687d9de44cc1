"""The day on which a recipient loses access comes by itself, and its silence is not forgotten."""

import pytest
from sqlalchemy import select

from disclosure.domain.access import Permission, Role, may
from disclosure.errors import BadInput, Forbidden, NotFound, Refused
from disclosure.gateways.mail import written_messages
from disclosure.operations import access_ends
from disclosure.operations.consenting import withdraw
from disclosure.operations.papers import Upload
from disclosure.storage.ledger_rows import LedgerEntry
from disclosure.storage.releases import Delivery
from tests import cases
from tests import party_cases as parties


@pytest.fixture
def served(office):
    """A release to a courier, whose access ends in twenty days."""
    return parties.released(office, parties.service_demand())


def confirm(office, reference, who="handler", **given):
    release_id = parties.end_of(office, reference).release_id
    with office.app.app_context(), office.unit(who) as work:
        access_ends.confirm_deletion(work, release_id, **given)


def sent(office, subject):
    found = [each for each in written_messages(office.settings) if subject in each.subject]
    return sorted(each.to for each in found)


def events(office, start):
    with office.app.app_context(), office.unit() as work:
        bodies = work.session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq))
        return [b.decode().split('"action":"')[1].split('"')[0] for b in bodies if start in b]


def test_a_release_to_a_service_partner_keeps_when_access_ends(office, served):
    end = parties.end_of(office, served)

    assert (end.ends_at - office.clock.now).days in {19, 20}
    assert end.reached_at is None


def test_a_release_on_consent_keeps_the_consent_s_own_day(office):
    end = parties.end_of(office, parties.released(office, parties.consent_demand()))

    assert end.consent == "K-9"
    assert (end.ends_at - office.clock.now).days in {39, 40}


def test_a_consent_without_an_end_and_an_authority_leave_no_day(office):
    marketing = parties.released(office, parties.marketing_demand())
    police = cases.to_state(office, cases.police_case(office), cases.State.RELEASED)

    assert parties.end_of(office, marketing) is None
    assert parties.end_of(office, police) is None


def test_nothing_happens_before_the_day(office, served):
    office.clock.move(days=19)
    office.work_jobs()

    assert parties.end_of(office, served).reached_at is None
    assert sent(office, "your access has ended") == []


def test_on_the_day_links_die_and_the_recipient_is_asked_to_delete(office, served):
    office.clock.move(days=20, minutes=1)
    with cases.at_work(office, served) as (work, _):
        for delivery in work.session.scalars(select(Delivery)):
            delivery.expires_at = office.clock.now.replace(year=2027)
    office.work_jobs()
    end = parties.end_of(office, served)

    assert end.reached_at == office.clock.now
    assert sent(office, "your access has ended") == ["data@feiyan-express.example"]
    with cases.at_work(office, served) as (work, _):
        assert all(delivery.revoked_at for delivery in work.session.scalars(select(Delivery)))


def test_silence_is_told_to_every_compliance_officer_each_week_until_it_ends(office, served):
    office.clock.move(days=20, minutes=1)
    office.work_jobs()
    officers = [f"{name}@example.org" for name in ("compliance2", "compliance", "senior")]
    office.clock.move(days=6)
    office.work_jobs()
    assert sent(office, "a deletion is not confirmed") == []
    office.clock.move(days=1, minutes=1)
    office.work_jobs()
    assert sent(office, "a deletion is not confirmed") == officers
    with office.app.app_context(), office.unit("compliance") as work:
        assert access_ends.overdue_ends(work) == 1
        assert [each.state for each in access_ends.access_ends(work)] == ["overdue"]
    office.clock.move(days=7, minutes=1)
    office.work_jobs()
    assert len(sent(office, "a deletion is not confirmed")) == 2 * len(officers)
    confirm(office, served, note="Ms Wu, by letter.")
    office.clock.move(days=8)
    office.work_jobs()

    assert len(sent(office, "a deletion is not confirmed")) == 2 * len(officers)
    with office.app.app_context(), office.unit("compliance") as work:
        assert access_ends.overdue_ends(work) == 0


def test_the_confirmation_is_kept_with_its_paper_and_is_an_entry(office, served):
    office.clock.move(days=20, minutes=1)
    office.work_jobs()
    confirm(office, served, note="Ms Wu, by letter.", proof=Upload("letter.pdf", b"%PDF-1.7 ..."))
    end = parties.end_of(office, served)

    assert end.note == "Ms Wu, by letter."
    with office.app.app_context(), office.unit() as work:
        assert work.desk.files.read(end.proof_sha256) == b"%PDF-1.7 ..."
    assert events(office, b"access-end:") == [
        "access-end:set",
        "access-end:reached",
        "access-end:confirmed",
    ]


@pytest.mark.parametrize(
    ("days", "given", "error"),
    [
        (0, {"note": "Deleted."}, Refused),
        (21, {"note": "  "}, BadInput),
        (21, {"note": "x" * 2001}, BadInput),
        (21, {"note": "Deleted.", "proof": Upload("a.pdf", b"")}, BadInput),
        (21, {"note": "Deleted.", "who": "auditor"}, Forbidden),
    ],
)
def test_a_confirmation_that_says_nothing_or_comes_too_early_is_refused(
    office, served, days, given, error
):
    office.clock.move(days=days)
    office.work_jobs()

    with pytest.raises(error):
        confirm(office, served, **given)
    assert parties.end_of(office, served).confirmed_at is None


def test_a_deletion_is_confirmed_once(office, served):
    office.clock.move(days=21)
    office.work_jobs()
    confirm(office, served, note="Deleted.")

    with pytest.raises(Refused, match="confirmed already"):
        confirm(office, served, note="Deleted again.")


def test_a_release_without_a_day_has_nothing_to_confirm(office):
    with office.app.app_context(), office.unit("handler") as work, pytest.raises(NotFound):
        access_ends.confirm_deletion(work, "0" * 32, note="Deleted.")


def test_a_job_that_runs_twice_asks_once(office, served):
    office.clock.move(days=21)
    office.work_jobs()
    release_id = parties.end_of(office, served).release_id
    for _ in range(2):
        cases.do(office, "", served, access_ends.reach_end, release_id=release_id)
    office.work_jobs()

    assert len(sent(office, "your access has ended")) == 1


def test_a_withdrawal_ends_a_running_access_at_once(office):
    reference = parties.released(office, parties.consent_demand())
    office.clock.move(days=1)
    with office.app.app_context(), office.unit("handler") as work:
        withdraw(work, "K-9", reason="By letter.")
    office.work_jobs()

    assert parties.end_of(office, reference).reached_at == office.clock.now
    assert sent(office, "your access has ended") == ["intake@acme-insurance.example"]


def test_only_those_who_work_cases_may_confirm():
    assert [role.value for role in Role if may([role], Permission.WORK_CASE)] == [
        "case_handler",
        "legal_reviewer",
    ]
