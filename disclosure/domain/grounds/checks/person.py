"""Checks P01 and P03 to P06: what the data subject's own situation asks for."""

from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.registry import (
    NOT_APPLICABLE,
    Finding,
    check,
    only_if,
    otherwise,
    passed,
)

OWN_SAFETY_CHECK = "E08_complainant_risk"
"""A ground with this check of its own does not need P04."""


@check("P01_minor", "no_guardian", values=("minor_age",))
def minor(on: Assessment) -> Finding:
    """Ask for the guardian's consent before a private ground reaches a child's data."""
    if not on.of_child or on.ground.rests_on_instrument:
        return NOT_APPLICABLE
    consent = on.facts.ground_facts.consent
    guardian = on.facts.subject.guardian_consent or (consent is not None and consent.guardian)
    return only_if(guardian, "no_guardian", minor_age=on.catalogue.house.minor_age)


@check("P03_impact_assessment", "missing")
def impact_assessment(on: Assessment) -> Finding:
    """Ask for the impact assessment, once people work on the case."""
    if on.facts.process is None:
        return NOT_APPLICABLE
    return only_if(on.facts.process.pia, "missing")


@check("P04_safety_flag", "flagged")
def safety_flag(on: Assessment) -> Finding:
    """Leave it to a person when somebody's safety may be at stake."""
    settled_elsewhere = on.ground.rests_on_instrument or OWN_SAFETY_CHECK in on.ground.checks
    if settled_elsewhere or not on.facts.subject.safety_flag:
        return NOT_APPLICABLE
    return otherwise("flagged")


@check("P05_deceased", "deceased")
def deceased(on: Assessment) -> Finding:
    """Leave it to a person when the data subject has died."""
    if on.ground.rests_on_instrument or not on.facts.subject.deceased:
        return NOT_APPLICABLE
    return otherwise("deceased")


@check("P06_objection", "pending", "upheld")
def objection(on: Assessment) -> Finding:
    """Ask whether the data subject has objected and with what success."""
    state = on.facts.subject.objection
    return otherwise(state) if state in {"pending", "upheld"} else passed()
