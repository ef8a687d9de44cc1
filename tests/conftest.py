"""Fixtures for every test: the fixed instant, the closed network and the real neighbours.

Owns how long a neighbour lives; ``services.py`` and ``chromium.py`` own how it runs. Nothing here
knows the application.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import redis

from tests import services


@pytest.fixture
def now() -> datetime:
    """Return the instant at which tests happen: Tuesday 24 November 2026, 10:00 in Shanghai."""
    return datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        services.allow_loopback_only(monkeypatch)
        yield


@pytest.fixture(scope="session")
def _redis_server() -> Iterator[str]:
    with services.redis_server() as url:
        yield url


@pytest.fixture
def redis_url(_redis_server: str) -> str:
    """Return the URL of a real, empty Redis."""
    with redis.Redis.from_url(_redis_server) as client:
        client.flushall()
    return _redis_server


@pytest.fixture(scope="session")
def _postgres_server() -> Iterator[str]:
    with services.postgres_server() as url:
        yield url


@pytest.fixture
def postgres_url(_postgres_server: str) -> Iterator[str]:
    """Give the SQLAlchemy URL of an empty PostgreSQL database, as its owner."""
    with services.postgres_database(_postgres_server) as url:
        yield url


@pytest.fixture
def smtp_server() -> Iterator[services.SmtpPeer]:
    """Give a mail server on the loopback that keeps what it accepts."""
    with services.smtp_peer() as peer:
        yield peer


@pytest.fixture
def dropping_smtp_server() -> Iterator[services.SmtpPeer]:
    """Give a mail server that takes a message and cuts the line before it answers."""
    with services.smtp_peer(drops=True) as peer:
        yield peer


@pytest.fixture(scope="session")
def _browser() -> Iterator[object]:
    from tests.chromium import running_browser

    with running_browser() as browser:
        yield browser


@pytest.fixture
def chromium(_browser) -> Iterator[object]:
    """Give a real Chromium; ``chromium.open_page(width=360, locale="zh-CN")`` opens pages.

    The test fails at its end if a script broke or the Content-Security-Policy refused anything.
    """
    from tests.chromium import Chromium

    browser = Chromium(_browser)
    yield browser
    browser.close()
    assert browser.broken == []
