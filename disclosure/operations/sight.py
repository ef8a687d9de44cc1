"""Which cases a person sees in lists: restricted ones only with a part in them or oversight.

Owns that condition for queries; one case is asked for by ``verifying.require_sight``.
"""

from sqlalchemy import ColumnElement

from disclosure.domain.access import Permission, may
from disclosure.operations.desk import Work
from disclosure.storage.cases import Case


def visible_cases(work: Work) -> list[ColumnElement[bool]]:
    """Hide restricted cases from staff without a part in them or oversight over them."""
    roles = work.actor.roles
    for permission in (Permission.DECIDE_CASE, Permission.RELEASE, Permission.EXPORT_RECORD):
        if may(roles, permission):
            return []
    own = (Case.handler_id == work.actor.person) | Case.handler_id.is_(None)
    return [Case.restricted.is_(False) | own]
