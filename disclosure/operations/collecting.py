"""Collecting: fetching the allowed fields, and no others, from the platform's source.

Owns the fetched values. The list of fields is the decision's; a preservation fetches what was asked
for, keeps it sealed away for its term, and releases nothing.
"""

import uuid
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from disclosure.domain.fields import NEVER
from disclosure.domain.workflow import Action
from disclosure.errors import NotReady
from disclosure.gateways.platform import FetchedValue, Period
from disclosure.operations.desk import SYSTEM, Work
from disclosure.operations.outbox import Effect
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case, ResponsiveValue


def request_collection(work: Work, case: Case) -> None:
    """Ask for the allowed fields to be fetched, by a job."""
    arguments = {"case": case.reference, "purpose": "release", "by": work.actor.person}
    change = Change(
        data={"fields": list(case.allowed_fields), "by": work.actor.person},
        effects=[Effect("collect", arguments)],
    )
    advance(work, case, Action.COLLECT, change)


def fetch_values(work: Work, case: Case, *, purpose: str) -> list[FetchedValue]:
    """Fetch from the source; reads only.

    Args:
        work: The unit of work.
        case: A decided case.
        purpose: ``release`` fetches the allowed fields, ``preserve`` those asked for that may be
            kept at all.

    Raises:
        NotReady: When the installation has no source, or it does not answer.
    """
    source = work.desk.source
    if source is None:
        raise NotReady("No platform source is set up: upload the records as documents instead.")
    fields = case.allowed_fields if purpose == "release" else _preservable(work, case)
    answerable = [field for field in fields if field in source.fields]
    if not answerable:
        return []
    return source.fetch(
        account=case.subject_account,
        fields=answerable,
        period=_period(work, case),
        record_key=case.statement.get("complaint") or None,
        now=work.now,
    )


def _preservable(work: Work, case: Case) -> list[str]:
    fields = work.desk.catalogue.fields
    return [field for field in case.fields if fields[field].mask != NEVER]


def _period(work: Work, case: Case) -> Period | None:
    if case.period_from is None or case.period_to is None:
        return None
    zone = work.desk.settings.zone
    start = datetime.combine(case.period_from, time(), zone)
    end = datetime.combine(case.period_to + timedelta(days=1), time(), zone)
    return Period(start.astimezone(UTC), end.astimezone(UTC))


def store_values(work: Work, case: Case, values: list[FetchedValue]) -> None:
    """Keep one fetch as the case's batch; an earlier batch stays, and is no longer used."""
    batch = uuid.uuid4().hex
    for value in values:
        work.session.add(
            ResponsiveValue(
                case_id=case.id,
                batch=batch,
                field=value.field,
                record=value.record,
                value=value.value,
                source=value.source,
                storage_region=value.storage_region,
                collected_at=value.collected_at,
                fetched_at=value.fetched_at,
            )
        )
    case.batch = batch
    work.session.flush()
    found = sorted({value.field for value in values})
    change = Change(
        subjects=[batch],
        data={
            "batch": batch,
            "fields": found,
            "values": len(values),
            "sources": sorted({value.source for value in values}),
        },
    )
    advance(work.as_actor(SYSTEM), case, Action.RECORDS_COLLECTED, change)


def values_of(work: Work, case: Case) -> list[ResponsiveValue]:
    """Return the values of the case's batch, in the order in which they were fetched."""
    if case.batch is None:
        return []
    rows = work.session.scalars(
        select(ResponsiveValue)
        .where(ResponsiveValue.case_id == case.id, ResponsiveValue.batch == case.batch)
        .order_by(ResponsiveValue.id)
    )
    return list(rows)


def finish_collecting(work: Work, case: Case) -> None:
    """Go on to redacting with what was found."""
    advance(work, case, Action.FINISH_COLLECTING)


def record_no_data(work: Work, case: Case) -> None:
    """End the case with the answer that nothing was found; the requester gets it in writing."""
    effect = Effect("letter", {"template": "no_data", "case": case.reference})
    advance(work, case, Action.RECORD_NO_DATA, Change(effects=[effect]))
