"""The demonstration's stories in which an authority, court or regulator asks: clause 3(c).

Owns how far each of these cases gets and who works it. What is asked for is in ``demands.toml``,
when each story begins in ``stories.py``, the steps in ``playing.py``.
"""

from collections.abc import Generator
from datetime import timedelta

from disclosure.demonstration.demands import Ask, demand_of
from disclosure.demonstration.papers import conversation, scanned, statement
from disclosure.demonstration.people import PEOPLE, phone_number
from disclosure.demonstration.playing import Stage, Steps, Tale, hours, minutes
from disclosure.demonstration.staff import CHEN, LINDQVIST, OKAFOR, ZHOU
from disclosure.operations import (
    collecting,
    deadlines,
    deciding,
    papers,
    redacting,
    releasing,
    verifying,
)
from disclosure.operations.casefile import documents_of
from disclosure.operations.desk import Work
from disclosure.operations.page_flags import Wanted, flag_page
from disclosure.operations.papers import Upload
from disclosure.operations.suggesting import REJECTED, suggestions_of
from disclosure.storage.cases import Case

NARROW = "Lawful basis, competent issuer, and no field beyond the list of the paper."
DUTY_OFFICER = "The duty officer, who read the number of the paper back"
NEIGHBOUR, OTHER_NEIGHBOUR = phone_number("CN", "U-8201"), phone_number("CN", "U-8202")


def arrived(stage: Stage, ask: Ask) -> Generator[timedelta, None, Tale]:
    """A demand that nobody has taken yet."""
    tale = Tale(stage)
    tale.receive(demand_of(stage, ask), by=ask.handler if ask.channel == "staff" else "")
    yield minutes(35)
    return tale


def assessed(stage: Stage, ask: Ask) -> Generator[timedelta, None, Tale]:
    """The road that most cases share: received, called back, checked, confirmed."""
    tale = yield from arrived(stage, ask)
    yield from tale.verify(ask.handler, answered_by=DUTY_OFFICER, officers=ask.officers)
    yield from tale.confirm(ask.handler)
    return tale


def _collected(stage: Stage, ask: Ask, legal: str) -> Generator[timedelta, None, Tale]:
    tale = yield from assessed(stage, ask)
    yield from tale.decide(legal, NARROW)
    yield from tale.collect(ask.handler)
    return tale


# --- Ended ------------------------------------------------------------------------------------


def closed_after_delivery(stage: Stage, ask: Ask) -> Steps:
    """Police get what the paper lists, sign-ins to the minute only; closed."""
    tale = yield from _collected(stage, ask, ZHOU)
    yield from tale.build(ask.handler, {"log.login_events": ("minute", "not_responsive")})
    yield from tale.sign(ZHOU, CHEN)
    yield from tale.release(CHEN)
    yield from tale.collect_answer()
    tale.close(ask.handler)


def lawyers_letter_refused(stage: Stage, ask: Ask) -> Steps:
    """A lawyer writes without a court's order: refused, with the way to the court."""
    tale = yield from assessed(stage, ask)
    tale.do(
        OKAFOR,
        deciding.decide_refusal,
        code="wrong_instrument",
        reason="A lawyer's letter asks; only a court's order obliges us. Pointed to the court.",
    )


def nothing_found(stage: Stage, ask: Ask) -> Steps:
    """Police ask for sign-ins of a time from which none are kept."""
    tale = yield from assessed(stage, ask)
    yield from tale.decide(OKAFOR, NARROW)
    tale.do(ask.handler, collecting.request_collection)
    yield minutes(20)
    tale.do(ask.handler, collecting.record_no_data)


def forged_emergency(stage: Stage, ask: Ask) -> Steps:
    """Somebody imitates a police branch's domain and claims that life is in danger."""
    tale = yield from arrived(stage, ask)
    tale.do(ask.handler, verifying.start_verifying)
    yield minutes(6)
    who = "The branch's office: no such officer, no such number"
    tale.do(ask.handler, verifying.record_callback, confirmed=False, answered_by=who)
    yield minutes(5)
    tale.find(ask.handler, "house.paper_forged", "yes", "The branch says: not our paper.")
    yield minutes(10)
    tale.do(
        ask.handler,
        verifying.reject_sender,
        reason="The sender writes from po1ice with the figure 1; the branch knows nothing of it.",
    )


def sent_twice(stage: Stage, ask: Ask) -> Steps:
    """The same paper arrives again."""
    tale = yield from assessed(stage, ask)
    tale.do(ask.handler, deciding.link_duplicate)


# --- Signed, released, delivered ----------------------------------------------------------------


def three_to_sign(stage: Stage, ask: Ask) -> Steps:
    """The paper names the identity number: three people sign, none has yet."""
    tale = yield from _collected(stage, ask, ZHOU)
    yield from tale.build(ask.handler, {"reg.bank_account": ("last4", "not_responsive")})


def one_signature(stage: Stage, ask: Ask) -> Steps:
    """A court's notice with a statement in which a neighbour's number is blacked out."""
    tale = yield from _collected(stage, ask, OKAFOR)
    paper = statement("statement", neighbour=NEIGHBOUR)
    upload = Upload("statement.pdf", paper)
    tale.do(ask.handler, papers.add_document, upload, role="responsive")
    yield minutes(15)
    tale.do(ask.handler, _settle, term=NEIGHBOUR)
    yield minutes(10)
    yield from tale.build(ask.handler)
    yield from tale.sign(OKAFOR)


def _settle(work: Work, case: Case, *, term: str) -> None:
    """Black a text out of each responsive document, say no to the rest, and let it leave."""
    for each in documents_of(work, case, role="responsive"):
        redacting.add_term(work, case, document_id=each.id, text=term, code="third_party_data")
        for kind in {row.kind for row in suggestions_of(work, each.id)}:
            redacting.settle_suggestions(
                work, case, document_id=each.id, chosen=kind, decision=REJECTED, code=""
            )
        papers.dispose(work, case, each, "release")


def recalled(stage: Stage, ask: Ask) -> Steps:
    """A regulator's letter named the wrong shop: released, delivered, called back."""
    tale = yield from _collected(stage, ask, ZHOU)
    yield from tale.build(ask.handler)
    yield from tale.sign(ZHOU, LINDQVIST)
    yield from tale.release(LINDQVIST)
    yield from tale.collect_answer()
    tale.do(
        LINDQVIST,
        releasing.recall,
        reason="The regulator mistook the shop; asked to delete every copy, confirmation awaited.",
    )


def delivered(stage: Stage, ask: Ask) -> Steps:
    """The copyright authority has collected a seller's name and address."""
    tale = yield from _collected(stage, ask, OKAFOR)
    yield from tale.build(ask.handler)
    yield from tale.sign(OKAFOR, CHEN)
    yield from tale.release(CHEN)
    yield from tale.collect_answer()


def released(stage: Stage, ask: Ask) -> Steps:
    """A court's answer is released and waits to be collected."""
    tale = yield from _collected(stage, ask, ZHOU)
    yield from tale.build(ask.handler)
    yield from tale.sign(ZHOU, LINDQVIST)
    yield from tale.release(LINDQVIST)


def emergency(stage: Stage, ask: Ask) -> Steps:
    """A missing girl: released within two hours; the senior officer's review is owed."""
    tale = Tale(stage)
    tale.receive(demand_of(stage, ask), by=ask.handler)
    yield minutes(2)
    yield from tale.verify(ask.handler, answered_by="Head of the night watch")
    tale.do(ask.handler, verifying.confirm_requester)
    yield minutes(3)
    tale.find(ZHOU, "instrument.danger", "person", "A girl of nineteen is missing since noon.")
    tale.do(ZHOU, deciding.decide_release, reason="Danger to life; three fields, two days.")
    number = tale.reference.removeprefix("DR-")
    tale.find(ZHOU, "process.pia", f"PIA-{number}-E", "Short form for emergencies.")
    yield minutes(2)
    yield from tale.collect(ask.handler)
    yield from tale.build(ask.handler)
    yield from tale.sign(ZHOU, CHEN)
    yield from tale.release(CHEN)
    yield from tale.collect_answer()


# --- Under way -----------------------------------------------------------------------------------


def fetched(stage: Stage, ask: Ask) -> Steps:
    """The records are fetched, and nobody went on yet."""
    tale = yield from assessed(stage, ask)
    yield from tale.decide(ZHOU, NARROW)
    tale.do(ask.handler, collecting.request_collection)


def preserved(stage: Stage, ask: Ask) -> Steps:
    """A district attorney asks to keep records for ninety days; nothing is disclosed."""
    tale = yield from assessed(stage, ask)
    tale.do(
        OKAFOR,
        deciding.decide_preservation,
        reason="A preservation letter: copies are kept for ninety days, nothing leaves.",
    )


def documents_to_mark(stage: Stage, ask: Ask) -> Steps:
    """Uploaded records wait for marks: a conversation that came in twice, and a scan.

    One page is the copy of another, and about the scan somebody is asked.
    """
    tale = yield from _collected(stage, ask, ZHOU)
    person = PEOPLE[ask.account]
    log = conversation(user=person.display_name, phone=person.phone, neighbour=OTHER_NEIGHBOUR)
    note = statement("receipt", neighbour=OTHER_NEIGHBOUR)
    for upload in (
        Upload("support-conversation.pdf", log),
        Upload("receipt.png", scanned(note)),
        Upload("support-conversation-copy.pdf", log),
    ):
        tale.do(ask.handler, papers.add_document, upload, role="responsive")
        yield minutes(3)
    tale.do(ask.handler, _set_pages_aside)


def _set_pages_aside(work: Work, case: Case) -> None:
    """Flag the first page of the copy as a duplicate, and ask about the scan."""
    log, scan, copy = documents_of(work, case, role="responsive")
    duplicate = Wanted(kind="duplicate", of_document=log.id, of_page=1)
    why = "The same page of the same conversation."
    flag_page(work, case, document_id=copy.id, page=1, wanted=duplicate, reason=why)
    asked = Wanted(kind="consult", consulted="The tax counsel of the shop's owner")
    why = "Is the receipt covered by the advice that was given on it?"
    flag_page(work, case, document_id=scan.id, page=1, wanted=asked, reason=why)


def production_order(stage: Stage, ask: Ask) -> Steps:
    """A European order for data stored in the Union: fetched, to be masked."""
    yield from _collected(stage, ask, OKAFOR)


def subpoena(stage: Stage, ask: Ask) -> Steps:
    """A US subpoena asks for messages too: basic records only, after notice to the user."""
    tale = yield from assessed(stage, ask)
    yield from tale.decide(OKAFOR, "A subpoena reaches basic records; messages need a warrant.")
    reason = "The user has seven days to object before anything leaves."
    tale.do(OKAFOR, deadlines.extend_deadline, days=7, reason=reason)
    yield minutes(10)
    tale.do(ask.handler, collecting.request_collection)


def one_officer(stage: Stage, ask: Ask) -> Steps:
    """One card was shown where two are needed: asked, and the clock stands."""
    tale = yield from arrived(stage, ask)
    yield from tale.verify(ask.handler, answered_by=DUTY_OFFICER, officers=ask.officers)
    reason = "Please send the credentials of a second investigating officer."
    tale.do(ask.handler, verifying.ask_requester, reason=reason)


def nobody_answered(stage: Stage, ask: Ask) -> Steps:
    """Our register's number rings out: on hold until somebody is reached."""
    tale = yield from arrived(stage, ask)
    tale.do(ask.handler, verifying.start_verifying)
    yield hours(2)
    reason = "Called three times on the number in our register; nobody answered."
    tale.do(ask.handler, deciding.hold, reason=reason)


def too_long(stage: Stage, ask: Ask) -> Steps:
    """Eight months of logs: counsel says whether the reason carries that."""
    tale = yield from assessed(stage, ask)
    reason = "240 days are asked for, and the paper gives no reason for more than 180."
    tale.do(ask.handler, deciding.refer_to_counsel, reason=reason)


def issuer_unclear(stage: Stage, ask: Ask) -> Steps:
    """State security: is the head who approved of the level that the law asks for?"""
    tale = yield from assessed(stage, ask)
    tale.find(ZHOU, "instrument.issuer_level", "unclear", "Signed by a deputy head.")
    yield minutes(10)
    reason = "Does the approval of a deputy head of a city bureau suffice?"
    tale.do(ask.handler, deciding.refer_to_counsel, reason=reason)


def begun(stage: Stage, ask: Ask) -> Steps:
    """Verification has begun; the call-back is still to be made."""
    tale = yield from arrived(stage, ask)
    tale.do(ask.handler, verifying.start_verifying)


def called_back(stage: Stage, ask: Ask) -> Steps:
    """Called back; the paper is still to be looked at."""
    tale = yield from arrived(stage, ask)
    tale.do(ask.handler, verifying.start_verifying)
    yield minutes(20)
    who = "The court's registry"
    tale.do(ask.handler, verifying.record_callback, confirmed=True, answered_by=who)
