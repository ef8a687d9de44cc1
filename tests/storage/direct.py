# ruff: noqa: S608 - statements are made of our own tables and columns
"""Both engines behind one small face, for statements that go round the program.

SQLite is opened with the plain module and without a single pragma, PostgreSQL as the owner of the
tables: whoever comes with the database's own client is refused as well.
"""

import sqlite3
from pathlib import Path

import psycopg

REFUSALS = (sqlite3.IntegrityError, psycopg.IntegrityError)


class Direct:
    """One transaction over a database, rolled back at the end."""

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            path = Path(url.removeprefix("sqlite:///"))
            self.connection = sqlite3.connect(path, isolation_level=None)
            self.connection.execute("BEGIN")
        else:
            self.connection = psycopg.connect(url.replace("+psycopg", ""))

    def close(self) -> None:
        """Throw everything away."""
        self.connection.execute("ROLLBACK")
        self.connection.close()

    def run(self, sql: str, *values: object):
        """Run one statement; values stand as question marks."""
        return self.connection.execute(sql if self.is_sqlite else sql.replace("?", "%s"), values)

    def insert(self, table: str, **row: object) -> None:
        """Insert one row."""
        columns, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" for _ in row)
        self.run(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', *row.values())

    def why_not(self, sql: str, *values: object) -> str:
        """Return why the database refuses a statement, or an empty text; undo it either way."""
        self.run("SAVEPOINT tried")
        try:
            self.run(sql, *values)
        except REFUSALS as refusal:
            return str(refusal)
        finally:
            self.run("ROLLBACK TO SAVEPOINT tried")
        return ""

    def why_not_insert(self, table: str, **row: object) -> str:
        """Return why the database refuses a row, or an empty text; undo it either way."""
        columns, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" for _ in row)
        return self.why_not(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', *row.values())

    def row(self, sql: str, *values: object) -> dict[str, object]:
        """Return the first row of a query."""
        cursor = self.run(sql, *values)
        names = [column[0] for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))

    def columns(self, table: str) -> list[str]:
        """Return the columns of a table."""
        return [column[0] for column in self.run(f'SELECT * FROM "{table}" LIMIT 0').description]
