"""The one table of check functions: each small function under the id that the packs use.

Owns how a check answers (passed, not applicable, or by the name of one of its ways to fail) and
nothing of what it asks. To add a check: write one function in ``checks/`` with ``@check`` and one
``[[check]]`` row in a pack; the row says what people read and what follows. The loader refuses a
row without function and a function without row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from disclosure.domain.grounds.assessment import Assessment


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check function found.

    Attributes:
        branch: One of the check's ways to fail; empty for passed.
        applies: Whether the check has anything to say about this case.
        values: Fill the placeholders of the sentence.
        cut: Fields to take out, for a branch that narrows.
    """

    branch: str = ""
    applies: bool = True
    values: Mapping[str, object] = field(default_factory=dict)
    cut: tuple[str, ...] = ()


NOT_APPLICABLE = Finding(applies=False)

CheckFunction = Callable[[Assessment], Finding]


@dataclass(frozen=True, slots=True)
class Check:
    """A check function with what its pack row has to match.

    Attributes:
        branches: The ways to fail that the function may name.
        values: The placeholders that its sentences may use.
    """

    id: str
    function: CheckFunction
    branches: frozenset[str]
    values: frozenset[str]


CHECKS: dict[str, Check] = {}
"""Every check by id; filled by importing ``disclosure.domain.grounds.checks``."""


def check(
    check_id: str, *branches: str, values: tuple[str, ...] = ()
) -> Callable[[CheckFunction], CheckFunction]:
    """Put a function into the table of checks.

    Args:
        check_id: As the packs name it, such as ``V03_callback_done``.
        branches: The ways to fail that it may name.
        values: The placeholders that it fills.
    """

    def register(function: CheckFunction) -> CheckFunction:
        CHECKS[check_id] = Check(check_id, function, frozenset(branches), frozenset(values))
        return function

    return register


def passed(**values: object) -> Finding:
    """Answer that the check is passed."""
    return Finding(values=values)


def otherwise(branch: str, **values: object) -> Finding:
    """Answer that the check is not passed, by the name of the way it fails."""
    return Finding(branch, values=values)


def only_if(condition: object, branch: str, **values: object) -> Finding:
    """Answer passed when the condition holds, else by the name of the way it fails."""
    return Finding("" if condition else branch, values=values)


def only_without(cut: tuple[str, ...], branch: str, **values: object) -> Finding:
    """Answer passed when there is nothing to cut, else by the name of the way it narrows."""
    if not cut:
        return Finding(values={"fields": "none", **values})
    return Finding(branch, values={"fields": ", ".join(cut), **values}, cut=cut)
