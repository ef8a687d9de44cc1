"""Comparing rows with entries: a row that no entry speaks of, or an entry whose row is gone.

Owns what is remembered of the entries for it, and the comparison. Reads only.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from disclosure.domain.events import Event
from disclosure.domain.ledger import time_text
from disclosure.domain.ledger_walk import Batch
from disclosure.domain.workflow import TRANSITIONS
from disclosure.operations.desk import Work
from disclosure.storage.cases import Case
from disclosure.storage.releases import GateAnswer, Release, Rendition, Signature, SignatureVoiding
from disclosure.storage.reports import TransparencyReport

Row = tuple[object, ...]


def _signature(entry: Mapping[str, Any]) -> Row:
    data = entry["data"]
    return data["rendition"], data["sha256"], data["role"], entry["actor"]["person"], entry["at"]


def _release(entry: Mapping[str, Any]) -> Row:
    data = entry["data"]
    return data["rendition"], data["sha256"], data["profile"], entry["actor"]["person"], entry["at"]


def _answer(entry: Mapping[str, Any]) -> Row:
    data = entry["data"]
    return data["rendition"], data["sha256"], entry["actor"]["person"], entry["seq"], entry["at"]


def _voiding(entry: Mapping[str, Any]) -> Row:
    return (entry["data"]["cause"],)


def _report(entry: Mapping[str, Any]) -> Row:
    data = entry["data"]
    sha256 = data["sha256"]
    return sha256, sha256, data["up_to"], entry["actor"]["person"], entry["at"]


def _rendition(entry: Mapping[str, Any]) -> Row:
    return (entry["data"]["sha256"],)


_KINDS: dict[bytes, tuple[str, str, Callable[[Mapping[str, Any]], Row]]] = {
    f'{{"action":"{event.value}"'.encode(): (kind, name, of)
    for event, kind, name, of in (
        (Event.SIGNATURE_GIVEN, "signature", "signature", _signature),
        (Event.GATE_ANSWERED, "answer for the gate", "answer", _answer),
        (Event.SIGNATURE_VOIDED, "voiding", "signature", _voiding),
        (Event.RELEASE_MADE, "release", "release", _release),
        (Event.RENDITION_BUILT, "rendition", "rendition", _rendition),
        (Event.REPORT_PUBLISHED, "transparency report", "report", _report),
    )
}
"""How an entry begins -> kind of row, name of its id in the entry, and what the row must say."""

_RECEIVED = f'{{"action":"{Event.CASE_RECEIVED.value}"'.encode()
_BEGINS = slice(len('{"action":"'), len('{"action":"') + 8)
_TELLING = {start[_BEGINS] for start in (*_KINDS, _RECEIVED)} | {
    row.event.value.encode()[:8] for row in TRANSITIONS if row.target is not None
}
"""How the names of events begin whose entries may tell of a row or a state."""


@dataclass
class Told:
    """What the entries say of rows, remembered while they are read.

    Attributes:
        moves: Case to the bytes of its last entry that moved it.
        rows: Kind of row to id to what the row must say.
    """

    moves: dict[str, bytes] = field(default_factory=dict)
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)

    def remember(self, batch: Batch) -> None:
        """Keep what entries say of a row or a state; most say nothing and are not parsed."""
        for case, body in zip(batch.cases, batch.bodies, strict=True):
            if body[_BEGINS] in _TELLING:
                self._remember(case, body)

    def _remember(self, case: str | None, body: bytes) -> None:
        if case is not None and (b'"to":"' in body or body.startswith(_RECEIVED)):
            self.moves[case] = body
        start = body[: body.find(b",")]
        if start in _KINDS:
            kind, name, of = _KINDS[start]
            try:
                told = json.loads(body)
                self.rows.setdefault(kind, {})[told["data"][name]] = of(told)
            except (ValueError, KeyError, TypeError):
                return  # the walk names this entry

    def states(self) -> dict[str, str]:
        """Return the state that each case's entries gave it last."""
        return {case: _state_in(body) for case, body in self.moves.items()}


def _state_in(body: bytes) -> str:
    try:
        told = json.loads(body)
        return str(told["data"].get("to", "received"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def row_faults(work: Work, told: Told) -> list[str]:
    """Compare each case's state and every protected row with what the entries say."""
    states = told.states()
    faults = [
        f"case {row.reference} is {row.state}, its entries say otherwise"
        for row in work.session.execute(select(Case.reference, Case.state))
        if states.get(row.reference) != row.state
    ]
    for kind, rows in _rows_there(work).items():
        entries = told.rows.get(kind, {})
        faults += [
            f"{kind} {each} has no entry of its own"
            for each, says in sorted(rows.items())
            if entries.get(each) != says
        ]
        missing = sorted(set(entries) - set(rows))
        faults += [f"{kind} {each} has an entry and no row" for each in missing]
    return faults


def _rows_there(work: Work) -> dict[str, dict[str, Row]]:
    def read(*columns: Any) -> dict[str, tuple[Any, ...]]:
        rows = work.session.execute(select(*columns)).all()
        return {row[0]: tuple(map(_told, row[1:])) for row in rows}

    s, r, a = Signature, Release, GateAnswer
    t = TransparencyReport
    reports = read(t.id, t.content, t.sha256, t.up_to, t.published_by, t.published_at)
    return {
        "transparency report": {
            each: (hashlib.sha256(bytes(content)).hexdigest(), *rest)
            for each, (content, *rest) in reports.items()
        },
        "signature": read(s.id, s.rendition_id, s.sha256, s.role, s.person_id, s.signed_at),
        "answer for the gate": read(
            a.id, a.rendition_id, a.sha256, a.person_id, a.seq, a.answered_at
        ),
        "voiding": read(SignatureVoiding.signature_id, SignatureVoiding.cause),
        "release": read(r.id, r.rendition_id, r.sha256, r.profile, r.released_by, r.released_at),
        "rendition": read(Rendition.id, Rendition.sha256),
    }


def _told(value: object) -> object:
    return time_text(value) if isinstance(value, datetime) else value
