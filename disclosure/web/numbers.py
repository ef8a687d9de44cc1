"""Read whole numbers that people typed, within what a database can hold."""

from disclosure.errors import BadInput

MOST_DIGITS = 9


def whole_number(given: str, *, where: str) -> int:
    """Return the number that was typed.

    Args:
        given: Text of a form.
        where: Name of the form field, for the error.

    Raises:
        BadInput: When it is not a whole number of at most nine digits.
    """
    text = given.strip()
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise BadInput("Enter a whole number.", where=where)
    return int(text)
