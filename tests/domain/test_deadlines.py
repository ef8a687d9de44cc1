"""Working days, calendars and clocks."""

import runpy
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import disclosure
from disclosure.domain.deadlines import (
    Clock,
    DeadlineRule,
    DueDate,
    Stop,
    Unit,
    add_working_days,
    due_at,
    load_calendars,
    working_days_left,
)
from disclosure.errors import BadInput, NotReady

FOLDER = Path(disclosure.__file__).parent / "packs" / "calendars"
CALENDARS = load_calendars(FOLDER)
CN = CALENDARS["CN"]
SHANGHAI = ZoneInfo("Asia/Shanghai")
QUICK = settings(max_examples=60, deadline=None, database=None)
FIVE_WORKING_DAYS = DeadlineRule(5, Unit.WORKING_DAYS)
MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai; no holiday near."""


def in_shanghai(rule, received_at, stops=(), now=None):
    due = due_at(rule, received_at, stops, calendar=CN, zone=SHANGHAI, now=now)
    return due.at.astimezone(SHANGHAI)


def stop(began_days, ended_days=None):
    ended = None if ended_days is None else MONDAY + timedelta(days=ended_days)
    return Stop(MONDAY + timedelta(days=began_days), ended)


def test_make_up_working_days_are_worked():
    # 13, Saturday 14, 24, 25, 26 February; the days between are the Spring Festival.
    assert add_working_days(date(2026, 2, 12), 5, CN) == DueDate(
        date(2026, 2, 26), provisional=False
    )


def test_every_day_of_the_published_years_agrees_with_the_other_library():
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(366 + 365 + 365)]

    assert CN.years == {2024, 2025, 2026}
    assert [day for day in days if CN.is_working_day(day) != chinese_calendar.is_workday(day)] == []


def test_a_deadline_in_an_unpublished_year_is_provisional_and_counts_weekdays():
    assert add_working_days(date(2026, 12, 29), 5, CN) == DueDate(
        date(2027, 1, 5), provisional=True
    )


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("US", date(2026, 11, 26)),
        ("GB", date(2026, 8, 31)),
        ("UK", date(2026, 4, 6)),
        ("DE", date(2026, 5, 14)),
        ("EU", date(2026, 12, 25)),
        ("SG", date(2026, 8, 10)),
    ],
)
def test_each_country_has_its_own_days_off(code, day):
    calendar = CALENDARS[code]

    assert day.weekday() < 5
    assert not calendar.is_working_day(day)
    assert day.year in calendar.years


@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        (date(2026, 2, 12), date(2026, 2, 26), 5),
        (date(2026, 2, 26), date(2026, 2, 12), -5),
        (date(2026, 2, 16), date(2026, 2, 23), 0),
        (date(2026, 3, 2), date(2026, 3, 2), 0),
    ],
)
def test_days_left_and_days_late_are_counted_alike(today, due, left):
    assert working_days_left(today, due, CN) == left


@QUICK
@given(st.dates(date(2024, 1, 1), date(2026, 6, 1)), st.integers(1, 90))
def test_a_due_day_is_worked_and_as_many_working_days_away(start, days):
    due = add_working_days(start, days, CN)

    assert CN.is_working_day(due.date)
    assert working_days_left(start, due.date, CN) == days


def test_days_end_with_the_local_day():
    late_evening = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)  # already Tuesday in Shanghai

    assert in_shanghai(FIVE_WORKING_DAYS, MONDAY) == datetime(
        2026, 3, 9, 23, 59, 59, tzinfo=SHANGHAI
    )
    assert in_shanghai(FIVE_WORKING_DAYS, late_evening).date() == date(2026, 3, 10)


def test_calendar_days_count_days_off_too():
    assert in_shanghai(DeadlineRule(10, Unit.CALENDAR_DAYS), MONDAY).date() == date(2026, 3, 12)


def test_hours_are_exact():
    assert in_shanghai(DeadlineRule(72, Unit.HOURS), MONDAY) == MONDAY + timedelta(hours=72)


def test_a_daylight_saving_change_moves_no_calendar_day():
    due = due_at(
        DeadlineRule(3, Unit.CALENDAR_DAYS),
        datetime(2026, 3, 27, 12, 0, tzinfo=UTC),
        calendar=CALENDARS["EU"],
        zone=ZoneInfo("Europe/Berlin"),
    )

    assert due.at == datetime(2026, 3, 30, 21, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (FIVE_WORKING_DAYS, date(2026, 3, 11)),
        (DeadlineRule(5, Unit.CALENDAR_DAYS), date(2026, 3, 9)),
    ],
)
def test_days_on_which_the_clock_stood_are_not_counted(rule, expected):
    assert in_shanghai(rule, MONDAY, [stop(1, 3)]).date() == expected


def test_a_pause_within_one_day_moves_no_day_but_moves_hours():
    pause = [Stop(MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=4))]

    assert in_shanghai(FIVE_WORKING_DAYS, MONDAY, pause).date() == date(2026, 3, 9)
    assert in_shanghai(DeadlineRule(8, Unit.HOURS), MONDAY, pause) == MONDAY + timedelta(hours=11)


def test_overlapping_stops_count_once():
    stops = [stop(1, 3), stop(2, 4)]

    assert in_shanghai(DeadlineRule(100, Unit.HOURS), MONDAY, stops) == MONDAY + timedelta(
        hours=172
    )


def test_a_stop_after_the_deadline_moves_nothing():
    assert in_shanghai(DeadlineRule(8, Unit.HOURS), MONDAY, [stop(1, 3)]) == MONDAY + timedelta(
        hours=8
    )


def test_a_stop_that_lasts_pushes_the_deadline_ahead_of_it():
    standing = [stop(1)]
    rule = DeadlineRule(48, Unit.HOURS)

    assert in_shanghai(rule, MONDAY, standing) == MONDAY + timedelta(days=2)
    later = MONDAY + timedelta(days=10)
    assert in_shanghai(rule, MONDAY, standing, now=later) == MONDAY + timedelta(days=11)
    assert Clock(MONDAY, tuple(standing)).stands(later)


@QUICK
@given(
    st.sampled_from(Unit),
    st.integers(0, 40),
    st.lists(st.tuples(st.floats(0, 60), st.floats(0, 9)), max_size=4),
)
def test_a_stop_never_brings_a_deadline_forward(unit, amount, pairs):
    stops = [stop(began, began + length) for began, length in pairs]
    rule = DeadlineRule(amount, unit)

    assert in_shanghai(rule, MONDAY, stops) >= in_shanghai(rule, MONDAY)


def test_a_clock_tells_how_long_it_ran():
    clock = Clock(MONDAY, (stop(1, 3), stop(5)))

    assert clock.ran_for(MONDAY + timedelta(days=9)) == timedelta(days=3)
    assert clock.ran_for(MONDAY + timedelta(days=2)) == timedelta(days=1)
    assert not clock.stands(MONDAY + timedelta(days=3))


def test_a_stop_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match="cannot end before"):
        stop(3, 1)


@pytest.mark.parametrize(("amount", "unit"), [(-1, Unit.HOURS), (3661, Unit.WORKING_DAYS)])
def test_a_length_out_of_range_is_bad_input(amount, unit):
    with pytest.raises(BadInput, match="between 0 and"):
        DeadlineRule(amount, unit)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("country = ", "xx.toml"),
        ("years = [2026]", "country"),
        ('country = "XX"\nyears = ["2026"]', "years"),
        ('country = "XX"\nyears = [2026]\nalso = "YY"', "also"),
        ('country = "XX"\nyears = [2026]\n[holidays]\n"17 May" = "x"', "holidays"),
    ],
)
def test_a_calendar_that_is_none_is_named_with_its_key(tmp_path, content, named):
    (tmp_path / "xx.toml").write_text(content, "utf-8")

    with pytest.raises(NotReady, match=rf"^xx\.toml.*{named}|^{named}"):
        load_calendars(tmp_path)


def test_a_later_folder_replaces_a_country(tmp_path):
    (tmp_path / "cn.toml").write_text('country = "CN"\nyears = [2027]\n', "utf-8")

    assert load_calendars(FOLDER, tmp_path)["CN"].years == {2027}


def test_the_committed_calendars_are_what_the_writer_writes():
    writer = runpy.run_path(str(FOLDER.parents[2] / "deploy" / "write_calendars.py"))

    written = {f"{each.code.lower()}.toml": writer["as_toml"](each) for each in writer["COUNTRIES"]}
    assert written == {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.toml")}


def test_every_calendar_names_its_source():
    assert all(tomllib.loads(path.read_text("utf-8"))["source"] for path in FOLDER.glob("*.toml"))
