"""Assessing: facts from the case's own records, the rules over them, and the decision.

Owns the assembly of facts, every stored evaluation, overruling, and the legal reviewer's decisions.
The rules themselves are ``domain/grounds``; nothing here judges a fact.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from disclosure.domain.decision import CheckResult, Decision
from disclosure.domain.facts import parse_case
from disclosure.domain.grounds.evaluate import evaluate
from disclosure.domain.senders import classify_domain, sender_domain
from disclosure.domain.workflow import Action
from disclosure.errors import Refused
from disclosure.operations.desk import SYSTEM, Work
from disclosure.operations.ground_facts import ground_facts, record_facts
from disclosure.operations.pinning import keep_pack
from disclosure.operations.recipients import FOR_THIRD_PARTY, is_blocked
from disclosure.operations.tasking import settle_tasks
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import (
    Callback,
    Case,
    Document,
    Evaluation,
    Finding,
    Overruling,
    ResponsiveValue,
)
from disclosure.storage.register import Agency
from disclosure.storage.releases import Objection

FactsJson = dict[str, Any]


def assemble_facts(work: Work, case: Case, *, process: FactsJson | None = None) -> FactsJson:
    """Gather a case's facts in the shape that ``evaluate`` reads.

    What the requester typed counts only where nobody has to check it; the platform's own records
    and the registers are read again, and the newest finding of a person goes over both. A recipient
    on our own block list is restricted, whatever anybody found.

    Args:
        work: The unit of work; ``work.now`` is the instant of evaluation.
        case: The case.
        process: Reviewer, approvers and impact assessment, once they are known.
    """
    findings = findings_of(work, case)
    facts: FactsJson = {
        "received_at": case.received_at.isoformat(),
        "release_at": work.now.isoformat(),
        "requester": _requester_facts(work, case),
        "subject": _subject_facts(work, case),
        "request": _request_facts(work, case),
        "ground_facts": ground_facts(work, case, findings),
        "records": record_facts(work, case, findings),
        "policy": _policy_facts(work, case),
    }
    if case.instrument:
        facts["instrument"] = dict(case.instrument)
    for key, answer in findings.items():
        part, _, name = key.partition(".")
        if part in facts:
            facts[part][name] = answer
        elif part == "instrument":
            facts["instrument"] = {name: answer}
    if is_blocked(work, case):
        facts["requester"]["restricted_list"] = True
    if process is not None:
        facts["process"] = process
    return {"id": case.reference, "ground": case.ground, "facts": facts}


def _policy_facts(work: Work, case: Case) -> FactsJson:
    """Say which versions of the policy count, and which fields one of them does not cover (R05)."""
    catalogue = work.desk.catalogue
    now = catalogue.policy_at(work.now)
    then = catalogue.policy_version(case.policy_version) or catalogue.policy_at(case.received_at)
    facts: FactsJson = {"version_at_receipt": case.policy_version, "version_now": now.version}
    for key, policy in (("receipt_lacks", then), ("now_removes", now)):
        lacking = [field for field in case.fields if policy.lacks(catalogue.fields[field].clause)]
        if lacking:
            facts[key] = lacking
    return facts


def findings_of(work: Work, case: Case) -> dict[str, Any]:
    """Return the newest finding for each question."""
    rows = work.session.scalars(
        select(Finding).where(Finding.case_id == case.id).order_by(Finding.id)
    )
    return {row.key: row.answer["value"] for row in rows}


def _requester_facts(work: Work, case: Case) -> FactsJson:
    account = case.requester.get("account", "")
    called = work.session.scalar(
        select(func.count()).where(Callback.case_id == case.id, Callback.confirmed.is_(True))
    )
    facts: FactsJson = {
        "class": case.requester_class,
        "country": case.country,
        "verified": bool(case.requester.get("signed_in")) and not _is_authority(work, case),
        "callback_done": bool(called),
        "is_data_subject": bool(account)
        and account == case.subject_account
        and case.requester_class != FOR_THIRD_PARTY,
    }
    if address := case.requester.get("email", ""):
        facts["domain"] = classify_domain(sender_domain(address), _registered_domains(work))
    return facts


def _is_authority(work: Work, case: Case) -> bool:
    return work.desk.catalogue.classes[case.requester_class].is_authority


def _registered_domains(work: Work) -> list[str]:
    rows = work.session.scalars(
        select(Agency.domains).where(Agency.active.is_(True), Agency.expires_at > work.now)
    )
    return [domain for domains in rows for domain in domains]


def _subject_facts(work: Work, case: Case) -> FactsJson:
    facts = _resolution(work, case)
    if case.subject_account:
        facts["account"] = case.subject_account
        facts |= _platform_facts(work, case)
    newest = work.session.scalars(
        select(Objection).where(Objection.case_id == case.id).order_by(Objection.received_at.desc())
    ).first()
    if newest is not None:
        facts["objection"] = newest.decision or "pending"
    return facts


def _resolution(work: Work, case: Case) -> FactsJson:
    """Say how many accounts the demand leads to: by its identifiers, or its order or complaint."""
    identifiers = case.statement.get("identifiers")
    if work.desk.source is None or not identifiers:
        known = bool(case.subject_account)
        return {"resolves_to": int(known), "identifiers_agree": known}
    found = work.desk.source.resolve(identifiers)
    return {"resolves_to": len(found.accounts), "identifiers_agree": found.agree}


def _platform_facts(work: Work, case: Case) -> FactsJson:
    if work.desk.source is None:
        return {}
    subject = work.desk.source.subject_facts(case.subject_account, now=work.now)
    facts: FactsJson = {
        "storage": subject.storage,
        "deceased": subject.deceased,
        "cookies_refused": subject.cookies_refused,
        "safety_flag": subject.safety_flag,
    }
    if subject.age is not None:
        facts["age"] = subject.age
    return facts


def _request_facts(work: Work, case: Case) -> FactsJson:
    facts: FactsJson = {
        "fields": list(case.fields),
        "justified": case.statement.get("justified", []),
    }
    if case.period_from and case.period_to:
        facts["period_days"] = (case.period_to - case.period_from).days + 1
    if reason := case.statement.get("period_reason"):
        facts["period_reason"] = reason
    if earlier := _earlier_case(work, case):
        facts["duplicate_of"] = earlier
    if case.batch is not None:
        values = select(func.count()).where(
            ResponsiveValue.case_id == case.id, ResponsiveValue.batch == case.batch
        )
        papers = select(func.count()).where(
            Document.case_id == case.id, Document.role == "responsive", Document.status == "ready"
        )
        facts["data_exists"] = bool(work.session.scalar(values) or work.session.scalar(papers))
    return facts


def _earlier_case(work: Work, case: Case) -> str | None:
    if not case.instrument.get("number"):
        return None
    return work.session.scalar(
        select(Case.reference)
        .where(
            Case.fingerprint == case.fingerprint,
            Case.id < case.id,
            Case.state.not_in(["rejected", "refused", "rerouted", "linked_duplicate"]),
            Case.id != (case.origin_id or 0),
        )
        .order_by(Case.id)
        .limit(1)
    )


def overruled_checks(work: Work, case: Case) -> frozenset[str]:
    """Return the checks that a legal reviewer set aside."""
    rows = work.session.scalars(select(Overruling.check_id).where(Overruling.case_id == case.id))
    return frozenset(rows)


def decide_now(
    work: Work, case: Case, *, process: FactsJson | None = None
) -> tuple[Decision, FactsJson]:
    """Run the rules over the facts of this instant, storing nothing.

    An overruling of a result that nobody may overrule, because the facts have changed since, counts
    for nothing, and the others with it.
    """
    decision, facts, _ = _decide(work, case, process)
    return decision, facts


def _decide(
    work: Work, case: Case, process: FactsJson | None = None
) -> tuple[Decision, FactsJson, frozenset[str]]:
    """Decide, and say which checks were set aside in it."""
    facts = assemble_facts(work, case, process=process)
    parsed = parse_case(facts, work.desk.catalogue)
    overruled = overruled_checks(work, case)
    try:
        decision = evaluate(parsed, work.desk.catalogue, overruled=overruled)
    except Refused:
        overruled = frozenset()
        decision = evaluate(parsed, work.desk.catalogue)
    return decision, facts, overruled


def assess(work: Work, case: Case) -> Evaluation:
    """Run the rules and keep the result, unless nothing has changed since the last run."""
    decision, facts, overruled = _decide(work, case)
    last = latest_evaluation(work, case)
    digest = _digest(work, case, facts)
    if last is not None and last.facts_digest == digest and _same(last, decision):
        return last
    evaluation = Evaluation(
        id=uuid.uuid4().hex,
        case_id=case.id,
        number=last.number + 1 if last else 1,
        facts=facts,
        facts_digest=digest,
        decision=decision_json(decision),
        outcome=decision.outcome.value,
        deciding_check=decision.deciding_check,
        profile=decision.approvals.value,
        notice_rule=decision.notice.value,
        releasable=list(decision.releasable_fields),
        catalogue_version=work.desk.catalogue.version,
        catalogue_hash=work.desk.catalogue.sha256,
        overruled=sorted(overruled),
        made_at=work.now,
    )
    keep_pack(work, work.desk.catalogue)
    work.session.add(evaluation)
    work.session.flush()
    settle_tasks(work, case, evaluation)
    _record_evaluation(work, case, evaluation)
    return evaluation


def _record_evaluation(work: Work, case: Case, evaluation: Evaluation) -> None:
    data = {
        "evaluation": evaluation.id,
        "outcome": evaluation.outcome,
        "deciding_check": evaluation.deciding_check,
        "profile": evaluation.profile,
        "catalogue": evaluation.catalogue_version,
        "catalogue_sha256": evaluation.catalogue_hash,
    }
    private = {"facts": json.dumps(evaluation.facts, ensure_ascii=False, sort_keys=True)}
    change = Change(subjects=[evaluation.id], data=data, private=private)
    advance(work.as_actor(SYSTEM), case, Action.EVALUATE, change)


def _digest(work: Work, case: Case, facts: FactsJson) -> str:
    timeless = {**facts, "facts": {**facts["facts"], "release_at": ""}}
    timeless["overruled"] = sorted(overruled_checks(work, case))
    timeless["catalogue"] = work.desk.catalogue.sha256
    return hashlib.sha256(json.dumps(timeless, sort_keys=True).encode()).hexdigest()


def _same(last: Evaluation, decision: Decision) -> bool:
    return (
        last.outcome == decision.outcome.value
        and last.deciding_check == decision.deciding_check
        and last.releasable == list(decision.releasable_fields)
        and last.profile == decision.approvals.value
    )


def decision_json(decision: Decision) -> dict[str, Any]:
    """Return a decision with everything that pages show of it, as JSON."""
    shown: Mapping[str, object] = decision.as_json()
    return {
        **shown,
        "objection_days": decision.objection_days,
        "checks": [_check_json(check) for check in decision.checks],
    }


def _check_json(check: CheckResult) -> dict[str, Any]:
    return {
        **check.as_json(),
        "remedy": check.remedy,
        "answered_by": check.answered_by,
        "clause": check.clause,
        "cut": list(check.cut),
        "code": check.code,
        "overrulable": check.overrulable,
        "branch": check.branch,
        "values": {name: str(value) for name, value in check.values.items()},
    }


def latest_evaluation(work: Work, case: Case) -> Evaluation | None:
    """Return the newest stored evaluation of a case."""
    return work.session.scalars(
        select(Evaluation)
        .where(Evaluation.case_id == case.id)
        .order_by(Evaluation.number.desc())
        .limit(1)
    ).first()


def overrule(work: Work, case: Case, *, reason: str) -> None:
    """Set the deciding check aside with a written reason; the case then needs DUAL.

    Raises:
        Refused: When the check is one of those that nobody can overrule.
    """
    evaluation = latest_evaluation(work, case)
    if evaluation is None:
        raise Refused("The ground has not been evaluated yet.")
    check = evaluation.deciding_check
    advance(work, case, Action.OVERRULE_CHECK, Change(data={"check": check}, reason=reason))
    work.session.add(
        Overruling(
            case_id=case.id,
            check_id=check,
            reason=reason.strip(),
            person_id=work.actor.person,
            recorded_at=work.now,
        )
    )
    work.session.flush()
    assess(work, case)


def valid_until(case: Case) -> datetime | None:
    """Return when the demand's paper lapses, if it says so."""
    text = case.instrument.get("expires_at")
    return datetime.fromisoformat(text) if text else None
