"""Checks I01 to I05: the paper that an authority serves."""

from datetime import timezone

from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.registry import (
    NOT_APPLICABLE,
    Finding,
    check,
    only_if,
    otherwise,
    passed,
)

PRESERVATION = "preservation_request"


@check("I01_instrument_fits", "preserve", "unfit", values=("instrument", "requester_class"))
def instrument_fits(on: Assessment) -> Finding:
    """Ask whether this class of requester can oblige us with this type of paper."""
    if not on.ground.rests_on_instrument:
        return NOT_APPLICABLE
    kind = on.facts.instrument.type
    values = {
        "instrument": on.catalogue.vocabulary.instruments.get(kind or "", "No paper"),
        "requester_class": on.who.title if on.who else "not known",
    }
    if kind == PRESERVATION:
        return otherwise("preserve", **values)
    served = on.who is not None and on.catalogue.obliges(
        on.who.id, kind or "", on.facts.requester.country, on.facts.release_at
    )
    return only_if(served, "unfit", **values)


@check("I02_instrument_formal", "incomplete", values=("missing",))
def instrument_formal(on: Assessment) -> Finding:
    """Ask whether the paper has a number, a seal and a date."""
    if not on.ground.rests_on_instrument:
        return NOT_APPLICABLE
    paper = on.facts.instrument
    parts = {"number": paper.number, "seal": paper.sealed, "date of issue": paper.issued_at}
    missing = [name for name, there in parts.items() if not there]
    return only_if(not missing, "incomplete", missing=", ".join(missing))


@check("I03_instrument_in_force", "early", "lapsed", values=("issued", "expires", "release"))
def instrument_in_force(on: Assessment) -> Finding:
    """Ask whether the paper holds at the instant of release; both ends count."""
    if not on.ground.rests_on_instrument:
        return NOT_APPLICABLE
    paper, release = on.facts.instrument, on.facts.release_at
    local = timezone(on.catalogue.house.utc_offset)
    times = {"issued": paper.issued_at, "expires": paper.expires_at, "release": release}
    values = {
        name: f"{time.astimezone(local):%Y-%m-%d %H:%M}" if time else "not stated"
        for name, time in times.items()
    }
    if paper.issued_at is None or paper.issued_at > release:
        return otherwise("early", **values)
    if paper.expires_at is not None and paper.expires_at < release:
        return otherwise("lapsed", **values)
    return passed(**values)


@check("I04_issuer_competent", "unclear", "insufficient")
def issuer_competent(on: Assessment) -> Finding:
    """Ask whether the issuer's level suffices, once somebody has judged it."""
    level = on.facts.instrument.issuer_level
    if level is None or not on.ground.rests_on_instrument:
        return NOT_APPLICABLE
    return passed() if level == "sufficient" else otherwise(level)


@check("I05_addressed_to_us", "other_entity")
def addressed_to_us(on: Assessment) -> Finding:
    """Ask whether the paper names our own legal entity."""
    if not on.ground.rests_on_instrument:
        return NOT_APPLICABLE
    return only_if(on.facts.instrument.names_us, "other_entity")
