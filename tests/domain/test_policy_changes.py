"""The difference between two versions of the policy."""

import pytest

from disclosure.domain.policy_changes import Piece, compare, policy_changes
from tests.domain.situations import built_in

FIRST, SECOND = built_in().policies


def said(pieces, *which):
    return "".join(text for piece, text in pieces if piece in which)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("The policy can change.", "The policy can change."),
        ("The policy can change.", "The policy will change at any time."),
        (
            "政策可能随时变更。变更会公布。",
            "政策可能随时变更。变更会公布。重大变更会在网站上通知。",
        ),
        ("All of it goes", ""),
        ("", "All of it is new"),
    ],
)
def test_both_texts_can_be_read_from_the_pieces(before, after):
    pieces = compare(before, after)

    assert said(pieces, Piece.KEPT, Piece.REMOVED) == before
    assert said(pieces, Piece.KEPT, Piece.ADDED) == after
    assert all(text for _, text in pieces)


def test_words_are_compared_whole():
    pieces = compare("published in print", "publishes in print")

    assert (Piece.REMOVED, "published") in pieces
    assert (Piece.ADDED, "publishes") in pieces


def test_a_new_clause_and_another_wording_are_listed_and_nothing_else():
    changes = {change.id: change for change in policy_changes(FIRST, SECOND)}

    assert list(changes) == ["1(c)", "7"]
    assert changes["1(c)"].change is Piece.ADDED
    assert changes["7"].change is Piece.KEPT
    assert "important ones are notified" in said(changes["7"].text, Piece.ADDED)
    assert "重大变更" in said(changes["7"].text_zh, Piece.ADDED)


def test_backwards_a_clause_is_taken_out():
    changes = {change.id: change for change in policy_changes(SECOND, FIRST)}

    assert changes["1(c)"].change is Piece.REMOVED
    assert changes["1(c)"].title == SECOND.clauses["1(c)"].title
    assert policy_changes(SECOND, SECOND) == ()
