"""Mail out: over SMTP, or into a folder when no server is set.

Owns how a message is built and handed over; it never decides who is told what. A message keeps
its Message-ID over every try, so that a repeat is the same message and not a second one. Texts
come from ``templates/mail/``; the outbox in ``storage/`` decides when ``send`` is called.
"""

import email
import hashlib
import os
import re
import smtplib
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from disclosure.config import Settings
from disclosure.errors import BadInput, NotReady

TIMEOUT_SECONDS = 20.0
OUTBOX = "outbox-mail"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,200}@[!-;=?A-~]{1,200}>")
_ADDRESS = re.compile(
    r'(?P<local>[^\s@<>(),:;\\"\[\]]{1,64})@(?P<domain>[^\s@<>(),:;\\"\[\]]{1,255})'
)
_BODY_POLICY = policy.SMTP.clone(max_line_length=78)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Failure(StrEnum):
    """Why a message was not sent, as far as the next try is concerned."""

    REFUSED = "refused"
    """The server said no for good; trying again will not help."""
    LATER = "later"
    """Nothing was handed over; try again."""
    UNKNOWN = "unknown"
    """The line broke after the message was handed over; try again with the same Message-ID."""


class MailNotSent(NotReady):
    """Say that a message did not leave, without naming its recipient.

    Args:
        failure: What the failure means for the next try.
        message: What happened.
    """

    def __init__(self, failure: Failure, message: str) -> None:
        super().__init__(message)
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one recipient.

    Attributes:
        to: A single address, without a display name.
        subject: One line.
        text: The plain text, complete without ``html``.
        html: The same content as HTML, or none.
        message_id: ``<...@...>``, the same for every try; see ``stable_message_id``.
    """

    to: str
    subject: str
    text: str
    html: str | None = None
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMessage(Message):
    """A message that was written to the folder instead of being sent.

    Attributes:
        name: File name in the folder.
        written_at: When it was last written.
    """

    name: str
    written_at: datetime


def stable_message_id(settings: Settings, key: str) -> str:
    """Return the Message-ID that belongs to a key, such as the id of an outbox row."""
    digest = hashlib.sha256(f"{settings.base_url}\n{key}".encode()).hexdigest()
    return f"<{digest[:40]}@{_sender(settings).domain}>"


def send(settings: Settings, message: Message, *, now: datetime | None = None) -> None:
    """Hand the message to the mail server, or write it to the folder when none is set.

    Args:
        settings: Says which server, and who the sender is.
        message: What to send.
        now: For the Date header; without it the first server adds one.

    Raises:
        BadInput: When a header would hold a line break, or the recipient is not one address.
        MailNotSent: When it did not leave; ``failure`` says whether to try again.
        NotReady: When ``SMTP_URL`` or ``mail_from`` cannot be understood.
    """
    composed = _compose(settings, message, now)
    if settings.smtp_url is None:
        content = composed.as_bytes(policy=_BODY_POLICY.clone(utf8=not message.to.isascii()))
        _write(settings.instance / OUTBOX, message.message_id, content)
    else:
        _submit(settings.smtp_url, _sender(settings).domain, composed)


def written_messages(settings: Settings) -> list[WrittenMessage]:
    """Return the messages in the folder, newest first."""
    return list(newest_messages(settings))


def newest_messages(settings: Settings) -> Iterator[WrittenMessage]:
    """Read the messages in the folder one by one, newest first, for who looks for a late one."""
    found = [(path.stat().st_mtime_ns, path) for path in (settings.instance / OUTBOX).glob("*.eml")]
    for written_ns, path in sorted(found, reverse=True):
        yield _read(path, written_ns)


# Building a message


def _compose(settings: Settings, message: Message, now: datetime | None) -> EmailMessage:
    if not _MESSAGE_ID.fullmatch(message.message_id):
        raise BadInput("must look like <something@domain>", where="message_id")
    composed = EmailMessage(policy=_BODY_POLICY)
    composed["From"] = _sender(settings)
    composed["To"] = _address(message.to, "to")
    composed["Subject"] = _one_line(message.subject, "subject")
    composed["Message-ID"] = message.message_id
    composed["Auto-Submitted"] = "auto-generated"
    if now is not None:
        composed["Date"] = now
    composed.set_content(message.text)
    if message.html is not None:
        composed.add_alternative(message.html, subtype="html")
        boundary = hashlib.sha256(message.message_id.encode()).hexdigest()
        composed.set_boundary(f"={boundary[:40]}=")
    return composed


def _sender(settings: Settings) -> Address:
    name, addr_spec = parseaddr(settings.mail_from)
    try:
        address = _address(addr_spec, "mail_from")
        return Address(_one_line(name, "mail_from"), address.username, address.domain)
    except BadInput as error:
        raise NotReady(f"config: {error.message}") from None


def _address(text: str, where: str) -> Address:
    """Return the one address in the text; never two, and never with the text in the error."""
    found = _ADDRESS.fullmatch(_one_line(text, where))
    with suppress(UnicodeError):  # a label that is empty or too long
        if found:
            domain = found["domain"].encode("idna").decode("ascii")
            return Address(username=found["local"], domain=domain)
    raise BadInput("must be one e-mail address, like name@example.org", where=where)


def _one_line(text: str, where: str) -> str:
    if _CONTROL.search(text):
        raise BadInput("must be one line without control characters", where=where)
    return text


# Over SMTP


def _submit(smtp_url: str, own_name: str, composed: EmailMessage) -> None:
    url = _parse_url(smtp_url)
    try:
        client = _connect(url, own_name)
    except smtplib.SMTPAuthenticationError as error:
        raise MailNotSent(
            Failure.LATER, f"the mail server does not accept our credentials ({error.smtp_code})"
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        raise MailNotSent(
            Failure.LATER, f"the mail server cannot be used ({type(error).__name__})"
        ) from None
    try:
        _deliver(client, composed)
    finally:
        # What the server says to the farewell no longer changes the message's fate.
        with suppress(OSError, smtplib.SMTPException):
            client.quit()
        client.close()


def _deliver(client: smtplib.SMTP, composed: EmailMessage) -> None:
    # `from None`: smtplib's own exceptions name the recipient.
    try:
        client.send_message(composed)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise _refusal(code) from None
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code) from None
    except smtplib.SMTPNotSupportedError:
        raise MailNotSent(
            Failure.REFUSED, "the mail server takes no address with letters outside ASCII"
        ) from None
    except (OSError, smtplib.SMTPException):
        raise MailNotSent(
            Failure.UNKNOWN, "the connection to the mail server broke while sending"
        ) from None


def _refusal(code: int) -> MailNotSent:
    permanent = code >= 500  # noqa: PLR2004 - SMTP's own border between "no" and "not now"
    failure = Failure.REFUSED if permanent else Failure.LATER
    return MailNotSent(failure, f"the mail server refused the message ({code})")


def _parse_url(smtp_url: str) -> SplitResult:
    # The URL holds a password: it stays out of every message.
    try:
        url = urlsplit(smtp_url)
        usable = url.scheme in {"smtp", "smtps"} and url.hostname and url.port != 0
    except ValueError:
        usable = None
    if not usable:
        raise NotReady("SMTP_URL: must look like smtp://user:password@host:587 or smtps://host")
    return url


def _connect(url: SplitResult, own_name: str) -> smtplib.SMTP:
    """Open the line, encrypted when the server can, and sign in when the URL says who we are."""
    host, port = str(url.hostname), url.port or 0
    context = ssl.create_default_context()
    client: smtplib.SMTP
    if url.scheme == "smtps":
        client = smtplib.SMTP_SSL(
            host, port or 465, own_name, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        client = smtplib.SMTP(
            host, port or (587 if url.username else 25), own_name, timeout=TIMEOUT_SECONDS
        )
    try:
        _secure_and_sign_in(client, url, context)
    except BaseException:
        client.close()
        raise
    return client


def _secure_and_sign_in(client: smtplib.SMTP, url: SplitResult, context: ssl.SSLContext) -> None:
    client.ehlo()
    encrypted = url.scheme == "smtps"
    if not encrypted and client.has_extn("starttls"):
        client.starttls(context=context)
        client.ehlo()
        encrypted = True
    if url.username:
        if not encrypted and url.hostname not in _LOOPBACK:
            raise NotReady("SMTP_URL: the server offers no encryption, so no password is sent")
        client.login(unquote(url.username), unquote(url.password or ""))


# In the folder


def forget(settings: Settings, message_id: str) -> None:
    """Destroy a message that was written into the folder; one that never was is no error."""
    (settings.instance / OUTBOX / _file_name(message_id)).unlink(missing_ok=True)


def _file_name(message_id: str) -> str:
    return f"{hashlib.sha256(message_id.encode()).hexdigest()[:40]}.eml"


def _write(folder: Path, message_id: str, content: bytes) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(folder / _file_name(message_id))
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _read(path: Path, written_ns: int) -> WrittenMessage:
    parsed = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    return WrittenMessage(
        name=path.name,
        written_at=datetime.fromtimestamp(written_ns / 1e9, UTC),
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        text=_part(parsed, "plain") or "",
        html=_part(parsed, "html"),
        message_id=str(parsed["Message-ID"]),
    )


def _part(parsed: EmailMessage, kind: str) -> str | None:
    part = parsed.get_body((kind,))
    try:
        return None if part is None else str(part.get_content()).replace("\r\n", "\n")
    except LookupError:  # a file from elsewhere, in an encoding that Python does not know
        return None
