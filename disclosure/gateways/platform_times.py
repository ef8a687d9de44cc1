"""Times as databases give them, read as aware UTC instants.

Owns that reading for every query of a platform source. A time that cannot be read is named by what
to mend and never quoted.
"""

from datetime import UTC, datetime

from disclosure.errors import NotReady


def required_instant(value: object) -> datetime:
    """Read a time that must be there.

    Raises:
        NotReady: When it is not.
    """
    found = instant(value)
    if found is None:
        raise NotReady("the platform's database has a record without its time")
    return found


def instant(value: object) -> datetime | None:
    """Read a time as any of the databases gives it; one without offset is UTC."""
    if value is None:
        return None
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    found = value if isinstance(value, datetime) else parsed(str(value))
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def parsed(value: str) -> datetime:
    """Read a time from text.

    Raises:
        NotReady: When it is not ISO 8601.
    """
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        # Not chained: the message would quote the value.
        raise NotReady(
            "the platform's database has a time that is not ISO 8601; give the mapping an "
            "expression that makes it one"
        ) from None
