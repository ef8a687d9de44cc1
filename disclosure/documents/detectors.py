# ruff: noqa: RUF001  wide signs are what is looked for
"""How data about a person looks in a text: numbers, codes and addresses of the net, as one table.

Owns the patterns of what has a form of its own. A new kind is a row of ``DETECTORS``. Streets are
in ``places.py``, names in ``names.py``; how a text is made ready and what becomes of the matches is
the business of ``suggest.py``. Every repetition has a bound, so that no text costs more than its
length times a constant.
"""

import re
from typing import Final

from disclosure.documents.checks import (
    has_digits,
    is_card_number,
    is_credit_code,
    is_day,
    is_identity_number,
    is_ip_address,
    is_national_telephone,
    is_telephone_abroad,
)
from disclosure.documents.kinds import Detector, Kind, in_any_case
from disclosure.documents.names import NAMES
from disclosure.documents.places import PLACES

GAP: Final = r"[ \-\u2010-\u2015.·_]{0,2}"
BREAK: Final = r"[ \-\u2010-\u2015.·_]{0,2}\n?"
BEFORE: Final = r"(?<![0-9A-Za-z])"
AFTER: Final = r"(?![0-9A-Za-z])"
OPEN: Final = r"\s?[\[({<（【「]\s?"
CLOSE: Final = r"\s?[\])}>）】」]\s?"
HOSTS: Final = (
    r"(?=(?:qq|163|126|139|189|gmail|g-?mail|outlook|hotmail|live|yahoo|icloud|foxmail|sina|sohu|"
    r"aliyun|yeah|gmx|web|proton(?:mail)?|mail)\s?(?:\.|点|。|dot| dot )\s?[a-z])"
)
AT: Final = (
    rf"(?:\s?@\s?|{OPEN}(?:at|@|艾特){CLOSE}|\s?艾特\s?|#{HOSTS}| at {HOSTS}"
    r"| at (?=[a-z0-9\-]{2,40} dot [a-z]))"
)
DOT: Final = rf"(?:\s?\.\s?|。(?=[A-Za-z])|{OPEN}(?:dot|点|\.){CLOSE}|点(?=[A-Za-z])| dot )"
LOCAL: Final = r"[A-Za-zÀ-ɏ0-9._%+\-'’~]"
IP_DOT: Final = r"(?:\.\n?|。|\s?[\[({]\s?(?:\.|dot)\s?[\])}]\s?)"
DIGIT: Final = r"[0-9〇零一二三四五六七八九幺]"
PLATE_OF: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
VERSION: Final = re.compile(
    r"(?:\b(?:version|ver|v|build|release|firmware|section|sections|chapter|clause|article|para|"
    r"paragraph|rev|revision|sdk|kernel|driver)[.:]?\s{0,2}|[a-z]/|§\s?|"
    r"(?:版本|版本号|固件|固件版本|第|章|节|条款|附件)[:：]?\s?v?)$",
    re.IGNORECASE,
)
"""What stands before four numbers with dots that are no address."""
NO_QUAD: Final = r"(?!\d{1,3}(?:\.\d{1,3}){3}(?!\d))"
PHONE: Final = (
    r"(?:电话|手机|座机|固话|传真|热线|致电|拨打|"
    "(?<![A-Za-z])(?:tel|phone|telephone|telefon|mobile|mobil|cell|fax|handy|whatsapp|"
    "ruf|call|sms)"
    r"(?![A-Za-z]))"
)
PERMIT: Final = (
    r"(?:护照|通行证|回乡证|台胞证|旅行证|照号|"
    r"(?<![a-z])(?:passport|travel permit|travel document|reisepass|pass-nr|passeport|pasaporte))"
)
PLATED_LATIN: Final = in_any_case(
    "number[ -]plate|licen[cs]e[ -]plate|car[ -]plate|vehicle[ -]plate|plate|"
    "reg(?:istration)?|kennzeichen|kfz-kennzeichen|vrm|vrn|license tag"
)
PLATED: Final = rf"(?:车牌|号牌|车号|(?<![A-Za-z]){PLATED_LATIN}(?![A-Za-z]))"
UK_PLATE: Final = r"[A-HJ-PR-Y][A-HJ-PR-Y](?:0[2-9]|[12]\d|5[1-9]|[67]\d) [A-HJ-PR-Z]{3}"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _is_permit(found: str) -> bool:
    return has_digits(found) and not (len(found) == len("20261124") and is_day(found))


def _is_plate(found: str) -> bool:
    return has_digits(found) and any(sign.isalpha() for sign in found)


def _is_spelt_number(found: str) -> bool:
    return any("\u3007" <= sign <= "\u9fff" for sign in found)


NUMBERS: Final = (
    Detector(
        Kind.EMAIL,
        _pattern(
            rf"(?<![A-Za-z0-9._+\-])[A-Za-zÀ-ɏ0-9](?:{LOCAL}|{OPEN}dot{CLOSE}| dot ){{0,64}}{AT}"
            rf"[A-Za-zÀ-ɏ0-9][A-Za-zÀ-ɏ0-9\-]{{0,62}}(?:{DOT}[A-Za-z0-9\-]{{1,62}}){{0,5}}"
            rf"{DOT}[A-Za-z]{{2,24}}"
        ),
    ),
    Detector(
        Kind.IDENTITY_NUMBER,
        _pattern(rf"{BEFORE}[1-9](?:{BREAK}\d){{16}}{BREAK}[\dX]{AFTER}"),
        is_identity_number,
    ),
    Detector(
        Kind.IDENTITY_NUMBER,
        _pattern(rf"{BEFORE}[1-8]\d{{5}}[ \-]?\d{{6}}[ \-]?\d{{3}}{AFTER}"),
        is_identity_number,
    ),
    Detector(
        Kind.CREDIT_CODE,
        _pattern(
            rf"{BEFORE}[1-9A-HJ-NY]{GAP}[1-9](?:{GAP}\d){{6}}"
            rf"(?:{GAP}[0-9A-HJ-NPQRTUWXY]){{10}}{AFTER}"
        ),
        is_credit_code,
    ),
    Detector(
        Kind.BANK_CARD,
        _pattern(rf"{BEFORE}\d(?:{GAP}\d){{12,18}}{AFTER}"),
        is_card_number,
    ),
    Detector(
        Kind.TELEPHONE,
        _pattern(
            rf"(?<![0-9A-Za-z.])(?:\(?(?:\+|00)?{GAP}86\)?{GAP})?"
            rf"\(?{NO_QUAD}1[3-9]\d\)?(?:{GAP}\d){{8}}{AFTER}"
        ),
    ),
    Detector(
        Kind.TELEPHONE,
        _pattern(rf"(?<!{DIGIT})[1一幺]{DIGIT}(?:{GAP}{DIGIT}){{9}}(?!{DIGIT})"),
        _is_spelt_number,
    ),
    Detector(
        Kind.TELEPHONE,
        _pattern(
            r"(?<![0-9A-Za-z.])(?:(?:\+86[ \-]?)?\(?0?(?:10|2\d|[3-9]\d{2})\)?[ \-]|"
            rf"\(?0(?:10|2\d|[3-9]\d{{2}})\)?[ \-]?)[2-8](?:[ \-]?\d){{6,7}}{AFTER}"
        ),
    ),
    Detector(
        Kind.TELEPHONE,
        _pattern(r"(?<![0-9A-Za-z.\-])[48]00[ \-]?\d{3,4}[ \-]?\d{3,4}(?![ \-]?\d|[A-Za-z])"),
        lambda found: sum(sign.isdecimal() for sign in found) == len("4008208820"),
    ),
    Detector(
        Kind.TELEPHONE,
        _pattern(r"(?<![0-9A-Za-z+])\+[1-9](?:[ \-().]{0,2}\d){6,14}(?![0-9A-Za-z])"),
        is_telephone_abroad,
    ),
    Detector(
        Kind.TELEPHONE,
        _pattern(
            r"(?<![0-9A-Za-z.\-])(?!\d{5}-\d{4}(?!\d))\(?0\d{2,4}\)?[ \-/]{1,2}"
            r"\d{3,8}(?:[ \-]\d{2,4}){0,3}(?![0-9A-Za-z])"
        ),
        is_national_telephone,
    ),
    Detector(
        Kind.TELEPHONE,
        _pattern(
            r"(?<![0-9A-Za-z.\-+])(?:1[ .\-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .\-])"
            r"[2-9]\d\d[ .\-]\d{4}(?![0-9A-Za-z]|-\d)"
        ),
    ),
    Detector(
        Kind.TELEPHONE,
        _pattern(
            rf"{PHONE}[^\d\n+(。;；,，]{{0,12}}{NO_QUAD}"
            rf"([+(]?\d(?:[ \-().]{{0,2}}\d){{6,14}}){AFTER}"
        ),
    ),
    Detector(
        Kind.PASSPORT,
        _pattern(
            rf"{BEFORE}(?:[EGDSPHCMWTKL]\d{{8}}|(?:E[A-HJ-NP-Z]|[DSP]E|KJ)\d{{7}}|"
            rf"[EG] ?\d{{4}} ?\d{{4}}(?=护照)){AFTER}"
        ),
    ),
    Detector(
        Kind.PASSPORT,
        _pattern(
            rf"{PERMIT}[^\d\n。;；]{{0,24}}?(?<![A-Za-z0-9])"
            r"([A-Z]{0,2}[ \-]?\d{3,9}(?:[ \-]?\d{2,5}){0,2}|"
            rf"(?=[A-Z]{{0,5}}\d)[A-Z0-9]{{7,10}}){AFTER}"
        ),
        _is_permit,
    ),
    Detector(
        Kind.IP_ADDRESS,
        _pattern(
            rf"(?<![0-9A-Za-z.\-])\d{{1,3}}(?:{IP_DOT}\d{{1,3}}){{3}}(?:/\d{{1,2}})?"
            r"(?![0-9A-Za-z]|[.\-]\d)"
        ),
        is_ip_address,
        unless=VERSION,
    ),
    Detector(
        Kind.IP_ADDRESS,
        _pattern(
            r"(?:(?<![0-9A-Za-z:])|(?<=[^0-9A-F:]:)|(?<=v6:))[0-9A-F]{0,4}(?::[0-9A-F]{0,4}){1,7}"
            r"(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?:/\d{1,3})?(?![0-9A-Za-z:]|\.\d)"
        ),
        is_ip_address,
    ),
    Detector(
        Kind.PLATE,
        _pattern(
            rf"[{PLATE_OF}]\s?[A-HJ-NP-Z]{GAP}(?:[A-HJ-NP-Z0-9](?:{GAP}[A-HJ-NP-Z0-9]){{5}}|"
            rf"[A-HJ-NP-Z0-9](?:{GAP}[A-HJ-NP-Z0-9]){{3}}{GAP}[A-HJ-NP-Z0-9挂学警港澳领]){AFTER}"
        ),
        has_digits,
    ),
    Detector(Kind.PLATE, re.compile(rf"{BEFORE}{UK_PLATE}{AFTER}")),
    Detector(
        Kind.PLATE,
        re.compile(
            rf"{PLATED}[^\d\n。;；,，]{{0,16}}?(?<![A-Za-z0-9])"
            rf"([A-ZÄÖÜ0-9]{{1,4}}[ \-]{{0,2}}[A-Z0-9]{{2,4}}(?:[ \-][A-Z0-9]{{1,4}}[EH]?)?){AFTER}"
        ),
        _is_plate,
    ),
)
DETECTORS: Final = (*NUMBERS, *PLACES, *NAMES)
