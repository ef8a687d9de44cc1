"""The approval profiles: which roles sign, never fewer than two people.

Owns the roles of each profile; the database's triggers are generated from this table, so that an
error of the program cannot release what these people have not signed. Which profile a case needs
is decided by the grounds.
"""

from disclosure.domain.access import Role

SIGNING_ROLES: dict[str, tuple[Role, ...]] = {
    "STD": (Role.LEGAL_REVIEWER, Role.COMPLIANCE_OFFICER),
    "AUTO": (Role.LEGAL_REVIEWER, Role.COMPLIANCE_OFFICER),
    "EMERG": (Role.LEGAL_REVIEWER, Role.COMPLIANCE_OFFICER),
    "DUAL": (Role.LEGAL_REVIEWER, Role.COMPLIANCE_OFFICER, Role.SENIOR_COMPLIANCE_OFFICER),
}
"""Profile -> roles, each filled by another person. EMERG also owes a senior review afterwards."""

EMERGENCY = "EMERG"
EMERGENCY_REVIEW_HOURS = 24
