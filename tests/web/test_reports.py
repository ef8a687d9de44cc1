"""The pages of the transparency report: drafts for staff, published ones for everybody."""

import hashlib
import json
from datetime import UTC, datetime

import pytest

from tests import cases
from tests.operations.test_transparency import NOVEMBER, draw, publish
from tests.visitor import Visitor
from tests.web.entries import actions

DRAFT = "/reports/draft?from=2026-11-01&to=2026-11-30"
PUBLIC = f"/transparency/{NOVEMBER.id}"


@pytest.fixture
def office(tmp_path):
    office = cases.empty_office(tmp_path)
    for _ in range(6):
        cases.police_case(office)
    office.clock.now = datetime(2026, 12, 10, 2, 0, tzinfo=UTC)
    return office


@pytest.mark.parametrize("name", ["compliance", "senior", "auditor"])
def test_officers_and_auditors_see_drafts(office, name):
    page = Visitor(office.client(name)).open(DRAFT)

    assert page.status == 200
    assert "Courts and authorities" in page.text
    assert page.offers("publish_report") is (name != "auditor")


@pytest.mark.parametrize("name", ["handler", "legal", "admin"])
def test_nobody_else_sees_drafts(office, name):
    client = office.client(name)

    assert client.get(DRAFT).status_code == 403
    assert client.get("/reports/").status_code == 403
    assert client.get("/reports/draft/json?from=2026-11-01&to=2026-11-30").status_code == 403
    assert client.post("/reports/publish").status_code == 403


def test_a_draft_is_drawn_by_looking_and_changes_nothing(office):
    client = office.client("compliance")
    before = actions(office)
    assert client.get(DRAFT).status_code == 200

    assert actions(office) == before


def test_an_officer_publishes_the_draft_and_everybody_reads_it(office):
    officer = Visitor(office.client("compliance"))
    sha256 = draw(office).sha256
    page = officer.act(DRAFT, "publish_report")
    stranger = office.client()

    assert page.path == PUBLIC
    assert actions(office)[-1] == "transparency-report:published"
    assert NOVEMBER.id in stranger.get("/transparency").get_data(as_text=True)
    assert "Police" in stranger.get(PUBLIC).get_data(as_text=True)
    file = stranger.get(f"{PUBLIC}/json")
    assert hashlib.sha256(file.get_data()).hexdigest() == sha256
    assert json.loads(file.get_data())["format"] == "disclosure-transparency-report/1"
    assert file.headers["Content-Disposition"].startswith('attachment; filename="transparency-')


def test_a_draft_published_in_the_meantime_is_not_published_again(office):
    page = Visitor(office.client("compliance")).open(DRAFT)
    publish(office)
    again = Visitor(office.client("senior")).send(page.form("publish_report"), expect=409)

    assert "covers some of these days" in again.text
    assert not Visitor(office.client("senior")).open(DRAFT).offers("publish_report")


@pytest.mark.parametrize(
    "typed", ["", "from=x&to=y", "from=2026-11-30&to=2026-11-01", "from=2020-01-01&to=2026-01-01"]
)
def test_days_that_make_no_report_are_said_on_the_form(office, typed):
    page = Visitor(office.client("compliance")).open(f"/reports/draft?{typed}")

    assert page.status == 422
    assert page.alerts


@pytest.mark.parametrize("up_to", ["", "x", "99999999999999999999", "888888888"])
def test_a_publishing_form_that_was_made_up_is_refused(office, up_to):
    form = {"from": "2026-11-01", "to": "2026-11-30", "up_to": up_to, "sha256": "\x00"}
    answer = office.client("compliance").post("/reports/publish", data=form)

    assert 400 <= answer.status_code < 500
    form = {"from": "no", "to": "day", "up_to": "1", "sha256": ""}
    assert office.client("compliance").post("/reports/publish", data=form).status_code in {400, 422}


def test_what_was_never_published_is_not_found(office):
    for path in ("/transparency/2026-11-01_2026-11-30", "/transparency/%00", "/transparency/x/csv"):
        assert office.client().get(path).status_code == 404
    publish(office)
    assert office.client().get(f"{PUBLIC}/xml").status_code == 404


def test_the_published_page_stays_as_it_was(office):
    publish(office)
    first = office.client().get(PUBLIC).get_data(as_text=True)
    for _ in range(3):
        cases.police_case(office)
    office.clock.move(days=2)

    assert office.client().get(PUBLIC).get_data(as_text=True) == first


def test_each_chart_has_a_name_and_a_table_that_says_the_same(office):
    publish(office)
    page = office.client().get(PUBLIC).get_data(as_text=True)
    charts = page.count('<svg class="chart"')

    assert charts > 8
    assert page.count('role="img" aria-labelledby="') == charts
    assert page.count("<table") >= charts
    for id_ in ("authorities-class", "authorities-country", "private-access"):
        assert f'id="{id_}-chart"' in page


def test_the_first_page_of_the_portal_leads_to_the_reports(office):
    assert 'href="/transparency"' in office.client().get("/").get_data(as_text=True)
    assert "No report is published yet" in office.client().get("/transparency").get_data(
        as_text=True
    )
