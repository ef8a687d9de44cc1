"""Changing the key that signs checkpoints: an entry under the old key introduces the new one.

Owns that entry, the last checkpoint of the old key right behind it, and the row that names the new
key. The key ring file is ``storage/keyring.py``'s. Nothing here commits.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from disclosure.domain.events import Event
from disclosure.operations.checkpoints import checkpoint_now, key_in_force, public_hex, ring_keys
from disclosure.operations.desk import Work
from disclosure.operations.recording import record
from disclosure.storage.ledger_rows import LedgerKey


def spare_key(work: Work) -> Ed25519PrivateKey | None:
    """Return the key of the ring that follows the one in force; an earlier change was cut short."""
    number, _ = key_in_force(work)
    following = ring_keys(work.desk, number)[number:]
    return following[0] if following else None


def change_key(work: Work, new: Ed25519PrivateKey) -> LedgerKey:
    """Let another key sign from now on; every running process reads the key ring again for it.

    Args:
        work: The unit of work.
        new: The key, which stands in the key ring file already.
    """
    number, _ = key_in_force(work)
    entry = record(
        work, Event.LEDGER_KEY_CHANGED, data={"key": public_hex(new), "number": number + 1}
    )
    checkpoint_now(work)
    row = LedgerKey(number=number + 1, public_key=public_hex(new), seq=entry.seq)
    work.session.add(row)
    work.session.flush()
    return row
