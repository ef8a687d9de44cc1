import hashlib
import os
import stat
import threading

import pytest

from disclosure.errors import NotReady
from disclosure.storage import encryption
from disclosure.storage.files import FileStore
from tests.storage.test_encryption import ring

CONTENT = b"%PDF-1.7 unmistakable " + bytes(range(256)) * 40


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(encryption, "_known", encryption._Known())
    encryption.use(ring("k1"))
    return FileStore(str(tmp_path / "files"))


def on_disk(store):
    return [path for path in store.root.rglob("*") if path.is_file()]


def test_a_file_is_kept_under_its_hash_encrypted_and_for_the_owner_alone(store):
    sha256 = store.add(CONTENT)
    [path] = on_disk(store)

    assert sha256 == hashlib.sha256(CONTENT).hexdigest() == path.name
    assert path.parent.name == sha256[:2]
    assert store.read(sha256) == CONTENT
    assert b"unmistakable" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_storing_twice_is_harmless(store):
    first = store.add(CONTENT)
    raw = on_disk(store)[0].read_bytes()

    assert store.add(CONTENT) == first
    assert [path.read_bytes() for path in on_disk(store)] == [raw]


def test_every_flipped_byte_is_found(store):
    sha256 = store.add(b"short")
    [path] = on_disk(store)
    raw = path.read_bytes()
    for at in range(len(raw)):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        with pytest.raises(NotReady):
            store.read(sha256)


def test_a_file_in_the_place_of_another_is_found(store):
    first, second = store.add(b"first"), store.add(b"second")
    (store.root / second[:2] / second).replace(store.root / first[:2] / first)

    with pytest.raises(NotReady):
        store.read(first)


def test_a_missing_file_is_said_in_a_sentence(store):
    with pytest.raises(NotReady, match="missing; restore"):
        store.read("0" * 64)


def test_a_full_disk_leaves_no_file_that_looks_whole(store, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.add(CONTENT)
    monkeypatch.undo()

    assert [path for path in on_disk(store) if not path.name.startswith(".")] == []


def test_the_same_file_from_eight_threads_is_stored_once(store):
    threads = [threading.Thread(target=store.add, args=(CONTENT,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(on_disk(store)) == 1
    assert store.read(on_disk(store)[0].name) == CONTENT


def test_other_stores_are_refused_with_what_to_do(tmp_path):
    with pytest.raises(NotReady, match="'s3' is not a store of this version; use a folder"):
        FileStore("s3://bucket/prefix")

    assert FileStore(f"file://{tmp_path}").root == tmp_path
