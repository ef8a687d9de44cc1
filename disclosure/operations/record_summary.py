"""The readable part of a case record: one PDF with what happened, when, by whom, under which hash.

Owns what the summary says. It is printed from the entries and what is told of them, so that it can
be compared with both; how a page looks is the template's and the print stylesheet's business.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from disclosure.domain.checkpoints import read_checkpoint
from disclosure.domain.events import Event
from disclosure.domain.ledger import leaf_hash
from disclosure.domain.states import State
from disclosure.operations.desk import Desk
from disclosure.operations.printing import fill

MOST_LINES = 400
"""Longer cases show as many from the beginning as from the end; the entries have them all."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the timeline."""

    place: int
    seq: int
    at: datetime
    what: str
    who: str
    role: str
    moved_to: str
    reason: str
    leaf: str


def print_summary(
    desk: Desk,
    *,
    reference: str,
    entries: Sequence[bytes],
    openings: Mapping[int, Mapping[str, tuple[bytes, str]]],
    names: Mapping[str, str],
    checkpoint: bytes,
) -> bytes:
    """Return the summary of a case as a PDF; the same entries give the same bytes.

    Args:
        desk: For the platform's name and zone.
        reference: The case.
        entries: Exact bytes of its entries, in order.
        openings: What is told of their commitments.
        names: Names of staff; who is not there is shown by id.
        checkpoint: The checkpoint of the record.
    """
    from disclosure.documents.render import render_pdf  # noqa: PLC0415 - loads WeasyPrint

    told = read_checkpoint(checkpoint.decode())
    shown, left_out = _shortened(entries)
    lines = [_line(body, openings, names) for body in shown]
    last = json.loads(entries[-1])
    html = fill(
        "documents/case-record.html",
        desk.settings.timezone,
        {
            "reference": reference,
            "entity": desk.settings.legal_entity,
            "origin": told.origin,
            "checkpoint": told,
            "root": told.root.hex(),
            "lines": lines,
            "left_out": left_out,
            "half": MOST_LINES // 2,
            "total": len(entries),
            "last_leaf": leaf_hash(entries[-1]),
            "received_at": lines[0].at,
            "exported_at": datetime.fromisoformat(last["at"]),
            "state": _state_of(entries),
            "released": _released_hash(entries),
        },
    )
    return render_pdf(html, title=f"Case record {reference}", lang="en", every_glyph=False)


def _shortened(entries: Sequence[bytes]) -> tuple[Sequence[bytes], int]:
    if len(entries) <= MOST_LINES:
        return entries, 0
    half = MOST_LINES // 2
    return [*entries[:half], *entries[-half:]], len(entries) - MOST_LINES


def _line(
    body: bytes,
    openings: Mapping[int, Mapping[str, tuple[bytes, str]]],
    names: Mapping[str, str],
) -> Line:
    entry: dict[str, Any] = json.loads(body)
    person, data = entry["actor"]["person"], entry["data"]
    reason = openings.get(entry["seq"], {}).get("reason", (b"", ""))[1]
    if not reason and "reason" in entry["commit"]:
        reason = "withheld"
    moved = data.get("to", "") if data.get("to") != data.get("from") else ""
    return Line(
        place=entry["case_seq"],
        seq=entry["seq"],
        at=datetime.fromisoformat(entry["at"]),
        what=Event.of(entry["action"]).meaning,
        who=names.get(person, person),
        role="" if entry["actor"]["role"] == "none" else entry["actor"]["role"].replace("_", " "),
        moved_to=State.of(moved).label if moved else "",
        reason=reason,
        leaf=leaf_hash(body),
    )


def _state_of(entries: Sequence[bytes]) -> str:
    for body in reversed(entries):
        code = json.loads(body)["data"].get("to", "")
        if code:
            return State.of(code).label
    return State.RECEIVED.label


def _released_hash(entries: Sequence[bytes]) -> str:
    for body in reversed(entries):
        entry = json.loads(body)
        if entry["action"] == Event.RELEASE_MADE.value:
            return str(entry["data"]["sha256"])
    return ""
