"""Marks of words: neighbours leave as one, several people add up, and all goes with the case."""

import pytest

from disclosure.documents.padding import padded
from disclosure.operations import drawing, drawing_board, drawing_marks, redacting, sittings
from disclosure.operations.drawing_marks import Asked, Place
from disclosure.operations.mark_groups import grouped
from disclosure.storage.cases import Document
from disclosure.storage.page_images import PageImages
from tests.cases import at_work
from tests.drawn_pages import letter_office

ASKED = Asked("third_party_data")


@pytest.fixture
def letter(tmp_path):
    office, reference, document = letter_office(tmp_path)
    with at_work(office, reference) as (work, _):
        source = drawing.source_of(work.session.get_one(Document, document))
        desk = work.desk
    return office, reference, document, drawing.layout_at(desk, source, 1)


def mark(letter, *numbers, who="handler", asked=ASKED):
    """Mark words of page 1 by their number, as one range."""
    office, reference, document, layout = letter
    span = (layout.words[numbers[0]][0], layout.words[numbers[-1]][1])
    with at_work(office, reference, who) as (work, case):
        row = work.session.get_one(Document, document)
        sittings.sit_down(work, case, row, page=1)
        at = Place(1, layout)
        return drawing_marks.mark_words(work, case, row, asked=asked, at=at, span=span)


def plan(letter):
    office, reference, document, _ = letter
    with at_work(office, reference) as (work, case):
        return redacting.plan_of(work, case, document)


def test_marks_of_neighbours_under_one_code_leave_as_one_box(letter):
    layout = letter[3]
    mark(letter, 7)
    mark(letter, 6)
    apart = plan(letter).regions
    mark(letter, 8, asked=Asked("not_responsive"))
    regions = plan(letter).regions

    assert len(apart) == 1
    assert len(regions) == 2
    for number in (6, 7):
        for box in layout.lines(*layout.words[number]):
            left, low, right, top = apart[0].box
            assert (left, low) <= (box[0], box[1])
            assert (right, top) >= (box[2], box[3])


def test_words_apart_are_two_marks_and_each_is_taken_back_alone(letter):
    office, reference, document, _ = letter
    mark(letter, 4)
    mark(letter, 6)
    mark(letter, 5)
    with at_work(office, reference, "handler") as (work, case):
        groups = [len(group) for group in grouped(redacting.marks_of(work, case, document))]
        drawing_marks.undo(work, case, work.session.get_one(Document, document))
        left = [len(group) for group in grouped(redacting.marks_of(work, case, document))]

    assert groups == [3]
    assert left == [1, 1]


def test_marks_of_two_people_add_up(letter):
    office, reference, document, layout = letter
    mark(letter, 2)
    mark(letter, 9, who="legal")
    with at_work(office, reference, "handler") as (work, case):
        row = work.session.get_one(Document, document)
        board = drawing_board.board_of(work, case, row, number=1, layout=layout)

    assert [each.marks for each in board.others] == [1]
    assert len(board.here) == 2
    assert board.code == ASKED.code


def test_the_board_shows_what_the_black_box_will_cover_besides(letter):
    office, reference, document, layout = letter
    mark(letter, 5)
    with at_work(office, reference) as (work, case):
        row = work.session.get_one(Document, document)
        shown = drawing_board.board_of(work, case, row, number=1, layout=layout).here[0]
        elsewhere = drawing_board.board_of(work, case, row, number=2, layout=layout)
    box = layout.lines(*layout.words[5])[0]

    assert shown.burned == [layout.shown(padded(box, layout.box))]
    assert shown.places == [layout.shown(box)]
    assert elsewhere.here == []
    assert len(elsewhere.elsewhere) == 1
    assert elsewhere.flags == ["part", "full", "full"]


def test_pages_and_previews_are_kept_encrypted_and_made_once(letter):
    office, reference, document, _ = letter
    mark(letter, 5)
    with at_work(office, reference) as (work, case):
        source = drawing.source_of(work.session.get_one(Document, document))
        desk, marked = work.desk, redacting.plan_of(work, case, document)
    drawing.make_preview(desk, source, marked)
    preview = drawing.preview_source(source, marked)
    images = PageImages(desk.settings.instance)
    made = images.get(source.sha256, preview.copy)
    drawing.make_preview(desk, source, marked)
    again = images.get(source.sha256, preview.copy)
    mark(letter, 9)
    drawing.make_preview(desk, source, plan(letter))

    assert images.get(source.sha256, preview.copy) is None
    assert sum(name.endswith("copy") for name in images.names(source.sha256)) == 1
    assert drawing.preview_outcome(desk, preview) is None
    assert made.startswith(b"%PDF")
    assert again == made
    assert {"page-1", "layout-3", "small-2"} <= images.names(source.sha256)
    assert not any(b"%PDF" in path.read_bytes() for path in images.root.rglob("*-copy"))
    assert list((desk.settings.instance / "scratch").iterdir()) == []
