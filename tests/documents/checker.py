"""A third reading, of the tests' own: it shares nothing with engine and gate, not even folding."""

import base64
import re
import subprocess
import unicodedata
import zlib
from collections.abc import Sequence
from pathlib import Path

import pypdf


def squeezed(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).lower() if sign.isalnum())


def places_of(path: Path, secrets: Sequence[str]) -> list[str]:
    """Return where any of the secrets can still be read."""
    raw = path.read_bytes()
    texts = {
        "pypdf": "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages),
        "poppler": subprocess.run(
            ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
        ).stdout,
        "information": repr(pypdf.PdfReader(path).metadata),
        "outline": repr(pypdf.PdfReader(path).outline),
    }
    found = [
        name
        for name, text in texts.items()
        for secret in secrets
        if squeezed(secret) in squeezed(text)
    ]
    pieces = [raw, *_unpacked(raw)]
    for secret in secrets:
        needles = {
            secret.encode(),
            secret.encode("utf-16be"),
            secret.encode().hex().encode(),
            secret.encode("utf-16be").hex().upper().encode(),
            base64.b64encode(secret.encode())[:-4],
        }
        found += ["bytes" for piece in pieces if any(needle in piece for needle in needles)]
    return found


def seen_on(path: Path, folder: Path, *, languages: str = "chi_sim+eng") -> str:
    """Return what character recognition reads on the pages as they are shown."""
    subprocess.run(["pdftoppm", "-r", "200", "-gray", path, folder / "seen"], check=True)
    texts = [
        subprocess.run(
            ["tesseract", picture, "stdout", "-l", languages],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for picture in sorted(folder.glob("seen*.pgm"))
    ]
    return squeezed("".join(texts))


def _unpacked(raw: bytes) -> list[bytes]:
    pieces = []
    for start in re.finditer(rb"stream\r?\n", raw):
        try:
            pieces.append(zlib.decompressobj().decompress(raw[start.end() :]))
        except zlib.error:
            continue
    return pieces


def text_of(path: Path) -> str:
    """Return the text that poppler reads."""
    return subprocess.run(
        ["pdftotext", path, "-"], capture_output=True, text=True, check=True
    ).stdout
