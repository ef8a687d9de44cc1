"""The page of the workflow: states, actions and their guards, and the drawings.

Owns the wording around the table in ``domain/workflow.py``. The drawn diagram is
``documentation/drawing.py``'s.
"""

import inspect

from disclosure.documentation.markdown import code, codes, page, table
from disclosure.domain.guards import Guard
from disclosure.domain.states import FINAL, NEXT_STEPS, STOPPED, State
from disclosure.domain.workflow import TRANSITIONS, Action, Transition

_ALL_BUT = 12
"""Above this many states, a row names the states that it leaves out."""


def workflow_page() -> str:
    """Render ``workflow.md``."""
    return page(
        "The life of a case",
        "One table says what can happen to a case, in which state, by whom, and what must be true "
        "besides: `disclosure/domain/workflow.py`. The server enforces it, the pages take their "
        "buttons from it, and this page is printed from it.",
        "![The states of a case and the actions between them](workflow.svg)",
        "The road of a case runs along the top. Below it, each bar is a state beside the road: an "
        "arrow down leads from the state of that column into it, an arrow up leads back.",
        "## States",
        _states(),
        "## Actions",
        "An action without a target leaves the state as it is. *system* means that no person can "
        "take it: it follows from something else. A pencil ✎ asks for a written reason.",
        _actions(),
        "## Guards",
        "A guard is one question; its answer no is the reason that stands on the blocked button.",
        _guards(),
        "## The same as text",
        mermaid(),
    )


def moves() -> list[tuple[State, Action, State]]:
    """List every way from one state to another, in the order of the table."""
    return [
        (source, row.action, row.target)
        for row in TRANSITIONS
        if row.target is not None
        for source in State
        if source in row.sources
    ]


def mermaid() -> str:
    """Render the same graph as a Mermaid block, for viewers that draw it themselves."""
    labels: dict[tuple[State, State], list[str]] = {}
    for source, action, target in moves():
        labels.setdefault((source, target), []).append(action.label.replace(":", ","))
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.RECEIVED.code}"]
    lines += [
        f"    {source.code} --> {target.code}: {' / '.join(names)}"
        for (source, target), names in labels.items()
    ]
    lines += [f"    {state.code} --> [*]" for state in State if state in FINAL]
    return "\n".join((*lines, "```"))


def in_words(guard: Guard) -> str:
    """Return the question of a guard, from its docstring."""
    first = (inspect.getdoc(guard) or "").splitlines()[0]
    return first.removeprefix("Ask whether ").rstrip(".")


def _states() -> str:
    return table(
        ("state", "shown as", "place", "what has to happen next"),
        ((code(s.code), s.label, _place(s), NEXT_STEPS[s]) for s in State),
    )


def _place(state: State) -> str:
    if state.step and state in FINAL:
        return f"step {state.step} of the road, ends the case"
    if state.step:
        return f"step {state.step} of the road"
    if state in FINAL:
        return "beside the road, ends the case"
    if state in STOPPED:
        return "beside the road, the clocks stand still"
    return "beside the road"


def _actions() -> str:
    intake = (
        code(Action.RECEIVE.code),
        Action.RECEIVE.label,
        "portal, or *enter a demand*",
        "",
        State.RECEIVED.code,
        "",
        code("case:received"),
    )
    return table(
        ("action", "shown as", "who", "from", "to", "what must be true", "event"),
        (intake, *(_action(row) for row in TRANSITIONS)),
    )


def _action(row: Transition) -> tuple[str, ...]:
    return (
        code(row.action.code),
        row.action.label + (" ✎" if row.action.needs_reason else ""),
        f"*{row.permission.value}*" if row.permission else "system",
        _sources(row.sources),
        row.target.code if row.target else "",
        "; ".join(in_words(guard) for guard in row.guards),
        code(row.event.value),
    )


def _sources(sources: frozenset[State]) -> str:
    left_out = [state.code for state in State if state not in sources]
    if not left_out:
        return "any state"
    if len(sources) > _ALL_BUT:
        return "any but " + ", ".join(left_out)
    return ", ".join(state.code for state in State if state in sources)


def _guards() -> str:
    used: dict[Guard, list[str]] = {}
    for row in TRANSITIONS:
        for guard in row.guards:
            used.setdefault(guard, []).append(row.action.code)
    return table(
        ("guard", "asks whether", "asked by"),
        ((code(guard.__name__), in_words(guard), codes(by)) for guard, by in used.items()),
    )
