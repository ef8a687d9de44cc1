"""A case whose answer waits behind a link, made straight in the database with real signatures."""

import hashlib
import uuid
from dataclasses import dataclass

from sqlalchemy import select

from disclosure.operations.intake import Demand, receive_demand
from disclosure.operations.releasing import reissue_link
from disclosure.storage.ledger_rows import Outbox
from disclosure.storage.releases import Release, Rendition, Signature
from tests.app import Office

ANSWER = b"%PDF-1.7 the answer, as it was signed " + b"." * 4000
DEMAND = Demand(
    ground="G3F",
    requester_class="transaction_party",
    name="Chen Buyer",
    email="buyer@example.org",
    account="U-3002",
    order="O-5512",
    purpose="resolve dispute",
    fields=("reg.phone", "reg.display_name"),
)


@dataclass(frozen=True)
class Waiting:
    """What the requester has: the link, and by the second way its code."""

    reference: str
    path: str
    token: str
    code: str
    sha256: str


def answer_waits(office: Office) -> Waiting:
    sha256 = hashlib.sha256(ANSWER).hexdigest()
    with office.app.app_context(), office.unit() as work:
        case = receive_demand(work, DEMAND).case
        case.approval_profile, case.allowed_fields = "STD", list(case.fields)
        work.desk.files.add(ANSWER)
        rendition = Rendition(
            id=uuid.uuid4().hex,
            case_id=case.id,
            number=1,
            sha256=sha256,
            size=len(ANSWER),
            pages=1,
            basis="0" * 64,
            profile="STD",
            separation="strict",
            gate_sha256=sha256,
            gate_passed=True,
            gate_report={},
            redaction_log={},
            manifest={},
            built_at=work.now,
        )
        work.session.add(rendition)
        work.session.flush()
        for name, role in (("legal", "legal_reviewer"), ("compliance", "compliance_officer")):
            work.session.add(
                Signature(
                    id=uuid.uuid4().hex,
                    case_id=case.id,
                    rendition_id=rendition.id,
                    sha256=sha256,
                    person_id=office.people[name],
                    role=role,
                    signed_at=work.now,
                )
            )
        work.session.flush()
        made = Release(
            id=uuid.uuid4().hex,
            case_id=case.id,
            rendition_id=rendition.id,
            sha256=sha256,
            profile="STD",
            released_by=office.people["compliance"],
            released_at=work.now,
        )
        work.session.add(made)
        case.state = "released"
        work.session.flush()
        reissue_link(work.as_actor(office.actor("handler")), case, reason="The first was lost.")
        token, code = _secrets(work)
        return Waiting(case.reference, f"/portal/collect/{token}", token, code, sha256)


def _secrets(work) -> tuple[str, str]:
    rows = list(work.session.scalars(select(Outbox).where(Outbox.kind == "letter")))
    found = {row.arguments["template"]: row.secret for row in rows}
    return found["delivery_link"], found["delivery_code"]
