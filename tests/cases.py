"""Cases for tests, brought to a wanted state by the operations that bring real ones there.

Owns the demands of the three routes and the road from one state to the next. ``to_state`` signs a
rendition of a few small bytes that is said to have passed the gate: it costs nothing, and what is
tested is everything around it. ``prepared_office`` has renditions that the real job built.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import count
from pathlib import Path

from sqlalchemy import select

from disclosure.app import create_app
from disclosure.config import load_settings
from disclosure.demonstration.marketplace import KNOWN
from disclosure.demonstration.people import PEOPLE
from disclosure.documents.gate import Outcome
from disclosure.domain.pack_files import layer_of
from disclosure.domain.states import State
from disclosure.edge import look
from disclosure.operations import (
    closing,
    collecting,
    deciding,
    redacting,
    releasing,
    rendering,
    replaying,
    rules,
    signing,
    verifying,
)
from disclosure.operations.desk import REQUESTER, SYSTEM, Work
from disclosure.operations.intake import Demand, receive_demand
from disclosure.operations.papers import Upload, add_document, dispose
from disclosure.storage.base import db
from disclosure.storage.cases import Case, Document
from disclosure.storage.ledger_rows import Outbox
from disclosure.storage.people import Person
from disclosure.storage.releases import Rendition, Signature
from tests.app import ROLES, Clock, Office, make_app

SUBJECT = PEOPLE[KNOWN.police_subject]
PAPER = Upload("notice.pdf", b"%PDF-1.7\n% a paper that no test opens\n%%EOF\n")
POLICE, COURT = 1, 2
"""Ids of the two agencies of ``tests.app``."""

_numbers = count(1)


def police_demand(**changes: object) -> Demand:
    """Return a police demand for account U-1001, each with a paper of its own number."""
    paper = {
        "type": "cn_evidence_notice",
        "number": f"DZ-2026-{next(_numbers):04d}",
        "issued_at": "2026-11-16",
        "expires_at": "2026-12-31T23:59:59",
        "legal_basis": "CPL-54",
    }
    demand = Demand(
        ground="G3C",
        requester_class="police",
        name="Li Jun 李军",
        organisation="上海市公安局浦东分局",
        email="li.jun@pudong.police.example",
        agency_id=POLICE,
        instrument=paper,
        identifiers={"account": KNOWN.police_subject},
        fields=("reg.real_name", "reg.phone", "reg.registered_at", "log.login_events"),
        period=(date(2026, 10, 1), date(2026, 11, 20)),
        papers=(PAPER,),
        channel="staff",
    )
    instrument = changes.pop("instrument", {})
    return replace(demand, instrument=paper | instrument, **changes)


def respondent_demand(**changes: object) -> Demand:
    """Return the demand of a respondent who wants to know who complained (G3E)."""
    person = PEOPLE[KNOWN.respondent]
    demand = Demand(
        ground="G3E",
        requester_class="ip_respondent",
        name=person.real_name,
        email=person.email,
        account=KNOWN.respondent,
        fields=("ipc.complainant_name", "ipc.contact_email", "ipc.right_ref"),
        purpose="resolve rights dispute",
        complaint=KNOWN.complaint_qualified,
    )
    return replace(demand, **changes)


def complainant_demand(**changes: object) -> Demand:
    """Return the demand of a complainant who wants to know the respondent: the wrong way."""
    person = PEOPLE[KNOWN.complainant]
    demand = respondent_demand(
        requester_class="ip_complainant",
        name=person.real_name,
        email=person.email,
        account=KNOWN.complainant,
        fields=("reg.real_name", "reg.email"),
    )
    return replace(demand, **changes)


def counterparty_demand(**changes: object) -> Demand:
    """Return the demand of a buyer who paid a deposit for the silent seller's contact (G3F)."""
    person = PEOPLE[KNOWN.deposit_buyer]
    demand = Demand(
        ground="G3F",
        requester_class="transaction_party",
        name=person.real_name,
        email=person.email,
        account=KNOWN.deposit_buyer,
        fields=("reg.display_name", "reg.phone", "reg.email"),
        purpose="complete transaction",
        order=KNOWN.order_deposit,
    )
    return replace(demand, **changes)


# --- Reaching a case ---------------------------------------------------------------------------


@contextmanager
def at_work(office: Office, reference: str, who: str = "") -> Iterator[tuple[Work, Case]]:
    """Open a unit of work of a person (or the system) with one case; it commits at the end."""
    with office.app.app_context(), office.unit(who) as work:
        yield work, find(work, reference)


def find(work: Work, reference: str) -> Case:
    """Return a case by its reference."""
    return work.session.scalars(select(Case).where(Case.reference == reference)).one()


def do(office: Office, who: str, reference: str, operation: Callable, /, **given: object) -> object:
    """Run one operation on a case in a unit of work of its own."""
    with at_work(office, reference, who) as (work, case):
        return operation(work, case, **given)


def state_of(office: Office, reference: str) -> State:
    """Return where a case stands."""
    with at_work(office, reference) as (_, case):
        return State.of(case.state)


def receive(office: Office, demand: Demand) -> str:
    """Send a demand through the one operation; return the reference of the case that goes on."""
    with office.app.app_context(), office.unit("handler") as work:
        by_requester = demand.channel == "portal"
        sender = work.as_actor(REQUESTER) if by_requester else work
        return receive_demand(sender, demand).case.reference


def police_case(office: Office, **changes: object) -> str:
    """Receive a police demand."""
    return receive(office, police_demand(**changes))


def respondent_case(office: Office, **changes: object) -> str:
    """Receive a respondent's demand."""
    return receive(office, respondent_demand(**changes))


def counterparty_case(office: Office, **changes: object) -> str:
    """Receive a counterparty's demand."""
    return receive(office, counterparty_demand(**changes))


# --- The road ----------------------------------------------------------------------------------

FINDINGS = {
    "requester.verified": "yes",
    "requester.officers": "2",
    "instrument.sealed": "yes",
    "instrument.names_us": "yes",
}
"""What people find out about an authority before its case can be decided."""


def to_state(office: Office, reference: str, wanted: State) -> str:
    """Bring a case forward to a state on the main road; return its reference."""
    for state, step in ROAD:
        if state_of(office, reference) is wanted:
            return reference
        if state_of(office, reference) is state:
            step(office, reference)
    assert state_of(office, reference) is wanted, state_of(office, reference)
    return reference


def verify(office: Office, reference: str) -> None:
    """Call back and record what an authority's case needs; private requesters are signed in."""
    with at_work(office, reference, "handler") as (work, case):
        if case.agency_id is None:
            return
        verifying.record_callback(work, case, confirmed=True, answered_by="Duty officer")
        for key, answer in FINDINGS.items():
            verifying.record_finding(work, case, key=key, answer=answer, reason="Seen.")


def _confirm(office: Office, reference: str) -> None:
    verify(office, reference)
    do(office, "handler", reference, verifying.confirm_requester)


def _decide(office: Office, reference: str) -> None:
    do(office, "legal", reference, deciding.decide_release, reason="Lawful and narrow.")


def _collect(office: Office, reference: str) -> None:
    do(office, "handler", reference, collecting.request_collection)
    office.work_jobs()
    do(office, "handler", reference, collecting.finish_collecting)


def _submit(office: Office, reference: str) -> None:
    assess_impact(office, reference)
    small_rendition(office, reference)
    do(office, "handler", reference, signing.submit_for_signing)


def _sign(office: Office, reference: str) -> None:
    sign(office, "legal", reference)
    sign(office, "compliance", reference)


def _release(office: Office, reference: str) -> None:
    do(office, "compliance", reference, releasing.release)


def _deliver(office: Office, reference: str) -> None:
    token, code = link_of(office, reference)
    with office.app.app_context(), office.unit() as work:
        assert releasing.redeem(work, token, code) is not None


def _close(office: Office, reference: str) -> None:
    office.work_jobs()
    do(office, "handler", reference, closing.close)


ROAD: tuple[tuple[State, Callable[[Office, str], None]], ...] = (
    (State.RECEIVED, lambda office, ref: do(office, "handler", ref, verifying.start_verifying)),
    (State.VERIFYING, _confirm),
    (State.ASSESSING, _decide),
    (State.COLLECTING, _collect),
    (State.REDACTING, _submit),
    (State.SIGNING, _sign),
    (State.APPROVED, _release),
    (State.RELEASED, _deliver),
    (State.DELIVERED, _close),
)
"""State -> the step that leads out of it."""


def assess_impact(office: Office, reference: str) -> None:
    """Record the impact assessment."""
    given = {"key": "process.pia", "answer": "PIA-2026-7", "reason": "Done."}
    do(office, "legal", reference, verifying.record_finding, **given)


def small_rendition(office: Office, reference: str, *, outcome: Outcome = Outcome.PASSED) -> str:
    """Store a few bytes as the case's rendition; return their SHA-256.

    Everything around them is real: the basis, the preparers, the row, the file, the ledger.
    """
    with at_work(office, reference) as (work, case):
        draft = rendering.gather(work, case)
        content = f"%PDF-1.7 rendition {draft.number} of {reference}".encode()
        sha256 = hashlib.sha256(content).hexdigest()
        built = rendering.Built(
            content=content,
            pages=1,
            gate_sha256=sha256,
            gate_outcome=outcome,
            gate_report={},
            redaction_log={},
            manifest={},
        )
        return rendering.store_rendition(work, case, draft, built).sha256


def sha_of(office: Office, reference: str) -> str:
    """Return the SHA-256 of a case's newest rendition."""
    with at_work(office, reference) as (work, case):
        return signing.latest_rendition(work, case).sha256


def sign(office: Office, who: str, reference: str, *, sha256: str = "") -> Signature:
    """Sign the newest rendition, or another hash, as a person."""
    shown = sha256 or sha_of(office, reference)
    return do(office, who, reference, signing.sign, sha256=shown, reason="Right and narrow.")


def link_of(office: Office, reference: str) -> tuple[str, str]:
    """Return token and code of the newest delivery link, from the outbox that would send them."""
    with at_work(office, reference) as (work, case):
        rows = work.session.scalars(
            select(Outbox)
            .where(Outbox.case_id == case.id, Outbox.kind == "letter", Outbox.secret.is_not(None))
            .order_by(Outbox.created_at)
        )
        secrets = {row.arguments["template"]: row.secret for row in rows}
        return secrets["delivery_link"], secrets["delivery_code"]


def rendition_of(work: Work, case: Case) -> Rendition:
    """Return the newest rendition of a case."""
    return work.session.scalars(
        select(Rendition).where(Rendition.case_id == case.id).order_by(Rendition.number.desc())
    ).first()


# --- Rules --------------------------------------------------------------------------------------


def propose_rules(office: Office, text: str, who: str = "legal") -> str:
    """Propose changes to the rules in force; return the proposal's id."""
    candidate = layer_of("change", [("change.toml", text.encode())])
    with office.app.app_context(), office.unit(who) as work:
        return rules.propose_pack(work, candidate, reason="The law changed.").id


def put_in_force(office: Office, text: str) -> None:
    """Change the rules in force: one person proposes, another confirms."""
    proposal = propose_rules(office, text)
    with office.app.app_context(), office.unit("compliance") as work:
        rules.decide_pack(work, proposal, confirmed=True)


def replay_all(office: Office) -> list[str]:
    """Decide everything again that was decided; return what differs."""
    with office.app.app_context(), look(SYSTEM) as work:
        return [found.line() for found in replaying.replay(work) if not found.agrees]


# --- Real renditions, built once per process ---------------------------------------------------

AUTHORITY, IP, TRANSACTION = "DR-2026-0001", "DR-2026-0002", "DR-2026-0003"
MASKED = "reg.phone"
"""The field that is masked in the rendition of ``AUTHORITY``."""
TERM = "13800138000"
"""The text that is redacted in its one document."""


def prepared_office(tmp_path: Path, *, clock: Clock | None = None) -> Office:
    """Copy an installation in which ``AUTHORITY``, ``IP`` and ``TRANSACTION`` wait for signatures.

    The real jobs built their renditions, once per process; each test has a copy of its own. In
    ``AUTHORITY`` the phone number is masked and one document, with Chinese text, is redacted.
    """
    return _copy(_prepared(), tmp_path, clock)


def empty_office(tmp_path: Path, *, clock: Clock | None = None) -> Office:
    """Copy an installation with its people and without cases; quicker than ``make_app``."""
    return _copy(_empty(), tmp_path, clock)


def _copy(instance: Path, tmp_path: Path, clock: Clock | None) -> Office:
    clock = clock or Clock()
    folder = tmp_path / "instance"
    shutil.copytree(instance, folder)
    settings = replace(load_settings(folder, {}), sources=folder / "marketplace.toml")
    office = Office(create_app(settings, clock=clock), clock, settings)
    office.app.config.update(WTF_CSRF_ENABLED=False)
    with office.app.app_context(), office.unit() as work:
        people = work.session.execute(select(Person.username, Person.id))
        office.people = {row.username: row.id for row in people}
    assert office.people.keys() == ROLES.keys()
    return office


def at_rest(office: Office) -> Path:
    """Close an installation's database, so that its folder can be copied; return the folder."""
    with office.app.app_context():
        db.session.remove()
        db.engine.dispose()
    return office.settings.instance


@lru_cache(maxsize=1)
def _empty() -> Path:
    return at_rest(make_app(Path(tempfile.mkdtemp(prefix="disclosure-empty-"))))


@lru_cache(maxsize=1)
def _prepared() -> Path:
    """Build the three renditions with the real job and return the instance folder."""
    office = make_app(Path(tempfile.mkdtemp(prefix="disclosure-prepared-")))
    for receive_one in (police_case, respondent_case, counterparty_case):
        to_state(office, receive_one(office), State.REDACTING)
    with_document(office, AUTHORITY)
    mask = {"field": MASKED, "mask": "mask_phone", "code": "not_responsive"}
    do(office, "handler", AUTHORITY, redacting.set_mask, **mask)
    for reference in (AUTHORITY, IP, TRANSACTION):
        assess_impact(office, reference)
        do(office, "handler", reference, redacting.request_rendition)
    office.work_jobs()
    for reference in (AUTHORITY, IP, TRANSACTION):
        do(office, "handler", reference, signing.submit_for_signing)
    return at_rest(office)


def with_document(office: Office, reference: str) -> str:
    """Add a responsive PDF with Chinese text, mark the phone number in it, release it."""
    do(office, "handler", reference, add_responsive, content=chat_pdf())
    office.work_jobs()
    with at_work(office, reference, "handler") as (work, case):
        document = work.session.scalars(
            select(Document).where(Document.case_id == case.id, Document.role == "responsive")
        ).one()
        assert document.status == "ready", document.refusal
        redacting.add_term(work, case, document_id=document.id, text=TERM, code="third_party_data")
        dispose(work, case, document, "release")
        return document.id


def add_responsive(work: Work, case: Case, *, content: bytes) -> Document:
    """Add a responsive file to a case."""
    return add_document(work, case, Upload("chat.pdf", content), role="responsive")


@lru_cache(maxsize=1)
def chat_pdf() -> bytes:
    """Return a page of a chat in Chinese and English with a phone number in it."""
    from weasyprint import HTML

    html = f"<p>聊天记录 Chat of 2026-11-02</p><p>请拨打 Call {TERM} 张伟 for the parcel</p>"
    return bytes(HTML(string=html).write_pdf())


def collected_letter(office: Office, text: bytes) -> str:
    """Return a case in redacting with its values and one letter, in which a name is marked."""
    reference = to_state(office, police_case(office), State.COLLECTING)
    do(office, "handler", reference, collecting.request_collection)
    with at_work(office, reference, "handler") as (work, case):
        document_id = add_document(work, case, Upload("letter.txt", text), role="responsive").id
    office.work_jobs()
    do(office, "handler", reference, collecting.finish_collecting)
    with at_work(office, reference, "handler") as (work, case):
        mark = {"text": "Zhao Wei", "code": "third_party_data", "note": "N"}
        redacting.add_term(work, case, document_id=document_id, **mark)
    return reference
