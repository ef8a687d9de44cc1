"""Working days, calendars and clocks: when something is due, and how sure that is.

Owns the arithmetic of deadlines. Which deadline a case has is the packs' business; holidays are
read from ``packs/calendars``, which ``deploy/write_calendars.py`` writes. Must not read a clock.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from disclosure.errors import BadInput, NotReady

LONGEST_DAYS = 3660
SATURDAY = 5
ONE_DAY = timedelta(days=1)
LAST_SECOND = time(23, 59, 59)

Item = TypeVar("Item", int, str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Say which days are worked in one country.

    Attributes:
        country: ISO 3166 code.
        years: The years whose holidays have been published.
        holidays: Days off that would be worked, with what they are.
        make_up_days: Weekend days that are worked instead.
    """

    country: str
    years: frozenset[int]
    holidays: Mapping[date, str]
    make_up_days: Mapping[date, str]

    def is_working_day(self, day: date) -> bool:
        """Return whether people work that day; in an unknown year, on Monday to Friday."""
        return day in self.make_up_days or (day.weekday() < SATURDAY and day not in self.holidays)


@dataclass(frozen=True, slots=True)
class DueDate:
    """A day, and whether a calendar yet to be published may still move it."""

    date: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class DueTime:
    """An instant in UTC, and whether a calendar yet to be published may still move it."""

    at: datetime
    provisional: bool


class Unit(StrEnum):
    """How a deadline is counted."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """A length of time as a law, an instrument or the house states it.

    Raises:
        BadInput: When the amount is negative or longer than ten years.
    """

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        longest = LONGEST_DAYS * 24 if self.unit is Unit.HOURS else LONGEST_DAYS
        if not 0 <= self.amount <= longest:
            raise BadInput(f"a deadline must be between 0 and {longest} {self.unit}")


@dataclass(frozen=True, slots=True)
class Stop:
    """A time during which a clock stands, for instance while the requester has to answer.

    Attributes:
        began: First instant of the stop.
        ended: First instant after it; None while it lasts.
    """

    began: datetime
    ended: datetime | None = None

    def __post_init__(self) -> None:
        if self.ended is not None and self.ended < self.began:
            raise ValueError("a stop cannot end before it begins")


@dataclass(frozen=True, slots=True)
class Clock:
    """A running time with its stops.

    Attributes:
        start: When it began to run.
        stops: In any order; they may overlap.
    """

    start: datetime
    stops: tuple[Stop, ...] = ()

    def stands(self, now: datetime) -> bool:
        """Return whether the clock is stopped at an instant."""
        return any(
            stop.began <= now and (stop.ended is None or now < stop.ended) for stop in self.stops
        )

    def stopped_spans(self, now: datetime) -> list[tuple[datetime, datetime]]:
        """Return the stops after the start, merged and in order.

        Args:
            now: Where a stop that still lasts is cut.
        """
        spans: list[tuple[datetime, datetime]] = []
        for stop in sorted(self.stops, key=lambda stop: stop.began):
            began, ended = max(stop.began, self.start), stop.ended or max(now, stop.began)
            if ended <= began:
                continue
            if spans and began <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(ended, spans[-1][1]))
            else:
                spans.append((began, ended))
        return spans

    def ran_for(self, now: datetime) -> timedelta:
        """Return how long the clock has run, without its stops."""
        stopped = sum(
            (min(ended, now) - min(began, now) for began, ended in self.stopped_spans(now)),
            timedelta(),
        )
        return max(now - self.start, timedelta()) - stopped


def load_calendars(*folders: Path) -> Mapping[str, Calendar]:
    """Read the calendars of one or more folders; a later folder replaces a country's calendar.

    Returns:
        Calendar by country code and by each further code its file answers to (``EU``, ``UK``).

    Raises:
        NotReady: When a file is not a calendar; names the file and the key.
    """
    calendars: dict[str, Calendar] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            codes, calendar = _read_calendar(path)
            calendars.update(dict.fromkeys(codes, calendar))
    return MappingProxyType(calendars)


def add_working_days(start: date, days: int, calendar: Calendar) -> DueDate:
    """Return the day reached after a number of working days, the start not counted.

    Args:
        start: The day of receipt; any day.
        days: 0 to 3660; 0 is the start itself.
        calendar: Whose working days.

    Raises:
        BadInput: When ``days`` is out of range.
    """
    DeadlineRule(days, Unit.WORKING_DAYS)
    day, provisional = start, False
    while days:
        day += ONE_DAY
        provisional = provisional or day.year not in calendar.years
        if calendar.is_working_day(day):
            days -= 1
    return DueDate(day, provisional)


def working_days_left(today: date, due: date, calendar: Calendar) -> int:
    """Return the working days after today up to and with the due day; negative: days late."""
    if due < today:
        return -working_days_left(due, today, calendar)
    days = (today + ONE_DAY * number for number in range(1, (due - today).days + 1))
    return sum(calendar.is_working_day(day) for day in days)


def due_at(
    rule: DeadlineRule,
    received_at: datetime,
    stops: Sequence[Stop] = (),
    *,
    calendar: Calendar,
    zone: tzinfo,
    now: datetime | None = None,
) -> DueTime:
    """Return when a deadline ends.

    Args:
        rule: The length; days end with the last second of the local day.
        received_at: When the clock starts; its local day is not counted.
        stops: When the clock stood. Hours are extended by the exact time; a day is not counted
            if the clock stood when it ended, so that a pause within one day moves nothing.
        calendar: Whose working days.
        zone: Whose midnight.
        now: Where a stop that still lasts is cut; without it, at its beginning, which gives the
            earliest end that is still possible.
    """
    spans = Clock(received_at, tuple(stops)).stopped_spans(now or received_at)
    if rule.unit is Unit.HOURS:
        return DueTime(
            _after_hours(rule.amount, received_at, spans).astimezone(UTC), provisional=False
        )
    day, provisional, left = received_at.astimezone(zone).date(), False, rule.amount
    while left:
        day += ONE_DAY
        end = _end_of(day, zone)
        if rule.unit is Unit.WORKING_DAYS:
            provisional = provisional or day.year not in calendar.years
            if not calendar.is_working_day(day):
                continue
        if not any(began <= end < ended for began, ended in spans):
            left -= 1
    return DueTime(_end_of(day, zone), provisional)


def _after_hours(
    hours: int, start: datetime, spans: Sequence[tuple[datetime, datetime]]
) -> datetime:
    end = start + timedelta(hours=hours)
    for began, ended in spans:
        if began >= end:
            break
        end += ended - began
    return end


def _end_of(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, LAST_SECOND, tzinfo=zone).astimezone(UTC)


def _read_calendar(path: Path) -> tuple[tuple[str, ...], Calendar]:
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NotReady(f"{path.name}: not a readable TOML file: {error}") from error
    country = table.get("country")
    if not isinstance(country, str) or not country:
        raise NotReady(f"{path.name}: country must be an ISO 3166 code like CN")
    also = _list_of(str, table.get("also", []), f"{path.name}: also")
    calendar = Calendar(
        country=country,
        years=frozenset(_list_of(int, table.get("years"), f"{path.name}: years")),
        holidays=_days(path, table, "holidays"),
        make_up_days=_days(path, table, "make_up_days"),
    )
    return (country, *also), calendar


def _list_of(kind: type[Item], values: object, where: str) -> list[Item]:
    if not isinstance(values, list) or not all(type(value) is kind for value in values):
        raise NotReady(f"{where} must be a list of {kind.__name__} values")
    return values


def _days(path: Path, table: Mapping[str, object], key: str) -> Mapping[date, str]:
    days = table.get(key, {})
    if not isinstance(days, dict):
        raise NotReady(f"{path.name}: {key} must be a table of days and their names")
    try:
        read = {date.fromisoformat(day): str(name) for day, name in days.items()}
    except ValueError:
        raise NotReady(f"{path.name}: {key} holds a day that is not like 2026-02-17") from None
    return MappingProxyType(read)
