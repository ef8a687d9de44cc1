# ruff: noqa: RUF001  wide signs are what is looked for
"""The kinds of data about a person that a text may hold: patterns and checks, as one table.

Owns the kinds and how each looks. A new kind is a row of ``DETECTORS``. How a text is made ready
and what becomes of the matches is the business of ``suggest.py``.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
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
    (re.compile(r"35(2[89]|[3-8])|6011|65"), (16,)),
)
"""First digits of a card number, and the lengths that go with them."""


class Kind(Enum):
    """What a suggestion looks like; the value is stable."""

    EMAIL = "email"
    TELEPHONE = "telephone"
    IDENTITY_NUMBER = "identity-number"
    PASSPORT = "passport"
    BANK_CARD = "bank-card"
    CREDIT_CODE = "credit-code"
    IP_ADDRESS = "ip-address"
    PLATE = "plate"
    ADDRESS = "address"
    KNOWN_PERSON = "known-person"
    OTHER_PERSON = "other-person"

    @property
    def label(self) -> str:
        """Return the words that people read."""
        return LABELS[self]


LABELS: Final = {
    Kind.EMAIL: "E-mail address",
    Kind.TELEPHONE: "Telephone number",
    Kind.IDENTITY_NUMBER: "PRC identity number",
    Kind.PASSPORT: "Passport or travel permit number",
    Kind.BANK_CARD: "Bank card number",
    Kind.CREDIT_CODE: "Unified social credit code",
    Kind.IP_ADDRESS: "IP address",
    Kind.PLATE: "Number plate",
    Kind.ADDRESS: "Postal address",
    Kind.KNOWN_PERSON: "Known person of the case",
    Kind.OTHER_PERSON: "Other person (S06)",
}


@dataclass(frozen=True, slots=True)
class Detector:
    """A pattern, and the check that a match of it has to pass."""

    kind: Kind
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]


def _compact(found: str) -> str:
    return "".join(sign for sign in found if sign.isalnum()).upper()


def is_identity_number(found: str) -> bool:
    """Check the date and the last sign of a resident identity number (GB 11643-1999)."""
    number = _compact(found)
    if not _is_birthday(number[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, ID_WEIGHTS, strict=False))
    return ID_CHECKS[total % 11] == number[17]


def _is_birthday(digits: str) -> bool:
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
    if any(sign not in CREDIT_SIGNS for sign in code) or code.isdecimal():
        return False
    total = sum(CREDIT_SIGNS.index(sign) * pow(3, at, 31) for at, sign in enumerate(code[:17]))
    return CREDIT_SIGNS[-total % 31] == code[17]


def _is_ip(found: str) -> bool:
    try:
        ipaddress.ip_address(found.strip())
    except ValueError:
        return False
    return True


def _always(_found: str) -> bool:
    return True


def _is_foreign_number(found: str) -> bool:
    try:
        number = phonenumbers.parse(found, None)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_possible_number(number))


GAP: Final = r"[ \-\u2010-\u2015.·]?"
BEFORE: Final = r"(?<![0-9A-Za-z])"
AFTER: Final = r"(?![0-9A-Za-z])"
AT: Final = r"\s?(?:@|\[\s?at\s?\]|\(\s?at\s?\)|（\s?at\s?）| at )\s?"
DOT: Final = r"\s?(?:\.|\[\s?dot\s?\]|\(\s?dot\s?\)|（\s?dot\s?）| dot )\s?"
PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
HAN: Final = r"[\u4e00-\u9fff]"
STREETS: Final = "路|街|大道|道|巷|弄|胡同|里|村|镇|乡|小区|花园|新村|公寓|大厦|广场|苑"
HOUSES: Final = "号楼|号院|号|弄|栋|幢|座|单元|室|楼|层"
WAYS: Final = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Square|Place|Terrace"
)
SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆"
    "汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔向汤"
)
SIR: Final = "先生|女士|小姐|太太|老师|师傅|经理|律师|医生|阿姨"
NAMED: Final = "姓名|联系人|收件人|收货人|寄件人|买家|卖家|户名|持卡人|投诉人|当事人|申请人|开户人"
CALLED: Final = (
    "Name|Buyer|Seller|Contact|Recipient|Consignee|Account holder|Cardholder|Attn|Addressee"
)
ENDED: Final = rf"(?:(?!{HAN})|(?=谢谢|请|您|的))"
LATIN_NAME: Final = r"[A-Z][a-z'’\-]+(?:[ \-][A-Z][a-z'’\-]+){1,3}"

DETECTORS: Final = (
    Detector(
        Kind.EMAIL,
        re.compile(
            rf"(?<![A-Za-z0-9._+\-])[A-Za-z0-9][A-Za-z0-9._%+\-]*{AT}"
            rf"[A-Za-z0-9][A-Za-z0-9\-]*(?:{DOT}[A-Za-z0-9\-]+)*{DOT}[A-Za-z]{{2,}}",
            re.IGNORECASE,
        ),
        _always,
    ),
    Detector(
        Kind.IDENTITY_NUMBER,
        re.compile(rf"{BEFORE}[1-9](?:{GAP}\d){{16}}{GAP}[\dXx]{AFTER}"),
        is_identity_number,
    ),
    Detector(
        Kind.CREDIT_CODE,
        re.compile(rf"{BEFORE}[1-9A-HJ-NY](?:{GAP}[0-9A-HJ-NPQRTUWXY]){{17}}{AFTER}"),
        is_credit_code,
    ),
    Detector(
        Kind.BANK_CARD,
        re.compile(rf"{BEFORE}\d(?:{GAP}\d){{12,18}}{AFTER}"),
        is_card_number,
    ),
    Detector(
        Kind.TELEPHONE,
        re.compile(rf"(?<![0-9A-Za-z.])(?:\(?(?:\+|00){GAP}86\)?{GAP})?\(?1[3-9]\d\)?(?:{GAP}\d){{8}}{AFTER}"),
        _always,
    ),
    Detector(
        Kind.TELEPHONE,
        re.compile(
            rf"(?<![0-9A-Za-z.])(?:(?:\+86[ \-]?)?\(?0?(?:10|2\d|[3-9]\d{{2}})\)?[ \-]|"
            rf"\(?0(?:10|2\d|[3-9]\d{{2}})\)?[ \-]?)[2-8](?:[ \-]?\d){{6,7}}{AFTER}"
        ),
        _always,
    ),
    Detector(
        Kind.TELEPHONE, re.compile(rf"{BEFORE}[48]00[ \-]?\d{{3}}[ \-]?\d{{4}}{AFTER}"), _always
    ),
    Detector(
        Kind.TELEPHONE,
        re.compile(rf"(?<![0-9A-Za-z+])\+[1-9](?:[ \-().]{{0,2}}\d){{6,14}}{AFTER}"),
        _is_foreign_number,
    ),
    Detector(
        Kind.PASSPORT,
        re.compile(rf"{BEFORE}(?:[EGDSPHCM]\d{{8}}|E[A-HJ-NP-Z]\d{{7}}){AFTER}"),
        _always,
    ),
    Detector(
        Kind.PASSPORT,
        re.compile(
            r"(?:(?<=passport )|(?<=passport: )|(?<=passport no )|(?<=passport no. )|"
            r"(?<=passport number )|(?<=护照)|(?<=护照号)|(?<=护照号码)|(?<=护照：)|(?<=护照号：)|"
            rf"(?<=护照号码：))\s?[A-Z]{{0,2}}\d{{6,9}}{AFTER}",
            re.IGNORECASE,
        ),
        _always,
    ),
    Detector(
        Kind.IP_ADDRESS,
        re.compile(
            r"(?<![0-9A-Za-z.\-])(?<![Vv]ersion )(?<!版本)(?<!版本 )(?<!section )(?<!Section )"
            r"\d{1,3}(?:\.\d{1,3}){3}(?![0-9A-Za-z]|\.\d)"
        ),
        _is_ip,
    ),
    Detector(
        Kind.IP_ADDRESS,
        re.compile(r"(?<![0-9A-Za-z:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:])"),
        lambda found: _is_ip(found) and any(sign.isalnum() for sign in found),
    ),
    Detector(
        Kind.PLATE,
        re.compile(
            rf"[{PROVINCES}][A-HJ-NP-Z]{GAP}(?:[A-HJ-NP-Z0-9]{{6}}|[A-HJ-NP-Z0-9]{{4}}"
            rf"[A-HJ-NP-Z0-9挂学警港澳领]){AFTER}"
        ),
        lambda found: sum(sign.isdecimal() for sign in found) >= 2,  # noqa: PLR2004  a plate has digits
    ),
    Detector(
        Kind.ADDRESS,
        re.compile(
            rf"(?:{HAN}{{2,7}}(?:省|自治区|特别行政区))?(?:{HAN}{{2,6}}市)?(?:{HAN}{{1,6}}(?:区|县|旗|市))?"
            rf"(?:{HAN}{{1,7}}(?:镇|乡|街道))?{HAN}{{1,8}}(?:{STREETS})\s?"
            rf"[0-9一二三四五六七八九十百\-]+\s?(?:{HOUSES})"
            rf"(?:\s?[0-9A-Za-z一二三四五六七八九十\-]+\s?(?:{HOUSES}))*(?:\s?\d{{3,4}}(?!\d))?"
        ),
        _always,
    ),
    Detector(
        Kind.ADDRESS,
        re.compile(
            rf"(?:(?:Room|Flat|Unit|Apt\.?|Suite)\s?[0-9A-Z\-]+,?\s+)?(?:No\.?\s?)?"
            rf"{BEFORE}\d{{1,5}}[A-Za-z]?,?\s+(?:[A-Z][A-Za-z'’.]+\s+){{1,4}}(?:{WAYS})(?![A-Za-z])\.?"
            r"(?:,\s(?:Apt\.?|Flat|Unit|Suite|Room)\s?[0-9A-Z\-]+)?"
        ),
        _always,
    ),
    Detector(
        Kind.OTHER_PERSON,
        re.compile(rf"(?<!谢)(?!谢谢)[{SURNAMES}]{HAN}{{0,2}}(?={SIR})"),
        _always,
    ),
    Detector(
        Kind.OTHER_PERSON,
        re.compile(rf"(?<=[：:])(?<!\d[：:])\s?[{SURNAMES}]{HAN}{{1,2}}{ENDED}"),
        _always,
    ),
    Detector(
        Kind.OTHER_PERSON,
        re.compile(rf"(?:{NAMED})(?:是|为|叫)?[：:]?\s?([{SURNAMES}]{HAN}{{1,2}})(?!{HAN})"),
        _always,
    ),
    Detector(
        Kind.OTHER_PERSON,
        re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? ([A-Z][a-z'’\-]+(?: [A-Z][a-z'’\-]+){0,2})"),
        _always,
    ),
    Detector(
        Kind.OTHER_PERSON,
        re.compile(rf"\b(?i:{CALLED})(?i: name)?(?: is)?\s?[:：]?\s({LATIN_NAME})"),
        _always,
    ),
)  # fmt: skip
