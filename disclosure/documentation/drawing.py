"""The drawn diagram of the workflow, as one SVG file.

Owns the layout: the road along the top, one column for each of its states; below it one bar for
each state beside the road, with an arrow in the column of every state that leads in or out. No two
arrows ever cross. What leads where is the table in ``domain/workflow.py``.
"""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from disclosure.documentation.workflow_page import moves
from disclosure.domain.states import FINAL, MAIN_ROAD, State
from disclosure.domain.workflow import Action

COLUMN = 148
MARGIN = 24
ROAD_TOP = 164
BOX_WIDTH, BOX_HEIGHT = 114, 52
LINE = 14
LETTERS = 11
ARROW = 26
BAR_HEIGHT = 28
SHORTEST_BAR = 204

_STYLE = """
  .paper { fill: #ffffff } .guide { stroke: #d5dae1; stroke-dasharray: 2 5; fill: none }
  .box, .bar { fill: #eef2f7; stroke: #57606a } .last { fill: #e3e6ea; stroke-width: 2.5 }
  .way { stroke: #24558f; fill: none; stroke-width: 1.6 } .head { fill: #24558f }
  text { fill: #1c2128; font: 12px system-ui, "Segoe UI", sans-serif; text-anchor: middle }
  .state { font-weight: 600; font-size: 13px } .note { text-anchor: start }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #16191d } .guide { stroke: #3a424c }
    .box, .bar { fill: #263140; stroke: #9aa5b1 } .last { fill: #30363d }
    .way { stroke: #8fbcf2 } .head { fill: #8fbcf2 } text { fill: #e8ecf1 }
  }
"""

Move = tuple[State, Action, State]


@dataclass(frozen=True, slots=True)
class _Arrow:
    """One arrow between the road and a bar: its column, and whether it leads into the bar."""

    column: State
    inwards: bool
    move: Move


def workflow_svg() -> str:
    """Draw the workflow."""
    rows: list[str] = []
    top = ROAD_TOP + BOX_HEIGHT + 20
    for state in State:
        if not state.step:
            drawn, height = _bar(state, top)
            rows += drawn
            top += height
    width, height = MARGIN * 2 + COLUMN * len(MAIN_ROAD), top + MARGIN
    guides = [
        f'<line class="guide" x1="{_x(s)}" x2="{_x(s)}" y1="{ROAD_TOP + BOX_HEIGHT}" y2="{top}"/>'
        for s in MAIN_ROAD
    ]
    head = (
        '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker>'
    )
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            "<title>The states of a case and the actions between them</title>",
            f"<style>{_STYLE}</style>",
            f"<defs>{head}</defs>",
            f'<rect class="paper" width="{width}" height="{height}"/>',
            *guides,
            *_road(),
            *rows,
            "</svg>\n",
        )
    )


def _x(state: State) -> int:
    """Return the middle of a column."""
    return MARGIN + COLUMN * (state.step - 1) + COLUMN // 2


def _road() -> list[str]:
    drawn = [_box(state) for state in MAIN_ROAD]
    arcs = 0
    for move in moves():
        source, _, target = move
        if not (source.step and target.step):
            continue
        if target.step == source.step + 1:
            drawn.append(_forward(move))
        else:
            arcs += 1
            drawn.append(_back(move, arcs))
    return drawn


def _box(state: State) -> str:
    x, y = _x(state) - BOX_WIDTH // 2, ROAD_TOP
    kind = "box last" if state in FINAL else "box"
    lines = textwrap.wrap(state.label, 14)
    middle = ROAD_TOP + BOX_HEIGHT // 2 + 5 - LINE * (len(lines) - 1) // 2
    return (
        f'<g data-state="{state.code}"><rect class="{kind}" rx="8" x="{x}" y="{y}" '
        f'width="{BOX_WIDTH}" height="{BOX_HEIGHT}"/>'
        f"{_lines(lines, _x(state), middle, kind='state')}</g>"
    )


def _forward(move: Move) -> str:
    source, action, target = move
    start, end = _x(source) + BOX_WIDTH // 2, _x(target) - BOX_WIDTH // 2 - 2
    lines = textwrap.wrap(action.label, 13)
    y = ROAD_TOP + BOX_HEIGHT // 2
    label = _lines(lines, (start + end) // 2, ROAD_TOP - 8 - LINE * (len(lines) - 1))
    return _edge(move, f"M{start} {y}H{end}", label)


def _back(move: Move, level: int) -> str:
    """Draw an arrow back along the road, above the labels; each further one a step higher."""
    source, action, target = move
    start, end = _x(source) - 10, _x(target) + 24 - 12 * level
    y = ROAD_TOP - 50 - level * 26
    label = _lines([action.label], end + 6, y - 5, kind="note")
    return _edge(move, f"M{start} {ROAD_TOP}V{y}H{end}V{ROAD_TOP - 2}", label)


def _bar(state: State, top: int) -> tuple[list[str], int]:
    """Draw one state beside the road.

    Returns:
        What was drawn, and the height that it takes.
    """
    arrows, others = _arrows_of(state)
    lines = max((len(_label(arrow.move)) for arrow in arrows), default=1)
    bar = top + 10 + lines * LINE + ARROW
    steps = [arrow.column.step for arrow in arrows]
    left = MARGIN + COLUMN * (min(steps) - 1) + 8
    right = max(MARGIN + COLUMN * max(steps) - 8, left + SHORTEST_BAR)
    kind = "bar last" if state in FINAL else "bar"
    drawn = [
        (
            f'<g data-state="{state.code}"><rect class="{kind}" rx="8" x="{left}" y="{bar}" '
            f'width="{right - left}" height="{BAR_HEIGHT}"/>'
            f"{_lines([state.label], (left + right) // 2, bar + 19, kind='state')}</g>"
        )
    ]
    for column in MAIN_ROAD:
        here = [arrow for arrow in arrows if arrow.column is column]
        for place, arrow in enumerate(here):
            shift = (2 * place + 1 - len(here)) * COLUMN // 4
            drawn.append(_short(arrow, _x(column) + shift, bar))
    notes = [_note(move, right + 12, bar + 19 + 17 * at) for at, move in enumerate(others)]
    return [*drawn, *notes], bar + BAR_HEIGHT + 14 + 17 * max(len(notes) - 1, 0) - top


def _arrows_of(state: State) -> tuple[list[_Arrow], list[Move]]:
    """Part the moves of a side state into arrows to the road and moves from other side states."""
    arrows, others = [], []
    for move in moves():
        source, _, target = move
        if target is state and source.step:
            arrows.append(_Arrow(source, inwards=True, move=move))
        elif source is state and target.step:
            arrows.append(_Arrow(target, inwards=False, move=move))
        elif target is state:
            others.append(move)
    return arrows, others


def _short(arrow: _Arrow, x: int, bar: int) -> str:
    start, end = bar - ARROW, bar - 2
    if not arrow.inwards:
        start, end = bar, bar - ARROW + 2
    lines = _label(arrow.move)
    label = _lines(lines, x, bar - ARROW - 6 - LINE * (len(lines) - 1))
    return _edge(arrow.move, f"M{x} {start}V{end}", label)


def _note(move: Move, x: int, y: int) -> str:
    """Say where else a bar is entered from: another bar, which no arrow of a column reaches."""
    source, action, _ = move
    text = f"from “{source.label}” too: {action.label}"
    label = _lines([text], x + 20, y, kind="note")
    return _edge(move, f"M{x + 16} {y - 4}H{x - 8}", label)


def _label(move: Move) -> list[str]:
    return textwrap.wrap(move[1].label, LETTERS, break_long_words=False)


def _edge(move: Move, path: str, label: str) -> str:
    source, action, target = move
    return (
        f'<g data-move="{source.code} {action.code} {target.code}">'
        f'<path class="way" marker-end="url(#head)" d="{path}"/>{label}</g>'
    )


def _lines(lines: Iterable[str], x: int, y: int, *, kind: str = "") -> str:
    """Set lines of text below one another, the first on the given base line."""
    named = f' class="{kind}"' if kind else ""
    return "".join(
        f'<text{named} x="{x}" y="{y + LINE * at}">{escape(line)}</text>'
        for at, line in enumerate(lines)
    )
