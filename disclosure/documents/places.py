# ruff: noqa: RUF001  wide signs are what is looked for
"""How a postal address looks in Chinese, English, German and French.

Owns the words for streets and houses. Every pattern hangs on such a word next to a number; what
stands before a Chinese street (province, town, district) is reached for from there, so that long
texts without addresses cost little.
"""

import re
from typing import Final

from disclosure.documents.kinds import Detector, Kind

HAN: Final = r"[\u4e00-\u9fff]"
FARTHEST: Final = 28
"""How many signs before a Chinese street name may belong to the address."""
STREET: Final = (
    "(?:大道|大街|胡同|公路|社区|[街巷弄径坊村屯庄]|(?<![一线思套网电出后走上])路|"
    "(?<![知报频通渠味管轨])道|(?<![这那哪家店箱子库包袋手心盒])里)"
)
STRETCH: Final = r"(?:[东南西北中上下]?[一二三四五六七八九十\d]{0,3}[段路街巷]?)"
COUNT: Final = (
    r"(?:[甲乙丙丁附]?(?:\d{1,5}|"
    r"[一二三四五六七八九十百零]{1,5})(?:[\-之—]\d{1,4})?[A-Za-z甲乙丙丁]?)"
)
HOUSE: Final = (
    r"(?:号楼|号院|大院|支弄|单元|号(?![线店码])|弄|栋|幢|座|室|楼|层|门|巷|户|房|组|院|期)"
)
ESTATE: Final = (
    "(?:小区|花园|新村|公寓|大厦|广场|中心|家园|公馆|宿舍|校区|产业园|园区|苑|城|府|庄园|别墅|"
    "商厦|写字楼)"
)
UNIT: Final = rf"(?:\s?(?:{COUNT}|[A-Z])\s?{HOUSE}|\s?[A-Za-z][座塔栋幢区])"
TAIL: Final = (
    rf"(?:{UNIT}|附{COUNT}号|"
    rf"[\s,]?{HAN}{{2,10}}?{ESTATE}(?=\s?[\dA-Z一二三四五六七八九十]{{1,4}}\s?[号弄栋幢座"
    "室楼层期门单塔]))"
)
INTRODUCED: Final = re.compile(
    "(?:地址|住址|住所|户籍地|户籍|籍贯|收货地|派送|请寄|寄到|寄往|寄至|送到|送至|发到|发往|放到|"
    r"家住|现住|居住|住在|住|位于|邮寄|快递|在|到|于|至|是|为|寄|送|搬|我家|[^\u4e00-\u9fff0-9])"
)
WAY: Final = (
    "(?:Street|St|Road|Rd|Avenue|Ave|Av|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Square|Sq|"
    "Place|Pl|Terrace|Crescent|Cres|Close|Gardens|Grove|Hill|Mews|Row|Parade|Walk|Highway|Hwy|"
    "Parkway|Pkwy|Circle|Cir|Trail|Quay|Rise|Wharf|Embankment)"
)
PART: Final = (
    r"(?:Room|Rm|Flat|Unit|Apt|Apartment|Suite|Ste|Building|Bldg|Block|Floor|Fl|Lane|House|Tower)"
)
ROOM: Final = rf"\b{PART}\.?\s?[0-9A-Z\-]{{1,6}},?\s"
WORD: Final = r"[A-Z][\w'’\-]{0,24}\.?"
TOWN: Final = (
    r"(?:,?\s(?:[A-Z][a-z]{1,24},?\s){0,2}(?:[A-Z]{2}\s\d{5}(?:-\d{4})?|"
    r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}))?"
)
AFTERWARDS: Final = rf"(?:,?\s(?:{PART}\.?|#)\s?[0-9A-Z\-]{{1,6}}){{0,3}}{TOWN}"


def _whole(stream: str, start: int) -> int:
    """Return where the address begins whose street name ends at a place."""
    near = stream[max(0, start - FARTHEST) : start]
    cut = max((found.end() for found in INTRODUCED.finditer(near)), default=0)
    return start - len(near) + cut


PLACES: Final = (
    Detector(
        Kind.ADDRESS,
        re.compile(
            rf"(?<={HAN}){STREET}{STRETCH}\s?{COUNT}\s?{HOUSE}"
            rf"{TAIL}{{0,8}}(?:\s?\d{{3,4}}(?!\d))?"
        ),
        reach=_whole,
    ),
    Detector(
        Kind.ADDRESS,
        re.compile(
            rf"(?<={HAN}){ESTATE}{UNIT}{{2,6}}(?:\s?\d{{3,4}}(?!\d))?|"
            rf"(?<={HAN}){ESTATE}{COUNT}[栋幢]"
        ),
        reach=_whole,
    ),
    Detector(
        Kind.ADDRESS,
        re.compile(
            r"(?:(?<=[\u4e00-\u9fff])\d{0,6}(?:邮政)?信箱\s?\d{1,5}(?:号|分箱)?|"
            r"\d{1,6}号?信箱(?:\d{1,5}分箱)?)"
        ),
        reach=_whole,
    ),
    Detector(
        Kind.ADDRESS,
        re.compile(
            r"(?=[\dABFHLNRSTU])"
            rf"(?:(?:{ROOM}){{0,4}}(?:No\.?\s?)?(?<![0-9A-Za-z.])\d{{1,5}}[A-Za-z]?"
            rf"(?:[\-/]\d{{1,4}})?,?\s|(?:{ROOM}){{1,4}})"
            rf"(?:{WORD}\s){{1,4}}{WAY}(?![A-Za-z])\.?{AFTERWARDS}"
        ),
    ),
    Detector(
        Kind.ADDRESS,
        re.compile(
            r"\b(?:G?P\.?\s?O\.?\s?Box|Post Office Box|Postfach|"
            r"Private Bag)\s?#?\s?\d[\d ]{0,6}\d?\b",
            re.IGNORECASE,
        ),
    ),
    Detector(
        Kind.ADDRESS,
        re.compile(
            r"\b(?:[A-ZÄÖÜ][\w\-]{1,24}[ \-])?(?:[A-ZÄÖÜ][a-zäöüß\-]{1,24}(?:stra(?:ß|ss)e|str\.|"
            r"weg|platz|allee|gasse|ring|ufer|damm|markt|steig|chaussee)|Stra(?:ß|ss)e|Str\.|Platz|"
            r"Allee|Weg|Gasse|Ring|Damm)\s\d{1,4}\s?[a-z]?\b(?:,\s\d{5}\s[A-ZÄÖÜ][a-zäöüß]{1,24})?"
        ),
    ),
    Detector(
        Kind.ADDRESS,
        re.compile(
            r"\b(?:Am|An der|An den|Im|In der|Auf dem|Auf der|Zum|Zur|Unter den|Beim|Alte|"
            r"Alter)(?:\s[A-ZÄÖÜ][a-zäöüß]{1,20}){1,3}\s\d{1,4}\s?[a-z]?,\s\d{5}\b(?:\s[A-ZÄÖÜ][a-zäöüß]{1,24})?"
        ),
    ),
    Detector(
        Kind.ADDRESS,
        re.compile(
            r"(?<![\d.])\d{1,4}(?:\s?(?:bis|ter))?,?\s(?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Cc]hemin|"
            r"[Pp]lace|[Ii]mpasse|[Qq]uai)\s(?:de la |de l['’]|du |des |de |"
            r"d['’])?[A-ZÀ-Ý][\w'’\-]{1,24}(?:\s[A-ZÀ-Ý][\w'’\-]{1,24}){0,3}"
        ),
    ),
)
