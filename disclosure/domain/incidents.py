"""Incidents and what contains them: a closed list of kinds, each with its steps and their source.

Owns the kinds and the steps. Which of them is done, and by whom, is kept by
``operations/incidents.py``; nothing here knows a case.

Source: policy 2(b), 6(a), 6(b); PIPL 21, 57; CSL 44.
"""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that has to be done before an incident is closed."""

    code: str
    text: str
    source: str


class IncidentKind(Enum):
    """What can go wrong: (code, title, policy clause)."""

    LEAK = ("leak", "A user reports leaked data or credentials", "6(b)")
    MISUSE = ("misuse", "Terminate the service agreement: disclosed data was misused", "2(b)")
    MISRELEASE = ("misrelease", "Released by mistake", "6(a)")
    FORGED_DEMAND = ("forged_demand", "A forged demand", "3(c)")
    EMERGENCY = ("emergency_not_justified", "An emergency release that was not justified", "3(c)")

    def __init__(self, code: str, title: str, clause: str) -> None:
        self.code = code
        self.title = title
        self.clause = clause

    @classmethod
    def of(cls, code: str) -> "IncidentKind":
        """Return the kind with this stored code."""
        return next(kind for kind in cls if kind.code == code)


_STOPPED = Step("stopped", "Stop what still goes on: links, access, the leaking place", "PIPL-57")
_EXTENT = Step("extent", "Find out which data of how many people it concerns", "PIPL-57")
_AUTHORITY = Step("authority", "Decide on telling the authority, and tell it", "PIPL-57; CSL-44")
_PEOPLE = Step("people", "Tell the people concerned, or write down why not", "PIPL-57")
_CAUSE = Step("cause", "Mend the cause, so that it does not happen again", "PIPL-51")

STEPS: dict[IncidentKind, tuple[Step, ...]] = {
    IncidentKind.LEAK: (
        Step("answered", "Answer the user who reported it", "6(b)"),
        Step("secured", "Secure the account: end sessions, change credentials", "6(a)"),
        _STOPPED,
        _EXTENT,
        _AUTHORITY,
        _PEOPLE,
        _CAUSE,
    ),
    IncidentKind.MISUSE: (
        Step("heard", "Hear the recipient and keep the proof", "2(b)"),
        Step("terminated", "End the service agreement, or write down why it stays", "2(b)"),
        Step("deleted", "Obtain the recipient's confirmation that all of it is deleted", "PIPL-21"),
        _EXTENT,
        _AUTHORITY,
        _PEOPLE,
    ),
    IncidentKind.MISRELEASE: (
        Step("returned", "Obtain the recipient's confirmation that the file is deleted", "PIPL-57"),
        _STOPPED,
        _EXTENT,
        _AUTHORITY,
        _PEOPLE,
        _CAUSE,
    ),
    IncidentKind.FORGED_DEMAND: (
        Step("warned", "Warn the body whose name was used, on our register's number", "V03"),
        Step("searched", "Look for earlier demands from the same sender", "V02"),
        Step("police", "Decide on telling the police", "CSL-44"),
    ),
    IncidentKind.EMERGENCY: (
        Step("paper", "Ask the authority for the paper that is missing", "PIPL-13"),
        _AUTHORITY,
        _PEOPLE,
    ),
}
"""Kind -> what contains it, in the order in which it is done."""
