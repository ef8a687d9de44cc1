"""Checks X01 to X06: the residual ground, which has to be reasoned for in writing."""

from datetime import timedelta

from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.checks.process import person
from disclosure.domain.grounds.registry import NOT_APPLICABLE, Finding, check, only_if

SECOND_APPROVERS = 2


@check("X01_no_other_ground", "other_fits")
def no_other_ground(on: Assessment) -> Finding:
    """Ask whether really none of the named grounds fits."""
    return only_if(not on.facts.ground_facts.other_ground_fits, "other_fits")


@check("X02_legal_basis_stated", "no_basis")
def legal_basis_stated(on: Assessment) -> Finding:
    """Ask for the article of law or policy that makes it appropriate."""
    return only_if(on.facts.ground_facts.legal_basis, "no_basis")


@check("X03_written_reason", "too_thin", values=("least",))
def written_reason(on: Assessment) -> Finding:
    """Ask for a written reason of substance."""
    least = on.catalogue.house.reason_characters
    return only_if(on.facts.ground_facts.reason_ok, "too_thin", least=least)


@check("X04_second_approver", "too_few", values=("approvers", "needed"))
def second_approver(on: Assessment) -> Finding:
    """Ask for two approvers beside the reviewer, once people work on the case."""
    process = on.facts.process
    if process is None:
        return NOT_APPLICABLE
    approvers = {person(name) for name in process.approvers} - {person(process.reviewer or "")}
    return only_if(
        len(approvers) >= SECOND_APPROVERS,
        "too_few",
        approvers=len(approvers),
        needed=SECOND_APPROVERS,
    )


@check("X06_sunset", "lapsed")
def sunset(on: Assessment) -> Finding:
    """Ask whether the approval is not too old, once one is on the case's records."""
    approved = on.facts.records.approved_at
    if approved is None:
        return NOT_APPLICABLE
    life = timedelta(days=on.catalogue.house.residual_sunset_days)
    return only_if(on.facts.release_at <= approved + life, "lapsed")
