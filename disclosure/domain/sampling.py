"""Draw a sample that anybody can draw again: the seed and the list are all it depends on.

Owns the rule. Must not know where the rows come from.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """One released case: its ground and who approved it make its stratum."""

    ground: str
    approver: str
    reference: str


def draw(candidates: Iterable[Candidate], *, seed: str, each: int) -> list[Candidate]:
    """Return up to ``each`` cases of every ground and approver.

    Within a stratum the cases stand in the order of SHA-256(seed, line end, reference), and the
    first ones are taken: whoever has the seed and the list draws the same sample with any tool,
    and nobody can tell beforehand which case a seed will hit.

    Args:
        candidates: The cases to choose from.
        seed: Chosen by whoever draws.
        each: How many of each stratum.
    """
    strata: dict[tuple[str, str], list[Candidate]] = {}
    for candidate in candidates:
        strata.setdefault((candidate.ground, candidate.approver), []).append(candidate)
    drawn = [
        candidate
        for stratum in strata.values()
        for candidate in sorted(stratum, key=lambda each_: _lot(seed, each_.reference))[:each]
    ]
    return sorted(drawn)


def _lot(seed: str, reference: str) -> str:
    return hashlib.sha256(f"{seed}\n{reference}".encode()).hexdigest()
