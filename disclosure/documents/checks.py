"""Whether a number or a code is one: dates, check signs, ranges.

Owns the checks of values on their own. Where in a text a value may stand is the business of
``detectors.py``.
"""

import ipaddress
import re
from datetime import date
from typing import Final

import phonenumbers

ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS: Final = "10X98765432"
CREDIT_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ISSUERS: Final = (
    (re.compile(r"62"), range(16, 20)),
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720)"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"35(2[89]|[3-8])|6011|64[4-9]|65"), (16,)),
    (re.compile(r"9558"), (19,)),
    (re.compile(r"50[123]8|5[68]\d\d|6304|67(59|6[1-3])"), range(16, 20)),
)
"""First digits of a card number, and the lengths that go with them."""
PROVINCES: Final = frozenset(
    (
        *(*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55)),
        *(*range(61, 66), 71, 81, 82),
    )
)
"""First two digits of an area of the PRC (GB/T 2260)."""
OLD_LENGTH: Final = 15
TOWNS: Final = frozenset((*range(35), *range(51, 54), 90))
"""Third and fourth digit of an area: cities, districts, and counties under a province."""
NATIONWIDE: Final = 10
OFFICES: Final = re.compile(r"1[1239]|2[19]|3[1-59]|41|49|5[1239]|6[129]|7[129]|8[19]|9[123]")
"""First two digits of a credit code without letters: who registers, and what."""
DOTS: Final = re.compile(r"\s?[\[({]?\s?(?:[.。]|dot)\s?[\])}]?\s?", re.IGNORECASE)
COUNTRIES: Final = ("GB", "DE", "FR", "TW", "JP", "AU")
"""Where a telephone number without a country's prefix may be of."""


def _compact(found: str) -> str:
    return "".join(sign for sign in found if sign.isalnum()).upper()


def is_identity_number(found: str) -> bool:
    """Check the date and the last sign of a resident identity number (GB 11643-1999).

    The old form of fifteen digits has no check sign; its area is checked instead.
    """
    number = _compact(found)
    if len(number) == OLD_LENGTH:
        return (
            int(number[:2]) in PROVINCES
            and is_day(f"19{number[6:12]}")
            and not is_card_number(number)
        )
    if not is_day(number[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, ID_WEIGHTS, strict=False))
    return ID_CHECKS[total % 11] == number[17]


def is_day(digits: str) -> bool:
    """Say whether eight digits are a day on which somebody who is alive may have been born."""
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return born.year >= 1900  # noqa: PLR2004  nobody who is alive was born before


def is_card_number(found: str) -> bool:
    """Check the issuer's first digits, the length and the Luhn sum of a card number."""
    number = _compact(found)
    if not any(first.match(number) and len(number) in lengths for first, lengths in ISSUERS):
        return False
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(number)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004


def is_credit_code(found: str) -> bool:
    """Check the last sign of a unified social credit code (GB 32100-2015)."""
    code = _compact(found)
    if any(sign not in CREDIT_SIGNS for sign in code):
        return False
    if code.isdecimal() and not _is_registered(code):
        return False
    total = sum(CREDIT_SIGNS.index(sign) * pow(3, at, 31) for at, sign in enumerate(code[:17]))
    return CREDIT_SIGNS[-total % 31] == code[17]


def _is_registered(code: str) -> bool:
    """Say whether a code without letters begins as the register begins one."""
    area, town = int(code[2:4]), int(code[4:6])
    known = area == NATIONWIDE or (area in PROVINCES and town in TOWNS)
    return known and bool(OFFICES.match(code))


def is_ip_address(found: str) -> bool:
    """Say whether this is an address of a host, however its dots are written."""
    plain = DOTS.sub(".", found.partition("/")[0]) if "." in found or "。" in found else found
    try:
        address = ipaddress.ip_address("".join(plain.partition("/")[0].split()))
    except ValueError:
        return False
    if address.version == 4:  # noqa: PLR2004  nothing is sent from 0.0.0.0/8
        return not str(address).startswith("0.")
    return any(len(group) > 2 for group in plain.split(":"))  # noqa: PLR2004  16:9::4:3 is a ratio


def is_telephone_abroad(found: str) -> bool:
    """Say whether a number with a country's prefix has a length that the country knows."""
    try:
        number = phonenumbers.parse(found, None)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_possible_number(number))


def is_national_telephone(found: str) -> bool:
    """Say whether a number without a country's prefix is in use in one of ``COUNTRIES``."""
    for country in COUNTRIES:
        try:
            number = phonenumbers.parse(found, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return True
    return False


def has_digits(found: str) -> bool:
    """Say whether there are at least two digits, as on every number plate and passport."""
    return sum(sign.isdecimal() for sign in found) >= 2  # noqa: PLR2004
