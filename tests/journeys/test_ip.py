import pytest

from disclosure.demonstration.marketplace import KNOWN
from disclosure.demonstration.people import PEOPLE
from tests.app import make_app
from tests.journeys.steps import Desk, paper, text_of, verify


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return Desk(make_app(tmp_path_factory.mktemp("ip"), csrf=True))


def ask(desk, account, number, **typed):
    """Send the form of one side of a complaint; return the receipt's page and the case's number."""
    visitor = desk.user(account)
    form = visitor.open(f"/portal/ip?number={number}").form("receive")
    page = visitor.send(
        form,
        expect=201,
        purpose="resolve rights dispute",
        name=PEOPLE[account].real_name,
        email="party@letters.example",
        **typed,
    )
    found = next(word.strip(".,") for word in page.text.split() if word.startswith("DR-2026-"))
    desk.jobs()
    return page, found


@pytest.fixture(scope="module")
def respondent_case(desk):
    _, reference = ask(
        desk,
        KNOWN.respondent,
        KNOWN.complaint_qualified,
        fields=["ipc.complainant_name", "ipc.contact_email", "ipc.right_ref", "ipc.contact_phone"],
        narrative="We want to settle this with the owner of the mark.",
    )
    return reference


def test_a_respondent_learns_who_complained(desk, respondent_case, tmp_path):
    reference = respondent_case
    desk.act("handler", reference, "start_verifying")
    desk.act("handler", reference, "confirm_requester")
    desk.act("legal", reference, "decide_release", reason="Qualified and forwarded.")
    desk.redact_and_submit(reference, masks={})
    desk.sign("legal", reference)
    desk.sign("compliance", reference)
    desk.act("compliance", reference, "release")
    desk.jobs()
    pdf = desk.collect(
        reference,
        link_to=PEOPLE[KNOWN.respondent].email,
        code_to=f"inbox+{KNOWN.respondent}".lower(),
    )
    text = text_of(pdf)

    assert KNOWN.complaint_qualified in text
    assert "Complainant's telephone" in text, "what is withheld is named"
    assert PEOPLE[KNOWN.complainant].phone not in text
    assert desk.letter(PEOPLE[KNOWN.complainant].email, "personal data")
    desk.act("handler", reference, "close")
    bag, fingerprint = desk.export(reference, tmp_path)
    answer = verify(bag, fingerprint, tmp_path / "elsewhere")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_a_complainant_with_a_court_order_is_told_and_routed_onward(desk):
    page, reference = ask(
        desk,
        KNOWN.complainant,
        KNOWN.complaint_qualified,
        fields=["reg.real_name", "reg.email"],
        carried_by="court_order",
        papers=[("order.png", paper("Investigation order"))],
    )
    onward = desk.person("legal").open(f"/cases/{reference}")

    assert "does not run the other way" in page.text
    assert onward.state == "received"
    assert "3(c)" in onward.text
    cases = desk.person("legal").open("/cases/?state=rerouted").text
    assert "DR-2026-" in cases


def test_a_complainant_without_any_paper_is_turned_away_with_the_pointer(desk):
    page, reference = ask(
        desk,
        KNOWN.complainant,
        KNOWN.complaint_qualified,
        fields=["reg.real_name"],
        carried_by="none",
    )

    assert "does not run the other way" in page.text
    assert desk.state(reference) == "refused"
    assert "court" in desk.letter("party@letters.example", reference).lower()


def test_a_complainant_abroad_is_turned_away_with_the_pointer_too(desk):
    page, reference = ask(
        desk,
        KNOWN.foreign_complainant,
        KNOWN.complaint_foreign,
        fields=["reg.real_name"],
        carried_by="none",
    )

    assert "does not run the other way" in page.text
    assert desk.state(reference) == "refused"
