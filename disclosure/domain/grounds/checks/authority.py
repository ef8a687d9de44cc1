"""Checks C01 and C02: the legal basis of an authority's paper, and the emergency test."""

from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.registry import NOT_APPLICABLE, Finding, check, only_if


@check("C01_legal_basis_cited", "no_basis")
def legal_basis_cited(on: Assessment) -> Finding:
    """Ask whether the paper says on which law it rests."""
    return only_if(on.facts.instrument.legal_basis, "no_basis")


@check("C02_emergency_test", "property_only")
def emergency_test(on: Assessment) -> Finding:
    """Ask whether a person is in danger, and not property alone."""
    if not on.is_emergency:
        return NOT_APPLICABLE
    return only_if(on.facts.instrument.danger == "person", "property_only")
