"""The platform's word for who is signed in holds for minutes, and for one purpose alone."""

import base64
import json
from datetime import timedelta

import pytest

from disclosure.errors import Refused
from disclosure.gateways import platform_login
from disclosure.gateways.platform_login import (
    HANDOVER,
    VISIT,
    derive_key,
    make_handover,
    read,
    read_handover,
    sign,
)

SESSION_KEY = b"k" * 32
KEY = derive_key(SESSION_KEY, HANDOVER)


def with_content(token, **changes):
    """Return the token with something else in its payload, under the old signature."""
    payload, _, signature = token.partition(".")
    content = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    changed = base64.urlsafe_b64encode(json.dumps({**content, **changes}).encode())
    return f"{changed.decode().rstrip('=')}.{signature}"


@pytest.mark.parametrize("account", ["U-3002", "用户-7", "a" * 64])
def test_a_hand_over_names_the_account_for_five_minutes(now, account):
    token = make_handover(KEY, account, now)

    assert read_handover(KEY, token, now) == account
    assert read_handover(KEY, token, now + timedelta(minutes=5)) == account


def test_after_five_minutes_it_is_worth_nothing(now):
    token = make_handover(KEY, "U-3002", now)

    with pytest.raises(Refused, match="too old"):
        read_handover(KEY, token, now + timedelta(minutes=5, seconds=1))


def test_another_key_does_not_open_it(now):
    token = make_handover(KEY, "U-3002", now)

    for key in (derive_key(SESSION_KEY, VISIT), derive_key(b"x" * 32, HANDOVER), SESSION_KEY):
        with pytest.raises(Refused):
            read_handover(key, token, now)


def test_a_token_for_one_purpose_is_none_for_another_even_under_the_same_key(now):
    visit = sign(KEY, VISIT, "U-3002", now)

    with pytest.raises(Refused):
        read_handover(KEY, visit, now)
    assert read(KEY, VISIT, visit, now).account == "U-3002"


@pytest.mark.parametrize("change", [{"account": "U-1"}, {"until": 9999999999}, {"number": "0"}])
def test_what_was_changed_after_signing_is_refused(now, change):
    token = with_content(make_handover(KEY, "U-3002", now), **change)

    with pytest.raises(Refused):
        read_handover(KEY, token, now)


@pytest.mark.parametrize(
    "token", ["", ".", "a.b", "é.è", "\x00", "\ud800", "e30.e30", "x" * 100_000, "a.b.c"]
)
def test_what_is_no_token_is_refused_in_one_sentence(now, token):
    with pytest.raises(Refused, match="does not hold"):
        read_handover(KEY, token, now)


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b"{}",
        b'"text"',
        b"\xff",
        b'{"account": "", "number": "1", "purpose": "platform hand-over", "until": 9999999999}',
        b'{"account": "U", "number": "1", "purpose": "platform hand-over", "until": "soon"}',
        b'{"account": "U", "number": "1", "purpose": "platform hand-over", "until": 1e99}',
        b'{"account": "U", "number": "1", "purpose": ["x"], "until": 9999999999}',
    ],
)
def test_a_rightly_signed_payload_of_another_shape_is_refused(now, content):
    payload = base64.urlsafe_b64encode(content).decode().rstrip("=")

    with pytest.raises(Refused):
        read_handover(KEY, f"{payload}.{platform_login._signature(KEY, payload)}", now)


def test_an_account_too_long_for_any_platform_is_refused(now):
    with pytest.raises(Refused):
        read_handover(KEY, make_handover(KEY, "a" * 65, now), now)


def test_two_hand_overs_of_one_account_differ_so_that_each_is_taken_once(now):
    first, second = (sign(KEY, HANDOVER, "U-3002", now) for _ in range(2))

    assert read(KEY, HANDOVER, first, now).number != read(KEY, HANDOVER, second, now).number
