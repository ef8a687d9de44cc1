"""The key ring: one JSON file with every secret of the installation.

Owns reading, writing and the first making of that file. The file must be readable by its owner
alone; a wider mode stops the start. What each key is for is said in ``KeyRing``.
"""

import base64
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from disclosure.errors import NotReady

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class FieldKey:
    """One AES-256 key with the name that ciphertexts carry."""

    name: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Every secret of one installation.

    Attributes:
        field_keys: For columns and files, newest first; older ones only decrypt.
        index_key: For blind indexes; changing it means rebuilding them.
        session_key: Signs the form tokens (CSRF).
        ledger_key: Ed25519, the first that signed checkpoints of the ledger.
        seal_key: PEM of the P-256 key that seals renditions.
        seal_certificate: PEM of its certificate.
        later_ledger_keys: Those that followed it, oldest first. Which one is in force is said by
            the ledger itself, see ``operations/checkpoints.py``.
    """

    field_keys: tuple[FieldKey, ...]
    index_key: bytes
    session_key: bytes
    ledger_key: Ed25519PrivateKey
    seal_key: bytes
    seal_certificate: bytes
    later_ledger_keys: tuple[Ed25519PrivateKey, ...] = ()

    @property
    def ledger_keys(self) -> tuple[Ed25519PrivateKey, ...]:
        """Return every key that signs or signed checkpoints, oldest first."""
        return (self.ledger_key, *self.later_ledger_keys)


def make_keyring(path: Path, *, seal_key: bytes, seal_certificate: bytes) -> None:
    """Write a new key ring with fresh random keys, readable by the owner alone.

    Raises:
        NotReady: When the file exists: a key ring is never overwritten.
    """
    ledger_key = Ed25519PrivateKey.generate()
    raw = ledger_key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    content = {
        "version": 1,
        "field_keys": [{"name": secrets.token_hex(4), "secret": _text(os.urandom(_KEY_BYTES))}],
        "index_key": _text(os.urandom(_KEY_BYTES)),
        "session_key": _text(os.urandom(_KEY_BYTES)),
        "ledger_key": _text(raw),
        "seal_key": seal_key.decode(),
        "seal_certificate": seal_certificate.decode(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise NotReady(f"{path.name} exists; a key ring is never overwritten") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def read_keyring(path: Path) -> KeyRing:
    """Read the key ring.

    Raises:
        NotReady: When it is missing, readable by others, or not a key ring.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise NotReady(
            f"the key ring {path.name} is missing; a new installation makes one with "
            "`python -m disclosure migrate`, an old one needs it restored from backup"
        ) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise NotReady(f"the key ring {path.name} is open to others; run: chmod 600 {path.name}")
    try:
        content = json.loads(path.read_text("utf-8"))
        if not content["field_keys"]:
            raise ValueError("there is no field key")  # noqa: TRY301 - one sentence for all damage
        return KeyRing(
            field_keys=tuple(
                FieldKey(each["name"], _bytes(each["secret"])) for each in content["field_keys"]
            ),
            index_key=_bytes(content["index_key"]),
            session_key=_bytes(content["session_key"]),
            ledger_key=Ed25519PrivateKey.from_private_bytes(_bytes(content["ledger_key"])),
            seal_key=content["seal_key"].encode(),
            seal_certificate=content["seal_certificate"].encode(),
            later_ledger_keys=tuple(
                Ed25519PrivateKey.from_private_bytes(_bytes(each))
                for each in content.get("later_ledger_keys", [])
            ),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotReady(f"the key ring {path.name} is damaged; restore it from backup") from error


def add_ledger_key(path: Path) -> Ed25519PrivateKey:
    """Add a fresh key for checkpoints to a key ring, and return it.

    The file is written anew beside itself and put in its place, so that a cut leaves the old one.

    Raises:
        NotReady: As ``read_keyring`` does.
    """
    read_keyring(path)
    key = Ed25519PrivateKey.generate()
    raw = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    content = json.loads(path.read_text("utf-8"))
    content.setdefault("later_ledger_keys", []).append(_text(raw))
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return key


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    if len(raw) != _KEY_BYTES:
        raise ValueError("a key has the wrong length")
    return raw
