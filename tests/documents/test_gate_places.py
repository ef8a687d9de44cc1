"""The gate's own reading, without the child around it: what is found where, and no false alarm."""

import pytest

from tests.documents.bad_places import BAD_BOXES, BAD_PLACES, BOX
from tests.documents.clean_files import CLEAN_FILES
from tests.documents.corpus import NUMBER, SECRET
from tests.documents.here import read

NAMES = [SECRET, NUMBER, "\u5f20\u4f1f"]


@pytest.fixture
def path(tmp_path, monkeypatch):
    """Name the finished file; the reading writes into the working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "finished.pdf"


@pytest.mark.parametrize("name", BAD_PLACES)
def test_a_value_is_found_at_its_place(name, path):
    bad = BAD_PLACES[name]
    bad.make(path)

    answer = read(path, removed=[SECRET], recognise=bad.recognise)

    places = [place for code, place, value in answer["leaks"] if code == bad.code and value == 0]
    assert any(bad.where in place for place in places), answer


@pytest.mark.parametrize("name", BAD_BOXES)
def test_a_box_that_does_not_hide_is_found(name, path):
    make, code = BAD_BOXES[name]
    make(path)

    answer = read(path, boxes=[BOX])

    assert code in {kind for kind, _, _ in answer["leaks"]}, answer


@pytest.mark.parametrize("name", CLEAN_FILES)
def test_a_clean_file_gives_no_finding(name, path):
    make, boxes = CLEAN_FILES[name]
    make(path)
    ours = name.startswith("the engine")

    answer = read(path, removed=NAMES, boxes=boxes, strict=ours)

    assert (answer["leaks"], answer["unknown"]) == ([], [])


@pytest.mark.parametrize(
    "name", ["letters as paths", "curves", "flattened", "blocks instead of letters", "rounded box"]
)
def test_a_clean_file_gives_no_finding_when_its_pixels_are_read(name, path):
    make, boxes = CLEAN_FILES[name]
    make(path)

    answer = read(path, removed=NAMES, boxes=boxes, recognise=True)

    assert (answer["leaks"], answer["unknown"]) == ([], [])
