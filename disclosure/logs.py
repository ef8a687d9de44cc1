"""Logs: one JSON object a line, in UTC, without personal data.

Owns the one chain of processors. Only the keys of ``KEPT`` get through, and of an exception its
kind and its places in the code, never its text: texts of exceptions may quote what people typed.
"""

import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

KEPT = frozenset({"event", "level", "timestamp", "job", "kind", "endpoint", "request"})
"""Keys that a line may carry; before a new one, ask whether it can name a person."""

MOST_PLACES = 30

Line = MutableMapping[str, Any]


def set_up_logs() -> None:
    """Send every log line of this process through the chain, to standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_what_is_harmless,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def keep_what_is_harmless(_logger: object, _method: str, line: Line) -> Line:
    """Drop every key that is not known to be harmless; turn an exception into places."""
    kept = {key: value for key, value in line.items() if key in KEPT}
    error = _error(line.get("exc_info"))
    if error is not None:
        kept["exception"] = type(error).__name__
        kept["places"] = [
            f"{frame.filename.rpartition('disclosure/')[2]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-MOST_PLACES:]
        ]
    return kept


def _error(given: object) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if given is True:
        return sys.exc_info()[1]
    if isinstance(given, tuple) and len(given) > 1 and isinstance(given[1], BaseException):
        return given[1]
    return None
