"""Each letter says what to do next, alike in text and HTML, and tells nobody of a third person."""

import re
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError
from sqlalchemy import select

from disclosure.demonstration.marketplace import KNOWN
from disclosure.demonstration.people import PEOPLE
from disclosure.domain.states import State
from disclosure.edge import look
from disclosure.operations.desk import SYSTEM
from disclosure.operations.letters import LETTERS, compose
from disclosure.operations.printing import fill
from disclosure.storage.ledger_rows import Outbox
from disclosure.storage.parties import AccessEnd
from disclosure.storage.releases import Delivery, Notice, Release
from tests.app import make_app
from tests.cases import (
    counterparty_case,
    find,
    police_case,
    put_in_force,
    respondent_case,
    to_state,
)
from tests.party_cases import released, service_demand

SECRET = "secret-of-this-letter"
LINKS = {
    "receipt": r"/portal/track/[0-9a-f]{32}",
    "wrong_direction": "/portal/ip",
    "rerouted": "/",
    "delivery_link": f"/portal/collect/{SECRET}",
    "notice": f"/portal/notice/{SECRET}",
}
"""Letter -> the address that stands in it."""


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Three cases: the police's and a respondent's are released, a counterparty's is decided."""
    office = make_app(tmp_path_factory.mktemp("letters"), platform_name="Harbour & Market")
    office.cases = {
        "police": to_state(office, police_case(office), State.RELEASED),
        "respondent": to_state(office, respondent_case(office), State.RELEASED),
        "counterparty": to_state(office, counterparty_case(office), State.COLLECTING),
        "service": released(office, service_demand()),
    }
    return office


SUBJECTS = {
    "police": KNOWN.police_subject,
    "respondent": KNOWN.complainant,
    "counterparty": KNOWN.silent_seller,
}


def letter(office, template, which="respondent", *, secret=SECRET, **more):
    reference = office.cases[which]
    with office.app.app_context(), look(SYSTEM) as work:
        case = find(work, reference)
        arguments = {"template": template, "case": reference, **more}
        if template.startswith("delivery"):
            delivery = work.session.scalars(
                select(Delivery)
                .join(Release, Release.id == Delivery.release_id)
                .where(Release.case_id == case.id)
            ).one()
            arguments["delivery"] = delivery.id
        if template == "notice":
            notice = work.session.scalars(
                select(Notice).where(Notice.case_id == case.id, Notice.replaced_at.is_(None))
            ).one()
            arguments["notice"] = notice.id
        if template.startswith("access"):
            end = work.session.scalars(select(AccessEnd)).one()
            end.due_at = end.ends_at
            arguments |= {"release": end.release_id, "person": office.people["compliance"]}
        if template == "refused":
            arguments.setdefault("code", "no_legal_basis")
        if template == "duplicate":
            arguments["earlier"] = "DR-2026-0009"
        row = Outbox(id="0" * 32, kind="letter", arguments=arguments, secret=secret)
        return compose(work, row)


def which_for(template):
    """A notice with an objection link is the counterparty's; every other letter anybody's."""
    return "counterparty" if template == "notice" else "respondent"


class _Words(HTMLParser):
    def __init__(self):
        super().__init__()
        self.words, self.tags, self.attributes = [], set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data):
        self.words.append(data)


def read(html):
    reader = _Words()
    reader.feed(html)
    return reader


def words(text):
    found = re.findall(r"[\w/.:-]{4,}", text.replace("\u2019", "'"))
    return {word.strip(".:") for word in found}


ALL = sorted(LETTERS)
PLAIN_TAGS = {"html", "head", "meta", "title", "body", "hr", "p", "a", "br", "strong", "ul", "li"}
PLAIN_TAGS |= {"code", "blockquote", "span"}


@pytest.mark.parametrize("template", ALL)
def test_every_letter_is_filled_in_both_twins_and_names_its_case(office, template):
    which = which_for(template)
    message = letter(office, template, which)

    for part in (message.text, message.html):
        assert office.cases[which] in part
        assert "Harbour" in part
        assert "{{" not in part
        assert "None" not in part
        assert "Undefined" not in part
    assert message.subject
    assert "@" in message.to


@pytest.mark.parametrize("template", ALL)
def test_both_twins_say_the_same(office, template):
    message = letter(office, template, which_for(template))

    html = words(" ".join(read(message.html).words))
    text = words(message.text)
    assert text - html <= {"--"}
    assert html - text <= words(message.subject)


@pytest.mark.parametrize(
    ("template", "which"),
    [
        (template, which)
        for template in ALL
        for which in SUBJECTS
        if which != "counterparty" or not template.startswith("delivery")
    ],
)
def test_no_letter_tells_anything_about_the_data_subject(office, template, which):
    message = letter(office, template, which)
    subject = PEOPLE[SUBJECTS[which]]

    canaries = (
        SUBJECTS[which],
        subject.real_name,
        subject.display_name,
        subject.username,
        subject.email,
        subject.phone,
        subject.address,
    )
    for part in (message.subject, message.text, message.html):
        assert [each for each in canaries if each and each in part] == []


@pytest.mark.parametrize("which", ["police", "respondent", "counterparty"])
def test_a_notice_does_not_name_who_asks(office, which):
    message = letter(office, "notice", which)
    with office.app.app_context(), look(SYSTEM) as work:
        requester = dict(find(work, office.cases[which]).requester)

    for value in requester.values():
        assert not value or value not in message.text + message.html


@pytest.mark.parametrize("template", sorted(LINKS))
def test_an_address_stands_alone_on_its_line(office, template):
    message = letter(office, template, which_for(template))

    address = re.escape(office.settings.base_url) + LINKS[template]
    assert re.search(rf"(?m)^{address}$", message.text)
    assert re.search(rf'href="{address}"', message.html)


@pytest.mark.parametrize("template", ALL)
def test_a_letter_loads_nothing_and_is_laid_out_in_plain_paragraphs(office, template):
    message = letter(office, template, which_for(template))

    reader = read(message.html)
    assert reader.tags <= PLAIN_TAGS
    assert set(reader.attributes) <= {"lang", "charset", "name", "content", "href"}


@pytest.mark.parametrize("template", ALL)
@pytest.mark.parametrize("which", ["police", "respondent"])
def test_paragraphs_of_the_text_are_parted_by_one_empty_line(office, template, which):
    text = letter(office, template, which).text

    assert "\n\n\n" not in text
    assert not text.startswith("\n")


def test_a_receipt_carries_the_secret_and_the_day_of_the_answer(office):
    text = letter(office, "receipt", "police").text

    assert f"\n{SECRET}\n" in text
    assert "1 Dec 2026" in text


def test_what_is_missing_is_quoted_line_by_line_and_escaped(office):
    message = letter(office, "needs_info", secret="1. The <order> number\n\n2. The day & seal")

    assert "1. The <order> number\n\n2. The day & seal" in message.text
    assert "<p>1. The &lt;order&gt; number</p>" in message.html


def test_a_refusal_names_its_reason_its_source_and_every_way_onward(office):
    message = letter(office, "refused", code="one_officer")
    with office.app.app_context(), look(SYSTEM) as work:
        code = work.desk.catalogue.reasons["one_officer"]

    for part in (message.text, message.html):
        assert code.text in part
        assert code.source in part
        assert "send a new demand" in part
        assert office.settings.mail_from in part
        assert "article 50" in part


def test_every_reason_code_can_be_written_into_a_refusal(office):
    with office.app.app_context(), look(SYSTEM) as work:
        codes = dict(work.desk.catalogue.reasons)

    for code, reason in codes.items():
        assert reason.text in letter(office, "refused", code=code).text


def test_the_code_for_an_authority_goes_to_our_desk_with_the_register_s_number(office):
    message = letter(office, "delivery_code", "police", secret="12345678")

    assert message.to.startswith("callback+1@")
    assert "by telephone only" in message.text
    assert "+86 21 5555 0110" in message.text
    assert message.text.index("12345678") < message.text.index("+86 21 5555 0110")


def test_the_code_for_a_user_goes_to_the_inbox_of_their_account(office):
    message = letter(office, "delivery_code", secret="12345678")

    assert message.to.startswith(f"inbox+{KNOWN.respondent.lower()}@")
    assert "\n12345678\n" in message.text
    assert "telephone" not in message.text + message.subject


def test_link_and_code_never_travel_together(office):
    for which in ("police", "respondent"):
        link = letter(office, "delivery_link", which)
        code = letter(office, "delivery_code", which)
        assert link.to != code.to
        assert "/portal/collect/" not in code.text + code.html


def test_a_prior_notice_says_how_long_and_where_to_object(office):
    text = letter(office, "notice", "counterparty").text

    assert "Nothing has been given out yet" in text
    assert "You have 3 days from today to object." in text
    for title in ("Display name", "Telephone number", "E-mail address", "Transaction party"):
        assert title in text
    assert "3(f)" in text


def test_a_notice_is_in_both_languages_and_worded_by_the_rules(office):
    message = letter(office, "notice", "counterparty")

    for part in (message.text, message.html):
        assert "您可以提出异议" in part
        assert "自今日起3日内您可以提出异议" in part
        assert "第五十条" in part
        assert "电话" in part
    text = "Nobody told you."
    changed = f"""
        [[notice_text]]
        id = "page"
        text = "{text}"
        text_zh = "另有说明。"
        source = "house"
        """
    put_in_force(office, changed)

    assert text in letter(office, "notice", "respondent").text


def test_a_notice_at_release_has_no_window_and_a_delayed_one_says_why_so_late(office):
    at_release = letter(office, "notice", "respondent", secret=None).text
    delayed = letter(office, "notice", "police").text

    assert "to object" not in at_release
    assert "/portal/notice/" not in at_release
    assert "We could not tell you earlier" in delayed
    assert "PIPL-18" in delayed


def test_a_value_that_a_template_misses_is_an_error_and_not_a_gap(office):
    with pytest.raises(UndefinedError):
        fill("mail/receipt.txt", office.settings.timezone, {"reference": "DR-2026-0001"})
