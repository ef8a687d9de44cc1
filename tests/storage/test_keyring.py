import json
import stat

import pytest

from disclosure.app import create_app, prepare
from disclosure.config import load_settings
from disclosure.errors import NotReady
from disclosure.storage.keyring import make_keyring, read_keyring
from tests.app import NOW


@pytest.fixture
def path(tmp_path):
    target = tmp_path / "deep" / "keys.json"
    make_keyring(target, seal_key=b"-----KEY-----", seal_certificate=b"-----CERT-----")
    return target


def test_a_new_ring_is_readable_by_its_owner_alone_and_full_of_fresh_keys(path, tmp_path):
    other = tmp_path / "other.json"
    make_keyring(other, seal_key=b"", seal_certificate=b"")
    first, second = read_keyring(path), read_keyring(other)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first.seal_key == b"-----KEY-----"
    secrets = {
        first.field_keys[0].secret,
        second.field_keys[0].secret,
        *(first.index_key, second.index_key, first.session_key, second.session_key),
    }
    assert len(secrets) == 6
    assert {len(secret) for secret in secrets} == {32}


def test_a_ring_is_never_overwritten(path):
    before = path.read_bytes()
    with pytest.raises(NotReady, match="never overwritten"):
        make_keyring(path, seal_key=b"", seal_certificate=b"")

    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601, 0o620])
def test_a_ring_that_others_can_open_stops_the_start(path, mode):
    path.chmod(mode)

    with pytest.raises(NotReady, match="chmod 600"):
        read_keyring(path)


def test_a_missing_ring_is_said_with_what_to_do(tmp_path):
    with pytest.raises(NotReady, match="missing; a new installation makes one"):
        read_keyring(tmp_path / "keys.json")


def short(content):
    content["field_keys"][0]["secret"] = "c2hvcnQ="


@pytest.mark.parametrize(
    "harm",
    [
        short,
        lambda content: content.pop("index_key"),
        lambda content: content.update(field_keys=[{"name": "k"}]),
        lambda content: content.update(ledger_key="not base64!"),
        lambda content: content.update(session_key=None),
        lambda content: content.update(seal_key=7),
    ],
)
def test_a_damaged_ring_is_refused_without_showing_any_of_it(path, harm):
    content = json.loads(path.read_text())
    secret = content["index_key"]
    harm(content)
    path.write_text(json.dumps(content))
    with pytest.raises(NotReady, match="damaged; restore it from backup") as refusal:
        read_keyring(path)

    assert secret not in str(refusal.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"keys"', "\udcff"])
def test_what_is_no_ring_at_all_is_refused(path, text):
    path.write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(NotReady, match="damaged"):
        read_keyring(path)


def test_a_ring_without_any_field_key_is_damaged(path):
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "field_keys": []}))

    with pytest.raises(NotReady, match="damaged"):
        read_keyring(path)


@pytest.mark.parametrize("harm", ["mode", "gone"])
def test_the_application_does_not_start_without_its_ring(tmp_path, harm):
    settings = load_settings(tmp_path / "instance", {})
    prepare(settings, NOW)
    if harm == "mode":
        settings.keys.chmod(0o644)
    else:
        settings.keys.unlink()

    with pytest.raises(NotReady, match="key ring"):
        create_app(settings)
