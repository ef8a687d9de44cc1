"""Stored files over HTTP: whole, or from where a broken download stopped (RFC 9110, section 14).

Owns the headers of such an answer. The bytes are decrypted while they are sent, from the place
that was asked for; the entity tag is the SHA-256 that was stored with the file and is not computed
again. Who may have the file, and that it left, is the caller's.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from flask import Response, request

from disclosure.edge import house

FILE_POLICY = "default-src 'none'; sandbox"
_ONE_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.IGNORECASE)


def send_stored(sha256: str, size: int, *, kind: str, filename: str) -> Response:
    """Answer a GET or HEAD with a stored file, or with the part of it that was asked for.

    Args:
        sha256: The hash under which the file is kept.
        size: Its plain size in bytes.
        kind: Its media type.
        filename: A name of ours, plain ASCII.

    Raises:
        NotReady: When the file is gone, or its first piece was changed on disk.
    """
    wanted = _wanted(sha256, size)
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{sha256}"',
        "Content-Type": kind,
        "Content-Disposition": f'attachment; filename="{filename}"',
        "Content-Security-Policy": FILE_POLICY,
    }
    if wanted is not None and not wanted:
        return Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    part = wanted or range(size)
    headers["Content-Length"] = str(len(part))
    if wanted is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    body: Iterable[bytes] = () if request.method == "HEAD" else _bytes_of(sha256, part)
    return Response(body, 206 if wanted is not None else 200, headers)


def starts_at_the_beginning(sha256: str, size: int) -> bool:
    """Tell whether this request asks for the first byte: a download begins, none is resumed."""
    wanted = _wanted(sha256, size)
    return wanted is None or (bool(wanted) and wanted.start == 0)


def _wanted(sha256: str, size: int) -> range | None:
    """Return the one range that was asked for; empty when it can not be had, None for all.

    Several ranges at once, another unit, and a range of a file that has changed since mean all.
    """
    asked = request.headers.get("Range", "").strip()
    if request.method != "GET" or not asked.lower().startswith("bytes") or "," in asked:
        return None
    if request.headers.get("If-Range", f'"{sha256}"').strip() != f'"{sha256}"':
        return None
    found = _ONE_RANGE.fullmatch(asked)
    if found is None or found.groups() == ("", ""):
        return range(0)
    first, last = found.groups()
    if not first:
        return range(max(size - int(last), 0), size)
    return range(int(first), min(int(last) + 1 if last else size, size))


def _bytes_of(sha256: str, part: range) -> Iterator[bytes]:
    """Open the file at once: a missing one is an error page. The rest is read while sending."""
    if not part:
        return iter(())
    pieces = house().desk.files.stream(sha256, start=part.start)
    return _up_to(chain([next(pieces)], pieces), len(part))


def _up_to(pieces: Iterable[bytes], left: int) -> Iterator[bytes]:
    for piece in pieces:
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return
