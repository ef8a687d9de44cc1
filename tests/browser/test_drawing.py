"""A document is redacted by keyboard alone in a real Chromium, and released: what went is gone."""

import time

import pytest
from sqlalchemy import select

from disclosure.demonstration.marketplace import KNOWN
from disclosure.demonstration.people import PEOPLE
from disclosure.operations import redacting
from disclosure.storage.cases import Document
from disclosure.storage.releases import Release
from tests.browser.live import login_link, serving
from tests.cases import assess_impact, at_work, do
from tests.chromium import expect
from tests.drawn_pages import ADDRESS, EMAIL, LAST, NAME, PHONE, SECOND, STAYS, letter_office
from tests.journeys.steps import text_of

pytestmark = pytest.mark.browser

PATIENCE = 90_000
SUBJECT = PEOPLE[KNOWN.police_subject]


@pytest.fixture
def live(tmp_path):
    office, reference, document = letter_office(tmp_path)
    with serving(office) as address:
        yield office, address, reference, document


class Lawyer:
    """Somebody who has a keyboard and nothing else."""

    def __init__(self, chromium, office, address, name="handler"):
        self.page = chromium.open_page()
        self.page.goto(login_link(office, address, name))
        self.page.get_by_role("button", name="Sign in").click()
        self.says = self.page.locator("#draw-say")

    def open(self, address):
        self.page.goto(address)
        self.ready()

    def ready(self):
        expect(self.page.locator("#stage[data-ready]")).to_be_visible(timeout=PATIENCE)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def hears(self, text):
        expect(self.says).to_contain_text(text, timeout=PATIENCE)

    def turn(self, key, number):
        self.press(key)
        expect(self.page.locator(f'.draw[data-page="{number}"]')).to_be_attached(timeout=PATIENCE)
        self.ready()

    def tab_to(self, selector):
        for _ in range(80):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            self.press("Tab")
        raise AssertionError(f"the keyboard never reached {selector}")

    def choose_reason(self, code):
        """Choose from the list as the keyboard does: by its arrows."""
        self.tab_to("#draw-code")
        for _ in range(40):
            if self.page.evaluate("document.activeElement.value") == code:
                return
            self.press("ArrowDown")
        raise AssertionError(f"the list has no {code}")

    def walk_to(self, word):
        for _ in range(200):
            self.press("ArrowRight")
            if self.page.evaluate("document.getElementById('stage').dataset.word") == word:
                return
        raise AssertionError(f"the arrows never reached {word}")


def test_a_document_is_redacted_by_keyboard_alone_and_released_without_what_went(chromium, live):
    office, address, reference, document = live
    lawyer = Lawyer(chromium, office, address)
    lawyer.open(f"{address}/cases/{reference}/redaction/{document}/draw")
    lawyer.choose_reason("third_party_data")

    first_page(lawyer)
    lawyer.turn("n", 2)
    second_page(lawyer)
    lawyer.turn("n", 3)
    lawyer.press("w")
    lawyer.hears("Page 3 is withheld.")
    expect(lawyer.page.locator('[data-flag="3"]')).to_have_text("withheld")

    settle_suggestions(lawyer)

    pdf = released(office, reference, document)
    text = text_of(pdf).replace("\n", "").replace(" ", "")
    for value in (NAME, PHONE, EMAIL, SECOND, LAST, ADDRESS):
        assert value.replace(" ", "") not in text
    assert text.count(STAYS) == 2
    assert SUBJECT.real_name in text


def first_page(lawyer):
    """Mark words by walking to them, and a text by finding it."""
    lawyer.tab_to("#stage")
    lawyer.walk_to("王")
    lawyer.press("Shift+ArrowRight", "Shift+ArrowRight", "Space")
    lawyer.hears("Marked 3 words.")
    lawyer.walk_to(PHONE)
    lawyer.press("m")
    lawyer.hears("Marked 1 word.")
    lawyer.press("f")
    lawyer.page.keyboard.type(EMAIL)
    lawyer.press("Enter")
    expect(lawyer.page.get_by_role("button", name="Mark it wherever")).to_be_focused(
        timeout=PATIENCE
    )
    lawyer.press("Enter")
    lawyer.hears("Marked everywhere: 1 place on page 1.")


def second_page(lawyer):
    """Mark and undo a word, a text on all pages, and an area."""
    lawyer.walk_to("parcel")
    lawyer.press("m")
    lawyer.hears("Marked 1 word.")
    lawyer.press("u")
    lawyer.hears("Took back 1 mark")
    lawyer.press("f")
    lawyer.page.keyboard.type(NAME)
    lawyer.press("Enter")
    lawyer.hears("2 places on pages 1, 2.")
    expect(lawyer.page.get_by_role("button", name="Mark all 2")).to_be_focused(timeout=PATIENCE)
    lawyer.press("Enter")
    lawyer.hears("Marked everywhere: 2 places")
    expect(lawyer.page.locator("#stage")).to_be_focused(timeout=PATIENCE)
    lawyer.press("Escape")
    lawyer.walk_to("Zhao")
    lawyer.press("a", "ArrowLeft", *["Shift+ArrowRight"] * 30, "Space")
    lawyer.hears("Marked an area.")


def settle_suggestions(lawyer):
    """Take out what the machine suggests, one after the other."""
    rest = lawyer.page.locator('[name="settle"][value^="accepted"]')
    while left := rest.count():
        lawyer.press("s")
        lawyer.tab_to('[name="settle"][value^="accepted"]')
        lawyer.press("Enter")
        expect(rest).to_have_count(left - 1, timeout=PATIENCE)


def released(office, reference, document):
    """Send the case through building, two signatures and the release; return the bytes."""
    from disclosure.operations import papers, releasing, signing
    from disclosure.operations.facts import latest_rendition

    with at_work(office, reference, "handler") as (work, case):
        papers.dispose(work, case, work.session.get_one(Document, document), "release")
    assess_impact(office, reference)
    do(office, "handler", reference, redacting.request_rendition)
    deadline = time.monotonic() + PATIENCE / 1000
    built = None
    while built is None and time.monotonic() < deadline:
        time.sleep(0.2)
        with at_work(office, reference) as (work, case):
            found = latest_rendition(work, case)
            built = found.sha256 if found is not None else None
    do(office, "handler", reference, signing.submit_for_signing)
    for name in ("legal", "compliance"):
        do(office, name, reference, signing.sign, sha256=built, reason="Right and narrow.")
    do(office, "compliance", reference, releasing.release)
    with at_work(office, reference) as (work, case):
        query = select(Release.sha256).where(Release.case_id == case.id)
        assert work.session.scalars(query).one() == built
        return work.desk.files.read(built)


def test_areas_are_drawn_by_hand_words_chosen_by_pointing_and_keys_switched_off(chromium, live):
    office, address, reference, document = live
    base = f"{address}/cases/{reference}/redaction/{document}/draw"
    lawyer = Lawyer(chromium, office, address)
    page = lawyer.page
    lawyer.open(base)
    page.locator("#draw-code").select_option("third_party_data")

    page.get_by_role("button", name="Area").click()
    box = page.locator(".sheet").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 120)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 160, steps=4)
    page.mouse.up()
    lawyer.press("Enter")
    lawyer.hears("Marked an area.")
    page.locator("#stage").focus()
    lawyer.press("?")
    page.get_by_label("Use these keys in this browser").uncheck()
    lawyer.press("Escape", "w", "u")
    page.locator("#draw-note").fill("w u n")
    page.locator("#draw-note").press("Enter")
    lawyer.hears("Choose words")
    with at_work(office, reference) as (work, case):
        marks = redacting.marks_of(work, case, document)
        kept = [(mark.kind, mark.page) for mark in marks]
        left, low, right, top = marks[0].box
    scale = 595.28 / box["width"]

    assert kept == [("region", 1)]
    assert left == pytest.approx(60 * scale, abs=1.5)
    assert right == pytest.approx(200 * scale, abs=1.5)
    assert 841.89 - top == pytest.approx(120 * scale, abs=1.5)
    assert 841.89 - low == pytest.approx(160 * scale, abs=1.5)


def test_without_script_the_page_is_seen_and_a_text_is_marked(chromium, live):
    office, address, reference, document = live
    plain = chromium.open_page(java_script_enabled=False)
    plain.goto(login_link(office, address, "handler"))
    plain.get_by_role("button", name="Sign in").click()
    plain.goto(f"{address}/cases/{reference}/redaction/{document}/draw?page=2")
    width = plain.locator(".sheet img").bounding_box()["width"]
    plain.get_by_label("Find a text on all pages").fill(NAME)
    plain.get_by_role("button", name="Find").click()
    plain.locator("#found-code").select_option("third_party_data")
    plain.get_by_role("button", name="Mark all 2 places").click()

    assert width > 300
    expect(plain.locator(".layer .marked.term")).to_have_count(1)
    expect(plain.locator('[data-flag="1"]')).to_have_text("part out")
    expect(plain.get_by_role("button", name="Area")).to_have_count(0)
