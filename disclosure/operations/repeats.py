"""Once and not twice: a form sent by a double click, a sign-in taken from another page.

Owns the claim on a key. It is a row of the durable counters with a unique name, written in the
transaction of what it guards: either both happen or neither.
"""

import hashlib

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from disclosure.operations.desk import Work
from disclosure.storage.people import Attempts

NO_WINDOW = 0


def claim_once(work: Work, kind: str, key: str) -> bool:
    """Claim a key; the first to claim it wins for good.

    Args:
        work: The unit of work.
        kind: What the key is for, a short word.
        key: Of any length; its hash is stored.

    Returns:
        Whether this call was the first.
    """
    subject = f"once:{kind}:{hashlib.sha256(key.encode()).hexdigest()}"
    if work.session.scalar(select(Attempts.id).where(Attempts.subject == subject)) is not None:
        return False
    try:
        with work.session.begin_nested():
            work.session.add(Attempts(subject=subject, window=NO_WINDOW, count=1))
    except IntegrityError:
        return False
    return True
