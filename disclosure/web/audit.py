"""The auditor's room: the ledger, its check, searches, timelines, samples and oversight.

Owns these addresses under ``/audit``. Case records to take away are ``web/records.py``'s.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.domain.access import Permission, may
from disclosure.domain.events import Event
from disclosure.domain.shadow import SecondOutcome
from disclosure.domain.states import State
from disclosure.edge import look, unit_of_work
from disclosure.errors import BadInput
from disclosure.operations import case_search, casefile, ledger_reading, oversight, shadow_reading
from disclosure.operations.batching import MOST_CASES
from disclosure.operations.desk import Work
from disclosure.operations.gate_answers import answers_of_all_cases
from disclosure.operations.ledger_check import verify_ledger
from disclosure.web.guard import actor, guarded
from disclosure.web.numbers import whole_number

Page = str | tuple[str, int] | AnyResponse

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
guarded(blueprint, Permission.SEE_LEDGER)


@blueprint.get("/")
def ledger() -> Page:
    """Show the newest entries, or those that are looked for."""
    problem, wanted = "", ledger_reading.Wanted()
    try:
        wanted = _wanted()
        with look(actor()) as work:
            return _ledger(work, wanted)
    except BadInput as refusal:
        if refusal.where == "before":
            raise
        problem = refusal.sentence
    with look(actor()) as work:
        return _ledger(work, ledger_reading.Wanted(), problem=problem), 422


def _wanted() -> ledger_reading.Wanted:
    days = case_search.query_of(
        {"first": request.args.get("first", ""), "last": request.args.get("last", "")}
    )
    return ledger_reading.Wanted(
        case=request.args.get("case", "").strip()[:16],
        event=request.args.get("event", ""),
        person=request.args.get("person", "").strip()[:32],
        sha256=request.args.get("sha256", "").strip(),
        first=days.first,
        last=days.last,
        before=_before(request.args.get("before", "")),
    )


def _ledger(work: Work, wanted: ledger_reading.Wanted, *, problem: str = "") -> str:
    return render_template(
        "audit/ledger.html",
        entries=ledger_reading.read_entries(work, wanted),
        wanted=wanted,
        typed=request.args,
        kept={k: v for k, v in request.args.items() if k != "before" and v},
        events=list(Event),
        staff=sorted(casefile.names_of(work).items(), key=lambda pair: pair[1]),
        problem=problem,
        may_export=may(work.actor.roles, Permission.EXPORT_RECORD),
    )


def _before(given: str) -> int | None:
    return whole_number(given, where="before") if given else None


@blueprint.post("/verify")
def verify() -> str:
    """Check the whole ledger and show what was found."""
    with look(actor(), steady=True) as work:
        report = verify_ledger(work)
        at = work.now
    return render_template("audit/verified.html", report=report, at=at)


@blueprint.get("/oversight")
def oversight_page() -> str:
    """Show who signed what whom prepared, and the releases that are listed by quarter."""
    with look(actor()) as work:
        return render_template(
            "audit/oversight.html",
            pairs=oversight.separation(work),
            releases=oversight.quarterly(work),
            watched=oversight.WATCHED,
            rates=shadow_reading.rates(work),
            may_export=may(work.actor.roles, Permission.EXPORT_RECORD),
            answers=answers_of_all_cases(work),
            names=casefile.names_of(work),
        )


@blueprint.get("/sample")
def sample() -> str:
    """Show the sample that a seed draws, or ask for a seed."""
    seed = request.args.get("seed", "").strip()
    return _sample_page(seed, _each(request.args.get("each", "")))


@blueprint.post("/sample")
def draw() -> Page:
    """Draw a sample and record its seed."""
    seed, each = request.form.get("seed", "").strip(), _each(request.form.get("each", ""))
    try:
        with unit_of_work(actor()) as work:
            oversight.select_sample(work, seed=seed, each=each)
    except BadInput as problem:
        return _sample_page("", each, problem=problem.sentence), 422
    return redirect(url_for("audit.sample", seed=seed, each=each))


@blueprint.post("/sample/<reference>")
def review(reference: str) -> Page:
    """Record what a sampled case showed."""
    seed, each = request.form.get("seed", ""), _each(request.form.get("each", ""))
    verdict, note = request.form.get("verdict", ""), request.form.get("note", "")
    try:
        with unit_of_work(actor()) as work:
            case = casefile.find_case(work, reference)
            oversight.review_sampled(work, case, seed=seed, verdict=verdict, note=note)
    except BadInput as problem:
        shown = "" if problem.where == "seed" else seed
        return _sample_page(shown, each, problem=problem.sentence), 422
    flash(f"What {reference} showed is an entry of the ledger.", "ok")
    return redirect(url_for("audit.sample", seed=seed, each=each))


def _each(given: str) -> int:
    return whole_number(given, where="each") if given else 1


def _sample_page(seed: str, each: int, *, problem: str = "") -> str:
    with look(actor()) as work:
        drawn = oversight.sample(work, seed=seed, each=each) if seed else []
        return render_template(
            "audit/sample.html",
            seed=seed,
            each=each,
            drawn=drawn,
            problem=problem,
            names=casefile.names_of(work),
            verdicts=oversight.VERDICTS,
            reviewed=oversight.reviewed(work, seed) if seed else {},
            may_export=may(work.actor.roles, Permission.EXPORT_RECORD),
        )


@blueprint.get("/cases")
def cases() -> Page:
    """Find cases, to read how they went or to take their records."""
    problem, query = "", case_search.CaseQuery()
    try:
        query = case_search.query_of(request.args)
    except BadInput as refusal:
        problem = refusal.sentence
    page = _page(request.args.get("page", ""))
    with look(actor()) as work:
        found, total = case_search.find_cases(work, query, page=page)
        return render_template(
            "audit/cases.html",
            found=found,
            total=total,
            page=page,
            size=case_search.PAGE,
            told=query.told(),
            typed=request.args,
            problem=problem,
            grounds=sorted(work.desk.catalogue.grounds),
            states=list(State),
            signers=oversight.signers(work),
            most=MOST_CASES,
            may_export=may(work.actor.roles, Permission.EXPORT_RECORD),
        ), 422 if problem else 200


def _page(given: str) -> int:
    return max(whole_number(given, where="page"), 1) if given else 1


@blueprint.get("/cases/<reference>")
def timeline(reference: str) -> str:
    """Show everything that happened in a case: when, who, what, why, and which hash."""
    with look(actor()) as work:
        case = casefile.find_case(work, reference)
        return render_template(
            "audit/timeline.html",
            case=case,
            state=State.of(case.state),
            entries=ledger_reading.timeline_of(work, case),
            ground=work.desk.catalogue.ground(case.ground, work.now),
        )


@blueprint.get("/second")
def second() -> str:
    """Show where a second decision differs from the first, and how the cases were drawn."""
    return _second()


def _second(problem: str = "") -> str:
    with look(actor()) as work:
        return render_template(
            "audit/second.html",
            pairs=shadow_reading.disagreements(work),
            draws=shadow_reading.draws(work),
            waiting=shadow_reading.waiting(work),
            rates=shadow_reading.rates(work),
            names=casefile.names_of(work),
            fields=work.desk.catalogue.fields,
            outcomes={each.code: each.label for each in SecondOutcome},
            verdicts=shadow_reading.EXAMINED,
            problem=problem,
            may_examine=may(work.actor.roles, Permission.SAMPLE_CASES),
            may_export=may(work.actor.roles, Permission.EXPORT_RECORD),
        )


@blueprint.post("/second/<review_id>")
def examine(review_id: str) -> Page:
    """Record what a disagreement showed."""
    verdict, note = request.form.get("verdict", ""), request.form.get("note", "")
    try:
        with unit_of_work(actor()) as work:
            shadow_reading.examine(work, review_id, verdict=verdict, note=note)
    except BadInput as problem:
        return _second(problem.sentence), 422
    flash("What the disagreement showed is an entry of the ledger.", "ok")
    return redirect(url_for("audit.second"))
