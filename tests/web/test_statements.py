"""The statement's pages: for staff by account, for the data subject by the platform's sign-in."""

import re

import pytest

from disclosure.domain.states import State
from disclosure.web.portal_identity import enter_as
from tests import cases
from tests.operations.test_statement import ACCOUNT, court_case
from tests.web.entries import actions


@pytest.fixture
def office(tmp_path):
    return cases.empty_office(tmp_path)


def text(answer):
    return answer.get_data(as_text=True)


def visitor(office, account):
    """Return the browser of a user who came from the platform."""
    client = office.client()
    with office.app.test_request_context():
        token = enter_as(account)
    answer = client.post("/portal/enter", data={"token": token, "place": "portal.statement"})
    assert answer.headers["Location"].endswith("/portal/statement")
    return client


@pytest.mark.parametrize("name", ["handler", "legal", "compliance", "senior", "auditor"])
def test_who_may_see_cases_sees_statements_and_each_look_is_an_entry(office, name):
    client = office.client(name)
    before = len(actions(office))
    assert client.get("/statements/").status_code == 200
    assert len(actions(office)) == before, "asking is no look"

    assert "no disclosure to show" in text(client.post("/statements/", data={"account": ACCOUNT}))
    assert actions(office)[before:] == ["statement:viewed"]


def test_administrators_see_none(office):
    client = office.client("admin")

    assert client.get("/statements/").status_code == 403
    assert client.post("/statements/", data={"account": ACCOUNT}).status_code == 403
    assert client.post("/statements/pdf", data={"account": ACCOUNT}).status_code == 403
    assert "statement:viewed" not in actions(office)


@pytest.mark.parametrize("account", ["", " ", "U" * 80, "U-1\x00"])
def test_what_is_no_account_is_said_at_the_field_and_is_no_look(office, account):
    answer = office.client("handler").post("/statements/", data={"account": account})

    assert answer.status_code == 422
    assert 'class="error"' in text(answer)
    assert "statement:viewed" not in actions(office)
    pdf = office.client("handler").post("/statements/pdf", data={"account": account})
    assert 400 <= pdf.status_code < 500


def test_staff_and_data_subject_read_the_same_disclosures(office):
    reference = court_case(office)
    staff = text(office.client("handler").post("/statements/", data={"account": ACCOUNT}))
    own = text(visitor(office, ACCOUNT).post("/portal/statement"))

    for page in (staff, own):
        assert reference in page
        assert "Hangzhou Xihu District People&#39;s Court" in page
        assert "Telephone number" in page


def test_a_user_reads_their_own_statement_only(office):
    reference = court_case(office)
    client = visitor(office, "U-1002")

    assert reference not in text(client.post("/portal/statement", data={"account": ACCOUNT}))


def test_without_the_platforms_sign_in_nothing_is_shown(office):
    client = office.client()

    assert "first" in text(client.get("/portal/statement"))
    assert client.post("/portal/statement").status_code == 403
    assert client.post("/portal/statement/pdf").status_code == 403
    assert "statement:viewed" not in actions(office)


def test_a_look_by_the_data_subject_is_an_entry_and_opening_the_page_is_none(office):
    client = visitor(office, ACCOUNT)
    client.get("/portal/statement")
    assert "statement:viewed" not in actions(office)

    client.post("/portal/statement")
    assert actions(office).count("statement:viewed") == 1


def same(office, account, other, page):
    """Tell whether two accounts get the same page, but for their number and the form token."""
    pages = [page(account).replace(account, "X"), page(other).replace(other, "X")]
    first, second = (re.sub(r'value="[^"]*"', "", each) for each in pages)
    return first == second


def test_a_withheld_disclosure_changes_no_sign_of_either_page(office):
    cases.to_state(office, cases.police_case(office), State.RELEASED)

    def staff(account):
        return text(office.client("handler").post("/statements/", data={"account": account}))

    def own(account):
        return text(visitor(office, account).post("/portal/statement"))

    assert same(office, ACCOUNT, "U-1002", staff)
    assert same(office, ACCOUNT, "U-1002", own)


def test_the_pdf_is_given_as_a_file_whose_name_tells_nothing(office):
    answer = visitor(office, ACCOUNT).post("/portal/statement/pdf")

    assert answer.get_data().startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="statement-of-disclosures.pdf"'
    )
    assert answer.headers["Cache-Control"] == "no-store"
