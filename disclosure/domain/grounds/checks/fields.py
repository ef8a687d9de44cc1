"""Checks S02, S03, S06, S09, P02, R05 and C05: which of the fields asked for may leave."""

from disclosure.domain.fields import Level
from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.registry import (
    NOT_APPLICABLE,
    Finding,
    check,
    only_if,
    only_without,
)
from disclosure.domain.rulebook import ListSource

CONTENT_WARRANTS = frozenset({"us_warrant"})
"""Paper that reaches the content of communications by itself."""


@check("C05_category_needs_named", "unnamed", values=("fields",))
def category_needs_named(on: Assessment) -> Finding:
    """Ask whether the paper itself names every field of the highest level."""
    named = frozenset(on.facts.instrument.fields or ())
    cut = tuple(name for name in on.remaining_of(Level.L3) if name not in named)
    return only_without(cut, "unnamed")


@check("S02_in_policy_scope", "out_of_scope", values=("fields",))
def in_policy_scope(on: Assessment) -> Finding:
    """Ask whether excluded fields and content come with the special basis that they need."""
    paper, special = on.facts.instrument, on.ground.fields.special
    excluded, content = on.remaining_of(Level.EXCLUDED), on.remaining_of(Level.CONTENT)
    allowed: set[str] = set()
    if paper.excluded_basis:
        allowed |= set(excluded).intersection(paper.fields or ())
    if paper.content_warrant or paper.type in CONTENT_WARRANTS:
        allowed |= set(content)
    outside = on.remaining_in(frozenset((*excluded, *content)))
    cut = tuple(name for name in outside if name not in special or name not in allowed)
    return only_without(cut, "out_of_scope")


@check("S03_on_ground_list", "off_list", values=("fields", "ground"))
def on_ground_list(on: Assessment) -> Finding:
    """Ask whether the ground lets these fields out at all; what is never released beats all."""
    allowed = LISTS[on.ground.fields.source](on) - on.never
    within = on.remaining_in(allowed)
    kept = frozenset(within[: on.ground.fields.max_fields or None])
    cut = on.remaining_outside(kept)
    if not on.facts.request.fields:
        return Finding("off_list", values={"fields": "none asked for", "ground": on.ground.clause})
    return only_without(cut, "off_list", ground=on.ground.clause)


def _own_list(on: Assessment) -> frozenset[str]:
    rules = on.ground.fields
    if rules.trader and on.facts.ground_facts.trader:
        return rules.trader
    return rules.default | (rules.on_justification & frozenset(on.facts.request.justified))


def _template_list(on: Assessment) -> frozenset[str]:
    return on.catalogue.templates.get(on.facts.ground_facts.template or "", frozenset())


def _consent_list(on: Assessment) -> frozenset[str]:
    consent = on.facts.ground_facts.consent
    return on.ground.fields.cap & frozenset(consent.fields if consent else ())


def _instrument_list(on: Assessment) -> frozenset[str]:
    """Return what the paper reaches; where it lists nothing, it names what the request says."""
    allowed = on.ground.fields.cap | on.ground.fields.special
    if on.who is not None and on.who.reach is not None:
        allowed &= on.who.reach
    named = on.facts.instrument.fields
    return allowed if named is None else allowed & frozenset(named)


LISTS = {
    ListSource.OWN: _own_list,
    ListSource.TEMPLATE: _template_list,
    ListSource.CONSENT: _consent_list,
    ListSource.INSTRUMENT: _instrument_list,
}


@check("S06_third_party_data", "others_named")
def third_party_data(on: Assessment) -> Finding:
    """Ask whether other people's data is out, where the case's records say what is in them."""
    others = on.facts.records.third_parties
    return NOT_APPLICABLE if others is None else only_if(others != "present", "others_named")


@check("S09_lawfully_collected", "cookie_refused", values=("fields",))
def lawfully_collected(on: Assessment) -> Finding:
    """Ask whether what a cookie collects was collected with the user's leave."""
    if not on.facts.subject.cookies_refused:
        return NOT_APPLICABLE
    return only_without(on.remaining_in(on.catalogue.fields.from_cookies), "cookie_refused")


@check("P02_sensitive", "not_separate", values=("fields",))
def sensitive(on: Assessment) -> Finding:
    """Ask for a separate consent to each field of the highest level that rests on consent."""
    highest = on.remaining_of(Level.L3)
    if not on.ground.rests_on_consent or not highest:
        return NOT_APPLICABLE
    consent = on.facts.ground_facts.consent
    separate = consent is not None and consent.sensitive_separate
    return only_without(() if separate else highest, "not_separate")


@check("R05_policy_version", "not_in_both", "not_in_force", values=("fields",))
def policy_version(on: Assessment) -> Finding:
    """Ask whether every policy version that counts allows the field; the narrower wins."""
    if not on.ground.in_force(on.catalogue.local_day(on.facts.release_at)):
        return only_without(on.remaining, "not_in_force")
    policy = on.facts.policy
    lacking = frozenset((*policy.receipt_lacks, *policy.now_removes))
    return only_without(on.remaining_in(lacking), "not_in_both")
