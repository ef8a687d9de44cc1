"""Checks V01 to V06: who is asking, and did we make sure of it."""

from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.registry import (
    NOT_APPLICABLE,
    Finding,
    check,
    only_if,
    otherwise,
    passed,
)


@check("V01_requester_identified", "unverified")
def requester_identified(on: Assessment) -> Finding:
    """Ask whether we know who asks, and in what capacity."""
    return only_if(on.facts.requester.verified and on.who, "unverified")


@check("V02_domain_on_register", "lookalike", "unlisted")
def domain_on_register(on: Assessment) -> Finding:
    """Ask whether the sender's domain is on our own register; a look-alike is never excused."""
    domain = on.facts.requester.domain
    if domain == "lookalike":
        return otherwise("lookalike")
    if not on.by_authority:
        return NOT_APPLICABLE
    return only_if(domain == "registered", "unlisted")


@check("V03_callback_done", "not_called")
def callback_done(on: Assessment) -> Finding:
    """Ask whether we called back on a number of our own register."""
    if not on.by_authority:
        return NOT_APPLICABLE
    return only_if(on.facts.requester.callback_done, "not_called")


@check("V04_two_officers", "too_few", values=("on_file", "needed", "verb"))
def two_officers(on: Assessment) -> Finding:
    """Ask whether as many officers have shown credentials as the class needs."""
    if on.who is None or not on.who.officers:
        return NOT_APPLICABLE
    on_file, needed = on.facts.requester.officers, on.who.officers
    verb = "is" if on_file == 1 else "are"
    return only_if(on_file >= needed, "too_few", on_file=on_file, needed=needed, verb=verb)


@check("V05_authority_to_act", "missing")
def authority_to_act(on: Assessment) -> Finding:
    """Ask whether who acts for another may, where the case's records know that somebody does."""
    shown = on.facts.records.authority_to_act
    return NOT_APPLICABLE if shown is None else only_if(shown, "missing")


@check("V06_not_self_request", "own_data")
def not_self_request(on: Assessment) -> Finding:
    """Ask whether somebody else than the data subject asks."""
    if on.facts.requester.is_data_subject:
        return otherwise("own_data")
    return passed()
