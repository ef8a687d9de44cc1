"""The permission table: whole, narrow where it must be, and printed as it is."""

import pytest

from disclosure.domain.access import (
    EXCLUSIVE_ROLES,
    PERMISSIONS,
    Permission,
    Role,
    conflicting_roles,
    may,
    permission_table,
    roles_with,
)
from disclosure.domain.workflow import TRANSITIONS, Action

CHANGES_A_CASE = frozenset(
    {Permission.ENTER_DEMAND, Permission.WORK_CASE, Permission.DECIDE_CASE}
    | {Permission.SIGN, Permission.RELEASE, Permission.REVIEW_EMERGENCY}
)


def test_every_role_has_a_row_and_every_permission_somebody_who_holds_it():
    assert set(PERMISSIONS) == set(Role)
    assert all(roles_with(permission) for permission in Permission)


def test_no_role_carries_everything():
    assert all(held != set(Permission) for held in PERMISSIONS.values())


def test_nobody_without_a_role_may_do_anything():
    assert not any(may((), permission) for permission in Permission)


def test_several_roles_carry_what_each_carries():
    both = {Role.CASE_HANDLER, Role.COMPLIANCE_OFFICER}

    for permission in Permission:
        assert may(both, permission) is any(may([role], permission) for role in both)


def test_an_administrator_sees_no_case_and_changes_none():
    held = PERMISSIONS[Role.ADMINISTRATOR]

    assert Permission.SEE_CASES not in held
    assert Permission.SEE_LEDGER not in held
    assert Permission.EXPORT_RECORD not in held
    assert not held & CHANGES_A_CASE


def test_an_auditor_sees_and_exports_and_changes_nothing():
    assert PERMISSIONS[Role.AUDITOR] == {
        Permission.SEE_CASES,
        Permission.SEE_LEDGER,
        Permission.EXPORT_RECORD,
        Permission.SEE_REPORTS,
        Permission.SAMPLE_CASES,
    }


def test_no_action_of_an_auditor_moves_a_case():
    actions = [row for row in TRANSITIONS if row.permission and may([Role.AUDITOR], row.permission)]

    assert {row.action for row in actions} == {Action.EXPORT_RECORD, Action.VIEW_RECORDS}
    assert all(row.target is None for row in actions)


def test_whoever_prepares_neither_signs_nor_releases():
    assert not PERMISSIONS[Role.CASE_HANDLER] & {
        Permission.DECIDE_CASE,
        Permission.SIGN,
        Permission.RELEASE,
    }


def test_a_change_to_the_register_needs_two_kinds_of_people():
    assert not set(roles_with(Permission.PROPOSE_REGISTER)) & set(
        roles_with(Permission.CONFIRM_REGISTER)
    )


def test_only_the_administrator_keeps_accounts():
    assert roles_with(Permission.MANAGE_PEOPLE) == (Role.ADMINISTRATOR,)


@pytest.mark.parametrize("alone", sorted(EXCLUSIVE_ROLES, key=lambda role: role.value))
@pytest.mark.parametrize("other", Role)
def test_administrator_and_auditor_are_held_alone(alone, other):
    reason = conflicting_roles([alone, other])

    if other is alone:
        assert reason is None
    else:
        assert reason
        assert "is held alone" in reason


def test_working_roles_may_be_held_together():
    working = set(Role) - EXCLUSIVE_ROLES

    assert conflicting_roles(working) is None
    assert conflicting_roles(()) is None


def test_the_printed_table_says_yes_exactly_where_the_table_does():
    lines = permission_table().splitlines()
    heads = [cell.strip() for cell in lines[0].split("|")[2:-1]]
    printed = {
        (line.split("|")[1].strip(), head): cell.strip() == "yes"
        for line in lines[2:]
        for head, cell in zip(heads, line.split("|")[2:-1], strict=True)
    }

    assert printed == {
        (permission.value, role.label): permission in PERMISSIONS[role]
        for permission in Permission
        for role in Role
    }
