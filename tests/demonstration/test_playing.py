"""The stage of the demonstration: its working hours and the order of its steps."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from disclosure.app import PACKS
from disclosure.demonstration import playing
from disclosure.demonstration.playing import CLOSES, OPENS, OfficeHours, Story, hours, play
from disclosure.domain.deadlines import load_calendars
from tests.app import Clock

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = load_calendars(PACKS / "calendars")["CN"]
MOMENTS = {
    "tuesday morning": datetime(2026, 11, 24, 2, 0, tzinfo=UTC),
    "monday, after midnight": datetime(2026, 11, 22, 16, 30, tzinfo=UTC),
    "saturday": datetime(2026, 11, 21, 5, 0, tzinfo=UTC),
    "national day": datetime(2026, 10, 5, 3, 0, tzinfo=UTC),
    "before the doors open": datetime(2026, 11, 24, 0, 30, tzinfo=UTC),
}


def office(now: datetime) -> OfficeHours:
    return OfficeHours(now, ZONE, CALENDAR)


def is_worked(moment: datetime) -> bool:
    local = moment.astimezone(ZONE)
    return CALENDAR.is_working_day(local.date()) and OPENS <= local.time() <= CLOSES


@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
def test_every_wait_ends_in_working_hours_and_never_after_now(now):
    hall = office(now)
    moment = hall.on(20, 9.0)
    while moment < hall.spans[-1][1]:
        later = hall.after(moment, hours(3.7))

        assert later > moment
        assert is_worked(later)
        moment = later
    assert moment <= now


@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
def test_counting_back_and_waiting_again_ends_at_the_last_working_moment(now):
    hall = office(now)
    begins = hall.before(hours(11))

    assert is_worked(begins)
    assert hall.after(begins, hours(11)) == hall.spans[-1][1]


def test_a_wait_goes_on_the_next_working_day():
    hall = office(MOMENTS["tuesday morning"])
    friday = datetime(2026, 11, 20, 17, 0, tzinfo=ZONE)

    assert hall.after(friday, hours(2)) == datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)


def test_days_are_counted_back_over_weekends_and_holidays():
    assert office(MOMENTS["tuesday morning"]).days[:2] == [date(2026, 11, 23), date(2026, 11, 20)]
    assert office(MOMENTS["national day"]).days[0] == date(2026, 9, 30)


class Hall:
    """What ``play`` needs of a stage."""

    def __init__(self, now: datetime) -> None:
        self.clock = Clock(now)
        self.office = office(now)
        self.seen: list[tuple[datetime, str]] = []

    def story(self, name: str, *waits: timedelta):
        for wait in waits:
            self.seen.append((self.clock.now, name))
            yield wait
        self.seen.append((self.clock.now, name))


@pytest.fixture
def hall(monkeypatch):
    monkeypatch.setattr(playing, "finish_jobs", lambda: None)  # the jobs have tests of their own
    return Hall(MOMENTS["tuesday morning"])


def test_the_earliest_step_of_all_stories_comes_first(hall):
    begins = hall.office.on
    one = Story(begins=begins(3, 9.0), steps=hall.story("long", hours(20), hours(1)))
    two = Story(begins=begins(2, 9.0), steps=hall.story("short", hours(1)))
    play(hall, [two, one])

    assert [name for _, name in hall.seen] == ["long", "short", "short", "long", "long"]
    assert hall.seen == sorted(hall.seen, key=lambda step: step[0])
    assert hall.clock.now == hall.office.now


def test_a_story_round_the_clock_goes_on_at_night(hall):
    begins = datetime(2026, 11, 24, 2, 0, tzinfo=ZONE)
    play(hall, [Story(begins=begins, steps=hall.story("night", hours(1)), round_the_clock=True)])

    assert hall.seen[-1][0].astimezone(ZONE).hour == 3
