"""Who may do what: one table of roles and permissions, printed into ``docs/permissions.md``.

Owns the roles and their permissions. Whether a permitted person may act on *this* case now is
asked of ``domain/workflow.py``. No other module compares roles, but for the profiles of
signatures, which name roles by law of the house.
"""

from collections.abc import Iterable
from enum import Enum


class Role(Enum):
    """What a member of staff is trusted with; a person may hold several."""

    CASE_HANDLER = "case_handler"
    LEGAL_REVIEWER = "legal_reviewer"
    COMPLIANCE_OFFICER = "compliance_officer"
    SENIOR_COMPLIANCE_OFFICER = "senior_compliance_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """Return the role as pages and letters name it."""
        return self.value.replace("_", " ").capitalize()


class Permission(Enum):
    """One thing that can be allowed; the value names it in docs and refusals."""

    SEE_CASES = "see cases"
    ENTER_DEMAND = "enter a demand"
    WORK_CASE = "work a case"
    DECIDE_CASE = "decide a case"
    SIGN = "sign a rendition"
    ANSWER_FOR_GATE = "answer for what the gate could not tell"
    RELEASE = "release a signed rendition"
    REVIEW_EMERGENCY = "review an emergency release"
    EXPORT_RECORD = "download a case record"
    SEE_LEDGER = "read the ledger"
    SAMPLE_CASES = "draw samples and write down what they show"
    MANAGE_PEOPLE = "keep accounts and roles"
    PROPOSE_REGISTER = "propose a change to the register of agencies"
    CONFIRM_REGISTER = "confirm a change to the register of agencies"
    PROPOSE_RULES = "propose a rule pack"
    CONFIRM_RULES = "confirm a rule pack"
    SEE_JOBS = "see and retry jobs"
    KEEP_RECORDS = "hold ended cases, keep them longer, propose their destruction"
    DESTROY_RECORDS = "agree to the destruction of a case's records"
    SEE_REPORTS = "see drafts of the transparency report"
    PUBLISH_REPORT = "publish a transparency report"
    KEEP_CONSENTS = "keep the consent register"
    WORK_INCIDENTS = "work an incident and block a recipient"
    LIFT_BLOCK = "lift a recipient's block"


_STAFF = {Permission.SEE_CASES, Permission.SEE_JOBS}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CASE_HANDLER: frozenset(
        _STAFF
        | {Permission.ENTER_DEMAND, Permission.WORK_CASE, Permission.PROPOSE_REGISTER}
        | {Permission.KEEP_CONSENTS, Permission.WORK_INCIDENTS}
    ),
    Role.LEGAL_REVIEWER: frozenset(
        _STAFF
        | {
            Permission.ENTER_DEMAND,
            Permission.WORK_CASE,
            Permission.DECIDE_CASE,
            Permission.SIGN,
            Permission.PROPOSE_RULES,
            Permission.KEEP_RECORDS,
            Permission.KEEP_CONSENTS,
            Permission.WORK_INCIDENTS,
        }
    ),
    Role.COMPLIANCE_OFFICER: frozenset(
        _STAFF
        | {
            Permission.SIGN,
            Permission.ANSWER_FOR_GATE,
            Permission.RELEASE,
            Permission.EXPORT_RECORD,
            Permission.SEE_LEDGER,
            Permission.CONFIRM_REGISTER,
            Permission.CONFIRM_RULES,
            Permission.KEEP_RECORDS,
            Permission.DESTROY_RECORDS,
            Permission.SEE_REPORTS,
            Permission.PUBLISH_REPORT,
            Permission.WORK_INCIDENTS,
            Permission.LIFT_BLOCK,
        }
    ),
    Role.SENIOR_COMPLIANCE_OFFICER: frozenset(
        _STAFF
        | {
            Permission.SIGN,
            Permission.ANSWER_FOR_GATE,
            Permission.RELEASE,
            Permission.REVIEW_EMERGENCY,
            Permission.EXPORT_RECORD,
            Permission.SEE_LEDGER,
            Permission.CONFIRM_REGISTER,
            Permission.CONFIRM_RULES,
            Permission.KEEP_RECORDS,
            Permission.DESTROY_RECORDS,
            Permission.SEE_REPORTS,
            Permission.PUBLISH_REPORT,
            Permission.WORK_INCIDENTS,
            Permission.LIFT_BLOCK,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.SEE_CASES,
            Permission.EXPORT_RECORD,
            Permission.SEE_LEDGER,
            Permission.SEE_REPORTS,
            Permission.SAMPLE_CASES,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.MANAGE_PEOPLE,
            Permission.PROPOSE_REGISTER,
            Permission.PROPOSE_RULES,
            Permission.SEE_JOBS,
        }
    ),
}
"""The whole table. An administrator sees no case; an auditor changes none."""

EXCLUSIVE_ROLES: frozenset[Role] = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""Held alone: who keeps accounts or audits neither works nor approves (NIST SP 800-53 AC-5)."""


def may(roles: Iterable[Role], permission: Permission) -> bool:
    """Tell whether any of the roles carries the permission; no role carries everything."""
    return any(permission in PERMISSIONS[role] for role in roles)


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """List the roles that carry a permission, in the order of the table."""
    return tuple(role for role, permissions in PERMISSIONS.items() if permission in permissions)


def conflicting_roles(roles: Iterable[Role]) -> str | None:
    """Explain why one person may not hold these roles together, or return None."""
    held = set(roles)
    for role in sorted(held & EXCLUSIVE_ROLES, key=lambda each: each.value):
        if len(held) > 1:
            return f"{role.label} is held alone: who does it neither works cases nor approves them."
    return None


def permission_table() -> str:
    """Render the table as Markdown for ``docs/permissions.md``."""
    roles = list(PERMISSIONS)
    lines = [
        "| permission | " + " | ".join(role.label for role in roles) + " |",
        "|---|" + "---|" * len(roles),
    ]
    for permission in Permission:
        cells = ("yes" if permission in PERMISSIONS[role] else "" for role in roles)
        lines.append(f"| {permission.value} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
