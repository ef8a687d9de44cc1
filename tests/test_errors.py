"""Each way of saying no: what it carries, and the exit code that a command makes of it."""

import pytest

from disclosure.errors import (
    BadInput,
    DisclosureError,
    DocumentRefused,
    Forbidden,
    NotFound,
    NotReady,
    Refused,
    Stale,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("No."), 3),
        (Forbidden("No."), 3),
        (Stale("No."), 3),
        (DocumentRefused("encrypted", "No."), 3),
        (BadInput("No."), 2),
        (NotFound("No."), 2),
        (NotReady("No."), 2),
        (DisclosureError("No."), 1),
    ],
)
def test_each_error_carries_its_sentence_and_its_exit_code(error, code):
    assert error.message == "No."
    assert str(error) == "No."
    assert error.exit_code == code


def test_bad_input_says_where():
    error = BadInput("must be a number", where="facts.request.period_days")

    assert error.where == "facts.request.period_days"
    assert error.message == "facts.request.period_days: must be a number"
    assert BadInput("wrong").where == ""


def test_a_refused_document_keeps_its_word_for_programs():
    assert DocumentRefused("encrypted", "It is encrypted.").code == "encrypted"


@pytest.mark.parametrize("error", [Forbidden, Stale, DocumentRefused])
def test_these_are_refusals(error):
    assert issubclass(error, Refused)
