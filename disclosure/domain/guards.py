"""The guards of the workflow: each one question with a name that reads as a sentence.

A guard reads frozen facts and answers None for yes, or the reason why not, as a person reads it on
a blocked button. Which action asks which guard is the table in ``domain/workflow.py``.
"""

from collections.abc import Callable
from datetime import datetime

from disclosure.domain.access import Role
from disclosure.domain.states import CaseFacts, Signer

LEAK, CANNOT_TELL = "leak", "cannot-tell"
"""What the gate says when it does not pass; only the second can be answered for."""

Guard = Callable[[CaseFacts, Signer, datetime], str | None]
"""One question; None means yes, text is the reason why not."""


def case_has_a_handler(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether somebody has claimed the case."""
    return None if facts.handler else "Nobody has claimed this case yet: claim it first."


def requester_is_identified(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether our own register or the platform login says who is asking (V01 to V04)."""
    return facts.identity_problem


def sender_is_forged(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether a look-alike sender or a forged paper is on record."""
    if facts.sender_is_forged:
        return None
    return "Neither a look-alike sender nor a forged paper is on record."


def decider_is_not_handler(facts: CaseFacts, who: Signer, _now: datetime) -> str | None:
    """Ask whether another person than the handler decides (R01)."""
    if who.person == facts.handler and facts.separation == "strict":
        return "You handle this case: another legal reviewer decides it."
    return None


def outcome_is_release(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether the rules allow a release, whole or in part."""
    if facts.outcome in {"release", "release_partial"}:
        return None
    return _outcome_reason(facts, "Only a release can go on to collecting.")


def outcome_is_reroute(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether another ground or right carries this demand."""
    if facts.outcome in {"reroute", "refuse"}:
        return None
    return _outcome_reason(facts, "Rerouting is for demands that this ground cannot carry.")


def demand_runs_the_wrong_way(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether a complainant asks for the respondent, which clause 3(e) does not give (E02)."""
    if facts.runs_the_wrong_way:
        return None
    return "Only a demand that runs against the direction of clause 3(e) is turned away at once."


def outcome_is_preserve(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether the paper asks for preservation only."""
    if facts.outcome == "preserve_only":
        return None
    return _outcome_reason(facts, "This paper is not a preservation request.")


def outcome_is_duplicate(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether an earlier case holds the same demand (S08)."""
    if facts.outcome == "link_duplicate":
        return None
    return _outcome_reason(facts, "No earlier case with the same demand is on record.")


def outcome_needs_a_person(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether a check could not be decided by the rules alone."""
    if facts.outcome == "needs_human":
        return None
    return _outcome_reason(facts, "No check is waiting for counsel.")


def check_may_be_overruled(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether the deciding check is one that a person may overrule (never a few)."""
    if facts.overrulable:
        return None
    name = facts.deciding_check or "The deciding check"
    return f"{name} can not be overruled, or nothing stands in the way."


def nothing_was_found(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether the search is finished and came back empty (S07)."""
    if facts.records_collected and facts.records_found == 0:
        return None
    return "Records were found, or the search is not finished."


def records_are_collected(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether every allowed field has been fetched."""
    if facts.records_collected and facts.records_found:
        return None
    if facts.records_collected:
        return "Nothing was found: record that instead."
    return "The allowed fields have not been fetched yet."


def no_collection_under_way(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether no fetch is waiting or running."""
    return "Records are being fetched already." if facts.collecting else None


def all_redactions_settled(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether every suggested mark and every document has a person's decision (R03)."""
    if facts.open_marks:
        return f"{facts.open_marks} marks or documents still need a decision."
    return None


def no_consultation_is_open(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether everybody who was consulted about a page has answered."""
    if not facts.open_consultations:
        return None
    pages = "1 page waits" if facts.open_consultations == 1 else f"{facts.open_consultations} wait"
    return f"A consultation is open ({pages} for an answer): record the answer first."


def every_duplicate_leaves_once(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether no page stays behind as the duplicate of one that does not leave either."""
    if not facts.lost_duplicates:
        return None
    pages = "1 page is" if facts.lost_duplicates == 1 else f"{facts.lost_duplicates} pages are"
    return f"{pages} flagged as a duplicate of what does not leave itself: flag it otherwise."


def rendition_is_current(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether the rendition was built from what the case holds now."""
    if not facts.rendition_sha256:
        return "The rendition has not been built yet."
    if not facts.rendition_current:
        return "Something changed since the rendition was built: build it again."
    return None


def rendition_passed_the_gate(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether the second, independent reading found nothing in exactly these bytes.

    Where it could not tell, another person than the preparers may have answered for it.
    """
    if facts.rendition_gated:
        return None
    if facts.gate_outcome == CANNOT_TELL:
        return "The gate could not tell: an officer who did not prepare the file answers for it."
    return "The gate has not passed these bytes: there is nothing to sign."


def gate_could_not_tell(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether a person may answer for the gate; over a leak nobody can."""
    if not facts.rendition_sha256:
        return "The rendition has not been built yet."
    if facts.gate_outcome == LEAK:
        return "The gate found what must not leave: mark it and build again; nobody signs it away."
    if facts.rendition_gated or facts.gate_outcome != CANNOT_TELL:
        return "There is nothing to answer for: the gate passed, or a person has answered."
    return None


def answerer_is_not_preparer(facts: CaseFacts, who: Signer, _now: datetime) -> str | None:
    """Ask whether the one who answers for the gate had no hand in the rendition, in any house."""
    if who.person not in facts.preparers and who.person != facts.handler:
        return None
    return "You prepared this rendition: another officer answers for the gate."


def impact_assessment_is_recorded(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether the impact assessment is on file (P03; PIPL 55, 56)."""
    return None if facts.impact_assessment else "Record the impact assessment first (P03)."


def signer_is_not_preparer(facts: CaseFacts, who: Signer, _now: datetime) -> str | None:
    """Ask whether the signer had no hand in preparing the rendition (R01)."""
    if who.person not in facts.preparers and who.person != facts.handler:
        return None
    if facts.separation == "small-team" and Role.LEGAL_REVIEWER in signable_roles(facts, who):
        return None
    return "You prepared this rendition: two other people sign it."


def signer_has_not_signed(facts: CaseFacts, who: Signer, _now: datetime) -> str | None:
    """Ask whether this person has not signed these bytes in any role."""
    if any(each.person == who.person for each in facts.signatures):
        return "You have signed already: the other signature is another person's."
    return None


def signer_holds_a_missing_role(facts: CaseFacts, who: Signer, _now: datetime) -> str | None:
    """Ask whether one of the signer's roles is still unsigned in the approval profile."""
    if signable_roles(facts, who):
        return None
    missing = ", ".join(role.label.lower() for role in missing_roles(facts)) or "nobody"
    return f"Your roles are not among those still to sign: {missing}."


def all_signatures_are_given(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether every role of the profile has signed exactly these bytes."""
    missing = missing_roles(facts)
    if not facts.profile_roles:
        return "The approval profile is not known yet."
    if missing:
        return "Still to sign: " + ", ".join(role.label.lower() for role in missing) + "."
    return None


def prior_notice_is_out(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether promised prior notice has been sent."""
    return "Prior notice has not been sent yet." if facts.prior_notice_owed else None


def objection_window_is_over(facts: CaseFacts, _who: Signer, now: datetime) -> str | None:
    """Ask whether the data subject's time to object has passed and no objection stands (P06)."""
    if facts.objection == "pending":
        return "An objection is waiting for a decision."
    if facts.objection == "upheld":
        return "The data subject's objection was upheld: nothing is released."
    if facts.objection_until is not None and now < facts.objection_until:
        return f"The data subject may object until {facts.objection_until:%Y-%m-%d %H:%M} UTC."
    return None


def release_checks_still_hold(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether every check that depends on time or on others holds at this instant (R02)."""
    return facts.release_problem


def objection_is_pending(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether there is an objection to decide."""
    return None if facts.objection == "pending" else "No objection is waiting for a decision."


def records_are_kept(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether the records of the case still exist."""
    return "The records of this case are destroyed." if facts.destroyed else None


def notice_is_settled(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether the data subject was told, or is lawfully not told yet (N01)."""
    if facts.notice_settled:
        return None
    return "The data subject has not been told, and no delay is on record."


def emergency_review_is_done(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether the senior officer's review of an emergency release is on record."""
    if facts.emergency_review_owed:
        return "A senior compliance officer reviews the emergency release first."
    return None


def emergency_review_is_owed(facts: CaseFacts, _who: Signer, _now: datetime) -> str | None:
    """Ask whether this was an emergency release that nobody has reviewed."""
    return None if facts.emergency_review_owed else "No emergency review is due."


def _outcome_reason(facts: CaseFacts, otherwise: str) -> str:
    if not facts.outcome:
        return "The ground has not been evaluated yet."
    return f"The rules say {facts.outcome} ({facts.deciding_check}). {otherwise}"


def missing_roles(facts: CaseFacts) -> tuple[Role, ...]:
    """List the roles of the profile that have not signed the current rendition."""
    signed = {each.role for each in facts.signatures if each.sha256 == facts.rendition_sha256}
    return tuple(role for role in facts.profile_roles if role not in signed)


def signable_roles(facts: CaseFacts, who: Signer) -> tuple[Role, ...]:
    """List the roles in which this person could sign now, in the profile's order."""
    return tuple(role for role in missing_roles(facts) if role in who.roles)
