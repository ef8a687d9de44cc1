"""Several recipients of one collection: each has a case, and its case is its release set.

Owns the link between the cases and what may be taken over along it. A set takes what its own
decision allows and the first case was allowed, never more; ``set_copies.py`` makes the rows. What
a person may not see is neither linked nor listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from disclosure.domain.events import Event
from disclosure.domain.states import State
from disclosure.domain.workflow import Action
from disclosure.errors import BadInput, Refused
from disclosure.operations.casefile import documents_of, find_case
from disclosure.operations.collecting import values_of
from disclosure.operations.desk import Work
from disclosure.operations.facts import case_facts
from disclosure.operations.outbox import Effect
from disclosure.operations.recording import record
from disclosure.operations.set_copies import copy_documents, copy_marks, copy_masks, copy_values
from disclosure.operations.sight import visible_cases
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case, Document, ResponsiveValue
from disclosure.storage.release_sets import ReleaseSet


@dataclass(frozen=True, slots=True)
class Offer:
    """What a set may take over now.

    Attributes:
        source: The case that collected it.
        fields: Allowed here, and collected there under a decision of its own.
        values: How many values that are.
        missing: Allowed here, but not collected there.
        documents: Responsive documents there that are not here yet.
        values_problem: Why no values can be taken over, or empty.
    """

    source: Case
    fields: Sequence[str]
    values: int
    missing: Sequence[str]
    documents: Sequence[Document]
    values_problem: str = ""


def open_set(work: Work, case: Case, *, reference: str) -> ReleaseSet:
    """Make a case the set of a further recipient of what another case collected.

    Args:
        work: The unit of work.
        case: The further recipient's case.
        reference: Of the case that collected.

    Raises:
        BadInput: When there is no such case that can be linked to, with the reason.
        Forbidden: When the actor may not see it.
    """
    source = _source(work, case, reference.strip().upper())
    first = set_of(work, source)
    row = ReleaseSet(
        case_id=case.id,
        collection_id=first.collection_id if first else source.id,
        source_id=source.id,
        opened_by=work.actor.person,
        opened_at=work.now,
    )
    advance(work, case, Action.OPEN_SET, Change(data={"of": source.reference}))
    record(
        work,
        Event.SET_OPENED,
        case=source,
        data={"for": case.reference},
        permission=None,
    )
    work.session.add(row)
    work.session.flush()
    return row


def _source(work: Work, case: Case, reference: str) -> Case:
    if not work.session.scalar(select(Case.id).where(Case.reference == reference)):
        raise BadInput("There is no case with this reference.", where="collection")
    source = find_case(work, reference)
    if problem := _why_not_linked(work, case) or _why_no_source(work, case, source):
        raise BadInput(problem, where="collection")
    return source


def _why_not_linked(work: Work, case: Case) -> str:
    if set_of(work, case) is not None:
        return "This case is linked to a collection already; a link is never changed."
    hanging = select(ReleaseSet.case_id).where(ReleaseSet.collection_id == case.id)
    if work.session.scalar(hanging.limit(1)) is not None:
        return "Other cases are linked to this one's collection: link those that follow to it."
    return ""


def _why_no_source(work: Work, case: Case, source: Case) -> str:
    if source.id == case.id:
        return "A case is not linked to itself: name the case that collected."
    if not case.subject_index or source.subject_index != case.subject_index:
        return "That case is not about the same account, so nothing of it may be taken over."
    return _why_unusable(work, source)


def _why_unusable(work: Work, source: Case) -> str:
    if case_facts(work, source).destroyed:
        return "The records of that case are destroyed: collect them anew."
    if source.state == State.RECALLED.code:
        return "That case was released by mistake and recalled: collect anew."
    if not source.allowed_fields:
        return "Nothing was collected in that case under a decision to release."
    return ""


def set_of(work: Work, case: Case) -> ReleaseSet | None:
    """Return the link of a case to another one's collection, if there is one."""
    return work.session.get(ReleaseSet, case.id)


def origin_of(work: Work, case: Case) -> dict[str, object] | None:
    """Return from which case this one was opened for a further recipient, for the case record."""
    link = set_of(work, case)
    if link is None:
        return None
    return {
        "opened_from": work.session.get_one(Case, link.source_id).reference,
        "first": work.session.get_one(Case, link.collection_id).reference,
        "opened_at": link.opened_at.isoformat(),
    }


def other_sets(work: Work, case: Case) -> list[Case]:
    """Return the other cases over the same collection that the actor may see, the first first."""
    link = set_of(work, case)
    collection = link.collection_id if link else case.id
    linked = select(ReleaseSet.case_id).where(ReleaseSet.collection_id == collection)
    rows = work.session.scalars(
        select(Case)
        .where(or_(Case.id == collection, Case.id.in_(linked)), Case.id != case.id)
        .where(*visible_cases(work))
        .order_by(Case.id)
    )
    return list(rows)


def offer_of(work: Work, case: Case) -> Offer | None:
    """Return what a linked case may take over; None without a link that the actor may follow."""
    link = set_of(work, case)
    source = next(
        (each for each in other_sets(work, case) if link and each.id == link.source_id), None
    )
    if source is None or _why_unusable(work, source):
        return None
    problem = _why_no_values(case, source)
    fields = (
        [] if problem else [each for each in case.allowed_fields if each in source.allowed_fields]
    )
    here = {each.sha256 for each in documents_of(work, case, role="responsive")}
    return Offer(
        source=source,
        fields=fields,
        values=len(_values(work, source, fields)),
        missing=[each for each in case.allowed_fields if each not in fields],
        documents=[
            each
            for each in documents_of(work, source, role="responsive")
            if each.status == "ready" and each.sha256 not in here
        ],
        values_problem=problem,
    )


def _why_no_values(case: Case, source: Case) -> str:
    """Values answer one question; those of another period or complaint answer another one."""
    if (case.period_from, case.period_to) != (source.period_from, source.period_to):
        return "The period is another one: fetch the allowed fields for this case itself."
    if case.statement.get("complaint") != source.statement.get("complaint"):
        return "The complaint is another one: fetch the allowed fields for this case itself."
    return ""


def _values(work: Work, source: Case, fields: Sequence[str]) -> list[ResponsiveValue]:
    return [value for value in values_of(work, source) if value.field in fields]


def take_collection(
    work: Work, case: Case, *, documents: Sequence[str], with_values: bool, with_marks: bool
) -> None:
    """Take over values and documents, and the marks as a start; nothing is stored a second time.

    Every document has to be decided on again and is searched again. A mark that is taken over is
    the actor's from now on, and suggestions that the first case rejected are open again.

    Args:
        work: The unit of work.
        case: A linked case whose decision is made.
        documents: Ids of documents of the source.
        with_values: Whether the values of the fields that both decisions allow come along.
        with_marks: Whether the marks and masks come along.

    Raises:
        Refused: When the case is not linked, or nothing may be taken over any more.
        BadInput: When nothing is chosen, or something that is not offered.
    """
    offer = offer_of(work, case)
    if offer is None:
        raise Refused("Link the case first to one whose collection can be taken over.")
    chosen = _offered(offer, set(documents))
    values = _values(work, offer.source, offer.fields) if with_values else []
    if not chosen and not values:
        raise BadInput("Choose values or documents to take over.", where="documents")
    copies = copy_documents(work, case, chosen)
    batch = copy_values(work, case, values)
    marks = copy_marks(work, case, copies) if with_marks else []
    masks = copy_masks(work, case, offer.source) if with_marks else []
    effects = [Effect("look_again", {"document": copy.id}) for copy in copies.values()]
    change = Change(
        subjects=[copy.id for copy in copies.values()],
        data={
            "of": offer.source.reference,
            "documents": [copy.sha256 for copy in copies.values()],
            "batch": batch,
            "fields": sorted({value.field for value in values}),
            "values": len(values),
            "marks": marks,
            "masks": masks,
        },
        effects=effects,
    )
    advance(work, case, Action.TAKE_COLLECTION, change)
    work.session.flush()


def _offered(offer: Offer, wanted: set[str]) -> list[Document]:
    chosen = [each for each in offer.documents if each.id in wanted]
    if len(chosen) != len(wanted):
        raise BadInput(
            "A document is not offered any more: load the page again.", where="documents"
        )
    return chosen
