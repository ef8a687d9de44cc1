import hashlib
import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from disclosure.edge import look
from disclosure.operations.desk import SYSTEM
from disclosure.operations.intake import receive_demand
from disclosure.operations.noticing import resolve_objection
from disclosure.storage.cases import Case
from disclosure.storage.releases import Notice, Objection
from tests.app import Office, make_app
from tests.visitor import Visitor
from tests.web.delivered import DEMAND

TOKEN = "link-of-the-notice"
PATH = f"/portal/notice/{TOKEN}"


@dataclass
class Told:
    """A data subject with a link, and the installation that sent it."""

    office: Office
    visitor: Visitor

    def object(self, text="It is not me.", *, expect=200):
        form = self.visitor.open(PATH).form("receive_objection")
        return self.visitor.send(form, expect=expect, text=text)

    def objections(self):
        with self.office.app.app_context(), look(SYSTEM) as work:
            return [each.text for each in work.session.scalars(select(Objection))]

    def decide(self, *, upheld):
        with self.office.app.app_context(), self.office.unit("legal") as work:
            case = work.session.scalars(select(Case)).one()
            resolve_objection(work, case, upheld=upheld, reason="The order is proven.")


@pytest.fixture
def told(tmp_path):
    office = make_app(tmp_path)
    with office.app.app_context(), office.unit() as work:
        case = receive_demand(work, DEMAND).case
        case.allowed_fields = ["reg.phone"]
        work.session.add(
            Notice(
                id=uuid.uuid4().hex,
                case_id=case.id,
                rule="prior",
                legal_basis="PIPL-17; PIPL-23",
                contact="seller@example.org",
                token_hash=hashlib.sha256(TOKEN.encode()).hexdigest(),
                objection_days=3,
                sent_at=work.now,
                objection_until=work.now + timedelta(days=3),
            )
        )
    return Told(office, Visitor(office.client()))


def test_the_page_says_which_data_for_whom_on_which_ground_and_until_when(told):
    page = told.visitor.open(PATH)

    assert page.status == 200
    for words in ("Telephone number", "Transaction party", "3(f)", "27 Nov 2026 10:00"):
        assert words in page.text
    assert "Personal Information Protection Law" in page.text


def test_only_what_was_decided_is_named_and_never_a_value_or_the_requester(told):
    page = told.visitor.open(PATH)

    for words in ("Display name", "Chen Buyer", "buyer@example.org", "U-3002", "U-3003", "O-5512"):
        assert words not in page.text


def test_an_objection_arrives_and_the_page_says_so(told):
    page = told.object("  这不是我。\nPlease look again. ")

    assert "Your objection is in" in page.text
    assert not page.offers("receive_objection")
    assert [text.replace("\r", "") for text in told.objections()] == [
        "这不是我。\nPlease look again."
    ]


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 4001, "a\x00b", "a\u202eb"])
def test_a_bad_objection_comes_back_with_what_was_typed(told, text):
    page = told.object(text, expect=422)

    assert page.alerts[0]
    assert page.offers("receive_objection")
    assert told.objections() == []
    if text.startswith("x"):
        assert page.form("receive_objection").values["text"].strip() == text


def test_a_second_objection_is_turned_down_and_the_first_stays(told):
    form = told.visitor.open(PATH).form("receive_objection")
    told.visitor.send(form, text="First.")
    page = told.visitor.send(form, expect=409, text="Second.")

    assert "Your objection is in already" in page.alerts[0]
    assert told.objections() == ["First."]


def test_after_the_window_nothing_is_taken(told):
    form = told.visitor.open(PATH).form("receive_objection")
    told.office.clock.move(days=3, seconds=1)

    assert "The time to object is over." in told.visitor.open(PATH).text
    assert not told.visitor.open(PATH).offers("receive_objection")
    page = told.visitor.send(form, expect=409, text="Too late.")
    assert "The time to object is over." in page.alerts[0]
    assert told.objections() == []


@pytest.mark.parametrize(
    ("upheld", "says"), [(True, "You were right to object"), (False, "was turned down")]
)
def test_the_answer_stands_on_the_same_page(told, upheld, says):
    told.object()
    told.decide(upheld=upheld)
    page = told.visitor.open(PATH)

    assert says in page.text
    assert "The order is proven." in page.text


@pytest.mark.parametrize("token", ["nonsense", "0" * 5000, "%00"])
def test_an_unknown_link_opens_nothing(told, token):
    page = told.visitor.open(f"/portal/notice/{token}")

    assert page.status == 404
    assert "opens nothing" in page.text


def test_the_link_of_a_replaced_notice_opens_nothing(told):
    with told.office.app.app_context(), told.office.unit() as work:
        work.session.scalars(select(Notice)).one().replaced_at = work.now

    assert told.visitor.open(PATH).status == 404


def test_an_objection_without_the_form_s_token_is_refused(told):
    told.office.app.config["WTF_CSRF_ENABLED"] = True
    answer = told.visitor.client.post(PATH, data={"text": "From elsewhere."})

    assert answer.status_code == 400
    assert told.objections() == []
