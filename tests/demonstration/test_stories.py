"""The filled demonstration: what a newcomer finds, and that all of it came about truthfully."""

import json
from collections import Counter
from datetime import datetime

import pytest
from sqlalchemy import func, select

from disclosure.app import create_app, prepare
from disclosure.config import load_settings
from disclosure.demonstration.marketplace import KNOWN
from disclosure.demonstration.opening import fill_once, is_demonstration
from disclosure.demonstration.people import PEOPLE
from disclosure.demonstration.staff import BODIES, CHEN, LIN, STAFF, ZHOU
from disclosure.domain.states import State
from disclosure.edge import look
from disclosure.gateways.mail import written_messages
from disclosure.operations.accounts import find_person
from disclosure.operations.desk import SYSTEM
from disclosure.operations.ledger_check import verify_ledger
from disclosure.storage.cases import Case, ClockStop
from disclosure.storage.ledger_rows import LedgerEntry, Outbox
from disclosure.storage.parties import AccessEnd, RecipientBlock
from disclosure.storage.register import AgencyChange
from disclosure.storage.releases import (
    EmergencyReview,
    Incident,
    Notice,
    Objection,
    Release,
    RenditionPreparer,
    Signature,
)
from tests.app import NOW, Clock, Office
from tests.journeys.steps import Desk, text_of, verify

FEWEST = 30
CLOSED = 60


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A demonstration that was filled once; the application and how many messages said so."""
    folder = tmp_path_factory.mktemp("demonstration") / "demonstration"
    said = []

    def build(settings, clock):
        prepare(settings, NOW)
        return create_app(settings, clock=clock)

    settings = load_settings(folder, {}, demo=True)
    settings = fill_once(settings, now=NOW, build=build, say=said.append)
    again = fill_once(settings, now=NOW, build=build, say=said.append)
    assert again == settings
    assert len(said) == 1, "it is filled once"
    return create_app(settings, clock=lambda: NOW, demonstration_secret="s"), settings


@pytest.fixture
def work(filled):
    app, _ = filled
    with app.app_context(), look(SYSTEM) as unit:
        yield unit


def test_the_queue_is_filled_with_all_three_routes_in_many_states(work):
    cases = work.session.scalars(select(Case)).all()
    states = Counter(case.state for case in cases)

    assert len(cases) >= FEWEST
    assert {"authority", "ip", "transaction"} <= {case.route for case in cases}
    assert set(states) == {state.code for state in State}, "every state can be seen"


def test_more_than_sixty_are_closed_over_every_ground(work):
    closed = work.session.scalars(select(Case).where(Case.state == "closed")).all()
    grounds = Counter(case.ground for case in closed)

    assert len(closed) >= CLOSED
    assert set(grounds) == set(work.desk.catalogue.grounds)
    assert all(case.batch for case in closed), "each was played on real records"


def test_an_access_end_is_overdue_one_is_confirmed_and_others_run(work):
    ends = work.session.scalars(select(AccessEnd)).all()

    assert any(end.overdue_at and not end.confirmed_at for end in ends)
    assert any(end.confirmed_at for end in ends)
    assert any(end.reached_at is None for end in ends)


def test_a_recipient_is_blocked_and_a_leak_is_reported(work):
    kinds = set(work.session.scalars(select(Incident.kind)))

    assert {"misuse", "leak", "forged_demand", "misrelease"} <= kinds
    assert work.session.scalars(select(RecipientBlock)).one().lifted_at is None


def test_one_is_late_one_is_forged_one_is_refused_one_is_kept_silent(work):
    open_cases = work.session.scalars(select(Case).where(Case.is_open)).all()

    assert any(case.due_at < NOW for case in open_cases)
    assert any(case.restricted for case in open_cases)
    assert work.session.scalar(select(func.count()).where(Case.state == "refused"))
    forged = work.session.scalars(select(Case).where(Case.state == "rejected")).one()
    kinds = select(Incident.kind).where(Incident.case_id == forged.id)
    assert work.session.scalars(kinds).all() == ["forged_demand"]


def test_deadlines_are_late_today_and_after_and_some_stand_still(work):
    today = NOW.astimezone(work.desk.settings.zone).date()
    owed = select(Case).where(Case.is_open, Case.state.not_in(["delivered", "recalled"]))
    days = [
        (case.due_at.astimezone(work.desk.settings.zone).date() - today).days
        for case in work.session.scalars(owed)
    ]

    assert sum(left < 0 for left in days) == 1
    assert sum(left == 0 for left in days) == 1
    assert max(days) > 0
    stopped = select(func.count()).where(ClockStop.ended_at.is_(None))
    assert work.session.scalar(stopped) == sum(
        case.state == "needs_info" for case in work.session.scalars(select(Case))
    )


def test_one_release_waits_for_an_objection_and_one_for_the_window(work):
    objection = work.session.scalars(select(Objection)).one()
    approved = work.session.scalars(select(Case).where(Case.state == "approved")).one()
    notice = work.session.scalars(select(Notice).where(Notice.case_id == approved.id)).one()

    assert objection.decision is None
    assert work.session.get(Case, objection.case_id).route == "transaction"
    assert approved.statement["order"] == "O-5512"
    assert notice.sent_at < NOW < notice.objection_until


def test_one_waits_for_every_signature_and_one_for_the_last(work):
    waiting = work.session.scalars(select(Case).where(Case.state == "signing")).all()
    given = {
        case.approval_profile: work.session.scalar(
            select(func.count()).where(Signature.case_id == case.id)
        )
        for case in waiting
    }

    assert given == {"DUAL": 0, "STD": 1}


def test_a_senior_review_of_an_emergency_is_owed_and_a_register_change_waits(work):
    release = work.session.scalars(select(Release).where(Release.profile == "EMERG")).one()
    change = work.session.scalars(
        select(AgencyChange).where(AgencyChange.decided_at.is_(None))
    ).one()

    assert work.session.get(EmergencyReview, release.id) is None
    assert change.values["name"].startswith("Songzhao")


def test_the_ledger_is_whole_and_its_times_never_go_back(work):
    bodies = work.session.scalars(select(LedgerEntry.body).order_by(LedgerEntry.seq))
    times = [datetime.fromisoformat(json.loads(body)["at"]) for body in bodies]

    assert verify_ledger(work).faults == []
    assert times == sorted(times)
    assert times[-1] <= NOW


def test_nothing_is_parked_and_nothing_is_due(work):
    rows = work.session.execute(select(Outbox.status, Outbox.available_at)).all()

    assert not [row for row in rows if row.status not in {"done", "waiting"}]
    assert not [row for row in rows if row.status == "waiting" and row.available_at <= NOW]


def test_whatever_left_was_signed_by_people_who_had_not_prepared_it(work):
    releases = work.session.scalars(select(Release)).all()

    assert releases
    for release in releases:
        signers = set(
            work.session.scalars(
                select(Signature.person_id).where(
                    Signature.rendition_id == release.rendition_id,
                    Signature.sha256 == release.sha256,
                )
            )
        )
        preparers = set(
            work.session.scalars(
                select(RenditionPreparer.person_id).where(
                    RenditionPreparer.rendition_id == release.rendition_id
                )
            )
        )
        assert len(signers) >= 2
        assert not signers & preparers


def test_the_letters_went_to_made_up_addresses_only(filled):
    _, settings = filled
    messages = written_messages(settings)

    assert len(messages) > FEWEST
    assert all(each.to.endswith(".example") for each in messages)


def test_every_person_opens_their_first_page_and_a_case(filled, work):
    from disclosure.web.demonstration import enter_path

    app, settings = filled
    references = work.session.scalars(select(Case.reference).order_by(Case.id)).all()
    work.session.rollback()
    for member in STAFF:
        client = app.test_client()
        page = client.get(enter_path("s", member.username), follow_redirects=True)
        assert page.status_code == 200
        assert member.name in page.get_data(as_text=True)
    client = app.test_client()
    client.get(enter_path("s", STAFF[2].username))
    for reference in references:
        assert client.get(f"/cases/{reference}").status_code == 200, reference
    assert is_demonstration(settings.instance)


@pytest.fixture
def desk(filled):
    """The people whom the five-minute walk names, each at a browser of their own."""
    app, settings = filled
    names = {"handler": LIN, "legal": ZHOU, "compliance": CHEN, "auditor": "hugo.almeida"}
    with app.app_context(), look(SYSTEM) as unit:
        people = {name: find_person(unit.session, user).id for name, user in names.items()}
    return Desk(Office(app, Clock(NOW), settings, people))


@pytest.fixture
def ready(filled):
    """Reference of the one case of the police branch that waits for its decision."""
    with filled[0].app_context(), look(SYSTEM) as unit:
        cases = unit.session.scalars(select(Case).where(Case.state == "assessing"))
        [found] = [case.reference for case in cases if case.title == BODIES["police"].printed]
    return found


def test_a_newcomer_takes_the_case_of_the_walk_to_its_end(desk, ready, tmp_path):
    assert ready in desk.person("legal").open("/cases/?state=assessing").text
    desk.act("legal", ready, "decide_release", reason="Lawful and narrow.")
    desk.redact_and_submit(ready, masks={"reg.phone": ("mask_phone", "not_responsive")})
    desk.sign("legal", ready)
    desk.sign("compliance", ready)
    desk.act("compliance", ready, "release")
    desk.jobs()
    pdf = desk.collect(ready, link_to="evidence@linjiang", code_to="callback+")
    desk.act("handler", ready, "close")
    bag, fingerprint = desk.export(ready, tmp_path)
    answer = verify(bag, fingerprint, tmp_path / "elsewhere")

    assert PEOPLE[KNOWN.police_subject].real_name in text_of(pdf)
    assert desk.state(ready) == "closed"
    assert answer.returncode == 0, answer.stdout + answer.stderr
