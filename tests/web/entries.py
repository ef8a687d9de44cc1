"""What the ledger says happened, read past the application."""

import json
import sqlite3

from tests.app import Office


def database(office: Office) -> sqlite3.Connection:
    """Open the installation's database with nothing of ours in between."""
    return sqlite3.connect(office.settings.instance / "disclosure.sqlite3")


def actions(office: Office) -> list[str]:
    """Return the names of all entries, in order."""
    with database(office) as connection:
        rows = connection.execute("SELECT body FROM ledger_entry ORDER BY seq").fetchall()
    return [json.loads(row[0])["action"] for row in rows]
