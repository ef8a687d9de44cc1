"""How many cases the rules decide in a second, beside what reading and writing them alone costs.

The cases are one release under each ground, so that every check of a ground is run. CPU time of one
process, the two loops in turns, the median of the rounds. ``--quick`` only shows that it runs.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[1]))

from disclosure.domain.catalogue import Catalogue, load_catalogue
from disclosure.domain.facts import parse_case
from disclosure.domain.grounds import evaluate
from disclosure.domain.grounds.batch import decide_cases
from tests.domain.situations import OWN, situation

GOAL_A_SECOND = 2000
GOAL_BATCH = 1.3


def main(*, quick: bool) -> None:
    """Print one line for each figure."""
    size, rounds = (8, 1) if quick else (4000, 5)
    rules = load_catalogue()
    grounds = sorted(OWN)
    cases = [situation(grounds[n % len(grounds)], case_id=f"case-{n}") for n in range(size)]
    text = json.dumps(cases)
    answers = [json.loads(line) for line in decide_cases(text, rules)]
    assert [answer["outcome"] for answer in answers] == ["release"] * size
    loops: list[Callable[[], object]] = [
        lambda: decide_cases(text, rules),
        lambda: _json_alone(text, answers),
        lambda: _one_by_one(cases, rules),
    ]
    batch, bare, single = _in_turns(loops, rounds)
    print(f"evaluate: decisions a second: {size / batch:.0f} (goal: {GOAL_A_SECOND} or more)")
    print(
        f"evaluate: CPU of reading, deciding and writing / reading and writing: {batch / bare:.1f}"
    )
    print(f"evaluate: CPU of a batch / single calls: {batch / single:.2f} (goal: {GOAL_BATCH})")


def _json_alone(text: str, answers: list[dict[str, object]]) -> list[str]:
    """Read the cases and write the answers without deciding anything: the floor."""
    json.loads(text)
    return [json.dumps(answer) for answer in answers]


def _one_by_one(cases: list[dict[str, object]], rules: Catalogue) -> None:
    """Decide cases as the product does, which has them as objects already."""
    for raw in cases:
        json.dumps(evaluate(parse_case(raw, rules), rules).as_json())


def _in_turns(loops: list[Callable[[], object]], rounds: int) -> list[float]:
    """Run the loops in turns, once unmeasured, and return the median CPU seconds of each."""
    took: list[list[float]] = [[] for _ in loops]
    for lap in range(rounds + 1):
        for loop, times in zip(loops, took, strict=True):
            start = process_time()
            loop()
            if lap:
                times.append(max(process_time() - start, 1e-9))
    return [median(times) for times in took]


if __name__ == "__main__":
    main(quick="--quick" in sys.argv[1:])
