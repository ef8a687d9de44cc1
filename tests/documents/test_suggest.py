# ruff: noqa: RUF001  wide signs are what is tested
"""Suggestions: how many of the values are found, and how rarely anything else is."""

import pytest
from stdnum import luhn
from stdnum.cn import ric, uscc

from disclosure.documents.checks import is_card_number, is_credit_code, is_identity_number
from disclosure.documents.kinds import DETECTED, Kind
from disclosure.documents.people import name_variants
from disclosure.documents.suggest import suggest
from tests.documents.suggestion_strings import HARMLESS, measured, sentences

RECALL, FALSE_ALARMS = 0.95, 0.05


def test_there_are_enough_sentences_to_tell():
    assert len(sentences()) >= 300
    assert len(HARMLESS) >= 80


@pytest.mark.parametrize("kind", DETECTED)
def test_a_kind_is_found_and_little_else_is_taken_for_it(kind):
    measure = measured()[kind]

    assert measure.recall >= RECALL
    assert measure.precision >= 1 - FALSE_ALARMS


def test_harmless_sentences_raise_few_questions():
    assert sum(measure.wrong for measure in measured().values()) <= FALSE_ALARMS * len(HARMLESS)


def test_offsets_point_into_the_text_as_it_was_written():
    text = "电话：１３８\u200b １２３４-5678，谢谢"

    (found,) = suggest(text)

    assert text[found.start : found.end] == "１３８\u200b １２３４-5678"
    assert found.kind is Kind.TELEPHONE


@pytest.mark.parametrize(
    ("check", "oracle", "number"),
    [
        (is_identity_number, ric, "11010519491231002X"),
        (is_card_number, luhn, "6222021234567890127"),
        (is_credit_code, uscc, "91110000600037341L"),
    ],
)
def test_a_check_sign_is_checked_as_the_standard_says(check, oracle, number):
    for last in "0123456789XABL":
        tried = number[:-1] + last
        if oracle is luhn and not tried.isdecimal():
            continue
        assert check(tried) == (
            tried[-1] == number[-1] if oracle is not luhn else luhn.is_valid(tried)
        )


def test_the_surname_comes_first_and_last():
    assert {"Zhang Weiming", "W. Zhang", "Mr Zhang"} <= set(name_variants("Weiming Zhang"))
    assert {"欧阳先生", "明德女士", "欧阳明德"} <= set(name_variants("欧阳明德"))


def test_a_known_name_inside_a_longer_word_is_no_suggestion():
    assert suggest("Zhangjiajie is a town", people=["Li Zhang"]) == []


def test_an_identity_number_is_not_suggested_as_a_card():
    assert [each.kind for each in suggest("11010519491231002X")] == [Kind.IDENTITY_NUMBER]
