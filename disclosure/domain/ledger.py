"""Build the entries of the ledger: format version 1.

Owns the exact bytes of an entry and its hash. Must not store, sign or send anything. The names of
events are in ``domain.events``, the rule that keeps personal data out in ``domain.ledger_guard``;
``domain.ledger_walk`` checks chains of entries, ``domain.merkle`` has the tree over them. The rows
live in ``storage``, the record that leaves the house is written by ``storage.record_bag``.
``verify.py`` repeats these rules on purpose, so that a record can be checked without this module.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from disclosure.domain.events import Event
from disclosure.domain.ledger_guard import (
    NotForTheLedger,
    Payload,
    Scalar,
    refuse_personal_data,
    refuse_unsafe_payload,
)

__all__ = [
    "EMPTY",
    "FORMAT",
    "SALT_BYTES",
    "Actor",
    "Content",
    "Event",
    "NotCanonical",
    "NotForTheLedger",
    "Payload",
    "Place",
    "Scalar",
    "build_entry",
    "canonical_json",
    "commitment",
    "leaf_hash",
    "refuse_personal_data",
    "time_text",
]

FORMAT = 1
SALT_BYTES = 32
EMPTY = hashlib.sha256(b"").hexdigest()
"""What ``prev`` and ``case_prev`` hold where nothing came before (RFC 6962, the empty tree)."""

_INTEGER_LIMIT = 2**53
_DEPTH_LIMIT = 16


class NotCanonical(ValueError):
    """Say that a value has no exact bytes in the ledger's format."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Say who acted: a person by id, the role they used, the hash of their session."""

    person: str
    role: str
    session: str | None = None


def canonical_json(value: object) -> bytes:
    """Return the one byte string that stands for a value.

    Raises:
        NotCanonical: For floats, integers of 2^53 and more, keys outside ASCII, lone
            surrogates, nesting deeper than 16 and types that JSON does not know.

    Source: RFC 8785; for this subset sorted ``json.dumps`` gives its bytes.
    """
    _refuse_what_differs(value, depth=0)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise NotCanonical("a text holds half of a character (a lone surrogate)") from None


def _refuse_what_differs(value: object, depth: int) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) >= _INTEGER_LIMIT:
            raise NotCanonical("an integer is too large: write it as text")
        return
    if not isinstance(value, dict | list | tuple):
        raise NotCanonical(f"a {type(value).__name__} cannot be written exactly")
    if depth >= _DEPTH_LIMIT:
        raise NotCanonical(f"values are nested deeper than {_DEPTH_LIMIT}")
    if isinstance(value, dict) and not all(isinstance(k, str) and k.isascii() for k in value):
        raise NotCanonical("a key is not an ASCII text")
    for member in value.values() if isinstance(value, dict) else value:
        _refuse_what_differs(member, depth + 1)


def leaf_hash(body: bytes) -> str:
    """Return the hex hash of one entry's exact bytes.

    Source: RFC 6962 section 2.1, leaf.
    """
    return hashlib.sha256(b"\x00" + body).hexdigest()


def commitment(salt: bytes, value: str) -> str:
    """Return the hash that stands in an entry for a value which may later be destroyed.

    Args:
        salt: 32 random bytes, kept beside the value and destroyed with it.
        value: The text itself; it never enters the ledger.
    """
    if len(salt) != SALT_BYTES:
        raise NotCanonical(f"a salt has {SALT_BYTES} bytes")
    try:
        return hashlib.sha256(salt + value.encode()).hexdigest()
    except UnicodeEncodeError:
        raise NotCanonical("a text holds half of a character (a lone surrogate)") from None


def time_text(moment: datetime) -> str:
    """Return a moment as the ledger writes it: UTC with microseconds."""
    if moment.tzinfo is None:
        raise NotCanonical("a time without its zone cannot be written")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_HASH = re.compile(r"[0-9a-f]{64}")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Place:
    """Say where an entry stands: in the whole ledger, and in its case if it concerns one.

    Attributes:
        seq: Place in the ledger, from 1 without a gap.
        prev: Leaf hash of entry ``seq - 1``, ``EMPTY`` for the first.
        case: Reference of the case, or None for what concerns no case.
        case_seq: Place in the case, from 1 without a gap; None without a case.
        case_prev: Leaf hash of the case's entry before this one, ``EMPTY`` for its first.
    """

    seq: int
    prev: str
    case: str | None = None
    case_seq: int | None = None
    case_prev: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Say what an entry tells.

    Attributes:
        at: When it happened.
        actor: Who did it.
        event: What happened.
        app_version: Version of the program that wrote the entry.
        subjects: Ids of the things it happened to.
        data: Ids, hashes, codes and counts that an auditor needs; no personal data.
        commitments: Name to the hash that ``commitment`` gave.
    """

    at: datetime
    actor: Actor
    event: Event
    app_version: str
    subjects: Sequence[str] = ()
    data: Payload = field(default_factory=dict)
    commitments: Mapping[str, str] = field(default_factory=dict)


def build_entry(place: Place, content: Content) -> bytes:
    """Return the exact bytes of one entry; they are stored and never written anew.

    Raises:
        NotCanonical: If the place in the chains is not well formed.
        NotForTheLedger: If a value may be personal data.
    """
    _refuse_bad_chain(place)
    actor = content.actor
    refuse_personal_data("actor.person", actor.person)
    refuse_personal_data("actor.role", actor.role)
    if actor.session is not None and not _HASH.fullmatch(actor.session):
        raise NotForTheLedger("actor.session: only the SHA-256 of the session's token")
    refuse_unsafe_payload(content.subjects, content.data, content.commitments, case=place.case)
    return canonical_json(
        {
            "v": FORMAT,
            "seq": place.seq,
            "prev": place.prev,
            "at": time_text(content.at),
            "case": place.case,
            "case_seq": place.case_seq,
            "case_prev": place.case_prev,
            "actor": {"person": actor.person, "role": actor.role, "session": actor.session},
            "action": content.event.value,
            "subjects": list(content.subjects),
            "data": {name: _plain(value) for name, value in content.data.items()},
            "commit": dict(content.commitments),
            "app": content.app_version,
        }
    )


def _refuse_bad_chain(place: Place) -> None:
    _refuse_bad_place("", place.seq, place.prev)
    if place.case is not None and not _REFERENCE.fullmatch(place.case):
        raise NotCanonical("the case's reference is not a plain word of at most 64 signs")
    if place.case is not None:
        _refuse_bad_place("case_", place.case_seq, place.case_prev)
    elif place.case_seq is not None or place.case_prev is not None:
        raise NotCanonical("without a case there is no place in a case")


def _plain(value: Scalar | Sequence[Scalar]) -> Scalar | list[Scalar]:
    return value if value is None or isinstance(value, str | int) else list(value)


def _refuse_bad_place(kind: str, seq: int | None, prev: str | None) -> None:
    if seq is None or isinstance(seq, bool) or seq < 1:
        raise NotCanonical(f"{kind}seq counts from 1")
    if prev is None or not _HASH.fullmatch(prev):
        raise NotCanonical(f"{kind}prev is a SHA-256 in 64 hex digits")
    if (seq == 1) != (prev == EMPTY):
        raise NotCanonical(f"{kind}prev is EMPTY for the first entry and for no other")
