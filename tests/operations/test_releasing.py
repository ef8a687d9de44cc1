import sqlite3
import threading
from contextlib import closing

import pytest
from sqlalchemy import select

from disclosure.demonstration.marketplace import KNOWN
from disclosure.domain.access import Role
from disclosure.domain.events import Event
from disclosure.domain.states import State
from disclosure.errors import NotFound, Refused
from disclosure.gateways.mail import written_messages
from disclosure.operations import closing as closing_stage
from disclosure.operations import deciding, releasing, signing, transition, verifying
from disclosure.operations.accounts import revoke_role
from disclosure.operations.desk import REQUESTER
from disclosure.storage.ledger_rows import LedgerEntry, Outbox
from disclosure.storage.people import Person
from disclosure.storage.register import Agency
from disclosure.storage.releases import Delivery, Incident, Release, SignatureVoiding
from tests import cases
from tests.app import make_app
from tests.cases import at_work, do, link_of, state_of, to_state


@pytest.fixture
def approved(office):
    return to_state(office, cases.police_case(office), State.APPROVED)


@pytest.fixture
def released(office, approved):
    return to_state(office, approved, State.RELEASED)


def releases(office):
    with office.app.app_context(), office.unit() as work:
        return len(work.session.scalars(select(Release)).all())


def try_release(office, reference, who="compliance"):
    """Release as the page does: what has lapsed is put on hold in a second transaction."""
    try:
        do(office, who, reference, releasing.release)
    except releasing.ApprovalLapsed as problem:
        do(office, who, reference, signing.lapse_approval, cause=problem.message)
        return problem.message
    return ""


def spoil(office, sha256, *, at=-1):
    path = office.settings.instance / "files" / sha256[:2] / sha256
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)


def lapsed(office, reference):
    with at_work(office, reference) as (work, _):
        causes = list(work.session.scalars(select(SignatureVoiding.cause)))
    return state_of(office, reference) is State.ON_HOLD and causes == ["lapsed", "lapsed"]


# --- The release --------------------------------------------------------------------------------


def test_a_release_names_the_signed_bytes_and_sends_the_link(office, approved):
    do(office, "compliance", approved, releasing.release)
    with at_work(office, approved) as (work, case):
        [row] = work.session.scalars(select(Release))

        assert row.sha256 == cases.rendition_of(work, case).sha256
        assert (row.profile, row.released_by) == ("STD", office.people["compliance"])
    office.work_jobs()
    letters = written_messages(office.settings)
    links = [letter.to for letter in letters if "/portal/collect/" in letter.text]
    codes = [letter.to for letter in letters if "Code for" in letter.subject]

    assert links == ["evidence@pudong.police.example"], "the register's, never the demand's"
    assert codes == ["callback+1@localhost"]


@pytest.mark.parametrize("who", ["handler", "legal", "auditor", "admin"])
def test_only_compliance_officers_release(office, approved, who):
    with pytest.raises(Refused, match="permission"):
        do(office, who, approved, releasing.release)


def test_a_case_is_released_once(office, approved):
    do(office, "compliance", approved, releasing.release)

    with pytest.raises(Refused):
        do(office, "compliance2", approved, releasing.release)
    assert releases(office) == 1


def test_nothing_is_released_with_one_signature(office):
    reference = to_state(office, cases.police_case(office), State.SIGNING)
    cases.sign(office, "legal", reference)

    with pytest.raises(Refused):
        do(office, "compliance", reference, releasing.release)


def test_the_database_refuses_what_an_error_of_the_program_would_release(
    office, approved, monkeypatch
):
    with at_work(office, approved) as (work, _):
        person = work.session.get_one(Person, office.people["legal"])
        revoke_role(work, person, Role.LEGAL_REVIEWER)
    monkeypatch.setattr(releasing, "why_not", lambda *_, **__: None)
    monkeypatch.setattr(releasing, "release_problem", lambda *_: None)
    monkeypatch.setattr(transition, "why_not", lambda *_, **__: None)
    with pytest.raises(Refused, match="database refused the release: STD needs a valid signature"):
        do(office, "compliance", approved, releasing.release)

    assert releases(office) == 0
    assert state_of(office, approved) is State.APPROVED


def test_a_signer_who_lost_the_role_blocks_the_release(office, approved):
    with at_work(office, approved) as (work, _):
        person = work.session.get_one(Person, office.people["compliance"])
        revoke_role(work, person, Role.COMPLIANCE_OFFICER)

    with pytest.raises(Refused, match="Still to sign: compliance officer"):
        do(office, "compliance2", approved, releasing.release)


def test_one_byte_flipped_on_disk_stops_the_release_and_holds_the_case(office, approved):
    spoil(office, cases.sha_of(office, approved))

    assert "not the one that was signed" in try_release(office, approved)
    assert lapsed(office, approved)
    assert releases(office) == 0


def test_a_paper_that_expired_between_approval_and_release_lapses_the_approval(office, approved):
    office.clock.move(days=60)

    assert "needs_info" in try_release(office, approved)
    assert lapsed(office, approved)
    do(office, "handler", approved, deciding.resume, reason="A new paper is on its way.")
    assert state_of(office, approved) is State.VERIFYING


def test_a_fact_that_changed_on_the_platform_lapses_the_approval(office):
    reference = to_state(office, cases.counterparty_case(office), State.APPROVED)
    office.clock.move(days=4)
    with closing(sqlite3.connect(office.settings.instance / "marketplace.sqlite3")) as platform:
        change = "UPDATE users SET safety_flag = 1 WHERE account = ?"
        platform.execute(change, (KNOWN.silent_seller,))
        platform.commit()

    assert "needs_human" in try_release(office, reference)
    assert lapsed(office, reference)


def test_an_agency_that_left_the_register_has_no_address_to_deliver_to(office, approved):
    with at_work(office, approved) as (work, _):
        work.session.get_one(Agency, cases.POLICE).delivery_address = "new@pudong.police.example"
    with at_work(office, approved) as (work, case):
        assert releasing.delivery_address(work, case) == "new@pudong.police.example"
        work.session.get_one(Agency, cases.POLICE).active = False

    assert try_release(office, approved)
    assert lapsed(office, approved)


def test_an_authority_is_never_answered_at_an_account_or_the_demands_address(office):
    reference = cases.police_case(office, agency_id=None, account=KNOWN.police_subject)
    with at_work(office, reference) as (work, case), pytest.raises(Refused, match="R04"):
        releasing.delivery_address(work, case)


def test_the_objection_window_holds_the_release_until_it_is_over(office):
    reference = to_state(office, cases.counterparty_case(office), State.APPROVED)
    office.work_jobs()
    with pytest.raises(Refused, match="may object until"):
        do(office, "compliance", reference, releasing.release)
    office.clock.move(days=3, seconds=1)
    do(office, "compliance", reference, releasing.release)

    assert state_of(office, reference) is State.RELEASED


def test_a_prior_notice_that_did_not_go_out_holds_the_release(tmp_path):
    office = make_app(tmp_path, smtp_url="smtp://127.0.0.1:1")
    reference = to_state(office, cases.counterparty_case(office), State.APPROVED)
    office.clock.move(days=5)

    with pytest.raises(Refused, match="Prior notice has not been sent"):
        do(office, "compliance", reference, releasing.release)


def test_releasing_twice_at_once_releases_once(office, approved):
    outcomes = []
    barrier = threading.Barrier(4)

    def attempt(who):
        barrier.wait()
        try:
            do(office, who, approved, releasing.release)
            outcomes.append("released")
        except Refused:
            outcomes.append("refused")

    run_all(attempt, ["compliance", "compliance2", "senior", "compliance"])

    assert sorted(outcomes) == ["refused"] * 3 + ["released"]
    assert releases(office) == 1


def run_all(target, arguments):
    threads = [threading.Thread(target=target, args=(each,)) for each in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# --- The delivery -------------------------------------------------------------------------------


EVENT = f'"action":"{Event.DELIVERY_CODE_REFUSED.value}"'.encode()


def redeem(office, token, code, **given):
    with office.app.app_context(), office.unit() as work:
        return releasing.redeem(work.as_actor(REQUESTER), token, code, **given)


def look(office, token):
    with office.app.app_context(), office.unit() as work:
        delivery, _ = releasing.open_delivery(work.as_actor(REQUESTER), token)
        return delivery.code_tries, delivery.spent_at


def test_looking_at_the_link_spends_nothing(office, released):
    token, code = link_of(office, released)
    for _ in range(20):
        assert look(office, token) == (0, None)
    content, filename, _ = redeem(office, token, code)

    assert content.startswith(b"%PDF-1.7 rendition 1")
    assert filename == f"{released}.pdf"
    assert state_of(office, released) is State.DELIVERED


def test_secrets_of_a_delivery_are_stored_as_hashes_and_wiped_when_sent(office, released):
    token, code = link_of(office, released)
    office.work_jobs()
    with at_work(office, released) as (work, _):
        [row] = work.session.scalars(select(Delivery))
        kept = [value for value in vars(row).values() if isinstance(value, str)]
        secrets = list(work.session.scalars(select(Outbox.secret).where(Outbox.status == "done")))
        bodies = b"".join(work.session.scalars(select(LedgerEntry.body)))

    assert token not in kept
    assert code not in kept
    assert not any(secrets)
    assert token.encode() not in bodies


def test_wrong_codes_are_counted_and_the_fifth_closes_the_link(office, released):
    token, code = link_of(office, released)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    for tries in range(1, 6):
        assert redeem(office, token, wrong) is None
        if tries < 5:
            assert look(office, token) == (tries, None)

    with pytest.raises(NotFound, match="too many wrong codes"):
        redeem(office, token, code)
    with at_work(office, released) as (work, case):
        rows = select(LedgerEntry.body).where(LedgerEntry.case_id == case.id)
        refused = [body for body in work.session.scalars(rows) if EVENT in body]
    assert len(refused) == 5


def test_a_code_with_spaces_as_it_is_read_out_is_right(office, released):
    token, code = link_of(office, released)
    assert redeem(office, token, f" {code[:4]} {code[4:]} ") is not None


def test_a_spent_link_is_refused_to_everybody_without_the_grace_secret(office, released):
    token, code = link_of(office, released)
    content, _, grace = redeem(office, token, code)
    for wrong in ("", "guess"):
        with pytest.raises(NotFound, match="used"):
            redeem(office, token, code, grace=wrong)

    again, _, same = redeem(office, token, "", grace=grace)
    assert (again, same) == (content, grace)


def test_a_broken_download_is_resumed_for_ten_minutes(office, released):
    token, code = link_of(office, released)
    _, _, grace = redeem(office, token, code)
    office.clock.move(minutes=10)
    assert redeem(office, token, "", grace=grace) is not None
    office.clock.move(seconds=1)

    with pytest.raises(NotFound):
        redeem(office, token, "", grace=grace)


def test_a_link_lives_seven_days(office, released):
    token, code = link_of(office, released)
    office.clock.move(days=7)

    with pytest.raises(NotFound, match="expired"):
        redeem(office, token, code)


def test_an_unknown_link_is_answered_in_the_same_words_as_a_dead_one(office, released):
    token, _ = link_of(office, released)
    with pytest.raises(NotFound) as unknown:
        look(office, "made-up")
    office.clock.move(days=8)
    with pytest.raises(NotFound) as dead:
        look(office, token)

    assert unknown.value.message == dead.value.message


def test_a_revoked_link_is_dead_at_once(office, released):
    token, code = link_of(office, released)
    do(office, "handler", released, releasing.revoke_link, reason="Sent to the wrong desk.")

    with pytest.raises(NotFound):
        redeem(office, token, code)


def test_a_new_link_makes_the_old_one_useless(office, released):
    old_token, old_code = link_of(office, released)
    office.clock.move(days=8)
    do(office, "handler", released, releasing.reissue_link, reason="It expired.")
    token, code = link_of(office, released)
    with pytest.raises(NotFound):
        redeem(office, old_token, old_code)
    assert redeem(office, token, old_code) is None

    assert redeem(office, token, code) is not None


def test_bytes_changed_after_the_release_do_not_leave_and_the_link_is_not_spent(office, released):
    token, code = link_of(office, released)
    spoil(office, cases.sha_of(office, released))

    with pytest.raises(releasing.ApprovalLapsed):
        redeem(office, token, code)
    assert look(office, token) == (0, None)
    assert state_of(office, released) is State.RELEASED


def test_eight_browsers_at_once_get_one_file(office, released):
    token, code = link_of(office, released)
    outcomes = []
    barrier = threading.Barrier(8)

    def attempt(_number):
        barrier.wait()
        try:
            outcomes.append(redeem(office, token, code)[1])
        except (NotFound, Refused):
            outcomes.append("refused")

    run_all(attempt, range(8))

    assert sorted(outcomes) == [f"{released}.pdf"] + ["refused"] * 7


# --- Afterwards ---------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.RELEASED, State.DELIVERED, State.CLOSED])
def test_a_recall_kills_the_link_and_opens_an_incident(office, approved, state):
    to_state(office, approved, state)
    do(office, "compliance", approved, releasing.recall, reason="The wrong account.")
    with at_work(office, approved) as (work, _):
        assert [row.kind for row in work.session.scalars(select(Incident))] == ["misrelease"]
        live = select(Delivery).where(Delivery.revoked_at.is_(None), Delivery.spent_at.is_(None))
        assert work.session.scalars(live).all() == []
    assert state_of(office, approved) is State.RECALLED


@pytest.fixture
def emergency(office):
    paper = {"type": "cn_emergency_request", "emergency": True, "danger": "person"}
    reference = cases.police_case(office, instrument=paper)
    return to_state(office, reference, State.DELIVERED)


def test_an_emergency_release_is_reviewed_by_a_senior_officer_before_closing(office, emergency):
    office.work_jobs()
    with pytest.raises(Refused, match="senior compliance officer reviews"):
        do(office, "handler", emergency, closing_stage.close)
    review = {"justified": True, "reason": "A life was at stake."}
    with pytest.raises(Refused, match="permission"):
        do(office, "compliance2", emergency, releasing.review_emergency, **review)
    do(office, "senior", emergency, releasing.review_emergency, **review)
    with pytest.raises(Refused, match="No emergency review is due"):
        do(office, "senior", emergency, releasing.review_emergency, **review)
    do(office, "handler", emergency, closing_stage.close)

    assert state_of(office, emergency) is State.CLOSED


def test_an_emergency_release_that_was_wrong_is_an_incident(office, emergency):
    review = {"justified": False, "reason": "Nobody was in danger."}
    do(office, "senior", emergency, releasing.review_emergency, **review)
    with at_work(office, emergency) as (work, _):
        kinds = [row.kind for row in work.session.scalars(select(Incident))]
    assert kinds == ["emergency_not_justified"]


def test_an_ordinary_release_needs_no_emergency_review(office, released):
    with pytest.raises(Refused, match="not an emergency"):
        do(office, "senior", released, releasing.review_emergency, justified=True, reason="Fine.")


def test_a_new_rendition_after_the_approval_cannot_be_slipped_in(office, approved):
    """A second row for the newest rendition makes the signatures over the first worthless."""
    first = cases.sha_of(office, approved)
    with at_work(office, approved) as (_, case):
        case.state = "redacting"
    second = cases.small_rendition(office, approved)
    with at_work(office, approved) as (_, case):
        case.state = "approved"

    assert first != second
    with pytest.raises(Refused, match="Still to sign"):
        do(office, "compliance", approved, releasing.release)


def test_findings_are_closed_once_people_have_signed(office, approved):
    given = {"key": "instrument.sealed", "answer": "no", "reason": "On second thoughts."}
    with pytest.raises(Refused, match="Approved"):
        do(office, "handler", approved, verifying.record_finding, **given)
