"""Checking the checkpoints: signatures, the chain of them, and the keys that made them.

Owns what must be right about the checkpoints themselves; whether the entries give the roots that
they tell is found by the walk of ``operations/ledger_check.py``. Reads only.
"""

from base64 import b64decode
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Row, func, select

from disclosure.domain.checkpoints import (
    Checkpoint,
    NotACheckpoint,
    digest_of,
    head_leaf,
    note_of,
    read_checkpoint,
)
from disclosure.domain.ledger import EMPTY
from disclosure.domain.ledger_walk import Walked
from disclosure.domain.merkle import Tree
from disclosure.operations.checkpoints import keys_of, public_hex, ring_keys
from disclosure.operations.desk import Work
from disclosure.storage.ledger_rows import LedgerCheckpoint, LedgerKey

_SIGNATURE_BYTES = 64


@dataclass
class CheckedCheckpoints:
    """What the checkpoints say, as far as they are right.

    Attributes:
        roots: Size to root of the tree.
        newest: The newest of them.
        faults: What is wrong with the rest.
    """

    roots: dict[int, bytes] = field(default_factory=dict)
    newest: Checkpoint | None = None
    faults: list[str] = field(default_factory=list)

    def head_faults(self, walked: Walked) -> list[str]:
        """Compare the newest checkpoint's heads with the cases, when nothing came after it."""
        newest = self.newest
        if newest is None or newest.size != walked.tree.size:
            return []
        heads = [head_leaf(case, *told) for case, told in sorted(walked.cases.items())]
        if (newest.cases, newest.heads) == (len(heads), Tree(heads).root()):
            return []
        return [f"checkpoint {newest.size} covers other heads of cases than the entries make"]


def read_checkpoints(work: Work, *, deep: bool = False) -> CheckedCheckpoints:
    """Read every checkpoint, oldest first, and check all that needs no entry.

    Args:
        work: The unit of work.
        deep: Check the signature of each. Without it, of the last one under each key, which names
            the hash of the one before it, signature included, and so on to the first.
    """
    checked, keys, previous = CheckedCheckpoints(), keys_of(work), EMPTY
    checked.faults += _key_faults(work, keys)
    c = LedgerCheckpoint
    last = set(work.session.scalars(select(func.max(c.size)).group_by(c.key_number)))
    rows = select(c.size, c.sha256, c.body, c.key_number, c.made_at).order_by(c.size)
    for row in work.session.execute(rows):
        is_signature_asked = deep or row.size in last
        told, why = _read(row, keys, previous, is_signature_asked=is_signature_asked)
        if why or told is None:
            checked.faults.append(f"checkpoint {row.size} {why}")
        else:
            checked.roots[told.size], checked.newest = told.root, told
        previous = row.sha256
    return checked


def _read(
    row: Row[int, str, bytes, int, datetime],
    keys: list[LedgerKey],
    previous: str,
    *,
    is_signature_asked: bool,
) -> tuple[Checkpoint | None, str]:
    note: object = row.body  # SQLite keeps what it is given, whatever the column
    if not isinstance(note, bytes) or digest_of(note) != row.sha256:
        return None, "has other bytes than those that were hashed"
    try:
        text = note.decode()
        told = read_checkpoint(text)
    except (NotACheckpoint, UnicodeDecodeError):
        return None, "is not written as a checkpoint is"
    key = next((each for each in keys if each.number == row.key_number), None)
    if told.size != row.size or told.at != row.made_at:
        return None, "has another size or time than its row"
    if told.previous != previous:
        return None, "does not name the checkpoint before it"
    if key is None or key is not _key_at(keys, told.size):
        return None, "is signed with a key that was not in force"
    is_right = not is_signature_asked or _is_signed(text, told, key.public_key)
    return told, "" if is_right else "is not signed with its key"


def _key_at(keys: list[LedgerKey], size: int) -> LedgerKey | None:
    """Return the key in force: the newest whose own entry stands before the checkpoint's last."""
    in_force = [key for key in keys if key.seq < size]
    return in_force[-1] if in_force else None


def _is_signed(text: str, told: Checkpoint, public_hex: str) -> bool:
    public, body = bytes.fromhex(public_hex), told.body()
    try:
        signature = _signature_in(text)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, body.encode())
    except (InvalidSignature, ValueError):
        return False
    return note_of(body, origin=told.origin, public_key=public, signature=signature) == text


def _signature_in(text: str) -> bytes:
    return b64decode(text.rstrip("\n").rpartition(" ")[2])[-_SIGNATURE_BYTES:]


def _key_faults(work: Work, keys: list[LedgerKey]) -> list[str]:
    ours = [public_hex(key) for key in ring_keys(work.desk, len(keys))]
    told = [key.public_key for key in keys]
    if [key.number for key in keys] != list(range(1, len(keys) + 1)):
        return ["a key of the ledger is missing"]
    if told != ours[: len(told)]:
        return ["the ledger names other keys than the key ring holds"]
    return []
