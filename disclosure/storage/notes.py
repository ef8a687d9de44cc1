"""Sign a text so that it can leave the house: the one place in which the ledger's key is used.

Owns the signature line. What the text says is its caller's; the form is ``domain.checkpoints``'s.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from disclosure.domain.checkpoints import note_of


def signed_note(body: str, *, origin: str, key: Ed25519PrivateKey) -> str:
    """Return a text with its signature line.

    Args:
        body: The text, each line with its end.
        origin: Name of the ledger, without blanks.
        key: The key in force.
    """
    public = key.public_key().public_bytes_raw()
    return note_of(body, origin=origin, public_key=public, signature=key.sign(body.encode()))
