"""Commands: ``python -m disclosure CMD``, the same as ``flask --app wsgi CMD``.

Owns names, options and exit codes. Commands call operations like pages do; each module below adds
its own to the one group.
"""

from disclosure.cli import documents, installation, ledger, records, rules
from disclosure.cli.shell import commands

__all__ = ["commands", "documents", "installation", "ledger", "main", "records", "rules"]


def main() -> None:
    """Run a command."""
    commands(prog_name="python -m disclosure")
