"""Write the case record: one BagIt bag in a zip that proves itself without this program.

Owns the layout of the record, its signed statements and the fingerprint of the signing key.
Must not read the database, choose what goes in, or decide who may have it. What an entry is
stands in ``domain.ledger``; the program that checks a record is ``disclosure/verify.py``; the
layout is told to outsiders in ``docs/case-record.md``.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import stat
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files as package_files
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from disclosure.domain.ledger import canonical_json, leaf_hash, time_text
from disclosure.errors import BadInput, NotReady, Refused, Stale

HEAD_TITLE = "disclosure case head v1"
SEAL_TITLE = "disclosure record seal v1"
ZIP_COMMENT = b"disclosure case record v1"

_CHUNK = 1 << 20
_SIZE_LIMIT = (1 << 32) - (1 << 26)
_FILE_LIMIT = 60_000
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,4}")
_WRITTEN_HERE = frozenset(
    {"entries.jsonl", "head.txt", "openings.json", "public-key.txt", "readme.txt", "verify.py"}
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

Then:

    python3 -I verify.py BAG --key FINGERPRINT

where BAG is the zip or this folder. It prints what is proven and ends with exit code 0; 1 means
that something was changed, and it names the first bad entry or file; 2 that it cannot be read.
Keep data/head.txt: with --known HEAD.TXT the next record of this case is compared with it.

The hashes alone can be checked with: sha256sum -c manifest-sha256.txt
"""


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """Hold everything that one case record is made of.

    Args:
        reference: The case's reference, as its entries say it.
        entries: Exact bytes of the case's entries in the order of the case; read once.
        openings: ``seq`` of an entry to name to (salt, value); left empty for outsiders and
            for what was destroyed.
        head: What ``sign_head`` gave for exactly these entries.
        files: Name under ``data/`` to content: ``case.json``, ``released.pdf``, and what else
            belongs to the case. Names are plain ASCII, made by the program, never by a user.
        app_version: Version of the program that writes the record.
    """

    reference: str
    entries: Iterable[bytes]
    openings: Mapping[int, Mapping[str, tuple[bytes, str]]]
    head: str
    files: Mapping[str, Path | bytes]
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


def sign_head(  # noqa: PLR0913 - one argument for each line of the statement
    *, origin: str, case: str, count: int, leaf: str, at: datetime, key: Ed25519PrivateKey
) -> str:
    """Return the signed statement that a case has so many entries and ends with this one.

    Args:
        origin: Name of the platform's installation, one line.
        case: Reference of the case.
        count: How many entries the case has.
        leaf: Leaf hash of its last entry.
        at: When the statement is made.
        key: The installation's signing key.
    """
    lines = {"origin": origin, "case": case, "count": str(count), "leaf": leaf}
    return _statement(HEAD_TITLE, {**lines, "time": time_text(at)}, key)


def _statement(title: str, lines: Mapping[str, str], key: Ed25519PrivateKey) -> str:
    if not all(value.isprintable() and value.strip() == value != "" for value in lines.values()):
        raise BadInput("A signed statement needs one line of printable text for each value.")
    told = "".join(f"{label}: {value}\n" for label, value in lines.items())
    body = f"{title}\n{told}"
    signature = base64.b64encode(key.sign(body.encode())).decode()
    return f"{body}\n— {lines['origin']} {signature}\n"


def write_case_record(target: Path, record: CaseRecord, *, key: Ed25519PrivateKey) -> RecordSummary:
    """Write the record as a zip whose every byte follows from its content.

    Files are read piece by piece and hashed while they are written. Everything is stored, not
    deflated, so that the same record is the same file on every machine and the verifier can
    account for each byte. The zip appears under its name when it is complete, or not at all.

    Args:
        target: Where the zip goes; its folder is there already.
        record: What goes in.
        key: The key that signed ``record.head``; it seals the whole.

    Raises:
        Stale: If the entries are not those that the head tells of.
        BadInput: If a file's name or the head is not fit for a record, or a file is missing.
        Refused: If the record would pass 4 GB or 60,000 files.
    """
    head = _head_lines(record)
    _refuse_bad_names(record)
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with unfinished.open("xb") as stream:
            summary = _write_bag(stream.name, record, head, key)
            os.fsync(stream.fileno())
        unfinished.replace(target)
    except FileNotFoundError as error:
        raise BadInput("A file of the case or the target folder is not there.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return summary
