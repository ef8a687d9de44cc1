import pytest

from disclosure.demonstration.marketplace import KNOWN
from disclosure.demonstration.people import PEOPLE
from tests.app import make_app
from tests.journeys.steps import Desk, flip_a_byte, paper, text_of, verify

SUBJECT = PEOPLE[KNOWN.police_subject]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return Desk(make_app(tmp_path_factory.mktemp("authority"), csrf=True))


@pytest.fixture(scope="module")
def reference(desk):
    """A police demand sent through the portal; the number of its case."""
    visitor = desk.stranger()
    form = visitor.open("/portal/authority/police").form("receive")
    page = visitor.send(
        form,
        expect=201,
        organisation="上海市公安局浦东分局",
        name="Li Jun 李军",
        email="li.jun@pudong.police.example",
        instrument_type="cn_evidence_notice",
        instrument_number="DZ-2026-0417",
        instrument_issued_at="2026-11-16",
        instrument_expires_at="2026-12-31",
        instrument_legal_basis="Criminal Procedure Law, article 54",
        subject_account=KNOWN.police_subject,
        fields_reg=["reg.real_name", "reg.phone", "reg.registered_at"],
        fields_log=["log.login_events", "log.ip"],
        period_from="2026-10-01",
        period_to="2026-11-20",
        papers=[("notice.png", paper())],
    )
    found = next(word.strip(".,") for word in page.text.split() if word.startswith("DR-2026-"))
    desk.jobs()
    return found


@pytest.fixture(scope="module")
def delivered(desk, reference):
    """The released file, as the police collected it."""
    desk.act("handler", reference, "start_verifying")
    handler = desk.person("handler")
    choose = next(
        form for form in handler.open(f"/cases/{reference}").forms if form.url.endswith("/agency")
    )
    handler.send(choose, agency="1")
    desk.act("handler", reference, "record_callback", answered_by="Duty officer", confirmed="yes")
    desk.find("handler", reference, "requester.verified", "yes")
    desk.find("handler", reference, "requester.officers", "2")
    desk.find("handler", reference, "instrument.sealed", "yes")
    desk.find("handler", reference, "instrument.names_us", "yes")
    desk.act("handler", reference, "confirm_requester")
    desk.act("legal", reference, "decide_release", reason="Lawful and narrow.")
    desk.redact_and_submit(reference, masks={"reg.phone": ("mask_phone", "not_responsive")})
    desk.sign("legal", reference)
    desk.sign("compliance", reference)
    desk.act("compliance", reference, "release")
    desk.jobs()
    return desk.collect(reference, link_to="evidence@pudong", code_to="callback+1@")


@pytest.fixture(scope="module")
def record(desk, reference, delivered, tmp_path_factory):
    """The closed case's record and the fingerprint that came with it."""
    desk.act("handler", reference, "close")
    return desk.export(reference, tmp_path_factory.mktemp("record"))


def test_the_demand_waits_in_the_queue_with_its_deadline(desk, reference):
    page = desk.person("handler").open("/cases/")

    assert reference in page.text
    assert "working days left" in page.text


def test_the_police_get_what_the_rules_allow_and_no_more(delivered, reference):
    text = text_of(delivered)

    assert reference in text
    assert "DZ-2026-0417" in text
    assert SUBJECT.real_name in text.replace("\n", "")
    assert SUBJECT.phone not in text
    assert SUBJECT.phone.encode() not in delivered


def test_the_case_is_closed_with_its_notice_lawfully_delayed(desk, reference, record):
    assert desk.state(reference) == "closed"
    assert not [to for to, _, _ in desk.messages() if to == SUBJECT.email]


def test_the_record_proves_itself_without_the_application(record, tmp_path):
    bag, fingerprint = record

    answer = verify(bag, fingerprint, tmp_path / "elsewhere")

    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_one_flipped_byte_of_the_entries_is_found_and_named(record, tmp_path):
    bag, fingerprint = record
    flip_a_byte(bag, tmp_path / "changed.zip", member="entries.jsonl")

    answer = verify(tmp_path / "changed.zip", fingerprint, tmp_path / "elsewhere")

    assert answer.returncode == 1
    assert "entr" in (answer.stdout + answer.stderr).lower()


def test_another_key_does_not_carry_the_record(record, tmp_path):
    bag, fingerprint = record
    other = "0" * len(fingerprint)

    assert verify(bag, other, tmp_path / "elsewhere").returncode == 1


def test_the_same_link_opens_nothing_for_a_second_person(desk, reference, delivered):
    page = desk.stranger().open(desk.link(reference, link_to="evidence@pudong"))

    assert page.status == 200 or not page.forms
    assert not [form for form in page.forms if "code" in form.names]
