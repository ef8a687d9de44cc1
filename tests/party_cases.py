"""Demands of third parties for tests: on a consent, for a service, over a decision, by 3(g)."""

import sqlite3
from contextlib import closing
from dataclasses import replace

from sqlalchemy import select

from disclosure.demonstration.marketplace import DATABASE_NAME, KNOWN
from disclosure.demonstration.people import PEOPLE
from disclosure.domain.states import State
from disclosure.operations import verifying
from disclosure.operations.intake import Demand
from disclosure.storage.cases import Case
from disclosure.storage.parties import AccessEnd
from tests import cases
from tests.app import Office

INSURANCE = "Quotation for household insurance"
REASON = "The heirs of a seller who died must learn of a recall that endangers them. " * 3


def consent_demand(**changes: object) -> Demand:
    """Return an insurer's demand on consent K-9 (G3A)."""
    demand = Demand(
        ground="G3A",
        requester_class="third_party_named_in_consent",
        name="Ana Ruiz",
        organisation="Acme Insurance",
        email="ana@acme-insurance.example",
        account=KNOWN.insurer,
        consent=KNOWN.consent_live,
        purpose=INSURANCE,
        fields=("reg.email", "reg.phone"),
    )
    return replace(demand, **changes)


def marketing_demand(**changes: object) -> Demand:
    """Return a marketing partner's demand on consent K-13 (G2C)."""
    demand = consent_demand(
        ground="G2C",
        requester_class="marketing_partner",
        organisation="Skylark Media",
        account=KNOWN.marketer,
        consent=KNOWN.consent_marketing,
        purpose="Partner marketing",
        fields=("reg.email", "reg.display_name"),
    )
    return replace(demand, **changes)


def service_demand(**changes: object) -> Demand:
    """Return the courier's demand for a delivery (G3B)."""
    demand = Demand(
        ground="G3B",
        requester_class="service_partner",
        name="Wu Tao",
        organisation="飞燕速运 Feiyan Express",
        email="wu@feiyan-express.example",
        account=KNOWN.courier,
        order=KNOWN.order_delivery,
        purpose="Delivery of the order",
        fields=("reg.real_name", "reg.phone", "reg.postal_address"),
        channel="staff",
    )
    return replace(demand, **changes)


def violation_demand(**changes: object) -> Demand:
    """Return the demand of somebody whom a user harmed, over decision V-31 (G3D)."""
    person = PEOPLE[KNOWN.mismatch[1]]
    demand = Demand(
        ground="G3D",
        requester_class="injured_party",
        name=person.real_name,
        email=person.email,
        account=person.account,
        decision=KNOWN.violation_final,
        identifiers={"account": KNOWN.violator},
        purpose="Claim for the price paid",
        fields=("reg.real_name", "reg.email"),
        channel="staff",
    )
    return replace(demand, **changes)


def residual_demand(**changes: object) -> Demand:
    """Return a demand that no named ground carries (G3G)."""
    person = PEOPLE[KNOWN.mismatch[0]]
    demand = violation_demand(
        ground="G3G",
        requester_class="any_identified_requester",
        name=person.real_name,
        email=person.email,
        account=person.account,
        decision="",
        identifiers={"account": KNOWN.trader_seller},
        purpose="Warn of a recall",
        fields=("reg.business_name", "reg.email"),
    )
    return replace(demand, **changes)


FINDINGS = {
    "G3A": {},
    "G2C": {},
    "G3B": {"requester.verified": "yes"},
    "G3D": {
        "requester.verified": "yes",
        "ground_facts.interest": "Claim for the price paid for goods that never came",
        "ground_facts.relay_tried": "yes",
        "ground_facts.law_note": "Counsel's note 12: Civil Code 1036",
    },
    "G3G": {
        "requester.verified": "yes",
        "ground_facts.other_ground_fits": "no",
        "ground_facts.legal_basis": "PIPL-13",
        "ground_facts.reason": REASON[:480],
        "request.justified": "reg.business_name reg.email",
    },
}
"""What people find out for each ground before it can be decided."""
DUAL = frozenset({"G3D", "G3G"})


def find_out(office: Office, reference: str) -> None:
    """Record what the case's ground needs, as a legal reviewer."""
    with cases.at_work(office, reference) as (_, case):
        ground = case.ground
    for key, answer in FINDINGS[ground].items():
        given = {"key": key, "answer": answer, "reason": "Seen."}
        cases.do(office, "legal", reference, verifying.record_finding, **given)


def approved(office: Office, demand: Demand) -> str:
    """Receive a third party's demand and bring it to approved; return its reference."""
    reference = cases.receive(office, demand)
    cases.to_state(office, reference, State.VERIFYING)
    find_out(office, reference)
    cases.to_state(office, reference, State.SIGNING)
    signers = ("legal", "compliance", *(("senior",) if demand.ground in DUAL else ()))
    for name in signers:
        cases.sign(office, name, reference)
    return reference


def released(office: Office, demand: Demand) -> str:
    """Receive a third party's demand and release it, after the time to object if there is one."""
    reference = approved(office, demand)
    office.work_jobs()
    if demand.ground in DUAL:
        office.clock.move(days=5, minutes=1)
    return cases.to_state(office, reference, State.RELEASED)


def end_of(office: Office, reference: str) -> AccessEnd | None:
    """Return the access end of a case's release."""
    with cases.at_work(office, reference) as (work, case):
        found = work.session.scalars(select(AccessEnd).where(AccessEnd.case_id == case.id)).first()
        work.session.expunge_all()
        return found


def withdraw_on_the_platform(office: Office, reference: str, at: str) -> None:
    """Let a user withdraw a consent on the platform itself."""
    with closing(sqlite3.connect(office.settings.instance / DATABASE_NAME)) as opened, opened:
        opened.execute("UPDATE consents SET withdrawn_at = ? WHERE reference = ?", (at, reference))


def case_of(office: Office, reference: str) -> Case:
    """Return a case, detached."""
    with cases.at_work(office, reference) as (work, case):
        work.session.expunge_all()
        return case
