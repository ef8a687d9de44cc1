"""Witnesses: places outside of the database that remember which checkpoints there were.

Owns how a checkpoint is handed to each and read back: a file that is only added to (on another
mount, or shipped by a log forwarder), mail, and a timestamp authority (RFC 3161). When each is
asked, and what an answer means, is ``operations/witnessing.py``'s.
"""

import hashlib
import os
import secrets
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from disclosure.config import Settings
from disclosure.errors import NotReady
from disclosure.gateways.mail import Message, send, stable_message_id

TIMEOUT_SECONDS = 20.0
_TAIL = 1 << 16
_MOST_ANSWER = 1 << 20
_BETWEEN = b"\n\n"


def add_to_file(path: Path, notes: Sequence[bytes]) -> None:
    """Add checkpoints to the end of a file, one after another with an empty line behind each.

    Raises:
        NotReady: When the file cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, b"".join(note + b"\n" for note in notes))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise NotReady(f"the witness file cannot be written: {error.strerror}") from error


def last_in_file(path: Path) -> bytes | None:
    """Return the last checkpoint of a file that ``add_to_file`` wrote.

    Returns:
        None when there is no such file, or nothing in it.

    Raises:
        NotReady: When the file is there and cannot be read, or does not end with a checkpoint.
    """
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - _TAIL))
            parts = stream.read().rstrip(b"\n").split(_BETWEEN)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotReady(f"the witness file cannot be read: {error.strerror}") from error
    if parts == [b""]:
        return None
    if len(parts) < 2:  # noqa: PLR2004 - a body and its signature line
        raise NotReady("the witness file does not end with a checkpoint")
    return _BETWEEN.join(parts[-2:]) + b"\n"


def mail_to_auditors(settings: Settings, note: bytes, *, digest: str) -> None:
    """Send a checkpoint to every address of ``witness_mail``.

    Raises:
        MailNotSent: When one of them did not leave.
    """
    text = (
        "This is a signed checkpoint of the disclosure ledger. Keep this message: a record that\n"
        "you are given later has to continue what it says. Save the lines between the rules to a\n"
        "file, and give it to verify.py as --known FILE.\n\n"
        f"--------\n{note.decode()}--------\n"
    )
    for address in settings.witness_mail.split():
        message = Message(
            to=address,
            subject="Checkpoint of the disclosure ledger",
            text=text,
            message_id=stable_message_id(settings, f"checkpoint {digest} {address}"),
        )
        send(settings, message)


def timestamp(url: str, note: bytes) -> bytes:
    """Let a timestamp authority sign that a checkpoint existed, and return its token.

    Raises:
        NotReady: When it does not answer, refuses, or answers to something else.

    Source: RFC 3161 sections 2.4 and 3.4.
    """
    from asn1crypto import tsp  # noqa: PLC0415 - loads slowly, used here alone

    digest, nonce = hashlib.sha256(note).digest(), secrets.randbits(63)
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
    asked = tsp.TimeStampReq(
        {"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    )
    answer = tsp.TimeStampResp.load(_post(url, asked.dump()))
    try:
        granted = answer["status"]["status"].native in {"granted", "granted_with_mods"}
        token = answer["time_stamp_token"]
        told = token["content"]["encap_content_info"]["content"].parsed
        same = told["message_imprint"]["hashed_message"].native == digest
        whole = granted and same and told["nonce"].native == nonce
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotReady("the timestamp authority did not answer with a token") from error
    if not whole:
        raise NotReady("the timestamp authority refused, or answered to something else")
    dumped: bytes = token.dump()
    return dumped


def _post(url: str, content: bytes) -> bytes:
    if not url.startswith(("http://", "https://")):
        raise NotReady("witness_timestamp_url must begin with http:// or https://")
    headers = {"Content-Type": "application/timestamp-query"}
    request = urllib.request.Request(url, data=content, headers=headers)  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
            answered: bytes = answer.read(_MOST_ANSWER)
    except (urllib.error.URLError, OSError) as error:
        raise NotReady("the timestamp authority does not answer") from error
    return answered
