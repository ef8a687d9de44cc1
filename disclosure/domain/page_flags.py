"""The flags that set a page aside as a whole: what each means and which code it leaves under.

Owns the closed set. Who may flag, and what a duplicate is a duplicate of, is
``operations/page_flags.py``'s.
"""

from enum import Enum


class PageFlagKind(Enum):
    """Why a page is set aside: (code, label, reason code under which it does not leave)."""

    DUPLICATE = ("duplicate", "Duplicate of another page", "duplicate_page")
    NOT_RESPONSIVE = ("not_responsive", "Not responsive", "not_responsive")
    CONSULT = ("consult", "Somebody is consulted", "")

    def __init__(self, code: str, label: str, reason_code: str) -> None:
        self.code = code
        self.label = label
        self.reason_code = reason_code

    @property
    def short(self) -> str:
        """Return the name that fits under a small picture of the page."""
        return self.code.replace("_", " ")

    @property
    def withholds(self) -> bool:
        """Tell whether a page with this flag does not leave."""
        return bool(self.reason_code)

    @classmethod
    def of(cls, code: str) -> "PageFlagKind":
        """Return the kind with this code."""
        return _KINDS[code]


_KINDS = {kind.code: kind for kind in PageFlagKind}

WITHHOLDING = frozenset(kind.code for kind in PageFlagKind if kind.withholds)
"""Codes of the flags whose pages do not leave."""
