"""Closing: nothing is left to do; delivery and notice are settled."""

from disclosure.domain.workflow import Action
from disclosure.operations.desk import Work
from disclosure.operations.transition import advance
from disclosure.storage.cases import Case


def close(work: Work, case: Case) -> None:
    """Close a case whose notice is settled and whose emergency, if any, was reviewed."""
    advance(work, case, Action.CLOSE)
