# ruff: noqa: RUF001 - letters that look like others are the subject of this module
"""Tell a registered sender's domain from a look-alike, a free mailbox and a stranger (V02).

Owns the comparison only; the register is the caller's. A match proves nothing about the person who
writes: genuine mailboxes are taken over too, so the call-back (V03) always follows.

Source: FBI Private Industry Notification of 2024-11-04 on fraudulent emergency data requests;
Unicode Technical Standard 39 (the idea of a skeleton, with a table for the scripts met here).
"""

import unicodedata
from collections.abc import Iterable

REGISTERED, LOOKALIKE, UNLISTED, FREE_MAIL = "registered", "lookalike", "unlisted", "free_mail"

FREE_MAIL_DOMAINS = frozenset(
    {
        "126.com",
        "139.com",
        "163.com",
        "189.cn",
        "aliyun.com",
        "foxmail.com",
        "gmail.com",
        "gmx.de",
        "gmx.net",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.com",
        "mail.ru",
        "naver.com",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "sina.com",
        "sohu.com",
        "tutanota.com",
        "yahoo.com",
        "yandex.ru",
        "yeah.net",
    }
)

_LOOKS_LIKE = str.maketrans(
    "аеорсухіјѕԁԛԝһкмтвнαεικνορτυχ0135689$γ",
    "aeopcyxijsdqwhkmtbhaeiknoptuxolesbbgsy",
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("i", "l"), ("j", "l"))
_SHORTEST_COMPARED = 5


def sender_domain(address: str) -> str:
    """Return the domain of an e-mail address in lower case, punycode decoded."""
    domain = address.rpartition("@")[2].strip().strip(".").lower()
    return ".".join(_decoded(label) for label in domain.split("."))


def classify_domain(domain: str, registered: Iterable[str]) -> str:
    """Say what a sender's domain is, compared with the domains of our own register.

    Args:
        domain: As ``sender_domain`` gives it; empty for a demand without an address.
        registered: Domains of the register; a subdomain of one counts as it.

    Returns:
        ``registered``, ``lookalike``, ``free_mail`` or ``unlisted``.
    """
    known = {sender_domain(each) for each in registered}
    if any(domain == each or domain.endswith("." + each) for each in known):
        return REGISTERED
    if any(_is_lookalike(domain, each) for each in known):
        return LOOKALIKE
    return FREE_MAIL if domain in FREE_MAIL_DOMAINS else UNLISTED


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _is_lookalike(domain: str, known: str) -> bool:
    labels = domain.split(".")
    tails = [".".join(labels[at:]) for at in range(len(labels))]
    if any(_skeleton(tail) == _skeleton(known) for tail in tails):
        return True
    if len(known) < _SHORTEST_COMPARED:
        return False
    return any(_one_slip_apart(tail, known) for tail in tails) or _holds_in_order(domain, known)


def _holds_in_order(domain: str, known: str) -> bool:
    """Tell whether the known domain's labels stand in a row inside a longer one."""
    labels = [_skeleton(label) for label in domain.replace("-", ".").split(".")]
    wanted = [_skeleton(label) for label in known.replace("-", ".").split(".")]
    width = len(wanted)
    return any(labels[at : at + width] == wanted for at in range(len(labels) - width + 1))


def _skeleton(domain: str) -> str:
    decomposed = unicodedata.normalize("NFKD", domain).casefold()
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    folded = bare.translate(_LOOKS_LIKE).replace("-", "").replace("_", "")
    for pair, single in _PAIRS:
        folded = folded.replace(pair, single)
    return folded


def _one_slip_apart(first: str, second: str) -> bool:
    """Tell whether one letter was changed, added, dropped, or two neighbours swapped."""
    if abs(len(first) - len(second)) > 1 or first == second:
        return False
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    rest, other = first[start:], second[start:]
    if rest[1:] == other[1:] or rest == other[1:] or rest[1:] == other:
        return True
    return rest[:2] == other[1::-1] and rest[2:] == other[2:]
