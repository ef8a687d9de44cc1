import pytest

from disclosure.domain.access import Role
from disclosure.operations.accounts import find_person, roles_of
from tests.app import make_app
from tests.web.entries import actions

NEW = {
    "username": "new.person",
    "name": "New Person 新人",
    "email": "new@example.org",
    "roles": ["case_handler"],
}


@pytest.fixture
def office(tmp_path):
    return make_app(tmp_path)


def held(office, username):
    with office.app.app_context(), office.unit() as work:
        return roles_of(find_person(work.session, username))


def test_an_administrator_adds_a_person_and_hands_over_a_link(office):
    admin = office.client("admin")
    added = admin.post("/people/add", data=NEW)
    where = added.headers["Location"]
    assert actions(office)[-2:] == ["account:added", "role:granted"]

    page = admin.post(f"{where}/link").get_data(as_text=True)
    link = page.partition("/account/link/")[2].partition("<")[0]
    opened = office.app.test_client()
    assert opened.post(f"/account/link/{link}").status_code == 302
    assert opened.get("/account/home").headers["Location"] == "/account/settings"
    assert "Choose a password" in opened.get("/account/settings").get_data(as_text=True)


def test_a_link_is_shown_once(office):
    admin, person = office.client("admin"), office.people["legal"]
    shown = admin.post(f"/people/{person}/link").get_data(as_text=True)

    assert "/account/link/" in shown
    assert "/account/link/" not in admin.get(f"/people/{person}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"username": "handler"}, "username", "This user name is taken."),
        ({"username": "a b"}, "username", "Use letters, digits, dots and hyphens"),
        ({"username": "x\x00y"}, "username", "Use letters, digits, dots and hyphens"),
        ({"username": ""}, "username", "Choose a user name."),
        ({"name": ""}, "name", "Enter the person"),
        ({"name": "x" * 5000}, "name", "200"),
        ({"email": "nowhere"}, "email", "Enter an e-mail address like"),
        ({"roles": ["auditor", "case_handler"]}, "roles", "is held alone"),
        ({"roles": ["king"]}, "roles", "valid choice"),
    ],
)
def test_a_person_with_bad_values_is_not_added_and_the_field_says_why(office, typed, field, says):
    answer = office.client("admin").post("/people/add", data={**NEW, **typed})
    page = answer.get_data(as_text=True)
    error = page.partition(f'id="{field}-error"')[2].partition("</p>")[0]

    assert answer.status_code == 422
    assert says in error
    assert 'role="alert"' in error
    assert f'href="#{field}"' in page
    assert "account:added" not in actions(office)[-1:]


def test_nothing_typed_is_lost_when_a_person_is_not_added(office):
    page = office.client("admin").post("/people/add", data={**NEW, "email": "nowhere"})
    text = page.get_data(as_text=True)

    assert 'value="new.person"' in text
    assert 'value="New Person 新人"' in text
    assert 'value="nowhere"' in text
    assert 'value="case_handler" checked' in text


def test_roles_are_given_and_taken(office):
    admin, person = office.client("admin"), office.people["handler2"]
    admin.post(f"/people/{person}/roles", data={"role": "legal_reviewer", "change": "grant"})
    admin.post(f"/people/{person}/roles", data={"role": "case_handler", "change": "revoke"})

    assert actions(office)[-2:] == ["role:granted", "role:revoked"]
    assert held(office, "handler2") == {Role.LEGAL_REVIEWER}


@pytest.mark.parametrize("role", ["auditor", "administrator", "king", ""])
def test_a_role_that_can_not_be_held_is_not_given_and_the_page_says_why(office, role):
    person = office.people["handler"]
    answer = office.client("admin").post(
        f"/people/{person}/roles", data={"role": role, "change": "grant"}
    )

    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert held(office, "handler") == {Role.CASE_HANDLER}


def test_fields_that_no_form_has_change_nothing(office):
    answer = office.client("admin").post("/people/add", data={**NEW, "active": "", "id": "1"})

    assert answer.status_code == 302
    assert answer.headers["Location"] != "/people/1"


def test_an_administrator_sees_no_case_and_disables_others_only(office):
    admin = office.client("admin")

    assert admin.get("/cases/").status_code == 403
    assert admin.post(f"/people/{office.people['admin']}/disable").status_code == 409
    assert admin.post(f"/people/{office.people['legal']}/disable").status_code == 302
    assert admin.post("/people/nobody/disable").status_code == 404
    assert admin.get("/people/nobody").status_code == 404


@pytest.mark.parametrize("name", ["handler", "legal", "compliance", "senior", "auditor"])
def test_nobody_else_keeps_accounts(office, name):
    client, person = office.client(name), office.people["handler2"]

    assert client.get("/people/").status_code == 403
    assert client.get(f"/people/{person}").status_code == 403
    for action in ("add", f"{person}/roles", f"{person}/link", f"{person}/disable"):
        assert client.post(f"/people/{action}", data=NEW).status_code == 403
