"""The application for tests: a real instance folder, database, marketplace and clock that is set.

``make_app`` builds everything from scratch in a second; the prepared instance is copied from one
that is made once per process.
"""

import shutil
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from flask import Flask

from disclosure.app import create_app, prepare
from disclosure.config import Settings, load_settings
from disclosure.demonstration.marketplace import install_marketplace
from disclosure.domain.access import Role
from disclosure.edge import unit_of_work
from disclosure.jobs import sweep
from disclosure.operations.accounts import add_person, open_session
from disclosure.operations.desk import SYSTEM, Actor
from disclosure.storage.people import Person
from disclosure.storage.register import Agency

SECRET = "for-tests-only"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **length: float) -> None:
        self.now += timedelta(**length)


@dataclass
class Office:
    """One installation under test, with one person for each role."""

    app: Flask
    clock: Clock
    settings: Settings
    people: dict[str, str] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """Return a person by name: handler, legal, compliance, senior, auditor, admin, ..."""
        return Actor(self.people[name], ROLES[name])

    def unit(self, name: str = ""):
        """Open a unit of work as a person, or as the system."""
        return unit_of_work(self.actor(name) if name else SYSTEM)

    def work_jobs(self, *, most: int = 30) -> int:
        """Run everything that is due until nothing is."""
        done = 0
        for _ in range(most):
            with self.app.app_context():
                taken = sweep()
            if not taken:
                return done
            done += taken
        raise AssertionError("the outbox never came to rest")

    def client(self, name: str = "", *, despite_alarm: bool = False):
        """Return a test client, signed in as a person when one is named."""
        client = self.app.test_client()
        if name:
            opened = unit_of_work(SYSTEM, despite_alarm=despite_alarm)
            with self.app.app_context(), opened as work:
                token = open_session(work, work.session.get_one(Person, self.people[name]))
            client.set_cookie("session", token)
        return client


ROLES: dict[str, frozenset[Role]] = {
    "handler": frozenset({Role.CASE_HANDLER}),
    "handler2": frozenset({Role.CASE_HANDLER}),
    "legal": frozenset({Role.LEGAL_REVIEWER}),
    "legal2": frozenset({Role.LEGAL_REVIEWER}),
    "compliance": frozenset({Role.COMPLIANCE_OFFICER}),
    "compliance2": frozenset({Role.COMPLIANCE_OFFICER}),
    "senior": frozenset({Role.SENIOR_COMPLIANCE_OFFICER}),
    "auditor": frozenset({Role.AUDITOR}),
    "admin": frozenset({Role.ADMINISTRATOR}),
}


@lru_cache(maxsize=1)
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="disclosure-instance-"))
    settings = load_settings(folder, {})
    prepare(settings, NOW)
    install_marketplace(folder, NOW)
    return folder


def make_app(
    tmp_path: Path, *, clock: Clock | None = None, csrf: bool = False, **changes: object
) -> Office:
    """Build an installation in a folder of its own, with people and two agencies.

    Args:
        tmp_path: Pytest's folder.
        clock: The clock to use.
        csrf: Whether forms need their token, as in real life.
        changes: Settings that differ, such as ``demo=True``.
    """
    clock = clock or Clock()
    folder = tmp_path / "instance"
    shutil.copytree(_template(), folder)
    settings = replace(load_settings(folder, {}), sources=folder / "marketplace.toml", **changes)
    app = create_app(settings, clock=clock, demonstration_secret=SECRET)
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=csrf)
    office = Office(app, clock, settings)
    with app.app_context(), unit_of_work(SYSTEM) as work:
        for name, roles in ROLES.items():
            person = add_person(
                work,
                username=name,
                name=f"{name.title()} Person",
                email=f"{name}@example.org",
                roles=roles,
            )
            office.people[name] = person.id
        for agency in AGENCIES:
            work.session.add(
                Agency(
                    **agency,
                    verified_at=clock.now - timedelta(days=30),
                    expires_at=clock.now + timedelta(days=300),
                )
            )
    return office


AGENCIES = (
    {
        "name": "Shanghai Public Security Bureau, Pudong Branch",
        "local_name": "上海市公安局浦东分局",
        "requester_class": "police",
        "country": "CN",
        "domains": ["pudong.police.example"],
        "callback_phone": "+86 21 5555 0110",
        "delivery_address": "evidence@pudong.police.example",
    },
    {
        "name": "Hangzhou Xihu District People's Court",
        "local_name": "杭州市西湖区人民法院",
        "requester_class": "court",
        "country": "CN",
        "domains": ["xihu.court.example"],
        "callback_phone": "+86 571 5555 0120",
        "delivery_address": "registry@xihu.court.example",
    },
)
