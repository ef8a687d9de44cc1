"""The facts of a case, as frozen values, and the strict reading of them from JSON.

Owns the shape of a case and nothing that follows from it. Every value is checked: an unknown key,
a wrong type or a word outside its closed set is bad input, named by its path. Values themselves
are never repeated in messages. Look next at ``domain/readers.py`` and ``domain/grounds``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from disclosure.domain.readers import (
    Reader,
    Wrong,
    country,
    field_id,
    flag,
    ground_id,
    instant,
    instrument_type,
    list_of,
    mark,
    maybe,
    name,
    number,
    one_of,
    people,
    requester_class,
    shape,
    storage,
    text,
)
from disclosure.domain.rulebook import Catalogue
from disclosure.errors import BadInput

IGNORED_KEYS = frozenset({"expected", "title", "tricky", "clause", "requester_class"})
"""Keys of a case that say something to people and nothing to the rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asks, and what was done to find out."""

    requester_class: str | None = None
    country: str | None = None
    verified: bool = False
    domain: str | None = None
    callback_done: bool = False
    officers: int = 0
    is_data_subject: bool = False
    restricted_list: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """The paper of an authority.

    Attributes:
        fields: What it names expressly; None: the requested fields up to L2.
        issuer_level: None where nobody has judged it yet.
    """

    type: str | None = None
    number: str | None = None
    sealed: bool = False
    legal_basis: str | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    names_us: bool = False
    emergency: bool = False
    danger: str = "person"
    gag: bool = False
    gag_until: datetime | None = None
    art41_approval: str | None = None
    intl_agreement: bool = False
    fields: tuple[str, ...] | None = None
    excluded_basis: bool = False
    content_warrant: bool = False
    issuer_level: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose data it is.

    Attributes:
        resolves_to: How many accounts the identifiers lead to.
        age: None where no minor is known.
        storage: Where the data is stored.
    """

    account: str | None = None
    resolves_to: int = 0
    identifiers_agree: bool = False
    age: int | None = None
    guardian_consent: bool = False
    storage: str | None = None
    safety_flag: bool = False
    cookies_refused: bool = False
    objection: str = "none"
    role: str | None = None
    deceased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for.

    Attributes:
        fields: In the order asked, each once.
        justified: Fields with a recorded justification.
        data_exists: None where nothing was gathered yet.
    """

    fields: tuple[str, ...] = ()
    justified: tuple[str, ...] = ()
    period_days: int | None = None
    period_reason: bool = False
    duplicate_of: str | None = None
    data_exists: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The data subject's consent, as recorded."""

    id: str | None = None
    separate: bool = False
    covers: bool = False
    fields: tuple[str, ...] = ()
    recipient: str | None = None
    given_at: datetime | None = None
    withdrawn_at: datetime | None = None
    guardian: bool = False
    sensitive_separate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundFacts:
    """What a ground's own evidence says; each ground's row names the keys that it may fill."""

    consent: Consent | None = None
    template: str | None = None
    order_ref: str | None = None
    contract: str | None = None
    access_end: datetime | None = None
    purpose: str | None = None
    decision: str | None = None
    final: bool = False
    interest: str | None = None
    relay_tried: bool = False
    law_note: str | None = None
    complaint: str | None = None
    qualified: bool = False
    forwarded: bool = False
    state: str | None = None
    requester_is_respondent: bool = False
    order: str | None = None
    on_platform: bool = False
    is_party: bool = False
    performed: str = "none"
    in_time: bool | None = None
    trader: bool = False
    other_ground_fits: bool = False
    legal_basis: str | None = None
    reason_ok: bool = False
    reason: str | None = None
    export_route: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """Who works on the case, once that is known."""

    reviewer: str | None = None
    approvers: tuple[str, ...] = ()
    pia: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What only the case's own records can say; None where nothing is known.

    Attributes:
        authority_to_act: Whether a paper shows it, where somebody acts for another.
        third_parties: ``none``, ``redacted`` or ``present`` in what was gathered.
        approved_at: When the oldest live signature was given.
    """

    authority_to_act: bool | None = None
    third_parties: str | None = None
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersions:
    """What changed in the policy between the receipt and now."""

    version_at_receipt: str | None = None
    version_now: str | None = None
    receipt_lacks: tuple[str, ...] = ()
    now_removes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that the rules may know about a case.

    Attributes:
        release_at: The instant of evaluation.
        process: None where the people are not known yet.
    """

    release_at: datetime
    received_at: datetime | None = None
    requester: Requester = field(default_factory=Requester)
    instrument: Instrument = field(default_factory=Instrument)
    subject: Subject = field(default_factory=Subject)
    request: Request = field(default_factory=Request)
    ground_facts: GroundFacts = field(default_factory=GroundFacts)
    process: Process | None = None
    records: Records = field(default_factory=Records)
    policy: PolicyVersions = field(default_factory=PolicyVersions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case to decide: its name, the ground invoked, and the facts."""

    id: str
    ground: str
    facts: Facts


CONSENT = shape(
    Consent,
    {
        "id": text,
        "separate": flag,
        "covers": flag,
        "fields": list_of(field_id),
        "recipient": text,
        "given_at": instant,
        "withdrawn_at": instant,
        "guardian": mark,
        "sensitive_separate": flag,
    },
)

GROUND_FACTS: Mapping[str, Reader] = {
    "consent": maybe(CONSENT),
    "template": text,
    "order_ref": text,
    "contract": text,
    "access_end": instant,
    "purpose": text,
    "decision": text,
    "final": flag,
    "interest": text,
    "relay_tried": flag,
    "law_note": text,
    "complaint": text,
    "qualified": flag,
    "forwarded": flag,
    "state": maybe(one_of("open", "withdrawn")),
    "requester_is_respondent": flag,
    "order": text,
    "on_platform": flag,
    "is_party": flag,
    "performed": maybe(one_of("full", "part", "none")),
    "in_time": maybe(flag),
    "trader": flag,
    "other_ground_fits": mark,
    "legal_basis": text,
    "reason_ok": flag,
    "reason": text,
    "export_route": text,
}
"""Every key of ``ground_facts``; a ground's row in the packs says which of them it takes."""

_GROUND_FACTS = shape(GroundFacts, GROUND_FACTS)

_FACTS: Mapping[str, Reader] = {
    "received_at": instant,
    "release_at": instant,
    "requester": maybe(
        shape(
            Requester,
            {
                "class": maybe(requester_class),
                "country": maybe(country),
                "verified": flag,
                "domain": maybe(one_of("registered", "lookalike", "unlisted", "free_mail")),
                "callback_done": flag,
                "officers": number,
                "is_data_subject": flag,
                "restricted_list": flag,
            },
        )
    ),
    "instrument": maybe(
        shape(
            Instrument,
            {
                "type": maybe(instrument_type),
                "number": text,
                "sealed": flag,
                "legal_basis": text,
                "issued_at": instant,
                "expires_at": instant,
                "names_us": flag,
                "emergency": flag,
                "danger": maybe(one_of("person", "property")),
                "gag": flag,
                "gag_until": instant,
                "art41_approval": text,
                "intl_agreement": mark,
                "fields": maybe(list_of(field_id)),
                "excluded_basis": mark,
                "content_warrant": mark,
                "issuer_level": maybe(one_of("sufficient", "unclear", "insufficient")),
            },
        )
    ),
    "subject": maybe(
        shape(
            Subject,
            {
                "account": text,
                "resolves_to": number,
                "identifiers_agree": flag,
                "age": maybe(number),
                "guardian_consent": mark,
                "storage": maybe(storage),
                "safety_flag": flag,
                "cookies_refused": flag,
                "objection": maybe(one_of("none", "pending", "upheld", "overruled")),
                "role": text,
                "deceased": mark,
            },
        )
    ),
    "request": maybe(
        shape(
            Request,
            {
                "fields": list_of(field_id),
                "justified": list_of(field_id),
                "period_days": maybe(number),
                "period_reason": mark,
                "duplicate_of": text,
                "data_exists": maybe(flag),
            },
        )
    ),
    "ground_facts": maybe(shape(GroundFacts, GROUND_FACTS)),
    "process": maybe(shape(Process, {"reviewer": text, "approvers": people, "pia": mark})),
    "records": maybe(
        shape(
            Records,
            {
                "authority_to_act": maybe(flag),
                "third_parties": maybe(one_of("none", "redacted", "present")),
                "approved_at": instant,
            },
        )
    ),
    "policy": maybe(
        shape(
            PolicyVersions,
            {
                "version_at_receipt": text,
                "version_now": text,
                "receipt_lacks": list_of(field_id),
                "now_removes": list_of(field_id),
            },
        )
    ),
}


_CASE = shape(
    Case,
    {
        "id": name,
        "ground": ground_id,
        "facts": shape(Facts, _FACTS, required=("release_at",)),
    },
    required=("id", "ground", "facts"),
    ignored=IGNORED_KEYS,
)


def parse_case(raw: object, catalogue: Catalogue, *, path: str = "") -> Case:
    """Read one case, strictly.

    Args:
        raw: The case as JSON reads it.
        catalogue: Knows the words that a case may use.
        path: Where the case stands, such as ``[3]``; goes before the path of a bad value.

    Raises:
        BadInput: When anything is not as the shape says, with the path of the value.
    """
    try:
        case = _CASE(raw, catalogue)
        _own_keys_only(raw, case, catalogue)
    except Wrong as wrong:
        where = path + wrong.path
        raise BadInput(wrong.message, where=where if path else where.removeprefix(".")) from None
    return case


def _own_keys_only(raw: object, case: Case, catalogue: Catalogue) -> None:
    """Refuse ground facts of another ground: they would be silently without effect."""
    allowed = catalogue.ground(case.ground, case.facts.release_at).facts
    for key in _part(_part(raw, "facts"), "ground_facts"):
        if key not in allowed:
            words = ", ".join(sorted(allowed)) or "none"
            message = f"{case.ground} has no such fact; it takes: {words}"
            raise Wrong(message, f".facts.ground_facts.{key}")


def _part(value: object, key: str) -> dict[str, object]:
    return (value.get(key) or {}) if isinstance(value, dict) else {}
