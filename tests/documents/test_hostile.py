"""Broken, locked and exhausting files: an answer within the limits, and nothing written."""

import time

import pytest

from disclosure.documents.inspect import inspect
from disclosure.documents.limits import REFUSALS, Limits
from disclosure.documents.plan import Plan, Region, Term
from disclosure.documents.redact import redact
from disclosure.errors import DocumentRefused
from tests.documents.hostile import HOSTILE, PASSWORD, flat_tree


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_code_and_nothing_is_written(name, tmp_path):
    hostile = HOSTILE[name]
    source, target = tmp_path / f"original{hostile.suffix}", tmp_path / "redacted.pdf"
    hostile.make(source)
    started = time.monotonic()

    with pytest.raises(DocumentRefused) as refusal:
        redact(source, target, Plan(terms=(Term("Weiming", "x"),)))

    assert refusal.value.code in hostile.codes
    assert refusal.value.code in REFUSALS
    assert time.monotonic() - started < Limits().wall_seconds + 10
    assert not target.exists()


def test_a_wrong_password_is_refused_like_none(tmp_path):
    source = tmp_path / "original.pdf"
    HOSTILE["locked"].make(source)

    with pytest.raises(DocumentRefused) as refusal:
        inspect(source, password=f"{PASSWORD}!")

    assert refusal.value.code == "encrypted"


def test_as_many_pages_as_the_limit_allows_are_taken(tmp_path):
    source = tmp_path / "original.pdf"
    flat_tree(source, pages=500, declared=500)

    assert inspect(source).pages == 500


def test_one_page_more_is_refused(tmp_path):
    source = tmp_path / "original.pdf"
    flat_tree(source, pages=501, declared=501)

    with pytest.raises(DocumentRefused) as refusal:
        redact(source, tmp_path / "out.pdf", Plan(regions=(Region(1, (0, 0, 9, 9), "x"),)))

    assert refusal.value.code == "too-many-pages"
