"""Read numbers that people typed, within what a database or a page can hold."""

from disclosure.errors import BadInput

MOST_DIGITS = 9
MOST_POINTS = 20_000
"""Beyond any page."""


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


def points(given: str) -> float:
    """Return a length or place on a page, in points.

    Raises:
        BadInput: When it is not a number, or beyond any page.
    """
    try:
        number = float(given.strip())
    except ValueError:
        raise BadInput("Enter the four sides of the box in points.", where="box") from None
    if not abs(number) <= MOST_POINTS:
        raise BadInput("Enter the four sides of the box in points.", where="box")
    return number
