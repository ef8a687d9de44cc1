from dataclasses import replace

import pytest
from sqlalchemy import select

from disclosure.domain.access import Role
from disclosure.domain.states import State
from disclosure.errors import BadInput, NotReady, Refused, Stale
from disclosure.operations import redacting, signing, verifying
from disclosure.operations.accounts import disable_person, grant_role, revoke_role
from disclosure.operations.facts import case_facts, latest_rendition, valid_signatures
from disclosure.storage.ledger_rows import LedgerEntry
from disclosure.storage.people import Person
from disclosure.storage.releases import Signature, SignatureVoiding
from tests import cases
from tests.app import make_app
from tests.cases import AUTHORITY, IP, TRANSACTION, at_work, do, sha_of, sign, state_of, to_state


@pytest.fixture
def reference(office):
    return to_state(office, cases.police_case(office), State.SIGNING)


def signers(office, reference):
    names = {person: name for name, person in office.people.items()}
    with at_work(office, reference) as (work, case):
        valid = valid_signatures(work, latest_rendition(work, case))
        return {each.role.value: names[each.person] for each in valid}


def rows(office):
    with office.app.app_context(), office.unit() as work:
        return len(work.session.scalars(select(Signature)).all())


def change_roles(office, name, *changes):
    with office.app.app_context(), office.unit("admin") as work:
        person = work.session.get_one(Person, office.people[name])
        for change, *given in changes:
            change(work, person, *given)


@pytest.mark.parametrize("reference", [AUTHORITY, IP, TRANSACTION])
def test_two_people_sign_the_real_file_and_the_case_is_approved(prepared, reference):
    sign(prepared, "legal", reference)
    assert state_of(prepared, reference) is State.SIGNING
    sign(prepared, "compliance", reference)

    assert state_of(prepared, reference) is State.APPROVED
    assert signers(prepared, reference) == {
        "legal_reviewer": "legal",
        "compliance_officer": "compliance",
    }


def test_the_order_of_the_two_signatures_does_not_matter(office, reference):
    sign(office, "compliance2", reference)
    sign(office, "legal2", reference)

    assert state_of(office, reference) is State.APPROVED


def test_the_preparer_does_not_sign_whatever_roles_they_hold(office, reference):
    change_roles(office, "handler", (grant_role, Role.LEGAL_REVIEWER))
    with pytest.raises(Refused, match="permission"):
        sign(office, "handler", reference)
    with at_work(office, reference) as (work, case):
        both = replace(office.actor("handler"), roles=frozenset({Role.LEGAL_REVIEWER}))
        given = {"sha256": sha_of_work(work, case), "reason": "Right."}
        with pytest.raises(Refused, match="You prepared"):
            signing.sign(work.as_actor(both), case, **given)
    assert rows(office) == 0


def sha_of_work(work, case):
    return latest_rendition(work, case).sha256


def test_a_handler_who_took_the_case_over_does_not_sign_either(office, reference):
    do(office, "legal2", reference, verifying.claim)

    with pytest.raises(Refused, match="You prepared"):
        sign(office, "legal2", reference)


def test_one_person_does_not_sign_twice(office, reference):
    sign(office, "legal", reference)

    with pytest.raises(Refused, match="signed already"):
        sign(office, "legal", reference)
    assert rows(office) == 1


def test_one_person_with_two_roles_gives_one_signature(office, reference):
    change_roles(office, "legal", (grant_role, Role.COMPLIANCE_OFFICER))
    both = frozenset({Role.LEGAL_REVIEWER, Role.COMPLIANCE_OFFICER})
    for refused in (False, True):
        with at_work(office, reference) as (work, case):
            actor = replace(office.actor("legal"), roles=both)
            given = {"sha256": sha_of_work(work, case), "reason": "Right."}
            if not refused:
                signing.sign(work.as_actor(actor), case, **given)
                continue
            with pytest.raises(Refused, match="signed already"):
                signing.sign(work.as_actor(actor), case, **given)

    assert signers(office, reference) == {"legal_reviewer": "legal"}
    assert state_of(office, reference) is State.SIGNING


def test_a_second_person_of_the_same_role_adds_nothing(office, reference):
    sign(office, "legal", reference)

    with pytest.raises(Refused, match="still to sign: compliance officer"):
        sign(office, "legal2", reference)


@pytest.mark.parametrize("who", ["handler2", "senior", "auditor", "admin"])
def test_people_outside_the_profile_sign_nothing(office, reference, who):
    with pytest.raises(Refused):
        sign(office, who, reference)
    assert rows(office) == 0


def test_another_hash_than_the_one_shown_is_stale(office, reference):
    with pytest.raises(Stale, match="has changed"):
        sign(office, "legal", reference, sha256="0" * 64)
    assert rows(office) == 0


def test_a_signature_needs_its_reason(office, reference):
    with pytest.raises(BadInput):
        do(office, "legal", reference, signing.sign, sha256=sha_of(office, reference), reason="")


def test_changed_bytes_on_disk_are_not_signed(office, reference):
    sha256 = sha_of(office, reference)
    path = office.settings.instance / "files" / sha256[:2] / sha256
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)

    with pytest.raises(NotReady, match="changed on disk"):
        sign(office, "legal", reference)
    assert rows(office) == 0


def test_a_revoked_role_takes_the_signature_with_it_and_another_person_signs(office, reference):
    sign(office, "legal", reference)
    change_roles(office, "legal", (revoke_role, Role.LEGAL_REVIEWER))
    assert signers(office, reference) == {}
    sign(office, "compliance", reference)
    assert state_of(office, reference) is State.SIGNING
    sign(office, "legal2", reference)

    assert state_of(office, reference) is State.APPROVED
    assert signers(office, reference)["legal_reviewer"] == "legal2"


def test_a_role_given_again_does_not_revive_the_old_signature(office, reference):
    sign(office, "legal", reference)
    change_roles(office, "legal", (revoke_role, Role.LEGAL_REVIEWER))
    office.clock.move(minutes=1)
    change_roles(office, "legal", (grant_role, Role.LEGAL_REVIEWER))

    assert signers(office, reference) == {}
    with pytest.raises(Refused):
        sign(office, "legal", reference)
    sign(office, "legal2", reference)


def test_a_disabled_person_signed_nothing(office, reference):
    sign(office, "legal", reference)
    change_roles(office, "legal", (disable_person,))
    sign(office, "compliance", reference)

    assert signers(office, reference) == {"compliance_officer": "compliance"}
    assert state_of(office, reference) is State.SIGNING


def test_sending_back_voids_every_signature_and_asks_for_a_new_rendition(office, reference):
    sign(office, "legal", reference)
    do(office, "compliance", reference, signing.return_for_redaction, reason="A name is left.")
    with at_work(office, reference) as (work, case):
        assert [row.cause for row in work.session.scalars(select(SignatureVoiding))] == ["returned"]
        assert not case_facts(work, case).rendition_current
    with pytest.raises(Refused, match="build it again"):
        do(office, "handler", reference, signing.submit_for_signing)
    old = sha_of(office, reference)
    to_state(office, reference, State.SIGNING)

    assert sha_of(office, reference) != old
    with pytest.raises(Stale):
        sign(office, "legal", reference, sha256=old)
    sign(office, "legal", reference)
    sign(office, "compliance", reference)
    assert state_of(office, reference) is State.APPROVED


def test_sending_back_before_anybody_signed_keeps_the_rendition(office, reference):
    do(office, "compliance", reference, signing.return_for_redaction, reason="Wait for me.")
    do(office, "handler", reference, signing.submit_for_signing)
    sign(office, "legal", reference)
    assert rows(office) == 1


def test_a_changed_mark_after_sending_back_makes_the_old_hash_worthless(office, reference):
    do(office, "legal", reference, signing.return_for_redaction, reason="Mask the phone.")
    mask = {"field": "reg.phone", "mask": "mask_phone", "code": "not_responsive"}
    do(office, "handler", reference, redacting.set_mask, **mask)

    with pytest.raises(Refused, match="build it again"):
        do(office, "handler", reference, signing.submit_for_signing)


def test_three_people_sign_where_the_profile_is_dual(office):
    reference = cases.police_case(
        office,
        fields=("reg.real_name", "reg.id_number"),
        period=None,
        instrument={"fields": ["reg.id_number"]},
    )
    to_state(office, reference, State.SIGNING)
    with at_work(office, reference) as (_, case):
        assert case.approval_profile == "DUAL"
    sign(office, "legal", reference)
    sign(office, "compliance", reference)
    assert state_of(office, reference) is State.SIGNING
    sign(office, "senior", reference)

    assert state_of(office, reference) is State.APPROVED


@pytest.fixture
def small_team(tmp_path):
    return make_app(tmp_path / "small", separation="small-team")


def test_a_small_teams_preparer_signs_as_legal_reviewer_only(small_team):
    office = small_team
    reference = to_state(office, cases.police_case(office), State.REDACTING)
    mask = {"field": "reg.phone", "mask": "mask_phone", "code": "not_responsive"}
    do(office, "legal", reference, redacting.set_mask, **mask)
    to_state(office, reference, State.SIGNING)
    sign(office, "legal", reference)
    assert signers(office, reference) == {"legal_reviewer": "legal"}
    sign(office, "compliance", reference)
    assert state_of(office, reference) is State.APPROVED


def test_a_small_teams_preparer_is_never_the_compliance_officer(small_team):
    office = small_team
    reference = to_state(office, cases.police_case(office), State.SIGNING)
    change_roles(office, "handler", (grant_role, Role.COMPLIANCE_OFFICER))
    with at_work(office, reference) as (work, case):
        actor = replace(office.actor("handler"), roles=frozenset({Role.COMPLIANCE_OFFICER}))
        given = {"sha256": sha_of_work(work, case), "reason": "Right."}
        with pytest.raises(Refused, match="You prepared"):
            signing.sign(work.as_actor(actor), case, **given)


def test_a_refused_signature_leaves_neither_row_nor_entry(office, reference):
    def entries():
        with office.app.app_context(), office.unit() as work:
            return work.session.scalars(select(LedgerEntry.seq)).all()

    before = entries()
    for who, sha256 in (("handler2", ""), ("legal", "0" * 64)):
        with pytest.raises(Refused):
            sign(office, who, reference, sha256=sha256)

    assert entries() == before
