"""Every row class in one import, for the migrations and the schema's tests."""

from disclosure.storage import cases, ledger_rows, people, register, releases, reports

__all__ = ["cases", "ledger_rows", "people", "register", "releases", "reports"]
