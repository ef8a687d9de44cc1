"""Where the personal data comes from: the platform's own database, read-only, field by field.

Owns the interface of a source and how one is opened. ``platform_records`` has the shapes,
``platform_mapping`` the mapping file, ``platform_sql`` the queries. Must not decide what may be
fetched: the assessment does, and callers pass its fields.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from disclosure.config import Settings
from disclosure.domain.consents import RegisteredConsent
from disclosure.gateways.platform_mapping import read_mapping
from disclosure.gateways.platform_parties import Partner, Service, Violation
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
from disclosure.gateways.platform_sql import SqlSource

__all__ = [
    "Complaint",
    "FetchedValue",
    "Order",
    "Partner",
    "Period",
    "PlatformSource",
    "Qualification",
    "RegisteredConsent",
    "Resolution",
    "Service",
    "Side",
    "SubjectFacts",
    "Violation",
    "open_source",
    "source_from_settings",
]


class PlatformSource(Protocol):
    """What every kind of source answers; see ``SqlSource`` for what each call means."""

    @property
    def name(self) -> str:
        """Return the source's name, as shown beside its values."""

    @property
    def fields(self) -> frozenset[str]:
        """Return the field ids that this source can answer."""

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Return the kinds of identifier that ``resolve`` knows."""

    def check(self) -> None:
        """Raise ``NotReady`` where the source cannot answer."""

    def resolve(self, identifiers: Mapping[str, str]) -> Resolution:
        """Say which accounts the identifiers of a demand mean."""

    def subject_facts(self, account: str, *, now: datetime) -> SubjectFacts:
        """Return what the checks need to know of an account's holder."""

    def complaint(self, reference: str) -> Complaint | None:
        """Return an intellectual-property complaint."""

    def order(self, reference: str) -> Order | None:
        """Return an order."""

    def consents(self, value: str) -> tuple[RegisteredConsent, ...]:
        """Return the consents of an account, or the one of a number."""

    def partner(self, value: str) -> Partner | None:
        """Return a business partner by number or name."""

    def services(self, order: str) -> tuple[Service, ...]:
        """Return the services that partners render for an order."""

    def violation(self, reference: str) -> Violation | None:
        """Return a decision on a violation."""

    def fetch(
        self,
        *,
        account: str,
        fields: Sequence[str],
        period: Period | None = None,
        record_key: str | None = None,
        now: datetime,
    ) -> list[FetchedValue]:
        """Read the values of the given fields and of no others."""

    def close(self) -> None:
        """Give back every connection."""


def open_source(mapping: Path) -> PlatformSource:
    """Open the source that a mapping file describes.

    Args:
        mapping: TOML file; a relative SQLite path in it counts from the file's own folder.

    Raises:
        NotReady: When the file cannot be used or names a database file that is not there.
    """
    return SqlSource(read_mapping(mapping))


def source_from_settings(settings: Settings) -> PlatformSource | None:
    """Open the installation's source, or return None where demands are met by uploads only."""
    return None if settings.sources is None else open_source(settings.sources)
