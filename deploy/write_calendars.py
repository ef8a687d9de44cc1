"""Write the calendars of ``disclosure/packs/calendars`` from the ``holidays`` library.

A development tool: run it when a government has published another year, read the difference,
commit it. The product itself reads only what was written. Run from the project's folder:
``.venv/bin/python deploy/write_calendars.py``.
"""  # noqa: INP001 - a script beside the units and samples, not a package

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import holidays
from holidays.countries.china import ChinaStaticHolidays

YEARS = range(2024, 2028)
TARGET = Path(__file__).resolve().parent.parent / "disclosure" / "packs" / "calendars"


@dataclass(frozen=True)
class Country:
    """Name one calendar to write.

    Attributes:
        code: ISO 3166 code, also the name of the file.
        language: In which the library names the days.
        source: Where the days are laid down.
        subdivision: The part of the country whose days are taken.
        also: Further codes that the calendar answers to.
    """

    code: str
    language: str
    source: str
    subdivision: str | None = None
    also: tuple[str, ...] = ()


COUNTRIES = (
    Country("CN", "zh_CN", "State Council, yearly notice on holiday arrangements"),
    Country("US", "en_US", "5 U.S.C. 6103"),
    Country("GB", "en_GB", "Banking and Financial Dealings Act 1971", "ENG", ("UK",)),
    Country("DE", "en_US", "Days off in all of Germany; stands in for the EU", also=("EU",)),
    Country("SG", "en_SG", "Holidays Act 1998, yearly list of the Ministry of Manpower"),
)


def known_years(country: Country) -> list[int]:
    """Return the years whose days are published and not the library's estimate."""
    if country.code == "CN":
        return [year for year in YEARS if year in ChinaStaticHolidays.special_public_holidays]
    return [
        year
        for year in YEARS
        if not any("estimated" in name for name in _calendar(country, [year]).values())
    ]


def as_toml(country: Country) -> str:
    """Return the text of one calendar file."""
    years = known_years(country)
    calendar = _calendar(country, years)
    days_off = {day: name for day, name in calendar.items() if day.year in years}
    worked = {day: "调休" for day in calendar.weekend_workdays if day.year in years}
    lines = [
        f"# Written by deploy/write_calendars.py from holidays {version('holidays')}.",
        f"source = {_quoted(country.source)}",
        f"country = {_quoted(country.code)}",
        f"also = [{', '.join(map(_quoted, country.also))}]",
        f"years = {years}",
        "",
        "[holidays]",
        *(f'"{day}" = {_quoted(days_off[day])}' for day in sorted(days_off)),
        "",
        "[make_up_days]",
        *(f'"{day}" = {_quoted(worked[day])}' for day in sorted(worked)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _calendar(country: Country, years: Iterable[int]) -> holidays.HolidayBase:
    return holidays.country_holidays(
        country.code, subdiv=country.subdivision, years=years, language=country.language
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    for each in COUNTRIES:
        (TARGET / f"{each.code.lower()}.toml").write_text(as_toml(each), "utf-8")
