"""Which screen shows each clause of the policy: the address, the link that leads there, the words.

Owns that table alone; a test follows the links from the front page and reads the words on the page.
A clause without a row is refused, and so is a row without its clause.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from disclosure.domain.policy import Policy
from disclosure.errors import NotReady

A_CASE = "a case's number in the work queue"
"""Stands for a link whose text is a reference."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a clause is met.

    Attributes:
        rule: The address, as the web application knows it.
        link: Text of the link that leads there.
        shows: Words that stand on the page.
    """

    rule: str
    link: str
    shows: str


_CASE = "/cases/<reference>"
_CARD = "/cases/<reference>/decisions/<int:number>"
_NEW = "/cases/new"


def _ground(clause: str, title: str) -> Screen:
    return Screen(_CASE, A_CASE, f"Ground {clause}: {title}")


def _check(check: str) -> Screen:
    return Screen(_CARD, "Decision card", check)


def _field(title: str) -> Screen:
    return Screen(_NEW, "Enter a demand", title)


SCREENS: Mapping[str, Screen] = {
    "opening": Screen("/portal/policy", "Privacy policy", "Default and changes"),
    "1(a)": _field("Real name"),
    "1(b)": _field("IP address"),
    "1(c)": _field("Partner that supplied the data"),
    "1x(a)": Screen("/", "public page", "Search keywords"),
    "1x(b)": Screen("/", "public page", "What the user published"),
    "1x(c)": Screen("/", "public page", "Violations and measures taken"),
    "2(a)": Screen("/recipients/", "Recipients", "Access ends"),
    "2(b)": Screen("/recipients/", "Recipients", "Blocked recipients"),
    "2(c)": _ground("2(c)", "Partner marketing"),
    "3(a)": _ground("3(a)", "Prior consent of the user"),
    "3(b)": _ground("3(b)", "Sharing needed to provide the service"),
    "3(c)": _ground("3(c)", "Required by law, or by a court or authority"),
    "3(d)": _ground("3(d)", "User broke the law or the rules"),
    "3(e)": _ground("3(e)", "Qualified IP complainant disclosed to the respondent"),
    "3(f)": _ground("3(f)", "Transaction party that performed"),
    "3(g)": _ground("3(g)", "Residual"),
    "4": _check("J01_foreign_authority_gate"),
    "5(a)": Screen("/account/sign-in", "Staff sign-in", "Refuse them and you cannot sign in."),
    "5(b)": _check("S09_lawfully_collected"),
    "5(c)": _field("Cookie identifier"),
    "6(a)": Screen("/audit/", "Ledger", "Check the whole ledger"),
    "6(b)": Screen("/portal/leak", "A user whose data has leaked", "Has data of yours leaked?"),
    "7": Screen("/portal/policy", "Privacy policy", "What changed in this version"),
}


def screens_of(policy: Policy) -> Mapping[str, Screen]:
    """Return the screen of each clause.

    Raises:
        NotReady: When a clause has no screen, or a screen no clause.
    """
    if lacking := sorted(set(policy.clauses) - set(SCREENS)):
        raise NotReady(f"no screen is named for clause {lacking[0]}")
    if strangers := sorted(set(SCREENS) - set(policy.clauses)):
        raise NotReady(f"the policy has no clause {strangers[0]}, but a screen names it")
    return SCREENS
