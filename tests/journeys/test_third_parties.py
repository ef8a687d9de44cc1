"""Whole cases of third parties, click by click: 3(a) on the portal, the others at the desk."""

import pytest

from disclosure.demonstration.marketplace import KNOWN
from disclosure.demonstration.people import PEOPLE
from tests import party_cases as parties
from tests.app import make_app
from tests.journeys.steps import Desk, text_of

AT_THE_DESK = {
    "G3B": {
        "requester_class": "service_partner",
        "organisation": "飞燕速运 Feiyan Express",
        "account": KNOWN.courier,
        "order": KNOWN.order_delivery,
        "purpose": "Delivery of the order",
        "fields": ["reg.real_name", "reg.phone", "reg.postal_address"],
    },
    "G3D": {
        "requester_class": "injured_party",
        "account": KNOWN.mismatch[1],
        "subject_account": KNOWN.violator,
        "decision": KNOWN.violation_final,
        "purpose": "Claim for the price paid",
        "fields": ["reg.real_name", "reg.email"],
    },
    "G3G": {
        "requester_class": "any_identified_requester",
        "account": KNOWN.mismatch[0],
        "subject_account": KNOWN.trader_seller,
        "purpose": "Warn of a recall",
        "fields": ["reg.business_name", "reg.email"],
    },
}
SUBJECTS = {"G3B": KNOWN.police_subject, "G3D": KNOWN.violator, "G3G": KNOWN.trader_seller}


@pytest.fixture
def desk(tmp_path):
    return Desk(make_app(tmp_path, csrf=True))


def reference_in(page):
    return next(word.strip(".,:") for word in page.text.split() if word.startswith("DR-2026-"))


def to_the_end(desk, reference, ground, *, link_to, code_to):
    desk.jobs()
    desk.act("handler", reference, "start_verifying")
    for key, answer in parties.FINDINGS[ground].items():
        desk.find("legal", reference, key, answer)
    desk.act("handler", reference, "confirm_requester")
    desk.act("legal", reference, "decide_release", reason="Every check passed.")
    desk.jobs()
    desk.redact_and_submit(reference, masks={})
    for name in ("legal", "compliance", *(("senior",) if ground in parties.DUAL else ())):
        desk.sign(name, reference)
    if ground in parties.DUAL:
        assert not desk.person("compliance").open(f"/cases/{reference}").offers("release")
        desk.office.clock.move(days=5, minutes=1)
        desk._visitors.clear()
    desk.act("compliance", reference, "release")
    desk.jobs()
    pdf = desk.collect(reference, link_to=link_to, code_to=code_to)
    desk.act("handler", reference, "close")
    assert desk.state(reference) == "closed"
    return text_of(pdf)


def test_a_partner_s_demand_on_a_consent_goes_from_the_portal_to_a_closed_case(desk):
    partner = desk.user(KNOWN.insurer)
    form = partner.open("/portal/partner").form("receive")
    wrong = partner.send(form, expect=422, name="Ana Ruiz", email="ana@acme.example", consent="")
    assert "Enter the number of the consent." in " ".join(wrong.alerts)
    page = partner.send(
        wrong.form("receive"),
        expect=201,
        consent=KNOWN.consent_live,
        purpose_text=parties.INSURANCE,
        fields=["reg.email", "reg.phone"],
    )
    reference = reference_in(page)
    text = to_the_end(
        desk, reference, "G3A", link_to="intake@acme-insurance.example", code_to="callback+p-03"
    )

    person = PEOPLE[KNOWN.police_subject]
    assert person.email in text
    assert person.real_name not in text
    assert reference in desk.person("handler").open("/recipients/").text
    assert "/portal/leak" in desk.letter(person.email, "personal data")


@pytest.mark.parametrize("ground", AT_THE_DESK)
def test_a_third_party_s_demand_goes_from_the_desk_to_a_closed_case(desk, ground):
    typed = AT_THE_DESK[ground]
    handler = desk.person("handler")
    form = handler.open("/cases/new").form("receive")
    page = handler.send(form, name="Wu Tao", email="wu@letters.example", **typed)
    account = typed["account"]
    link_to = "data@feiyan-express.example" if ground == "G3B" else PEOPLE[account].email
    code_to = "callback+p-01" if ground == "G3B" else f"inbox+{account}".lower()
    text = to_the_end(desk, reference_in(page), ground, link_to=link_to, code_to=code_to)

    subject = PEOPLE[SUBJECTS[ground]]
    shown = {"G3B": subject.phone, "G3D": subject.email, "G3G": subject.email}[ground]
    assert shown in text


def test_a_third_party_s_demand_that_lacks_its_number_is_sent_back_with_what_to_enter(desk):
    handler = desk.person("handler")
    form = handler.open("/cases/new").form("receive")
    typed = {**AT_THE_DESK["G3D"], "decision": "", "subject_account": "", "purpose": ""}
    page = handler.send(form, expect=422, name="Wu Tao", email="wu@letters.example", **typed)

    said = " ".join(page.alerts)
    assert "Enter the number of the decision" in said
    assert "Say whose data it is" in said
    assert "Say what you need the data for" in said
