"""The policy on the portal: its versions, what changed, the news and the feed."""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from disclosure.operations import rules
from tests import cases
from tests.app import Clock

ATOM = "{http://www.w3.org/2005/Atom}"
BANNER = "The privacy policy changes."
THIRD = """
[[policy]]
id = "privacy-policy"
version = "2"
announced = 2025-12-01
valid_from = 2026-01-01
valid_to = 2026-12-31
significant = true
summary = "Partners."
summary_zh = "合作方。"

[[policy]]
id = "privacy-policy"
version = "3"
announced = 2026-11-20
valid_from = 2027-01-01
significant = true
summary = "Coming words."
summary_zh = "即将生效的文字。"
"""


@pytest.fixture
def office(tmp_path):
    return cases.empty_office(tmp_path)


def text(office, path, expect=200):
    answer = office.client().get(path)
    assert answer.status_code == expect
    return answer.get_data(as_text=True)


def test_the_page_shows_the_version_in_force_in_both_languages(office):
    page = text(office, "/portal/policy")

    assert "Version 2, in force since" in page
    assert "平台自商业伙伴处合法取得的用户信息适用本政策。" in page
    assert "No longer in force" not in page


def test_a_past_version_is_shown_as_it_was(office):
    page = text(office, "/portal/policy/1")

    assert "No longer in force" in page
    assert 'id="clause-1c"' not in page.replace("clause-1-c", "clause-1c")
    assert "变更会公布。" in page


@pytest.mark.parametrize("path", ["/portal/policy/9", "/portal/policy/1/to/9", "/portal/policy/.."])
def test_a_version_that_there_is_not_is_not_found(office, path):
    assert office.client().get(path).status_code in {308, 404}


def test_the_difference_names_what_is_new_and_what_is_gone_in_words_too(office):
    page = text(office, "/portal/policy/1/to/2")

    assert "new clause" in page
    assert '<ins><span class="hidden"> added: </span>' in page
    assert "重大变更会在网站上通知" in page
    assert "Where data is stored" not in page
    assert "removed: " in text(office, "/portal/policy/2/to/1")


def test_a_version_that_is_not_announced_yet_is_not_public(office):
    cases.put_in_force(office, THIRD)
    assert "Version 3" in text(office, "/portal/policy")
    office.clock.now = datetime(2026, 11, 19, 12, tzinfo=UTC)

    assert "Version 3" not in text(office, "/portal/policy")
    text(office, "/portal/policy/3", expect=404)


def test_a_coming_version_is_told_of_on_every_page_until_its_time_is_over(office):
    assert BANNER not in text(office, "/")
    cases.put_in_force(office, THIRD)
    for path in ("/", "/portal/user", "/portal/track", "/portal/policy/1"):
        assert BANNER in text(office, path)
    assert "即将生效的文字。" in text(office, "/")
    assert "Not in force yet" in text(office, "/portal/policy/3")
    office.clock.now = datetime(2027, 1, 30, 12, tzinfo=UTC)
    assert BANNER in text(office, "/")
    office.clock.now = datetime(2027, 1, 31, 12, tzinfo=UTC)

    assert BANNER not in text(office, "/")
    assert "Version 3, in force since" in text(office, "/portal/policy")


def test_a_change_that_is_not_significant_is_not_told_of_everywhere(office):
    cases.put_in_force(office, THIRD.replace("significant = true", "significant = false"))

    assert BANNER not in text(office, "/")


def test_the_news_of_the_shipped_version_is_told_from_its_announcement_on(tmp_path):
    office = cases.empty_office(tmp_path, clock=Clock(datetime(2025, 12, 1, 1, tzinfo=UTC)))
    assert BANNER in text(office, "/")
    office.clock.now = datetime(2026, 1, 31, 1, tzinfo=UTC)

    assert BANNER not in text(office, "/")


def test_the_feed_has_every_public_version_newest_first(office):
    cases.put_in_force(office, THIRD)
    answer = office.client().get("/portal/policy.atom")
    feed = ET.fromstring(answer.data)  # noqa: S314 - our own feed
    entries = feed.findall(f"{ATOM}entry")

    assert answer.content_type == "application/atom+xml; charset=utf-8"
    assert feed.tag == f"{ATOM}feed"
    assert [entry.find(f"{ATOM}id").text.rpartition("/")[2] for entry in entries] == ["3", "2", "1"]
    assert feed.find(f"{ATOM}updated").text == "2026-11-20T00:00:00+08:00"
    assert "significant change" in entries[0].find(f"{ATOM}title").text
    assert "即将生效的文字。" in entries[0].find(f"{ATOM}summary").text
    for each in (feed, *entries):
        for needed in ("id", "title", "updated"):
            assert each.find(f"{ATOM}{needed}").text


def test_a_public_text_is_not_changed_by_other_rules(office):
    changed = THIRD.replace('version = "3"', 'version = "2b"').replace("2026-01-01", "2026-01-02")
    with pytest.raises(rules.BadInput, match="Policy version 2 is public"):
        cases.propose_rules(office, changed)


def test_the_page_of_a_case_links_the_version_that_decided(office):
    reference = cases.police_case(office)
    page = office.client("legal").get(f"/cases/{reference}").get_data(as_text=True)

    assert 'policy version <a href="/portal/policy/2">2</a>' in page
