"""Pages to mark on: what is shown, chosen and found is what the engine burns."""

import io

import numpy as np
import pytest
from PIL import Image

from disclosure.documents.drawing import draw, find, layout_from, layout_row
from disclosure.documents.drawing_task import is_flat
from disclosure.documents.layout import Layout, layout_of, level_lines
from disclosure.documents.plan import Plan, Region
from disclosure.documents.redact import redact
from disclosure.errors import BadInput, DocumentRefused
from tests.drawn_pages import NAME, PHONE, letter_pdf, turned_pdf

TURNS = [
    pytest.param(0, False, False, id="upright"),
    pytest.param(90, True, False, id="90, shifted"),
    pytest.param(180, True, True, id="180, shifted and cropped"),
    pytest.param(270, False, True, id="270, cropped"),
]


def pixels(webp):
    return np.asarray(Image.open(io.BytesIO(webp)).convert("L"))


def word(layout, text):
    return next(each for each in layout.words if layout.text[each[0] : each[1]].strip() == text)


def dark(image, layout, place):
    """Return the share of dark pixels in a place on the page as shown."""
    scale = image.shape[1] / layout.size[0]
    x, y, wide, high = (round(side * scale) for side in place)
    return float((image[y : y + high, x : x + wide] < 100).mean())


@pytest.mark.parametrize(("rotation", "shifted", "cropped"), TURNS)
def test_a_word_marked_on_the_page_as_shown_is_what_is_burned(tmp_path, rotation, shifted, cropped):
    source, target = tmp_path / "page.pdf", tmp_path / "done.pdf"
    source.write_bytes(turned_pdf(rotation, shifted=shifted, cropped=cropped))
    page = draw(source, [1])[0]
    layout = page.layout
    place = layout.shown(layout.lines(*word(layout, "secretword"))[0])
    drawn = layout.box_at(place)
    redact(source, target, Plan(regions=(Region(1, drawn, "third_party_data"),)))
    before, after = pixels(page.image), pixels(draw(target, [1])[0].image)
    finished = draw(target, [1])[0].layout

    assert before.shape == after.shape
    assert 0.05 < dark(before, layout, place) < 0.6
    assert dark(after, layout, place) > 0.75
    for kept in ("alpha", "omega"):
        spot = layout.shown(layout.lines(*word(layout, kept))[0])
        assert 0.05 < dark(after, layout, spot) < 0.6
        assert kept in finished.text
    assert "secretword" not in finished.text
    assert finished.size == pytest.approx(layout.size, abs=0.5)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_place_on_the_screen_and_a_box_in_the_file_are_each_others_reverse(rotation):
    layout = Layout((13.0, -7.0, 413.0, 293.0), rotation, "", (), ())
    box = (40.0, 10.0, 90.0, 55.0)
    x, y, wide, high = layout.shown(box)

    assert layout.box_at((x, y, wide, high)) == pytest.approx(box)
    assert sorted((wide, high)) == [45.0, 50.0]
    assert 0 <= x <= layout.size[0]
    assert 0 <= y <= layout.size[1]


def test_an_area_is_cut_to_the_page_and_one_beside_it_is_refused():
    layout = Layout((0.0, 0.0, 200.0, 100.0), 0, "", (), ())

    assert layout.box_at((-20.0, -20.0, 60.0, 60.0)) == (0.0, 60.0, 40.0, 100.0)
    for place in ((200.0, 10.0, 20.0, 20.0), (10.0, 10.0, 0.5, 20.0), (10.0, 90.0, 5.0, -20.0)):
        with pytest.raises(BadInput, match="at least one point"):
            layout.box_at(place)


def test_ranges_of_neighbours_touch_and_hidden_words_are_not_offered():
    boxes = [(10.0, 50.0, 16.0, 60.0), (16.0, 50.0, 22.0, 60.0), None, (28.0, 50.0, 34.0, 60.0)]
    boxes += [None, (900.0, 50.0, 906.0, 60.0)]
    layout = layout_of((0.0, 0.0, 200.0, 100.0), 0, "ab c x", boxes)

    assert layout.words == ((0, 3), (3, 5))
    assert layout_from(layout_row(layout)) == layout
    assert layout.lines(0, 5) == [(10.0, 50.0, 34.0, 60.0)]
    for start, end in ((2, 2), (3, 1), (0, 99), (-1, 2), (2, 3), (5, 6)):
        with pytest.raises(BadInput):
            layout.lines(start, end)


def test_words_of_a_line_are_shown_equally_high():
    boxes = [(10.0, 50.0, 16.0, 60.0), None, (28.0, 47.0, 34.0, 58.0), None]
    boxes += [(10.0, 20.0, 16.0, 30.0)]
    places = level_lines(layout_of((0.0, 0.0, 200.0, 100.0), 0, "a b c", boxes))

    assert [place[1] for place in places] == [40.0, 40.0, 70.0]
    assert [place[3] for place in places] == [13.0, 13.0, 10.0]


def test_print_is_kept_without_loss_and_noise_is_not(tmp_path):
    noise = np.random.default_rng(7).integers(90, 250, (900, 700), dtype=np.uint8)
    scan = Image.fromarray(noise)
    scan.save(tmp_path / "scan.png", dpi=(150, 150))
    (tmp_path / "letter.pdf").write_bytes(letter_pdf())
    pages = draw(tmp_path / "letter.pdf", [1, 3])
    photo = draw(tmp_path / "scan.png", [1])[0]

    assert [page.image[12:16] for page in pages] == [b"VP8L", b"VP8L"]
    assert photo.image[12:16] == b"VP8 "
    assert Image.open(io.BytesIO(pages[0].image)).size == (1191, 1684)
    assert max(len(page.image) for page in pages) < 80_000
    assert Image.open(io.BytesIO(pages[0].small)).size == (168, 238)
    assert photo.layout.words == ()
    assert not is_flat(np.dstack([noise] * 3))


def test_a_text_is_found_in_every_way_of_writing_and_pictures_are_named(tmp_path):
    source = tmp_path / "letter.pdf"
    source.write_bytes(letter_pdf())
    Image.new("RGB", (300, 200), "white").save(tmp_path / "white.png")

    assert find(source, NAME, pages=3).pages == [1, 2]
    assert find(source, "138 1234-5678", pages=3).pages == [1, 3]
    assert find(source, PHONE + "9", pages=3).hits == ()
    assert find(tmp_path / "white.png", NAME, pages=1).silent == (1,)


def test_text_and_mail_are_shown_as_the_engine_typesets_them(tmp_path):
    source, target = tmp_path / "note.txt", tmp_path / "done.pdf"
    source.write_text("First line\nsecretword stands here\n" * 2, encoding="utf-8")
    layout = draw(source, [1])[0].layout
    box = layout.lines(*word(layout, "secretword"))[0]
    redact(source, target, Plan(regions=(Region(1, box, "third_party_data"),)))

    assert draw(target, [1])[0].layout.text.count("secretword") == 1


def test_a_page_that_is_not_there_is_refused(tmp_path):
    source = tmp_path / "letter.pdf"
    source.write_bytes(letter_pdf())

    with pytest.raises(DocumentRefused):
        draw(source, [4])
