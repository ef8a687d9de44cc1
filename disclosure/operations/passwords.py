"""A person's own password: choosing the first one, and changing it.

Owns the rule that a change needs the password that is in force, so that an unattended browser is
not enough to take an account over. Who forgot it comes by a one-time link, and a session that was
opened by a link may choose anew.
"""

from sqlalchemy import select

from disclosure.operations.accounts import (
    count_failure,
    password_is_right,
    require_tries_left,
    set_password,
    tries_on_account,
)
from disclosure.operations.desk import Work
from disclosure.storage.people import LoginLink, Person, StaffSession


def needs_current_password(work: Work) -> bool:
    """Tell whether the actor has to type the password in force before a new one."""
    person = work.session.get_one(Person, work.actor.person)
    return person.password_hash is not None and not _came_by_link(work)


def _came_by_link(work: Work) -> bool:
    """Return whether the actor's session was opened by a link: both bear the same instant."""
    session = work.session.get(StaffSession, work.actor.session)
    if session is None:
        return False
    spent = select(LoginLink.token_hash).where(
        LoginLink.person_id == session.person_id, LoginLink.used_at == session.created_at
    )
    return work.session.scalars(spent.limit(1)).first() is not None


def change_password(work: Work, *, current: str, new: str) -> bool:
    """Change the actor's own password and end their other sessions.

    The caller commits in both cases: a wrong password is counted.

    Returns:
        Whether it is changed; False when the password in force was not typed right.

    Raises:
        BadInput: When the new one is too short, too long or easy to guess.
        Refused: When there were too many wrong tries.
    """
    person = work.session.get_one(Person, work.actor.person)
    if needs_current_password(work):
        counter = tries_on_account(person.username)
        require_tries_left(work, counter)
        if not password_is_right(person, current):
            count_failure(work, counter)
            return False
    set_password(work, person, new)
    return True
