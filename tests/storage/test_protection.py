# ruff: noqa: S608 - statements are made of our own tables and columns
"""What the database refuses by itself: every statement here goes round the program."""

import uuid
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import func, select

from disclosure.documents.gate import Outcome
from disclosure.domain.approvals import GATE_STAND_INS, SIGNING_ROLES
from disclosure.domain.states import State
from disclosure.operations import consenting, gate_answers, incidents, release_sets, signing
from disclosure.storage.cases import Evaluation
from disclosure.storage.ledger_rows import LedgerCheckpoint, LedgerReceipt
from disclosure.storage.protection import APPEND_ONLY
from disclosure.storage.reports import TransparencyReport
from disclosure.storage.schema import migrate
from disclosure.storage.shadow import ShadowAnswer, ShadowDraw, ShadowReview
from tests import cases
from tests.app import NOW, make_app
from tests.services import postgres_database
from tests.storage.direct import Direct

AT = "2026-11-24 05:00:00.000000+00:00"
EARLIER = "2026-11-24 01:00:00.000000+00:00"
CONSENT_COLUMNS = (
    "reference,account,recipient,purpose,fields,text_version,channel,separate,given_at"
)
HOLDERS = {
    "legal_reviewer": "legal",
    "compliance_officer": "compliance",
    "senior_compliance_officer": "senior",
}


@dataclass
class Place:
    """A database with a released case and one in signing.

    Attributes:
        people: Name -> person id.
        case: Id of the case in signing.
        rendition: Id of its rendition; sha256: its hash.
    """

    url: str
    people: dict[str, str]
    case: int = 0
    rendition: str = ""
    sha256: str = ""


def furnish(url, office):
    """Fill every protected table: a case that was returned, signed again and released."""
    reference = cases.to_state(office, cases.police_case(office), State.SIGNING)
    cases.sign(office, "legal", reference)
    cases.do(office, "legal", reference, signing.return_for_redaction, reason="Again.")
    cases.to_state(office, reference, State.RELEASED)
    untold = cases.to_state(office, cases.police_case(office), State.REDACTING)
    cases.do(office, "handler", untold, release_sets.open_set, reference=reference)
    sha256 = cases.small_rendition(office, untold, outcome=Outcome.CANNOT_TELL)
    answer = {"sha256": sha256, "reason": "Read on paper."}
    cases.do(office, "compliance", untold, gate_answers.answer_for_gate, **answer)
    cases.put_in_force(office, "[house]\nrelay_hours = 71\n")
    assert cases.replay_all(office) == []
    consents = (
        f"{CONSENT_COLUMNS}\nK-500,U-1004,Acme,Quotation,reg.email,p-1,paper,yes,2026-11-01\n"
    )
    with office.app.app_context(), office.unit("handler") as work:
        consenting.take_in(work, consents.encode())
        consenting.withdraw(work, "K-500", reason="By letter.")
    cases.do(office, "compliance", reference, incidents.report_misuse, reason="Sold it on.")
    waiting = cases.to_state(office, cases.counterparty_case(office), State.SIGNING)
    place = Place(url, office.people)
    with cases.at_work(office, waiting) as (work, case):
        newest = cases.rendition_of(work, case)
        size = work.session.scalar(select(func.max(LedgerCheckpoint.size)))
        receipt = LedgerReceipt(id="r" * 32, witness="file", size=size, receipt=b"x", at=work.now)
        work.session.add(receipt)
        place.case, place.rendition, place.sha256 = case.id, newest.id, newest.sha256
        work.session.add(published_report(office))
        for row in second_decision(work, case, office.people["legal2"]):
            work.session.add(row)
            work.session.flush()
    cases.at_rest(office)
    return place


def second_decision(work, case, person):
    """Return a draw, a review of the case and its answer."""
    evaluation = work.session.scalars(
        select(Evaluation.id).where(Evaluation.case_id == case.id)
    ).first()
    same = {"outcome": "release", "fields": [], "first_outcome": "release", "first_fields": []}
    return [
        ShadowDraw(upto=9, after=0, one_in=1, seed="shadow", ended=1, drawn=1, drawn_at=work.now),
        ShadowReview(
            id="s" * 32,
            case_id=case.id,
            ended_seq=9,
            decided_seq=8,
            evaluation_id=evaluation,
            drawn_at=work.now,
        ),
        ShadowAnswer(
            review_id="s" * 32,
            person_id=person,
            **same,
            same_outcome=True,
            same_fields=True,
            blind=True,
            answered_at=work.now,
        ),
    ]


def published_report(office):
    """Return a published transparency report of some year."""
    return TransparencyReport(
        id="2025-01-01_2025-12-31",
        period_from=date(2025, 1, 1),
        period_to=date(2025, 12, 31),
        up_to=1,
        content=b"{}",
        sha256="0" * 64,
        published_by=office.people["compliance"],
        published_at=NOW,
    )


@pytest.fixture(scope="module")
def sqlite_place(tmp_path_factory):
    office = make_app(tmp_path_factory.mktemp("sqlite"))
    return furnish(office.settings.database_url, office)


@pytest.fixture(scope="module")
def postgres_place(tmp_path_factory, _postgres_server):
    with postgres_database(_postgres_server) as url:
        migrate(url)
        office = make_app(tmp_path_factory.mktemp("postgres"), database_url=url)
        yield furnish(url, office)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request):
    return request.getfixturevalue(f"{request.param}_place")


@pytest.fixture
def direct(place):
    opened = Direct(place.url)
    yield opened
    opened.close()


# --- Append-only --------------------------------------------------------------------------------


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_column_of_any_row_is_changed(direct, table):
    for column in direct.columns(table):
        why = direct.why_not(f'UPDATE "{table}" SET "{column}" = "{column}"')
        assert "append-only" in why, column


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_row_is_deleted(direct, table):
    assert direct.row(f'SELECT COUNT(*) AS held FROM "{table}"')["held"] > 0
    assert "append-only" in direct.why_not(f'DELETE FROM "{table}"')


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_row_is_replaced_through_any_of_its_keys(direct, table):
    old = direct.row(f'SELECT * FROM "{table}"')
    for key in APPEND_ONLY[table]:
        fresh = {"seq": 10**6, "leaf": "f" * 64, "case_seq": 10**6, "number": 10**6}
        fresh |= {"id": uuid.uuid4().hex}
        if table in {"release", "signature"} and key == ("id",):
            fresh |= {"rendition_id": "0" * 32}
        new = {**old, **{name: fresh[name] for name in fresh if name in old and name not in key}}
        names = ", ".join(f'"{name}"' for name in new)
        marks = ", ".join("?" for _ in new)
        if direct.is_sqlite:
            sql = f'REPLACE INTO "{table}" ({names}) VALUES ({marks})'
        else:
            target = ", ".join(key)
            sql = f'INSERT INTO "{table}" ({names}) VALUES ({marks}) ON CONFLICT ({target}) DO '
            sql += f"UPDATE SET {key[0]} = EXCLUDED.{key[0]}"
        assert direct.why_not(sql, *new.values()), key
    assert direct.row(f'SELECT * FROM "{table}"') == old


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "INSERT OR IGNORE", "REPLACE"])
def test_no_row_is_copied_over_itself_on_sqlite(sqlite_place, table, verb):
    direct = Direct(sqlite_place.url)
    why = direct.why_not(f'{verb} INTO "{table}" SELECT * FROM "{table}"')
    direct.close()

    assert why


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_update_takes_the_place_of_another_row_on_sqlite(sqlite_place, table):
    direct = Direct(sqlite_place.url)
    why = direct.why_not(f'UPDATE OR REPLACE "{table}" SET rowid = rowid + 1')
    direct.close()

    assert "append-only" in why


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_table_is_emptied_on_postgresql(postgres_place, table):
    direct = Direct(postgres_place.url)
    why = direct.why_not(f'TRUNCATE "{table}" CASCADE')
    replica = "SET session_replication_role = replica"
    direct.run(replica)
    still = direct.why_not(f'DELETE FROM "{table}"')
    direct.close()

    assert "append-only" in why
    assert "append-only" in still, "the replication role is bound by the triggers too"


# --- The ledger ---------------------------------------------------------------------------------


def entry(direct, **changes):
    last = direct.row("SELECT MAX(seq) AS seq FROM ledger_entry")["seq"]
    new = {"seq": last + 1, "leaf": "e" * 64, "body": b"{}", "case_id": None, "case_seq": None}
    return new | changes


def test_the_ledger_takes_the_next_entry(direct):
    assert direct.why_not_insert("ledger_entry", **entry(direct)) == ""


@pytest.mark.parametrize("step", [2, 100, -1, 0])
def test_the_ledger_has_no_gap_and_no_second_entry_for_a_place(direct, step):
    last = direct.row("SELECT MAX(seq) AS seq FROM ledger_entry")["seq"]

    assert direct.why_not_insert("ledger_entry", **entry(direct, seq=last + step))


def test_an_entry_without_a_number_does_not_get_one(direct):
    assert direct.why_not_insert("ledger_entry", **entry(direct, seq=None))


def test_a_hash_stands_once_in_the_ledger(direct):
    leaf = direct.row("SELECT leaf FROM ledger_entry WHERE seq = 1")["leaf"]

    assert "this row exists" in direct.why_not_insert("ledger_entry", **entry(direct, leaf=leaf))


def test_a_place_in_a_case_is_taken_once(direct, place):
    why = direct.why_not_insert("ledger_entry", **entry(direct, case_id=place.case, case_seq=1))

    assert "this row exists" in why


# --- Signatures ---------------------------------------------------------------------------------


def signature(place, who="legal", role="legal_reviewer", **changes):
    return {
        "id": uuid.uuid4().hex,
        "case_id": place.case,
        "rendition_id": place.rendition,
        "sha256": place.sha256,
        "person_id": place.people[who],
        "role": role,
        "signed_at": AT,
    } | changes


@pytest.mark.parametrize(
    ("who", "role"), [("legal", "legal_reviewer"), ("compliance", "compliance_officer")]
)
def test_a_right_signature_is_taken(direct, place, who, role):
    assert direct.why_not_insert("signature", **signature(place, who, role)) == ""


def grant(direct, place, who, role, *, since=EARLIER):
    last = direct.row("SELECT MAX(id) AS id FROM role_grant")["id"]
    direct.insert(
        "role_grant", id=last + 1, person_id=place.people[who], role=role, granted_at=since
    )


def revoke(direct, place, who):
    sql = "UPDATE role_grant SET revoked_at = ? WHERE person_id = ?"
    direct.run(sql, AT, place.people[who])


def disable(direct, place, who):
    direct.run("UPDATE person SET active = ? WHERE id = ?", False, place.people[who])  # noqa: FBT003


@pytest.mark.parametrize("role", ["legal_reviewer", "compliance_officer"])
def test_the_preparer_signs_in_no_role(direct, place, role):
    grant(direct, place, "handler", role)
    why = direct.why_not_insert("signature", **signature(place, "handler", role))

    assert "who prepared it does not sign it" in why


def test_one_person_signs_a_rendition_once(direct, place):
    grant(direct, place, "legal", "compliance_officer")
    direct.insert("signature", **signature(place))
    for role in ("legal_reviewer", "compliance_officer"):
        why = direct.why_not_insert("signature", **signature(place, role=role))
        assert "this row exists" in why


@pytest.mark.parametrize("role", ["case_handler", "auditor", "administrator", "", "king"])
def test_other_roles_sign_nothing(direct, place, role):
    grant(direct, place, "legal", role)

    assert "signs nothing" in direct.why_not_insert("signature", **signature(place, role=role))


@pytest.mark.parametrize("who", ["compliance", "handler2", "admin"])
def test_nobody_signs_in_a_role_that_they_do_not_hold(direct, place, who):
    why = direct.why_not_insert("signature", **signature(place, who))

    assert "does not hold this role" in why


@pytest.mark.parametrize("end", [revoke, disable])
def test_nobody_signs_after_losing_the_role_or_the_account(direct, place, end):
    end(direct, place, "legal")

    assert "does not hold this role" in direct.why_not_insert("signature", **signature(place))


def test_a_role_that_is_given_later_does_not_reach_back(direct, place):
    revoke(direct, place, "legal")
    grant(direct, place, "legal", "legal_reviewer", since="2026-11-25 00:00:00.000000+00:00")

    assert "does not hold this role" in direct.why_not_insert("signature", **signature(place))


@pytest.mark.parametrize("changes", [{"sha256": "0" * 64}, {"case_id": 1}])
def test_a_signature_is_over_the_hash_and_case_of_its_rendition(direct, place, changes):
    why = direct.why_not_insert("signature", **signature(place, **changes))

    assert "passed the gate" in why


def rendition(direct, place, **changes):
    """Insert another rendition of the case, by SQL; return what names it."""
    old = direct.row("SELECT * FROM rendition WHERE id = ?", place.rendition)
    sha256 = uuid.uuid4().hex * 2
    fresh = {"id": uuid.uuid4().hex, "number": 10**5, "sha256": sha256, "gate_sha256": sha256}
    new = old | fresh | changes
    direct.insert("rendition", **new)
    return {"rendition_id": new["id"], "sha256": new["sha256"]}


@pytest.mark.parametrize("changes", [{"gate_passed": False}, {"gate_sha256": "0" * 64}])
def test_bytes_that_did_not_pass_the_gate_are_not_signed(direct, place, changes):
    named = rendition(direct, place, **changes)
    why = direct.why_not_insert("signature", **signature(place, **named))

    assert "passed the gate" in why


# --- Answers for the gate ------------------------------------------------------------------------

UNTOLD = {"gate_passed": False, "gate_outcome": "cannot-tell"}


def answer(place, named, who="compliance2", **changes):
    return {
        "id": uuid.uuid4().hex,
        "case_id": place.case,
        **named,
        "person_id": place.people[who],
        "seq": 1,
        "answered_at": AT,
    } | changes


@pytest.mark.parametrize("who", ["compliance", "senior"])
def test_an_officer_answers_for_what_the_gate_could_not_tell_and_it_is_signed(direct, place, who):
    named = rendition(direct, place, **UNTOLD)
    unanswered = direct.why_not_insert("signature", **signature(place, **named))
    direct.insert("gate_answer", **answer(place, named, who))

    assert "passed the gate" in unanswered
    assert direct.why_not_insert("signature", **signature(place, **named)) == ""


@pytest.mark.parametrize(
    "verdict",
    [
        {"gate_passed": False, "gate_outcome": "leak"},
        {"gate_passed": False, "gate_outcome": ""},
        {"gate_passed": True, "gate_outcome": "passed"},
        UNTOLD | {"gate_sha256": "0" * 64},
    ],
)
def test_nobody_answers_for_a_leak_a_pass_or_a_reading_of_other_bytes(direct, place, verdict):
    named = rendition(direct, place, **verdict)

    assert "nothing to answer for" in direct.why_not_insert("gate_answer", **answer(place, named))


@pytest.mark.parametrize("changes", [{"sha256": "0" * 64}, {"case_id": 1}])
def test_an_answer_is_over_the_hash_and_case_of_its_rendition(direct, place, changes):
    named = rendition(direct, place, **UNTOLD) | changes

    assert "nothing to answer for" in direct.why_not_insert("gate_answer", **answer(place, named))


@pytest.mark.parametrize("who", ["legal", "handler2", "admin", "auditor"])
def test_other_roles_do_not_answer_for_the_gate(direct, place, who):
    named = rendition(direct, place, **UNTOLD)

    assert "may not answer" in direct.why_not_insert("gate_answer", **answer(place, named, who))


def test_a_preparer_does_not_answer_for_the_gate_in_a_small_team_either(direct, place):
    named = rendition(direct, place, separation="small-team", **UNTOLD)
    prepared = {"rendition_id": named["rendition_id"], "person_id": place.people["compliance2"]}
    direct.insert("rendition_preparer", **prepared)

    assert "who prepared it" in direct.why_not_insert("gate_answer", **answer(place, named))


def test_an_answer_carries_nothing_once_its_giver_turns_out_to_be_a_preparer(direct, place):
    named = rendition(direct, place, **UNTOLD)
    direct.insert("gate_answer", **answer(place, named))
    prepared = {"rendition_id": named["rendition_id"], "person_id": place.people["compliance2"]}
    direct.insert("rendition_preparer", **prepared)

    assert "passed the gate" in direct.why_not_insert("signature", **signature(place, **named))


@pytest.mark.parametrize("end", [revoke, disable])
def test_an_answer_carries_nothing_after_its_giver_lost_role_or_account(direct, place, end):
    named = rendition(direct, place, **UNTOLD)
    direct.insert("gate_answer", **answer(place, named))
    end(direct, place, "compliance2")

    assert "passed the gate" in direct.why_not_insert("signature", **signature(place, **named))


def test_an_answer_for_one_rendition_does_not_carry_another(direct, place):
    direct.insert("gate_answer", **answer(place, rendition(direct, place, **UNTOLD)))
    other = rendition(direct, place, number=10**5 + 1, **UNTOLD)

    assert "passed the gate" in direct.why_not_insert("signature", **signature(place, **other))


@pytest.mark.parametrize("outcome", ["leak", "cannot-tell"])
def test_what_the_gate_did_not_pass_is_not_stored_as_passed(direct, place, outcome):
    old = direct.row("SELECT * FROM rendition WHERE id = ?", place.rendition)
    fresh = {"id": uuid.uuid4().hex, "number": 10**5, "gate_outcome": outcome}

    assert "not said to have passed" in direct.why_not_insert("rendition", **(old | fresh))


def test_a_small_teams_preparer_is_legal_reviewer_and_nothing_else(direct, place):
    named = rendition(direct, place, separation="small-team")
    preparer = {"rendition_id": named["rendition_id"], "person_id": place.people["handler"]}
    direct.insert("rendition_preparer", **preparer)
    for role in ("legal_reviewer", "compliance_officer"):
        grant(direct, place, "handler", role)
    as_legal = signature(place, "handler", "legal_reviewer", **named)
    as_compliance = signature(place, "handler", "compliance_officer", **named)

    assert direct.why_not_insert("signature", **as_legal) == ""
    assert "who prepared it" in direct.why_not_insert("signature", **as_compliance)


# --- Releases -----------------------------------------------------------------------------------


def release(place, named, **changes):
    return {
        "id": uuid.uuid4().hex,
        "case_id": place.case,
        **named,
        "profile": "STD",
        "released_by": place.people["compliance"],
        "released_at": AT,
    } | changes


def ready(direct, place, profile="STD", *, without="", **changes):
    """Have a rendition signed under a profile, without one role; return what names it."""
    named = rendition(direct, place, profile=profile, **changes)
    direct.run('UPDATE "case" SET approval_profile = ? WHERE id = ?', profile, place.case)
    for role in SIGNING_ROLES[profile]:
        if role.value != without:
            who = HOLDERS[role.value]
            direct.insert("signature", **signature(place, who, role.value, **named))
    return named


@pytest.mark.parametrize("profile", SIGNING_ROLES)
def test_every_signature_of_the_profile_carries_a_release(direct, place, profile):
    named = ready(direct, place, profile)

    assert direct.why_not_insert("release", **release(place, named, profile=profile)) == ""


@pytest.mark.parametrize(
    ("profile", "role"),
    [(profile, role.value) for profile, roles in SIGNING_ROLES.items() for role in roles],
)
def test_a_release_lacks_no_signature_of_its_profile(direct, place, profile, role):
    named = ready(direct, place, profile, without=role)
    why = direct.why_not_insert("release", **release(place, named, profile=profile))

    assert f"{profile} needs a valid signature: {role}" in why


@pytest.mark.parametrize("profile", GATE_STAND_INS)
def test_a_release_on_an_officers_answer_needs_a_senior_officer_too(direct, place, profile):
    named = rendition(direct, place, profile=profile, **UNTOLD)
    direct.insert("gate_answer", **answer(place, named))
    direct.run('UPDATE "case" SET approval_profile = ? WHERE id = ?', profile, place.case)
    for role in ("legal_reviewer", "compliance_officer"):
        direct.insert("signature", **signature(place, HOLDERS[role], role, **named))

    why = refused(direct, place, named, profile=profile)
    direct.insert("signature", **signature(place, "senior", "senior_compliance_officer", **named))

    assert "needs a valid signature: senior_compliance_officer" in why
    assert direct.why_not_insert("release", **release(place, named, profile=profile)) == ""


def refused(direct, place, named, **changes):
    why = direct.why_not_insert("release", **release(place, named, **changes))
    assert why
    return why


def test_a_voided_signature_carries_nothing(direct, place):
    named = ready(direct, place)
    found = direct.row(
        "SELECT id FROM signature WHERE rendition_id = ? AND role = ?",
        named["rendition_id"],
        "compliance_officer",
    )
    direct.insert("signature_voiding", signature_id=found["id"], cause="returned", voided_at=AT)

    assert "STD needs a valid signature: compliance_officer" in refused(direct, place, named)


@pytest.mark.parametrize("end", [revoke, disable])
def test_a_signature_carries_nothing_after_its_signer_lost_role_or_account(direct, place, end):
    named = ready(direct, place)
    end(direct, place, "legal")

    assert "STD needs a valid signature: legal_reviewer" in refused(direct, place, named)


def test_a_role_given_again_does_not_revive_a_signature(direct, place):
    named = ready(direct, place)
    revoke(direct, place, "legal")
    grant(direct, place, "legal", "legal_reviewer", since="2026-11-24 06:00:00.000000+00:00")

    assert "STD needs a valid signature: legal_reviewer" in refused(direct, place, named)


def test_a_preparer_who_is_named_after_signing_carries_nothing(direct, place):
    named = ready(direct, place)
    preparer = {"rendition_id": named["rendition_id"], "person_id": place.people["compliance"]}
    direct.insert("rendition_preparer", **preparer)

    assert "STD needs a valid signature: compliance_officer" in refused(direct, place, named)


@pytest.mark.parametrize("changes", [{"sha256": "0" * 64}, {"case_id": 1}])
def test_a_release_is_of_the_signed_bytes_of_its_own_case(direct, place, changes):
    assert refused(direct, place, ready(direct, place), **changes)


@pytest.mark.parametrize("profile", ["EMERG", "AUTO", "", "NONE", "std"])
def test_a_release_names_the_profile_of_its_case_and_rendition(direct, place, profile):
    named = ready(direct, place)

    assert "another approval profile" in refused(direct, place, named, profile=profile)


def test_a_profile_that_was_lowered_after_the_rendition_carries_nothing(direct, place):
    named = ready(direct, place, "DUAL", without="senior_compliance_officer")
    direct.run('UPDATE "case" SET approval_profile = ? WHERE id = ?', "STD", place.case)

    assert "another approval profile" in refused(direct, place, named)


def test_a_rendition_is_released_once(direct, place):
    named = ready(direct, place)
    direct.insert("release", **release(place, named))

    assert "this row exists" in refused(direct, place, named)


def test_signatures_of_another_rendition_carry_nothing(direct, place):
    ready(direct, place)
    named = rendition(direct, place, number=10**5 + 1)

    assert "STD needs a valid signature" in refused(direct, place, named)


# --- Rule packs ---------------------------------------------------------------------------------


def proposal(direct, place, who="legal", **changes):
    pack = direct.row("SELECT sha256 FROM catalogue_version")["sha256"]
    row = {
        "id": uuid.uuid4().hex,
        "sha256": pack,
        "base_sha256": pack,
        "reason": "Why",
        "examined": 0,
        "changed": 0,
        "proposed_by": place.people[who],
        "proposed_at": AT,
    }
    return row | changes


def decision(place, proposed, who, **changes):
    row = {
        "number": 10**5,
        "proposal_id": proposed,
        "confirmed": True,
        "decided_by": place.people[who],
        "decided_at": AT,
    }
    return row | changes


@pytest.mark.parametrize("who", ["compliance", "senior"])
def test_a_second_person_may_decide_on_a_rule_pack(direct, place, who):
    row = proposal(direct, place)
    direct.insert("pack_proposal", **row)

    assert direct.why_not_insert("pack_decision", **decision(place, row["id"], who)) == ""


@pytest.mark.parametrize("who", ["handler", "legal2", "auditor", "admin"])
def test_nobody_else_decides_on_a_rule_pack(direct, place, who):
    row = proposal(direct, place)
    direct.insert("pack_proposal", **row)
    why = direct.why_not_insert("pack_decision", **decision(place, row["id"], who))

    assert "may not decide on a rule pack" in why


@pytest.mark.parametrize("who", ["handler", "compliance", "senior", "auditor"])
def test_who_may_not_propose_has_no_proposal(direct, place, who):
    why = direct.why_not_insert("pack_proposal", **proposal(direct, place, who))

    assert "may not propose a rule pack" in why


def test_who_proposed_a_rule_pack_does_not_decide_on_it_in_any_role(direct, place):
    row = proposal(direct, place)
    direct.insert("pack_proposal", **row)
    grant(direct, place, "legal", "compliance_officer")
    why = direct.why_not_insert("pack_decision", **decision(place, row["id"], "legal"))

    assert "does not decide on it" in why


def test_a_decision_is_on_a_proposal_that_there_is(direct, place):
    why = direct.why_not_insert("pack_decision", **decision(place, "0" * 32, "compliance"))

    assert why


def test_a_decider_whose_role_was_revoked_decides_nothing(direct, place):
    row = proposal(direct, place)
    direct.insert("pack_proposal", **row)
    revoke(direct, place, "compliance")

    assert direct.why_not_insert("pack_decision", **decision(place, row["id"], "compliance"))


# --- Transparency reports -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last"),
    [("2025-12-31", "2026-06-30"), ("2024-01-01", "2025-01-01"), ("2025-03-01", "2025-03-02")],
)
def test_no_two_transparency_reports_share_a_day(direct, first, last):
    old = direct.row("SELECT * FROM transparency_report")
    new = {**old, "id": uuid.uuid4().hex[:24], "period_from": first, "period_to": last}
    after = {**new, "period_from": "2026-01-01", "period_to": "2026-06-30"}

    assert "covers some of these days" in direct.why_not_insert("transparency_report", **new)
    assert direct.why_not_insert("transparency_report", **after) == ""
