"""Worked cases: the whole engine against what the policy and the law ask for."""

import json

import pytest

from disclosure.domain.grounds import decide_cases
from tests.domain.situations import CASES, built_in

WORKED = json.loads(CASES.read_text())
ANSWERS = ("outcome", "deciding_check", "releasable_fields", "approvals", "notice")


@pytest.fixture(scope="module")
def answers():
    """Return the answers to all worked cases, by id."""
    lines = decide_cases(CASES.read_text(), built_in())
    return {answer["id"]: answer for answer in map(json.loads, lines)}


@pytest.mark.parametrize("case", WORKED, ids=lambda case: f"{case['id']} {case['title']}")
def test_worked_case_comes_out_as_expected(case, answers):
    answer = answers[case["id"]]

    assert {key: answer[key] for key in ANSWERS} == case["expected"]


def test_every_ground_and_every_outcome_is_worked():
    assert {case["ground"] for case in WORKED} == set(built_in().grounds)
    assert {case["expected"]["outcome"] for case in WORKED} == {
        *("release", "release_partial", "no_data", "needs_info", "needs_human"),
        *("hold", "reroute", "refuse", "preserve_only", "link_duplicate"),
    }


def test_answers_come_in_the_order_asked_and_name_every_check():
    lines = decide_cases(CASES.read_text(), built_in())
    decided = [json.loads(line) for line in lines]

    assert [answer["id"] for answer in decided] == [case["id"] for case in WORKED]
    for answer, case in zip(decided, WORKED, strict=True):
        order = built_in().grounds[case["ground"]][0].order
        assert [check["id"] for check in answer["checks"]] == list(order)


def test_nothing_is_reached_after_the_check_that_ended_the_case(answers):
    for answer in answers.values():
        results = [check["result"] for check in answer["checks"]]
        reached = [result for result in results if result != "not_reached"]

        assert results[: len(reached)] == reached
        if reached != results:
            assert reached[-1] in {"fail", "human"}
            assert answer["checks"][len(reached) - 1]["id"] == answer["deciding_check"]


def test_every_check_says_its_reason_in_a_sentence(answers):
    for answer in answers.values():
        for check in answer["checks"]:
            assert check["reason"].endswith(".")
            assert "{" not in check["reason"]
            assert set(check["citations"]) <= set(built_in().citations)
