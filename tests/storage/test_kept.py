"""What is kept for a while is secret, dies by itself, and belongs to whoever knows the token."""

from datetime import timedelta

import pytest

from disclosure.app import prepare
from disclosure.config import load_settings
from disclosure.storage import encryption, kept
from disclosure.storage.kept import KeptFiles
from disclosure.storage.keyring import read_keyring

HOUR = timedelta(hours=1)


@pytest.fixture
def files(tmp_path, now):
    settings = load_settings(tmp_path, {})
    prepare(settings, now)
    encryption.use(read_keyring(settings.keys))
    return KeptFiles(tmp_path / "kept")


def test_what_was_kept_comes_back_under_its_token_alone(files, now):
    assert files.put("token", b"paper", now=now, life=HOUR)

    assert files.get("token", now=now) == b"paper"
    assert files.get("other", now=now) is None
    assert files.get("*", now=now) is None


def test_neither_content_nor_token_can_be_read_from_the_folder(files, now):
    files.put("token", b"paper", now=now, life=HOUR)
    (path,) = files.folder.iterdir()

    assert b"paper" not in path.read_bytes()
    assert "token" not in path.name


def test_the_same_token_holds_one_thing(files, now):
    files.put("token", b"first", now=now, life=HOUR)
    files.put("token", b"second", now=now + HOUR / 2, life=HOUR)

    assert files.get("token", now=now + HOUR) == b"second"
    assert len(list(files.folder.iterdir())) == 1


def test_it_dies_at_its_time_and_is_swept_by_the_next_keeping(files, now):
    files.put("token", b"paper", now=now, life=HOUR)

    assert files.get("token", now=now + HOUR) == b"paper"
    assert files.get("token", now=now + HOUR + timedelta(seconds=1)) is None
    files.put("next", b"paper", now=now + 2 * HOUR, life=HOUR)
    assert len(list(files.folder.iterdir())) == 1


def test_what_was_dropped_is_gone(files, now):
    files.put("token", b"paper", now=now, life=HOUR)
    files.drop("token")

    assert files.get("token", now=now) is None
    assert list(files.folder.iterdir()) == []


def test_a_damaged_or_moved_file_is_as_good_as_none(files, now):
    files.put("token", b"paper", now=now, life=HOUR)
    files.put("other", b"other", now=now, life=HOUR)
    mine, others = sorted(files.folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    others.write_bytes(mine.read_bytes())
    mine.write_bytes(mine.read_bytes()[:-1] + b"\x00")

    assert files.get("token", now=now) is None
    assert files.get("other", now=now) is None


def test_a_full_folder_takes_no_more(files, now, monkeypatch):
    monkeypatch.setattr(kept, "MOST_BYTES", 150)

    assert files.put("token", b"x" * 100, now=now, life=HOUR)
    assert not files.put("other", b"x" * 100, now=now, life=HOUR)
    assert files.get("other", now=now) is None
    assert files.put("later", b"x" * 100, now=now + 2 * HOUR, life=HOUR)


def test_an_empty_folder_answers_that_nothing_is_kept(files, now):
    assert files.get("token", now=now) is None
