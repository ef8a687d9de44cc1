"""What a data subject sees behind the link of a notice: reads only.

Owns the choice of what they are told: fields by title, the class of the recipient, ground and law.
Never the recipient's name, and nothing of how the case is worked. Notices and objections
themselves are ``operations/noticing.py``'s.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from disclosure.domain.rule_rows import Citation, RequesterClass
from disclosure.domain.rulebook import Ground
from disclosure.operations.desk import Work
from disclosure.operations.facts import latest_release
from disclosure.operations.noticing import notice_of_link
from disclosure.storage.cases import Case
from disclosure.storage.releases import Objection


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the page of a notice says.

    Attributes:
        fields: Titles of the data, English and Chinese.
        until: End of the time to object; None where there is none.
        may_object: Whether an objection would still be taken.
        released_at: When the data left; None before.
        objection: The objection that was sent, with its decision once there is one.
    """

    reference: str
    fields: tuple[tuple[str, str], ...]
    recipient: RequesterClass
    ground: Ground
    law: tuple[Citation, ...]
    sent_at: datetime | None
    until: datetime | None
    may_object: bool
    released_at: datetime | None
    objection: Objection | None


def told_by(work: Work, token: str) -> Told:
    """Return what the notice of a link tells.

    Raises:
        NotFound: When the link is unknown or its notice was replaced.
    """
    notice, case = notice_of_link(work, token)
    catalogue = work.desk.catalogue
    ground = catalogue.ground(case.ground, work.now)
    objection = _objection_of(work, case)
    made = latest_release(work, case)
    until = notice.objection_until
    return Told(
        reference=case.reference,
        fields=tuple(
            (catalogue.fields[field].title, catalogue.fields[field].title_zh)
            for field in case.allowed_fields
        ),
        recipient=catalogue.classes[case.requester_class],
        ground=ground,
        law=tuple(catalogue.citation(each, work.now) for each in ground.law),
        sent_at=notice.sent_at,
        until=until,
        may_object=objection is None and made is None and until is not None and work.now < until,
        released_at=made.released_at if made is not None else None,
        objection=objection,
    )


def _objection_of(work: Work, case: Case) -> Objection | None:
    return work.session.scalars(
        select(Objection)
        .where(Objection.case_id == case.id)
        .order_by(Objection.received_at.desc())
        .limit(1)
    ).first()
