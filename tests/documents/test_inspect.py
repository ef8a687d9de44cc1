"""What a document is, by its content and not by what it is called."""

import pytest

from disclosure.documents.inspect import inspect
from disclosure.documents.media import Media, media_of
from disclosure.errors import BadInput, DocumentRefused
from tests.documents.corpus import BASE, HIDINGS, OTHER_KINDS, blank, picture, scan_page, typeset


@pytest.mark.parametrize(
    ("content", "name", "media"),
    [
        (b"%PDF-1.4\n", "a", Media.PDF),
        (b"junk\n%PDF-1.4\n", "a.pdf", Media.PDF),
        (b"\x89PNG\r\n\x1a\n", "a.png", Media.PNG),
        (b"\xff\xd8\xff\xe0", "a.JPEG", Media.JPEG),
        (b"II*\x00", "a.tif", Media.TIFF),
        ("你好".encode(), "a.txt", Media.TEXT),
        ("你好".encode("gb18030"), "a.txt", Media.TEXT),
        ("你好".encode("utf-16"), "a", Media.TEXT),
        (b"From: a@example.com\r\nTo: b@example.com\r\n\r\nhello", "a.eml", Media.MAIL),
        (b"From: a@example.com\r\nTo: b@example.com\r\n\r\nhello", "a.txt", Media.TEXT),
        ("你".encode() * 3000, "a.txt", Media.TEXT),
    ],
)
def test_a_kind_is_known_by_the_first_bytes(content, name, media, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)

    assert media_of(path) is media


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.pdf", "empty"),
        (b"<html>", "a.pdf", "kind-mismatch"),
        (b"\xef\xbb\xbf <!DOCTYPE html>", "a.txt", "kind-mismatch"),
        (b"<svg xmlns='x'>", "a", "unknown-kind"),
        (b"PK\x03\x04\x00\x00", "a.docx", "unknown-kind"),
        (b"%PDF-1.4", "a.png", "kind-mismatch"),
        (b"hello", "a.pdf", "kind-mismatch"),
        (b"hello", "a.eml", "kind-mismatch"),
    ],
)
def test_what_is_no_such_kind_is_refused(content, name, code, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(DocumentRefused) as refusal:
        media_of(path)

    assert refusal.value.code == code


def test_a_missing_file_is_bad_input(tmp_path):
    with pytest.raises(BadInput):
        inspect(tmp_path / "nowhere.pdf")


def test_pages_sizes_and_turns_are_told(tmp_path):
    path = HIDINGS["shifted_origin"].write(tmp_path)

    seen = inspect(path)

    assert seen.media_type == "application/pdf"
    assert seen.boxes == ((-100.0, 200.0, 495.0, 1042.0),)
    assert seen.rotations == (270,)
    assert seen.sizes == ((842.0, 595.0),)
    assert seen.has_text
    assert not seen.encrypted


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("attachment", "attachments"),
        ("form_with_value", "forms"),
        ("annotation", "annotations"),
        ("script", "scripts"),
        ("old_revision", "revisions"),
        ("layer_switched_off", "layers"),
    ],
)
def test_what_is_not_on_the_page_is_counted(name, what, tmp_path):
    assert inspect(HIDINGS[name].write(tmp_path)).hidden.get(what) == 1


def test_a_plain_page_hides_nothing(tmp_path):
    path = tmp_path / "plain.pdf"
    blank(BASE).save(path)

    assert inspect(path).hidden == {}


@pytest.mark.parametrize("name", ["lying_map", "missing_map", "scan"])
def test_pages_whose_text_cannot_be_believed_are_named(name, tmp_path):
    assert inspect(HIDINGS[name].write(tmp_path)).scans == (1,)


def test_ordinary_pages_are_believed(tmp_path):
    path = tmp_path / "letter.pdf"
    typeset(path, "<p>Ordinary text 普通文字</p>")

    assert inspect(path).scans == ()


def test_each_frame_of_an_image_is_a_page(tmp_path):
    path = tmp_path / "fax.tiff"
    frames = [picture(f"page {at}", size=(400, 200)) for at in range(3)]
    frames[0].save(path, save_all=True, append_images=frames[1:], dpi=(200, 200))

    seen = inspect(path)

    assert seen.pages == 3
    assert seen.sizes[0] == (pytest.approx(144), pytest.approx(72))


def test_text_and_mail_have_pages_too(tmp_path):
    for name in ("text_file", "mail_file"):
        seen = inspect(OTHER_KINDS[name].write(tmp_path))

        assert seen.pages == 1
        assert seen.has_text


def test_an_image_that_does_not_fit_in_a_page_of_text_is_still_a_scan(tmp_path):
    path = tmp_path / "scan.pdf"
    scan_page("hello").save(path)

    assert inspect(path).images == 1
