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

GATE_STAND_INS: dict[str, tuple[Role, ...]] = {
    "STD": (Role.SENIOR_COMPLIANCE_OFFICER,),
    "AUTO": (Role.SENIOR_COMPLIANCE_OFFICER,),
}
"""Profile -> who signs besides where a person answered for the gate, as under DUAL. An emergency
owes its senior review anyway."""

EMERGENCY = "EMERG"
EMERGENCY_REVIEW_HOURS = 24


def signing_roles(profile: str, *, person_answered: bool) -> tuple[Role, ...]:
    """Return the roles that sign under a profile; none for a profile that is not known.

    Args:
        profile: Of the case.
        person_answered: Whether a person answered for the gate, which could not tell.
    """
    extra = GATE_STAND_INS.get(profile, ()) if person_answered else ()
    return SIGNING_ROLES.get(profile, ()) + extra
