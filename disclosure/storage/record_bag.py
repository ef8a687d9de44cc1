"""Write the case record: one BagIt bag in a zip that proves itself without this program.

Owns the layout of the record, its seal and the fingerprint of the signing key.
Must not read the database, choose what goes in, or decide who may have it. What an entry is
stands in ``domain.ledger``; the program that checks a record is ``disclosure/verify.py``; the
layout is told to outsiders in ``docs/case-record.md``.
"""

import dataclasses
import hashlib
import os
import re
import secrets
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files as package_files
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from disclosure.domain.checkpoints import Checkpoint, NotACheckpoint, read_checkpoint
from disclosure.domain.ledger import canonical_json, leaf_hash, time_text
from disclosure.errors import BadInput, Refused
from disclosure.storage.notes import signed_note

SEAL_TITLE = "disclosure record seal v2"
ZIP_COMMENT = b"disclosure case record v2"

_CHUNK = 1 << 20
_SIZE_LIMIT = (1 << 31) - (1 << 26)
_FILE_LIMIT = 60_000
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,4}")
_WRITTEN_HERE = frozenset(
    {"checkpoint.txt", "entries.jsonl", "openings.json", "proofs.json", "public-key.txt"}
    | {"readme.txt", "verify.py"}
)
_BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_README = """Case record {reference} of {origin}

This folder, or the zip that it came in, is a bag (RFC 8493) with everything that happened in
one case, in order, as it was exported on {time}.

To check it you need Python 3.9 or later and two things that did NOT come with it:

1. the program verify.py, fetched from the platform or from its published source.
   The copy in this record has the SHA-256
   {verifier}
   Whoever can swap this record can also swap that copy and this line: compare the figure with
   the published one, or use a verify.py that you fetched yourself;
2. the fingerprint of the platform's signing key, from its website, a letter or a telephone call.

{left_out}Then:

    python3 -I verify.py BAG --key FINGERPRINT

where BAG is the zip or this folder. It prints what is proven and ends with exit code 0; 1 means
that something was changed, and it names the first bad entry or file; 2 that it cannot be read.
Keep data/checkpoint.txt: with --known CHECKPOINT.TXT any later record of this platform has to
continue the same history.

The hashes alone can be checked with: sha256sum -c manifest-sha256.txt
"""


_LEFT_OUT = {
    "full": "",
    "outsider": (
        "This record is for people outside: names, reasons and documents are left out. The\n"
        "entries hold their hashes, so that each can be told later and be checked then.\n\n"
    ),
}


Source = Path | bytes | Callable[[], Iterable[bytes]]
"""Where a file of a record comes from: a file, its bytes, or a function that gives its pieces."""


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """Hold everything that one case record is made of.

    Args:
        reference: The case's reference, as its entries say it.
        variant: ``full`` for auditors, ``outsider`` for people who get no personal data.
        entries: Exact bytes of the case's entries in the order of the case.
        openings: ``seq`` of an entry to name to (salt, value); left empty for outsiders and
            for what was destroyed.
        checkpoint: The signed checkpoint that covers exactly these entries.
        proofs: What ties the entries, the case's head and each key to the checkpoint.
        public_keys: Every key that the ledger names, oldest first; the last one seals.
        files: Name under ``data/`` to content: ``case.json``, ``released.pdf``, and what else
            belongs to the case. Names are plain ASCII, made by the program, never by a user.
        app_version: Version of the program that writes the record.
    """

    reference: str
    variant: str
    entries: Sequence[bytes]
    openings: Mapping[int, Mapping[str, tuple[bytes, str]]]
    checkpoint: bytes
    proofs: Mapping[str, object]
    public_keys: Sequence[bytes]
    files: Mapping[str, Source]
    app_version: str


@dataclass(frozen=True, slots=True)
class RecordSummary:
    """Tell what was written."""

    path: Path
    sha256: str
    size: int
    file_count: int
    entry_count: int
    fingerprint: str
    verifier_sha256: str


def fingerprint(public_key: bytes) -> str:
    """Return the hex SHA-256 of a raw 32-byte Ed25519 public key."""
    return hashlib.sha256(public_key).hexdigest()


def grouped(digest: str) -> str:
    """Return a hex digest in groups of eight, as people read it out to each other."""
    return "-".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def write_case_record(target: Path, record: CaseRecord, *, key: Ed25519PrivateKey) -> RecordSummary:
    """Write the record as a zip whose every byte follows from its content.

    Files are read piece by piece and hashed while they are written. Everything is stored, not
    deflated, so that the same record is the same file on every machine and the verifier can
    account for each byte. The zip appears under its name when it is complete, or not at all.

    Args:
        target: Where the zip goes; its folder is there already.
        record: What goes in.
        key: The key that signed ``record.checkpoint``; it seals the whole.

    Raises:
        BadInput: If a file's name or the checkpoint is not fit for a record, or a file is missing.
        Refused: If the record would pass 2 GB or 60,000 files.
    """
    told = _told(record)
    _refuse_bad_names(record)
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        made = _write_bag(unfinished, record, told, key)
        with unfinished.open("rb+") as stream:
            os.fsync(stream.fileno())
        unfinished.replace(target)
    except FileNotFoundError as error:
        raise BadInput("A file of the case or the target folder is not there.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return dataclasses.replace(made, path=target)


def _told(record: CaseRecord) -> Checkpoint:
    if not record.entries:
        raise BadInput("A case without entries has no record.")
    try:
        return read_checkpoint(record.checkpoint.decode())
    except (NotACheckpoint, UnicodeDecodeError) as error:
        raise BadInput("The record's checkpoint is not one.") from error


def _refuse_bad_names(record: CaseRecord) -> None:
    if "case.json" not in record.files:
        raise BadInput("A case record needs case.json.")
    lowered = {name.lower() for name in record.files}
    if len(lowered) != len(record.files) or lowered & _WRITTEN_HERE:
        raise BadInput("Two files of the record would have the same name.")
    if not all(_NAME.fullmatch(name) for name in record.files):
        raise BadInput("A file of the record has a name that is not plain ASCII.")
    if len(record.files) > _FILE_LIMIT:
        raise Refused(f"The record would have more than {_FILE_LIMIT} files.")


class BagWriter:
    """Write files into the zip one after another and remember their hashes."""

    def __init__(self, archive: zipfile.ZipFile, *, limited: bool = True) -> None:
        self.archive = archive
        self.limited = limited
        self.hashes: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self.total = 0

    def add(self, name: str, pieces: Iterable[bytes]) -> str:
        """Write one file and return its hex SHA-256."""
        info = zipfile.ZipInfo(name, _ZIP_TIME)
        info.create_system = 3
        info.external_attr = (stat.S_IFREG | 0o644) << 16
        digest, size = hashlib.sha256(), 0
        with self.archive.open(info, "w", force_zip64=not self.limited) as stream:
            for piece in pieces:
                stream.write(piece)
                digest.update(piece)
                size += len(piece)
                self.total += len(piece)
                if self.limited and self.total > _SIZE_LIMIT:
                    raise Refused("The record would be larger than 2 GB: leave documents out.")
        self.hashes[name], self.sizes[name] = digest.hexdigest(), size
        return self.hashes[name]

    def manifest(self, names: Iterable[str]) -> bytes:
        """Return the lines of a manifest over files that are written."""
        return "".join(f"{self.hashes[name]}  {name}\n" for name in sorted(names)).encode()


def _write_bag(
    target: Path, record: CaseRecord, told: Checkpoint, key: Ed25519PrivateKey
) -> RecordSummary:
    verifier = package_files("disclosure").joinpath("verify.py").read_bytes()
    made: dict[str, Iterable[bytes]] = {
        "checkpoint.txt": [record.checkpoint],
        "entries.jsonl": (body + b"\n" for body in record.entries),
        "openings.json": [_openings(record.openings)],
        "proofs.json": [canonical_json(record.proofs)],
        "public-key.txt": [f"{public.hex()}\n".encode() for public in record.public_keys],
        "README.txt": [_readme(record, told, verifier)],
        "verify.py": [verifier],
    }
    made |= {inner: _pieces(content) for inner, content in record.files.items()}
    with zipfile.ZipFile(target, "x", zipfile.ZIP_STORED, allowZip64=False) as archive:
        archive.comment = ZIP_COMMENT
        bag = BagWriter(archive)
        for inner in sorted(made):
            bag.add(f"data/{inner}", made[inner])
        _write_tags(bag, record, told, key)
    return RecordSummary(
        path=target,
        sha256=_sha256_of(target),
        size=target.stat().st_size,
        file_count=len(bag.sizes),
        entry_count=len(record.entries),
        fingerprint=fingerprint(record.public_keys[-1]),
        verifier_sha256=_sha256(verifier),
    )


def _readme(record: CaseRecord, told: Checkpoint, verifier: bytes) -> bytes:
    values = {"reference": record.reference, "origin": told.origin, "time": time_text(told.at)}
    text = _README.format(**values, verifier=_sha256(verifier), left_out=_LEFT_OUT[record.variant])
    return text.encode()


def _write_tags(
    bag: BagWriter, record: CaseRecord, told: Checkpoint, key: Ed25519PrivateKey
) -> None:
    payload = list(bag.sizes)
    about = {
        "Bagging-Date": time_text(told.at)[:10],
        "Bag-Software-Agent": f"disclosure {record.app_version}",
        "External-Identifier": record.reference,
        "Payload-Oxum": f"{sum(bag.sizes.values())}.{len(payload)}",
        "Source-Organization": told.origin,
    }
    bag.add("bag-info.txt", ["".join(f"{k}: {v}\n" for k, v in about.items()).encode()])
    bag.add("bagit.txt", [_BAGIT])
    bag.add("manifest-sha256.txt", [bag.manifest(payload)])
    listed = bag.manifest(["bag-info.txt", "bagit.txt", "manifest-sha256.txt"])
    sealed = {
        "origin": told.origin,
        "case": record.reference,
        "variant": record.variant,
        "entries": str(len(record.entries)),
        "leaf": leaf_hash(record.entries[-1]),
        "tagmanifest": _sha256(listed),
    }
    body = "".join(f"{label}: {value}\n" for label, value in sealed.items())
    note = signed_note(f"{SEAL_TITLE}\n{body}", origin=told.origin, key=key)
    bag.add("seal.txt", [note.encode()])
    bag.add("tagmanifest-sha256.txt", [listed])


def _openings(openings: Mapping[int, Mapping[str, tuple[bytes, str]]]) -> bytes:
    return canonical_json(
        {
            str(seq): {name: {"salt": salt.hex(), "value": v} for name, (salt, v) in opened.items()}
            for seq, opened in openings.items()
        }
    )


def _pieces(content: Source) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    if callable(content):
        yield from content()
        return
    with content.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            yield piece


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
