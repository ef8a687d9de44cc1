"""What a checkpoint says: how many entries there are, their root, and the head of every case.

Owns the text that is signed, and how it is read again. Must not sign, store or compute a tree:
``domain.merkle`` has the tree, ``operations.checkpoints`` makes checkpoints. The form is that of a
signed note with a checkpoint inside (C2SP ``signed-note`` and ``tlog-checkpoint``), so that tools
which others have written can read it too.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from disclosure.domain.ledger import EMPTY, time_text
from disclosure.domain.merkle import leaf_of

_ED25519 = b"\x01"
_KEY_ID_BYTES = 4
_FORM = re.compile(
    r"(?P<origin>[^\s+]+)\n(?P<size>[1-9]\d{0,14})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"cases: (?P<cases>0|[1-9]\d{0,14})\nheads: (?P<heads>[A-Za-z0-9+/]{43}=)\n"
    r"time: (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\nprevious: (?P<previous>[0-9a-f]{64})\n"
)


class NotACheckpoint(ValueError):
    """Say that a text is not a checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Hold what one checkpoint says.

    Attributes:
        origin: Name of the ledger, without blanks.
        size: How many entries it has.
        root: Root of the tree over all entries.
        cases: How many cases have entries.
        heads: Root of the tree over the head of each case, in the order of references.
        at: When it was made.
        previous: SHA-256 of the checkpoint before it, signature included; ``EMPTY`` for the first.
    """

    origin: str
    size: int
    root: bytes
    cases: int
    heads: bytes
    at: datetime
    previous: str = EMPTY

    def body(self) -> str:
        """Return the text that is signed."""
        return (
            f"{self.origin}\n{self.size}\n{_text(self.root)}\n"
            f"cases: {self.cases}\nheads: {_text(self.heads)}\n"
            f"time: {time_text(self.at)}\nprevious: {self.previous}\n"
        )


def origin_of(platform_name: str) -> str:
    """Return the platform's name as a word that may stand in a signature line."""
    return "-".join(platform_name.replace("+", " ").split()) or "disclosure"


def head_leaf(reference: str, count: int, leaf: str) -> bytes:
    """Return the hash that stands for one case in the tree of heads.

    Args:
        reference: The case.
        count: How many entries it has.
        leaf: Hex leaf hash of the last of them.
    """
    return leaf_of(f"{reference}\n{count}\n{leaf}\n".encode())


def key_id(origin: str, public_key: bytes) -> bytes:
    """Return the four bytes that name a key in a signature line.

    Source: C2SP signed-note, Ed25519.
    """
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + public_key).digest()[:_KEY_ID_BYTES]


def note_of(body: str, *, origin: str, public_key: bytes, signature: bytes) -> str:
    """Return a body with its signature line, as it is kept and shown."""
    signed = base64.b64encode(key_id(origin, public_key) + signature).decode()
    return f"{body}\n— {origin} {signed}\n"


def read_checkpoint(note: str) -> Checkpoint:
    """Return what a checkpoint says; its signature is not looked at.

    Raises:
        NotACheckpoint: When the text has another form.
    """
    found = _FORM.fullmatch(note.partition("\n\n")[0] + "\n")
    if found is None:
        raise NotACheckpoint("this is not a checkpoint of a ledger")
    told: Mapping[str, str] = found.groupdict()
    return Checkpoint(
        origin=told["origin"],
        size=int(told["size"]),
        root=base64.b64decode(told["root"]),
        cases=int(told["cases"]),
        heads=base64.b64decode(told["heads"]),
        at=datetime.fromisoformat(told["at"]).astimezone(UTC),
        previous=told["previous"],
    )


def digest_of(note: bytes) -> str:
    """Return the hex SHA-256 by which one checkpoint names another."""
    return hashlib.sha256(note).hexdigest()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
