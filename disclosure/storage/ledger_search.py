"""Look for bytes inside of ledger entries, alike on both engines.

Owns that one expression. It reads every entry that the other conditions leave.
"""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, LargeBinary, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from disclosure.storage.ledger_rows import LedgerEntry


class _BytesHold(FunctionElement[bool]):
    """Whether the first bytes hold the second."""

    type = Boolean()
    inherit_cache = True


@compiles(_BytesHold)
def _position(element: _BytesHold, compiler: SQLCompiler, **more: Any) -> str:
    whole, part = (compiler.process(each, **more) for each in element.clauses)
    return f"(position({part} IN {whole}) > 0)"


@compiles(_BytesHold, "sqlite")
def _instr(element: _BytesHold, compiler: SQLCompiler, **more: Any) -> str:
    whole, part = (compiler.process(each, **more) for each in element.clauses)
    return f"(instr({whole}, {part}) > 0)"


def entry_holds(part: bytes) -> ColumnElement[bool]:
    """Return the condition that an entry's exact bytes hold these."""
    return _BytesHold(LedgerEntry.body, literal(part, LargeBinary))
