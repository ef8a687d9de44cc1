"""The stage of the demonstration: one timeline, its people, and the steps of a single case.

Owns the order in which stories are played and the working hours in which their people work. Each
step is a real operation in a unit of work of its own; nothing here writes a row.
"""

import heapq
import random
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Concatenate, ParamSpec, Protocol
from zoneinfo import ZoneInfo

from disclosure.config import Settings
from disclosure.domain.deadlines import Calendar
from disclosure.edge import unit_of_work
from disclosure.gateways.mail import newest_messages
from disclosure.jobs import sweep
from disclosure.operations import (
    closing,
    collecting,
    deciding,
    redacting,
    releasing,
    signing,
    verifying,
)
from disclosure.operations.desk import REQUESTER, Actor, Work
from disclosure.operations.facts import latest_rendition
from disclosure.operations.intake import Demand, receive_demand
from disclosure.storage.cases import Case

P = ParamSpec("P")
Steps = Generator[timedelta, None, None]
"""A story: does something, yields how long it waits until it goes on."""

OPENS, CLOSES = time(9), time(18)
DAYS_KEPT = 45
SEED = 20261124
MOST_SWEEPS = 20


class Movable(Protocol):
    """A clock that can be set."""

    now: datetime


class OfficeHours:
    """The hours in which people work, up to a moment.

    Args:
        now: The moment; no hour lies after it.
        zone: Of the house.
        calendar: Whose working days.
    """

    def __init__(self, now: datetime, zone: ZoneInfo, calendar: Calendar) -> None:
        self.now = now
        self.zone = zone
        self.spans: list[tuple[datetime, datetime]] = []
        self.days: list[date] = []
        today = day = now.astimezone(zone).date()
        while len(self.days) < DAYS_KEPT:
            if calendar.is_working_day(day):
                self._keep(day, before=today)
            day -= timedelta(days=1)
        self.spans.reverse()

    def _keep(self, day: date, *, before: date) -> None:
        opens = datetime.combine(day, OPENS, self.zone).astimezone(UTC)
        closes = min(datetime.combine(day, CLOSES, self.zone).astimezone(UTC), self.now)
        if opens < closes:
            self.spans.append((opens, closes))
        if day < before:
            self.days.append(day)

    def on(self, days_ago: int, hour: float) -> datetime:
        """Return an hour of the day that lies some working days before today.

        Args:
            days_ago: 1 is the last working day before today.
            hour: Local, 9.0 to 18.0.
        """
        midnight = datetime.combine(self.days[days_ago - 1], time(), self.zone)
        return (midnight + timedelta(hours=hour)).astimezone(UTC)

    def before(self, wait: timedelta) -> datetime:
        """Return the moment after which that much working time was left until now."""
        for opens, closes in reversed(self.spans):
            if closes - wait >= opens:
                return closes - wait
            wait -= closes - opens
        return self.spans[0][0]

    def after(self, moment: datetime, wait: timedelta) -> datetime:
        """Return the moment when that much working time has passed, at most now."""
        for opens, closes in self.spans:
            begins = max(opens, moment)
            if begins >= closes:
                continue
            if begins + wait <= closes:
                return begins + wait
            wait -= closes - begins
        return self.spans[-1][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What every story of one filling works with.

    Attributes:
        actors: User name -> who acts, with the roles that they hold.
        agencies: Key of ``staff.BODIES`` -> id in the register.
        titles: Field id -> its English and Chinese title, for papers.
    """

    settings: Settings
    clock: Movable
    office: OfficeHours
    actors: Mapping[str, Actor]
    agencies: dict[str, int] = field(default_factory=dict)
    titles: Mapping[str, tuple[str, str]]

    @contextmanager
    def unit(self, who: str = "") -> Iterator[Work]:
        """Open a unit of work of a member of staff, or of somebody outside."""
        with unit_of_work(self.actors[who] if who else REQUESTER) as work:
            yield work

    @property
    def today(self) -> date:
        """Return the local day at this point of the story."""
        return self.clock.now.astimezone(self.office.zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story with its beginning.

    Attributes:
        round_the_clock: Whether it waits in hours of the clock instead of working hours.
    """

    begins: datetime
    steps: Generator[timedelta, None, object]
    round_the_clock: bool = False


def play(stage: Stage, stories: Iterable[Story]) -> None:
    """Play stories on one timeline, always the earliest step first, and end at the last moment.

    Args:
        stage: Its clock is moved.
        stories: In any order.
    """
    rng = random.Random(SEED)  # noqa: S311 - minutes of a story, not a secret
    end = stage.office.now
    waiting = [(story.begins, place, story) for place, story in enumerate(stories)]
    heapq.heapify(waiting)
    while waiting:
        moment, place, story = heapq.heappop(waiting)
        stage.clock.now = moment
        wait = next(story.steps, None)
        finish_jobs()
        if wait is None:
            continue
        wait += timedelta(seconds=rng.randrange(180))
        later = min(moment + wait, end)
        goes_on = later if story.round_the_clock else stage.office.after(moment, wait)
        heapq.heappush(waiting, (max(goes_on, moment), place, story))
    stage.clock.now = end
    finish_jobs()


def finish_jobs() -> None:
    """Run everything that is due at this moment."""
    for _ in range(MOST_SWEEPS):
        if not sweep():
            return
    raise RuntimeError("the jobs of the demonstration never came to rest")


def minutes(number: float) -> timedelta:
    """Return a wait of some minutes."""
    return timedelta(minutes=number)


def hours(number: float) -> timedelta:
    """Return a wait of some hours; a working day has nine."""
    return timedelta(hours=number)


class Tale:
    """One case and those who work on it, step by step."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.case_id = 0
        self.reference = ""

    def receive(self, demand: Demand, *, by: str = "") -> None:
        """Take the demand in: at the desk by a member of staff, else through the portal."""
        with self.stage.unit(by) as work:
            case = receive_demand(work, demand).case
            self.case_id, self.reference = case.id, case.reference

    def do(
        self,
        who: str,
        operation: Callable[Concatenate[Work, Case, P], object],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Let somebody do one operation on the case."""
        with self.stage.unit(who) as work:
            operation(work, work.session.get_one(Case, self.case_id), *args, **kwargs)

    def find(self, who: str, key: str, answer: str, reason: str) -> None:
        """Let somebody record a finding."""
        self.do(who, verifying.record_finding, key=key, answer=answer, reason=reason)

    def verify(self, by: str, *, answered_by: str, officers: int = 2) -> Steps:
        """Call the agency back and check the paper; the requester is not confirmed yet."""
        self.do(by, verifying.start_verifying)
        yield minutes(20)
        self.do(by, verifying.record_callback, confirmed=True, answered_by=answered_by)
        yield minutes(12)
        self.find(by, "requester.verified", "yes", "Register entry and service cards agree.")
        self.find(by, "requester.officers", str(officers), "Counted on the copies of the cards.")
        self.find(by, "instrument.sealed", "yes", "The seal is whole and legible.")
        self.find(by, "instrument.names_us", "yes", "Our company stands in the address.")
        yield minutes(10)

    def confirm(self, by: str) -> Steps:
        """Go on to assessing."""
        self.do(by, verifying.confirm_requester)
        yield minutes(50)

    def admit(self, by: str) -> Steps:
        """Verify somebody who signed in on the platform, and go on to assessing."""
        self.do(by, verifying.start_verifying)
        yield minutes(15)
        yield from self.confirm(by)

    def decide(self, by: str, reason: str) -> Steps:
        """Decide to release what the rules allow, with the impact assessment."""
        self.do(by, deciding.decide_release, reason=reason)
        yield minutes(25)
        number = self.reference.removeprefix("DR-")
        self.find(by, "process.pia", f"PIA-{number}", "Assessed on the house's form.")
        yield minutes(20)

    def collect(self, by: str) -> Steps:
        """Fetch the allowed fields and go on to redacting."""
        self.do(by, collecting.request_collection)
        yield minutes(6)
        self.do(by, collecting.finish_collecting)
        yield minutes(15)

    def build(self, by: str, masks: Mapping[str, tuple[str, str]] | None = None) -> Steps:
        """Mask, build the rendition and submit it.

        Args:
            by: The case handler.
            masks: Field -> mask and reason code.
        """
        for name, (mask, code) in (masks or {}).items():
            self.do(by, redacting.set_mask, field=name, mask=mask, code=code)
        yield minutes(8)
        self.do(by, redacting.request_rendition)
        yield minutes(12)
        self.do(by, signing.submit_for_signing)
        yield minutes(40)

    def sign(self, *people: str) -> Steps:
        """Let people sign the bytes, one after the other."""
        for person in people:
            with self.stage.unit(person) as work:
                case = work.session.get_one(Case, self.case_id)
                rendition = latest_rendition(work, case)
                if rendition is None:
                    raise RuntimeError("there is nothing to sign in this story")
                reason = "Looked through page by page: lawful, narrow, nothing left over."
                signing.sign(work, case, sha256=rendition.sha256, reason=reason)
            yield minutes(35)

    def release(self, by: str) -> Steps:
        """Release the signed bytes."""
        self.do(by, releasing.release)
        yield minutes(45)

    def collect_answer(self) -> Steps:
        """Open the link as the requester and type the code that came by the second channel."""
        letters = self._letters()
        link = _found(r"/portal/collect/([\w-]+)", letters)
        code = _found(r"\b(\d{8})\b", letters)
        with self.stage.unit() as work:
            releasing.open_delivery(work, link)
            if releasing.redeem(work, link, code) is None:
                raise RuntimeError("the code of this story is wrong")
        yield minutes(60)

    def close(self, by: str) -> None:
        """Close the case."""
        self.do(by, closing.close)

    def _letters(self) -> str:
        """Return the texts of the newest link and code that were sent for this case."""
        wanted = {"the answer is ready", "Code for"}
        texts = []
        for each in newest_messages(self.stage.settings):
            found = {subject for subject in wanted if subject in each.subject}
            if found and self.reference in each.subject:
                wanted -= found
                texts.append(each.text)
            if not wanted:
                break
        return "\n".join(texts)

    def notice_link(self, address: str) -> str:
        """Return the token of the notice that went to an address."""
        for each in newest_messages(self.stage.settings):
            if each.to == address and "/portal/notice/" in each.text:
                return _found(r"/portal/notice/([\w-]+)", each.text)
        raise RuntimeError("no notice was written to this data subject")


def _found(wanted: str, text: str) -> str:
    match = re.search(wanted, text)
    if match is None:
        raise RuntimeError("a letter of the story lacks what it is about")
    return match.group(1)
