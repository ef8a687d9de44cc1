"""Checks E01 to E08: a qualified complainant's data for the respondent, and never the other way."""

from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.registry import Finding, check, only_if


@check("E02_requester_is_respondent", "wrong_direction")
def requester_is_respondent(on: Assessment) -> Finding:
    """Ask whether the requester is the respondent of that very complaint."""
    return only_if(on.facts.ground_facts.requester_is_respondent, "wrong_direction")


@check("E01_complaint_qualified", "not_qualified")
def complaint_qualified(on: Assessment) -> Finding:
    """Ask whether the complaint has everything that a valid notice needs."""
    return only_if(on.facts.ground_facts.qualified, "not_qualified")


@check("E03_notice_forwarded", "not_forwarded")
def notice_forwarded(on: Assessment) -> Finding:
    """Ask whether the notice itself was forwarded to the respondent."""
    return only_if(on.facts.ground_facts.forwarded, "not_forwarded")


@check("E04_purpose_dispute", "other_purpose")
def purpose_dispute(on: Assessment) -> Finding:
    """Ask whether the data serves to settle the dispute over the right."""
    return only_if(on.purpose_accepted, "other_purpose")


@check("E06_complaint_state", "withdrawn")
def complaint_state(on: Assessment) -> Finding:
    """Ask whether the complaint still stands."""
    return only_if(on.facts.ground_facts.state != "withdrawn", "withdrawn")


@check("E08_complainant_risk", "at_risk")
def complainant_risk(on: Assessment) -> Finding:
    """Ask whether the complainant would be in danger."""
    return only_if(not on.facts.subject.safety_flag, "at_risk")
