"""The transparency report: counted from the ledger, drafted, published once.

Owns which entries the figures come from, and the publishing. A draft that counts up to the same
entry is the same file, byte by byte, so that anybody with the ledger can make a published one
again. What is counted and printed is ``domain/transparency.py``'s.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from babel import Locale
from sqlalchemy import select

from disclosure.domain import transparency
from disclosure.domain.access import Permission
from disclosure.domain.events import Event
from disclosure.domain.ledger import Payload
from disclosure.domain.transparency import HALVES, LONGEST_DAYS, MOST_DAYS_BY_MONTH, Counted, Json
from disclosure.errors import BadInput, NotFound, NotReady, Refused, Stale
from disclosure.operations.desk import Work
from disclosure.operations.intake import paper_type
from disclosure.operations.recording import record
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerEntry
from disclosure.storage.reports import TransparencyReport

BATCH = 500
OWED_AFTER = timedelta(days=LONGEST_DAYS)


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a report covers, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    @property
    def id(self) -> str:
        """Return the period as addresses and rows name it."""
        return f"{self.first.isoformat()}_{self.last.isoformat()}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A report that was drawn up: the exact bytes of the structured file, and the same read."""

    period: Period
    up_to: int
    content: bytes
    sha256: str

    @property
    def report(self) -> Json:
        """Return the structured file as values."""
        return read_report(self.content)


@dataclass(slots=True)
class _Story:
    """What the entries of one case say."""

    case_id: int
    recorded: datetime
    receipt: dict[str, Any]
    stands: str = "received"
    released: bool = False
    decided: str = ""
    refused_under: str = ""
    outcomes: dict[str, str] = field(default_factory=dict)


def read_period(first: date, last: date) -> Period:
    """Check the days of a report.

    Raises:
        BadInput: When they are the wrong way round, or more than a year.
    """
    period = Period(first, last)
    if period.days < 1:
        raise BadInput("The last day must not be before the first.", where="to")
    if period.days > LONGEST_DAYS:
        raise BadInput("A report covers a year at most: choose a shorter period.", where="to")
    return period


def draw_up(work: Work, period: Period, *, up_to: int | None = None) -> Draft:
    """Count the demands of a period and print what may be printed.

    Args:
        work: The unit of work; nothing is written.
        period: The days in which the demands were recorded, in the house's zone.
        up_to: The last ledger entry to count; the newest unless given.

    Raises:
        BadInput: When there is no such entry.
    """
    newest = _entry(work, up_to)
    counted = [_counted(work, story) for story in _stories(work, period, newest.seq)]
    settings = work.desk.settings
    report = {
        "format": transparency.FORMAT,
        "platform": settings.platform_name,
        "entity": settings.legal_entity,
        "period": {
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
            "days": period.days,
            "zone": settings.timezone,
        },
        "ledger": {"up_to": newest.seq, "leaf": newest.leaf},
        "endings": transparency.endings_json(),
        "halves": _halves(work, period, counted),
        "unreportable": _unreportable(work),
        "indicator": transparency.indicator_json(),
        "notes": transparency.notes(),
    }
    content = json.dumps(report, ensure_ascii=False, indent=1).encode() + b"\n"
    return Draft(period, newest.seq, content, hashlib.sha256(content).hexdigest())


def _entry(work: Work, up_to: int | None) -> LedgerEntry:
    query = select(LedgerEntry).order_by(LedgerEntry.seq.desc()).limit(1)
    if up_to is not None:
        query = query.where(LedgerEntry.seq == up_to)
    entry = work.session.scalars(query).first()
    if entry is None:
        raise BadInput("The ledger has no such entry.", where="entry")
    return entry


def _stories(work: Work, period: Period, up_to: int) -> Iterator[_Story]:
    """Read the entries of every case that was recorded in the period, case by case."""
    stories = {story.case_id: story for story in _received(work, period, up_to)}
    ids = list(stories)
    for start in range(0, len(ids), BATCH):
        rows = work.session.execute(
            select(LedgerEntry.case_id, LedgerEntry.body)
            .where(LedgerEntry.case_id.in_(ids[start : start + BATCH]), LedgerEntry.seq <= up_to)
            .order_by(LedgerEntry.seq)
            .execution_options(yield_per=BATCH)
        )
        for case_id, body in rows:
            if case_id is not None:
                _follow(stories[case_id], json.loads(body))
    return iter(stories.values())


def _received(work: Work, period: Period, up_to: int) -> Iterator[_Story]:
    # Bytes compare alike on both engines, and "action" is the first name of every entry.
    begins = f'{{"action":"{Event.CASE_RECEIVED.value}"'
    rows = work.session.execute(
        select(LedgerEntry.case_id, LedgerEntry.body)
        .where(
            LedgerEntry.body >= f"{begins},".encode(),
            LedgerEntry.body < f"{begins}-".encode(),
            LedgerEntry.seq <= up_to,
        )
        .order_by(LedgerEntry.seq)
        .execution_options(yield_per=BATCH)
    )
    for case_id, body in rows:
        entry = json.loads(body)
        at = datetime.fromisoformat(entry["at"])
        day = at.astimezone(work.desk.settings.zone).date()
        if case_id is not None and period.first <= day <= period.last:
            yield _Story(case_id, at, entry["data"])


def _follow(story: _Story, entry: dict[str, Any]) -> None:
    data, event = entry["data"], entry["action"]
    story.stands = data.get("to", story.stands)
    if event == Event.EVALUATION_MADE.value:
        story.outcomes[data["evaluation"]] = data["outcome"]
    elif event == Event.CASE_DECIDED.value and not story.released:
        story.decided = data["evaluation"]
    elif event == Event.RELEASE_MADE.value:
        story.released = True
    elif event == Event.CASE_REFUSED.value:
        story.refused_under = data.get("code", "")


def _counted(work: Work, story: _Story) -> Counted:
    receipt, reporting = story.receipt, work.desk.catalogue.reporting
    if "paper" not in receipt:
        receipt = _from_row(work, story.case_id) | receipt
    kind = work.desk.catalogue.classes.get(receipt["class"])
    real_time = (
        receipt["paper"] in reporting.real_time_papers
        or story.refused_under in reporting.real_time_refusals
    )
    return Counted(
        recorded=story.recorded.astimezone(work.desk.settings.zone).date(),
        authority=kind.is_authority if kind else receipt["route"] == "authority",
        requester_class=receipt["class"],
        ground=receipt["ground"],
        country=receipt["country"],
        paper=receipt["paper"],
        court_order=receipt["paper"] in reporting.court_orders,
        real_time=real_time,
        fields=tuple(receipt["fields"]),
        accounts=receipt["accounts"],
        ending=transparency.ending_of(
            state=story.stands,
            released=story.released,
            outcome=story.outcomes.get(story.decided, ""),
        ),
    )


def _from_row(work: Work, case_id: int) -> dict[str, Any]:
    """Return what entries of an earlier version did not say, from the case itself."""
    case = work.session.get_one(Case, case_id)
    return {
        "country": case.country,
        "paper": paper_type(case),
        "accounts": 1 if case.subject_account else 0,
    }


def _halves(work: Work, period: Period, counted: Sequence[Counted]) -> list[Json]:
    catalogue = work.desk.catalogue
    territories = Locale("en").territories
    may_be_counted = catalogue.reporting.may_be_counted
    titles = {
        "class": lambda row: catalogue.classes[row].title if row in catalogue.classes else row,
        "ground": lambda row: (
            f"{catalogue.grounds[row][-1].title} ({row})" if row in catalogue.grounds else row
        ),
        "country": lambda row: str(territories.get("GB" if row == "UK" else row, row)),
        "paper": lambda row: catalogue.vocabulary.instruments.get(row, row),
        "accounts": lambda row: f"{row} accounts",
    }
    shown = [demand for demand in counted if may_be_counted(demand.requester_class)]
    by_quarter = period.days > MOST_DAYS_BY_MONTH
    return [
        transparency.half_of(half, shown, titles=titles, by_quarter=by_quarter) for half in HALVES
    ]


def _unreportable(work: Work) -> list[Json]:
    catalogue = work.desk.catalogue
    return [
        {
            "class": kind.requester_class,
            "title": catalogue.classes[kind.requester_class].title,
            "says": kind.says,
            "law": [
                f"{catalogue.citations[each].title}, article {catalogue.citations[each].article}"
                for each in kind.citations
            ],
        }
        for kind in catalogue.reporting.unreportable
    ]


def read_report(content: bytes) -> Json:
    """Read a structured file that ``draw_up`` wrote."""
    report: Json = json.loads(content)
    return report


# --- Publishing --------------------------------------------------------------------------------


def publish(work: Work, period: Period, *, up_to: int, sha256: str) -> TransparencyReport:
    """Publish the report that the officer has seen, once and for good.

    Args:
        work: The unit of work of a compliance officer.
        period: Its days, all of them over.
        up_to: The last ledger entry that the seen draft counts.
        sha256: Of the structured file that was seen.

    Raises:
        Refused: When its last day is not over, or a published report covers some of its days.
        Stale: When the draft is another one now, because the rules or the program are.
    """
    work.actor.require(Permission.PUBLISH_REPORT)
    if refusal := why_not_publish(work, period):
        raise Refused(refusal)
    draft = draw_up(work, period, up_to=up_to)
    if draft.sha256 != sha256:
        raise Stale("This draft is not the one that you saw. Look at it again, then publish it.")
    report = TransparencyReport(
        id=period.id,
        period_from=period.first,
        period_to=period.last,
        up_to=draft.up_to,
        content=draft.content,
        sha256=draft.sha256,
        published_by=work.actor.person,
        published_at=work.now,
    )
    work.session.add(report)
    work.session.flush()
    data: Payload = {"report": report.id, "sha256": report.sha256, "up_to": report.up_to}
    record(
        work,
        Event.REPORT_PUBLISHED,
        subjects=[report.id],
        data=data,
        permission=Permission.PUBLISH_REPORT,
    )
    return report


def why_not_publish(work: Work, period: Period) -> str:
    """Say why a report of this period can not be published now, or nothing.

    Two reports that share days would tell by their difference what both of them hide.
    """
    if period.last >= work.now.astimezone(work.desk.settings.zone).date():
        return "The last day of the period is not over yet."
    earlier = work.session.scalars(
        select(TransparencyReport.id).where(
            TransparencyReport.period_from <= period.last,
            TransparencyReport.period_to >= period.first,
        )
    ).first()
    if earlier is not None:
        first, _, last = earlier.partition("_")
        return (
            f"The report of {first} to {last} covers some of these days. Choose other days: the "
            "difference of two reports would give away what both of them hide."
        )
    return ""


def published(work: Work) -> list[TransparencyReport]:
    """Return every published report, the newest period first."""
    return list(
        work.session.scalars(
            select(TransparencyReport).order_by(TransparencyReport.period_from.desc())
        )
    )


def find_published(work: Work, report_id: str) -> TransparencyReport:
    """Find a published report, and read its bytes again.

    Raises:
        NotFound: When there is none of this period.
        NotReady: When the bytes are not the published ones.
    """
    report = work.session.get(TransparencyReport, report_id)
    if report is None:
        raise NotFound("There is no published report of this period.")
    if hashlib.sha256(report.content).hexdigest() != report.sha256:
        raise NotReady("The stored report is not the one that was published.")
    return report


def next_period(work: Work) -> Period:
    """Propose the days for the next report: after the last one, or the last half year."""
    today = work.now.astimezone(work.desk.settings.zone).date()
    last = next(iter(published(work)), None)
    if last is not None:
        first = last.period_to + timedelta(days=1)
        end = min(first + timedelta(days=MOST_DAYS_BY_MONTH - 3), today - timedelta(days=1))
        return Period(first, max(first, end))
    first_half = date(today.year, 1, 1), date(today.year, 6, 30)
    if today > first_half[1]:
        return Period(*first_half)
    return Period(date(today.year - 1, 7, 1), date(today.year - 1, 12, 31))


def is_owed(work: Work) -> bool:
    """Tell whether more than a year has gone by since the days of the last report."""
    last = next(iter(published(work)), None)
    if last is None:
        first = work.session.scalar(select(LedgerEntry.body).order_by(LedgerEntry.seq).limit(1))
        start = datetime.fromisoformat(json.loads(first)["at"]) if first else work.now
        return work.now - start > OWED_AFTER
    today = work.now.astimezone(work.desk.settings.zone).date()
    return today - last.period_to > OWED_AFTER
