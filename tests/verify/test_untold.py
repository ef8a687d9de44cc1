"""A release of bytes of which the gate could not tell: what the verifier asks for."""

import pytest

from disclosure import verify

NAMED = {"rendition": "r", "sha256": "0" * 64}
ROLES = ("legal_reviewer", "compliance_officer", "senior_compliance_officer")


def entry(action, person="system", **data):
    return {"action": action, "actor": {"person": person}, "data": NAMED | data, "seq": 9}


def story(*, outcome="cannot-tell", answered_by="carl", roles=ROLES, profile="STD"):
    """Return the release and what stood before it."""
    before = [
        entry("rendition:built", preparers=["hana"], separation="strict"),
        entry("rendition:gated", passed=outcome == "passed", outcome=outcome),
    ]
    if answered_by:
        before.append(entry("gate:answered", answered_by))
    before += [entry("signature:given", role, signature=role, role=role) for role in roles]
    return entry("release:made", "carl", profile=profile), before


def test_an_officers_answer_and_three_signatures_carry_it():
    assert "carl for the gate" in verify.check_release(*story())


def test_an_emergency_is_carried_by_its_two_signatures():
    assert verify.check_release(*story(roles=ROLES[:2], profile="EMERG"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"answered_by": ""}, "passed the gate"),
        ({"answered_by": "hana"}, "passed the gate"),
        ({"outcome": "leak"}, "passed the gate"),
        ({"outcome": ""}, "passed the gate"),
        ({"roles": ROLES[:2]}, "lacks a signature"),
        ({"roles": ROLES[1:]}, "lacks a signature"),
        ({"roles": ROLES[:2], "profile": "AUTO"}, "lacks a signature"),
    ],
)
def test_a_leak_a_preparers_answer_or_a_missing_signature_does_not(changes, words):
    with pytest.raises(verify.Tampered, match=words):
        verify.check_release(*story(**changes))


def test_a_passed_rendition_needs_no_answer_and_the_two_signatures_alone():
    told = story(outcome="passed", answered_by="", roles=ROLES[:2])

    assert "for the gate" not in verify.check_release(*told)
