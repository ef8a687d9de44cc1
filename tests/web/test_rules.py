"""The room of the rules: upload, what it would change, and the second person."""

import io
import re

import pytest

from disclosure.domain.states import State
from disclosure.edge import look
from disclosure.operations.desk import SYSTEM
from tests import cases
from tests.domain.test_pack_changes import packed
from tests.operations.test_replaying import NO_PHONE
from tests.web.entries import actions

OLDER = "[house]\nminor_age = 16\n"


@pytest.fixture
def office(tmp_path):
    return cases.empty_office(tmp_path)


@pytest.fixture
def filled(office):
    cases.to_state(office, cases.counterparty_case(office), State.COLLECTING)
    cases.to_state(office, cases.counterparty_case(office, fields=("reg.email",)), State.ASSESSING)
    return office


def text(answer):
    return answer.get_data(as_text=True)


def upload(client, content, name="change.toml", **form):
    given = {"reason": "The law changed.", **form}
    given["files"] = (io.BytesIO(content if isinstance(content, bytes) else content.encode()), name)
    return client.post("/rules/propose", data=given, content_type="multipart/form-data")


def proposed(answer):
    assert answer.status_code == 302, text(answer)
    return re.search(r"/rules/proposals/([0-9a-f]{32})", answer.headers["Location"])[1]


def minor_age(office):
    with office.app.app_context(), look(SYSTEM) as work:
        return work.desk.catalogue.house.minor_age


def test_rules_are_proposed_by_one_person_and_put_in_force_by_another(office):
    legal, officer = office.client("legal"), office.client("compliance")
    proposal = proposed(upload(legal, OLDER))
    assert "You proposed it" in text(legal.get(f"/rules/proposals/{proposal}"))
    assert legal.post(f"/rules/proposals/{proposal}/confirm").status_code == 403
    assert minor_age(office) == 14
    page = text(officer.get(f"/rules/proposals/{proposal}"))
    assert "house.minor_age" in page
    assert 'data-action="confirm_rules"' in page
    assert officer.post(f"/rules/proposals/{proposal}/confirm").status_code == 302

    assert minor_age(office) == 16
    assert "in force" in text(officer.get("/rules/"))
    assert officer.post(f"/rules/proposals/{proposal}/confirm").status_code == 409
    assert [each for each in actions(office) if each.startswith("rules:")] == [
        "rules:proposed",
        "rules:confirmed",
    ]


def test_rules_that_are_not_let_through_stay_out(office):
    proposal = proposed(upload(office.client("admin"), OLDER))
    office.client("senior").post(f"/rules/proposals/{proposal}/refuse")

    assert minor_age(office) == 14
    assert "not let through" in text(office.client("legal").get("/rules/"))


def test_a_proposal_lists_exactly_the_cases_that_would_come_out_otherwise(filled):
    legal = filled.client("legal")
    proposal = proposed(upload(legal, NO_PHONE))
    page = text(legal.get(f"/rules/proposals/{proposal}"))
    listed = legal.get(f"/rules/proposals/{proposal}/cases.csv")

    assert "DR-2026-0001" in page
    assert "DR-2026-0002" not in page
    assert "<code>reg.phone</code>" in page
    assert "1 of 2 cases" in page
    assert listed.mimetype == "text/csv"
    assert [line.split(",")[0] for line in text(listed).splitlines()] == [
        "reference",
        "DR-2026-0001",
    ]


def test_an_administrator_sees_how_many_cases_change_and_not_which(filled):
    admin = filled.client("admin")
    proposal = proposed(upload(admin, NO_PHONE))
    page = text(admin.get(f"/rules/proposals/{proposal}"))

    assert "1 of 2 cases" in page
    assert "DR-2026" not in page
    assert admin.get(f"/rules/proposals/{proposal}/cases.csv").status_code == 403


def test_trying_rules_keeps_nothing(filled):
    answer = upload(filled.client("legal"), NO_PHONE, only="simulate", reason="")

    assert answer.status_code == 200
    assert "DR-2026-0001" in text(answer)
    assert "Nothing was kept" in text(answer)
    assert "No proposal yet" in text(filled.client("legal").get("/rules/"))


def test_a_zip_is_taken_as_its_files(office):
    proposal = proposed(upload(office.client("legal"), packed(("own.toml", OLDER)), "own.zip"))
    office.client("compliance").post(f"/rules/proposals/{proposal}/confirm")

    assert minor_age(office) == 16


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("[house]\nminor_age = 'x'\n", "own.toml", "upload/own.toml, line 2"),
        ("[[house", "own.toml", "this is not TOML"),
        ("x", "own.pdf", "TOML files only"),
        ("x", "own.zip", "not a zip that can be read"),
        (b"\xff", "own.toml", "not UTF-8"),
        ("x", "", "Choose the files"),
    ],
)
@pytest.mark.parametrize("only", ["", "simulate"])
def test_files_that_do_not_fit_are_named_with_their_line(office, content, name, said, only):
    answer = upload(office.client("legal"), content, name, only=only)

    assert answer.status_code == 422
    assert said in text(answer)
    assert 'role="alert"' in text(answer)


def test_a_proposal_without_a_reason_is_not_taken_and_keeps_the_page(office):
    answer = upload(office.client("legal"), OLDER, reason=" ")

    assert answer.status_code == 422
    assert "Say why the rules change" in text(answer)


@pytest.mark.parametrize("who", ["handler", "auditor"])
def test_nobody_else_enters(office, who):
    assert office.client(who).get("/rules/").status_code == 403


def test_an_officer_proposes_nothing(office):
    officer = office.client("compliance")

    assert 'data-action="propose_rules"' not in text(officer.get("/rules/"))
    assert upload(officer, OLDER).status_code == 403


@pytest.mark.parametrize("path", ["/rules/proposals/none", "/rules/proposals/none/cases.csv"])
def test_an_unknown_proposal_is_not_found(office, path):
    assert office.client("legal").get(path).status_code == 404


def test_who_comes_too_late_is_told_to_propose_again(office):
    legal, officer = office.client("legal"), office.client("compliance")
    first, second = (
        proposed(upload(legal, each)) for each in (OLDER, "[house]\nrelay_hours = 48\n")
    )
    officer.post(f"/rules/proposals/{first}/confirm")

    assert "proposed again over them" in text(officer.get(f"/rules/proposals/{second}"))
    assert officer.post(f"/rules/proposals/{second}/confirm").status_code == 409
