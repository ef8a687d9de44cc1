"""The pages of retention: who sees them, and what two people do there."""

import pytest

from disclosure.domain.states import State
from tests import cases
from tests.app import ROLES
from tests.cases import empty_office, to_state
from tests.visitor import Visitor
from tests.web.entries import actions

WHY = "Its term is over and nothing is pending."


@pytest.fixture
def office(tmp_path):
    return empty_office(tmp_path)


@pytest.fixture
def over(office):
    """A closed case whose term is over."""
    reference = to_state(office, cases.police_case(office), State.CLOSED)
    office.clock.move(days=5 * 366)
    return reference


def visit(office, who):
    return Visitor(office.client(who))


@pytest.mark.parametrize("who", sorted(ROLES))
def test_those_who_keep_records_see_the_pages_and_nobody_else(office, over, who):
    allowed = who.rstrip("2") in {"legal", "compliance", "senior"}

    for page in ("/retention/", f"/retention/{over}"):
        assert office.client(who).get(page).status_code == (200 if allowed else 403)


def test_one_proposes_another_agrees_and_the_records_are_gone(office, over):
    legal, officer = visit(office, "legal"), visit(office, "compliance")
    assert over in legal.open("/retention/").text
    page = legal.open(f"/retention/{over}")
    page = legal.send(page.form("retention_propose"), **{"propose-reason": WHY})
    assert "A compliance officer agrees to it." in page.text

    page = officer.open(f"/retention/{over}")
    assert WHY in page.text
    page = officer.send(page.form("destruction_agree"))
    assert "being destroyed" in page.text
    office.work_jobs()
    page = officer.open(f"/retention/{over}")
    assert "destroyed" in page.text
    assert [form.action for form in page.forms if form.action] == []
    assert "The records of this case are destroyed" in officer.open(f"/cases/{over}").text
    assert "record:destroyed" in actions(office)


def test_the_proposer_is_told_why_they_cannot_agree(office, over):
    officer = visit(office, "compliance")
    page = officer.open(f"/retention/{over}")
    page = officer.send(page.form("retention_propose"), **{"propose-reason": WHY})

    assert "You proposed it: another person agrees." in page.text
    assert office.client("compliance").post(f"/retention/{over}/agree").status_code == 409
    page = officer.send(page.form("destruction_refuse"))
    assert page.form("retention_propose")


def test_a_hold_and_a_longer_term_are_set_and_lifted_on_the_page(office, over):
    legal = visit(office, "legal")
    page = legal.open(f"/retention/{over}")
    page = legal.send(page.form("retention_hold"), **{"hold-reason": "A lawsuit was filed."})
    assert "A lawsuit was filed." in page.text
    assert over in legal.open("/retention/").text
    page = legal.open(f"/retention/{over}")
    page = legal.send(page.form("retention_free"), **{"free-reason": "The lawsuit has ended."})
    page = legal.send(
        page.form("retention_longer"), **{"longer-reason": WHY, "longer-until": "2040-01-01"}
    )

    assert "1 Jan 2040" in page.text


@pytest.mark.parametrize(
    ("what", "typed", "says"),
    [
        ("hold", {"hold-reason": ""}, "Say why."),
        ("hold", {"hold-reason": "short"}, "10 to 2000 characters"),
        ("longer", {"longer-reason": WHY, "longer-until": "tomorrow"}, "Not a valid date"),
        ("longer", {"longer-reason": WHY, "longer-until": "2030-01-01"}, "after the end"),
        ("propose", {"propose-reason": "x" * 2001}, "10 to 2000 characters"),
    ],
)
def test_a_bad_value_is_named_at_its_field_and_what_was_typed_stays(
    office, over, what, typed, says
):
    legal = visit(office, "legal")
    form = legal.open(f"/retention/{over}").form(f"retention_{what}")
    before = actions(office)
    page = legal.send(form, expect=422, **typed)

    assert says in " ".join(page.alerts)
    kept = page.form(f"retention_{what}").values[f"{what}-reason"].strip()
    assert kept == typed[f"{what}-reason"]
    assert actions(office) == before


def test_an_unknown_case_is_not_found(office):
    assert office.client("legal").get("/retention/DR-2026-9999").status_code == 404
    assert office.client("compliance").post("/retention/DR-2026-9999/agree").status_code == 404
