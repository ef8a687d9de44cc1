import statistics
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from disclosure.domain.access import Role
from disclosure.errors import BadInput, NotFound, Refused
from disclosure.operations import accounts, passwords
from disclosure.operations.desk import Actor
from disclosure.storage.ledger_rows import LedgerEntry
from disclosure.storage.people import StaffSession

PASSWORD, ANOTHER = "a quiet river runs past the desk", "seven boats wait under the bridge"


def person(work, name="handler"):
    return accounts.find_person(work.session, name)


def choose(office, password=PASSWORD, name="handler"):
    with office.app.app_context(), office.unit() as work:
        accounts.set_password(work, person(work, name), password)


def sign_in(office, password=PASSWORD, name="handler", address="192.0.2.1"):
    with office.app.app_context(), office.unit() as work:
        return accounts.sign_in(work, name, password, address=address)


def is_live(office, token):
    with office.app.app_context(), office.unit() as work:
        return accounts.live_session(work.session, token, work.now) is not None


def change(office, token, *, current="", new=ANOTHER, name="handler"):
    with office.app.app_context(), office.unit() as work:
        actor = Actor(person(work, name).id, frozenset(), accounts.hash_token(token))
        return passwords.change_password(work.as_actor(actor), current=current, new=new)


def test_neither_token_nor_password_nor_link_is_stored_as_it_is(office):
    choose(office)
    token = sign_in(office)
    with office.app.app_context(), office.unit() as work:
        link = accounts.issue_login_link(work, person(work))
    raw = (office.settings.instance / "disclosure.sqlite3").read_bytes()
    wal = office.settings.instance / "disclosure.sqlite3-wal"
    raw += wal.read_bytes() if wal.exists() else b""

    for secret in (token, link, PASSWORD, "Handler Person", "handler@example.org"):
        assert secret.encode() not in raw


def test_a_password_is_kept_with_argon2id(office):
    choose(office)
    with office.app.app_context(), office.unit() as work:
        assert person(work).password_hash.startswith("$argon2id$")


@pytest.mark.parametrize("given", ["Handler", " handler ", "HANDLER"])
def test_a_user_name_is_right_however_it_is_typed(office, given):
    choose(office)

    assert sign_in(office, name=given) is not None


@pytest.mark.parametrize("length", [11, 129, 5000])
def test_a_password_of_a_wrong_length_is_refused(office, length):
    with pytest.raises(BadInput, match="12 to 128"):
        choose(office, ("abcdefgh" * 700)[:length])


def test_long_and_chinese_passwords_are_taken_whole(office):
    for password in ("x y z w v " * 12 + "end", "青山依旧在几度夕阳红白发渔樵江渚上"):
        choose(office, password)

        assert sign_in(office, password) is not None
        assert sign_in(office, password[:-1]) is None


def test_an_unknown_name_is_counted_like_a_known_one(office):
    choose(office)
    answers = {}
    for name in ("handler", "nobody.here"):
        for number in range(accounts.MOST_TRIES):
            assert sign_in(office, "wrong " * 3, name, address=f"192.0.2.{number}") is None
        with pytest.raises(Refused) as refusal:
            sign_in(office, "wrong " * 3, name, address="192.0.2.99")
        answers[name] = refusal.value.message

    assert answers["handler"] == answers["nobody.here"]
    assert sign_in(office, "wrong " * 3, "somebody.else", address="192.0.2.99") is None


def test_guesses_on_one_account_close_it_to_guessing_and_no_other(office):
    for name in ("handler", "legal"):
        choose(office, name=name)
    for number in range(accounts.MOST_TRIES):
        sign_in(office, "wrong " * 3, address=f"192.0.2.{number}")

    with pytest.raises(Refused, match="Wait 15 minutes"):
        sign_in(office, address="192.0.2.99")
    assert sign_in(office, name="legal", address="192.0.2.99") is not None


def test_guesses_from_one_address_close_it_whatever_the_names(office):
    choose(office)
    for number in range(accounts.MOST_TRIES):
        sign_in(office, "wrong " * 3, f"name{number}")

    with pytest.raises(Refused):
        sign_in(office)
    assert sign_in(office, address="192.0.2.2") is not None


def test_a_failed_try_is_an_entry_that_names_nobody_unknown(office):
    choose(office)
    sign_in(office, "wrong " * 3, "Zhang Wei")
    with office.app.app_context(), office.unit() as work:
        body = work.session.scalar(
            select(LedgerEntry.body).order_by(LedgerEntry.seq.desc()).limit(1)
        )

    assert b"session:refused" in body
    assert b"Zhang" not in body
    assert b"192.0.2" not in body


def test_a_wrong_name_takes_as_long_as_a_wrong_password(office):
    choose(office)

    def took(name):
        times = []
        for number in range(8):
            started = time.perf_counter()
            sign_in(office, "wrong " * 3, f"{name}", address=f"{name}-{number}")
            times.append(time.perf_counter() - started)
        return statistics.median(times)

    known, unknown = took("handler"), took("nobody.here")
    assert 0.5 < unknown / known < 2, "a skipped hash is more than ten times faster"


def test_a_disabled_person_gets_in_by_no_way(office):
    choose(office)
    token = sign_in(office)
    with office.app.app_context(), office.unit() as work:
        link = accounts.issue_login_link(work, person(work))
    with office.app.app_context(), office.unit("admin") as work:
        accounts.disable_person(work, person(work))

    assert not is_live(office, token)
    assert sign_in(office) is None
    with office.app.app_context(), office.unit() as work, pytest.raises(Refused):
        accounts.redeem_login_link(work, link)


def test_a_link_opens_one_session_for_the_first_of_many(office):
    with office.app.app_context(), office.unit() as work:
        link = accounts.issue_login_link(work, person(work))
        before = work.session.scalar(select(func.count()).select_from(StaffSession))
    opened = 0
    for _ in range(5):
        try:
            with office.app.app_context(), office.unit() as work:
                accounts.redeem_login_link(work, link)
            opened += 1
        except Refused:
            pass
    with office.app.app_context(), office.unit() as work:
        assert work.session.scalar(select(func.count()).select_from(StaffSession)) == before + 1

    assert opened == 1


def test_used_expired_and_unknown_links_are_refused_in_the_same_words(office):
    said = set()
    with office.app.app_context(), office.unit() as work:
        used, late = (accounts.issue_login_link(work, person(work)) for _ in range(2))
        accounts.redeem_login_link(work, used)
    office.clock.move(minutes=10)
    for link in (used, late, "unknown", "", "\x00"):
        with office.app.app_context(), office.unit() as work, pytest.raises(Refused) as refusal:
            accounts.redeem_login_link(work, link)
        said.add(refusal.value.message)

    assert len(said) == 1


def test_changing_a_password_needs_the_one_in_force(office):
    choose(office)
    token = sign_in(office)

    assert change(office, token, current="not this one at all") is False
    assert change(office, token, current="") is False
    assert sign_in(office) is not None
    assert change(office, token, current=PASSWORD) is True
    assert sign_in(office, ANOTHER) is not None
    assert sign_in(office) is None


def test_guessing_the_one_in_force_from_an_open_session_is_slowed_down(office):
    choose(office)
    token = sign_in(office)
    for number in range(accounts.MOST_TRIES):
        assert change(office, token, current=f"guess number {number}") is False

    with pytest.raises(Refused):
        change(office, token, current=PASSWORD)


def test_who_came_by_a_link_chooses_anew_without_the_one_forgotten(office):
    choose(office)
    by_password = sign_in(office)
    office.clock.move(seconds=1)
    with office.app.app_context(), office.unit() as work:
        by_link = accounts.redeem_login_link(work, accounts.issue_login_link(work, person(work)))

    assert change(office, by_password) is False, "the link excuses its own session alone"
    assert change(office, by_link) is True
    assert is_live(office, by_link)
    assert not is_live(office, by_password)


def test_only_ones_own_sessions_can_be_listed_and_ended(office):
    choose(office)
    token = accounts.hash_token(sign_in(office))
    with office.app.app_context(), office.unit("handler") as work:
        mine = accounts.sessions_of(work, work.actor.person)
        assert [each.token_hash for each in mine] == [token]
    with office.app.app_context(), office.unit("legal") as work, pytest.raises(NotFound):
        accounts.end_session(work, token)
    with office.app.app_context(), office.unit("handler") as work:
        accounts.end_session(work, token)
        assert accounts.sessions_of(work, work.actor.person) == []
        with pytest.raises(NotFound):
            accounts.end_session(work, token)


@pytest.mark.parametrize("age", [accounts.IDLE, accounts.ABSOLUTE])
def test_a_session_that_is_over_is_not_listed(office, age):
    choose(office)
    sign_in(office)
    office.clock.now += age + timedelta(seconds=1)
    with office.app.app_context(), office.unit("handler") as work:
        assert accounts.sessions_of(work, work.actor.person) == []


@pytest.mark.parametrize("username", ["", " ", "a b", "x" * 65, "a/b", "a\u202eb", "a\x00b", "-"])
def test_a_user_name_that_no_one_can_type_safely_is_refused(office, username):
    with office.app.app_context(), office.unit("admin") as work, pytest.raises(BadInput):
        accounts.add_person(
            work, username=username, name="X", email="x@example.org", roles=[Role.AUDITOR]
        )


def test_nobody_holds_a_role_that_is_held_alone_beside_another(office):
    with office.app.app_context(), office.unit("admin") as work:
        with pytest.raises(BadInput, match="held alone"):
            accounts.grant_role(work, person(work), Role.AUDITOR)
        with pytest.raises(BadInput, match="held alone"):
            accounts.grant_role(work, person(work, "auditor"), Role.CASE_HANDLER)


def test_a_role_given_twice_is_held_once(office):
    with office.app.app_context(), office.unit("admin") as work:
        for _ in range(2):
            accounts.grant_role(work, person(work), Role.LEGAL_REVIEWER)
        accounts.revoke_role(work, person(work), Role.LEGAL_REVIEWER)
        work.session.flush()

        assert accounts.roles_of(person(work)) == {Role.CASE_HANDLER}
