"""Staff accounts: adding people, roles, passwords, one-time links, sessions.

Owns every write to the people tables. A session's token exists in the browser's cookie only; the
table holds its hash, so that ending a session here ends it everywhere at once. Guessing is slowed
by durable counters per account and per address, never by locking an account for good.
"""

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from disclosure.domain.access import Permission, Role, conflicting_roles
from disclosure.domain.events import Event
from disclosure.errors import BadInput, NotFound, Refused
from disclosure.operations.desk import Actor, Work
from disclosure.operations.recording import record
from disclosure.storage.people import Attempts, LoginLink, Person, RoleGrant, StaffSession

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
LINK_LIFE = timedelta(minutes=10)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
LONGEST_NAME = 64
WINDOW_MINUTES, MOST_TRIES = 15, 10

_hasher = PasswordHasher()
_DUMMY = _hasher.hash(secrets.token_hex(16))
_WRONG = "The user name or password is not right. Check both and try again."


def hash_token(token: str) -> str:
    """Return the SHA-256 under which a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def roles_of(person: Person) -> frozenset[Role]:
    """Return the roles that a person holds at this instant."""
    if not person.active:
        return frozenset()
    return frozenset(Role(grant.role) for grant in person.grants if grant.revoked_at is None)


def add_person(
    work: Work, *, username: str, name: str, email: str, roles: Iterable[Role]
) -> Person:
    """Add a member of staff without a password; a sign-in link lets them choose one.

    Raises:
        BadInput: When a value is missing or taken, or roles may not be held together.
    """
    held = sorted(set(roles), key=lambda role: list(Role).index(role))
    if problem := conflicting_roles(held):
        raise BadInput(problem, where="roles")
    username = username.strip().lower()
    if not username.replace(".", "").replace("-", "").isalnum() or len(username) > LONGEST_NAME:
        raise BadInput("Use letters, digits, dots and hyphens, at most 64.", where="username")
    if work.session.scalar(select(Person.id).where(Person.username == username)):
        raise BadInput("This user name is taken.", where="username")
    if not name.strip():
        raise BadInput("Enter the person's name.", where="name")
    person = Person(
        id=uuid.uuid4().hex,
        username=username,
        name=name.strip(),
        email=_email(email),
        active=True,
        created_at=work.now,
    )
    work.session.add(person)
    work.session.flush()
    record(work, Event.ACCOUNT_ADDED, subjects=[person.id], permission=Permission.MANAGE_PEOPLE)
    for role in held:
        grant_role(work, person, role)
    return person


def _email(address: str) -> str:
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise BadInput("Enter an e-mail address like name@example.org.", where="email") from None


def grant_role(work: Work, person: Person, role: Role) -> None:
    """Give a role; a person who holds it already keeps it.

    Raises:
        BadInput: When the person's roles may not be held together.
    """
    held = roles_of(person)
    if role in held:
        return
    if problem := conflicting_roles(held | {role}):
        raise BadInput(problem, where="roles")
    person.grants.append(RoleGrant(role=role.value, granted_at=work.now))
    work.session.flush()
    record(
        work,
        Event.ROLE_GRANTED,
        subjects=[person.id],
        data={"role": role.value},
        permission=Permission.MANAGE_PEOPLE,
    )


def revoke_role(work: Work, person: Person, role: Role) -> None:
    """Take a role away; open signatures in it lose their force at once."""
    for grant in person.grants:
        if grant.role == role.value and grant.revoked_at is None:
            grant.revoked_at = work.now
            record(
                work,
                Event.ROLE_REVOKED,
                subjects=[person.id],
                data={"role": role.value},
                permission=Permission.MANAGE_PEOPLE,
            )


def disable_person(work: Work, person: Person) -> None:
    """Disable an account and end its sessions at once.

    Raises:
        Refused: When a person disables their own account.
    """
    if person.id == work.actor.person:
        raise Refused("Another administrator disables your account.")
    person.active = False
    work.session.execute(
        update(StaffSession)
        .where(StaffSession.person_id == person.id, StaffSession.ended_at.is_(None))
        .values(ended_at=work.now)
    )
    record(work, Event.ACCOUNT_DISABLED, subjects=[person.id], permission=Permission.MANAGE_PEOPLE)


def find_person(session: Session, username: str) -> Person:
    """Find a person by user name.

    Raises:
        NotFound: When there is none.
    """
    person = session.scalars(select(Person).where(Person.username == username.lower())).first()
    if person is None:
        raise NotFound("There is no such user.")
    return person


def set_password(work: Work, person: Person, password: str) -> None:
    """Choose a password and end every other session of the person.

    Raises:
        BadInput: When it is too short, too long, or made of the user name.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(
            f"Use {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; a sentence is easiest.",
            where="password",
        )
    if len(set(password)) < 5 or person.username in password.lower():  # noqa: PLR2004 - "aaaa..."
        raise BadInput("This password is too easy to guess.", where="password")
    person.password_hash = _hasher.hash(password)
    keep = StaffSession.token_hash != (work.actor.session or "")
    work.session.execute(
        update(StaffSession)
        .where(StaffSession.person_id == person.id, StaffSession.ended_at.is_(None), keep)
        .values(ended_at=work.now)
    )
    record(work, Event.ACCOUNT_CHANGED, subjects=[person.id], data={"what": "password"})


def issue_login_link(work: Work, person: Person) -> str:
    """Make a one-time sign-in link's token, good for ten minutes."""
    token = secrets.token_urlsafe(32)
    work.session.add(
        LoginLink(
            token_hash=hash_token(token), person_id=person.id, expires_at=work.now + LINK_LIFE
        )
    )
    record(work, Event.LOGIN_LINK_ISSUED, subjects=[person.id])
    return token


def redeem_login_link(work: Work, token: str) -> str:
    """Spend a one-time link and open a session.

    Returns:
        The session's token, for the cookie.

    Raises:
        Refused: When the link is unknown, used or expired, all in the same words.
    """
    spent = work.session.execute(
        update(LoginLink)
        .where(
            LoginLink.token_hash == hash_token(token),
            LoginLink.used_at.is_(None),
            LoginLink.expires_at > work.now,
        )
        .values(used_at=work.now)
    )
    if spent.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's cursor result has it
        raise Refused("This sign-in link is used or has expired. Ask for a new one.")
    link = work.session.get_one(LoginLink, hash_token(token))
    return open_session(work, work.session.get_one(Person, link.person_id))


def sign_in(work: Work, username: str, password: str, *, address: str) -> str | None:
    """Check a password and open a session.

    The caller commits in both cases: a failed try is counted and is a ledger entry.

    Returns:
        The session's token, or None when the user name or password is wrong.

    Raises:
        Refused: When there were too many failed tries on this account or from this address.
    """
    person = work.session.scalars(
        select(Person).where(Person.username == username.strip().lower())
    ).first()
    subjects = (tries_on_account(username), f"address:{hash_token(address)[:32]}")
    for subject in subjects:
        require_tries_left(work, subject)
    if password_is_right(person, password) and person is not None and person.active:
        return open_session(work, person)
    for subject in subjects:
        count_failure(work, subject)
    record(work, Event.SESSION_REFUSED, subjects=[person.id] if person else [])
    return None


def wrong_password_message() -> str:
    """Return the one sentence for every failed sign-in, so that accounts cannot be guessed."""
    return _WRONG


def tries_on_account(username: str) -> str:
    """Name the counter of a user name; one that does not exist is counted like any other."""
    return f"account:{hash_token(username.strip().lower())[:32]}"


def password_is_right(person: Person | None, password: str) -> bool:
    """Tell whether this is the person's password; takes as long when there is none."""
    stored = person.password_hash if person and person.password_hash else _DUMMY
    try:
        _hasher.verify(stored, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return person is not None and person.password_hash is not None


def open_session(work: Work, person: Person) -> str:
    """Open a session for a person and return its token.

    Raises:
        Refused: When the account is disabled.
    """
    if not person.active:
        raise Refused("This account is disabled. Ask an administrator.")
    token = secrets.token_urlsafe(32)
    work.session.add(
        StaffSession(
            token_hash=hash_token(token),
            person_id=person.id,
            created_at=work.now,
            seen_at=work.now,
        )
    )
    work.session.flush()
    acting = work.as_actor(Actor(person.id, roles_of(person), hash_token(token)))
    record(acting, Event.SESSION_OPENED, subjects=[person.id])
    return token


def close_session(work: Work) -> None:
    """End the actor's session; its cookie is worth nothing from now on."""
    row = work.session.get(StaffSession, work.actor.session)
    if row is not None and row.ended_at is None:
        row.ended_at = work.now
        record(work, Event.SESSION_CLOSED, subjects=[row.person_id])


def end_session_of_cookie(work: Work, token: str) -> None:
    """End the session whose token a browser still carries, if it is live."""
    row = live_session(work.session, token, work.now)
    if row is not None:
        person = work.session.get_one(Person, row.person_id)
        close_session(work.as_actor(Actor(person.id, roles_of(person), row.token_hash)))


def live_session(session: Session, token: str, now: datetime) -> StaffSession | None:
    """Find the session of a cookie, or None when it ended, idled out or is eight hours old."""
    row = session.get(StaffSession, hash_token(token))
    if row is None or row.ended_at is not None:
        return None
    if now - row.seen_at > IDLE or now - row.created_at > ABSOLUTE:
        return None
    return row


def require_tries_left(work: Work, subject: str) -> None:
    """Refuse when a secret was guessed at too often in this quarter of an hour.

    Raises:
        Refused: With when to try again.
    """
    used = work.session.scalar(
        select(Attempts.count).where(
            Attempts.subject == subject, Attempts.window == _window(work.now)
        )
    )
    if (used or 0) >= MOST_TRIES:
        raise Refused(f"Too many tries. Wait {WINDOW_MINUTES} minutes, then try again.")


def count_failure(work: Work, subject: str) -> None:
    """Count one failed try, by compare-and-set."""
    window = _window(work.now)
    counted = work.session.execute(
        update(Attempts)
        .where(Attempts.subject == subject, Attempts.window == window)
        .values(count=Attempts.count + 1)
    )
    if counted.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE's cursor result has it
        work.session.add(Attempts(subject=subject, window=window, count=1))
        work.session.flush()


def _window(now: datetime) -> int:
    return int(now.timestamp()) // (WINDOW_MINUTES * 60)


def sessions_of(work: Work, person_id: str) -> list[StaffSession]:
    """Return a person's live sessions, newest first."""
    rows = work.session.scalars(
        select(StaffSession)
        .where(
            StaffSession.person_id == person_id,
            StaffSession.ended_at.is_(None),
            StaffSession.seen_at > work.now - IDLE,
            StaffSession.created_at > work.now - ABSOLUTE,
        )
        .order_by(StaffSession.created_at.desc())
    )
    return list(rows)


def end_session(work: Work, token_hash: str) -> None:
    """End one of the actor's own sessions.

    Raises:
        NotFound: When the actor has no such live session.
    """
    row = work.session.get(StaffSession, token_hash)
    if row is None or row.person_id != work.actor.person or row.ended_at is not None:
        raise NotFound("You have no such session.")
    row.ended_at = work.now
    record(work, Event.SESSION_CLOSED, subjects=[row.person_id])


def everybody(work: Work) -> list[Person]:
    """Return all staff, active ones first, by user name."""
    return list(
        work.session.scalars(select(Person).order_by(Person.active.desc(), Person.username))
    )


def person_by_id(work: Work, person_id: str) -> Person:
    """Return a person.

    Raises:
        NotFound: When there is none.
    """
    person = work.session.get(Person, person_id)
    if person is None:
        raise NotFound("There is no such person.")
    return person
