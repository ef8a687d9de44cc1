"""The made-up people of the demonstration marketplace.

Owns who they are. Nobody here exists, and no contact reaches anybody: mail addresses are in
``.example`` domains; phone numbers are in ranges kept for fiction (United States, United
Kingdom, Germany, France) or never given out (China 154, Singapore 5); identity and licence
numbers have right check characters in the region 990000, which China has not; card numbers begin
with 9990, which no bank has. Look next at ``marketplace.py``.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

STORAGE = {"CN": "CN", "US": "US", "GB": "UK", "DE": "EU", "FR": "EU", "SG": "SG"}
"""Country of the user -> region in which the platform stores the record."""

_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_LICENCE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LICENCE_MODULUS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One user of the marketplace.

    Attributes:
        account: Such as ``U-1001``; phone, identity and licence numbers follow from it.
        age: Whole years on the day on which the marketplace is built.
        business_name: Given for traders only.
        shares_phone_of: Account whose phone number this user gave too.
    """

    account: str
    username: str
    display_name: str
    real_name: str
    gender: str
    age: int
    country: str
    address: str
    business_name: str | None = None
    guardian_name: str | None = None
    deceased: bool = False
    cookies_refused: bool = False
    safety_flag: bool = False
    shares_phone_of: str | None = None

    @property
    def number(self) -> int:
        """Return the digits of the account."""
        return int(self.account.removeprefix("U-"))

    @property
    def storage(self) -> str:
        """Return the region in which the record is stored."""
        return STORAGE[self.country]

    @property
    def language(self) -> str:
        """Return the language of letters to this person."""
        return "zh" if self.country == "CN" else "en"

    @property
    def email(self) -> str:
        """Return a mail address that cannot exist."""
        return f"{self.username}@mail.example"

    @property
    def phone(self) -> str:
        """Return a phone number that belongs to nobody."""
        return phone_number(self.country, self.shares_phone_of or self.account)

    @property
    def licence_number(self) -> str | None:
        """Return a trader's licence number, None for others."""
        if self.business_name is None:
            return None
        return licence_number(self.number) if self.country == "CN" else f"HRX {self.number:06d}"

    def born(self, today: date) -> date:
        """Return the date of birth that makes the age right on a day."""
        month, day = self.number % 12 + 1, self.number % 27 + 1
        had_birthday = (month, day) <= (today.month, today.day)
        return date(today.year - self.age - (not had_birthday), month, day)

    def identity_number(self, today: date) -> str:
        """Return an identity number: a right check character, an impossible region."""
        if self.country != "CN":
            return f"X{self.number:08d}"
        order = self.number % 500 * 2 + (self.gender == "male")
        return with_check_character(f"990000{self.born(today):%Y%m%d}{order:03d}")


def phone_number(country: str, account: str) -> str:
    """Return the phone number of an account, in a range that is kept for fiction or unused."""
    number = int(account.removeprefix("U-"))
    return {
        "CN": f"+86 154 {number // 10000:04d} {number % 10000:04d}",
        "US": f"+1 415 555 01{number % 100:02d}",
        "GB": f"+44 7700 900{number % 1000:03d}",
        "DE": f"+49 30 23125{number % 1000:03d}",
        "FR": f"+33 1 99 00 {number // 100 % 100:02d} {number % 100:02d}",
        "SG": f"+65 5000 {number % 10000:04d}",
    }[country]


def with_check_character(digits: str) -> str:
    """Return the 17 digits of an identity number with their check character.

    Source: GB 11643-1999 (ISO 7064, MOD 11-2).
    """
    total = sum(
        int(digit) * weight for digit, weight in zip(digits, _IDENTITY_WEIGHTS, strict=True)
    )
    return digits + "10X98765432"[total % 11]


def licence_number(number: int) -> str:
    """Return a unified social credit code with right check characters in region 990000.

    Source: GB 32100-2015; the organisation code inside it, GB 11714-1997.
    """
    organisation = f"MA{number:06d}"
    values = [_ORGANISATION_ALPHABET.index(character) for character in organisation]
    total = sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True))
    code = f"91990000{organisation}{'0123456789X'[-total % 11]}"
    total = sum(
        _LICENCE_ALPHABET.index(character) * pow(3, place, _LICENCE_MODULUS)
        for place, character in enumerate(code)
    )
    return code + _LICENCE_ALPHABET[-total % _LICENCE_MODULUS]


def card_number(number: int) -> str:
    """Return a card number with a right check digit (Luhn) that no bank can have given out."""
    digits = f"9990{number:011d}"
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return digits + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def _people(rows: dict[str, dict[str, object]]) -> tuple[Person, ...]:
    return tuple(Person(account=account, **row) for account, row in rows.items())  # type: ignore[arg-type]  # the file is ours, a wrong key fails at once


CAST = _people(tomllib.loads((Path(__file__).parent / "people.toml").read_text("utf-8")))
"""Everybody on the marketplace, in the order of their accounts."""

PEOPLE = {person.account: person for person in CAST}
