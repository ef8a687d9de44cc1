"""The default masks of the field taxonomy: what of a value stays visible beside a release.

Owns one function for each mask name and nothing else; which field carries which mask is the
packs' business. A mask that cannot tell the parts of a value apart hides all of it. Must not
log, store or raise anything that carries the value. Look next at ``fields.py``.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import MappingProxyType

from disclosure.domain.places import city_of_address, city_of_place
from disclosure.errors import BadInput

HIDDEN = "***"
"""Stands for whatever was hidden; always three characters, so that it tells no length."""

MINIMUM_KEY_BYTES = 16
HASH_CHARACTERS = 16

_DOMAIN = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::\d{2}(?:[.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(r"((?:1[89]|20)\d{2})(?:\d{4}$|\D|$)")
_YEAR_LAST = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]((?:1[89]|20)\d{2})")


def mask(name: str, value: str, *, case_key: bytes) -> str | None:
    """Return what the named mask leaves of a value.

    Args:
        name: One of ``MASKS``.
        value: The value in clear; never raises for what it holds.
        case_key: The case's own secret, at least 16 bytes; only ``hash`` uses it.

    Returns:
        The masked text, or None where the value is removed altogether.

    Raises:
        BadInput: When there is no mask of that name.
    """
    if name == "hash":
        return _hash(value, case_key)
    if name not in _FUNCTIONS:
        raise BadInput(f"there is no mask {name!r}; use one of {', '.join(sorted(MASKS))}")
    return _FUNCTIONS[name](value)


def keep(value: str) -> str:
    """Return the value as it is."""
    return value


def remove(value: str) -> None:
    """Return nothing, whatever the value."""
    del value


def mask_email(value: str) -> str:
    """Return the first character of the mailbox and the domain: ``a***@d.tld``."""
    mailbox, _, domain = _plain(value).rpartition("@")
    if not _DOMAIN.fullmatch(domain):
        return HIDDEN
    visible = mailbox[0] if len(mailbox) > 1 and mailbox[0].isalnum() else ""
    return f"{visible}{HIDDEN}@{domain}"


def mask_phone(value: str) -> str:
    """Return the first 3 and the last 2 digits, with the ``+`` of an international number."""
    plain = _plain(value)
    digits = [str(unicodedata.decimal(character)) for character in plain if character.isdecimal()]
    sign = "+" if plain.startswith("+") else ""
    masked = _ends("".join(digits), first=3, last=2)
    return masked if masked == HIDDEN else sign + masked


def mask_name(value: str) -> str:
    """Return the first character, whatever the script: ``张***``, ``M***``."""
    return _ends(_letters_and_digits(value), first=1, last=0)


def mask_address(value: str) -> str:
    """Return the address down to its city: ``浙江省杭州市``, ``London, United Kingdom``."""
    return city_of_address(_plain(value)) or HIDDEN


def city(value: str) -> str:
    """Return a place down to its city; a place that already is a city and country stays."""
    return city_of_place(_plain(value)) or HIDDEN


def mask_id(value: str) -> str:
    """Return the first and the last character of an identity number."""
    return _ends(_letters_and_digits(value), first=1, last=1)


def last4(value: str) -> str:
    """Return the last four characters of an account number or reference."""
    return _ends(_letters_and_digits(value), first=0, last=4)


def mask_ip(value: str) -> str:
    """Return the network of an address: /24 for IPv4, /48 for IPv6."""
    text = _plain(value).partition("%")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return HIDDEN
    if isinstance(address, IPv6Address):
        # Both forms carry a whole IPv4 address, 6to4 within the 48 bits that would stay.
        address = _embedded(address) or address
    prefix = 24 if isinstance(address, IPv4Address) else 48
    return str(ip_network((address, prefix), strict=False))


def minute(value: str) -> str:
    """Return the leading ISO 8601 time to the minute; whatever follows it is cut."""
    found = _TIME.match(_plain(value))
    if found is None:
        return HIDDEN
    day, clock, offset = found.groups()
    kept = day if clock is None else f"{day}T{clock}{offset or ''}"
    try:
        datetime.fromisoformat(kept)
    except ValueError:
        return HIDDEN
    return kept


def year_only(value: str) -> str:
    """Return the year of a date."""
    plain = _plain(value)
    found = _YEAR_FIRST.match(plain) or _YEAR_LAST.fullmatch(plain)
    return found.group(1) if found else HIDDEN


def _hash(value: str, case_key: bytes) -> str:
    """Return a keyed digest: equal within the case, not comparable with any other case's."""
    if len(case_key) < MINIMUM_KEY_BYTES:
        raise ValueError(f"the case key needs at least {MINIMUM_KEY_BYTES} bytes")
    message = value.encode("utf-8", "surrogatepass")
    return hmac.new(case_key, message, hashlib.sha256).hexdigest()[:HASH_CHARACTERS]


def _ends(text: str, *, first: int, last: int) -> str:
    """Return both ends of a text, or nothing of it where that would show more than half."""
    if len(text) < 2 * (first + last):
        return HIDDEN
    return text[:first] + HIDDEN + text[len(text) - last :]


def _embedded(address: IPv6Address) -> IPv4Address | None:
    return address.ipv4_mapped or address.sixtofour


def _plain(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip()


def _letters_and_digits(value: str) -> str:
    return "".join(character for character in _plain(value) if character.isalnum())


_FUNCTIONS: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {
        "keep": keep,
        "mask_email": mask_email,
        "mask_phone": mask_phone,
        "mask_name": mask_name,
        "mask_address": mask_address,
        "mask_id": mask_id,
        "mask_ip": mask_ip,
        "minute": minute,
        "city": city,
        "year_only": year_only,
        "last4": last4,
        "remove": remove,
    }
)

MASKS = frozenset(_FUNCTIONS) | {"hash"}
"""Every mask name that a pack may give a field."""
