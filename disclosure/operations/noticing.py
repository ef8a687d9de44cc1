"""Notice: what the data subject is told, when, and what they say to it.

Owns notices and objections. The plan comes from the rules at the decision: prior notice opens an
objection window that the release waits for; a delayed one has a review date; a suppressed one has
its legal basis. The objection link opens one page and nothing else.
"""

import hashlib
import secrets
import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from disclosure.domain.decision import NoticeRule
from disclosure.domain.events import Event
from disclosure.domain.ledger import Payload
from disclosure.domain.workflow import Action
from disclosure.errors import BadInput, NotFound, Refused
from disclosure.operations.assessing import assess, findings_of
from disclosure.operations.desk import DATA_SUBJECT, SYSTEM, Work
from disclosure.operations.facts import latest_release, live_notice
from disclosure.operations.outbox import Effect, enqueue
from disclosure.operations.recording import record
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case
from disclosure.storage.releases import Notice, Objection

LONGEST_OBJECTION = 4000
LONGEST_DELAY_DAYS = 180
DELAYED_BASIS = "PIPL-18; PIPL-35"
SUPPRESSED_BASIS = "PIPL-18"
TOLD_BASIS = "PIPL-17; PIPL-23"


def plan_notice(work: Work, case: Case, *, rule: NoticeRule, objection_days: int) -> Notice:
    """Plan the notice when a release is decided; a prior notice goes out at once.

    Args:
        work: The unit of work.
        case: The case that was just decided.
        rule: What the rules say.
        objection_days: Calendar days to object; 0 without a window.
    """
    work.session.execute(
        update(Notice)
        .where(Notice.case_id == case.id, Notice.replaced_at.is_(None))
        .values(replaced_at=work.now)
    )
    token = secrets.token_urlsafe(32)
    notice = Notice(
        id=uuid.uuid4().hex,
        case_id=case.id,
        rule=rule.value,
        legal_basis=_basis(rule),
        contact=_contact(work, case),
        token_hash=hashlib.sha256(token.encode()).hexdigest(),
        objection_days=objection_days if rule is NoticeRule.PRIOR else 0,
        review_at=_review_at(work, case) if rule is NoticeRule.DELAYED else None,
    )
    work.session.add(notice)
    work.session.flush()
    data: Payload = {
        "notice": notice.id,
        "rule": notice.rule,
        "basis": notice.legal_basis.split("; "),
        "days": notice.objection_days,
        "review": _day(notice.review_at),
    }
    planned = Change(subjects=[notice.id], data=data, effects=_letters(case, notice, token))
    advance(work.as_actor(SYSTEM), case, Action.PLAN_NOTICE, planned)
    return notice


def _basis(rule: NoticeRule) -> str:
    if rule is NoticeRule.SUPPRESSED:
        return SUPPRESSED_BASIS
    return DELAYED_BASIS if rule is NoticeRule.DELAYED else TOLD_BASIS


def _contact(work: Work, case: Case) -> str:
    if work.desk.source is None or not case.subject_account:
        return ""
    return work.desk.source.subject_facts(case.subject_account, now=work.now).email or ""


def _review_at(work: Work, case: Case) -> datetime:
    """Return when a delayed notice is looked at again: the bar's end, or the pack's review date."""
    until = bar_until(work, case)
    if until is not None and until > work.now:
        return until
    days = work.desk.catalogue.notice(case.ground, case.requester_class).review_days
    return work.now + timedelta(days=days or LONGEST_DELAY_DAYS)


def bar_until(work: Work, case: Case) -> datetime | None:
    """Return when the order that forbids telling the data subject ends, if it says so."""
    given = findings_of(work, case).get("instrument.gag_until", case.instrument.get("gag_until"))
    if not given:
        return None
    day = datetime.fromisoformat(str(given))
    return (day if day.tzinfo else day.replace(tzinfo=work.desk.settings.zone)).astimezone(UTC)


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else "none"


def _letters(case: Case, notice: Notice, token: str) -> list[Effect]:
    ids = {"template": "notice", "case": case.reference, "notice": notice.id}
    if notice.rule == NoticeRule.PRIOR.value:
        return [Effect("letter", ids, secret=token)]
    if notice.rule == NoticeRule.DELAYED.value and notice.review_at is not None:
        due = {"case": case.reference, "notice": notice.id}
        return [Effect("notice_due", due, secret=token, after=notice.review_at)]
    return []


def send_notice_at_release(work: Work, case: Case) -> None:
    """Send the notice that goes out with the release; prior ones have gone, others wait."""
    notice = live_notice(work, case)
    if notice is None or notice.rule != NoticeRule.AT_RELEASE.value:
        return
    ids = {"template": "notice", "case": case.reference, "notice": notice.id}
    enqueue(work, Effect("letter", ids), case=case)


def note_notice_sent(work: Work, case: Case, notice: Notice) -> None:
    """Write down that the notice has left; a prior one opens the objection window now."""
    if notice.sent_at is not None:
        return
    notice.sent_at = work.now
    if notice.objection_days:
        notice.objection_until = work.now + timedelta(days=notice.objection_days)
    data = {"notice": notice.id, "rule": notice.rule, "until": _day(notice.objection_until)}
    advance(
        work.as_actor(SYSTEM), case, Action.SEND_NOTICE, Change(subjects=[notice.id], data=data)
    )


def notice_of_link(work: Work, token: str) -> tuple[Notice, Case]:
    """Find the notice of an objection link.

    Raises:
        NotFound: When the link is unknown or its notice was replaced.
    """
    digest = hashlib.sha256(token.encode()).hexdigest()
    notice = work.session.scalars(select(Notice).where(Notice.token_hash == digest)).first()
    if notice is None or notice.replaced_at is not None or notice.sent_at is None:
        raise NotFound("This link is not known or no longer in use.")
    return notice, work.session.get_one(Case, notice.case_id)


def receive_objection(work: Work, token: str, text: str) -> Objection:
    """Take in a data subject's objection; the release stops until it is decided.

    Raises:
        BadInput: When the text is empty or too long.
        Refused: When the window is over, or an objection is already in.
    """
    notice, case = notice_of_link(work, token)
    if not text.strip() or len(text) > LONGEST_OBJECTION:
        raise BadInput(f"Write 1 to {LONGEST_OBJECTION} characters.", where="text")
    if notice.objection_until is None or work.now >= notice.objection_until:
        raise Refused("The time to object is over.")
    already = work.session.scalars(select(Objection).where(Objection.case_id == case.id)).first()
    if already is not None:
        raise Refused("Your objection is in already; we answer it before anything leaves.")
    objection = Objection(
        id=uuid.uuid4().hex, case_id=case.id, text=text.strip(), received_at=work.now
    )
    change = Change(
        subjects=[objection.id],
        data={"objection": objection.id},
        private={"text": text.strip()},
    )
    advance(work.as_actor(DATA_SUBJECT), case, Action.RECEIVE_OBJECTION, change)
    work.session.add(objection)
    work.session.flush()
    return objection


def open_objection(work: Work, case: Case) -> Objection | None:
    """Return the objection that waits for a decision."""
    return work.session.scalars(
        select(Objection).where(Objection.case_id == case.id, Objection.decision.is_(None))
    ).first()


def resolve_objection(work: Work, case: Case, *, upheld: bool, reason: str) -> None:
    """Decide an objection: upheld stops the release, overruled lets it go on with reasons."""
    objection = open_objection(work, case)
    decision = "upheld" if upheld else "overruled"
    subject = objection.id if objection else "none"
    change = Change(
        subjects=[subject], data={"objection": subject, "decision": decision}, reason=reason
    )
    advance(work, case, Action.RESOLVE_OBJECTION, change)
    if objection is None:
        raise Refused("No objection is waiting for a decision.")
    objection.decision, objection.reason = decision, reason.strip()
    objection.decided_by, objection.decided_at = work.actor.person, work.now
    work.session.flush()
    assess(work, case)


def look_at_delayed(work: Work, case: Case, notice: Notice) -> None:
    """Send a delayed notice whose bar has ended, or put it off to its next review.

    A notice tells what was disclosed: as long as nothing was, there is nothing to tell.
    """
    if notice.sent_at is not None or notice.replaced_at is not None:
        return
    until = bar_until(work, case)
    barred = until is not None and until > work.now
    if latest_release(work, case) is not None and not barred:
        case.restricted = False
        ids = {"template": "notice", "case": case.reference, "notice": notice.id}
        enqueue(work, Effect("letter", ids), case=case)
        return
    notice.review_at = _review_at(work, case)
    due = {"case": case.reference, "notice": notice.id}
    enqueue(work, Effect("notice_due", due, after=notice.review_at), case=case)
    record(
        work.as_actor(SYSTEM),
        Event.NOTICE_DELAYED,
        case=case,
        subjects=[notice.id],
        data={"notice": notice.id, "review": _day(notice.review_at)},
    )
