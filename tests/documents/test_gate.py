"""The gate alone: badly redacted files are found, clean ones pass."""

import pytest

from disclosure.documents.gate import Outcome, Reading, gate
from disclosure.documents.plan import Region
from disclosure.errors import BadInput, DocumentRefused
from tests.documents.bad_redactions import (
    BAD,
    CLEAN,
    REGION,
    SEEDED,
    changed,
    redacted,
    rendition,
    with_a_second_update,
    with_bytes_added,
)
from tests.documents.corpus import BASE, KEPT, NUMBER, SECRET, blank, shown

STRICT = Reading(strict=True)


@pytest.mark.parametrize("name", BAD)
def test_a_badly_redacted_file_is_found(name, tmp_path):
    make, removed, regions = BAD[name]
    path = tmp_path / "finished.pdf"
    make(path)

    verdict = gate(path, removed=removed, regions=regions)

    assert verdict.outcome is Outcome.LEAK


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_file_raises_no_alarm(name, tmp_path):
    make, regions = CLEAN[name]
    path = tmp_path / "finished.pdf"
    make(path)

    verdict = gate(path, removed=[SECRET, NUMBER, "张伟"], regions=regions)

    assert verdict.passed, [str(item) for item in (*verdict.leaks, *verdict.unknown)]


@pytest.mark.parametrize("name", SEEDED)
def test_our_own_form_allows_no_change(name, tmp_path):
    change, code = SEEDED[name]
    path = tmp_path / "finished.pdf"
    changed(path, change)

    verdict = gate(path, removed=[SECRET], regions=[REGION], reading=STRICT)

    assert code in {finding.code for finding in verdict.leaks}


def test_the_same_file_without_a_change_passes_the_strict_reading(tmp_path):
    path = tmp_path / "finished.pdf"
    changed(path, lambda _: None)

    assert gate(path, removed=[SECRET], regions=[REGION], reading=STRICT).passed


def test_a_sealed_rendition_passes_the_strict_reading(tmp_path):
    path = tmp_path / "finished.pdf"
    rendition(path)

    verdict = gate(
        path,
        removed=[SECRET],
        regions=[Region(2, REGION.box, REGION.reason)],
        expected_pages=2,
        reading=STRICT,
    )

    assert verdict.passed, [str(item) for item in (*verdict.leaks, *verdict.unknown)]


def test_a_box_at_another_place_than_the_plan_says_is_found(tmp_path):
    path = tmp_path / "finished.pdf"
    redacted(path)
    elsewhere = Region(1, (70.0, 690.0, 220.0, 712.0), "third-party")

    verdict = gate(path, removed=[], regions=[elsewhere], reading=STRICT)

    assert {finding.code for finding in verdict.leaks} >= {"pixels"}


@pytest.mark.parametrize("make", [with_bytes_added, with_a_second_update])
def test_nothing_may_be_added_to_a_finished_file(make, tmp_path):
    path = tmp_path / "finished.pdf"
    make(path)

    codes = {finding.code for finding in gate(path, removed=[], reading=STRICT).leaks}

    assert codes & {"trailing-bytes", "revision"}


def test_a_missing_page_is_a_leak_of_order(tmp_path):
    path = tmp_path / "finished.pdf"
    redacted(path)

    verdict = gate(path, removed=[], expected_pages=2)

    assert "pages" in {finding.code for finding in verdict.leaks}


def test_what_stood_in_a_region_is_searched_everywhere(tmp_path):
    original, path = tmp_path / "original.pdf", tmp_path / "finished.pdf"
    blank(BASE + shown(SECRET, 72, 650)).save(original)
    pdf = blank(BASE)
    pdf.docinfo["/Keywords"] = SECRET.split()[1]
    pdf.save(path)

    with_original = gate(path, removed=[], regions=[REGION], original=original)

    assert gate(path, removed=[], regions=[REGION]).passed
    assert with_original.outcome is Outcome.LEAK


def test_a_word_that_also_stands_outside_the_region_is_no_leak(tmp_path):
    original, path = tmp_path / "original.pdf", tmp_path / "finished.pdf"
    blank(BASE + shown("Monday warehouse", 72, 650)).save(original)
    blank(BASE).save(path)

    assert gate(path, removed=[], regions=[REGION], original=original).passed


def test_a_missing_text_extractor_means_cannot_tell_and_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "finished.pdf"
    blank(BASE).save(path)

    verdict = gate(path, removed=[NUMBER])

    assert verdict.outcome is Outcome.CANNOT_TELL
    assert "pdftotext" in str(verdict.unknown[0])


def test_findings_and_reports_never_hold_the_value(tmp_path):
    path = tmp_path / "finished.pdf"
    blank(BASE + shown(SECRET, 72, 650)).save(path)

    verdict = gate(path, removed=[SECRET])

    assert verdict.leaks
    assert not any(part in repr(verdict.as_json()) for part in (*SECRET.split(), KEPT))


def test_an_encrypted_or_unreadable_finished_file_is_refused(tmp_path):
    path = tmp_path / "finished.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing\n")
    text = tmp_path / "finished.txt"
    text.write_text("plain")

    with pytest.raises(DocumentRefused):
        gate(path, removed=[])
    with pytest.raises(DocumentRefused):
        gate(text, removed=[])
    with pytest.raises(BadInput):
        gate(tmp_path / "nowhere.pdf", removed=[])
