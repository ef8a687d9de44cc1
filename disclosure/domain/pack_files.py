"""The files of rule packs as they are: read from folders, fingerprinted, kept and brought back.

Owns which files belong to a pack and the fingerprint that cases are pinned to. Must not know what
stands in them: look next at ``domain/pack_rows.py``.
"""

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from disclosure.errors import BadInput, NotReady

LARGEST_FILE = 1024 * 1024
MOST_FILES = 64
"""Of one folder; the packs that come with the program are a tenth of either."""


NAMES = "use letters, digits, dots, hyphens and underscores of ASCII, and .toml at its end"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}\.toml")
"""Names that a case record can hold as they are."""


@dataclass(frozen=True, slots=True)
class PackFile:
    """One TOML file, byte for byte, as text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Layer:
    """The files of one folder; a later layer's rows replace an earlier one's."""

    name: str
    files: tuple[PackFile, ...]


def read_folders(*folders: Path) -> tuple[Layer, ...]:
    """Read the TOML files of some folders, in this order.

    Raises:
        NotReady: When a folder has no pack, or a file is too large or no text.
    """
    return tuple(_read_folder(folder) for folder in folders)


def _read_folder(folder: Path) -> Layer:
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise NotReady(f"{folder}: there is no rule pack (*.toml) in this folder")
    contents = []
    for file in files:
        try:
            contents.append((file.name, file.read_bytes()))
        except OSError as error:
            raise NotReady(f"{folder.name}/{file.name}: cannot be read: {error.strerror}") from None
    return layer_of(folder.resolve().name, contents)


def layer_of(name: str, contents: Iterable[tuple[str, bytes]]) -> Layer:
    """Build a layer from files by name.

    Raises:
        NotReady: When there are too many, or one is too large or no UTF-8 text.
    """
    files = tuple(_pack_file(name, file, content) for file, content in sorted(contents))
    if not files:
        raise NotReady(f"{name}: there is no rule pack (*.toml) in it")
    if len(files) > MOST_FILES:
        raise NotReady(f"{name}: a pack has at most {MOST_FILES} files")
    folded = sorted(file.name.casefold() for file in files)
    for earlier, later in pairwise(folded):
        if earlier == later:
            raise NotReady(f"{name}/{later}: two files have this name")
    return Layer(name, files)


def _pack_file(layer: str, name: str, content: bytes) -> PackFile:
    if not _NAME.fullmatch(name):
        raise NotReady(f"{layer}: {ascii(name)[:90]} is no name for a file of a pack: {NAMES}")
    if len(content) > LARGEST_FILE:
        raise NotReady(f"{layer}/{name}: a file of a pack holds at most {LARGEST_FILE} bytes")
    try:
        return PackFile(name, content.decode())
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        place = f"{layer}/{name}, line {line}"
        raise NotReady(f"{place}: this is not TOML: the file is not UTF-8 text") from None


def layer_of_zip(name: str, content: bytes) -> Layer:
    """Build a layer from the TOML files of a zip; folders inside of it do not count.

    Raises:
        NotReady: When it is no zip, is locked, or holds no pack or too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = [each for each in archive.infolist() if _is_pack_file(each.filename)]
            if any(each.file_size > LARGEST_FILE for each in inside) or len(inside) > MOST_FILES:
                size = f"at most {MOST_FILES} files of at most {LARGEST_FILE} bytes"
                raise NotReady(f"{name}: a pack has {size}")
            files = [(PurePosixPath(each.filename).name, archive.read(each)) for each in inside]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
        raise NotReady(f"{name}: this is not a zip that can be read") from error
    return layer_of(name, files)


def _is_pack_file(path: str) -> bool:
    """Tell whether a file of a zip is of a pack; calendars are not, nor is what systems add."""
    parts = PurePosixPath(path).parts
    return path.endswith(".toml") and not {"calendars", "__MACOSX"}.intersection(parts)


def fingerprint(layers: Sequence[Layer]) -> str:
    """Return the SHA-256 over all files by name, with a mark where one layer ends."""
    digest = hashlib.sha256()
    for number, layer in enumerate(layers):
        if number:
            digest.update(b"\0layer\0")
        for file in layer.files:
            content = file.text.encode()
            digest.update(f"{file.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def to_text(layers: Sequence[Layer]) -> str:
    """Write layers as the text that is kept."""
    plain = [[layer.name, [[file.name, file.text] for file in layer.files]] for layer in layers]
    return json.dumps(plain, ensure_ascii=False)


def from_text(text: str, sha256: str) -> tuple[Layer, ...]:
    """Read layers that were kept.

    Raises:
        BadInput: When they are not those whose fingerprint this is.
    """
    layers = tuple(
        Layer(str(name), tuple(PackFile(str(file), str(content)) for file, content in files))
        for name, files in json.loads(text)
    )
    if fingerprint(layers) != sha256:
        raise BadInput("the kept rule pack is not the one that was stored: its SHA-256 differs")
    return layers
