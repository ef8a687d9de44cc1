"""The demonstration's stories in which an authority, court or regulator asks: clause 3(c).

Owns what each of them wants and how far its case gets. ``stories.py`` says when each begins;
``playing.py`` has the steps.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from disclosure.demonstration.marketplace import KNOWN
from disclosure.demonstration.papers import Notice, chat_log, notice_paper, scanned, statement
from disclosure.demonstration.people import PEOPLE, phone_number
from disclosure.demonstration.playing import Stage, Steps, Tale, hours, minutes
from disclosure.demonstration.staff import (
    BODIES,
    CHEN,
    DVORAK,
    FANG,
    LIN,
    LINDQVIST,
    OKAFOR,
    ZHOU,
)
from disclosure.operations import (
    collecting,
    deadlines,
    deciding,
    papers,
    redacting,
    releasing,
    verifying,
)
from disclosure.operations.desk import Work
from disclosure.operations.intake import Demand
from disclosure.operations.papers import Upload
from disclosure.storage.cases import Case

CPL = "《中华人民共和国刑事诉讼法》第五十四条"
SILENCE = "本通知内容不得向当事人透露。"
NARROW = "Lawful basis, competent issuer, and no field beyond the list of the paper."
DUTY_OFFICER = "The duty officer, who read the number of the paper back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What an authority asks for.

    Attributes:
        body: Key of ``staff.BODIES``.
        number: Of the paper; ``{year}`` is filled in.
        issued_ago: Working days before today on which the paper was issued.
        days: Length of the period for logs; 0 without one.
        period_ago: How many calendar days before the paper that period ends.
        sender: Mailbox, when it is not one of the body's own.
        more: Further keys of the instrument, such as ``emergency``.
        scan: Whether the paper comes as a picture.
    """

    body: str
    kind: str
    number: str
    basis: str
    officer: str
    account: str
    fields: tuple[str, ...]
    issued_ago: int
    days: int = 0
    period_ago: int = 1
    sender: str = ""
    note: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    scan: bool = False


def demand_of(stage: Stage, ask: Ask, *, channel: str = "staff") -> Demand:
    """Return the demand with its paper, as it is typed in."""
    body = BODIES[ask.body]
    issued = stage.office.days[ask.issued_ago - 1]
    number = ask.number.format(year=issued.year)
    return Demand(
        ground="G3C",
        requester_class=body.requester_class,
        country=body.country,
        name=ask.officer,
        organisation=body.printed,
        email=ask.sender or f"{body.desk}@{body.domain}",
        phone=phone_number(body.country, f"U-{body.number + 40}"),
        agency_id=stage.agencies[ask.body],
        instrument={
            "type": ask.kind,
            "number": number,
            "issued_at": issued.isoformat(),
            "expires_at": f"{issued + timedelta(days=60)}T23:59:59",
            "legal_basis": ask.basis,
            **ask.more,
        },
        identifiers={"account": ask.account},
        fields=ask.fields,
        period=_period(ask, issued),
        papers=(_paper(stage, ask, number, issued),),
        channel=channel,
    )


def _period(ask: Ask, issued: date) -> tuple[date, date] | None:
    if not ask.days:
        return None
    last = issued - timedelta(days=ask.period_ago)
    return last - timedelta(days=ask.days - 1), last


def _paper(stage: Stage, ask: Ask, number: str, issued: date) -> Upload:
    body = BODIES[ask.body]
    language = 1 if body.local_name else 0
    pdf = notice_paper(
        Notice(
            kind=ask.kind,
            issuer=body.printed,
            entity=stage.settings.legal_entity,
            number=number,
            issued=issued,
            basis=ask.basis,
            subject=ask.account,
            listed=[stage.titles[each][language] for each in ask.fields],
            officer=ask.officer,
            note=ask.note,
        )
    )
    name = ask.kind.replace("_", "-")
    return Upload(f"{name}.png", scanned(pdf)) if ask.scan else Upload(f"{name}.pdf", pdf)


def _assessed(
    stage: Stage, ask: Ask, handler: str, *, officers: int = 2, channel: str = "staff"
) -> Generator[timedelta, None, Tale]:
    """Play the road that most cases share: received, called back, checked, confirmed."""
    tale = Tale(stage)
    by = handler if channel == "staff" else ""
    tale.receive(demand_of(stage, ask, channel=channel), by=by)
    yield minutes(35)
    yield from tale.verify(handler, answered_by=DUTY_OFFICER, officers=officers)
    yield from tale.confirm(handler)
    return tale


def _delivered(tale: Tale, handler: str, legal: str, officer: str) -> Steps:
    """Play the rest of the road: decided, collected, built, signed, released, collected."""
    yield from tale.decide(legal, NARROW)
    yield from tale.collect(handler)
    yield from tale.build(handler)
    yield from tale.sign(legal, officer)
    yield from tale.release(officer)
    yield from tale.collect_answer()


# --- Ended ------------------------------------------------------------------------------------


def closed_after_delivery(stage: Stage) -> Steps:
    """Police ask, get what the paper lists without the phone number's middle, case closed."""
    ask = Ask(
        body="police",
        kind="cn_evidence_notice",
        number="云汐公（临）调证字〔{year}〕0311号",
        basis=CPL,
        officer="贺志刚",
        account="U-6013",
        fields=("reg.real_name", "reg.phone", "reg.registered_at", "log.login_events"),
        issued_ago=18,
        days=30,
    )
    tale = yield from _assessed(stage, ask, LIN)
    yield from tale.decide(ZHOU, NARROW)
    yield from tale.collect(LIN)
    yield from tale.build(LIN, {"log.login_events": ("minute", "not_responsive")})
    yield from tale.sign(ZHOU, CHEN)
    yield from tale.release(CHEN)
    yield from tale.collect_answer()
    tale.close(LIN)


def lawyers_letter_refused(stage: Stage) -> Steps:
    """A lawyer writes without a court's order: refused, with the way to the court."""
    ask = Ask(
        body="order_desk",
        kind="lawyer_letter",
        number="衡泽律函〔{year}〕第58号",
        basis="《中华人民共和国律师法》第三十五条",
        officer="徐若兰律师",
        account="U-6021",
        fields=("reg.real_name", "reg.postal_address"),
        issued_ago=17,
    )
    tale = yield from _assessed(stage, ask, DVORAK, channel="portal")
    tale.do(
        OKAFOR,
        deciding.decide_refusal,
        code="wrong_instrument",
        reason="A lawyer's letter asks; only a court's order obliges us. Pointed to the court.",
    )


def nothing_found(stage: Stage) -> Steps:
    """Police ask for sign-ins of a time from which none are kept."""
    ask = Ask(
        body="cyber_police",
        kind="cn_evidence_notice",
        number="澜公（网安）调证字〔{year}〕0127号",
        basis=CPL,
        officer="邱立新",
        account="U-6008",
        fields=("log.login_events", "log.ip"),
        issued_ago=15,
        days=30,
        period_ago=420,
    )
    tale = yield from _assessed(stage, ask, DVORAK)
    yield from tale.decide(OKAFOR, NARROW)
    tale.do(DVORAK, collecting.request_collection)
    yield minutes(20)
    tale.do(DVORAK, collecting.record_no_data)


def forged_emergency(stage: Stage) -> Steps:
    """Somebody imitates a police branch's domain and claims that life is in danger."""
    ask = Ask(
        body="police",
        kind="cn_emergency_request",
        number="云汐公（临）急调字〔{year}〕009号",
        basis=CPL,
        officer="王警官",
        account="U-6007",
        fields=("reg.real_name", "reg.phone", "reg.postal_address"),
        issued_ago=13,
        sender="duty@linjiang.yunxi-po1ice.example",
        more={"emergency": True},
        scan=True,
    )
    tale = Tale(stage)
    tale.receive(demand_of(stage, ask, channel="portal"))
    yield minutes(9)
    tale.do(LIN, verifying.start_verifying)
    yield minutes(6)
    tale.do(
        LIN,
        verifying.record_callback,
        confirmed=False,
        answered_by="The branch's office: no such officer, no such number",
    )
    yield minutes(5)
    tale.find(LIN, "house.paper_forged", "yes", "The branch says that the paper is not theirs.")
    yield minutes(10)
    tale.do(
        LIN,
        verifying.reject_sender,
        reason="The sender writes from po1ice with the figure 1; the branch knows nothing of it.",
    )


REPEATED = Ask(
    body="police",
    kind="cn_evidence_notice",
    number="云汐公（临）调证字〔{year}〕0342号",
    basis=CPL,
    officer="贺志刚",
    account="U-6019",
    fields=("reg.real_name", "reg.phone", "ptn.logistics_phone"),
    issued_ago=8,
)
"""A notice that is sent twice: the first case is late, the second is linked to it."""


def overdue_collecting(stage: Stage) -> Steps:
    """The records are fetched, and nobody went on: late."""
    tale = yield from _assessed(stage, REPEATED, DVORAK)
    yield from tale.decide(OKAFOR, NARROW)
    tale.do(DVORAK, collecting.request_collection)


def sent_twice(stage: Stage) -> Steps:
    """The same paper arrives again through the portal."""
    tale = yield from _assessed(stage, REPEATED, LIN, channel="portal")
    tale.do(LIN, deciding.link_duplicate)


# --- Signed, released, delivered ----------------------------------------------------------------


def three_to_sign(stage: Stage) -> Steps:
    """The paper names the identity number: three people sign, none has yet. Due today."""
    wanted = ("reg.real_name", "reg.id_number", "reg.bank_account")
    ask = Ask(
        body="cyber_police",
        kind="cn_evidence_notice",
        number="澜公（网安）调证字〔{year}〕0133号",
        basis=CPL,
        officer="邱立新",
        account="U-6006",
        fields=wanted,
        issued_ago=6,
        more={"fields": list(wanted)},
    )
    tale = yield from _assessed(stage, ask, LIN)
    yield from tale.decide(ZHOU, "Both highest-level fields stand on the paper by name.")
    yield from tale.collect(LIN)
    yield from tale.build(LIN, {"reg.bank_account": ("last4", "not_responsive")})


def one_signature(stage: Stage) -> Steps:
    """A court's notice with a statement in which a neighbour's number is blacked out."""
    ask = Ask(
        body="court",
        kind="court_notice",
        number="（{year}）云溪民初字第1187号",
        basis="《中华人民共和国民事诉讼法》第七十条",
        officer="罗法官",
        account="U-6010",
        fields=("reg.business_name", "reg.real_name", "reg.postal_address"),
        issued_ago=5,
    )
    neighbour = phone_number("CN", "U-8201")
    paper = statement(
        "售后情况说明",
        [
            "关于青瓷茶具一套的售后经过，本店说明如下：茶具于本月初发出，外包装完好。",
            f"买家不在家，由邻居曹女士代收，联系电话 {neighbour}。",
            "破损照片由买家次日提供，本店已同意退款。",
        ],
    )
    tale = yield from _assessed(stage, ask, DVORAK)
    yield from tale.decide(OKAFOR, NARROW)
    yield from tale.collect(DVORAK)
    tale.do(DVORAK, papers.add_document, Upload("statement.pdf", paper), role="responsive")
    yield minutes(15)
    tale.do(DVORAK, _settle, term=neighbour)
    yield minutes(10)
    yield from tale.build(DVORAK)
    yield from tale.sign(OKAFOR)


def _settle(work: Work, case: Case, *, term: str) -> None:
    """Black a text out of the case's one responsive document and let the document leave."""
    from disclosure.operations.casefile import documents_of  # noqa: PLC0415 - reads for pages

    for document in documents_of(work, case, role="responsive"):
        redacting.add_term(work, case, document_id=document.id, text=term, code="third_party_data")
        papers.dispose(work, case, document, "release")


def recalled(stage: Stage) -> Steps:
    """A regulator's letter named the wrong shop: released, then called back."""
    ask = Ask(
        body="regulator",
        kind="regulator_letter",
        number="云汐市监协查〔{year}〕76号",
        basis="《中华人民共和国电子商务法》第二十五条",
        officer="姚建平",
        account=KNOWN.trader_seller,
        fields=("reg.business_name", "reg.business_licence_no", "reg.phone"),
        issued_ago=5,
    )
    tale = yield from _assessed(stage, ask, LIN)
    yield from _delivered(tale, LIN, ZHOU, LINDQVIST)
    tale.do(
        LINDQVIST,
        releasing.recall,
        reason="The regulator mistook the shop; asked to delete every copy, confirmation awaited.",
    )


def delivered(stage: Stage) -> Steps:
    """The copyright authority asks for name and address of a seller of prints."""
    ask = Ask(
        body="copyright",
        kind="copyright_authority_letter",
        number="澜版权函〔{year}〕19号",
        basis="《信息网络传播权保护条例》第十三条",
        officer="温雅文",
        account=KNOWN.violator,
        fields=("reg.real_name", "reg.postal_address", "reg.email"),
        issued_ago=5,
    )
    tale = yield from _assessed(stage, ask, DVORAK, officers=0)
    yield from _delivered(tale, DVORAK, OKAFOR, CHEN)


def released(stage: Stage) -> Steps:
    """A court's answer is released and waits to be collected."""
    ask = Ask(
        body="court",
        kind="court_notice",
        number="（{year}）云溪民初字第1202号",
        basis="《中华人民共和国民事诉讼法》第七十条",
        officer="罗法官",
        account="U-6017",
        fields=("reg.real_name", "reg.phone"),
        issued_ago=4,
    )
    tale = yield from _assessed(stage, ask, LIN, officers=0)
    yield from tale.decide(ZHOU, NARROW)
    yield from tale.collect(LIN)
    yield from tale.build(LIN)
    yield from tale.sign(ZHOU, LINDQVIST)
    yield from tale.release(LINDQVIST)


def emergency(stage: Stage) -> Steps:
    """A missing girl: released within the hour; the senior officer's review is owed."""
    ask = Ask(
        body="police",
        kind="cn_emergency_request",
        number="云汐公（临）急调字〔{year}〕011号",
        basis=CPL,
        officer="贺志刚",
        account="U-6020",
        fields=("reg.phone", "log.login_events", "log.ip"),
        issued_ago=1,
        days=2,
        period_ago=0,
        more={"emergency": True},
        scan=True,
    )
    tale = Tale(stage)
    tale.receive(demand_of(stage, ask), by=LIN)
    yield minutes(4)
    tale.do(LIN, verifying.start_verifying)
    yield minutes(3)
    tale.do(LIN, verifying.record_callback, confirmed=True, answered_by="Head of the night watch")
    for key, answer, reason in (
        ("requester.verified", "yes", "The branch's own line confirmed the officer."),
        ("requester.officers", "2", "Both cards were shown on the video call."),
        ("instrument.sealed", "yes", "Sealed; the original follows within 24 hours."),
        ("instrument.names_us", "yes", "Addressed to us."),
    ):
        tale.find(LIN, key, answer, reason)
    yield minutes(4)
    tale.do(LIN, verifying.confirm_requester)
    tale.find(ZHOU, "instrument.danger", "person", "A girl of nineteen is missing since noon.")
    tale.do(ZHOU, deciding.decide_release, reason="Danger to life; three fields, two days.")
    tale.find(ZHOU, "process.pia", f"PIA-E-{tale.reference[-4:]}", "Short form for emergencies.")
    yield minutes(3)
    tale.do(LIN, collecting.request_collection)
    yield minutes(3)
    tale.do(LIN, collecting.finish_collecting)
    yield from tale.build(LIN)
    yield from tale.sign(ZHOU, CHEN)
    yield from tale.release(CHEN)
    yield from tale.collect_answer()


# --- Under way -----------------------------------------------------------------------------------


def preserved(stage: Stage) -> Steps:
    """A district attorney asks to keep records for ninety days; nothing is disclosed."""
    ask = Ask(
        body="us_attorney",
        kind="preservation_request",
        number="PR-{year}-0088",
        basis="18 U.S.C. § 2703(f)",
        officer="Dana Whitlock, Investigator",
        account=KNOWN.us_stored,
        fields=("reg.real_name", "reg.email", "log.ip", "log.login_events"),
        issued_ago=5,
        days=60,
    )
    tale = yield from _assessed(stage, ask, DVORAK, officers=1, channel="portal")
    tale.do(
        OKAFOR,
        deciding.decide_preservation,
        reason="A preservation letter: copies are kept for ninety days, nothing leaves.",
    )


def documents_to_mark(stage: Stage) -> Steps:
    """Two uploaded records wait for marks: a support conversation and a scan."""
    ask = Ask(
        body="procuratorate",
        kind="cn_evidence_notice",
        number="松检调证〔{year}〕41号",
        basis=CPL,
        officer="韦明",
        account="U-6005",
        fields=("reg.real_name", "reg.phone", "log.login_events"),
        issued_ago=4,
        days=20,
    )
    tale = yield from _assessed(stage, ask, LIN)
    yield from tale.decide(ZHOU, NARROW)
    yield from tale.collect(LIN)
    person = PEOPLE["U-6005"]
    log = chat_log(
        "客服会话记录",
        [
            ("14:02", person.display_name, "你好，我的订单被别人签收了。"),
            ("14:03", "客服小青", "请提供代收人的联系方式，我们帮您核实。"),
            ("14:05", person.display_name, f"代收人是邻居高先生 {phone_number('CN', 'U-8202')}"),
            ("14:06", person.display_name, f"我的电话是 {person.phone}"),
            ("14:11", "客服小青", "已联系快递站，明天上午送回。"),
        ],
    )
    note = statement("签收说明", [f"包裹由高先生代收，电话 {phone_number('CN', 'U-8202')}。"])
    tale.do(LIN, papers.add_document, Upload("support-conversation.pdf", log), role="responsive")
    tale.do(LIN, papers.add_document, Upload("receipt.png", scanned(note)), role="responsive")


def production_order(stage: Stage) -> Steps:
    """A European order for data stored in the Union: fetched, to be masked."""
    ask = Ask(
        body="eu_prosecutor",
        kind="epoc",
        number="EPOC-DE-{year}-004417",
        basis="Regulation (EU) 2023/1543, Art. 5",
        officer="Dr. Henrike Vogt, Staatsanwältin",
        account=KNOWN.eu_stored,
        fields=("reg.real_name", "reg.email", "log.ip"),
        issued_ago=4,
        days=45,
    )
    tale = yield from _assessed(stage, ask, DVORAK, officers=1)
    yield from tale.decide(OKAFOR, "Data of the Union, order of the Union; three people sign.")
    yield from tale.collect(DVORAK)


def order_of_silence(stage: Stage) -> Steps:
    """A procuratorate forbids telling the data subject: hidden from who need not know."""
    ask = Ask(
        body="procuratorate",
        kind="cn_evidence_notice",
        number="松检调证〔{year}〕43号",
        basis=CPL,
        officer="韦明",
        account="U-6011",
        fields=("reg.real_name", "reg.phone", "ptn.payment_ref"),
        issued_ago=4,
        note=SILENCE,
        more={
            "gag": True,
            "gag_until": (stage.office.days[0] + timedelta(days=90)).isoformat(),
        },
    )
    tale = yield from _assessed(stage, ask, LIN)
    yield from tale.decide(ZHOU, "Narrow; notice is put off until the order of silence ends.")
    tale.do(LIN, collecting.request_collection)


def subpoena(stage: Stage) -> Steps:
    """A US subpoena asks for messages too: basic records only, after notice to the user."""
    ask = Ask(
        body="us_attorney",
        kind="us_subpoena",
        number="GJ-{year}-2291",
        basis="18 U.S.C. § 2703(c)(2)",
        officer="Dana Whitlock, Investigator",
        account="U-6040",
        fields=("reg.real_name", "reg.email", "log.login_events", "cnt.messages"),
        issued_ago=4,
        days=30,
    )
    tale = yield from _assessed(stage, ask, DVORAK, officers=1)
    yield from tale.decide(OKAFOR, "A subpoena reaches basic records; messages need a warrant.")
    tale.do(
        ZHOU,
        deadlines.extend_deadline,
        days=7,
        reason="The user has seven days to object before anything leaves.",
    )
    yield minutes(10)
    tale.do(DVORAK, collecting.request_collection)


def one_officer(stage: Stage) -> Steps:
    """One card was shown where two are needed: asked, and the clock stands."""
    ask = Ask(
        body="police",
        kind="cn_evidence_notice",
        number="云汐公（临）调证字〔{year}〕0351号",
        basis=CPL,
        officer="贺志刚",
        account="U-6002",
        fields=("reg.phone", "reg.registered_at"),
        issued_ago=4,
    )
    tale = Tale(stage)
    tale.receive(demand_of(stage, ask, channel="portal"))
    yield minutes(50)
    yield from tale.verify(LIN, answered_by=DUTY_OFFICER, officers=1)
    tale.do(
        LIN,
        verifying.ask_requester,
        reason="Please send the credentials of a second investigating officer.",
    )


def nobody_answered(stage: Stage) -> Steps:
    """Our register's number rings out: on hold until somebody is reached."""
    ask = Ask(
        body="cyber_police",
        kind="cn_evidence_notice",
        number="澜公（网安）调证字〔{year}〕0140号",
        basis=CPL,
        officer="邱立新",
        account="U-6016",
        fields=("reg.real_name", "log.ip"),
        issued_ago=3,
        days=14,
    )
    tale = Tale(stage)
    tale.receive(demand_of(stage, ask), by=DVORAK)
    yield hours(1)
    tale.do(DVORAK, verifying.start_verifying)
    yield hours(2)
    tale.do(
        DVORAK,
        deciding.hold,
        reason="Called three times on the number in our register; nobody answered.",
    )


def too_long(stage: Stage) -> Steps:
    """Eight months of logs: counsel says whether the reason carries that."""
    ask = Ask(
        body="cyber_police",
        kind="cn_evidence_notice",
        number="澜公（网安）调证字〔{year}〕0141号",
        basis=CPL,
        officer="邱立新",
        account="U-6018",
        fields=("log.ip", "log.login_events"),
        issued_ago=3,
        days=240,
    )
    tale = yield from _assessed(stage, ask, DVORAK)
    tale.do(
        DVORAK,
        deciding.refer_to_counsel,
        reason="240 days are asked for and the paper gives no reason for more than 180.",
    )


def issuer_unclear(stage: Stage) -> Steps:
    """State security: whether the head who approved is of the level that the law asks for."""
    ask = Ask(
        body="state_security",
        kind="cn_state_security_approval",
        number="北安批〔{year}〕7号",
        basis="《中华人民共和国反间谍法》第二十六条",
        officer="梁海",
        account="U-6023",
        fields=("reg.real_name", "reg.phone"),
        issued_ago=3,
        note=SILENCE,
        more={"gag": True},
        scan=True,
    )
    tale = yield from _assessed(stage, ask, LIN)
    tale.find(ZHOU, "instrument.issuer_level", "unclear", "Signed by a deputy head.")
    yield minutes(10)
    tale.do(LIN, deciding.refer_to_counsel, reason="Does a deputy head of a city bureau suffice?")


WALK = Ask(
    body="police",
    kind="cn_evidence_notice",
    number="云汐公（临）调证字〔{year}〕0417号",
    basis=CPL,
    officer="贺志刚",
    account=KNOWN.police_subject,
    fields=("reg.real_name", "reg.phone", "reg.registered_at", "log.login_events"),
    issued_ago=3,
    days=30,
)
"""The case that a newcomer takes to its end, see docs/five-minutes.md."""


def ready_for_the_newcomer(stage: Stage) -> Steps:
    """A clean notice, verified and assessed: it waits for the legal reviewer's decision."""
    yield from _assessed(stage, WALK, LIN)


def too_broad(stage: Stage) -> Steps:
    """Search words and messages stand on the list: the rules cut them out."""
    ask = Ask(
        body="cyber_police",
        kind="cn_evidence_notice",
        number="澜公（网安）调证字〔{year}〕0142号",
        basis=CPL,
        officer="邱立新",
        account="U-6024",
        fields=("reg.real_name", "reg.phone", "exc.search_keywords", "cnt.messages"),
        issued_ago=3,
        days=30,
    )
    yield from _assessed(stage, ask, DVORAK)


def of_a_child(stage: Stage) -> Steps:
    """The data subject is thirteen: every field is of the highest level, three people sign."""
    wanted = ("reg.real_name", "reg.phone", "reg.guardian_name")
    ask = Ask(
        body="police",
        kind="cn_evidence_notice",
        number="云汐公（临）调证字〔{year}〕0419号",
        basis=CPL,
        officer="贺志刚",
        account=KNOWN.under_fourteen,
        fields=wanted,
        issued_ago=3,
        more={"fields": list(wanted)},
    )
    yield from _assessed(stage, ask, LIN)


def from_abroad(stage: Stage) -> Steps:
    """Foreign police want data stored in China without the approval that PIPL 41 asks for."""
    ask = Ask(
        body="foreign_police",
        kind="foreign_order",
        number="CC/{year}/3306",
        basis="Criminal Procedure Code, section 20",
        officer="Insp. Farid Hashim",
        account="U-6015",
        fields=("reg.real_name", "reg.email"),
        issued_ago=3,
    )
    yield from _assessed(stage, ask, DVORAK, officers=1, channel="portal")


def british_notice(stage: Stage) -> Steps:
    """A British unit's notice: verification has begun."""
    ask = Ask(
        body="uk_police",
        kind="uk_ipa_notice",
        number="WX/CD/{year}/517",
        basis="Investigatory Powers Act 2016, s. 60A",
        officer="Gareth Pryce, single point of contact",
        account=KNOWN.uk_stored,
        fields=("reg.real_name", "log.ip"),
        issued_ago=2,
        days=21,
    )
    tale = Tale(stage)
    tale.receive(demand_of(stage, ask, channel="portal"))
    yield hours(1)
    tale.do(DVORAK, verifying.start_verifying)


def called_back(stage: Stage) -> Steps:
    """A court's notice, called back; the paper is still to be looked at."""
    ask = Ask(
        body="court",
        kind="court_notice",
        number="（{year}）云溪民初字第1215号",
        basis="《中华人民共和国民事诉讼法》第七十条",
        officer="罗法官",
        account="U-6012",
        fields=("reg.real_name", "reg.postal_address"),
        issued_ago=2,
    )
    tale = Tale(stage)
    tale.receive(demand_of(stage, ask), by=LIN)
    yield minutes(40)
    tale.do(LIN, verifying.start_verifying)
    yield minutes(20)
    tale.do(LIN, verifying.record_callback, confirmed=True, answered_by="The court's registry")


def regulator_arrived(stage: Stage) -> Steps:
    """A regulator's letter that nobody has taken yet."""
    ask = Ask(
        body="regulator",
        kind="regulator_letter",
        number="云汐市监协查〔{year}〕81号",
        basis="《中华人民共和国电子商务法》第二十五条",
        officer="姚建平",
        account="U-6009",
        fields=("reg.business_name", "reg.business_licence_no", "reg.phone"),
        issued_ago=1,
    )
    Tale(stage).receive(demand_of(stage, ask, channel="portal"))
    yield minutes(1)


def police_arrived(stage: Stage) -> Steps:
    """A police notice that nobody has taken yet."""
    ask = Ask(
        body="cyber_police",
        kind="cn_evidence_notice",
        number="澜公（网安）调证字〔{year}〕0145号",
        basis=CPL,
        officer="邱立新",
        account="U-6022",
        fields=("reg.phone", "log.ip"),
        issued_ago=1,
        days=7,
    )
    Tale(stage).receive(demand_of(stage, ask, channel="portal"))
    yield minutes(1)
