"""Build and check the entries of the ledger: format version 1.

Owns the exact bytes of an entry, its hashes and its chains. Must not store, sign or send
anything. The names of events are in ``domain.events``, the rule that keeps personal data out
in ``domain.ledger_guard``; the rows live in ``storage``, the record that leaves the house is
written by ``storage.record_bag``. ``verify.py`` repeats these rules on purpose, so that a
record can be checked without this module.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

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
    "Broken",
    "Event",
    "NotCanonical",
    "NotForTheLedger",
    "Payload",
    "Scalar",
    "StoredEntry",
    "build_entry",
    "canonical_json",
    "check_chain",
    "commitment",
    "leaf_hash",
    "node_hash",
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


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """Hold one row of the ledger as the database gives it; ``case`` is the case's reference."""

    seq: int
    case: str | None
    case_seq: int | None
    leaf: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """Name the first entry that is not what was written, and why."""

    seq: int
    why: str


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


def node_hash(left: str, right: str) -> str:
    """Return the hex hash of the tree node above two others.

    Source: RFC 6962 section 2.1, inner node.
    """
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


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


def build_entry(  # noqa: PLR0913 - one argument for each field of the format
    *,
    seq: int,
    prev: str,
    at: datetime,
    case: str | None,
    case_seq: int | None,
    case_prev: str | None,
    actor: Actor,
    event: Event,
    subjects: Sequence[str],
    data: Payload,
    commitments: Mapping[str, str],
    app_version: str,
) -> bytes:
    """Return the exact bytes of one entry; they are stored and never written anew.

    Args:
        seq: Place in the ledger, from 1 without a gap.
        prev: Leaf hash of entry ``seq - 1``, ``EMPTY`` for the first.
        at: When it happened.
        case: Reference of the case, or None for what concerns no case.
        case_seq: Place in the case, from 1 without a gap; None without a case.
        case_prev: Leaf hash of the case's entry before this one, ``EMPTY`` for its first.
        actor: Who did it.
        event: What happened.
        subjects: Ids of the things it happened to.
        data: Ids, hashes, codes and counts that an auditor needs; no personal data.
        commitments: Name to the hash that ``commitment`` gave.
        app_version: Version of the program that wrote the entry.

    Raises:
        NotCanonical: If the place in the chains is not well formed.
        NotForTheLedger: If a value may be personal data.
    """
    _refuse_bad_place("", seq, prev)
    if case is not None and not _REFERENCE.fullmatch(case):
        raise NotCanonical("the case's reference is not a plain word of at most 64 signs")
    if case is not None:
        _refuse_bad_place("case_", case_seq, case_prev)
    elif case_seq is not None or case_prev is not None:
        raise NotCanonical("without a case there is no place in a case")
    refuse_personal_data("actor.person", actor.person)
    refuse_personal_data("actor.role", actor.role)
    if actor.session is not None and not _HASH.fullmatch(actor.session):
        raise NotForTheLedger("actor.session: only the SHA-256 of the session's token")
    refuse_unsafe_payload(subjects, data, commitments, case=case)
    return canonical_json(
        {
            "v": FORMAT,
            "seq": seq,
            "prev": prev,
            "at": time_text(at),
            "case": case,
            "case_seq": case_seq,
            "case_prev": case_prev,
            "actor": {"person": actor.person, "role": actor.role, "session": actor.session},
            "action": event.value,
            "subjects": list(subjects),
            "data": {name: _plain(value) for name, value in data.items()},
            "commit": dict(commitments),
            "app": app_version,
        }
    )


def _plain(value: Scalar | Sequence[Scalar]) -> Scalar | list[Scalar]:
    return value if value is None or isinstance(value, str | int) else list(value)


def _refuse_bad_place(kind: str, seq: int | None, prev: str | None) -> None:
    if seq is None or isinstance(seq, bool) or seq < 1:
        raise NotCanonical(f"{kind}seq counts from 1")
    if prev is None or not _HASH.fullmatch(prev):
        raise NotCanonical(f"{kind}prev is a SHA-256 in 64 hex digits")
    if (seq == 1) != (prev == EMPTY):
        raise NotCanonical(f"{kind}prev is EMPTY for the first entry and for no other")


def check_chain(
    entries: Iterable[StoredEntry],
    *,
    known: Mapping[int, str] | None = None,
    deep: bool = True,
) -> Broken | None:
    """Return the first entry that breaks the ledger's chains, or None if all of it is whole.

    Reads one entry at a time; keeps one short line for each case. A cut-off end, or a ledger
    that was written anew as a whole, can only be seen with ``known``.

    Args:
        entries: All rows in the order of ``seq``.
        known: ``seq`` to leaf hash, as told earlier by signed heads or a witness.
        deep: Read every entry as JSON and compare each column with it. Without it the bytes
            are only hashed and searched for their place, which is several times faster.
    """
    known = known or {}
    last, prev = 0, EMPTY
    cases: dict[str, tuple[int, str]] = {}
    for entry in entries:
        case_place, case_prev = _place_in_case(entry, cases)
        links = _Links(last + 1, prev, entry.case, case_place, case_prev)
        why = _row_fault(entry, links) or (_deep_fault(entry.body, links) if deep else "")
        if not why and known.get(entry.seq, entry.leaf) != entry.leaf:
            why = "is not the entry that an earlier signed head or witness names"
        if why:
            return Broken(last + 1, why)
        last, prev = entry.seq, entry.leaf
        if entry.case is not None and case_place is not None:
            cases[entry.case] = (case_place, entry.leaf)
    missing = max(known, default=0) > last
    why = "is missing: an earlier signed head or witness knows a longer ledger"
    return Broken(last + 1, why) if missing else None


class _Links(NamedTuple):
    """Hold what an entry has to say about its place."""

    seq: int
    prev: str
    case: str | None
    case_seq: int | None
    case_prev: str | None


def _place_in_case(
    entry: StoredEntry, cases: Mapping[str, tuple[int, str]]
) -> tuple[int | None, str | None]:
    if entry.case is None:
        return None, None
    before, leaf = cases.get(entry.case, (0, EMPTY))
    return before + 1, leaf


def _row_fault(entry: StoredEntry, links: _Links) -> str:
    if entry.seq != links.seq:
        return f"is missing or out of order: entry {entry.seq} stands in its place"
    if entry.case_seq != links.case_seq:
        return f"has place {entry.case_seq} in its case, where {links.case_seq} follows"
    if leaf_hash(entry.body) != entry.leaf:
        return "has other bytes than those that were hashed"
    place = f'"prev":"{links.prev}","seq":{links.seq},"subjects":'
    if place.encode() not in entry.body:
        return "does not name its place and the entry before it"
    in_case = (
        f'"case":{json.dumps(links.case)},"case_prev":{json.dumps(links.case_prev)},'
        f'"case_seq":{json.dumps(links.case_seq)},"commit":'
    )
    if in_case.encode() not in entry.body:
        return "does not name its place in its case and the entry before it there"
    return ""


def _deep_fault(body: bytes, links: _Links) -> str:
    try:
        fields = json.loads(body)
        same = canonical_json(fields) == body
    except (ValueError, RecursionError):
        same = False
    if not same or not isinstance(fields, dict) or fields.get("v") != FORMAT:
        return "is not JSON in the one form that the ledger writes"
    wrong = [name for name, value in links._asdict().items() if fields.get(name, "") != value]
    return f"says another {wrong[0]} than its place has" if wrong else ""
