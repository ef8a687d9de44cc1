"""Read the mapping file of a platform source: which query answers which field.

Owns the file's shape and its checks. The file is written by whoever runs the installation and
holds pieces of SQL; it is checked so that a slip is named by file and key before a case depends
on it. ``platform_sql.py`` turns it into queries. An example with every section is the
demonstration's own ``marketplace.toml``.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from disclosure.errors import NotReady
from disclosure.gateways.platform_parties import (
    CONSENT_COLUMNS,
    PARTNER_COLUMNS,
    SERVICE_COLUMNS,
    VIOLATION_COLUMNS,
)

TIMES = ("iso", "timestamp", "epoch")

SUBJECT_COLUMNS = frozenset(
    {
        "date_of_birth",
        "storage_region",
        "trader",
        "deceased",
        "cookies_refused",
        "guardian_on_file",
        "safety_flag",
        "buyer",
        "seller",
        "complainant",
        "respondent",
        "email",
        "phone",
        "language",
    }
)
COMPLAINT_COLUMNS = frozenset(
    {
        "complainant",
        "respondent",
        "proof_of_right",
        "true_identity",
        "locatable_goods",
        "preliminary_evidence",
        "statement_of_truth",
        "filed_at",
        "forwarded_at",
        "state",
        "malicious",
    }
)
ORDER_COLUMNS = frozenset(
    {
        "buyer",
        "seller",
        "buyer_performed",
        "buyer_relay_at",
        "buyer_relay_answered",
        "seller_performed",
        "seller_relay_at",
        "seller_relay_answered",
        "trader",
        "on_platform",
        "cross_border",
        "placed_at",
        "closed_at",
        "breach_at",
    }
)

_FIELD = re.compile(r"(?:reg|log|ptn|ipc|exc|cnt)\.[a-z][a-z_0-9]*")
_PARAMETER = re.compile(r"(?<![:\\\w]):([a-z_]+)")
_SECRET = re.compile(r"password|passwd|mfa_secret|session_token|security_answer", re.IGNORECASE)
_NOT_ONE_EXPRESSION = re.compile(r";|--|/\*|\x00")


@dataclass(frozen=True, slots=True)
class Lookup:
    """One statement: its FROM, its WHERE and its named columns."""

    section: str
    tables: str
    where: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The fields that one statement answers, and the expressions that go with every value.

    Attributes:
        lookup: FROM, WHERE with ``:account``, and the column expression of each field id.
        time: The time that a period is compared with; None for records without one.
        by_record: Whether a record key narrows the group to that one record.
    """

    name: str
    lookup: Lookup
    record: str
    storage_region: str
    collected_at: str
    cookie_choice: str | None
    lawful_source: str | None
    time: str | None
    by_record: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMapping:
    """A whole mapping file, checked."""

    path: Path
    name: str
    url: str
    times: str
    identifiers: Mapping[str, Lookup]
    subject: Lookup
    complaint: Lookup | None
    order: Lookup | None
    consent: Lookup | None
    partner: Lookup | None
    service: Lookup | None
    violation: Lookup | None
    groups: Mapping[str, Group]

    @property
    def optional(self) -> tuple[Lookup | None, ...]:
        """Return the lookups that a platform may do without."""
        parties = (self.consent, self.partner, self.service, self.violation)
        return (self.complaint, self.order, *parties)


def read_mapping(path: Path) -> SourceMapping:
    """Read and check a mapping file.

    Raises:
        NotReady: When it cannot be used; names the file and the key.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise NotReady(
            f"{path.name}: there is no such mapping file; see settings.sources"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NotReady(f"{path.name}: not a readable TOML file: {error}") from error
    root = _Section(path.name, "", content)
    mapping = SourceMapping(
        path=path,
        name=root.text("name"),
        url=root.text("url"),
        times=root.text("times"),
        identifiers=_identifiers(root.section("identifiers")),
        subject=_lookup(root.section("subject"), "account", SUBJECT_COLUMNS),
        complaint=_optional_lookup(root, "complaint", COMPLAINT_COLUMNS, "reference"),
        order=_optional_lookup(root, "order", ORDER_COLUMNS, "reference"),
        consent=_optional_lookup(root, "consent", CONSENT_COLUMNS, "value"),
        partner=_optional_lookup(root, "partner", PARTNER_COLUMNS, "value"),
        service=_optional_lookup(root, "service", SERVICE_COLUMNS, "value"),
        violation=_optional_lookup(root, "violation", VIOLATION_COLUMNS, "value"),
        groups=_groups(root.section("groups")),
    )
    root.require_all_read()
    if mapping.times not in TIMES:
        root.refuse("times", f"must be one of {', '.join(TIMES)}")
    return mapping


class _Section:
    """One table of the file, which knows its place and which of its keys were read."""

    def __init__(self, file: str, path: str, values: Mapping[str, object]) -> None:
        self.file, self.path, self.values = file, path, values
        self.unread = set(values)

    def refuse(self, key: str, message: str) -> NoReturn:
        place = f"{self.path}.{key}" if self.path else key
        raise NotReady(f"{self.file}: {place}: {message}")

    def text(self, key: str) -> str:
        self.unread.discard(key)
        value = self.values.get(key)
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, "must be given, as text")
        return value.strip()

    def sql(self, key: str, *, parameters: frozenset[str] = frozenset()) -> str:
        fragment = self.text(key)
        if _NOT_ONE_EXPRESSION.search(fragment):
            self.refuse(key, "must be one piece of SQL, without ; or comments")
        if _SECRET.search(fragment):
            self.refuse(key, "names a security credential, which no source may read")
        if unknown := sorted(set(_PARAMETER.findall(fragment)) - parameters):
            known = ", ".join(f":{name}" for name in sorted(parameters)) or "none"
            self.refuse(key, f"has the parameter :{unknown[0]}; allowed here: {known}")
        return fragment

    def optional_sql(self, key: str) -> str | None:
        return self.sql(key) if key in self.values else None

    def flag(self, key: str) -> bool:
        self.unread.discard(key)
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.refuse(key, "must be true or false")
        return value

    def section(self, key: str) -> "_Section":
        self.unread.discard(key)
        value = self.values.get(key)
        if not isinstance(value, dict) or not value:
            self.refuse(key, "must be a section with keys")
        return _Section(self.file, f"{self.path}.{key}" if self.path else key, value)

    def require_all_read(self) -> None:
        if self.unread:
            self.refuse(min(self.unread), "is not a key of a mapping file")


def _identifiers(section: _Section) -> Mapping[str, Lookup]:
    lookups = {}
    for kind in section.values:
        table = section.section(kind)
        lookups[kind] = Lookup(
            table.path,
            table.sql("from"),
            table.sql("where", parameters=frozenset({"value"})),
            {"account": table.sql("account")},
        )
        table.require_all_read()
    return MappingProxyType(lookups)


def _optional_lookup(
    root: _Section, key: str, columns: frozenset[str], parameter: str
) -> Lookup | None:
    return _lookup(root.section(key), parameter, columns) if key in root.values else None


def _lookup(section: _Section, parameter: str, columns: frozenset[str]) -> Lookup:
    table = section.section("columns")
    lookup = Lookup(
        section.path,
        section.sql("from"),
        section.sql("where", parameters=frozenset({parameter})),
        {name: table.sql(name) for name in sorted(columns)},
    )
    section.require_all_read()
    table.require_all_read()
    return lookup


def _groups(section: _Section) -> Mapping[str, Group]:
    groups: dict[str, Group] = {}
    homes: dict[str, str] = {}
    for name in section.values:
        table = section.section(name)
        groups[name] = _group(name, table)
        for field in groups[name].lookup.columns:
            if field in homes:
                table.refuse(f"fields.{field}", f"is already mapped in groups.{homes[field]}")
            homes[field] = name
    return MappingProxyType(groups)


def _group(name: str, table: _Section) -> Group:
    fields = _fields(table.section("fields"))
    group = Group(
        name=name,
        lookup=Lookup(
            table.path,
            table.sql("from"),
            table.sql("where", parameters=frozenset({"account"})),
            fields,
        ),
        record=table.sql("record"),
        storage_region=table.sql("storage_region"),
        collected_at=table.sql("collected_at"),
        cookie_choice=table.optional_sql("cookie_choice"),
        lawful_source=table.optional_sql("lawful_source"),
        time=table.optional_sql("time"),
        by_record=table.flag("by_record"),
    )
    table.require_all_read()
    _require_for(fields, "log.", table, ("time", "cookie_choice"))
    _require_for(fields, "exc.search_keywords", table, ("time",))
    _require_for(fields, "ptn.", table, ("lawful_source",))
    return group


def _require_for(
    fields: Mapping[str, str], prefix: str, table: _Section, keys: tuple[str, ...]
) -> None:
    if any(field.startswith(prefix) for field in fields):
        for key in keys:
            table.text(key)


def _fields(section: _Section) -> Mapping[str, str]:
    """Read ``reg.phone = ...`` and ``"reg.phone" = ...`` alike."""
    flat: dict[str, object] = {}
    for key, value in section.values.items():
        if isinstance(value, dict):
            flat.update({f"{key}.{name}": inner for name, inner in value.items()})
        else:
            flat[key] = value
    table = _Section(section.file, section.path, flat)
    for field in flat:
        if field.startswith("cred."):
            table.refuse(field, "security credentials are never disclosed and cannot be mapped")
        if not _FIELD.fullmatch(field):
            table.refuse(field, "is not a field id like reg.phone")
    return MappingProxyType({field: table.sql(field) for field in flat})
