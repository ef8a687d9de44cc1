"""The questions to people: each feeds a fact that the rules read, and takes good answers only."""

import pytest

from disclosure.domain.access import Permission, Role, may
from disclosure.domain.facts import parse_case
from disclosure.domain.findings import (
    KEYS,
    LONGEST_TEXT,
    MOST_OFFICERS,
    QUESTIONS,
    Kind,
    Question,
    question_for,
    questions_of,
    read_answer,
)
from disclosure.domain.grounds import evaluate
from disclosure.errors import BadInput
from tests.domain.situations import OWN, built_in, change, situation

_WORK = Permission.WORK_CASE
FIELDS = frozenset({"reg.phone", "reg.email"})
GOOD = {
    Kind.YES_NO: "yes",
    Kind.NUMBER: "2",
    Kind.TEXT: "CPL-54",
    Kind.DATE: "2026-10-30",
    Kind.FIELDS: "reg.phone reg.email",
}
OF_THE_RULES = [question for question in QUESTIONS if not question.key.startswith("house.")]


def of_kind(kind: Kind) -> Question:
    return next(question for question in QUESTIONS if question.kind is kind)


def good_answer(question: Question) -> str:
    return question.choices[0][0] if question.kind is Kind.CHOICE else GOOD[question.kind]


def ground_with(question: Question) -> str:
    """Return a ground whose checks ask the question and whose facts have its key."""
    group, _, key = question.key.partition(".")
    for ground in OWN:
        version = built_in().grounds[ground][-1]
        if question.check in version.order and (group != "ground_facts" or key in version.facts):
            return ground
    raise AssertionError(f"no ground asks {question.key}")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.key)
def test_the_check_that_asks_is_one_of_the_catalogue(question):
    assert question.check in built_in().checks
    assert question in questions_of(question.check)


@pytest.mark.parametrize("question", OF_THE_RULES, ids=lambda each: each.key)
def test_a_case_takes_the_answer_as_a_fact(question):
    raw = situation(ground_with(question))
    change(raw["facts"], question.key, read_answer(question, good_answer(question), FIELDS))

    case = parse_case(raw, built_in())

    assert evaluate(case, built_in()).checks


@pytest.mark.parametrize("question", OF_THE_RULES, ids=lambda each: each.key)
def test_a_key_with_a_letter_more_would_not_be_taken(question):
    raw = situation(ground_with(question))
    change(raw["facts"], question.key + "x", read_answer(question, good_answer(question), FIELDS))

    with pytest.raises(BadInput):
        parse_case(raw, built_in())


@pytest.mark.parametrize(
    "question",
    [question for question in OF_THE_RULES if question.kind is Kind.CHOICE],
    ids=lambda each: each.key,
)
def test_every_choice_is_a_word_that_the_rules_know(question):
    for value, label in question.choices:
        raw = situation(ground_with(question))
        change(raw["facts"], question.key, read_answer(question, value, FIELDS))
        assert parse_case(raw, built_in())
        assert label


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        (Kind.YES_NO, "yes", True),
        (Kind.YES_NO, " no ", False),
        (Kind.NUMBER, "0", 0),
        (Kind.NUMBER, str(MOST_OFFICERS), MOST_OFFICERS),
        (Kind.TEXT, "  art. 54  ", "art. 54"),
        (Kind.TEXT, "x" * LONGEST_TEXT, "x" * LONGEST_TEXT),
        (Kind.FIELDS, "reg.phone", ["reg.phone"]),
        (Kind.FIELDS, "", []),
        (Kind.FIELDS, " reg.email\nreg.phone ", ["reg.email", "reg.phone"]),
    ],
)
def test_a_good_answer_becomes_the_value_of_the_fact(kind, given, value):
    assert read_answer(of_kind(kind), given, FIELDS) == value


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        (Kind.YES_NO, "", "yes or no"),
        (Kind.YES_NO, "Yes", "yes or no"),
        (Kind.YES_NO, "maybe", "yes or no"),
        (Kind.NUMBER, "", "whole number"),
        (Kind.NUMBER, "-1", "whole number"),
        (Kind.NUMBER, "1.5", "whole number"),
        (Kind.NUMBER, str(MOST_OFFICERS + 1), "whole number"),
        (Kind.NUMBER, "9" * 5000, "whole number"),
        (Kind.NUMBER, "0" * 5000, "whole number"),
        (Kind.NUMBER, "000099", "whole number"),
        (Kind.NUMBER, "²", "whole number"),
        (Kind.NUMBER, "٣", "whole number"),
        (Kind.TEXT, "   ", "1 to 500 characters"),
        (Kind.TEXT, "x" * (LONGEST_TEXT + 1), "1 to 500 characters"),
        (Kind.DATE, "", "a day like"),
        (Kind.DATE, "30.10.2026", "a day like"),
        (Kind.DATE, "2026-02-30", "a day like"),
        (Kind.FIELDS, "reg.phone reg.bank_account", "reg.bank_account is not among"),
        (Kind.CHOICE, "", "one of the answers"),
        (Kind.CHOICE, "Sufficient", "one of the answers"),
    ],
)
def test_a_bad_answer_is_refused_with_what_to_do(kind, given, words):
    with pytest.raises(BadInput, match=words) as caught:
        read_answer(of_kind(kind), given, FIELDS)

    assert caught.value.where == "answer"
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("instrument.issued_at", "2026-10-30"),
        ("instrument.expires_at", "2026-10-30T23:59:59"),
        ("instrument.gag_until", "2026-10-30T23:59:59"),
    ],
)
def test_a_last_day_counts_to_its_end(key, value):
    assert read_answer(question_for(key), "2026-10-30", FIELDS) == value


def test_an_unknown_question_is_bad_input():
    with pytest.raises(BadInput, match="no such question") as caught:
        question_for("requester.name")

    assert caught.value.where == "key"


def test_keys_and_texts_are_unique_and_complete():
    assert len(KEYS) == len(QUESTIONS)
    assert len({question.text for question in QUESTIONS}) == len(QUESTIONS)
    assert all(bool(question.choices) == (question.kind is Kind.CHOICE) for question in QUESTIONS)


def test_questions_of_law_are_not_for_handlers():
    of_law = {question.key for question in QUESTIONS if question.permission is not _WORK}

    assert {"instrument.content_warrant", "instrument.issuer_level", "process.pia"} <= of_law
    assert not may([Role.CASE_HANDLER], Permission.DECIDE_CASE)
    assert {question.permission for question in QUESTIONS} == {_WORK, Permission.DECIDE_CASE}


def test_the_question_of_the_workflow_is_never_a_fact_of_the_rules():
    house = [question for question in QUESTIONS if question.key.startswith("house.")]

    assert [question.key for question in house] == ["house.consent_purpose", "house.paper_forged"]
