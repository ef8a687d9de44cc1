"""Turn templates into the texts that leave: documents to be printed, letters to be mailed.

Owns the template environment outside of the web pages, and how times, days and sizes are written.
Every template escapes; none fetches anything.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

TEMPLATES = Path(__file__).parents[2] / "templates"
_LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}
_KILO = 1024


def local_time(moment: datetime, zone: ZoneInfo, language: str = "en") -> str:
    """Write an instant in the house's zone, with the zone: ``24 Nov 2026 09:42 (UTC+8)``."""
    local = moment.astimezone(zone)
    minutes = int((local.utcoffset() or local - local).total_seconds()) // 60
    offset = f"UTC{minutes // 60:+d}" + (f":{minutes % 60:02d}" if minutes % 60 else "")
    shown = format_datetime(local, _pattern(language, clock=True), locale=_LOCALES[language])
    return f"{shown} ({offset})"


def local_date(moment: datetime | date, zone: ZoneInfo, language: str = "en") -> str:
    """Write a day: ``24 Nov 2026`` or ``2026年11月24日``."""
    day = moment.astimezone(zone).date() if isinstance(moment, datetime) else moment
    return format_date(day, _pattern(language, clock=False), locale=_LOCALES[language])


def _pattern(language: str, *, clock: bool) -> str:
    day = "y年M月d日" if language == "zh" else "d MMM y"
    return f"{day} HH:mm" if clock else day


def file_size(size: int) -> str:
    """Write a size in bytes for people: ``241.9 kB``."""
    if size < _KILO:
        return f"{size} bytes"
    if size < _KILO * _KILO:
        return f"{size / _KILO:.1f} kB"
    return f"{size / _KILO / _KILO:.1f} MB"


@lru_cache
def _environment(zone: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    where = ZoneInfo(zone)
    environment.filters["localtime"] = lambda m, lang="en": local_time(m, where, lang)
    environment.filters["localdate"] = lambda m, lang="en": local_date(m, where, lang)
    environment.filters["filesize"] = file_size
    return environment


def fill(template: str, zone: str, values: Mapping[str, object]) -> str:
    """Fill a template of ``templates/`` and return the text.

    Args:
        template: Path below ``templates/``; ``.html`` escapes, ``.txt`` does not.
        zone: IANA name of the zone in which times are shown.
        values: What the template uses; an unknown name is an error.
    """
    return _environment(zone).get_template(template).render(**values)
