"""Running the few programs that are not Python: poppler, tesseract, fontconfig.

Owns how one is found and started. Arguments are always a list, never a shell's line; output is
returned, never printed.
"""

import shutil
import subprocess
from collections.abc import Sequence
from typing import Final

PACKAGES: Final = {
    "pdftotext": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "tesseract": "tesseract-ocr tesseract-ocr-chi-sim",
    "fc-list": "fontconfig",
}
"""Program -> the Debian packages that bring it."""


class ProgramMissing(Exception):
    """Say that a program is not installed.

    Args:
        name: Of the program.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    @property
    def remedy(self) -> str:
        """Return the program and the line that installs it."""
        return f"{self.name} (sudo apt-get install {PACKAGES[self.name]})"


class ProgramFailed(Exception):
    """Say that a program ended badly or took too long.

    Args:
        name: Of the program.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def run_program(name: str, arguments: Sequence[str], *, seconds: float) -> bytes:
    """Run a program and return what it wrote.

    Args:
        name: A key of ``PACKAGES``.
        arguments: One by one; files as absolute paths.
        seconds: After which it is stopped.

    Raises:
        ProgramMissing: When it is not installed.
        ProgramFailed: When it fails or takes too long.
    """
    program = shutil.which(name)
    if program is None:
        raise ProgramMissing(name)
    try:
        done = subprocess.run(  # noqa: S603  a program of our list, arguments without a shell
            [program, *arguments], capture_output=True, check=True, timeout=seconds
        )
    except (OSError, subprocess.SubprocessError):
        raise ProgramFailed(name) from None
    return done.stdout
