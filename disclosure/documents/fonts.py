"""Whether Chinese text can be printed on this machine, asked before anything is printed.

Owns the question to fontconfig and the sentence that says how to mend it. A missing font would not
fail: it would print empty boxes.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from disclosure.documents.programs import ProgramFailed, ProgramMissing, run_program
from disclosure.errors import NotReady

INSTALL: Final = "sudo apt-get install fonts-noto-cjk"
MESSAGE: Final = f"No font with Chinese characters is installed; install one: {INSTALL}"
SAMPLE: Final = ":charset=4e2d 56fd 5f20 8bc1"
"""Four common characters that a font must hold to count."""

SECONDS: Final = 20.0


def listed_by_fontconfig() -> str:
    """Return the families that hold common Chinese characters, one a line.

    Raises:
        NotReady: When fontconfig's program is missing.
    """
    try:
        return run_program("fc-list", [SAMPLE, "family"], seconds=SECONDS).decode(
            "utf-8", "replace"
        )
    except ProgramMissing as missing:
        raise NotReady(f"A program is missing: {missing.remedy}") from None
    except ProgramFailed:
        return ""


def require_cjk_font(listing: Callable[[], str] = listed_by_fontconfig) -> None:
    """Make sure that Chinese text will have glyphs.

    Args:
        listing: Returns the families that hold Chinese characters.

    Raises:
        NotReady: When there is none, with the line to type.
    """
    if not _found(listing):
        raise NotReady(MESSAGE)


@lru_cache(maxsize=4)
def _found(listing: Callable[[], str]) -> bool:
    return bool(listing().strip())
