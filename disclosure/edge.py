"""Where a unit of work begins and ends: the only module that commits.

Owns the transaction of a page, a job or a command, and what has to happen right after a commit.
Operations below flush and never commit; nothing above commits either.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy.orm import Session

from disclosure.domain.rulebook import Catalogue
from disclosure.operations.desk import Actor, Desk, Work
from disclosure.operations.pinning import desk_in_force
from disclosure.storage.alarm import refuse_under_alarm
from disclosure.storage.base import db, reading

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class House:
    """What the edges of one process share.

    Attributes:
        desk: The installation's fixed parts.
        clock: Gives the aware UTC instant of each unit of work.
        after_commit: Called after a commit with the ids of the outbox rows that it added.
    """

    desk: Desk
    clock: Clock
    after_commit: Callable[[Sequence[str]], None]


def house() -> House:
    """Return the house of the running application."""
    found: House = current_app.extensions["disclosure"]
    return found


def rules_in_force() -> Catalogue:
    """Return the rules that count now, for pages that need nothing else.

    Reads on a connection of its own, so that it may stand inside of a unit of work.
    """
    with reading(), Session(db.engine) as session:
        return desk_in_force(session, house().desk).catalogue


@contextmanager
def unit_of_work(actor: Actor, *, despite_alarm: bool = False) -> Iterator[Work]:
    """Open one writing transaction; it commits at the end, or rolls back when anything is raised.

    Args:
        actor: Who acts in it.
        despite_alarm: For what must go on while the installation is read-only: signing in, to look.

    Raises:
        NotReady: While the ledger's alarm is raised.
    """
    home = house()
    if not despite_alarm:
        refuse_under_alarm(home.desk.settings.instance)
    session = db.session()
    session.rollback()
    try:
        with session.begin():
            yield Work(session, desk_in_force(session, home.desk), actor, home.clock())
        added = session.info.pop("outbox", [])
    finally:
        session.info.pop("outbox", None)
        session.rollback()
    if added:
        home.after_commit(added)


@contextmanager
def look(actor: Actor, *, steady: bool = False) -> Iterator[Work]:
    """Open one transaction that only reads; whatever is changed in it is thrown away.

    Args:
        actor: Who looks.
        steady: Show the whole database as it is now, whatever others write meanwhile. On SQLite it
            is so in any case; on PostgreSQL each query would see what was committed before it.
    """
    home = house()
    session = db.session()
    session.rollback()
    with reading():
        try:
            if steady and db.engine.dialect.name == "postgresql":
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield Work(session, desk_in_force(session, home.desk), actor, home.clock())
        finally:
            session.rollback()
