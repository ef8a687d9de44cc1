"""The roles that the database asks for are those of the packs, and never fewer than two."""

import pytest

from disclosure.domain.access import Permission, may
from disclosure.domain.approvals import EMERGENCY, EMERGENCY_REVIEW_HOURS, SIGNING_ROLES
from disclosure.domain.catalogue import load_catalogue
from disclosure.domain.decision import Profile

PROFILES = load_catalogue().approval_profiles


def test_every_profile_that_a_decision_can_ask_for_has_its_roles():
    assert set(SIGNING_ROLES) == {profile.value for profile in Profile} - {Profile.NONE.value}


@pytest.mark.parametrize("profile", SIGNING_ROLES)
def test_the_roles_are_those_of_the_packs(profile):
    of_packs = PROFILES[Profile(profile)]

    assert tuple(role.value for role in SIGNING_ROLES[profile]) == of_packs.steps
    assert of_packs.distinct_people == len(of_packs.steps)


@pytest.mark.parametrize("profile", SIGNING_ROLES)
def test_no_profile_has_fewer_than_two_people_of_different_roles(profile):
    roles = SIGNING_ROLES[profile]

    assert len(set(roles)) == len(roles) >= 2


@pytest.mark.parametrize("profile", SIGNING_ROLES)
def test_every_role_of_a_profile_may_sign(profile):
    assert all(may([role], Permission.SIGN) for role in SIGNING_ROLES[profile])


def test_the_review_of_an_emergency_is_owed_as_the_packs_say():
    of_packs = PROFILES[Profile(EMERGENCY)]

    assert of_packs.post_review == "senior_compliance_officer"
    assert of_packs.post_review_hours == EMERGENCY_REVIEW_HOURS
