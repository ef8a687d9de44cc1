"""The policy on the portal: the version in force, past and coming ones, what changed, and the feed.

Owns these pages and the news that every page of the portal shows. A version is public from the day
on which it is announced. The addresses are ``portal``'s.
"""

from datetime import datetime, time, timezone
from xml.etree import ElementTree as ET

from flask import Response, render_template, url_for

from disclosure.domain.policy import Policy
from disclosure.domain.policy_changes import policy_changes
from disclosure.domain.rulebook import Catalogue
from disclosure.edge import house, rules_in_force
from disclosure.errors import NotFound

ATOM = "http://www.w3.org/2005/Atom"
FEED_TYPE = "application/atom+xml; charset=utf-8"


def policy() -> str:
    """Show the version in force, clause by clause, and what keeps each promise."""
    rules, now = rules_in_force(), house().clock()
    return _page(rules, rules.policy_at(now))


def policy_version(version: str) -> str:
    """Show one version, in force or not."""
    rules = rules_in_force()
    return _page(rules, _public(rules, version))


def _page(rules: Catalogue, shown: Policy) -> str:
    now = house().clock()
    public = rules.announced_policies(now)
    place = public.index(shown)
    return render_template(
        "portal/policy.html",
        policy=shown,
        before=public[place - 1] if place else None,
        in_force=rules.policy_at(now),
        versions=public[::-1],
        today=rules.local_day(now),
        grounds=[versions[-1] for versions in rules.grounds.values()],
    )


def policy_difference(older: str, newer: str) -> str:
    """Show what differs between two versions, word by word."""
    rules = rules_in_force()
    before, after = _public(rules, older), _public(rules, newer)
    changes = policy_changes(before, after)
    return render_template(
        "portal/policy_difference.html", before=before, after=after, rows=changes
    )


def _public(rules: Catalogue, version: str) -> Policy:
    for shown in rules.announced_policies(house().clock()):
        if shown.version == version:
            return shown
    raise NotFound("There is no such version of the policy.")


def policy_feed() -> Response:
    """Send the versions as an Atom feed, newest first."""
    rules = rules_in_force()
    settings = house().desk.settings
    public = rules.announced_policies(house().clock())[::-1]
    home = settings.base_url
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(feed, "id", f"{home}{url_for('portal.policy_feed')}")
    _add(feed, "title", f"{settings.platform_name}: changes of the privacy policy")
    _add(feed, "updated", _instant(rules, public[0]))
    ET.SubElement(_add(feed, "author", ""), "name").text = settings.legal_entity
    ET.SubElement(feed, "link", {"rel": "self", "href": f"{home}{url_for('portal.policy_feed')}"})
    ET.SubElement(feed, "link", {"href": f"{home}{url_for('portal.policy')}"})
    for version in public:
        _add_entry(feed, rules, version, home)
    return Response(ET.tostring(feed, encoding="utf-8", xml_declaration=True), mimetype=FEED_TYPE)


def _add_entry(feed: ET.Element, rules: Catalogue, version: Policy, home: str) -> None:
    address = f"{home}{url_for('portal.policy_version', version=version.version)}"
    entry = ET.SubElement(feed, "entry")
    _add(entry, "id", address)
    mark = "significant change, " if version.significant else ""
    title = f"Privacy policy, version {version.version} ({mark}in force from {version.valid_from})"
    _add(entry, "title", title)
    _add(entry, "updated", _instant(rules, version))
    _add(entry, "summary", f"{version.summary} {version.summary_zh}")
    ET.SubElement(entry, "link", {"href": address})


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = text
    return element


def _instant(rules: Catalogue, version: Policy) -> str:
    """Return the first instant of the day on which a version was announced."""
    zone = timezone(rules.house.utc_offset)
    return datetime.combine(version.announced, time(), zone).isoformat()


def policy_news() -> Policy | None:
    """Return the significant change that every page of the portal tells of now, if there is one."""
    return rules_in_force().policy_news(house().clock())


__all__ = ["policy", "policy_difference", "policy_feed", "policy_news", "policy_version"]
