"""Facts by their path, such as ``requester.officers``: read one, or make facts in which it differs.

Owns the paths that rules, questions and explanations name a fact by. Facts stay frozen: a change
gives new ones. The shapes are in ``domain/facts.py``.
"""

from dataclasses import fields, replace
from typing import Any

from disclosure.domain.facts import (
    Consent,
    Facts,
    GroundFacts,
    Instrument,
    PolicyVersions,
    Process,
    Records,
    Request,
    Requester,
    Subject,
)

CLASS = "requester_class"

_PARTS: dict[str, type[Any]] = {
    "requester": Requester,
    "instrument": Instrument,
    "subject": Subject,
    "request": Request,
    "ground_facts": GroundFacts,
    "ground_facts.consent": Consent,
    "process": Process,
    "policy": PolicyVersions,
    "records": Records,
}

PATHS = frozenset(
    {"received_at", "release_at"}
    | {
        f"{part}.{'class' if member.name == CLASS else member.name}"
        for part, kind in _PARTS.items()
        for member in fields(kind)
    }
)
"""Every fact that has a path of its own."""


def value_at(facts: Facts, path: str) -> object:
    """Return a fact; None where the part that would hold it is not there."""
    value: object = facts
    for step in path.split("."):
        if value is None:
            return None
        value = getattr(value, CLASS if step == "class" else step)
    return value


def with_value(facts: Facts, path: str, value: object) -> Facts:
    """Return facts in which one fact has another value; a missing part is made."""
    part, _, name = path.rpartition(".")
    name = CLASS if name == "class" else name
    if not part:
        whole: dict[str, Any] = {name: value}
        return replace(facts, **whole)
    held: Any = value_at(facts, part)
    if held is None:
        held = _PARTS[part]()
    changed: object = replace(held, **{name: value})
    return with_value(facts, part, changed)
