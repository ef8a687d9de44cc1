"""The platform's word for who is signed in there, carried to the portal by the person's browser.

Owns the hand-over token and the keys it is signed with. The platform signs the account's number
with a key that both sides hold, and its page posts the token to the portal; the portal never asks
for a password of the platform. Must not know cookies or pages: those are ``web/portal_identity``.

Note: a key is HMAC-SHA256 of the label over the installation's session key, so that a signature
made for one purpose is worth nothing for another. The platform is given the key of ``HANDOVER``
alone, never the session key.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from disclosure.errors import Refused

HANDOVER = "platform hand-over"
VISIT = "portal visit"
LIFE = {HANDOVER: timedelta(minutes=5), VISIT: timedelta(minutes=30)}
"""Purpose of a signature -> how long it holds."""

LONGEST_ACCOUNT = 64
LONGEST_TOKEN = 1024


@dataclass(frozen=True, slots=True)
class Proof:
    """What a token says once its signature is found right.

    Attributes:
        account: The platform's own account number.
        number: Random, so that a token can be taken once only.
    """

    account: str
    number: str


def derive_key(session_key: bytes, purpose: str) -> bytes:
    """Return the key that signs for one purpose.

    Args:
        session_key: ``KeyRing.session_key``.
        purpose: ``HANDOVER`` or ``VISIT``.
    """
    return hmac.new(session_key, purpose.encode(), hashlib.sha256).digest()


def make_handover(key: bytes, account: str, now: datetime) -> str:
    """Sign that an account is signed in on the platform at this instant.

    Args:
        key: ``derive_key(..., HANDOVER)``.
        account: The platform's own account number.
        now: The instant; the token holds for five minutes.
    """
    return sign(key, HANDOVER, account, now)


def read_handover(key: bytes, token: str, now: datetime) -> str:
    """Return the account that a hand-over token speaks for.

    Raises:
        Refused: When it is not ours, for another purpose, or older than five minutes.
    """
    return read(key, HANDOVER, token, now).account


def sign(key: bytes, purpose: str, account: str, now: datetime) -> str:
    """Sign an account for one purpose; ``payload.signature`` in URL-safe base64."""
    content = {
        "account": account,
        "number": secrets.token_hex(12),
        "purpose": purpose,
        "until": int((now + LIFE[purpose]).timestamp()),
    }
    payload = _encoded(json.dumps(content, ensure_ascii=False).encode())
    return f"{payload}.{_signature(key, payload)}"


def read(key: bytes, purpose: str, token: str, now: datetime) -> Proof:
    """Check a token and return what it says.

    Raises:
        Refused: When it is not ours, for another purpose, or too old; all in the same words.
    """
    payload, _, signature = token.partition(".")
    mine = _signature(key, payload)
    genuine = len(token) <= LONGEST_TOKEN and hmac.compare_digest(
        signature.encode(errors="replace"), mine.encode()
    )
    proof = _proof(payload, purpose, now) if genuine else None
    if proof is None:
        raise Refused("This sign-in does not hold, or is too old. Open the page again from there.")
    return proof


def _proof(payload: str, purpose: str, now: datetime) -> Proof | None:
    try:
        content = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        account, number = str(content["account"]), str(content["number"])
        until = datetime.fromtimestamp(int(content["until"]), UTC)
    except (ValueError, KeyError, TypeError, OverflowError, binascii.Error):
        return None
    if content["purpose"] != purpose or until < now:
        return None
    return Proof(account, number) if 0 < len(account) <= LONGEST_ACCOUNT else None


def _signature(key: bytes, payload: str) -> str:
    digest = hmac.new(key, payload.encode(errors="replace"), hashlib.sha256).digest()
    return _encoded(digest)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")
