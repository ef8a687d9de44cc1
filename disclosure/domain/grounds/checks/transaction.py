"""Checks F01 to F07: a party that performed asks for the counterparty's contact."""

from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.registry import NOT_APPLICABLE, Finding, check, only_if


@check("F01_transaction_on_platform", "elsewhere")
def transaction_on_platform(on: Assessment) -> Finding:
    """Ask whether the transaction took place on the platform."""
    return only_if(on.facts.ground_facts.on_platform, "elsewhere")


@check("F02_requester_is_party", "not_party")
def requester_is_party(on: Assessment) -> Finding:
    """Ask whether the requester is a party to that very transaction."""
    return only_if(on.facts.ground_facts.is_party, "not_party")


@check("F03_performed_or_part", "not_performed", values=("performed",))
def performed_or_part(on: Assessment) -> Finding:
    """Ask whether the requester has performed at least in part."""
    performed = on.facts.ground_facts.performed
    return only_if(performed in {"part", "full"}, "not_performed", performed=performed)


@check("F04_purpose", "other_purpose")
def purpose(on: Assessment) -> Finding:
    """Ask whether the data serves to complete the transaction or to settle a dispute."""
    return only_if(on.purpose_accepted, "other_purpose")


@check("F06_relay_tried", "relay_untried", values=("hours",))
def relay_tried(on: Assessment) -> Finding:
    """Ask whether a message through the platform stayed without an answer."""
    hours = on.catalogue.house.relay_hours
    return only_if(on.facts.ground_facts.relay_tried, "relay_untried", hours=hours)


@check("F07_in_time", "out_of_time")
def in_time(on: Assessment) -> Finding:
    """Ask whether claims from the transaction are still in time, once that is judged."""
    judged = on.facts.ground_facts.in_time
    return NOT_APPLICABLE if judged is None else only_if(judged, "out_of_time")
