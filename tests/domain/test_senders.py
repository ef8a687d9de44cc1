# ruff: noqa: RUF001 - letters that look like others are the subject of these tests
"""A sender's domain: ours, one that imitates ours, a free mailbox, or a stranger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.domain.senders import (
    FREE_MAIL,
    FREE_MAIL_DOMAINS,
    LOOKALIKE,
    REGISTERED,
    UNLISTED,
    classify_domain,
    sender_domain,
)

REGISTER = ("police.example.gov.cn", "court.gov.cn", "mps.gov.cn", "europol.example")

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,12}[a-z0-9])?", fullmatch=True).filter(
    lambda label: not label.startswith("xn--")
)
DOMAINS = st.lists(LABELS, min_size=2, max_size=4).map(".".join)


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("Wang@Police.Example.GOV.cn", "police.example.gov.cn"),
        ("a@b@court.gov.cn", "court.gov.cn"),
        (" x@court.gov.cn. ", "court.gov.cn"),
        ("court.gov.cn", "court.gov.cn"),
        ("x@xn--curt-55d.gov.cn", "cоurt.gov.cn"),
        ("x@xn--.gov.cn", ".gov.cn"),
        ("x@xn--ü.gov.cn", "xn--ü.gov.cn"),
        ("", ""),
    ],
)
def test_the_domain_of_an_address_is_read_in_small_letters_and_decoded(address, domain):
    assert sender_domain(address) == domain


@pytest.mark.parametrize(
    "domain",
    ["police.example.gov.cn", "court.gov.cn", "mail.court.gov.cn", "a.b.court.gov.cn"],
)
def test_a_domain_of_the_register_and_below_it_is_registered(domain):
    assert classify_domain(domain, REGISTER) == REGISTERED


IMITATIONS = [
    ("cоurt.gov.cn", "Cyrillic o"),
    ("сourt.gov.cn", "Cyrillic c"),
    ("pоlіcе.example.gov.cn", "three Cyrillic letters"),
    ("cουrt.gov.cn", "Greek omicron and upsilon"),
    ("ρolice.example.gov.cn", "Greek rho"),
    ("europοl.example", "Greek omicron"),
    ("c0urt.gov.cn", "zero for o"),
    ("po1ice.example.gov.cn", "one for l"),
    ("poIice.example.gov.cn".lower(), "i for l"),
    ("p0l1ce.example.gov.cn", "two digits"),
    ("ｃｏｕｒｔ.gov.cn", "full-width letters"),
    ("cóurt.gov.cn", "an accent"),
    (sender_domain("x@xn--curt-55d.gov.cn"), "punycode"),
    ("court-gov.cn", "hyphen for dot"),
    ("court-gov-cn.com", "hyphens inside a longer one"),
    ("courtgov.cn", "a dot left out"),
    ("courts.gov.cn", "one letter more"),
    ("cour.gov.cn", "one letter less"),
    ("couxt.gov.cn", "one letter changed"),
    ("cuort.gov.cn", "two letters swapped"),
    ("rnps.gov.cn", "rn for m"),
    ("rnp5.gov.cn", "rn for m and a digit"),
    ("court.gov.cn.evil.com", "known domain inside a longer one"),
    ("mail.court.gov.cn.evil.com", "the same below another label"),
    ("court.gov.co", "another end by one letter"),
]
"""Domain, and how it imitates one of the register."""


@pytest.mark.parametrize(("domain", "how"), IMITATIONS)
@pytest.mark.parametrize("below", ["", "mail.", "a.b."])
def test_a_look_alike_is_seen_also_below_other_labels(below, domain, how):
    assert classify_domain(below + domain, REGISTER) == LOOKALIKE, how


def test_a_known_domain_with_a_hyphen_is_seen_inside_a_longer_one():
    assert classify_domain("high-court.example.evil.com", ("high-court.example",)) == LOOKALIKE
    assert classify_domain("high.court.example", ("high-court.example",)) == LOOKALIKE


@pytest.mark.parametrize("domain", sorted(FREE_MAIL_DOMAINS))
def test_a_free_mailbox_is_told_apart(domain):
    assert classify_domain(domain, REGISTER) == FREE_MAIL


@pytest.mark.parametrize(
    "domain",
    ["lawfirm.example", "notcourt.org", "tax.gov.cn", "xcourt.gov.cn.example"],
)
def test_a_stranger_is_unlisted(domain):
    assert classify_domain(domain, REGISTER) == UNLISTED


def test_a_suffix_without_its_dot_is_not_below_the_register():
    assert classify_domain("evilcourt.gov.cn", REGISTER) == UNLISTED


def test_without_a_register_nobody_is_registered():
    assert classify_domain("court.gov.cn", ()) == UNLISTED
    assert classify_domain("qq.com", ()) == FREE_MAIL
    assert classify_domain("", REGISTER) == UNLISTED


def test_a_free_mailbox_on_the_register_counts_as_registered():
    assert classify_domain("qq.com", ("qq.com",)) == REGISTERED


def test_a_very_short_known_domain_is_not_compared_by_slips():
    assert classify_domain("b.cn", ("a.cn",)) == UNLISTED
    assert classify_domain("а.cn", ("a.cn",)) == LOOKALIKE


@given(known=st.lists(DOMAINS, min_size=1, max_size=5), data=st.data())
def test_a_registered_domain_is_never_a_look_alike(known, data):
    domain = data.draw(st.sampled_from(known))
    below = data.draw(LABELS)

    assert classify_domain(sender_domain("x@" + domain.upper()), known) == REGISTERED
    assert classify_domain(f"{below}.{domain}", known) == REGISTERED


@given(known=DOMAINS.filter(lambda domain: len(domain) >= 5), data=st.data())
def test_two_neighbours_swapped_are_never_a_stranger(known, data):
    at = data.draw(st.integers(0, len(known) - 2))
    swapped = known[:at] + known[at + 1] + known[at] + known[at + 2 :]

    assert classify_domain(swapped, [known]) in {REGISTERED, LOOKALIKE}


@given(st.text(max_size=60))
def test_any_address_at_all_gets_an_answer(address):
    answer = classify_domain(sender_domain(address), REGISTER)

    assert answer in {REGISTERED, LOOKALIKE, FREE_MAIL, UNLISTED}
