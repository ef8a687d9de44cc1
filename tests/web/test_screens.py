"""Every clause of the policy is met by clicking from the front page."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from disclosure.documentation.screens import A_CASE, SCREENS, screens_of
from disclosure.domain.catalogue import load_catalogue
from disclosure.errors import NotReady
from disclosure.operations import verifying
from disclosure.operations.intake import Demand
from tests import cases
from tests.cases import SUBJECT, do, empty_office, receive

PRIVATE = {
    "G3A": "third_party_named_in_consent",
    "G3B": "service_partner",
    "G3D": "injured_party",
    "G3G": "any_identified_requester",
    "G2C": "marketing_partner",
}
MOST_PAGES = 120
NO_PAGE = re.compile(r"\.pdf|/documents/|/bytes|/pages/|/static/|/record|\?")


class Links(HTMLParser):
    """The links of a page with their texts, and what the page says."""

    def __init__(self, text):
        super().__init__()
        self.links, self.said, self._href = [], [], None
        self.feed(text)
        self.text = " ".join("".join(self.said).split())

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self._href = dict(attrs).get("href", "")
            self.links.append((self._href, ""))

    def handle_endtag(self, tag):
        if tag == "a":
            self._href = None

    def handle_data(self, data):
        self.said.append(data)
        if self._href is not None:
            href, text = self.links[-1]
            self.links[-1] = (href, text + data)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """An installation with a case of each ground that the rules have run over."""
    made = empty_office(tmp_path_factory.mktemp("screens"))
    opened = [cases.police_case(made), cases.respondent_case(made), cases.counterparty_case(made)]
    for ground, requester_class in PRIVATE.items():
        demand = Demand(
            ground=ground,
            requester_class=requester_class,
            name="A requester",
            email="r@letters.example",
            fields=("reg.email",),
            identifiers={"account": SUBJECT.account},
            purpose="send what was ordered",
            decision="V-31",
            channel="staff",
        )
        opened.append(receive(made, demand))
    for reference in opened:
        do(made, "handler", reference, verifying.claim)
        do(made, "handler", reference, verifying.start_verifying)
    return made


@pytest.fixture(scope="module")
def seen(office):
    """Every page that links lead to: the address rule, its words, and the links to it by text."""
    pages, links = {}, {}
    for who in ("", "handler", "compliance", "admin"):
        walk(office, who, pages, links)
    return pages, links


def walk(office, who, pages, links):
    client, router = office.client(who), office.app.url_map.bind("localhost")
    waiting, been = ["/"] if not who else ["/", "/account/home"], set()
    while waiting and len(been) < MOST_PAGES:
        path = waiting.pop(0)
        if path in been:
            continue
        been.add(path)
        answer = client.get(path, follow_redirects=True)
        if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
            continue
        page = Links(answer.get_data(as_text=True))
        rule = rule_of(router, answer.request.path)
        pages.setdefault(rule, set()).add(page.text)
        for href, text in page.links:
            target = urlsplit(href)
            if href.startswith("/") and not NO_PAGE.search(href):
                links.setdefault(rule_of(router, target.path), set()).add(" ".join(text.split()))
                waiting.append(target.path)
    assert len(been) < MOST_PAGES


def rule_of(router, path):
    try:
        rule, _ = router.match(path, method="GET", return_rule=True)
    except HTTPException:
        return ""
    return rule.rule


@pytest.mark.parametrize("clause", SCREENS)
def test_the_screen_of_a_clause_is_reached_by_links_and_says_so(seen, clause):
    pages, links = seen
    screen = SCREENS[clause]

    assert any(screen.shows in text for text in pages.get(screen.rule, ())), screen
    if screen.link == A_CASE:
        assert any(re.fullmatch(r"DR-\d{4}-\d{4}", text) for text in links[screen.rule])
    else:
        assert any(screen.link in text for text in links[screen.rule])


def test_the_staff_door_is_a_link_of_the_front_page(office):
    page = Links(office.client().get("/").get_data(as_text=True))

    assert ("/account/sign-in", "Staff sign-in") in page.links
    assert any(href == "/portal/policy" for href, _ in page.links)


def test_no_link_of_a_page_leads_nowhere(office, seen):
    _, links = seen

    assert "" not in links, links[""]


def test_every_clause_has_a_screen_and_every_screen_a_clause():
    policy = load_catalogue().policy
    fewer = replace(policy, clauses=dict(list(policy.clauses.items())[1:]))
    more = replace(policy, clauses={**policy.clauses, "9": policy.clauses["7"]})

    assert set(screens_of(policy)) == set(policy.clauses)
    with pytest.raises(NotReady, match="no clause opening"):
        screens_of(fewer)
    with pytest.raises(NotReady, match="clause 9"):
        screens_of(more)


def test_the_sign_in_page_sets_no_cookie_but_those_it_names(office):
    client = office.client()
    answer = client.get("/account/sign-in")

    named = [value.partition("=")[0] for value in answer.headers.getlist("Set-Cookie")]
    assert set(named) <= {"form", "session"}
    assert "Refuse them and you cannot sign in." in answer.get_data(as_text=True)
