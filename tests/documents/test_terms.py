# ruff: noqa: RUF001  wide signs are what is tested
"""Folding and the rules by which a loosely written occurrence counts."""

import pytest

from disclosure.documents.terms import TermFinder, fold


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("Zhang Wei", "signed by ZHANG WEI today"),
        ("Zhang Wei", "Zhang\nWei"),
        ("Zhang Wei", "Zhang-\nwei"),
        ("Zhang Wei", "ZhangWei"),
        ("Zhang Wei", "Zh\u00adang\u200b Wei"),
        ("张伟", "买家张 伟您好"),
        ("张伟", "买家张\n伟您好"),
        ("阿迪力·买买提", "阿迪力买买提"),
        ("13812345678", "１３８１２３４５６７８"),
        ("13812345678", "138 1234 5678"),
        ("13812345678", "(138) 1234-5678"),
        ("13812345678", "138.1234.5678"),
        ("+86 13812345678", "138-1234-5678"),
        ("zhang.wei@example.com", "ZHANG.WEI＠EXAMPLE.COM"),
        ("zhang.wei@example.com", "zhang.wei [at] example [dot] com"),
        ("José Núñez", "Jose Nunez"),
        ("office", "o\ufb03ce"),
        ("4321", "ends in 4321."),
        ("4321", "ends in 4 3 2 1"),
        ("王\u6587", "\u2f5f王\u2f42"),
        ("١٢٣٤٥٦", "123456"),
        ("שלום", "םולש"),
    ],
)
def test_a_term_is_found_however_it_is_written(term, text):
    assert TermFinder([term]).found(text) == {0}


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("4321", "84 3210"),
        ("Li", "a l is here"),
        ("张伟", "国王，张三，伟大"),
        ("Zhang Wei", "Zhang Min, Wei Li"),
        ("13812345678", "1381234567"),
        ("1.5", "15"),
    ],
)
def test_other_text_is_not_taken_for_the_term(term, text):
    assert TermFinder([term]).found(text) == set()


def test_spans_point_into_the_text_as_it_was():
    text = "Buyer: Zhang\u200b-\nWei, Lane 5"

    (span,) = TermFinder(["zhang wei"]).spans(text)

    assert text[span.start : span.end] == "Zhang\u200b-\nWei"


def test_each_occurrence_is_named_once():
    spans = TermFinder(["Weiming Zhangson", "Zhangson"]).spans("Weiming Zhangson, Weiming Zhangson")

    assert sorted((span.term, span.start) for span in spans) == [(0, 0), (0, 18), (1, 8), (1, 26)]


def test_a_wide_colon_is_no_part_of_a_word():
    assert fold("电话：138") == "电话：138"
