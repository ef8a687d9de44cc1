import os
import sqlite3
import struct
from contextlib import closing

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from disclosure.errors import NotReady
from disclosure.storage import encryption
from disclosure.storage.encryption import (
    blind_index,
    decrypt,
    decrypt_stream,
    encrypt,
    encrypt_stream,
)
from disclosure.storage.keyring import FieldKey, KeyRing
from tests import cases
from tests.app import make_app

PIECE = 1024 * 1024
NAME = "a" * 64


def ring(*names, index_key=b"i" * 32):
    return KeyRing(
        field_keys=tuple(FieldKey(name, os.urandom(32)) for name in names),
        index_key=index_key,
        session_key=b"s" * 32,
        ledger_key=Ed25519PrivateKey.generate(),
        seal_key=b"",
        seal_certificate=b"",
    )


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """Give each test a process that knows one ring only."""
    monkeypatch.setattr(encryption, "_known", encryption._Known())
    encryption.use(ring("k1"))


@pytest.mark.parametrize("plain", [b"", b"x", "张伟".encode(), os.urandom(5000)])
def test_a_value_comes_back_from_its_own_place(plain):
    sealed = encrypt(plain, "person.name")

    assert decrypt(sealed, "person.name") == plain
    assert sealed.startswith(b"v1.k1.")
    assert not plain or plain not in sealed or len(plain) < 2


def test_equal_values_do_not_look_equal():
    assert len({encrypt(b"13800138000", "person.phone") for _ in range(100)}) == 100


def test_a_value_decrypts_in_no_other_place():
    with pytest.raises(NotReady, match="changed or moved"):
        decrypt(encrypt(b"secret", "person.name"), "person.email")


def test_every_flipped_bit_is_found():
    sealed = encrypt(b"secret", "person.name")
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(NotReady):
            decrypt(bytes(changed), "person.name")


@pytest.mark.parametrize(
    "sealed", [b"", b"secret", b"v1.k1.", b"v1.k1.short", b"v2.k1." + b"x" * 40]
)
def test_what_is_not_a_sealed_value_is_never_taken_as_plain_text(sealed):
    with pytest.raises(NotReady):
        decrypt(sealed, "person.name")


def test_a_missing_key_is_named_and_nothing_is_shown():
    sealed = encrypt(b"secret", "person.name")
    encryption._known.ciphers.clear()
    with pytest.raises(NotReady, match="no key 'k1'"):
        decrypt(sealed, "person.name")


def test_without_a_key_ring_nothing_is_written(monkeypatch):
    monkeypatch.setattr(encryption, "_known", encryption._Known())

    with pytest.raises(NotReady, match="key ring has not been read"):
        encrypt(b"secret", "person.name")


def test_the_newest_key_writes_and_older_ones_still_read():
    old = encrypt(b"old", "person.name")
    first = encryption._known.ciphers["k1"]
    encryption.use(ring("k2", "k3"))

    assert encryption._known.ciphers["k1"] is first
    assert encrypt(b"new", "person.name").startswith(b"v1.k2.")
    assert decrypt(old, "person.name") == b"old"


def test_a_blind_index_finds_equal_values_and_joins_no_two_columns():
    assert blind_index(" U-1001 ", "case.account") == blind_index("u-1001", "case.account")
    assert blind_index("U-1001", "case.account") == blind_index("\uff35-1001", "case.account")
    assert blind_index("U-1001", "case.account") != blind_index("U-1002", "case.account")
    assert blind_index("U-1001", "case.account") != blind_index("U-1001", "order.account")
    before = blind_index("U-1001", "case.account")
    encryption.use(ring("k1", index_key=b"j" * 32))
    assert blind_index("U-1001", "case.account") != before


# --- Streams ------------------------------------------------------------------------------------


def frames(sealed):
    """Return the head and the framed pieces of an encrypted stream."""
    at = 4 + 1 + sealed[4] + 4
    head, pieces = sealed[:at], []
    while at < len(sealed):
        (length,) = struct.unpack(">I", sealed[at : at + 4])
        pieces.append(sealed[at : at + 4 + length])
        at += 4 + length
    return head, pieces


def opened(sealed, name=NAME, *, step=65536):
    chunks = (sealed[at : at + step] for at in range(0, len(sealed), step))
    return b"".join(decrypt_stream(chunks, name))


def sealed_stream(plain, name=NAME, *, step=100_000):
    chunks = [plain[at : at + step] for at in range(0, len(plain), step)]
    return b"".join(encrypt_stream(chunks, name))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 7])
def test_a_stream_comes_back_whatever_its_length(size):
    plain = os.urandom(size)

    assert opened(sealed_stream(plain)) == plain
    assert opened(sealed_stream(plain), step=1_000_003) == plain


@pytest.fixture(scope="module")
def plain():
    return os.urandom(3 * PIECE + 5)


def joined(head, pieces):
    return head + b"".join(pieces)


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda p: [p[1], p[0], *p[2:]], id="reordered"),
        pytest.param(lambda p: p[:-1], id="last piece cut off"),
        pytest.param(lambda p: p[:2], id="cut in the middle"),
        pytest.param(lambda p: [p[0], *p[2:]], id="a piece dropped"),
        pytest.param(lambda p: [*p, p[-1]], id="a piece added"),
        pytest.param(lambda p: [p[0], p[0], *p[2:]], id="a piece repeated"),
        pytest.param(lambda p: [*p[:-1], p[-1][:-3]], id="the end shortened"),
        pytest.param(lambda _: [], id="only the head"),
        pytest.param(lambda p: [*p[:-1], struct.pack(">I", 2**32 - 1) + p[-1][4:]], id="length"),
    ],
)
def test_pieces_cannot_be_moved_dropped_or_added(plain, harm):
    head, pieces = frames(sealed_stream(plain))

    with pytest.raises(NotReady):
        opened(joined(head, harm(pieces)))


def test_a_flip_anywhere_is_found():
    sealed = sealed_stream(os.urandom(300))
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 0x10
        with pytest.raises(NotReady):
            opened(bytes(changed))


def test_a_piece_of_another_file_or_another_encryption_does_not_fit(plain):
    other = sealed_stream(plain)
    head, pieces = frames(sealed_stream(plain))
    with pytest.raises(NotReady):
        opened(joined(head, [frames(other)[1][0], *pieces[1:]]))
    with pytest.raises(NotReady):
        opened(joined(head, pieces), "b" * 64)


@pytest.mark.parametrize("raw", [b"", b"%PDF-1.7 plain", b"DSF", b"DSF1", b"DSF1\xff" + b"k" * 10])
def test_a_file_that_is_not_ours_is_refused(raw):
    with pytest.raises(NotReady):
        opened(raw)


# --- In the database ----------------------------------------------------------------------------


def test_a_cell_moved_to_another_column_does_not_decrypt(tmp_path, monkeypatch):
    office = make_app(tmp_path)
    reference = cases.police_case(office)
    path = office.settings.instance / "disclosure.sqlite3"
    with closing(sqlite3.connect(path)) as changed, changed:
        changed.execute('UPDATE "case" SET title = subject_account')

    with pytest.raises(NotReady, match=r"case\.title"), cases.at_work(office, reference):
        pass
