"""The transparency report: what it counts, that it can be made again, and is published once."""

import csv
import hashlib
import io
import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from disclosure.domain import transparency as figures
from disclosure.domain.states import State
from disclosure.errors import BadInput, Forbidden, NotFound, NotReady, Refused, Stale
from disclosure.operations import deciding, releasing, transparency
from disclosure.operations.transparency import Period
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerEntry
from disclosure.storage.reports import TransparencyReport
from tests import cases

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
DECEMBER = Period(date(2026, 12, 1), date(2026, 12, 31))
DATES = {"issued_at": "2026-11-16", "expires_at": "2026-12-31T23:59:59"}


def draw(office, period=NOVEMBER, **given):
    with office.app.app_context(), office.unit("compliance") as work:
        return transparency.draw_up(work, period, **given)


def publish(office, period=NOVEMBER, *, who="compliance", **changes):
    draft = draw(office, period)
    given = {"up_to": draft.up_to, "sha256": draft.sha256, **changes}
    with office.app.app_context(), office.unit(who) as work:
        return transparency.publish(work, period, **given).id


def rows(draft, half, table):
    """Return the rows of one table: title -> (total, {ending: count}), as (least, most)."""
    (found,) = [each for each in draft.report["halves"] if each["id"] == half]
    (lines,) = [each["rows"] for each in found["tables"] if each["id"] == table]
    return {
        line["id"]: (
            tuple(line["total"].values()),
            {ending: tuple(cell.values()) for ending, cell in line["by_ending"].items()},
        )
        for line in lines
    }


def of(office, requester_class, agency, paper, **changes):
    """Receive a demand of an authority."""
    instrument = {**DATES, "type": paper, "legal_basis": "CPL-54"}
    demand = cases.police_demand(
        requester_class=requester_class, agency_id=agency, instrument=instrument, **changes
    )
    return cases.receive(office, demand)


def refuse(office, reference, code="wrong_instrument"):
    cases.to_state(office, reference, State.ASSESSING)
    cases.do(office, "legal", reference, deciding.decide_refusal, code=code, reason="No.")


def many(office, number=6, **changes):
    """Receive as many demands as it takes for their count to be printed."""
    return [cases.police_case(office, **changes) for _ in range(number)]


# --- What is counted ---------------------------------------------------------------------------


def test_demands_are_counted_by_class_ground_country_paper_and_period(office):
    many(office)
    for _ in range(5):
        of(office, "us_process", None, "us_subpoena", country="US")
    draft = draw(office)

    for table, row, number in (
        ("class", "police", 6),
        ("class", "us_process", 5),
        ("ground", "G3C", 11),
        ("country", "CN", 6),
        ("country", "US", 5),
        ("paper", "cn_evidence_notice", 6),
        ("paper", "us_subpoena", 5),
        ("court", "other_paper", 11),
        ("court", "court_order", 0),
        ("access", "stored", 11),
        ("access", "real_time", 0),
        ("data", "non_content", 11),
        ("accounts", "1", 11),
        ("period", "2026-11", 11),
    ):
        total, by_ending = rows(draft, "authorities", table)[row]
        assert total == (number, number), (table, row)
        assert by_ending["open"] == total


def test_private_parties_are_counted_apart(office):
    for _ in range(5):
        cases.respondent_case(office)
    draft = draw(office)

    assert rows(draft, "private", "class")["ip_respondent"][0] == (5, 5)
    assert rows(draft, "private", "ground")["G3E"][0] == (5, 5)
    assert all(not lines for lines in [rows(draft, "authorities", "class")])


def test_content_other_data_and_both_are_told_apart(office):
    many(office, 5, fields=("cnt.messages",), instrument={"fields": ["cnt.messages"]})
    many(office, 5, fields=("cnt.messages", "reg.phone"))
    many(office, 7, fields=("reg.phone",))
    found = {row: total for row, (total, _) in rows(draw(office), "authorities", "data").items()}

    assert found == {"content": (5, 5), "both": (5, 5), "non_content": (7, 7)}


def test_court_orders_are_counted_apart(office):
    for _ in range(5):
        of(office, "court", cases.COURT, "court_notice")
    many(office, 5)
    found = rows(draw(office), "authorities", "court")

    assert found["court_order"][0] == found["other_paper"][0] == (5, 5)


def test_a_demand_for_access_in_real_time_is_counted_by_its_refusal(office):
    for reference in many(office, 5):
        refuse(office, reference, code="real_time_access")
    many(office, 5)
    found = rows(draw(office), "authorities", "access")

    assert found["real_time"][1]["refused"] == (5, 5)
    assert found["stored"][0] == (5, 5)


def test_a_demand_that_means_no_single_account_is_told_apart(office):
    many(office, 5)
    many(office, 5, identifiers={"real_name": "Nobody Known"})
    found = rows(draw(office), "authorities", "accounts")

    assert found["1"][0] == found["0"][0] == (5, 5)


def test_what_the_law_forbids_to_report_is_in_no_figure_and_named(office):
    many(office, 6)
    before = draw(office).report
    of(office, "state_security", None, "cn_state_security_approval")
    after = draw(office).report

    assert after["halves"] == before["halves"]
    assert [kind["class"] for kind in after["unreportable"]] == ["state_security"]
    assert after["unreportable"][0]["law"] == ["Counter-Espionage Law, article 8"]


@pytest.mark.parametrize(
    ("state", "released", "outcome", "ending"),
    [
        ("released", True, "release", "in_full"),
        ("closed", True, "release_partial", "in_part"),
        ("recalled", True, "release", "in_full"),
        ("assessing", True, "release", "in_full"),
        ("refused", False, "refuse", "refused"),
        ("no_data", False, "release", "nothing_held"),
        ("rejected", False, "", "otherwise"),
        ("rerouted", False, "", "otherwise"),
        ("preserved", False, "", "otherwise"),
        ("linked_duplicate", False, "", "otherwise"),
        ("closed", False, "", "open"),
        *((state, False, "release", "open") for state in ("received", "on_hold", "approved")),
    ],
)
def test_an_ending_follows_from_what_left_and_where_the_case_stands(
    state, released, outcome, ending
):
    assert figures.ending_of(state=state, released=released, outcome=outcome).code == ending


def test_every_state_has_an_ending_of_its_kind():
    ended = set(figures._BY_STATE)

    assert ended <= {state.code for state in State}
    assert {s.code for s in State if s in {State.REFUSED, State.NO_DATA, State.REJECTED}} <= ended


def test_a_release_counts_as_disclosed_and_a_refusal_as_refused(office):
    reference = cases.to_state(office, cases.police_case(office), State.RELEASED)
    with office.app.app_context(), office.unit() as work:
        stories = {s.case_id: s for s in transparency._stories(work, NOVEMBER, 10**6)}
        (story,) = stories.values()
        counted = transparency._counted(work, story)
    assert counted.ending is figures.Ending.IN_FULL
    assert counted.authority

    cases.do(office, "compliance", reference, releasing.recall, reason="Wrong.")
    with office.app.app_context(), office.unit() as work:
        (story,) = transparency._stories(work, NOVEMBER, 10**6)
        assert transparency._counted(work, story).ending is figures.Ending.IN_FULL


def test_a_demand_counts_in_the_period_of_its_entry_in_the_houses_zone(office):
    office.clock.now = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    many(office, 5)
    office.clock.now = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    many(office, 7)

    assert rows(draw(office), "authorities", "class")["police"][0] == (5, 5)
    assert rows(draw(office, DECEMBER), "authorities", "class")["police"][0] == (7, 7)


def test_a_long_period_is_divided_by_quarters(office):
    many(office, 5)
    year = Period(date(2026, 1, 1), date(2026, 12, 31))

    assert rows(draw(office, year), "authorities", "period") == {
        "2026-Q4": rows(draw(office), "authorities", "period")["2026-11"]
    }


def test_entries_of_an_earlier_version_are_completed_from_the_case(office):
    (reference, *_) = many(office, 1)
    with office.app.app_context(), office.unit() as work:
        (story,) = transparency._stories(work, NOVEMBER, 10**6)
        now = transparency._counted(work, story)
        for name in ("country", "paper", "accounts"):
            story.receipt.pop(name)
        assert transparency._counted(work, story) == now
    assert reference


def test_small_counts_of_a_real_installation_are_not_printed(office):
    many(office, 6)
    of(office, "us_process", None, "us_subpoena", country="US")
    draft = draw(office)

    assert rows(draft, "authorities", "class")["us_process"][0] == (1, 4)
    least, most = rows(draft, "authorities", "class")["police"][0]
    assert (least, most) == (5, None), "seven less six would be one"
    assert draft.report["halves"][0]["total"] == {"least": 7, "most": 7}


# --- The file ----------------------------------------------------------------------------------


def test_the_same_ledger_gives_the_same_bytes_again_after_more_has_happened(office):
    many(office, 5)
    first = draw(office)
    many(office, 3)
    office.clock.move(days=3)
    again = draw(office, up_to=first.up_to)

    assert again.content == first.content
    assert again.sha256 == hashlib.sha256(first.content).hexdigest()
    assert draw(office).sha256 != first.sha256


def test_the_csv_has_every_number_of_the_json(office):
    many(office, 6)
    report = draw(office).report
    lines = list(csv.DictReader(io.StringIO(figures.as_csv(report))))
    written = {
        (line["half"], line["table"], line["row"], line["ending"]): (line["least"], line["most"])
        for line in lines
    }
    endings = ["total", *(ending["id"] for ending in report["endings"])]
    numbers = sum(
        len(endings) * (1 + sum(len(table["rows"]) for table in half["tables"]))
        for half in report["halves"]
    )

    assert len(written) == len(lines) == numbers
    assert written["authorities", "class", "police", "total"] == ("6", "6")
    assert all(line["from"] == "2026-11-01" for line in lines)


def test_no_cell_of_the_csv_begins_a_formula(office):
    many(office, 2)
    for line in csv.reader(io.StringIO(figures.as_csv(draw(office).report))):
        assert not [cell for cell in line if cell.startswith(tuple("=+-@\t\r"))]


def test_the_file_answers_every_element_of_the_indicator(office):
    many(office, 5)
    report = draw(office).report
    found = {half["id"]: {table["id"] for table in half["tables"]} for half in report["halves"]}

    assert {"country", "access", "accounts", "data", "paper", "court"} <= found["authorities"]
    assert {"class", "ground"} <= found["private"]
    assert {ending["id"] for ending in report["endings"] if ending["complied"]} == {
        "in_full",
        "in_part",
    }
    assert report["period"]["days"] <= 366
    assert len(report["indicator"]) == 11
    for each in report["indicator"]:
        half, _, table = each["where"].partition(": ")
        assert half not in found or table in found[half], each
    assert json.loads(draw(office).content) == report


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2026, 2, 1), date(2026, 1, 31)), (date(2025, 1, 1), date(2026, 1, 2))],
)
def test_days_that_are_the_wrong_way_round_or_too_many_are_refused(first, last):
    with pytest.raises(BadInput):
        transparency.read_period(first, last)


def test_a_ledger_without_the_wanted_entry_is_said(office):
    with pytest.raises(BadInput, match="no such entry"):
        draw(office, up_to=10**6)


# --- Publishing --------------------------------------------------------------------------------


@pytest.fixture
def over(office):
    """Return an installation in December, with demands of November."""
    many(office, 6)
    office.clock.now = datetime(2026, 12, 10, 2, 0, tzinfo=UTC)
    return office


def test_publishing_is_an_entry_with_the_hash_of_the_kept_file(over):
    report_id = publish(over)
    with over.app.app_context(), over.unit() as work:
        stored = transparency.find_published(work, report_id)
        newest = select(LedgerEntry.body).order_by(LedgerEntry.seq.desc()).limit(1)
        entry = json.loads(work.session.scalars(newest).one())

        assert report_id == "2026-11-01_2026-11-30"
        assert entry["action"] == "transparency-report:published"
        assert entry["data"]["sha256"] == hashlib.sha256(stored.content).hexdigest()
        assert entry["actor"] == {
            **entry["actor"],
            "person": over.people["compliance"],
            "role": "compliance_officer",
        }


@pytest.mark.parametrize("who", ["auditor", "handler", "legal", "admin"])
def test_only_compliance_officers_publish(over, who):
    with pytest.raises(Forbidden):
        publish(over, who=who)


def test_a_period_that_is_not_over_is_not_published(office):
    with pytest.raises(Refused, match="not over"):
        publish(office)


@pytest.mark.parametrize(
    "period",
    [
        NOVEMBER,
        Period(date(2026, 10, 1), date(2026, 11, 1)),
        Period(date(2026, 11, 10), date(2026, 11, 11)),
        Period(date(2026, 1, 1), date(2026, 12, 9)),
    ],
)
def test_two_reports_never_share_a_day(over, period):
    publish(over)
    with pytest.raises(Refused, match="covers some of these days"):
        publish(over, period)


def test_the_database_refuses_a_report_that_shares_a_day_as_well(over):
    publish(over)
    row = {
        "id": "2026-11-30_2026-12-01",
        "period_from": date(2026, 11, 30),
        "period_to": date(2026, 12, 1),
        "up_to": 1,
        "content": b"{}",
        "sha256": "0" * 64,
        "published_by": over.people["compliance"],
        "published_at": over.clock.now,
    }
    with over.app.app_context(), over.unit() as work:
        work.session.add(TransparencyReport(**row))
        with pytest.raises(IntegrityError, match="covers some of these days"):
            work.session.flush()
        work.session.rollback()


def test_the_day_after_is_published(over):
    publish(over)
    over.clock.now = datetime(2027, 1, 10, 2, 0, tzinfo=UTC)

    assert publish(over, DECEMBER) == "2026-12-01_2026-12-31"


def test_a_draft_that_the_officer_did_not_see_is_not_published(over):
    with pytest.raises(Stale, match="not the one that you saw"):
        publish(over, sha256="0" * 64)


def test_what_happens_after_the_look_does_not_stand_in_the_published_report(over):
    draft = draw(over)
    refuse(over, "DR-2026-0001")
    assert publish(over, up_to=draft.up_to, sha256=draft.sha256)
    with over.app.app_context(), over.unit() as work:
        assert transparency.find_published(work, NOVEMBER.id).content == draft.content


def test_a_published_report_cannot_be_changed_and_a_changed_one_is_not_shown(over):
    report_id = publish(over)
    change = text("UPDATE transparency_report SET content = X'7B7D'")
    refused = pytest.raises(DatabaseError, match="not authorized")
    with over.app.app_context(), over.unit() as work, refused:
        work.session.execute(change)
    with closing(sqlite3.connect(over.settings.instance / "disclosure.sqlite3")) as database:
        database.execute("DROP TRIGGER transparency_report_no_update")
        database.execute(change.text)
        database.commit()
    with over.app.app_context(), over.unit() as work, pytest.raises(NotReady):
        transparency.find_published(work, report_id)


def test_a_report_that_was_never_published_is_not_found(office):
    with office.app.app_context(), office.unit() as work, pytest.raises(NotFound):
        transparency.find_published(work, "2020-01-01_2020-12-31")


def test_a_report_is_owed_after_a_year_without_one(over):
    def owed():
        with over.app.app_context(), over.unit() as work:
            return transparency.is_owed(work)

    assert not owed()
    over.clock.move(days=366)
    assert owed()
    over.clock.now = datetime(2026, 12, 10, tzinfo=UTC)
    publish(over)
    over.clock.move(days=350)
    assert not owed()
    over.clock.move(days=20)
    assert owed()


def test_the_next_period_follows_the_last_report(over):
    def proposed():
        with over.app.app_context(), over.unit() as work:
            return transparency.next_period(work)

    assert proposed() == Period(date(2026, 1, 1), date(2026, 6, 30))
    publish(over)
    assert proposed() == Period(date(2026, 12, 1), date(2026, 12, 9))


def test_the_cases_row_is_never_read_for_what_the_ledger_says(office):
    many(office, 5)
    before = draw(office)
    with office.app.app_context(), office.unit() as work:
        for case in work.session.scalars(select(Case)):
            case.country, case.ground, case.requester_class = "ZZ", "G3B", "court"
            case.instrument, case.subject_account = {}, ""

    assert draw(office, up_to=before.up_to).content == before.content
