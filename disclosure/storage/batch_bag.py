"""Write a batch of case records: one BagIt bag in a zip, with each record as it was made.

Owns the layout of the batch and its seal. Each record in it is a whole case record of
``storage/record_bag.py`` and proves itself; the index says which cases were asked for, which of
them are missing and why. The layout is told to outsiders in ``docs/case-record.md``.
"""

import hashlib
import os
import secrets
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files as package_files
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from disclosure.domain.ledger import canonical_json, time_text
from disclosure.storage.notes import signed_note
from disclosure.storage.record_bag import BagWriter, fingerprint

SEAL_TITLE = "disclosure batch seal v1"
ZIP_COMMENT = b"disclosure export batch v1"
_BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_README = """Case records of {origin}: batch {batch}

This zip is a bag (RFC 8493). data/records/ holds one case record for each case; data/index.json
lists every case that was asked for, with the SHA-256 of its record, or why it has none.

Each record proves itself, one after the other, with Python 3.9 or later and two things that did
NOT come with this batch: the program verify.py, from the platform or its published source (the
copy here has the SHA-256 {verifier}), and the fingerprint of
the platform's signing key. Unpack the batch, go to its folder, and run:

    for record in data/records/*.zip; do
        python3 -I verify.py "$record" --key FINGERPRINT || echo "NOT RIGHT: $record"
    done

That no record of the batch was exchanged or left away: sha256sum -c manifest-sha256.txt
says whether every file is the one of the list, sha256sum -c tagmanifest-sha256.txt whether
the list is the one that was sealed. seal.txt is a signed note over that second list, made with the
same key; the platform's ledger has its SHA-256 in the entry batch:exported.
"""


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """One case of a batch.

    Attributes:
        number: Its place.
        reference: The case.
        left_out: Why it has no record; empty when it has one.
        sha256: Of its record.
        size: Of its record, in bytes.
        entries: How many entries of the ledger the record holds.
        pieces: Gives the record's bytes, each time anew.
    """

    number: int
    reference: str
    left_out: str = ""
    sha256: str = ""
    size: int = 0
    entries: int = 0
    pieces: Callable[[], Iterable[bytes]] = tuple

    @property
    def name(self) -> str:
        """Return where its record stands in the bag."""
        return f"data/records/{self.reference}-record.zip"

    def told(self) -> dict[str, object]:
        """Return the line of the index."""
        place: dict[str, object] = {"number": self.number, "reference": self.reference}
        if self.left_out:
            return {**place, "left_out": self.left_out}
        found = {"sha256": self.sha256, "size": self.size, "entries": self.entries}
        return {**place, "file": self.name, **found}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Everything that a batch is made of.

    Attributes:
        id: The batch's id.
        origin: Name of the ledger.
        variant: ``full`` or ``outsider``.
        asked_at: When it was asked for.
        criteria: How the cases were chosen.
        records: In the order of their numbers.
    """

    id: str
    origin: str
    variant: str
    asked_at: datetime
    criteria: Mapping[str, object]
    records: Sequence[BatchRecord]


def write_batch(target: Path, batch: Batch, *, key: Ed25519PrivateKey) -> str:
    """Write a batch as a zip whose every byte follows from its content.

    Args:
        target: Where the zip goes; it appears complete or not at all.
        batch: What goes in. Its records are read piece by piece.
        key: The ledger's key; it seals the whole.

    Returns:
        The SHA-256 of ``tagmanifest-sha256.txt``, which is sealed and stands for everything.
    """
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with zipfile.ZipFile(unfinished, "x", zipfile.ZIP_STORED, allowZip64=True) as archive:
            archive.comment = ZIP_COMMENT
            sealed = _write(BagWriter(archive, limited=False), batch, key)
        with unfinished.open("rb+") as stream:
            os.fsync(stream.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return sealed


def _write(bag: BagWriter, batch: Batch, key: Ed25519PrivateKey) -> str:
    verifier = package_files("disclosure").joinpath("verify.py").read_bytes()
    bag.add("data/README.txt", [_readme(batch, verifier)])
    bag.add("data/index.json", [_index(batch, verifier, key)])
    for record in batch.records:
        if not record.left_out:
            bag.add(record.name, record.pieces())
    bag.add("data/verify.py", [verifier])
    payload = list(bag.sizes)
    about = {
        "Bagging-Date": time_text(batch.asked_at)[:10],
        "External-Identifier": batch.id,
        "Payload-Oxum": f"{sum(bag.sizes.values())}.{len(payload)}",
        "Source-Organization": batch.origin,
    }
    bag.add("bag-info.txt", ["".join(f"{k}: {v}\n" for k, v in about.items()).encode()])
    bag.add("bagit.txt", [_BAGIT])
    bag.add("manifest-sha256.txt", [bag.manifest(payload)])
    listed = bag.manifest(["bag-info.txt", "bagit.txt", "manifest-sha256.txt"])
    tagmanifest = hashlib.sha256(listed).hexdigest()
    bag.add("seal.txt", [_seal(batch, tagmanifest, key)])
    bag.add("tagmanifest-sha256.txt", [listed])
    return tagmanifest


def _readme(batch: Batch, verifier: bytes) -> bytes:
    known = hashlib.sha256(verifier).hexdigest()
    return _README.format(origin=batch.origin, batch=batch.id, verifier=known).encode()


def _index(batch: Batch, verifier: bytes, key: Ed25519PrivateKey) -> bytes:
    told = {
        "format": "disclosure export batch v1",
        "batch": batch.id,
        "origin": batch.origin,
        "variant": batch.variant,
        "asked_at": time_text(batch.asked_at),
        "chosen_by": dict(batch.criteria),
        "key_fingerprint": fingerprint(key.public_key().public_bytes_raw()),
        "verifier_sha256": hashlib.sha256(verifier).hexdigest(),
        "cases": [record.told() for record in batch.records],
    }
    return canonical_json(told) + b"\n"


def _seal(batch: Batch, tagmanifest: str, key: Ed25519PrivateKey) -> bytes:
    there = sum(1 for record in batch.records if not record.left_out)
    sealed = {
        "origin": batch.origin,
        "batch": batch.id,
        "variant": batch.variant,
        "records": str(there),
        "left-out": str(len(batch.records) - there),
        "tagmanifest": tagmanifest,
    }
    body = "".join(f"{label}: {value}\n" for label, value in sealed.items())
    return signed_note(f"{SEAL_TITLE}\n{body}", origin=batch.origin, key=key).encode()
