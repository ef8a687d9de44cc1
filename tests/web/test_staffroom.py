"""People, register, jobs, ledger and service pages."""

import json
import sqlite3

import pytest

from disclosure.operations.outbox import MOST_TRIES, Effect, enqueue
from tests.app import make_app

ENTRY = {
    "name": "Yunxi Procuratorate",
    "local_name": "云汐市人民检察院",
    "requester_class": "procuratorate",
    "country": "CN",
    "callback_phone": "+86 21 5555 0130",
    "delivery_address": "desk@yunxi.example",
    "domains": "yunxi.example mail.yunxi.example",
    "source": "Printed directory of the province",
}


@pytest.fixture
def office(tmp_path):
    return make_app(tmp_path)


def actions(office):
    path = office.settings.instance / "disclosure.sqlite3"
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT body FROM ledger_entry ORDER BY seq").fetchall()
    return [json.loads(row[0])["action"] for row in rows]


# People


def test_an_administrator_adds_a_person_and_hands_over_a_link(office):
    admin = office.client("admin")
    added = admin.post(
        "/people/add",
        data={
            "username": "new.person",
            "name": "New Person 新人",
            "email": "new@example.org",
            "roles": ["case_handler"],
        },
        follow_redirects=True,
    )
    assert "new.person" in added.get_data(as_text=True)

    assert actions(office)[-2:] == ["account:added", "role:granted"]
    with sqlite3.connect(office.settings.instance / "disclosure.sqlite3") as database:
        found = database.execute("SELECT id FROM person WHERE username = 'new.person'").fetchone()
    page = admin.post(f"/people/{found[0]}/link").get_data(as_text=True)
    link = page.partition("/account/link/")[2].partition("<")[0]
    opened = office.app.test_client()
    assert opened.post(f"/account/link/{link}").status_code == 302
    assert "Choose a password" in opened.get("/account/settings").get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"username": "handler"}, "taken"),
        ({"username": "a b"}, "letters"),
        ({"name": ""}, "name"),
        ({"email": "nowhere"}, "e-mail"),
        ({"roles": ["auditor", "case_handler"]}, "alone"),
        ({"roles": ["king"]}, "role"),
    ],
)
def test_a_person_with_bad_values_is_not_added_and_nothing_typed_is_lost(office, typed, says):
    values = {"username": "x.y", "name": "X Y", "email": "x@example.org", "roles": ["auditor"]}

    answer = office.client("admin").post("/people/add", data={**values, **typed})
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert says in page
    if "name" not in typed:
        assert 'value="X Y"' in page


def test_roles_are_given_and_taken(office):
    admin, person = office.client("admin"), office.people["handler2"]
    admin.post(f"/people/{person}/roles", data={"role": "legal_reviewer", "change": "grant"})
    admin.post(f"/people/{person}/roles", data={"role": "case_handler", "change": "revoke"})

    assert actions(office)[-2:] == ["role:granted", "role:revoked"]
    assert "Enter a demand" in office.client("handler2").get("/cases/").get_data(as_text=True)


def test_an_administrator_sees_no_case_and_disables_others_only(office):
    admin = office.client("admin")

    assert admin.get("/cases/").status_code == 403
    assert admin.post(f"/people/{office.people['admin']}/disable").status_code == 409
    assert admin.post(f"/people/{office.people['legal']}/disable").status_code == 302
    assert admin.post("/people/nobody/disable").status_code == 404


def test_nobody_else_keeps_accounts(office):
    for name in ("handler", "legal", "compliance", "senior", "auditor"):
        assert office.client(name).get("/people/").status_code == 403


# The register


def test_a_change_to_the_register_takes_a_second_person(office):
    handler, officer = office.client("handler"), office.client("compliance")
    handler.post("/register/propose", data=ENTRY)
    before = officer.get("/register/").get_data(as_text=True)
    change = before.partition("/register/changes/")[2].partition("/")[0]

    assert handler.post(f"/register/changes/{change}/confirm").status_code == 403
    assert officer.post(f"/register/changes/{change}/confirm").status_code == 302
    assert officer.post(f"/register/changes/{change}/confirm").status_code == 409
    page = officer.get("/register/").get_data(as_text=True)
    assert "Yunxi Procuratorate" in page
    assert "Waiting for a second person" not in page
    assert "register:changed" in actions(office)


def test_the_proposer_can_not_confirm_even_with_both_roles(office):
    from disclosure.domain.access import Role
    from disclosure.operations.accounts import find_person, grant_role

    with office.app.app_context(), office.unit("admin") as work:
        grant_role(work, find_person(work.session, "handler"), Role.COMPLIANCE_OFFICER)
    both = office.client("handler")
    both.post("/register/propose", data=ENTRY)
    page = both.get("/register/").get_data(as_text=True)
    path = office.settings.instance / "disclosure.sqlite3"
    with sqlite3.connect(path) as database:
        change = database.execute("SELECT id FROM agency_change").fetchone()[0]

    assert "You proposed it" in page
    assert both.post(f"/register/changes/{change}/confirm").status_code == 409


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": ""}, "name"),
        ({"callback_phone": "call me"}, "telephone"),
        ({"delivery_address": "desk"}, "address"),
        ({"domains": "nodot"}, "domains"),
        ({"requester_class": "ip_respondent"}, "kind of agency"),
        ({"country": "XX"}, "country"),
        ({"source": ""}, "where you found"),
        ({"agency_id": "99999999999999999999"}, "whole number"),
    ],
)
def test_a_bad_proposal_is_not_kept_and_nothing_typed_is_lost(office, typed, says):
    answer = office.client("handler").post("/register/propose", data={**ENTRY, **typed})
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert says.lower() in page.lower()
    assert "云汐市人民检察院" in page


# Jobs


def test_a_job_that_failed_five_times_waits_for_a_person(office):
    with office.app.app_context(), office.unit() as work:
        row = enqueue(work, Effect("letter", {"case": "DR-2026-0404", "template": "receipt"}))
        job = row.id
    for _ in range(MOST_TRIES):
        office.work_jobs()
        office.clock.move(hours=2)
    handler = office.client("handler")

    assert "parked" in handler.get("/jobs/").get_data(as_text=True)
    assert handler.get(f"/jobs/status/{job}").get_json()["failed"] is True
    assert handler.post(f"/jobs/{job}/retry").status_code == 302
    assert handler.get(f"/jobs/status/{job}").get_json()["failed"] is False
    assert {"job:parked", "job:retried"} <= set(actions(office))


def test_an_unknown_job_is_not_found(office):
    assert office.client("handler").get("/jobs/status/0").status_code == 404
    assert office.client("handler").post("/jobs/0/retry").status_code == 404


# The ledger


def test_an_auditor_reads_the_ledger_and_checks_it(office):
    auditor = office.client("auditor")
    page = auditor.get("/audit/").get_data(as_text=True)
    checked = auditor.post("/audit/verify").get_data(as_text=True)

    assert "An account was made for a person." in page
    assert "Whole" in checked


def test_the_ledger_is_filtered_and_paged(office):
    auditor = office.client("auditor")

    assert "A person was given a role" not in auditor.get("/audit/?event=account:added").get_data(
        as_text=True
    )
    assert auditor.get("/audit/?before=2").get_data(as_text=True).count('<td data-label="No."') == 1
    assert auditor.get("/audit/?before=x").status_code == 422
    assert "No entry matches" in auditor.get("/audit/?case=DR-1999-1").get_data(as_text=True)


def test_a_changed_entry_is_named_on_the_page(office):
    path = office.settings.instance / "disclosure.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("DROP TRIGGER ledger_entry_no_update")
        database.execute("UPDATE ledger_entry SET body = x'7b7d' WHERE seq = 3")

    assert "entry 3" in office.client("auditor").post("/audit/verify").get_data(as_text=True)


def test_who_may_not_read_the_ledger_does_not(office):
    for name in ("handler", "legal", "admin"):
        assert office.client(name).get("/audit/").status_code == 403
        assert office.client(name).get("/audit/record/DR-2026-0001").status_code == 403


# Service


def test_it_says_that_it_lives_and_what_is_missing(office):
    client = office.app.test_client()

    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.get_json() == {
        "status": "not ready",
        "database": "ok",
        "guards": "ok",
        "keys": "ok",
        "worker": "not ready",
    }


# The demonstration


def test_nothing_of_the_demonstration_exists_in_a_real_instance(office):
    from disclosure.web.demonstration import enter_path
    from tests.app import SECRET

    client = office.client("handler")
    for path in (
        "/demonstration/mail",
        "/demonstration/marketplace",
        enter_path(SECRET, "handler"),
    ):
        assert client.get(path).status_code == 404
    assert client.post("/demonstration/as/legal").status_code == 404


def test_a_link_of_another_demonstration_process_opens_nothing(tmp_path):
    from disclosure.web.demonstration import enter_path

    made = make_app(tmp_path, demo=True)
    client = made.app.test_client()

    assert client.get(enter_path("another process", "lin.yue")).status_code == 404
    assert client.get("/demonstration/enter/lin.yue/0").status_code == 404


def test_changing_the_person_needs_a_session(tmp_path):
    made = make_app(tmp_path, demo=True)

    assert made.app.test_client().post("/demonstration/as/lin.yue").status_code == 403
    assert made.client("handler").get("/demonstration/mail").status_code == 200
    assert "U-3002" in made.client().get("/demonstration/marketplace").get_data(as_text=True)
