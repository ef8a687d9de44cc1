"""The alarm of an installation: a file that makes every process stop changing cases.

Owns raising, reading and ending it. It is a file beside the database and not a row in it, because
the database is what is in doubt; every process of the machine sees it at once.
"""

from pathlib import Path

from disclosure.errors import NotReady

NAME = "ledger-alarm.txt"


def raise_alarm(instance: Path, why: str) -> None:
    """Say why nothing may be changed until somebody has looked."""
    (instance / NAME).write_text(f"{why}\n", "utf-8")


def end_alarm(instance: Path) -> None:
    """Let work go on."""
    (instance / NAME).unlink(missing_ok=True)


def alarm_of(instance: Path) -> str:
    """Return why nothing may be changed, or an empty text."""
    try:
        return (instance / NAME).read_text("utf-8").strip()
    except FileNotFoundError:
        return ""


def refuse_under_alarm(instance: Path) -> None:
    """Refuse every change while there is an alarm.

    Raises:
        NotReady: With the reason, and where the way out is written.
    """
    if why := alarm_of(instance):
        raise NotReady(
            f"This installation is read-only: {why}. An administrator finds the way out in "
            "docs/operations.md, under 'The ledger raises an alarm'."
        )
