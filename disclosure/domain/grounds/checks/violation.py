"""Checks D01 to D05: a user broke the law or the rules, and a third party must be told."""

from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.registry import Finding, check, only_if, otherwise


@check("D01_final_finding", "no_finding", "not_final")
def final_finding(on: Assessment) -> Finding:
    """Ask whether there is a decision on the violation against which no appeal is open."""
    if not on.facts.ground_facts.decision:
        return otherwise("no_finding")
    return only_if(on.facts.ground_facts.final, "not_final")


@check("D02_third_party_interest", "no_interest")
def third_party_interest(on: Assessment) -> Finding:
    """Ask whether the third party has a legal interest of its own."""
    return only_if(on.facts.ground_facts.interest, "no_interest")


@check("D04_less_intrusive_tried", "relay_untried")
def less_intrusive_tried(on: Assessment) -> Finding:
    """Ask whether passing on a message was tried first."""
    return only_if(on.facts.ground_facts.relay_tried, "relay_untried")


@check("D05_law_beyond_policy", "no_note")
def law_beyond_policy(on: Assessment) -> Finding:
    """Ask for counsel's note on the law that allows it beside the policy."""
    return only_if(on.facts.ground_facts.law_note, "no_note")
