"""Checks A01 to A05: the data subject's consent to this disclosure."""

from disclosure.domain.facts import Consent
from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.registry import NOT_APPLICABLE, Finding, check, only_if, otherwise

NO_CONSENT = Consent()


def _consent(on: Assessment) -> Consent:
    return on.facts.ground_facts.consent or NO_CONSENT


@check("A01_consent_exists", "none")
def consent_exists(on: Assessment) -> Finding:
    """Ask whether a consent is on record that was given before the release."""
    consent = _consent(on)
    if consent == NO_CONSENT:
        return otherwise("none")
    return only_if(consent.given_at is None or consent.given_at <= on.facts.release_at, "none")


@check("A02_consent_separate_informed", "bundled")
def consent_separate_informed(on: Assessment) -> Finding:
    """Ask whether the consent is its own and informed, not part of the service terms."""
    return only_if(_consent(on).separate, "bundled")


@check("A04_consent_covers", "not_covered")
def consent_covers(on: Assessment) -> Finding:
    """Ask whether the consent covers this recipient, purpose and period."""
    return only_if(_consent(on).covers, "not_covered")


@check("A05_consent_capacity", "no_guardian", values=("minor_age",))
def consent_capacity(on: Assessment) -> Finding:
    """Ask whether the guardian consented in a child's place."""
    if not on.of_child:
        return NOT_APPLICABLE
    return only_if(_consent(on).guardian, "no_guardian", minor_age=on.catalogue.house.minor_age)


@check("A03_consent_live", "withdrawn")
def consent_live(on: Assessment) -> Finding:
    """Ask whether the consent still stands at the instant of release."""
    withdrawn = _consent(on).withdrawn_at
    return only_if(withdrawn is None or withdrawn > on.facts.release_at, "withdrawn")
