"""One whole case through a real Chromium: from the portal to a delivered PDF and a record."""

import re
from pathlib import Path

import pytest

from disclosure.demonstration.marketplace import KNOWN
from disclosure.demonstration.people import PEOPLE
from disclosure.gateways.mail import written_messages
from tests.browser.live import login_link, served
from tests.chromium import expect
from tests.journeys.steps import paper, text_of, verify

pytestmark = pytest.mark.browser

BUILDING = 90_000
SUBJECT = PEOPLE[KNOWN.police_subject]


@pytest.fixture
def live(tmp_path):
    with served(tmp_path) as found:
        yield found


class People:
    """Everybody's browser windows."""

    def __init__(self, chromium, office, address):
        self.chromium, self.office, self.address = chromium, office, address
        self.pages = {}

    def page(self, name):
        if name not in self.pages:
            page = self.chromium.open_page()
            page.goto(login_link(self.office, self.address, name))
            page.get_by_role("button", name="Sign in").click()
            self.pages[name] = page
        return self.pages[name]

    def case(self, name, reference, place="cases"):
        page = self.page(name)
        page.goto(f"{self.address}/{place}/{reference}")
        return page

    def press(self, name, reference, action, *, place="cases", **typed):
        """Send the form of an action as it stands on the page, opening what hides it."""
        page = self.case(name, reference, place)
        form = page.locator(f'form[data-action="{action}"]').first
        self.show(form)
        self.fill(form, typed)
        form.locator("button").last.click()
        return page

    def find(self, name, reference, key, answer):
        page = self.case(name, reference)
        form = page.locator(f'form:has(input[name="key"][value="{key}"])').first
        self.show(form)
        radio = form.locator(f'input[type="radio"][value="{answer}"]')
        if radio.count():
            radio.check()
        else:
            form.locator('[name="answer"]').fill(answer)
        form.locator('[name="reason"]').fill("Seen on the paper.")
        form.locator("button").last.click()

    @staticmethod
    def show(form):
        form.evaluate(
            "form => { for (let up = form; up; up = up.parentElement)"
            " if (up.tagName === 'DETAILS') up.open = true }"
        )

    @staticmethod
    def fill(form, typed):
        for name, value in typed.items():
            radio = form.locator(f'input[type="radio"][name="{name}"][value="{value}"]')
            if radio.count():
                radio.check()
            else:
                form.locator(f'[name="{name}"]').fill(value)


def send_demand(people):
    """Send a police demand through the portal; return the number on the receipt."""
    page = people.chromium.open_page()
    page.goto(f"{people.address}/portal/authority/police")
    for name, value in {
        "organisation": "上海市公安局浦东分局",
        "name": "Li Jun 李军",
        "email": "li.jun@pudong.police.example",
        "instrument_number": "DZ-2026-0417",
        "instrument_issued_at": "2026-11-16",
        "instrument_legal_basis": "Criminal Procedure Law, article 54",
        "subject_account": KNOWN.police_subject,
    }.items():
        page.locator(f'[name="{name}"]').fill(value)
    page.get_by_text("Evidence-retrieval notice").click()
    for field in ("reg.real_name", "reg.phone"):
        box = page.locator(f'input[value="{field}"]')
        people.show(box)
        box.check()
    scan = {"name": "notice.png", "mimeType": "image/png", "buffer": paper()}
    page.locator('input[type="file"]').set_input_files([scan])
    page.get_by_role("button", name="Send the demand").click()
    expect(page.locator("h1")).to_be_visible()
    return re.search(r"DR-2026-\d{4}", page.content()).group()


def letter(office, to, about):
    for message in written_messages(office.settings):
        if to in message.to and about in message.subject:
            return message.text
    raise AssertionError(f"no message to {to} about {about}")


def test_a_case_goes_from_the_portal_to_a_delivered_file_and_a_proven_record(
    chromium, live, tmp_path
):
    office, address = live
    people = People(chromium, office, address)
    reference = send_demand(people)

    people.press("handler", reference, "start_verifying")
    page = people.case("handler", reference)
    page.locator("#agency").select_option("1")
    page.get_by_role("button", name="Choose").click()
    people.press("handler", reference, "record_callback", answered_by="Duty", confirmed="yes")
    for key, answer in (
        ("requester.verified", "yes"),
        ("requester.officers", "2"),
        ("instrument.sealed", "yes"),
        ("instrument.names_us", "yes"),
    ):
        people.find("handler", reference, key, answer)
    people.press("handler", reference, "confirm_requester")
    people.press("legal", reference, "decide_release", reason="Lawful and narrow.")
    people.find("legal", reference, "process.pia", "PIA-2026-11")
    people.press("handler", reference, "collect")
    page = people.case("handler", reference)
    ready = page.locator('form[data-action="finish_collecting"]')
    expect(ready).to_be_visible(timeout=BUILDING)
    people.press("handler", reference, "finish_collecting")
    people.press("handler", f"{reference}/redaction/", "build_rendition")
    page = people.case("handler", f"{reference}/redaction/")
    expect(page.locator('form[data-action="submit_for_signing"]')).to_be_visible(timeout=BUILDING)
    people.press("handler", f"{reference}/redaction/", "submit_for_signing")
    people.press("legal", reference, "sign", place="signing", reason="Right and narrow.")
    people.press("compliance", reference, "sign", place="signing", reason="I agree.")
    page = people.press("compliance", reference, "release")
    expect(page.locator("article")).to_have_attribute("data-state", "released")

    pdf = collect(people, reference)
    record, fingerprint = export(people, reference, tmp_path)

    assert SUBJECT.real_name in text_of(pdf).replace("\n", "")
    answer = verify(record, fingerprint, tmp_path / "elsewhere")
    assert answer.returncode == 0, answer.stdout


def collect(people, reference):
    """Wait for the two messages, open the link as a stranger, type the code, keep the file."""
    page = people.page("compliance")
    for _ in range(100):
        try:
            link = letter(people.office, "evidence@pudong", reference)
            code = letter(people.office, "callback+1@", reference)
            break
        except AssertionError:
            page.wait_for_timeout(200)
    stranger = people.chromium.open_page(accept_downloads=True)
    stranger.goto(people.address + re.search(r"/portal/collect/[\w-]+", link).group())
    stranger.locator('[name="code"]').fill(re.search(r"(?<![-\d])(\d{4} ?\d{4})\b", code).group(1))
    with stranger.expect_download() as waiting:
        stranger.locator("form button").last.click()
    return Path(waiting.value.path()).read_bytes()


def export(people, reference, folder):
    """Download the case record as the auditor."""
    page = people.case("auditor", reference, "audit/record")
    fingerprint = re.search(r"(?:[0-9a-f]{8}-){7}[0-9a-f]{8}", page.content()).group()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the record").click()
    target = folder / "record.zip"
    waiting.value.save_as(str(target))
    return target, fingerprint.replace("-", "")
