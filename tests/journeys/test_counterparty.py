import pytest

from disclosure.demonstration.marketplace import KNOWN
from disclosure.demonstration.people import PEOPLE
from tests.app import make_app
from tests.journeys.steps import Desk, text_of, verify

BUYER, SELLER = KNOWN.deposit_buyer, KNOWN.silent_seller


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return Desk(make_app(tmp_path_factory.mktemp("counterparty"), csrf=True))


@pytest.fixture(scope="module")
def approved(desk):
    """A buyer's demand for the silent seller's contact, signed and waiting for the window."""
    visitor = desk.user(BUYER)
    form = visitor.open(f"/portal/transaction?number={KNOWN.order_deposit}").form("receive")
    page = visitor.send(
        form,
        expect=201,
        purpose="complete transaction",
        fields=["reg.display_name", "reg.phone", "reg.email"],
        name=PEOPLE[BUYER].real_name,
        email="buyer@letters.example",
    )
    reference = next(word.strip(".,") for word in page.text.split() if word.startswith("DR-2026-"))
    desk.jobs()
    desk.act("handler", reference, "start_verifying")
    desk.act("handler", reference, "confirm_requester")
    desk.act("legal", reference, "decide_release", reason="Part performance is proven.")
    desk.jobs()
    desk.redact_and_submit(reference, masks={})
    desk.sign("legal", reference)
    desk.sign("compliance", reference)
    return reference


def test_the_seller_is_told_first_and_the_release_waits(desk, approved):
    page = desk.person("compliance").open(f"/cases/{approved}")

    assert desk.letter(PEOPLE[SELLER].email, "personal data")
    assert not page.offers("release")
    assert "may object until" in page.text


def test_after_the_window_the_buyer_gets_the_contact(desk, approved, tmp_path):
    desk.office.clock.move(days=3, minutes=1)
    desk._visitors.clear()
    desk.act("compliance", approved, "release")
    desk.jobs()
    pdf = desk.collect(approved, link_to=PEOPLE[BUYER].email, code_to=f"inbox+{BUYER}".lower())
    text = text_of(pdf)

    assert PEOPLE[SELLER].email in text
    assert KNOWN.order_deposit in text
    desk.act("handler", approved, "close")
    bag, fingerprint = desk.export(approved, tmp_path)
    answer = verify(bag, fingerprint, tmp_path / "elsewhere")
    assert answer.returncode == 0, answer.stdout + answer.stderr
