import pytest

from disclosure.domain.access import Role
from disclosure.operations.accounts import find_person, grant_role
from tests.app import make_app
from tests.web.entries import actions, database

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
PUDONG = 1


@pytest.fixture
def office(tmp_path):
    return make_app(tmp_path)


def change_of(office):
    with database(office) as connection:
        return connection.execute("SELECT id FROM agency_change").fetchone()[0]


def agency(office, number):
    with database(office) as connection:
        return connection.execute(
            "SELECT callback_phone, delivery_address FROM agency WHERE id = ?", (number,)
        ).fetchone()


def text(answer):
    return answer.get_data(as_text=True)


def test_a_change_to_the_register_takes_a_second_person(office):
    handler, officer = office.client("handler"), office.client("compliance")
    handler.post("/register/propose", data=ENTRY)
    change = change_of(office)
    assert change in text(officer.get("/register/"))

    assert handler.post(f"/register/changes/{change}/confirm").status_code == 403
    assert officer.post(f"/register/changes/{change}/confirm").status_code == 302
    assert officer.post(f"/register/changes/{change}/confirm").status_code == 409
    page = text(officer.get("/register/"))
    assert "Yunxi Procuratorate" in page
    assert "Waiting for a second person" not in page
    assert actions(office).count("register:changed") == 1


def test_a_change_that_is_refused_changes_nothing(office):
    before = agency(office, PUDONG)
    office.client("handler").post("/register/propose", data={**ENTRY, "agency_id": PUDONG})
    office.client("compliance").post(f"/register/changes/{change_of(office)}/refuse")

    assert agency(office, PUDONG) == before
    assert actions(office)[-1] == "register:change-refused"


def test_any_other_word_decides_nothing(office):
    office.client("handler").post("/register/propose", data=ENTRY)
    officer, change = office.client("compliance"), change_of(office)

    assert officer.post(f"/register/changes/{change}/perhaps").status_code == 404
    assert change in text(officer.get("/register/"))


def test_the_proposer_can_not_confirm_even_with_both_roles(office):
    with office.app.app_context(), office.unit("admin") as work:
        grant_role(work, find_person(work.session, "handler"), Role.COMPLIANCE_OFFICER)
    both = office.client("handler")
    both.post("/register/propose", data=ENTRY)

    assert "You proposed it" in text(both.get("/register/"))
    assert both.post(f"/register/changes/{change_of(office)}/confirm").status_code == 409


def test_the_second_person_sees_every_value_that_would_be_another_one(office):
    client = office.client("handler")
    form = text(client.get(f"/register/?entry={PUDONG}"))
    assert 'value="evidence@pudong.police.example"' in form
    changed = {
        **ENTRY,
        "agency_id": PUDONG,
        "name": "Shanghai Public Security Bureau, Pudong Branch",
        "local_name": "上海市公安局浦东分局",
        "requester_class": "police",
        "callback_phone": "+86 21 5555 0110",
        "domains": "pudong.police.example",
        "delivery_address": "evidence@elsewhere.example",
    }
    client.post("/register/propose", data=changed)

    page = text(office.client("compliance").get("/register/"))
    table = page.partition("What would be another value")[2].partition("</table>")[0]

    assert table.count("<tr>") == 2, "the heading and the one value that differs"
    assert "evidence@pudong.police.example" in table
    assert "evidence@elsewhere.example" in table


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"name": ""}, "name", "Enter the agency"),
        ({"name": "x" * 5000}, "name", "at most"),
        ({"callback_phone": "call me"}, "callback_phone", "Enter a telephone number like"),
        ({"delivery_address": "desk"}, "delivery_address", "Enter an address like"),
        ({"domains": "nodot"}, "domains", "mail domains"),
        ({"requester_class": "ip_respondent"}, "requester_class", "Choose the kind of agency."),
        ({"country": "XX"}, "country", "Choose the agency"),
        ({"source": ""}, "source", "Say where you found"),
    ],
)
def test_a_bad_proposal_is_not_kept_and_the_field_says_why(office, typed, field, says):
    answer = office.client("handler").post("/register/propose", data={**ENTRY, **typed})
    page = text(answer)
    error = page.partition(f'id="{field}-error"')[2].partition("</p>")[0]

    assert answer.status_code == 422
    assert says in error
    assert 'role="alert"' in error
    assert "云汐市人民检察院" in page
    assert "register:change-proposed" not in actions(office)


@pytest.mark.parametrize(
    ("number", "status"), [("99999999999999999999", 422), ("x", 422), ("999", 404)]
)
def test_an_entry_that_is_none_is_neither_shown_nor_changed(office, number, status):
    client = office.client("handler")

    assert client.get(f"/register/?entry={number}").status_code == status
    assert client.post("/register/propose", data={**ENTRY, "agency_id": number}).status_code == (
        status
    )


@pytest.mark.parametrize("name", ["legal", "auditor"])
def test_who_has_no_part_in_the_register_does_not_see_it(office, name):
    assert office.client(name).get("/register/").status_code == 403
