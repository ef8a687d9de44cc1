"""The demonstration's stories in which users ask: clauses 3(e) and 3(f).

Owns how far each of these cases gets and who works it. The complaints and orders are those of the
marketplace (``trade.toml``); when each story begins is in ``stories.py``.
"""

from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta

from disclosure.demonstration.marketplace import KNOWN
from disclosure.demonstration.papers import WORDS, Notice, notice_paper
from disclosure.demonstration.people import PEOPLE
from disclosure.demonstration.playing import Stage, Steps, Tale, minutes
from disclosure.demonstration.staff import BODIES, CHEN, LIN, LINDQVIST, NOVAK, OKAFOR, ZHOU
from disclosure.operations import assessing, collecting, deciding, noticing, verifying
from disclosure.operations.intake import Demand
from disclosure.operations.papers import Upload

CONTACT = ("reg.display_name", "reg.phone", "reg.email")
COMPLAINANT = ("ipc.complainant_name", "ipc.contact_email", "ipc.right_ref")


def _over_order(account: str, order: str, *, fields: tuple[str, ...] = CONTACT) -> Demand:
    person = PEOPLE[account]
    return Demand(
        ground="G3F",
        requester_class="transaction_party",
        country=person.country,
        name=person.real_name,
        email=person.email,
        account=account,
        fields=fields,
        purpose="complete transaction",
        order=order,
    )


def _over_complaint(
    account: str,
    complaint: str,
    *,
    fields: tuple[str, ...] = COMPLAINANT,
    requester_class: str = "ip_respondent",
) -> Demand:
    person = PEOPLE[account]
    return Demand(
        ground="G3E",
        requester_class=requester_class,
        country=person.country,
        name=person.real_name,
        email=person.email,
        account=account,
        fields=fields,
        purpose="resolve rights dispute",
        complaint=complaint,
    )


def _arrived(stage: Stage, demand: Demand) -> Generator[timedelta, None, Tale]:
    tale = Tale(stage)
    tale.receive(demand)
    yield minutes(45)
    return tale


def _admitted(stage: Stage, demand: Demand, handler: str) -> Generator[timedelta, None, Tale]:
    tale = yield from _arrived(stage, demand)
    yield from tale.admit(handler)
    return tale


# --- Complaints: 3(e) ---------------------------------------------------------------------------


def respondent_learns_who_complained(stage: Stage) -> Steps:
    """The respondent of C-77 gets name, address and right of the complainant, not the phone."""
    fields = (*COMPLAINANT, "ipc.contact_phone")
    demand = _over_complaint(KNOWN.respondent, KNOWN.complaint_qualified, fields=fields)
    words = "We want to settle this with the owner of the mark before it goes to court."
    tale = yield from _admitted(stage, replace(demand, narrative=words), LIN)
    yield from tale.decide(ZHOU, "Qualified, forwarded, and asked for by the respondent.")
    yield from tale.collect(LIN)
    yield from tale.build(LIN)
    yield from tale.sign(ZHOU, CHEN)
    yield from tale.release(CHEN)
    yield from tale.collect_answer()
    tale.close(LIN)


def complainant_with_court_order(stage: Stage) -> Steps:
    """3(e) does not run this way; the court's order carries the demand under 3(c)."""
    court = BODIES["order_desk"]
    number = WORDS["court_order"]["number"].format(year=stage.today.year)
    issued = stage.office.days[4]
    wanted = ("reg.real_name", "reg.email")
    order = notice_paper(
        Notice(
            kind="court_investigation_order",
            issuer=court.printed,
            entity=stage.settings.legal_entity,
            number=number,
            issued=issued,
            basis=WORDS["court_order"]["basis"],
            subject=KNOWN.respondent,
            listed=[stage.titles[each][1] for each in wanted],
            officer=WORDS["court_order"]["officer"],
        )
    )
    demand = replace(
        _over_complaint(
            KNOWN.complainant,
            KNOWN.complaint_qualified,
            fields=wanted,
            requester_class="ip_complainant",
        ),
        carried_by="court_order",
        instrument={
            "type": "court_investigation_order",
            "number": number,
            "issued_at": issued.isoformat(),
            "expires_at": f"{issued + timedelta(days=30)}T23:59:59",
            "legal_basis": WORDS["court_order"]["basis"],
        },
        papers=(Upload("investigation-order.pdf", order),),
    )
    tale = yield from _arrived(stage, demand)
    tale.do(NOVAK, verifying.start_verifying)
    yield minutes(30)
    reason = "Please let your lawyer file the order through the court's own desk, as it prescribes."
    tale.do(NOVAK, verifying.ask_requester, reason=reason)


def complainant_without_paper(stage: Stage) -> Steps:
    """Turned away at once, with the pointer to what could carry the demand."""
    yield from _arrived(
        stage,
        _over_complaint(
            KNOWN.complainant,
            KNOWN.complaint_unqualified,
            fields=("reg.real_name",),
            requester_class="ip_complainant",
        ),
    )


def complaint_not_qualified(stage: Stage) -> Steps:
    """The complaint came without proof of the right: its maker is not disclosed."""
    demand = _over_complaint(KNOWN.respondent, KNOWN.complaint_unqualified)
    tale = yield from _admitted(stage, demand, NOVAK)
    tale.do(
        OKAFOR,
        deciding.decide_refusal,
        code="complaint_not_qualified",
        reason="No certificate of the design was ever filed with this complaint.",
    )


def complaint_not_forwarded(stage: Stage) -> Steps:
    """The notice itself has not been forwarded: that comes first."""
    demand = _over_complaint(KNOWN.respondent, KNOWN.complaint_not_forwarded)
    tale = yield from _admitted(stage, demand, LIN)
    tale.do(LIN, deciding.hold, reason="The complaints desk forwards the notice first.")


def complainant_at_risk(stage: Stage) -> Steps:
    """The complainant is under a safety flag: counsel decides."""
    demand = _over_complaint(KNOWN.violator, KNOWN.complaint_at_risk)
    tale = yield from _admitted(stage, demand, NOVAK)
    reason = "The complainant's account carries a safety flag; may the name leave?"
    tale.do(NOVAK, deciding.refer_to_counsel, reason=reason)


def wrongful_complaint(stage: Stage) -> Steps:
    """Withdrawn and in bad faith: the reviewer overrules, and the case needs three signatures."""
    demand = replace(
        _over_complaint(KNOWN.trader_seller, KNOWN.complaint_malicious),
        purpose="claim for wrongful notice",
    )
    tale = yield from _admitted(stage, demand, LIN)
    reason = "Withdrawn, yet a claim for a wrongful notice stands (E-Commerce Law, art. 42)."
    tale.do(ZHOU, assessing.overrule, reason=reason)
    yield minutes(30)
    yield from tale.decide(ZHOU, "The respondent needs the name to sue.")
    tale.do(LIN, collecting.request_collection)


def complaint_withdrawn(stage: Stage) -> Steps:
    """A respondent asks although the complaint was withdrawn; nobody has taken it yet."""
    yield from _arrived(stage, _over_complaint(KNOWN.violator, "C-80"))


# --- Orders: 3(f) -------------------------------------------------------------------------------


def deposit_paid(stage: Stage) -> Steps:
    """The buyer of O-5512 paid a deposit; signed, and the seller may still object."""
    demand = _over_order(KNOWN.deposit_buyer, KNOWN.order_deposit)
    tale = Tale(stage)
    tale.receive(demand)
    yield minutes(15)
    tale.do(NOVAK, verifying.start_verifying)
    yield minutes(10)
    tale.do(NOVAK, verifying.confirm_requester)
    yield minutes(25)
    yield from tale.decide(OKAFOR, "Part performance and an unanswered message are proven.")
    yield from tale.collect(NOVAK)
    yield from tale.build(NOVAK)
    yield from tale.sign(OKAFOR, LINDQVIST)


def buyer_objects(stage: Stage) -> Steps:
    """The seller of O-5525 asks for the buyer who paid half; the buyer objects."""
    demand = _over_order(KNOWN.respondent, KNOWN.order_half_paid)
    tale = yield from _admitted(stage, demand, LIN)
    yield from tale.decide(ZHOU, "Shipped in full, paid in half, and no answer for a week.")
    yield from tale.collect(LIN)
    buyer = PEOPLE[KNOWN.mismatch[0]]
    with stage.unit() as work:
        noticing.receive_objection(
            work,
            tale.notice_link(buyer.email),
            WORDS["objection"]["text"],
        )


def nothing_paid(stage: Stage) -> Steps:
    """The buyer of O-5513 paid nothing: refused."""
    demand = _over_order(KNOWN.namesakes[0], KNOWN.order_unpaid)
    tale = yield from _admitted(stage, demand, LIN)
    tale.do(
        ZHOU,
        deciding.decide_refusal,
        code="not_performed",
        reason="3(f) asks for part performance at least; nothing was paid.",
    )


def outside_the_platform(stage: Stage) -> Steps:
    """The sale of O-5522 took place elsewhere: refused."""
    demand = _over_order(KNOWN.mismatch[1], KNOWN.order_off_platform)
    tale = yield from _admitted(stage, demand, NOVAK)
    tale.do(
        OKAFOR,
        deciding.decide_refusal,
        code="not_on_platform",
        reason="The money went by another way; there is no transaction on the platform.",
    )


def seller_answers(stage: Stage) -> Steps:
    """The seller of O-5514 answers messages: the buyer is asked to write there first."""
    demand = _over_order(KNOWN.namesakes[1], KNOWN.order_trader)
    tale = yield from _admitted(stage, demand, NOVAK)
    reason = "The seller answered you. Please settle it there, or say what remained without answer."
    tale.do(NOVAK, verifying.ask_requester, reason=reason)


def buyer_abroad(stage: Stage) -> Steps:
    """A buyer abroad asks for a trader's contact: the export is exempt, three people sign."""
    fields = ("reg.business_name", "reg.phone", "reg.email")
    demand = _over_order(KNOWN.foreign_buyer, KNOWN.order_cross_border, fields=fields)
    tale = yield from _admitted(stage, demand, NOVAK)
    reason = "Needed for the buyer's own contract; cross-border shopping."
    tale.find(OKAFOR, "ground_facts.export_route", "flow2024.5.1", reason)


def two_europeans(stage: Stage) -> Steps:
    """Both sides of O-5530 live in the Union; the seller was told and may object."""
    demand = _over_order("U-5005", KNOWN.order_eu)
    tale = yield from _admitted(stage, demand, LIN)
    yield from tale.decide(ZHOU, "Paid in full, two messages without an answer.")


def counterparty_is_fifteen(stage: Stage) -> Steps:
    """The buyer of O-5524 is fifteen: the reviewer looks twice before deciding."""
    yield from _admitted(stage, _over_order(KNOWN.namesakes[1], KNOWN.order_of_minor), LIN)


def counterparty_flagged(stage: Stage) -> Steps:
    """The seller of O-5526 is under a safety flag; nobody has taken the case yet."""
    yield from _arrived(stage, _over_order(KNOWN.namesakes[0], KNOWN.order_at_risk))


def too_soon(stage: Stage) -> Steps:
    """The buyer of O-5523 wrote to the seller only yesterday; nobody has taken the case yet."""
    yield from _arrived(stage, _over_order(KNOWN.cookies_refused, KNOWN.order_relay_too_fresh))
