import re

import pytest
from sqlalchemy import select

from disclosure.operations.accounts import (
    disable_person,
    find_person,
    issue_login_link,
    set_password,
)
from disclosure.storage.people import StaffSession
from disclosure.web.guard import local_path
from tests.app import make_app

PASSWORD = "a quiet river runs past the desk"


@pytest.fixture
def office(tmp_path):
    made = make_app(tmp_path)
    with made.app.app_context(), made.unit() as work:
        set_password(work, find_person(work.session, "handler"), PASSWORD)
    return made


def sign_in(client, username="handler", password=PASSWORD, **more):
    return client.post(
        "/account/sign-in", data={"username": username, "password": password, **more}
    )


def link_for(office, name="handler"):
    with office.app.app_context(), office.unit() as work:
        return "/account/link/" + issue_login_link(work, find_person(work.session, name))


def cookie_of(answer):
    return next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith("session"))


def test_a_right_password_opens_a_session_and_leads_to_the_queue(office):
    client = office.app.test_client()

    answer = sign_in(client)

    assert answer.status_code == 302
    assert client.get("/account/home").headers["Location"] == "/cases/"
    assert client.get("/cases/").status_code == 200


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(office):
    cookie = cookie_of(sign_in(office.app.test_client()))

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_behind_https_the_cookie_is_secure_strict_and_bound_to_the_host(tmp_path):
    made = make_app(tmp_path, base_url="https://desk.example")
    with made.app.app_context(), made.unit() as work:
        set_password(work, find_person(work.session, "handler"), PASSWORD)

    answer = sign_in(made.app.test_client())
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "session=" in c)

    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "SameSite=Strict" in cookie


def test_unknown_users_and_wrong_passwords_get_the_same_answer(office):
    wrong = sign_in(office.app.test_client(), password="not the right sentence")
    unknown = sign_in(office.app.test_client(), username="nobody.here")

    def words(answer):
        return re.sub(r'value="[^"]*"|Request number.*', "", answer.get_data(as_text=True))

    assert wrong.status_code == unknown.status_code == 422
    assert words(wrong) == words(unknown)


def test_guessing_is_slowed_down_and_not_locked_for_good(office):
    client = office.app.test_client()
    for _ in range(10):
        sign_in(client, password="guess after guess")

    assert sign_in(client).status_code == 429
    office.clock.move(minutes=16)
    assert sign_in(client).status_code == 302


def test_signing_out_makes_the_cookie_worthless(office):
    client = office.client("handler")
    token = client.get_cookie("session").value
    answer = client.post("/account/sign-out")
    thief = office.app.test_client()
    thief.set_cookie("session", token)

    assert "Clear-Site-Data" in answer.headers
    assert thief.get("/cases/").status_code == 302


@pytest.mark.parametrize(
    ("minutes", "status"), [(14, 200), (16, 302)], ids=["still working", "idle too long"]
)
def test_a_session_ends_after_a_quarter_of_an_hour_without_work(office, minutes, status):
    client = office.client("handler")
    office.clock.move(minutes=minutes)

    assert client.get("/cases/").status_code == status


def test_a_session_ends_after_eight_hours_even_of_steady_work(office):
    client = office.client("handler")
    for _ in range(47):
        office.clock.move(minutes=10)
        assert client.get("/cases/").status_code == 200
    office.clock.move(minutes=11)

    assert client.get("/cases/").status_code == 302


def test_a_disabled_person_is_out_at_once(office):
    client = office.client("handler")
    with office.app.app_context(), office.unit("admin") as work:
        disable_person(work, find_person(work.session, "handler"))

    assert client.get("/cases/").status_code == 302
    assert sign_in(office.app.test_client()).status_code == 422


def test_a_role_taken_away_counts_from_the_next_page(office):
    from disclosure.domain.access import Role
    from disclosure.operations.accounts import revoke_role

    client = office.client("handler")
    with office.app.app_context(), office.unit("admin") as work:
        revoke_role(work, find_person(work.session, "handler"), Role.CASE_HANDLER)

    assert client.get("/cases/").status_code == 403


def test_a_link_is_spent_by_its_button_and_not_by_looking(office):
    link = link_for(office)
    client = office.app.test_client()
    for _ in range(3):
        assert client.get(link).status_code == 200

    assert client.post(link).status_code == 302
    assert office.app.test_client().post(link).status_code == 410


def test_a_link_is_worth_nothing_after_ten_minutes(office):
    link = link_for(office)
    office.clock.move(minutes=11)

    assert office.app.test_client().post(link).status_code == 410


def test_a_new_password_ends_every_other_session(office):
    here, there = office.client("handler"), office.client("handler")

    answer = here.post(
        "/account/settings",
        data={"current": PASSWORD, "password": "another long quiet sentence"},
    )

    assert answer.status_code == 302
    assert here.get("/cases/").status_code == 200
    assert there.get("/cases/").status_code == 302


@pytest.mark.parametrize("password", ["short", "a" * 40, "handler handler", "x" * 200])
def test_a_password_that_is_easy_to_guess_is_refused_with_the_reason(office, password):
    answer = office.client("handler").post(
        "/account/settings", data={"current": PASSWORD, "password": password}
    )
    page = answer.get_data(as_text=True)
    error = page.partition('id="password-error"')[2].partition("</p>")[0]

    assert answer.status_code == 422
    assert 'role="alert"' in error
    assert "characters" in error or "easy to guess" in error
    assert sign_in(office.app.test_client()).status_code == 302, "the old one still holds"


def test_a_password_is_not_changed_without_the_one_in_force(office):
    client = office.client("handler")
    page = client.get("/account/settings").get_data(as_text=True)
    assert 'autocomplete="current-password"' in page

    answer = client.post("/account/settings", data={"password": "another long quiet sentence"})

    assert answer.status_code == 422
    assert "This is not your password." in answer.get_data(as_text=True)
    assert sign_in(office.app.test_client()).status_code == 302


def test_who_comes_by_a_link_is_asked_to_choose_a_password_first(office):
    client = office.app.test_client()
    client.post(link_for(office, "legal"))
    assert client.get("/account/home").headers["Location"] == "/account/settings"
    page = client.get("/account/settings").get_data(as_text=True)
    assert 'autocomplete="current-password"' not in page

    client.post("/account/settings", data={"password": "another long quiet sentence"})

    assert client.get("/account/home").headers["Location"] == "/cases/"


def test_signing_in_gives_a_new_session_and_ends_the_one_the_browser_came_with(office):
    client = office.client("legal")
    planted = client.get_cookie("session").value
    sign_in(client)
    other = office.app.test_client()
    other.set_cookie("session", planted)

    assert client.get_cookie("session").value != planted
    assert client.get("/cases/").status_code == 200
    assert other.get("/cases/").status_code == 302


def test_a_session_that_somebody_made_up_is_never_taken_over(office):
    client = office.app.test_client()
    client.set_cookie("session", "made-up-by-somebody-else")
    assert client.get("/cases/").status_code == 302
    sign_in(client)

    assert client.get_cookie("session").value != "made-up-by-somebody-else"
    thief = office.app.test_client()
    thief.set_cookie("session", "made-up-by-somebody-else")
    assert thief.get("/cases/").status_code == 302


def test_staying_signed_in_extends_the_idle_time_and_not_the_eight_hours(office):
    client = office.client("handler")
    for _ in range(3):
        office.clock.move(minutes=14)
        assert client.get("/account/keep-alive").get_json() == {"seconds": 15 * 60}
    office.clock.move(minutes=16)

    answer = client.get("/account/keep-alive")
    assert (answer.status_code, answer.get_json()) == (401, {"seconds": 0})
    assert office.app.test_client().get("/account/keep-alive").status_code == 401


def test_ones_own_pages_need_a_session(office):
    client = office.app.test_client()

    assert client.get("/account/settings").status_code == 302
    assert client.post("/account/settings", data={"password": "x" * 20}).status_code == 302
    assert client.post(f"/account/sessions/{'0' * 64}/end").status_code == 403
    assert client.post("/account/sign-out").status_code == 302
    assert client.get("/account/sign-out").status_code == 405


@pytest.mark.parametrize(
    ("username", "password"),
    [("", ""), ("handler", ""), ("", "x"), ("x" * 5000, "x"), ("a\x00b", "x"), ("h", "x" * 5000)],
)
def test_a_sign_in_that_can_not_be_right_is_answered_with_a_sentence(office, username, password):
    answer = sign_in(office.app.test_client(), username=username, password=password)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert "session=" not in "".join(answer.headers.getlist("Set-Cookie"))


def test_another_session_can_be_ended_by_its_owner_alone(office):
    mine, other, stranger = (
        office.client("handler"),
        office.client("handler"),
        office.client("legal"),
    )
    with office.app.app_context(), office.unit() as work:
        hashes = work.session.scalars(
            select(StaffSession.token_hash).order_by(StaffSession.created_at)
        ).all()

    assert stranger.post(f"/account/sessions/{hashes[1]}/end").status_code == 404
    assert mine.post(f"/account/sessions/{hashes[1]}/end").status_code == 302
    assert {mine.get("/cases/").status_code, other.get("/cases/").status_code} == {200, 302}


@pytest.mark.parametrize(
    "given",
    [
        "//evil.test",
        "/\\evil.test",
        "\\/evil.test",
        "https://evil.test",
        "/x\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "evil.test",
        "/a\\b",
        "",
        None,
    ],
)
def test_nobody_is_sent_to_another_site_after_signing_in(office, given):
    assert local_path(given) is None
    answer = sign_in(office.app.test_client(), **({"next": given} if given else {}))

    assert "evil" not in answer.headers["Location"]


def test_a_local_address_is_kept_for_after_signing_in(office):
    answer = sign_in(office.app.test_client(), next="/cases/?state=signing")

    assert answer.headers["Location"] == "/cases/?state=signing"


def test_a_form_without_its_token_changes_nothing(tmp_path):
    made = make_app(tmp_path, csrf=True)

    assert made.client("handler").post("/account/sign-out").status_code == 400
    assert sign_in(made.app.test_client()).status_code == 400


def test_every_answer_carries_the_strict_headers(office):
    client = office.client("handler")
    for path in ("/", "/cases/", "/nowhere", "/account/sign-in", "/healthz", "/static/app.css"):
        answer = client.get(path)
        answer.close()
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
