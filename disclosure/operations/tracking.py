"""Following a demand from outside: reference and secret in, a plain state out.

Owns what a requester may see of their case and the slowing down of guesses. An unknown reference
and a wrong secret get the same answer. Nothing of the house is shown: no names, no checks, no
data subject, no notice.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from disclosure.domain.events import Event
from disclosure.domain.states import State
from disclosure.errors import Refused
from disclosure.operations.accounts import count_failure, hash_token, require_tries_left
from disclosure.operations.desk import Work
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerEntry, LedgerOpening

LONGEST_GIVEN = 200


class TooManyTries(Refused):
    """Say that secrets were guessed at too often from one address."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A state in the requester's words.

    Attributes:
        tone: Colour of the tag: neutral, accent, ok, warn, bad.
        says: What the state means for the requester and what they can do.
    """

    label: str
    tone: str
    says: str


@dataclass(frozen=True, slots=True)
class Passed:
    """One thing that happened, in the requester's words."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What a requester sees of their case.

    Attributes:
        question: What we asked of them, while we wait for it.
        reason: Text and source of the reason code of a refusal.
        due_at: None once it is answered, and while the clock stands still.
    """

    reference: str
    state: State
    plain: Plain
    received_at: datetime
    due_at: datetime | None
    due_provisional: bool
    question: str
    reason: tuple[str, str] | None
    passed: tuple[Passed, ...]


_CHECKING = Plain("Being checked", "accent", "We check who asks and what the law lets us give.")
_PREPARED = Plain(
    "Being prepared", "accent", "The answer is decided. We prepare it, and two people sign it."
)
PLAIN: Mapping[State, Plain] = {
    State.RECEIVED: Plain("Received", "accent", "Your demand is here and waits for its turn."),
    State.VERIFYING: _CHECKING,
    State.ASSESSING: _CHECKING,
    State.NEEDS_HUMAN: _CHECKING,
    State.ON_HOLD: Plain(
        "On hold", "warn", "Something has to be settled before we can go on. You need do nothing."
    ),
    State.NEEDS_INFO: Plain(
        "Waiting for you", "warn", "We need something from you. Until then the clock stands still."
    ),
    State.COLLECTING: _PREPARED,
    State.REDACTING: _PREPARED,
    State.SIGNING: _PREPARED,
    State.APPROVED: _PREPARED,
    State.RELEASED: Plain(
        "Ready to collect",
        "ok",
        "A link is on its way to the address that we have on record; its code comes by a second "
        "way. Both are needed.",
    ),
    State.DELIVERED: Plain("Delivered", "ok", "The answer was collected."),
    State.CLOSED: Plain("Closed", "neutral", "Nothing is left to do."),
    State.REFUSED: Plain(
        "Refused", "bad", "We cannot give what was asked for. You can send a new demand."
    ),
    State.REJECTED: Plain(
        "Not accepted",
        "bad",
        "We could not establish that this demand comes from where it says it comes from.",
    ),
    State.REROUTED: Plain(
        "Another way", "neutral", "This demand goes another way; our message says which."
    ),
    State.PRESERVED: Plain(
        "Preserved", "ok", "The records are kept unchanged. Nothing has been given out."
    ),
    State.LINKED_DUPLICATE: Plain(
        "Joined to an earlier demand", "neutral", "You asked for the same before; that one counts."
    ),
    State.NO_DATA: Plain("Nothing found", "neutral", "We hold no data of the kind asked for."),
    State.RECALLED: Plain(
        "Recalled",
        "bad",
        "The answer was sent by mistake. Do not use it, delete every copy and tell us.",
    ),
}

_TOLD: Mapping[str, str] = {
    Event.CASE_RECEIVED.value: "Your demand arrived",
    Event.CASE_REQUESTER_CONFIRMED.value: "We made sure who is asking",
    Event.CASE_INFORMATION_ASKED.value: "We asked you for something",
    Event.CASE_INFORMATION_RECEIVED.value: "Your answer arrived",
    Event.CASE_DECIDED.value: "We decided to answer",
    Event.CASE_REFUSED.value: "We refused the demand",
    Event.CASE_REROUTED.value: "The demand goes another way",
    Event.CASE_PRESERVED.value: "Records were preserved",
    Event.CASE_EMPTIED.value: "We found nothing",
    Event.CASE_LINKED.value: "Joined to your earlier demand",
    Event.RELEASE_MADE.value: "The answer was signed and released",
    Event.DELIVERY_REDEEMED.value: "The answer was collected",
    Event.CASE_RECALLED.value: "The answer was recalled",
    Event.CASE_CLOSED.value: "Closed",
}
"""What of the ledger a requester is told; everything else is the house's business."""


def follow(work: Work, *, given: str, secret: str, address: str) -> Followed | None:
    """Look a demand up by what was typed.

    The caller commits in both cases: a failed try is counted.

    Args:
        work: The unit of work.
        given: The reference, or the public reference of the tracking link.
        secret: The tracking secret of the receipt.
        address: Where the try comes from; counted, never stored in clear.

    Returns:
        What the requester may see; None when reference or secret is wrong, no matter which.

    Raises:
        TooManyTries: When this address failed too often.
    """
    subject = f"track:{hash_token(address)[:32]}"
    try:
        require_tries_left(work, subject)
    except Refused as refusal:
        raise TooManyTries(refusal.message) from None
    case = _find(work, given.strip()[:LONGEST_GIVEN])
    kept = case.tracking_hash if case is not None else "0" * 64
    typed = hashlib.sha256(secret.strip().encode(errors="replace")).hexdigest()
    if not hmac.compare_digest(kept, typed) or case is None:
        count_failure(work, subject)
        return None
    return _followed(work, case)


def _find(work: Work, given: str) -> Case | None:
    rows = work.session.scalars(
        select(Case).where((Case.public_ref == given) | (Case.reference == given.upper()))
    )
    return rows.first()


def _followed(work: Work, case: Case) -> Followed:
    state = State.of(case.state)
    entries = _entries(work, case)
    waits = state is State.NEEDS_INFO
    answered = not case.is_open or state in {State.RELEASED, State.DELIVERED, State.RECALLED}
    passed = [
        Passed(datetime.fromisoformat(entry["at"]), _TOLD[entry["action"]])
        for _, entry in entries
        if entry["action"] in _TOLD
    ]
    return Followed(
        reference=case.reference,
        state=state,
        plain=PLAIN[state],
        received_at=case.received_at,
        due_at=None if waits or answered else case.due_at,
        due_provisional=case.due_provisional,
        question=_question(work, entries) if waits else "",
        reason=_reason(work, entries) if state is State.REFUSED else None,
        passed=tuple(reversed(passed)),
    )


def _entries(work: Work, case: Case) -> list[tuple[int, dict[str, Any]]]:
    rows = work.session.execute(
        select(LedgerEntry.seq, LedgerEntry.body)
        .where(LedgerEntry.case_id == case.id)
        .order_by(LedgerEntry.case_seq)
    )
    return [(row.seq, json.loads(row.body)) for row in rows]


def _last(entries: list[tuple[int, dict[str, Any]]], event: Event) -> tuple[int, dict[str, Any]]:
    found = [pair for pair in entries if pair[1]["action"] == event.value]
    return found[-1] if found else (0, {"data": {}})


def _question(work: Work, entries: list[tuple[int, dict[str, Any]]]) -> str:
    seq, _ = _last(entries, Event.CASE_INFORMATION_ASKED)
    opening = work.session.get(LedgerOpening, (seq, "reason"))
    return opening.value if opening is not None else ""


def _reason(work: Work, entries: list[tuple[int, dict[str, Any]]]) -> tuple[str, str] | None:
    _, entry = _last(entries, Event.CASE_REFUSED)
    code = work.desk.catalogue.reasons.get(str(entry["data"].get("code", "")))
    return (code.text, code.source) if code is not None else None
