"""No check can be lost from a ground without a kept case or the written order telling."""

import pytest
from hypothesis import given

from disclosure.domain.decision import Result
from disclosure.domain.facts import parse_case
from disclosure.domain.grounds import evaluate
from tests.domain.drawn import cases, examples
from tests.domain.mutation import answer, kept_cases, short, speaking_case, verdicts, without
from tests.domain.oracle import Oracle
from tests.domain.situations import built_in

AGAINST = {Result.FAIL, Result.NARROW, Result.HUMAN}

PAIRS = [
    (ground, check)
    for ground, versions in built_in().grounds.items()
    for check in versions[0].order
]


@pytest.fixture(scope="module")
def kept():
    """Return the kept cases with the answers of the second reading."""
    return kept_cases()


def test_the_loss_of_any_check_from_any_ground_is_caught(kept):
    unseen = [f"{ground} {check}" for ground, check, caught in verdicts(kept) if not caught]

    assert unseen == []


def test_the_engine_as_it_is_answers_every_kept_case_as_expected(kept):
    for raw, expected in kept:
        assert answer(raw, built_in()) == expected, raw["id"]


SPEAKING = [pair for pair in PAIRS if speaking_case(pair[0], short(pair[1]))]


@pytest.mark.parametrize(("ground", "check"), SPEAKING)
def test_a_kept_case_is_decided_by_the_check_that_it_is_kept_for(ground, check):
    raw = speaking_case(ground, short(check))

    assert Oracle(raw).answer()[1] == short(check)
    assert answer(raw, without(built_in(), ground, check)) != Oracle(raw).answer()


@examples(300)
@given(raw=cases(most=6))
def test_a_check_without_a_kept_case_never_speaks(raw):
    decision = evaluate(parse_case(raw, built_in()), built_in())
    spoken = {check.check for check in decision.checks if check.result in AGAINST}

    assert all((raw["ground"], check) in SPEAKING for check in spoken)


def test_most_pairs_are_caught_by_a_case_and_not_by_the_order_alone():
    assert len(PAIRS) == 326
    assert len(SPEAKING) == 215
