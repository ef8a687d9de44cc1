import re

import pytest

from disclosure.demonstration.staff import STAFF
from disclosure.operations.accounts import add_person
from disclosure.storage.base import db
from disclosure.storage.people import StaffSession
from disclosure.web.demonstration import enter_path
from tests import cases
from tests.app import SECRET, make_app

LIN, ZHOU = STAFF[0], STAFF[2]


@pytest.fixture
def demo(tmp_path):
    made = make_app(tmp_path, demo=True)
    with made.app.app_context(), made.unit() as work:
        for member in (LIN, ZHOU):
            add_person(
                work,
                username=member.username,
                name=member.name,
                email=member.email,
                roles=[member.role],
            )
    return made


def text(answer):
    return answer.get_data(as_text=True)


def test_nothing_of_the_demonstration_exists_in_a_real_instance(tmp_path):
    real = make_app(tmp_path)
    client = real.client("handler")
    paths = ["/demonstration/mail", "/demonstration/marketplace", enter_path(SECRET, "handler")]

    assert [client.get(path).status_code for path in paths] == [404, 404, 404]
    assert client.post("/demonstration/as/legal").status_code == 404
    assert not [rule for rule in real.app.url_map.iter_rules() if "demonstration" in rule.rule]
    assert "demonstration" not in text(client.get("/cases/")).lower()


def test_a_link_of_this_process_signs_in_and_asks_for_no_password(demo):
    client = demo.app.test_client()
    page = client.get(enter_path(SECRET, LIN.username), follow_redirects=True)

    assert page.request.path == "/cases/"
    assert LIN.name in text(page)


@pytest.mark.parametrize(
    "path",
    [
        enter_path("another process", LIN.username),
        enter_path("", LIN.username),
        f"/demonstration/enter/{LIN.username}/0",
        enter_path(SECRET, LIN.username).replace(LIN.username, ZHOU.username),
        enter_path(SECRET, "handler"),
    ],
    ids=["another process", "no secret", "no signature", "another's", "none of its people"],
)
def test_any_other_link_opens_nothing(demo, path):
    client = demo.app.test_client()

    assert client.get(path).status_code == 404
    assert client.get("/cases/").status_code == 302


def test_a_process_that_printed_no_links_opens_none(tmp_path):
    from disclosure.app import create_app
    from tests.app import Clock

    made = make_app(tmp_path, demo=True)
    app = create_app(made.settings, clock=Clock(), demonstration_secret="")

    assert app.test_client().get(enter_path("", LIN.username)).status_code == 404


def test_one_goes_on_as_another_person_and_the_first_session_ends(demo):
    client = demo.app.test_client()
    client.get(enter_path(SECRET, LIN.username))
    first = client.get_cookie("session").value
    page = client.post(f"/demonstration/as/{ZHOU.username}", follow_redirects=True)
    thief = demo.app.test_client()
    thief.set_cookie("session", first)

    assert ZHOU.name in text(page)
    assert thief.get("/cases/").status_code == 302
    with demo.app.app_context():
        sessions = db.session.query(StaffSession).all()
        assert sum(each.ended_at is None for each in sessions) == 1
        db.session.rollback()


def test_changing_the_person_needs_a_session_and_the_forms_token(demo, tmp_path):
    assert demo.app.test_client().post(f"/demonstration/as/{LIN.username}").status_code == 403
    strict = make_app(tmp_path / "strict", demo=True, csrf=True)
    assert strict.client("handler").post("/demonstration/as/lin.yue").status_code == 400


def test_the_mail_page_shows_each_message_with_links_that_work(demo):
    reference = cases.police_case(demo)
    demo.work_jobs()
    client = demo.app.test_client()
    listed = text(client.get("/demonstration/mail"))
    assert f"Your demand {reference} has arrived" in listed

    name = re.search(r'/demonstration/mail/([^"]+)"', listed).group(1)
    shown = text(client.get(f"/demonstration/mail/{name}"))
    link = re.search(r'<a href="(/portal/[^"]+)">', shown).group(1)
    assert client.get(link).status_code == 200
    assert client.get("/demonstration/mail/../keys.json").status_code == 404
    assert client.get("/demonstration/mail/none.eml").status_code == 404


def test_markup_in_a_message_is_shown_as_text(demo):
    from disclosure.gateways.mail import Message, send, stable_message_id

    message = Message(
        to="a@example.org",
        subject="<script>alert(1)</script>",
        text="<img src=x onerror=alert(1)>",
        message_id=stable_message_id(demo.settings, "x"),
    )
    send(demo.settings, message, now=demo.clock.now)
    client = demo.app.test_client()
    name = re.search(r"/demonstration/mail/([\w.]+)", text(client.get("/demonstration/mail")))
    page = text(client.get(f"/demonstration/mail/{name.group(1)}"))

    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_the_marketplace_hands_an_account_over_to_the_portal(demo):
    client = demo.app.test_client()
    page = text(client.get("/demonstration/marketplace"))
    form = page.partition("Amelia Hartley")[2]
    token = re.search(r'name="token" value="([^"]+)"', form).group(1)
    target = re.findall(r'action="([^"]+)"', page)[0]

    answer = client.post(target, data={"token": token, "place": "portal.transaction"})

    assert answer.status_code == 303
    assert "U-3011" in text(client.get(answer.headers["Location"]))
    again = demo.app.test_client().post(target, data={"token": token})
    assert again.status_code == 403, "a token is good for one use"
