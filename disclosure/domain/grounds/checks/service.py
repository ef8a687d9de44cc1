"""Checks B01 to B05: sharing that the service asked for by the user needs."""

from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.registry import Finding, check, only_if, otherwise


@check("B05_not_marketing", "marketing")
def not_marketing(on: Assessment) -> Finding:
    """Ask whether the purpose is the service and not somebody's marketing."""
    purpose = (on.facts.ground_facts.purpose or "").casefold()
    return only_if(purpose not in on.catalogue.vocabulary.marketing, "marketing")


@check("B01_service_requested", "not_requested")
def service_requested(on: Assessment) -> Finding:
    """Ask whether this user ordered the service."""
    return only_if(on.facts.ground_facts.order_ref, "not_requested")


@check("B03_recipient_contract", "no_contract")
def recipient_contract(on: Assessment) -> Finding:
    """Ask whether a contract binds the recipient."""
    return only_if(on.facts.ground_facts.contract, "no_contract")


@check("B02_field_necessary", "no_template")
def field_necessary(on: Assessment) -> Finding:
    """Ask whether an approved template says what this service needs."""
    return only_if(on.facts.ground_facts.template in on.catalogue.templates, "no_template")


@check("B04_access_ends", "no_end", "ended")
def access_ends(on: Assessment) -> Finding:
    """Ask whether it is settled when the recipient's access ends, and that it has not ended."""
    end = on.facts.ground_facts.access_end
    if end is None:
        return otherwise("no_end")
    return only_if(on.facts.release_at <= end, "ended")
