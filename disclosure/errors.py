"""The few ways in which this program says no.

A refusal is a rule speaking and is shown to the person who asked; every other exception is a
bug. Messages never carry personal data: they end up in logs and on pages.
"""


class DisclosureError(Exception):
    """Carry one sentence that may be shown to whoever asked.

    Attributes:
        message: For logs and commands; names the value that it is about.
        sentence: For pages, which show it at that value.
    """

    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.sentence = message


class Refused(DisclosureError):
    """Say that a rule forbids what was asked."""

    exit_code = 3


class Forbidden(Refused):
    """Say that this person's roles do not carry the permission."""


class Stale(Refused):
    """Say that somebody else changed the case since the page was loaded."""


class DocumentRefused(Refused):
    """Say that a document cannot be read completely within the limits.

    Args:
        code: Stable word for programs, one of ``documents.limits.REFUSALS``.
        message: The sentence for people, without any of the document's content.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class BadInput(DisclosureError):
    """Say what is wrong with something typed or uploaded, and where.

    Args:
        message: What is wrong and what to do.
        where: Path of the value (``facts.request.fields[2]``) or name of the form field.
    """

    exit_code = 2

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where
        self.sentence = message


class NotFound(DisclosureError):
    """Say that there is no such thing, or none that this person may see."""

    exit_code = 2


class NotReady(DisclosureError):
    """Say that the installation lacks something, and how to mend it."""

    exit_code = 2
