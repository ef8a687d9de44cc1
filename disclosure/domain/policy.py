"""The platform's privacy policy, version by version, as what was promised to its users.

Owns the clauses and versions as values; their wording is in the packs, in our own words. Must not
decide anything. Look next at ``domain/rulebook.py``: every rule there names the clause it rests on.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from disclosure.domain.pack_rows import Row


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the policy.

    Attributes:
        id: As people cite it, such as ``3(c)``.
        promise: What the platform promised its users.
        kept_by: What keeps the promise in this software.
        since: The version in which this wording began; empty for the first.
        until: The last version with this wording; empty while it stands.
    """

    id: str
    title: str
    title_zh: str
    promise: str
    promise_zh: str
    kept_by: str
    since: str
    until: str
    row: Row

    @classmethod
    def from_row(cls, row: Row) -> "Clause":
        """Read a clause from its pack row."""
        row.only(
            *("id", "title", "title_zh", "promise", "promise_zh", "kept_by", "since", "until"),
        )
        return cls(
            id=row.text("id"),
            title=row.text("title"),
            title_zh=row.text("title_zh"),
            promise=row.text("promise"),
            promise_zh=row.text("promise_zh"),
            kept_by=row.text("kept_by"),
            since=row.text("since", ""),
            until=row.text("until", ""),
            row=row,
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the policy.

    Attributes:
        version: As shown to users and pinned by each case.
        announced: The day on which it was made public; its first day unless said.
        valid_from: Its first day.
        valid_to: Its last day; None while no end is set.
        significant: Whether the change to this version is notified on the site.
        summary: What changed against the version before.
        clauses: By id, in the policy's order.
        sha256: Fingerprint of the text.
    """

    id: str
    version: str
    announced: date
    valid_from: date
    valid_to: date | None
    significant: bool
    summary: str
    summary_zh: str
    clauses: Mapping[str, Clause]
    sha256: str
    row: Row

    @property
    def text(self) -> str:
        """Return the text of this version, in both languages, clause by clause."""
        return policy_text(self.id, self.version, self.clauses.values())

    def lacks(self, clause: str) -> bool:
        """Tell whether one of the clauses that a field names is not part of this version."""
        return any(part not in self.clauses for part in clause.split(", "))


def policy_text(policy: str, version: str, clauses: Iterable[Clause]) -> str:
    """Write the text of a version; its SHA-256 is what a version is known by."""
    parts = [
        f"{clause.id}\n{clause.title}\n{clause.promise}\n{clause.title_zh}\n{clause.promise_zh}\n"
        for clause in clauses
    ]
    return "\n".join([f"{policy}, version {version}\n", *parts])


def read_policies(rows: Sequence[Row], clauses: Sequence[Row]) -> tuple[Policy, ...]:
    """Read all versions of the policy, in their order of time.

    Raises:
        NotReady: When versions overlap, a clause names an unknown version or stands twice in one,
            or a text is not the one whose SHA-256 its row states.
    """
    ordered = sorted(rows, key=lambda row: row.day("valid_from"))
    for earlier, later in pairwise(ordered):
        _refuse_overlap(earlier, later)
    order = {row.text("version"): number for number, row in enumerate(ordered)}
    read = [Clause.from_row(row) for row in clauses]
    spans = [(clause, *_span(clause, order)) for clause in read]
    return tuple(
        _policy(row, [clause for clause, first, last in spans if first <= number <= last])
        for number, row in enumerate(ordered)
    )


def _refuse_overlap(earlier: Row, later: Row) -> None:
    until = earlier.day_if_any("valid_to")
    if until is None or later.day("valid_from") <= until:
        version = later.text("version")
        raise later.refusal(f"policy version {version} overlaps the one at {earlier.place}")


def _span(clause: Clause, order: Mapping[str, int]) -> tuple[int, int]:
    """Return the numbers of the first and the last version with a clause's wording."""
    for key, version in (("since", clause.since), ("until", clause.until)):
        if version and version not in order:
            raise clause.row.refusal(f"{key!r}: there is no policy version {version!r}", key)
    first = order.get(clause.since, 0)
    last = order.get(clause.until, len(order))
    if last < first:
        raise clause.row.refusal(f"this wording of clause {clause.id} ends before it begins")
    return first, last


def _policy(row: Row, clauses: Sequence[Clause]) -> Policy:
    row.only(
        *("id", "version", "announced", "valid_from", "valid_to", "significant"),
        *("summary", "summary_zh", "sha256"),
    )
    policy, version = row.text("id"), row.text("version")
    by_id: dict[str, Clause] = {}
    for clause in clauses:
        if clause.id in by_id:
            first = by_id[clause.id].row.place
            twice = f"policy version {version} has clause {clause.id} already, from {first}"
            raise clause.row.refusal(twice)
        by_id[clause.id] = clause
    begins, ends = row.day("valid_from"), row.day_if_any("valid_to")
    if ends is not None and ends < begins:
        raise row.refusal(f"policy version {version} ends before it begins")
    if row.day("announced", begins) > begins:
        raise row.refusal(f"policy version {version} begins before it is announced")
    sha256 = hashlib.sha256(policy_text(policy, version, clauses).encode()).hexdigest()
    if row.text("sha256", sha256) != sha256:
        raise row.refusal(
            f"the text of policy version {version} has the SHA-256 {sha256}, not the one stated "
            "here: a published text is not changed, a new text is a new version"
        )
    return Policy(
        id=policy,
        version=version,
        announced=row.day("announced", begins),
        valid_from=begins,
        valid_to=ends,
        significant=row.flag("significant"),
        summary=row.text("summary"),
        summary_zh=row.text("summary_zh"),
        clauses=by_id,
        sha256=sha256,
        row=row,
    )
