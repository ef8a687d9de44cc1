"""Encryption of single values and of stored files, and blind indexes.

Owns the formats. Keys come from ``storage/keyring.py`` and are made known to this process once,
with ``use``. A value that cannot be decrypted raises; there is no fallback to plain text.
"""

import hashlib
import hmac
import os
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from disclosure.errors import NotReady
from disclosure.storage.keyring import KeyRing

_NONCE = 12
_TAG = 16
_CHUNK = 1024 * 1024
_MAGIC = b"DSF1"


class _Known:
    """The keys that this process knows: all for reading, the newest ring's first for writing."""

    def __init__(self) -> None:
        self.ciphers: dict[str, AESGCM] = {}
        self.current = ""
        self.index_key = b""


_known = _Known()


def use(ring: KeyRing) -> None:
    """Make a key ring known to this process; its newest field key encrypts from now on."""
    for key in ring.field_keys:
        _known.ciphers[key.name] = AESGCM(key.secret)
    _known.current = ring.field_keys[0].name
    _known.index_key = ring.index_key


def encrypt(plain: bytes, place: str) -> bytes:
    """Encrypt a value for one place.

    Args:
        plain: The value.
        place: ``table.column``; the value decrypts nowhere else.

    Returns:
        ``v1.<key name>.`` in ASCII, then the 12-byte nonce and the ciphertext with its tag.
    """
    name = _known.current
    if not name:
        raise NotReady("the key ring has not been read; start with `python -m disclosure migrate`")
    nonce = os.urandom(_NONCE)
    sealed = _known.ciphers[name].encrypt(nonce, plain, place.encode())
    return b"v1." + name.encode() + b"." + nonce + sealed


def decrypt(sealed: bytes, place: str) -> bytes:
    """Decrypt what ``encrypt`` made for the same place.

    Raises:
        NotReady: When the key is not in the ring, or the value was changed or moved.
    """
    version, name, rest = _split(sealed)
    if version != b"v1" or name not in _known.ciphers:
        raise NotReady(f"no key {name!r} in the key ring for {place}; restore the key ring file")
    try:
        return _known.ciphers[name].decrypt(rest[:_NONCE], rest[_NONCE:], place.encode())
    except (InvalidTag, ValueError):  # ValueError: cut off within the nonce
        raise NotReady(f"a value of {place} does not decrypt: it was changed or moved") from None


def _split(sealed: bytes) -> tuple[bytes, str, bytes]:
    version, _, rest = sealed.partition(b".")
    name, _, rest = rest.partition(b".")
    return version, name.decode("ascii", "replace"), rest


def blind_index(value: str, column: str) -> str:
    """Compute the keyed, truncated hash by which an encrypted value can be found again.

    Args:
        value: The plain value; case and width are folded.
        column: One index per column, so that two columns cannot be joined.

    Returns:
        32 hexadecimal digits (16 bytes of HMAC-SHA256). Equal values give equal indexes.
    """
    folded = unicodedata.normalize("NFKC", value).casefold().strip()
    digest = hmac.new(_known.index_key, f"{column}\0{folded}".encode(), hashlib.sha256).hexdigest()
    return digest[:32]


def encrypt_stream(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Encrypt a file piece by piece; pieces cannot be reordered, dropped or added.

    Args:
        chunks: The file's bytes in pieces of any size.
        name: The SHA-256 of the whole file, bound to every piece.
    """
    key = _known.current
    prefix = os.urandom(4)
    yield _MAGIC + struct.pack(">B", len(key)) + key.encode() + prefix
    pieces = _pieces(chunks)
    piece = next(pieces, b"")
    number = 0
    while True:
        following = next(pieces, None)
        last = following is None
        nonce = prefix + struct.pack(">Q", number)
        sealed = _known.ciphers[key].encrypt(nonce, piece, _piece_place(name, number, last=last))
        yield struct.pack(">I", len(sealed)) + sealed
        if following is None:
            return
        piece, number = following, number + 1


def decrypt_stream(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Decrypt what ``encrypt_stream`` wrote.

    Raises:
        NotReady: When a piece was changed, moved, cut off, or its key is not in the ring.
    """
    reader = _Reader(chunks)
    key, prefix = _head(reader)
    number = 0
    while True:
        sealed = reader.take(min(_length(reader.take(4)), _CHUNK + _TAG))
        last = reader.at_end()
        yield _open_piece(key, prefix + struct.pack(">Q", number), sealed, (name, number, last))
        if last:
            return
        number += 1


def decrypt_from(file: BinaryIO, name: str, start: int) -> Iterator[bytes]:
    """Decrypt from a place in the middle, without reading what stands before it.

    Every piece but the last is full, so that its place in the file is known.

    Args:
        file: What ``encrypt_stream`` wrote, opened for reading in bytes.
        name: The SHA-256 of the whole file.
        start: The first plain byte that is wanted, inside the file.

    Raises:
        NotReady: As ``decrypt_stream`` does.
    """
    end = file.seek(0, os.SEEK_END)
    file.seek(0)
    reader = _Reader(iter(lambda: file.read(1), b""))
    key, prefix = _head(reader)
    number, skipped = divmod(start, _CHUNK)
    file.seek(number * (4 + _CHUNK + _TAG), os.SEEK_CUR)
    while True:
        length = min(_length(file.read(4)), _CHUNK + _TAG)
        sealed = file.read(length)
        if len(sealed) < length:
            raise NotReady("a stored file was cut off on disk")
        last = file.tell() >= end
        place = (name, number, last)
        yield _open_piece(key, prefix + struct.pack(">Q", number), sealed, place)[skipped:]
        if last:
            return
        number, skipped = number + 1, 0


def _head(reader: "_Reader") -> tuple[str, bytes]:
    """Read the name of the key and the start of every nonce."""
    if reader.take(len(_MAGIC)) != _MAGIC:
        raise NotReady("a stored file was changed on disk: its head is not ours")
    key = reader.take(reader.take(1)[0]).decode("ascii", "replace")
    if key not in _known.ciphers:
        raise NotReady("a stored file's key is not in the key ring, or its head was changed")
    return key, reader.take(4)


def _length(given: bytes) -> int:
    if len(given) < 4:  # noqa: PLR2004 - an unsigned number of four bytes
        raise NotReady("a stored file was cut off on disk")
    return int(struct.unpack(">I", given)[0])


def _open_piece(key: str, nonce: bytes, sealed: bytes, place: tuple[str, int, bool]) -> bytes:
    name, number, last = place
    try:
        return _known.ciphers[key].decrypt(nonce, sealed, _piece_place(name, number, last=last))
    except (InvalidTag, ValueError):  # ValueError: cut off within the tag
        raise NotReady("a stored file was changed on disk: a piece does not decrypt") from None


def _piece_place(name: str, number: int, *, last: bool) -> bytes:
    return f"file.{name}.{number}.{'last' if last else 'more'}".encode()


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= _CHUNK:
            yield bytes(buffer[:_CHUNK])
            del buffer[:_CHUNK]
    if buffer:
        yield bytes(buffer)


class _Reader:
    """Take exact numbers of bytes from an iterable of pieces."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._buffer = bytearray()

    def take(self, count: int) -> bytes:
        self._fill(count)
        if len(self._buffer) < count:
            raise NotReady("a stored file was cut off on disk")
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def at_end(self) -> bool:
        self._fill(1)
        return not self._buffer

    def _fill(self, count: int) -> None:
        while len(self._buffer) < count:
            chunk = next(self._chunks, None)
            if chunk is None:
                return
            self._buffer += chunk
