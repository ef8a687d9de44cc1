"""Changing the rules: one person proposes a pack, another puts it in force.

Owns the rows of proposals and decisions. Which rules a unit of work uses is
``operations/pinning.py``'s, what a pack would change is ``operations/replaying.py``'s.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from disclosure.domain.access import Permission
from disclosure.domain.catalogue import catalogue_of, standing_over
from disclosure.domain.events import Event
from disclosure.domain.pack_files import Layer
from disclosure.domain.rulebook import Catalogue
from disclosure.errors import BadInput, NotFound, Refused
from disclosure.operations.desk import Work
from disclosure.operations.pinning import keep_pack
from disclosure.operations.recording import record
from disclosure.operations.replaying import simulate
from disclosure.storage.rules import CatalogueVersion, PackDecision, PackProposal

LONGEST_REASON = 500


def read_candidate(work: Work, candidate: Layer) -> Catalogue:
    """Build what would be in force with some files: a whole pack, or changes to the present one.

    Raises:
        NotReady: When they do not fit together; the message names file and line.
    """
    return catalogue_of(standing_over(candidate, work.desk.catalogue.layers))


def propose_pack(work: Work, candidate: Layer, *, reason: str) -> PackProposal:
    """Propose a pack; its simulation runs at once over everything that was decided.

    Args:
        work: The unit of work.
        candidate: The files.
        reason: Why, for the second person and the ledger.

    Raises:
        NotReady: When the files do not fit together; the message names file and line.
        BadInput: When the reason is missing, nothing changes, or a name that cases use is gone.
    """
    work.actor.require(Permission.PROPOSE_RULES)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        message = f"Say why the rules change, in 1 to {LONGEST_REASON} characters."
        raise BadInput(message, where="reason")
    base = work.desk.catalogue
    catalogue = read_candidate(work, candidate)
    if catalogue.sha256 == base.sha256:
        raise BadInput("These rules are in force already.", where="files")
    _refuse_lost_names(base, catalogue)
    _refuse_changed_past(work, base, catalogue)
    for each in (base, catalogue):
        keep_pack(work, each)
    found = simulate(work, catalogue)
    proposal = PackProposal(
        id=uuid.uuid4().hex,
        sha256=catalogue.sha256,
        base_sha256=base.sha256,
        reason=reason.strip(),
        examined=found.examined,
        changed=len(found.changes),
        proposed_by=work.actor.person,
        proposed_at=work.now,
    )
    work.session.add(proposal)
    work.session.flush()
    _record(work, proposal, Event.RULES_PROPOSED, Permission.PROPOSE_RULES)
    return proposal


_NAMES: Mapping[str, Callable[[Catalogue], Iterable[str]]] = {
    "field": lambda rules: rules.fields,
    "ground": lambda rules: rules.grounds,
    "requester class": lambda rules: rules.classes,
    "type of paper": lambda rules: rules.vocabulary.instruments,
    "reason code": lambda rules: rules.reasons,
    "citation": lambda rules: rules.citations,
    "template": lambda rules: rules.templates,
    "policy version": lambda rules: (policy.version for policy in rules.policies),
}


def _refuse_lost_names(base: Catalogue, catalogue: Catalogue) -> None:
    """Refuse a pack without a name of the present one: open cases and old pages still use it."""
    for what, names in _NAMES.items():
        lost = sorted(set(names(base)) - set(names(catalogue)))
        if lost:
            message = f"There is no {what} {lost[0]!r} any more: cases use it, so it has to stay."
            raise BadInput(f"{message} End it by a date instead.", where="files")


def _refuse_changed_past(work: Work, base: Catalogue, catalogue: Catalogue) -> None:
    """Refuse another text or another first day of a policy version that is public."""
    for old in base.announced_policies(work.now):
        new = catalogue.policy_version(old.version)
        if new is not None and (new.sha256, new.valid_from) != (old.sha256, old.valid_from):
            message = f"Policy version {old.version} is public: its text and first day stay."
            raise BadInput(f"{message} A new text is a new version.", where="files")


def decide_pack(work: Work, proposal_id: str, *, confirmed: bool) -> PackProposal:
    """Put a proposed pack in force, or turn it down; the proposer can not.

    Raises:
        NotFound: When there is no such proposal.
        Refused: When it is decided, the actor proposed it, or another pack came into force since.
    """
    work.actor.require(Permission.CONFIRM_RULES)
    proposal = find_proposal(work, proposal_id)
    if decision_on(work, proposal) is not None:
        raise Refused("This proposal has been decided already.")
    if proposal.proposed_by == work.actor.person:
        raise Refused("You proposed this pack: another person decides on it.")
    if confirmed and proposal.base_sha256 != work.desk.catalogue.sha256:
        raise Refused("Other rules came into force since: have the pack proposed again over them.")
    work.session.add(
        PackDecision(
            proposal_id=proposal.id,
            confirmed=confirmed,
            decided_by=work.actor.person,
            decided_at=work.now,
        )
    )
    work.session.flush()
    event = Event.RULES_CONFIRMED if confirmed else Event.RULES_REFUSED
    _record(work, proposal, event, Permission.CONFIRM_RULES)
    return proposal


def _record(work: Work, proposal: PackProposal, event: Event, permission: Permission) -> None:
    record(
        work,
        event,
        subjects=[proposal.id],
        data={
            "proposal": proposal.id,
            "catalogue_sha256": proposal.sha256,
            "base_sha256": proposal.base_sha256,
            "examined": proposal.examined,
            "changed": proposal.changed,
        },
        permission=permission,
    )


def find_proposal(work: Work, proposal_id: str) -> PackProposal:
    """Return a proposal.

    Raises:
        NotFound: When there is none with this id.
    """
    proposal = work.session.get(PackProposal, proposal_id)
    if proposal is None:
        raise NotFound("There is no such proposal.")
    return proposal


def decision_on(work: Work, proposal: PackProposal) -> PackDecision | None:
    """Return what a second person said, if one has."""
    return work.session.scalars(
        select(PackDecision).where(PackDecision.proposal_id == proposal.id)
    ).first()


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal with what became of it."""

    proposal: PackProposal
    version: str
    decision: PackDecision | None


def proposals(work: Work) -> list[Proposed]:
    """List all proposals, newest first."""
    rows = work.session.execute(
        select(PackProposal, CatalogueVersion.version, PackDecision)
        .join(CatalogueVersion, CatalogueVersion.sha256 == PackProposal.sha256)
        .outerjoin(PackDecision, PackDecision.proposal_id == PackProposal.id)
        .order_by(PackProposal.proposed_at.desc(), PackProposal.id)
    )
    return [Proposed(proposal, version, decision) for proposal, version, decision in rows]
