"""Redacting documents that hide a value in every known way."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from disclosure.documents.gate import Finding, Outcome, Reading, Verdict, gate, sha256_of
from disclosure.documents.limits import Limits
from disclosure.documents.plan import Plan, Region, Term
from disclosure.documents.redact import redact
from disclosure.errors import BadInput, DocumentRefused
from tests.documents.checker import places_of, seen_on, squeezed, text_of
from tests.documents.corpus import (
    BASE,
    HIDINGS,
    KEPT,
    OTHER_KINDS,
    SECRET,
    blank,
    scan_page,
    shown,
    typeset,
)
from tests.documents.hostile import PASSWORD

SHOWN_ON_THE_PAGE = ("form_with_value", "lying_map", "missing_map", "scan", "chat_without_spaces")


def plan_for(*secrets: str, regions: tuple[Region, ...] = ()) -> Plan:
    return Plan(regions=regions, terms=tuple(Term(secret, "third-party") for secret in secrets))


def pixels_of(path: Path, folder: Path) -> Image.Image:
    subprocess.run(
        ["pdftoppm", "-r", "72", "-gray", "-singlefile", path, folder / "drawn"], check=True
    )
    return Image.open(folder / "drawn.pgm")


@pytest.mark.parametrize("name", [*HIDINGS, *OTHER_KINDS])
def test_no_redacted_file_holds_the_value_anywhere(name, tmp_path):
    hiding = (HIDINGS | OTHER_KINDS)[name]
    source, target = hiding.write(tmp_path), tmp_path / "redacted.pdf"

    report = redact(source, target, plan_for(*hiding.secrets))

    assert report.verdict.passed
    assert places_of(target, hiding.secrets) == []
    if hiding.kept:
        assert squeezed(hiding.kept) in squeezed(text_of(target))
    if name in SHOWN_ON_THE_PAGE:
        seen = seen_on(target, tmp_path)
        assert [secret for secret in hiding.secrets if squeezed(secret) in seen] == []


@pytest.mark.parametrize("name", HIDINGS)
def test_every_hiding_place_is_found_when_nothing_was_redacted(name, tmp_path):
    hiding = HIDINGS[name]

    verdict = gate(hiding.write(tmp_path), removed=hiding.secrets)

    assert verdict.outcome is Outcome.LEAK
    assert {finding.value for finding in verdict.leaks} >= set(range(len(hiding.secrets)))


@pytest.mark.parametrize(("rotation", "corner"), [(0, (0, 0)), (90, (-40, 70)), (270, (100, 20))])
def test_a_region_covers_its_place_on_turned_and_shifted_pages(rotation, corner, tmp_path):
    left, bottom = corner
    pdf = blank(shown(KEPT, left + 60, bottom + 500) + shown(SECRET, left + 60, bottom + 300))
    pdf.pages[0].obj.MediaBox = pikepdf.Array([left, bottom, left + 595, bottom + 842])
    pdf.pages[0].obj.Rotate = rotation
    source, target = tmp_path / "original.pdf", tmp_path / "redacted.pdf"
    pdf.save(source)
    box = (left + 58.0, bottom + 296.0, left + 180.0, bottom + 314.0)

    redact(source, target, plan_for(regions=(Region(1, box, "third-party"),)))

    assert squeezed(KEPT) in squeezed(text_of(target))
    assert places_of(target, [SECRET]) == []
    with pikepdf.open(target) as done:
        assert [int(side) for side in done.pages[0].mediabox][:2] == [left, bottom]
        assert int(done.pages[0].obj.Rotate) == rotation
    drawn = pixels_of(target, tmp_path)
    turned = drawn.rotate(rotation, expand=True)
    assert turned.getpixel((62, 842 - 305)) == 0
    assert turned.getpixel((62, 842 - 330)) > 200


def test_widths_of_boxes_do_not_tell_names_apart(tmp_path):
    names = ("Wang Lei", "Chen Hui", "Zhao Min")
    source, target = tmp_path / "original.pdf", tmp_path / "redacted.pdf"
    blank(b"".join(shown(name, 72, 700 - 40 * at) for at, name in enumerate(names))).save(source)

    report = redact(source, target, plan_for(*names))

    widths = [mark.box[2] - mark.box[0] for mark in report.marks]
    assert all(width % 24 == pytest.approx(0, abs=0.01) for width in widths)
    assert len({round(width) for width in widths}) == 1


def test_a_word_touched_by_a_box_leaves_the_layer_whole(tmp_path):
    source, target = tmp_path / "original.pdf", tmp_path / "redacted.pdf"
    blank(shown("keep halfcovered keep", 72, 700)).save(source)

    redact(source, target, plan_for(regions=(Region(1, (150, 698, 160, 710), "x"),)))

    assert "half" not in text_of(target)
    assert "covered" not in text_of(target)


def test_nothing_of_the_original_is_carried_over(tmp_path):
    source, target = HIDINGS["form_with_value"].write(tmp_path), tmp_path / "redacted.pdf"
    redact(source, target, plan_for(SECRET))

    with pikepdf.open(target) as done:
        kinds = {str(item.get("/Type")) for item in done.objects if hasattr(item, "keys")}
        resources = done.pages[0].obj.Resources

        assert "/Info" not in done.trailer
        assert set(resources.keys()) == {"/XObject", "/Font"}
        assert kinds <= {
            "/Catalog", "/Pages", "/Page", "/Font", "/FontDescriptor", "/XObject",
            "/StructTreeRoot", "/StructElem", "None",
        }  # fmt: skip


def test_colour_is_kept_where_a_page_has_it(tmp_path):
    source, target = tmp_path / "original.pdf", tmp_path / "redacted.pdf"
    blank(BASE + b"1 0 0 rg 100 300 200 100 re f\n" + shown(SECRET, 72, 650)).save(source)

    redact(source, target, plan_for(SECRET))

    subprocess.run(["pdftoppm", "-r", "72", "-singlefile", target, tmp_path / "c"], check=True)
    drawn = Image.open(tmp_path / "c.ppm")
    red, green, blue = drawn.getpixel((200, 842 - 350))
    assert max(drawn.getpixel((75, 842 - 655))) < 30
    assert red > 200
    assert max(green, blue) < 60


def test_a_page_of_pixels_too_many_to_read_is_refused_not_released(tmp_path):
    source, target = tmp_path / "original.pdf", tmp_path / "redacted.pdf"
    scan_page(KEPT).save(source)
    limits = replace(Limits(), read_pages=0)

    with pytest.raises(DocumentRefused) as refusal:
        redact(source, target, plan_for(SECRET), limits=limits)

    assert refusal.value.code == "cannot-tell"
    assert not target.exists()


def test_a_missing_recognition_program_is_named_and_stops_the_release(tmp_path, monkeypatch):
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("pdftotext", "pdftoppm"):
        (programs / name).symlink_to(f"/usr/bin/{name}")
    monkeypatch.setenv("PATH", str(programs))
    source = tmp_path / "original.pdf"
    scan_page(KEPT).save(source)

    with pytest.raises(DocumentRefused, match="tesseract"):
        redact(source, tmp_path / "redacted.pdf", plan_for(SECRET))


def test_an_untold_file_is_kept_with_its_verdict_when_a_person_is_to_answer_for_it(tmp_path):
    source, target = tmp_path / "original.pdf", tmp_path / "redacted.pdf"
    scan_page(KEPT).save(source)
    limits = replace(Limits(), read_pages=0)

    report = redact(source, target, plan_for(SECRET), limits=limits, keep_untold=True)

    assert report.verdict.outcome is Outcome.CANNOT_TELL
    assert report.verdict.unknown
    assert sha256_of(target) == report.sha256


def test_a_leak_is_never_kept(tmp_path, monkeypatch):
    """No document makes the engine leak, so that the judge's answer is put in its place."""
    source, target = tmp_path / "original.pdf", tmp_path / "redacted.pdf"
    blank(BASE).save(source)
    leak = Finding("pixels", "page 1")
    told = Verdict(outcome=Outcome.LEAK, sha256="0" * 64, pages=1, leaks=(leak,), unknown=(leak,))
    monkeypatch.setattr("disclosure.documents.redact.gate", lambda *_, **__: told)

    with pytest.raises(DocumentRefused) as refusal:
        redact(source, target, plan_for(SECRET), keep_untold=True)

    assert refusal.value.code == "leak"
    assert not target.exists()


def test_an_encrypted_document_opens_with_the_plans_password(tmp_path):
    source, target = tmp_path / "original.pdf", tmp_path / "redacted.pdf"
    lock = pikepdf.Encryption(owner="owner", user=PASSWORD)
    blank(BASE + shown(SECRET, 72, 650)).save(source, encryption=lock)
    plan = Plan(terms=(Term(SECRET, "x"),), password=PASSWORD)

    redact(source, target, plan)

    assert places_of(target, [SECRET]) == []
    with pytest.raises(DocumentRefused) as refusal:
        redact(source, target, Plan(password=PASSWORD[:-1]))
    assert refusal.value.code == "encrypted"


@pytest.mark.parametrize(
    ("regions", "where"),
    [((Region(2, (0, 0, 9, 9), "x"),), "regions[0].page")],
)
def test_a_region_on_a_page_that_is_not_there_is_bad_input(regions, where, tmp_path):
    source = HIDINGS["plain"].write(tmp_path)

    with pytest.raises(BadInput) as bad:
        redact(source, tmp_path / "redacted.pdf", Plan(regions=regions))

    assert bad.value.where == where


def test_the_original_is_never_overwritten(tmp_path):
    source = HIDINGS["plain"].write(tmp_path)
    before = source.read_bytes()

    with pytest.raises(BadInput):
        redact(source, source, plan_for(SECRET))

    assert source.read_bytes() == before


def test_an_earlier_result_survives_a_refused_attempt(tmp_path):
    source, target = tmp_path / "original.pdf", tmp_path / "redacted.pdf"
    source.write_bytes(b"")
    target.write_bytes(b"earlier")

    with pytest.raises(DocumentRefused):
        redact(source, target, plan_for(SECRET))

    assert target.read_bytes() == b"earlier"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["original.pdf", "redacted.pdf"]


def test_three_hundred_scanned_pages_are_redacted_within_the_limits(tmp_path):
    source, target = tmp_path / "original.pdf", tmp_path / "redacted.pdf"
    pdf = scan_page(KEPT)
    for _ in range(299):
        pdf.pages.append(pdf.pages[0])
    pdf.save(source)

    report = redact(
        source, target, plan_for(regions=(Region(300, (100, 400, 200, 420), "third-party"),))
    )

    assert report.pages == 300
    assert report.verdict.passed
    assert [mark.page for mark in report.marks] == [300]


def test_the_words_that_may_stay_stay_readable(tmp_path):
    source, target = tmp_path / "original.pdf", tmp_path / "redacted.pdf"
    lines = "".join(
        f"<p>Line {at}: parcel {at} 已经发货, thank you</p><p>Buyer: {SECRET}</p>"
        for at in range(20)
    )
    typeset(source, lines)

    redact(source, target, plan_for(SECRET))

    before = text_of(source).replace("Weiming", "").replace("Zhangson", "").split()
    after = squeezed(text_of(target))
    kept = [word for word in before if squeezed(word) in after]
    assert len(kept) >= 0.98 * len(before)


def test_strict_reading_is_what_the_engine_was_judged_by(tmp_path):
    source, target = HIDINGS["plain"].write(tmp_path), tmp_path / "redacted.pdf"

    report = redact(source, target, plan_for(SECRET))

    again = gate(target, removed=[SECRET], expected_pages=1, reading=Reading(strict=True))
    assert again.passed
    assert again.sha256 == report.sha256


@pytest.mark.parametrize(
    "name",
    ["black_rectangle", "white_text", "outside_the_crop_box", "off_the_page", "layer_switched_off"],
)
def test_text_that_nobody_sees_never_comes_back_though_no_plan_names_it(name, tmp_path):
    source, target = HIDINGS[name].write(tmp_path), tmp_path / "redacted.pdf"

    redact(source, target, Plan())

    assert places_of(target, [SECRET]) == []
    assert squeezed(KEPT) in squeezed(text_of(target))
