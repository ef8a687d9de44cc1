"""Checks S01, S04, S07 and S08: whose data, for which period, is there any, was it asked before."""

from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.registry import (
    NOT_APPLICABLE,
    Finding,
    check,
    only_if,
    otherwise,
    passed,
)


@check("S01_subject_unique", "none_or_many", "disagree", values=("accounts",))
def subject_unique(on: Assessment) -> Finding:
    """Ask whether all identifiers lead to one and the same account."""
    accounts = on.facts.subject.resolves_to
    if accounts != 1:
        return otherwise("none_or_many", accounts=accounts)
    return only_if(on.facts.subject.identifiers_agree, "disagree", accounts=accounts)


@check("S08_not_duplicate", "duplicate")
def not_duplicate(on: Assessment) -> Finding:
    """Ask whether the same demand stands in an earlier case."""
    return only_if(not on.facts.request.duplicate_of, "duplicate")


@check("S04_period_bounded", "no_period", "too_long", values=("days", "longest"))
def period_bounded(on: Assessment) -> Finding:
    """Ask whether logs and keywords are asked for within a period of reasonable length."""
    if not on.remaining_in(on.catalogue.fields.with_period):
        return NOT_APPLICABLE
    days, longest = on.facts.request.period_days, on.catalogue.house.longest_period_days
    if days is None:
        return otherwise("no_period", days="no", longest=longest)
    in_bounds = days <= longest or on.facts.request.period_reason
    return only_if(in_bounds, "too_long", days=days, longest=longest)


@check("S07_data_exists", "empty")
def data_exists(on: Assessment) -> Finding:
    """Ask whether gathering found anything, once it has taken place."""
    found = on.facts.request.data_exists
    if found is None:
        return NOT_APPLICABLE
    return passed() if found else otherwise("empty")
