import os

import pytest

from disclosure.storage.page_images import PageImages
from tests.app import make_app

ONE, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def images(tmp_path):
    return PageImages(make_app(tmp_path).settings.instance)


def test_what_is_kept_is_encrypted_and_comes_back(images):
    images.put(ONE, "page-1", b"the plain picture")

    assert images.get(ONE, "page-1") == b"the plain picture"
    assert images.get(ONE, "page-2") is None
    assert images.get(OTHER, "page-1") is None
    assert images.names(ONE) == {"page-1"}
    assert b"picture" not in (images.root / ONE / "page-1").read_bytes()


def test_a_damaged_or_moved_picture_counts_as_not_there(images):
    images.put(ONE, "page-1", b"the plain picture")
    content = (images.root / ONE / "page-1").read_bytes()
    (images.root / ONE / "page-2").write_bytes(content)
    (images.root / ONE / "page-1").write_bytes(content[:-1])

    assert images.get(ONE, "page-1") is None
    assert images.get(ONE, "page-2") is None


def test_dropping_a_document_leaves_the_others(images):
    images.put(ONE, "page-1", b"one")
    images.put(OTHER, "page-1", b"other")
    images.drop(ONE)

    assert images.get(ONE, "page-1") is None
    assert images.get(OTHER, "page-1") == b"other"


def test_what_was_looked_at_longest_ago_goes_when_there_is_too_much(images):
    small = PageImages(images.root.parent, most_bytes=2_500)
    for number, name in enumerate(("1" * 64, "2" * 64, "3" * 64)):
        small.put(name, "page-1", b"x" * 1_000)
        if (small.root / name).exists():
            os.utime(small.root / name, (number, number))

    assert small.get("1" * 64, "page-1") is None
    assert small.get("3" * 64, "page-1") is not None
