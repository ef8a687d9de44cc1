"""Every row class in one import, for the migrations and the schema's tests."""

from disclosure.storage import (
    cases,
    drawing_rows,
    exports,
    ledger_rows,
    parties,
    people,
    register,
    releases,
    reports,
    retention_rows,
    rules,
    shadow,
)

__all__ = [
    "cases",
    "drawing_rows",
    "exports",
    "ledger_rows",
    "parties",
    "people",
    "register",
    "releases",
    "reports",
    "retention_rows",
    "rules",
    "shadow",
]
