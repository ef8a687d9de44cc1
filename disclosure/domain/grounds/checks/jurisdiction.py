"""Checks J01 to J04: where the data is stored, and which law speaks before it may go abroad."""

from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.registry import (
    NOT_APPLICABLE,
    Finding,
    check,
    only_if,
    only_without,
    otherwise,
)
from disclosure.domain.rule_rows import Outsiders


@check("J01_foreign_authority_gate", "no_approval", values=("storage",))
def foreign_authority_gate(on: Assessment) -> Finding:
    """Ask for the competent authority's approval before a foreign authority gets home data."""
    if not on.crosses_foreign_gate:
        return NOT_APPLICABLE
    approved = on.facts.instrument.art41_approval
    return only_if(approved, "no_approval", storage=on.facts.subject.storage)


@check("J02_export_route", "no_route", values=("storage",))
def export_route(on: Assessment) -> Finding:
    """Ask for an export mechanism or exemption before a private recipient abroad gets data."""
    if not on.is_export:
        return NOT_APPLICABLE
    route = on.facts.ground_facts.export_route
    return only_if(route, "no_route", storage=on.facts.subject.storage)


@check(
    "J03_local_law_pack",
    "unknown_storage",
    "no_agreement",
    "other_state",
    "out_of_reach",
    values=("storage", "fields"),
)
def local_law_pack(on: Assessment) -> Finding:
    """Ask the law of the place where the data is stored."""
    storage = on.facts.subject.storage or "unknown"
    local = on.catalogue.jurisdictions.get(storage)
    if local is None:
        return otherwise("unknown_storage", storage=storage)
    if local.outsiders is Outsiders.HOME or not on.by_authority or on.who is None:
        return NOT_APPLICABLE
    if on.who.id not in local.own_classes:
        if local.outsiders is Outsiders.HUMAN:
            return otherwise("other_state", storage=storage)
        if not on.facts.instrument.intl_agreement:
            return otherwise("no_agreement", storage=storage)
    paper = on.facts.instrument.type or ""
    beyond = [limit.out_of_reach for limit in local.limits if limit.applies_to(paper)]
    cut = on.remaining_in(frozenset().union(*beyond))
    return only_without(cut, "out_of_reach", storage=storage)


@check("J04_recipient_not_listed", "listed")
def recipient_not_listed(on: Assessment) -> Finding:
    """Ask whether the recipient is on the list of those who must not receive personal data."""
    return only_if(not on.facts.requester.restricted_list, "listed")
