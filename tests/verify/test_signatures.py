"""The verifier's own Ed25519 agrees with ``cryptography``, and is stricter where it should be."""

import random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from disclosure import verify

CHANCE = random.Random("signatures")  # noqa: S311 - chance to repeat, not to keep a secret
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]


def encoded(point: verify.Point) -> bytes:
    """Return the 32 bytes that stand for a point."""
    inverse = pow(point[2], -1, verify.P)
    x, y = point[0] * inverse % verify.P, point[1] * inverse % verify.P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def signature_made(size: int) -> tuple[bytes, bytes, bytes]:
    key = Ed25519PrivateKey.from_private_bytes(CHANCE.randbytes(32))
    message = CHANCE.randbytes(size)
    return key.public_key().public_bytes_raw(), message, key.sign(message)


def accepted_elsewhere(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize(
    ("key", "message", "signature"),
    [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            (
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e"
                "39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
            ),
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            (
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f"
                "3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            ),
        ),
    ],
)
def test_it_accepts_the_vectors_of_the_standard(key, message, signature):
    made = (bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))

    assert verify.signed_by(*made)
    assert accepted_elsewhere(*made)


@pytest.mark.parametrize("size", [0, 1, 31, 32, 200, 5000] * 5)
def test_it_accepts_what_was_signed(size):
    assert verify.signed_by(*signature_made(size))


def test_it_agrees_on_every_flipped_bit_of_a_signature():
    key, message, signature = signature_made(40)
    for bit in range(0, 512, 3):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8

        assert not verify.signed_by(key, message, bytes(changed))
        assert not accepted_elsewhere(key, message, bytes(changed))


def test_it_agrees_on_flipped_bits_of_key_and_message():
    key, message, signature = signature_made(40)
    for bit in range(0, 256, 3):
        changed = bytearray(key)
        changed[bit // 8] ^= 1 << bit % 8
        other = bytearray(message)
        other[bit // 8] ^= 1 << bit % 8

        assert not verify.signed_by(bytes(changed), message, signature)
        assert not verify.signed_by(key, bytes(other), signature)
        assert not accepted_elsewhere(bytes(changed), message, signature)


def test_it_refuses_another_key():
    _, message, signature = signature_made(40)
    other, _, _ = signature_made(40)

    assert not verify.signed_by(other, message, signature)


@pytest.mark.parametrize("more", [1, 2, 8])
def test_it_refuses_the_same_scalar_written_larger(more):
    key, message, signature = signature_made(40)
    larger = int.from_bytes(signature[32:], "little") + more * verify.L
    changed = signature[:32] + larger.to_bytes(32, "little")

    assert not verify.signed_by(key, message, changed)
    assert not accepted_elsewhere(key, message, changed)


@pytest.mark.parametrize("key", SMALL_ORDER)
def test_it_refuses_keys_under_which_one_signature_fits_many_messages(key):
    scalar = int.from_bytes(bytes.fromhex(key)[::-1] + b"scalar", "little") % verify.L
    assert verify.BASE is not None
    point = encoded(verify.times(scalar, verify.BASE))
    forged = point + scalar.to_bytes(32, "little")
    raw = bytes.fromhex(key)
    fooled = [bytes([n]) for n in range(200) if accepted_elsewhere(raw, bytes([n]), forged)]

    assert fooled
    assert not any(verify.signed_by(raw, message, forged) for message in fooled)


@pytest.mark.parametrize("y", range(19))
@pytest.mark.parametrize("sign", [0, 1])
def test_it_refuses_points_that_are_not_in_their_one_form(y, sign):
    raw = (verify.P + y | sign << 255).to_bytes(32, "little")

    assert verify.decode(raw) is None


def test_it_refuses_a_sign_where_there_is_none_to_have():
    assert verify.decode((1).to_bytes(32, "little")) is not None
    assert verify.decode((1 | 1 << 255).to_bytes(32, "little")) is None


def test_it_decodes_every_point_to_itself():
    for _ in range(30):
        key, _, _ = signature_made(1)
        point = verify.decode(key)

        assert point is not None
        assert encoded(point) == key


@pytest.mark.parametrize("length", [0, 1, 31, 33, 64])
def test_it_refuses_keys_and_signatures_of_another_length(length):
    key, message, signature = signature_made(40)

    assert not verify.signed_by((key * 2)[:length], message, signature)
    assert not verify.signed_by(key, message, (signature * 2)[: length + 32 if length else 0][:63])
    assert not verify.signed_by(key, message, signature + bytes(1))
