"""Consents, partners, services and violations as a platform source answers them.

Owns the shapes of what third parties rest their demands on, and how a row becomes one. Queries are
``platform_sql``'s; what follows from a record is for the checks to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from disclosure.domain.consents import RegisteredConsent
from disclosure.gateways.platform_times import instant, required_instant

CONSENT_COLUMNS = frozenset(
    {
        "reference",
        "account",
        "recipient",
        "purpose",
        "fields",
        "text_version",
        "channel",
        "separate",
        "sensitive_separate",
        "guardian",
        "given_at",
        "expires_at",
        "access_ends_at",
        "withdrawn_at",
    }
)
PARTNER_COLUMNS = frozenset({"reference", "name", "email", "phone", "contract", "contract_until"})
SERVICE_COLUMNS = frozenset({"reference", "order_reference", "partner", "template", "access_end"})
VIOLATION_COLUMNS = frozenset({"reference", "account", "decided_at", "rule", "final"})

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A business partner of the platform.

    Attributes:
        reference: Also the account under which the partner signs in.
        email: Where files for it go; phone is the second channel.
        contract: Number of the agreement that binds it; None where there is none.
        contract_until: When that agreement ends; None for one without an end.
    """

    reference: str
    name: str
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    contract: str | None
    contract_until: datetime | None

    def bound_at(self, moment: datetime) -> str | None:
        """Return the contract that binds the partner at a moment."""
        ended = self.contract_until is not None and self.contract_until < moment
        return None if ended else self.contract


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that a partner renders for one order.

    Attributes:
        template: Which approved template says what the service needs; None where none does.
        access_end: When the partner's access ends; None where that is not settled.
    """

    reference: str
    order_reference: str
    partner: str
    template: str | None
    access_end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """The platform's decision on a user's violation of law or rules.

    Attributes:
        final: Whether no appeal is open against it.
    """

    reference: str
    account: str
    decided_at: datetime
    rule: str
    final: bool


def consent_of(row: Row) -> RegisteredConsent:
    """Return the consent in a row."""
    texts = ("reference", "account", "recipient", "purpose", "text_version", "channel")
    return RegisteredConsent(
        **{name: str(row[name]) for name in texts},
        fields=tuple(str(row["fields"]).split()),
        separate=bool(row["separate"]),
        sensitive_separate=bool(row["sensitive_separate"]),
        guardian=bool(row["guardian"]),
        given_at=required_instant(row["given_at"]),
        expires_at=instant(row["expires_at"]),
        access_ends_at=instant(row["access_ends_at"]),
        withdrawn_at=instant(row["withdrawn_at"]),
        source="platform",
    )


def partner_of(row: Row) -> Partner:
    """Return the partner in a row."""
    return Partner(
        reference=str(row["reference"]),
        name=str(row["name"]),
        email=_text(row["email"]),
        phone=_text(row["phone"]),
        contract=_text(row["contract"]),
        contract_until=instant(row["contract_until"]),
    )


def service_of(row: Row) -> Service:
    """Return the service in a row."""
    return Service(
        reference=str(row["reference"]),
        order_reference=str(row["order_reference"]),
        partner=str(row["partner"]),
        template=_text(row["template"]),
        access_end=instant(row["access_end"]),
    )


def violation_of(row: Row) -> Violation:
    """Return the violation in a row."""
    return Violation(
        reference=str(row["reference"]),
        account=str(row["account"]),
        decided_at=required_instant(row["decided_at"]),
        rule=str(row["rule"]),
        final=bool(row["final"]),
    )


def _text(value: object) -> str | None:
    return str(value) if value else None
