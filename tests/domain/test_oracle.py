"""The engine against a second reading of the rules, over cases that chance draws."""

import json

from hypothesis import given

from disclosure.domain.facts import parse_case
from disclosure.domain.grounds import evaluate
from tests.domain.drawn import EVERY_GROUND, RULES, cases, examples
from tests.domain.oracle import AFTER, BEFORE, GROUND_CHECKS, LEVEL, Oracle
from tests.domain.situations import CASES, OWN, situation


def answer_of(raw):
    """Return the engine's answer in the oracle's words."""
    decision = evaluate(parse_case(raw, RULES), RULES)
    return (
        decision.outcome.value,
        decision.deciding_check.partition("_")[0],
        list(decision.releasable_fields),
        decision.approvals.value,
        decision.notice.value,
    )


@examples(900)
@given(raw=cases(most=3))
def test_both_readings_agree_on_a_case_with_a_few_facts_changed(raw):
    assert answer_of(raw) == Oracle(raw).answer()


@examples(600)
@given(raw=cases(grounds=("G3C",), most=5))
def test_both_readings_agree_on_the_papers_of_authorities(raw):
    assert answer_of(raw) == Oracle(raw).answer()


@examples(200)
@given(raw=cases(most=12))
def test_both_readings_agree_on_a_case_with_many_facts_changed(raw):
    assert answer_of(raw) == Oracle(raw).answer()


def test_both_readings_agree_on_every_worked_case():
    for raw in json.loads(CASES.read_text("utf-8")):
        assert answer_of(raw) == Oracle(raw).answer(), raw["id"]


def test_both_readings_agree_on_a_release_under_every_ground():
    for ground in OWN:
        assert answer_of(situation(ground)) == Oracle(situation(ground)).answer()
        assert answer_of(situation(ground))[0] == "release"


def test_the_order_of_the_checks_is_the_one_of_the_text():
    for ground in EVERY_GROUND:
        order = [check.partition("_")[0] for check in RULES.grounds[ground][0].order]

        assert order == [*BEFORE, *GROUND_CHECKS[ground].split(), *AFTER]


def test_the_fields_and_their_levels_are_those_of_the_text():
    assert {name: field.level.value for name, field in RULES.fields.items()} == LEVEL
