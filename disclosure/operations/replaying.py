"""Deciding again: a stored evaluation with the rules of its day, or with rules that may come.

Owns replay and simulation. Both only read: stored facts go through the same engine, nothing is
gathered anew, and nothing that was decided is touched.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from disclosure.domain.decision import Decision
from disclosure.domain.facts import parse_case
from disclosure.domain.grounds.evaluate import evaluate
from disclosure.domain.rulebook import Catalogue
from disclosure.errors import DisclosureError, Refused
from disclosure.operations.assessing import decision_json
from disclosure.operations.desk import Work
from disclosure.operations.pinning import catalogue_of_day
from disclosure.storage.cases import Case, Evaluation, Overruling

BATCH = 200
ANSWER = ("outcome", "deciding_check", "releasable_fields", "approvals", "notice", "objection_days")
"""The parts of a decision on which two of them agree or differ as a whole."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One evaluation that was decided again.

    Attributes:
        number: Of the evaluation within its case.
        outcome: The stored one.
        differences: What came out otherwise, in words without personal data; empty: they agree.
    """

    reference: str
    number: int
    catalogue: str
    outcome: str
    deciding_check: str
    differences: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Tell whether the decision came out as it is stored."""
        return not self.differences

    def line(self) -> str:
        """Return the result in one line."""
        which = f"{self.reference} evaluation {self.number} (rules {self.catalogue})"
        if self.agrees:
            return f"{which}: agrees, {self.outcome} by {self.deciding_check}"
        return f"{which}: DIFFERS: {'; '.join(self.differences)}"


def replay(work: Work, case: Case | None = None) -> Iterator[Replayed]:
    """Decide every stored evaluation again with its own facts and the rules that it is pinned to.

    An evaluation whose records were destroyed at the end of their term has no facts any more.

    Args:
        work: The unit of work.
        case: Only the evaluations of this case.
    """
    query = select(Case.reference, Evaluation).join(Evaluation, Evaluation.case_id == Case.id)
    if case is not None:
        query = query.where(Case.id == case.id)
    ordered = query.order_by(Case.id, Evaluation.number).execution_options(yield_per=BATCH)
    for reference, evaluation in work.session.execute(ordered):
        if not evaluation.facts:
            continue
        yield Replayed(
            reference=reference,
            number=evaluation.number,
            catalogue=evaluation.catalogue_version,
            outcome=evaluation.outcome,
            deciding_check=evaluation.deciding_check,
            differences=tuple(_differences(work, evaluation)),
        )


def _differences(work: Work, evaluation: Evaluation) -> Iterator[str]:
    try:
        decision = _decide(work, evaluation, catalogue_of_day(work, evaluation.catalogue_hash))
    except DisclosureError as error:
        yield f"cannot be decided again: {error.message}"
        return
    old, new = evaluation.decision, decision_json(decision)
    for key in ANSWER:
        if old[key] != new[key]:
            yield f"{key}: stored {_words(old[key])}, now {_words(new[key])}"
    again = {check["id"]: check for check in new["checks"]}
    for check in old["checks"]:
        other = again.pop(check["id"], None)
        if other is None:
            yield f"check {check['id']}: not asked now"
        elif changed := [key for key in check if check[key] != other.get(key)]:
            yield f"check {check['id']}: other {', '.join(changed)}"
    yield from (f"check {check}: not asked then" for check in again)


def _words(value: object) -> str:
    return ", ".join(value) or "nothing" if isinstance(value, list) else str(value)


def _decide(work: Work, evaluation: Evaluation, catalogue: Catalogue) -> Decision:
    parsed = parse_case(evaluation.facts, catalogue)
    return evaluate(parsed, catalogue, overruled=_overruled(work, evaluation))


def _overruled(work: Work, evaluation: Evaluation) -> frozenset[str]:
    """Return what was set aside in an evaluation; older rows do not say it themselves."""
    if evaluation.overruled is not None:
        return frozenset(evaluation.overruled)
    rows = work.session.scalars(
        select(Overruling.check_id).where(
            Overruling.case_id == evaluation.case_id,
            Overruling.recorded_at <= evaluation.made_at,
        )
    )
    return frozenset(rows)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a decision comes to, where another one may differ."""

    outcome: str
    deciding_check: str
    fields: tuple[str, ...]
    approvals: str
    notice: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A case that other rules decide otherwise.

    Attributes:
        after: None where these rules cannot read its facts.
        problem: Why they cannot; empty otherwise.
    """

    reference: str
    ground: str
    before: Answer
    after: Answer | None
    problem: str = ""

    @property
    def lost(self) -> tuple[str, ...]:
        """Return the fields that would leave no more."""
        kept = self.after.fields if self.after else ()
        return tuple(field for field in self.before.fields if field not in kept)

    @property
    def gained(self) -> tuple[str, ...]:
        """Return the fields that would leave in addition."""
        fields = self.after.fields if self.after else ()
        return tuple(field for field in fields if field not in self.before.fields)

    def row(self) -> tuple[str, ...]:
        """Return the case as a row of the listing; see ``COLUMNS``."""
        after = self.after or Answer("cannot be decided", self.problem, (), "", "")
        return (
            *(self.reference, self.ground, self.before.outcome, after.outcome),
            *(self.before.deciding_check, after.deciding_check),
            *(" ".join(self.lost), " ".join(self.gained)),
            *(self.before.approvals, after.approvals, self.before.notice, after.notice),
        )


COLUMNS = (
    *("reference", "ground", "outcome_before", "outcome_after"),
    *("deciding_check_before", "deciding_check_after", "fields_lost", "fields_gained"),
    *("approvals_before", "approvals_after", "notice_before", "notice_after"),
)
"""The columns of a simulation's listing."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What other rules would have done with everything that was decided.

    Attributes:
        examined: How many cases were decided again.
        changes: Those that come out otherwise, in the order of their references.
    """

    examined: int
    changes: tuple[Changed, ...]


def as_csv(found: Simulation) -> str:
    """Write a simulation's listing as CSV, one row for each case that would differ."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(changed.row() for changed in found.changes)
    return written.getvalue()


def simulate(work: Work, catalogue: Catalogue, *visible: ColumnElement[bool]) -> Simulation:
    """Run other rules over the stored facts of every case: those of its decision, or the newest.

    Args:
        work: The unit of work.
        catalogue: The rules to try.
        visible: Conditions on the cases to look at; all unless given.
    """
    newest = (
        select(Evaluation.case_id, func.max(Evaluation.number).label("number"))
        .group_by(Evaluation.case_id)
        .subquery()
    )
    is_newest = (Evaluation.number == newest.c.number) & Case.decided_evaluation_id.is_(None)
    query = (
        select(Case.reference, Evaluation)
        .join(Evaluation, Evaluation.case_id == Case.id)
        .join(newest, newest.c.case_id == Case.id)
        .where(or_(Evaluation.id == Case.decided_evaluation_id, is_newest), *visible)
        .order_by(Case.id)
        .execution_options(yield_per=BATCH)
    )
    examined, changes = 0, []
    for reference, evaluation in work.session.execute(query):
        if not evaluation.facts:
            continue
        examined += 1
        changed = _try(work, reference, evaluation, catalogue)
        if changed is not None:
            changes.append(changed)
    return Simulation(examined, tuple(changes))


def _try(
    work: Work, reference: str, evaluation: Evaluation, catalogue: Catalogue
) -> Changed | None:
    stored = evaluation.decision
    before = Answer(
        stored["outcome"],
        stored["deciding_check"],
        tuple(stored["releasable_fields"]),
        stored["approvals"],
        stored["notice"],
    )
    ground = str(evaluation.facts["ground"])
    try:
        decision = _try_decide(work, evaluation, catalogue)
    except DisclosureError as error:
        return Changed(reference, ground, before, None, error.message)
    after = Answer(
        decision.outcome.value,
        decision.deciding_check,
        decision.releasable_fields,
        decision.approvals.value,
        decision.notice.value,
    )
    return None if after == before else Changed(reference, ground, before, after)


def _try_decide(work: Work, evaluation: Evaluation, catalogue: Catalogue) -> Decision:
    """Decide under other rules; what nobody may overrule under them was not overruled."""
    try:
        return _decide(work, evaluation, catalogue)
    except Refused:
        return evaluate(parse_case(evaluation.facts, catalogue), catalogue)
