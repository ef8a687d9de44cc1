"""Read a platform's own SQL database: read-only, and only the columns of the fields asked for.

Owns the statements. Every value travels as a bound parameter; the pieces of
SQL come from the mapping file alone. Must not write, and must not let a value into an exception.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, RowMapping, Select, literal_column, select, text
from sqlalchemy.exc import SQLAlchemyError

from disclosure.domain.consents import RegisteredConsent
from disclosure.errors import BadInput, NotFound, NotReady
from disclosure.gateways.platform_engine import read_only_engine
from disclosure.gateways.platform_mapping import Group, Lookup, SourceMapping
from disclosure.gateways.platform_parties import (
    Partner,
    Service,
    Violation,
    consent_of,
    partner_of,
    service_of,
    violation_of,
)
from disclosure.gateways.platform_records import (
    Complaint,
    FetchedValue,
    Order,
    Period,
    Qualification,
    Resolution,
    Side,
    SubjectFacts,
)
from disclosure.gateways.platform_times import instant, parsed, required_instant

MOST_ROWS = 10_000
LONGEST_IDENTIFIER = 200
ROLES = ("buyer", "seller", "complainant", "respondent")


class SqlSource:
    """A platform source on a read-only SQLite or PostgreSQL connection."""

    def __init__(self, mapping: SourceMapping) -> None:
        self.mapping = mapping
        self.engine = read_only_engine(mapping)
        self._homes = {
            field: name for name, group in mapping.groups.items() for field in group.lookup.columns
        }

    @property
    def name(self) -> str:
        """Return the source's name, as shown beside its values."""
        return self.mapping.name

    @property
    def fields(self) -> frozenset[str]:
        """Return the field ids that this source can answer."""
        return frozenset(self._homes)

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Return the kinds of identifier that ``resolve`` knows, in the mapping's order."""
        return tuple(self.mapping.identifiers)

    def check(self) -> None:
        """Try every statement without reading a row.

        Raises:
            NotReady: When the database cannot be reached or a statement does not fit it.
        """
        mapping = self.mapping
        lookups = [*mapping.identifiers.values(), mapping.subject]
        lookups += [lookup for lookup in mapping.optional if lookup]
        parameters = {"value": "", "account": "", "reference": ""}
        for lookup in lookups:
            self._rows(_statement(lookup).limit(0), lookup.section, parameters)
        for group in mapping.groups.values():
            statement = _group_statement(group, tuple(group.lookup.columns)).limit(0)
            self._rows(statement, group.lookup.section, parameters)

    def resolve(self, identifiers: Mapping[str, str]) -> Resolution:
        """Say which accounts the identifiers of a demand mean; never pick between them.

        Args:
            identifiers: Kind (``account``, ``phone``, ...) to what the demand says; empty
                texts are passed over.

        Raises:
            BadInput: When a kind is unknown, a text unusable, or none is given.
        """
        found = [
            self._accounts(kind, value) for kind, value in identifiers.items() if value.strip()
        ]
        if not found:
            raise BadInput("give at least one identifier of the person concerned")
        common = frozenset.intersection(*found)
        everyone = frozenset.union(*found)
        return Resolution(tuple(sorted(common or everyone)), agree=bool(common) or not everyone)

    def subject_facts(self, account: str, *, now: datetime) -> SubjectFacts:
        """Return what the checks need to know of an account's holder.

        Raises:
            NotFound: When there is no such account.
        """
        row = self._one(self.mapping.subject, {"account": account})
        if row is None:
            raise NotFound("the platform has no such account")
        return SubjectFacts(
            account=account,
            age=_age(row["date_of_birth"], now),
            storage=str(row["storage_region"]),
            trader=bool(row["trader"]),
            deceased=bool(row["deceased"]),
            cookies_refused=bool(row["cookies_refused"]),
            guardian_on_file=bool(row["guardian_on_file"]),
            safety_flag=bool(row["safety_flag"]),
            roles=tuple(role for role in ROLES if row[role]),
            email=row["email"] or None,
            phone=row["phone"] or None,
            language=str(row["language"]),
        )

    def complaint(self, reference: str) -> Complaint | None:
        """Return an intellectual-property complaint, or None if there is none of that number."""
        reference = _normalised("reference", reference)
        row = self._one(self.mapping.complaint, {"reference": reference})
        if row is None:
            return None
        items = {name: bool(row[name]) for name in Qualification.__slots__}
        return Complaint(
            reference=reference,
            complainant=str(row["complainant"]),
            respondent=str(row["respondent"]),
            items=Qualification(**items),
            filed_at=required_instant(row["filed_at"]),
            forwarded_at=instant(row["forwarded_at"]),
            state=str(row["state"]),
            malicious=bool(row["malicious"]),
        )

    def order(self, reference: str) -> Order | None:
        """Return an order, or None if there is none of that number."""
        reference = _normalised("reference", reference)
        row = self._one(self.mapping.order, {"reference": reference})
        if row is None:
            return None
        return Order(
            reference=reference,
            buyer=str(row["buyer"]),
            seller=str(row["seller"]),
            buyer_side=_side(row, "buyer"),
            seller_side=_side(row, "seller"),
            trader=bool(row["trader"]),
            on_platform=bool(row["on_platform"]),
            cross_border=bool(row["cross_border"]),
            placed_at=required_instant(row["placed_at"]),
            closed_at=instant(row["closed_at"]),
            breach_at=instant(row["breach_at"]),
        )

    def consents(self, value: str) -> tuple[RegisteredConsent, ...]:
        """Return the consents of an account, or the one of a number; newest first."""
        rows = self._all(self.mapping.consent, value)
        found = (consent_of(row) for row in rows)
        return tuple(sorted(found, key=lambda each: each.given_at, reverse=True))

    def partner(self, value: str) -> Partner | None:
        """Return a business partner by its number or its name; never pick between two."""
        rows = self._all(self.mapping.partner, value)
        return partner_of(rows[0]) if len(rows) == 1 else None

    def services(self, order: str) -> tuple[Service, ...]:
        """Return the services that partners render for an order."""
        return tuple(service_of(row) for row in self._all(self.mapping.service, order))

    def violation(self, reference: str) -> Violation | None:
        """Return a decision on a violation, or None if there is none of that number."""
        rows = self._all(self.mapping.violation, reference)
        return violation_of(rows[0]) if rows else None

    def fetch(
        self,
        *,
        account: str,
        fields: Sequence[str],
        period: Period | None = None,
        record_key: str | None = None,
        now: datetime,
    ) -> list[FetchedValue]:
        """Read the values of some fields; no other field's column is named in any query.

        Args:
            account: Whose.
            fields: Field ids; each must be mapped.
            period: Limits the records that have a time; None for all of them.
            record_key: Limits complaint and order records to that one.
            now: Becomes ``fetched_at``.

        Returns:
            Group by group in the order asked, each record's values together; a field without a
            value in a record is left out.

        Raises:
            BadInput: When a field is not mapped, or there are too many records.
        """
        if unknown := [field for field in fields if field not in self._homes]:
            raise BadInput(f"the source {self.name} has no field {unknown[0]!r}")
        values: list[FetchedValue] = []
        for name in dict.fromkeys(self._homes[field] for field in fields):
            group = self.mapping.groups[name]
            asked = tuple(field for field in dict.fromkeys(fields) if field in group.lookup.columns)
            statement = self._narrowed(_group_statement(group, asked), group, period, record_key)
            rows = self._rows(statement, group.lookup.section, {"account": account})
            if len(rows) > MOST_ROWS:
                raise BadInput(f"more than {MOST_ROWS} records of {group.name}; narrow the period")
            for row in rows:
                values += self._values(group, asked, row, now)
        return values

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def _narrowed(
        self,
        statement: Select[*tuple[object, ...]],
        group: Group,
        period: Period | None,
        record_key: str | None,
    ) -> Select[*tuple[object, ...]]:
        if period is not None and group.time is not None:
            column: ColumnElement[object] = literal_column(_whole(group.time))
            statement = statement.where(
                column >= self._bound(period.start), column < self._bound(period.end)
            )
        if record_key is not None and group.by_record:
            statement = statement.where(literal_column(_whole(group.record)) == record_key)
        return statement

    def _values(
        self, group: Group, asked: Sequence[str], row: RowMapping, now: datetime
    ) -> list[FetchedValue]:
        return [
            FetchedValue(
                field=field,
                value=self._text(row[f"value_{number}"], group, field),
                record=str(row["record"]),
                source=f"{self.name}/{group.name}",
                storage_region=str(row["storage_region"]),
                collected_at=instant(row["collected_at"]),
                fetched_at=now,
                cookie_choice=row.get("cookie_choice"),
                lawful_source=row.get("lawful_source"),
            )
            for number, field in enumerate(asked)
            if row[f"value_{number}"] is not None
        ]

    def _text(self, value: object, group: Group, field: str) -> str:
        if isinstance(value, bytes | memoryview):
            place = f"groups.{group.name}.fields.{field}"
            raise NotReady(f"{self.mapping.path.name}: {place}: gives bytes; map it to a text")
        if isinstance(value, datetime):
            return (instant(value) or value).isoformat()
        return str(value)

    def _bound(self, instant: datetime) -> str | int | datetime:
        """Return an instant in the form in which the database keeps its times."""
        instant = instant.astimezone(UTC)
        if self.mapping.times == "iso":
            return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
        return int(instant.timestamp()) if self.mapping.times == "epoch" else instant

    def _accounts(self, kind: str, value: str) -> frozenset[str]:
        lookup = self.mapping.identifiers.get(kind)
        if lookup is None:
            known = ", ".join(self.mapping.identifiers)
            raise BadInput(f"is no kind of identifier that {self.name} knows: {known}", where=kind)
        rows = self._rows(
            _statement(lookup).distinct(), lookup.section, {"value": _normalised(kind, value)}
        )
        return frozenset(str(row["account"]) for row in rows)

    def _one(self, lookup: Lookup | None, parameters: Mapping[str, str]) -> RowMapping | None:
        if lookup is None:
            return None
        rows = self._rows(_statement(lookup), lookup.section, parameters)
        return rows[0] if rows else None

    def _all(self, lookup: Lookup | None, value: str) -> list[dict[str, object]]:
        if lookup is None or not value.strip():
            return []
        given = {"value": _normalised("value", value)}
        return [dict(row) for row in self._rows(_statement(lookup), lookup.section, given)]

    def _rows(
        self, statement: Select[*tuple[object, ...]], section: str, parameters: Mapping[str, str]
    ) -> Sequence[RowMapping]:
        try:
            with self.engine.connect() as connection:
                return connection.execute(statement, dict(parameters)).mappings().all()
        except SQLAlchemyError:
            # Not chained: a driver's message may quote the values.
            raise NotReady(
                f"{self.mapping.path.name}: {section}: the platform's database did not answer "
                "this query; compare the section with its tables"
            ) from None


def _whole(sql: str) -> str:
    """Return a piece of SQL in brackets, lest an OR in it swallow the conditions beside it."""
    return f"({sql})"


def _statement(lookup: Lookup) -> Select[*tuple[object, ...]]:
    columns: list[ColumnElement[object]] = [
        literal_column(sql).label(name) for name, sql in lookup.columns.items()
    ]
    return select(*columns).select_from(text(lookup.tables)).where(text(_whole(lookup.where)))


def _group_statement(group: Group, asked: Sequence[str]) -> Select[*tuple[object, ...]]:
    expressions = {
        "record": group.record,
        "storage_region": group.storage_region,
        "collected_at": group.collected_at,
        "cookie_choice": group.cookie_choice,
        "lawful_source": group.lawful_source,
    }
    expressions |= {f"value_{n}": group.lookup.columns[field] for n, field in enumerate(asked)}
    columns: list[ColumnElement[object]] = [
        literal_column(sql).label(name) for name, sql in expressions.items() if sql
    ]
    return (
        select(*columns)
        .select_from(text(group.lookup.tables))
        .where(text(_whole(group.lookup.where)))
        .order_by(literal_column(group.time or group.record), literal_column(group.record))
        .limit(MOST_ROWS + 1)
    )


def _normalised(kind: str, value: str) -> str:
    plain = unicodedata.normalize("NFKC", value).strip()
    if len(plain) > LONGEST_IDENTIFIER or any(unicodedata.category(c) == "Cc" for c in plain):
        raise BadInput("is too long or holds control characters", where=kind)
    if kind == "phone":
        return re.sub(r"[^\d+]", "", plain)
    return plain.casefold() if kind == "email" else plain


def _side(row: RowMapping, party: str) -> Side:
    return Side(
        performed=str(row[f"{party}_performed"]),
        relay_tried_at=instant(row[f"{party}_relay_at"]),
        relay_answered=bool(row[f"{party}_relay_answered"]),
    )


def _age(value: object, now: datetime) -> int | None:
    if value is None:
        return None
    born = value if isinstance(value, date) else parsed(str(value)).date()
    today = now.date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
