"""Where an address ends being a city: Chinese by the names of cities, others by country.

Owns the cut between a city and what lies inside it, for ``masking.py``. Only China's cities are
known by name (``cities.py``): an address whose parts are not certain yields less than its city,
or nothing.
"""

import re

from disclosure.domain.cities import COUNTY_CITIES, PREFECTURES

_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南"
    "|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
    "|重慶|遼寧|黑龍江|江蘇|廣東|貴州|雲南|陝西|甘肅|臺灣|台灣|內蒙古|廣西|寧夏|澳門"
)
_SUFFIX = "省|市|特别行政区|特別行政區|(?:壮族|壯族|回族|维吾尔|維吾爾)?自治[区區]"
_MUNICIPALITIES = ("北京", "天津", "上海", "重庆", "重慶", "香港", "澳门", "澳門")
_CITY = "|".join(sorted(PREFECTURES | COUNTY_CITIES, key=len, reverse=True))
# A city without its suffix counts only before a district, lest a road named after it be taken.
_SHORT_CITY = "|".join(
    sorted((name[:-1] for name in PREFECTURES if name.endswith("市")), key=len, reverse=True)
)
_CHINESE = re.compile(
    r"(?:中华人民共和国|中華人民共和國|中国|中國)?[\s,]*"
    rf"(?P<province>(?:{_PROVINCES})(?:{_SUFFIX})?)?[\s,]*"
    rf"(?P<city>{_CITY}|(?:{_SHORT_CITY})(?=[\s,]*[^\W路街道巷村镇鎮乡鄉]{{1,6}}?[区區县縣市]))?"
)
_POSTCODE = re.compile(r"^(?:\d{6}|\(\d{6}\))[\s,]*")
_HAN = re.compile(r"[\u3400-\u9fff]")

_COUNTRY_NAMES = """
argentina, australia, austria, belgium, brazil, bulgaria, canada, chile, china, colombia,
croatia, cyprus, czechia, czech republic, denmark, deutschland, egypt, england, españa,
estonia, finland, france, germany, greece, hong kong, hungary, india, indonesia, ireland,
israel, italia, italy, japan, kenya, latvia, lithuania, luxembourg, macao, malaysia,
malta, mexico, netherlands, new zealand, nigeria, northern ireland, norway, pakistan,
peru, philippines, poland, portugal, romania, russia, saudi arabia, scotland, singapore,
slovakia, slovenia, south africa, south korea, spain, sweden, switzerland, taiwan,
thailand, turkey, türkiye, uk, ukraine, united arab emirates, united kingdom,
united states, united states of america, usa, vietnam, wales, p.r. china, pr china, cn,
de, es, eu, fr, gb, hk, it, jp, nl, sg, us
"""
_COUNTRIES = frozenset(name.strip() for name in _COUNTRY_NAMES.split(","))
_INSIDE_A_CITY = re.compile(
    r"\b(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|terrace|close|court|ct|square|sq|way"
    r"|boulevard|blvd|place|pl|crescent|mews|row|walk|quay|jalan|lorong|rue|via|viale|calle"
    r"|flat|apt|apartment|suite|unit|room|floor|level|block|blk|building|bldg|tower|house"
    r"|cottage|villa|farm|estate|box|c/o)\b|(?:straße|strasse|str\.|weg|gasse|platz|allee|straat|laan)",
    re.IGNORECASE,
)
_REGION_CODE = re.compile(r"[A-Z]{2,3}")
_PARTS_OF_A_FULL_ADDRESS = 3


def city_of_address(text: str) -> str | None:
    """Return the city, region and country of an address, or as much of it as is certain.

    Args:
        text: A whole address, compatibility characters already folded (NFKC).

    Returns:
        None where not even a province or country can be told.
    """
    if _HAN.search(text):
        return _chinese_city(text)
    parts = _parts(text)
    # The first part of an address is its street; without one there may be no city either.
    return _foreign_city(parts[1:] if len(parts) >= _PARTS_OF_A_FULL_ADDRESS else parts[-1:])


def city_of_place(text: str) -> str | None:
    """Return the city, region and country of a place that may be no more than just those."""
    return _chinese_city(text) if _HAN.search(text) else _foreign_city(_parts(text))


def _chinese_city(text: str) -> str | None:
    found = _CHINESE.match(_POSTCODE.sub("", text))
    if found is None:
        return None
    province, city = found["province"] or "", found["city"] or ""
    if province.startswith(_MUNICIPALITIES):
        return province
    return province + city or None


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]


def _foreign_city(parts: list[str]) -> str | None:
    if not parts:
        return None
    country = _without_codes(parts[-1])
    if country.casefold() not in _COUNTRIES:
        return None
    kept = [country]
    for part in reversed(parts[:-1]):
        name = _without_codes(part)
        if not name or _INSIDE_A_CITY.search(part):
            break
        kept.insert(0, name)
        if not _REGION_CODE.fullmatch(name):
            break
    return ", ".join(kept)


def _without_codes(part: str) -> str:
    return " ".join(word for word in part.split() if not any(c.isdigit() for c in word))
