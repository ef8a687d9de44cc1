"""The demonstration's closed cases: every ground from the demand to the end, many times over.

Owns which of them there are and who worked them. They give replay and simulation something to run
on, and are played by the same operations as all others. Numbers of consents, orders, decisions and
complaints are those of the marketplace.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import select

from disclosure.demonstration.demands import ASKS, Ask, demand_of
from disclosure.demonstration.marketplace import KNOWN, SILENT_ORDERS
from disclosure.demonstration.partners import CONSENTING, FIRST_INSURED, FIRST_MARKETED
from disclosure.demonstration.people import PEOPLE
from disclosure.demonstration.playing import Stage, Steps, Tale, hours, minutes
from disclosure.demonstration.staff import CHEN, FANG, LIN, LINDQVIST, NOVAK, OKAFOR, ZHOU
from disclosure.operations import access_ends, assessing, deciding, verifying
from disclosure.operations.incidents import report_leak, report_misuse
from disclosure.operations.intake import Demand
from disclosure.storage.cases import Case
from disclosure.storage.releases import Release

EARLIEST, LATEST = 29, 14
"""Working days ago between which these cases begin."""
SERVED_ORDERS = ("O-7017", "O-7006", "O-7030", "O-7034", "O-7002", "O-7003")
COMPLAINTS = (("C-85", "U-2003"), ("C-86", "U-6015"), ("C-89", "U-6019"), ("C-80", "U-4004"))
VIOLATIONS = tuple(("V-31", "U-4004", buyer) for buyer in ("U-6001", "U-6002", "U-6003", "U-6005"))
RECALLED = ("U-6009", "U-6010", "U-6011", "U-6015")
PRESERVED = ("U-6003", "U-6004", "U-6005", "U-6006")
WINDOW = {"G3D": hours(56), "G3G": hours(56), "G3F": hours(38)}
"""Working hours that surely cover the days in which a data subject may object."""
REASON = (
    "A maker's recall of goods that this trader sold came to us after the sale. The buyers' guild "
    "warns each trader by name and mail, holds the data for that one letter, and deletes it when "
    "the letter has left; no other ground of the policy carries this, and the trader gains by it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """One case that is to be closed.

    Attributes:
        findings: Key of a question -> its answer, recorded by the legal reviewer.
        overruled: Why the deciding check is set aside, when it is.
    """

    demand: Demand
    findings: dict[str, str] = field(default_factory=dict)
    overruled: str = ""


def endings() -> Iterator[Ending]:
    """Yield every case of a third party that is played to its end."""
    for place in range(13):
        yield Ending(demand=_on_consent(place))
    for place in range(10):
        yield Ending(demand=_for_marketing(place))
    for order in SERVED_ORDERS:
        yield Ending(demand=_delivery(order), findings={"requester.verified": "yes"})
        yield Ending(demand=_service_desk(order), findings={"requester.verified": "yes"})
    yield from (_over_violation(*row) for row in VIOLATIONS)
    yield from (_over_complaint(*row) for row in COMPLAINTS)
    for order, buyer, _seller in SILENT_ORDERS:
        yield Ending(demand=_over_order(order, buyer))
    yield from (_residual(account) for account in RECALLED)


def _partner(ground: str, requester_class: str, account: str, name: str, mail: str) -> Demand:
    return Demand(
        ground=ground,
        requester_class=requester_class,
        name="Data desk",
        organisation=name,
        email=mail,
        account=account,
    )


def _on_consent(place: int) -> Demand:
    mail = "intake@acme-insurance.example"
    return replace(
        _partner("G3A", "third_party_named_in_consent", KNOWN.insurer, "Acme Insurance", mail),
        consent=f"K-{FIRST_INSURED + place}",
        purpose="Quotation for household insurance",
        fields=("reg.email", "reg.phone") if place % 3 else ("reg.email",),
    )


def _for_marketing(place: int) -> Demand:
    mail = "campaigns@skylark-media.example"
    return replace(
        _partner("G2C", "marketing_partner", KNOWN.marketer, "Skylark Media", mail),
        consent=f"K-{FIRST_MARKETED + place}",
        identifiers={"account": CONSENTING[place]},
        purpose="Partner marketing",
        fields=("reg.email", "reg.display_name"),
    )


def _delivery(order: str) -> Demand:
    mail = "data@feiyan-express.example"
    return replace(
        _partner("G3B", "service_partner", KNOWN.courier, "飞燕速运 Feiyan Express", mail),
        order=order,
        purpose="Delivery of the order",
        fields=("reg.real_name", "reg.phone", "reg.postal_address"),
        channel="staff",
    )


def _service_desk(order: str) -> Demand:
    mail = "desk@lantern-care.example"
    return replace(
        _partner("G3B", "service_partner", KNOWN.customer_service, "灯笼客服 Lantern Care", mail),
        order=order,
        purpose="Answering the user's question about the order",
        fields=("reg.display_name", "reg.email"),
        channel="staff",
    )


def _person(ground: str, requester_class: str, account: str) -> Demand:
    person = PEOPLE[account]
    return Demand(
        ground=ground,
        requester_class=requester_class,
        country=person.country,
        name=person.real_name,
        email=person.email,
        account=account,
    )


def _over_violation(decision: str, violator: str, injured: str) -> Ending:
    demand = replace(
        _person("G3D", "injured_party", injured),
        decision=decision,
        identifiers={"account": violator},
        purpose="Claim for the price that was paid",
        fields=("reg.real_name", "reg.email"),
    )
    findings = {
        "ground_facts.interest": "Paid for goods that the seller never held",
        "ground_facts.relay_tried": "yes",
        "ground_facts.law_note": "Counsel's note: Civil Code 1036, PIPL 13",
    }
    return Ending(demand=demand, findings=findings)


def _over_complaint(complaint: str, respondent: str) -> Ending:
    demand = replace(
        _person("G3E", "ip_respondent", respondent),
        complaint=complaint,
        purpose="resolve rights dispute",
        fields=("ipc.complainant_name", "ipc.contact_email", "ipc.right_ref"),
    )
    withdrawn = complaint in {"C-80", "C-89"}
    why = "Withdrawn, yet the respondent may claim for a wrongful notice (E-Commerce Law 42)."
    return Ending(demand=demand, overruled=why if withdrawn else "")


def _over_order(order: str, buyer: str) -> Demand:
    return replace(
        _person("G3F", "transaction_party", buyer),
        order=order,
        purpose="complete transaction",
        fields=("reg.display_name", "reg.phone", "reg.email"),
    )


def _residual(trader: str) -> Ending:
    demand = replace(
        _person("G3G", "any_identified_requester", "U-6012"),
        identifiers={"account": trader},
        purpose="Warn of a recall",
        fields=("reg.business_name", "reg.email"),
    )
    findings = {
        "ground_facts.other_ground_fits": "no",
        "ground_facts.legal_basis": "PIPL-13",
        "ground_facts.reason": REASON,
        "request.justified": "reg.business_name reg.email",
    }
    return Ending(demand=demand, findings=findings)


# --- How they are played ------------------------------------------------------------------------


def ended(stage: Stage, ending: Ending, place: int) -> Steps:
    """Play one case from the demand to its end."""
    handler, legal = ((LIN, ZHOU), (NOVAK, OKAFOR))[place % 2]
    demand = ending.demand
    tale = Tale(stage)
    tale.receive(demand, by=handler if demand.channel == "staff" else "")
    yield minutes(40)
    tale.do(handler, verifying.start_verifying)
    for key, answer in ending.findings.items():
        yield minutes(6)
        tale.find(legal, key, answer, "Read in the papers and the platform's records.")
    yield minutes(15)
    yield from tale.confirm(handler)
    yield from _signed(tale, ending, handler, legal)
    yield WINDOW.get(demand.ground, minutes(20))
    yield from tale.release(CHEN)
    yield from tale.collect_answer()
    tale.close(handler)


def _signed(tale: Tale, ending: Ending, handler: str, legal: str) -> Steps:
    if ending.overruled:
        tale.do(legal, assessing.overrule, reason=ending.overruled)
        yield minutes(20)
    yield from tale.decide(legal, "Every check passed; narrow, and for this purpose only.")
    yield from tale.collect(handler)
    yield from tale.build(handler)
    dual = ending.overruled or ending.demand.ground in {"G3D", "G3G"}
    yield from tale.sign(legal, CHEN, *((FANG,) if dual else ()))


def preserved(stage: Stage, account: str, place: int) -> Steps:
    """Police ask to keep records; nothing is disclosed, and the case is closed."""
    known = ASKS["preserved"]
    number = f"{known.number}之{place + 1}"
    ask = replace(known, account=account, number=number, issued_ago=EARLIEST, handler=LIN)
    tale = yield from _called(stage, ask)
    tale.do(ZHOU, deciding.decide_preservation, reason="Kept for the term of the paper.")
    yield hours(30)
    tale.close(LIN)


def _called(stage: Stage, ask: Ask) -> Generator[timedelta, None, Tale]:
    tale = Tale(stage)
    tale.receive(demand_of(stage, ask), by=ask.handler)
    yield minutes(35)
    yield from tale.verify(ask.handler, answered_by="The duty officer", officers=ask.officers)
    yield from tale.confirm(ask.handler)
    return tale


def deletion_confirmed(stage: Stage) -> Steps:
    """One courier confirms in time that all of it is deleted; another never answers."""
    with stage.unit(LIN) as work:
        end = next(each for each in access_ends.access_ends(work) if each.state == "ended")
        access_ends.confirm_deletion(
            work, end.row.release_id, note="Ms Wu of the data desk, by letter of this day."
        )
    yield minutes(1)


def leak_reported(stage: Stage) -> Steps:
    """A user finds their own number where it should not be."""
    with stage.unit() as work:
        report_leak(
            work,
            what="我的手机号和收货地址出现在一个二手群的聊天记录里。",
            account="U-6014",
            contact="shouji.diu@mail.example",
        )
    yield minutes(1)


def recipient_misuses(stage: Stage) -> Steps:
    """A marketing partner sold what it was given: it is blocked and referred for termination."""
    with stage.unit(LINDQVIST) as work:
        case = work.session.scalars(
            select(Case)
            .join(Release, Release.case_id == Case.id)
            .where(Case.ground == "G2C")
            .order_by(Case.id)
            .limit(1)
        ).one()
        report_misuse(work, case, reason="Two users had calls from a firm that it sold them to.")
    yield minutes(1)
