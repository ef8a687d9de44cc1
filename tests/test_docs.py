"""The generated pages on disk are what the tables say today, and say it completely."""

import xml.etree.ElementTree as ET
from dataclasses import fields
from pathlib import Path

import pytest

from disclosure.config import ENVIRONMENT, Settings
from disclosure.documentation import render_docs, write_docs
from disclosure.documentation.markdown import table
from disclosure.documentation.workflow_page import in_words, mermaid, moves
from disclosure.domain.access import Permission
from disclosure.domain.catalogue import load_catalogue
from disclosure.domain.events import Event
from disclosure.domain.states import MAIN_ROAD, NEXT_STEPS, State
from disclosure.domain.workflow import TRANSITIONS, Action

DOCS = Path(__file__).parents[1] / "docs"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture(scope="module")
def pages(catalogue):
    return render_docs(catalogue)


@pytest.fixture(scope="module")
def drawing(pages):
    return ET.fromstring(pages["workflow.svg"])  # noqa: S314 - our own drawing


@pytest.mark.parametrize(
    "name",
    ["workflow.md", "workflow.svg", "permissions.md", "events.md", "grounds.md", "settings.md"],
)
def test_the_page_on_disk_is_the_generated_one(name, pages):
    on_disk = (DOCS / name).read_text("utf-8")

    assert on_disk == pages[name], "run: python -m disclosure docs"


def test_the_writer_writes_every_page_and_nothing_else(catalogue, pages, tmp_path):
    written = write_docs(tmp_path / "docs", catalogue)

    assert {path.name: path.read_text("utf-8") for path in written} == pages
    assert {path.name for path in (tmp_path / "docs").iterdir()} == set(pages)


def test_every_state_stands_on_the_page_with_its_next_step(pages):
    for state in State:
        row = next(
            line for line in pages["workflow.md"].splitlines() if f"| `{state.code}` |" in line
        )
        assert state.label in row
        assert NEXT_STEPS[state] in row


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: row.action.code)
def test_every_action_stands_on_the_page_with_who_and_what(row, pages):
    start = f"| `{row.action.code}` |"
    line = next(each for each in pages["workflow.md"].splitlines() if each.startswith(start))

    assert row.action.label in line
    assert row.event.value in line
    assert ("✎" in line) is row.action.needs_reason
    assert (f"*{row.permission.value}*" if row.permission else "system") in line
    for guard in row.guards:
        assert in_words(guard) in line


def test_a_guard_in_words_is_its_question():
    guard = TRANSITIONS[8].guards[0]

    assert guard.__name__ == "case_has_a_handler"
    assert in_words(guard) == "somebody has claimed the case"


def test_the_drawing_shows_every_state_once_and_every_move(drawing):
    states = [node.get("data-state") for node in drawing.iter(f"{SVG}g") if node.get("data-state")]
    drawn = [node.get("data-move") for node in drawing.iter(f"{SVG}g") if node.get("data-move")]

    assert sorted(states) == sorted(state.code for state in State)
    assert sorted(drawn) == sorted(f"{s.code} {a.code} {t.code}" for s, a, t in moves())


def test_the_road_of_the_drawing_runs_from_left_to_right(drawing):
    left = {
        node.get("data-state"): float(node[0].get("x", "0"))
        for node in drawing.iter(f"{SVG}g")
        if node.get("data-state")
    }
    road = [left[state.code] for state in MAIN_ROAD]

    assert road == sorted(road)
    assert len(set(road)) == len(road)


def test_nothing_of_the_drawing_stands_outside_or_on_another_box(drawing):
    _, _, width, height = map(float, drawing.get("viewBox", "").split())
    boxes = [
        [float(rect.get(side, "0")) for side in ("x", "y", "width", "height")]
        for rect in drawing.iter(f"{SVG}rect")
        if rect.get("rx")
    ]
    texts = [(float(t.get("x", "0")), float(t.get("y", "0"))) for t in drawing.iter(f"{SVG}text")]

    assert all(0 <= x <= width and 8 <= y <= height for x, y in texts)
    assert all(x >= 0 and x + w <= width and y >= 0 and y + h <= height for x, y, w, h in boxes)
    for at, (x, y, w, h) in enumerate(boxes):
        for other_x, other_y, other_w, other_h in boxes[at + 1 :]:
            assert (
                x + w <= other_x
                or other_x + other_w <= x
                or y + h <= other_y
                or other_y + other_h <= y
            )


def test_the_drawing_can_be_read_on_light_and_on_dark(pages):
    assert "prefers-color-scheme: dark" in pages["workflow.svg"]
    assert "<script" not in pages["workflow.svg"]
    assert "href" not in pages["workflow.svg"]


def test_the_mermaid_block_has_every_move():
    block = mermaid()

    for source, action, target in moves():
        line = next(
            each for each in block.splitlines() if f"{source.code} --> {target.code}:" in each
        )
        assert action.label.replace(":", ",") in line
        assert line.count(":") == 1


def test_the_page_of_permissions_has_the_whole_table(pages):
    for permission in Permission:
        assert f"| {permission.value} |" in pages["permissions.md"]


def test_the_page_of_events_has_every_meaning(pages):
    for event in Event:
        assert f"| `{event.value}` | {event.meaning} |" in pages["events.md"]


def test_the_page_of_settings_says_each_with_its_variable_and_meaning(pages):
    rows = {line.split("`")[1]: line for line in pages["settings.md"].splitlines() if "| `" in line}

    assert set(rows) == {field.name for field in fields(Settings)}
    assert all(row.split("|")[4].strip() for row in rows.values())
    for variable, name in ENVIRONMENT.items():
        assert f"`{variable}`" in rows[name]


def test_the_page_of_grounds_has_every_check_with_every_way_to_fail(catalogue, pages):
    text = pages["grounds.md"]
    flat = " ".join(text.split())

    for check in catalogue.checks.values():
        assert f"### {check.id}\n" in text
        assert " ".join(check.question.split()) in flat
        for branch in check.otherwise.values():
            assert f"| {' '.join(branch.text.replace('|', chr(92) + '|').split())} |" in flat


def test_the_page_of_grounds_lists_the_checks_of_a_ground_in_their_order(catalogue, pages):
    for versions in catalogue.grounds.values():
        ground = versions[-1]
        part = pages["grounds.md"].partition(f"### {ground.id}\n")[2].partition("\n### ")[0]
        places = [part.index(f"[{check}](#{check.lower()})") for check in ground.order]
        assert places == sorted(places)


def test_the_page_of_grounds_has_every_field_class_paper_and_article(catalogue, pages):
    text = pages["grounds.md"]

    for name in (*catalogue.fields, *catalogue.classes, *catalogue.reasons):
        assert f"| `{name}` |" in text
    for cited in catalogue.citations.values():
        assert f"| {cited.id} |" in text
        assert cited.says in text


def test_a_cell_can_hold_a_bar_and_a_line_break():
    assert table(("a",), [["x | y\nz"]]) == "| a |\n| --- |\n| x \\| y z |"
    assert table(("a",), []) == ""


def test_receiving_is_the_one_action_outside_the_table(pages):
    assert set(Action) - {row.action for row in TRANSITIONS} == {Action.RECEIVE}
    assert "| `receive` |" in pages["workflow.md"]
