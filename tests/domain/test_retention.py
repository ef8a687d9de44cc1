"""The term of a case and what it comes to, as tables."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from disclosure.domain.catalogue import BUILT_IN, load_catalogue
from disclosure.domain.retention import (
    Ending,
    Retention,
    RetentionFacts,
    RetentionRule,
    retention_of,
    rule_for,
)
from disclosure.errors import NotReady

HOME = ZoneInfo("Asia/Shanghai")
NOW = datetime(2030, 1, 1, tzinfo=UTC)
OVER = NOW - timedelta(seconds=1)
RULES = load_catalogue().retention


def facts(**known) -> RetentionFacts:
    shown = {"ended": True, "keep_until": OVER, "held": False, "agreed": False, "destroyed": False}
    return RetentionFacts(**{**shown, **known})


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ({}, Retention.REVIEW),
        ({"keep_until": NOW}, Retention.REVIEW),
        ({"keep_until": NOW + timedelta(seconds=1)}, Retention.RETAIN),
        ({"keep_until": None}, Retention.RETAIN),
        ({"ended": False}, Retention.RETAIN),
        ({"held": True}, Retention.RETAIN),
        ({"agreed": True}, Retention.DESTROY),
        ({"agreed": True, "held": True}, Retention.RETAIN),
        ({"agreed": True, "ended": False}, Retention.RETAIN),
        ({"agreed": True, "keep_until": NOW + timedelta(days=1)}, Retention.RETAIN),
        ({"agreed": True, "destroyed": True}, Retention.ANONYMISED),
        ({"agreed": True, "destroyed": True, "held": True}, Retention.ANONYMISED),
    ],
)
def test_a_hold_and_an_open_case_beat_the_term(known, state):
    assert retention_of(facts(**known), NOW) is state


@pytest.mark.parametrize(
    ("ended", "years", "until"),
    [
        (datetime(2026, 11, 24, 2, tzinfo=UTC), 3, datetime(2029, 11, 24, 2, tzinfo=UTC)),
        (datetime(2028, 2, 29, 2, tzinfo=UTC), 3, datetime(2031, 2, 28, 16, tzinfo=UTC)),
        (datetime(2028, 2, 29, 2, tzinfo=UTC), 4, datetime(2032, 2, 29, 2, tzinfo=UTC)),
        (datetime(2026, 12, 31, 17, tzinfo=UTC), 3, datetime(2029, 12, 31, 17, tzinfo=UTC)),
    ],
)
def test_a_term_is_counted_in_calendar_years_at_home(ended, years, until):
    found = RetentionRule(years, "house").until(ended, HOME)

    assert found >= until or until - found <= timedelta(0)
    assert found.astimezone(HOME).date() == until.astimezone(HOME).date()


@pytest.mark.parametrize(
    ("ground", "ending", "years", "source"),
    [
        ("G3F", Ending.NOT_DISCLOSED, 3, "PIPL-56"),
        ("G3F", Ending.DISCLOSED, 3, "NDSR-12"),
        ("G3C", Ending.DISCLOSED, 5, "house"),
        ("G3C", Ending.NOT_DISCLOSED, 3, "PIPL-56"),
        ("G3C", Ending.FORGED, 5, "house"),
    ],
)
def test_the_closest_row_counts(ground, ending, years, source):
    assert rule_for(RULES, ground, ending) == RetentionRule(years, source)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ('ground = "G3C"\nending = "forged"\nyears = 2\nsource = "house"', "must be 3 to 100"),
        ('ground = "G3C"\nending = "lost"\nyears = 3\nsource = "house"', "must be one of"),
        ('ground = "G9Z"\nending = "*"\nyears = 3\nsource = "house"', "no ground 'G9Z'"),
        ('ground = "G3C"\nending = "*"\nyears = 3\nsource = "a law"', "no citation 'a law'"),
        ('ground = "G3C"\nending = "*"\nyears = true\nsource = "house"', "'years'"),
    ],
)
def test_a_bad_row_stops_the_start_and_is_named(tmp_path, row, says):
    (tmp_path / "own.toml").write_text(f"[[retention]]\n{row}\n")

    with pytest.raises(NotReady, match=r"own\.toml, line 1") as refusal:
        load_catalogue(BUILT_IN, tmp_path)

    assert says in refusal.value.message


def test_a_deployment_may_keep_for_longer_and_never_for_less_than_the_law(tmp_path):
    (tmp_path / "own.toml").write_text(
        '[[retention]]\nground = "*"\nending = "*"\nyears = 10\nsource = "house"\n'
    )

    rules = load_catalogue(BUILT_IN, tmp_path).retention
    assert rule_for(rules, "G3F", Ending.NOT_DISCLOSED).years == 10


def test_an_instant_keeps_its_own_zone():
    ended = datetime(2026, 11, 24, 2, tzinfo=timezone(timedelta(hours=1)))

    assert RetentionRule(3, "house").until(ended, HOME).utcoffset() == timedelta(hours=1)
