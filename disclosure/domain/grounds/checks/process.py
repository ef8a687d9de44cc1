"""Checks N01, R01 to R04 and R06: how the house itself proceeds."""

import unicodedata

from disclosure.domain.decision import Profile
from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.registry import (
    NOT_APPLICABLE,
    Finding,
    check,
    only_if,
    otherwise,
    passed,
)


@check("N01_notice_plan", values=("plan", "objection_days", "review_days"))
def notice_plan(on: Assessment) -> Finding:
    """State when the data subject will be told."""
    plan = on.notice()
    return passed(
        plan=plan.rule.label.lower(),
        objection_days=plan.objection_days,
        review_days=plan.review_days,
    )


@check("R01_separation_of_duties", "too_few", "same_person", values=("approvers", "needed"))
def separation_of_duties(on: Assessment) -> Finding:
    """Ask whether a reviewer and enough approvers stand there, each another person."""
    process = on.facts.process
    if process is None:
        return NOT_APPLICABLE
    needed = 2 if on.profile() is Profile.DUAL else 1
    counts = {"approvers": len(process.approvers), "needed": needed}
    if process.reviewer is None or len(process.approvers) < needed:
        return otherwise("too_few", **counts)
    people = [person(name) for name in (process.reviewer, *process.approvers)]
    return only_if(len(set(people)) == len(people), "same_person", **counts)


def person(name: str) -> str:
    """Return a name so that two ways to write it are one person."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


@check("R02_revalidated", "changed")
@check("R03_redaction_complete", "unsettled")
@check("R04_delivery_bound", "unbound")
@check("R06_certificate", "incomplete")
def on_case_records(_on: Assessment) -> Finding:
    """Leave to the case's own records what no facts given beforehand can show."""
    return NOT_APPLICABLE
