"""The engine: run the checks over a case in their fixed order and say what comes of it.

Owns the order of things and how a decision is put together: the first check that ends the case
decides it; else the first that narrowed; else what shaped the release. It knows no single rule:
those are the functions in ``checks/`` and the rows of the packs.
"""

from disclosure.domain.decision import CheckResult, Decision, NoticeRule, Outcome, Profile, Result
from disclosure.domain.facts import Case
from disclosure.domain.grounds.assessment import Assessment
from disclosure.domain.grounds.checks import CHECKS
from disclosure.domain.grounds.registry import Finding
from disclosure.domain.rule_rows import Branch, CheckText
from disclosure.domain.rulebook import Catalogue
from disclosure.errors import BadInput, Refused

SIGNED_HOLDS = frozenset({"X04_second_approver", "R01_separation_of_duties"})
"""Holds that wait for people: they say already who would have to sign."""


def evaluate(
    case: Case, catalogue: Catalogue, *, overruled: frozenset[str] = frozenset()
) -> Decision:
    """Decide a case.

    Args:
        case: The facts.
        catalogue: The rules.
        overruled: Ids of checks that a person overruled with a written reason; they count as
            passed and lift STD to DUAL.

    Returns:
        The decision; the same for the same input.

    Raises:
        Refused: When an overruled check is one that nobody may overrule.
        BadInput: When there is no such check.
    """
    _may_be_overruled(overruled, catalogue)
    assessment = Assessment.of(case, catalogue, overruled)
    results: list[CheckResult] = []
    outcome: Outcome | None = None
    for check_id in assessment.ground.order:
        text = catalogue.checks[check_id]
        if outcome is not None:
            results.append(text.not_reached)
            continue
        finding = CHECKS[check_id].function(assessment)
        result, outcome = _take(finding, text, assessment)
        results.append(result)
    return _decide(assessment, results, outcome)


def _may_be_overruled(overruled: frozenset[str], catalogue: Catalogue) -> None:
    for check_id in sorted(overruled):
        if check_id not in catalogue.checks:
            raise BadInput("there is no such check; use an id of the catalogue", where="overruled")
        if not catalogue.checks[check_id].overrulable:
            raise Refused(f"{check_id} can not be overruled by anybody.")


def _take(finding: Finding, text: CheckText, on: Assessment) -> tuple[CheckResult, Outcome | None]:
    """Turn a finding into the result that people read; narrow what remains."""
    if not finding.applies:
        return text.not_applicable, None
    if not finding.branch:
        return _passed(finding, text, text.passes.format_map(finding.values)), None
    branch = text.otherwise[finding.branch]
    reason = branch.text.format_map(finding.values)
    if text.id in on.overruled:
        _refuse_overruling(finding, branch, on, reason)
        return _passed(finding, text, f"Overruled with a written reason: {reason}"), None
    on.remaining = on.remaining_outside(frozenset(finding.cut))
    result = CheckResult(
        check=text.id,
        result=_RESULTS.get(branch.outcome, Result.FAIL),
        reason=reason,
        citations=text.citations,
        remedy=branch.remedy.format_map(finding.values),
        answered_by=text.answered_by,
        clause=text.clause,
        cut=finding.cut,
        code=on.ground.codes.get(text.id, branch.code),
        overrulable=branch.overrulable and not on.never.intersection(finding.cut),
        branch=finding.branch,
        values=finding.values,
    )
    return result, branch.outcome


_RESULTS = {None: Result.NARROW, Outcome.NEEDS_HUMAN: Result.HUMAN}


def _passed(finding: Finding, text: CheckText, reason: str) -> CheckResult:
    ready = text.passed
    if reason == ready.reason:
        return ready
    return CheckResult(
        ready.check,
        Result.PASS,
        reason,
        ready.citations,
        ready.remedy,
        ready.answered_by,
        ready.clause,
        branch=finding.branch,
        values=finding.values,
    )


def _refuse_overruling(finding: Finding, branch: Branch, on: Assessment, reason: str) -> None:
    if not branch.overrulable:
        raise Refused(f"This can not be overruled by anybody: {reason}")
    never = on.never.intersection(finding.cut)
    if never:
        fields = ", ".join(sorted(never))
        raise Refused(
            f"This can not be overruled for {fields}: no release under {on.ground.clause} "
            "ever holds that. Take it out of the request first."
        )


def _decide(on: Assessment, results: list[CheckResult], outcome: Outcome | None) -> Decision:
    if outcome is not None:
        last = next(r for r in reversed(results) if r.result is not Result.NOT_REACHED)
        return _closed(on, results, outcome, last.check)
    narrowed = next((r.check for r in results if r.result is Result.NARROW), None)
    if not on.remaining:
        return _closed(on, results, Outcome.REFUSE, narrowed or on.ground.key_check)
    plan = on.notice()
    return Decision(
        outcome=Outcome.RELEASE_PARTIAL if narrowed else Outcome.RELEASE,
        deciding_check=narrowed or _shaping_check(on),
        releasable_fields=on.remaining,
        approvals=on.profile(),
        notice=plan.rule,
        objection_days=plan.objection_days,
        checks=tuple(results),
    )


def _closed(
    on: Assessment, results: list[CheckResult], outcome: Outcome, deciding: str
) -> Decision:
    """Build a decision under which nothing leaves."""
    approvals = Profile.NONE
    if outcome is Outcome.PRESERVE_ONLY:
        approvals = Profile.STD
    elif outcome is Outcome.HOLD and deciding in SIGNED_HOLDS:
        approvals = on.profile()
    return Decision(outcome, deciding, (), approvals, NoticeRule.NONE, 0, tuple(results))


def _shaping_check(on: Assessment) -> str:
    """Return the check that shaped a release in which nothing was cut."""
    shapes = (
        ("C02_emergency_test", on.is_emergency),
        ("J01_foreign_authority_gate", on.crosses_foreign_gate),
        ("J02_export_route", on.is_export),
        ("N01_notice_plan", on.is_gagged),
    )
    order = on.ground.order
    shaping = (check for check, shaped in shapes if shaped and check in order)
    return next(shaping, on.ground.key_check)
