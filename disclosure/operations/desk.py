"""What an operation works with: the installation's fixed parts, and one unit of work.

Owns nothing but the bundling. A ``Desk`` is made once per process; a ``Work`` is one person's (or
the system's) one transaction at one instant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from disclosure.config import Settings
from disclosure.domain.access import Permission, Role, may
from disclosure.domain.deadlines import Calendar
from disclosure.domain.ledger import Actor as LedgerActor
from disclosure.domain.rulebook import Catalogue
from disclosure.domain.states import Signer
from disclosure.errors import Forbidden
from disclosure.gateways.platform import PlatformSource
from disclosure.storage.files import FileStore
from disclosure.storage.keyring import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The fixed parts of an installation."""

    settings: Settings
    catalogue: Catalogue
    calendars: Mapping[str, Calendar]
    source: PlatformSource | None
    files: FileStore
    keys: KeyRing


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a member of staff with live roles, or the system or the portal without any.

    Attributes:
        person: Person id, or ``system``, ``requester``, ``data-subject``.
        roles: Roles held at this instant.
        session: SHA-256 of the session's token, for the ledger.
    """

    person: str
    roles: frozenset[Role] = frozenset()
    session: str | None = None

    @property
    def signer(self) -> Signer:
        """Return the person as guards see them."""
        return Signer(self.person, self.roles)

    def require(self, permission: Permission) -> None:
        """Refuse unless one of the roles carries the permission."""
        if not may(self.roles, permission):
            raise Forbidden(f"Your roles do not carry the permission to {permission.value}.")

    def in_ledger(self, permission: Permission | None) -> LedgerActor:
        """Return the actor as the ledger names them, with the role that carried the act."""
        carrying = [role for role in Role if role in self.roles]
        if permission is not None:
            carrying = [role for role in carrying if may([role], permission)]
        return LedgerActor(self.person, carrying[0].value if carrying else "none", self.session)


SYSTEM = Actor("system")
REQUESTER = Actor("requester")
DATA_SUBJECT = Actor("data-subject")


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction: its session, the desk, who acts, and the instant."""

    session: Session
    desk: Desk
    actor: Actor
    now: datetime

    def as_actor(self, actor: Actor) -> "Work":
        """Return the same unit of work, acted by somebody else (the system, usually)."""
        return replace(self, actor=actor)
