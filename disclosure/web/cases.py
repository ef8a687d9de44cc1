"""Staff pages of a case: the queue, entering a demand, the case itself and its files.

Owns the addresses under ``/cases``. What a button does is in ``web/actions.py``; redaction has its
own pages in ``web/redaction.py``.
"""

from collections.abc import Sequence
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from disclosure.domain.access import Permission, may
from disclosure.domain.routing import ROUTES
from disclosure.domain.states import State
from disclosure.edge import house, look, unit_of_work
from disclosure.errors import BadInput, DisclosureError, Refused
from disclosure.operations import casefile, queue, release_sets
from disclosure.operations.access_ends import access_end_of
from disclosure.operations.desk import Work
from disclosure.operations.facts import latest_release
from disclosure.operations.intake import Incomplete, problems_of, receive_demand
from disclosure.operations.papers import Upload, add_documents, find_document
from disclosure.operations.registering import agencies
from disclosure.operations.releasing import ApprovalLapsed
from disclosure.operations.signing import lapse_approval
from disclosure.operations.tasking import open_questions
from disclosure.operations.verifying import choose_agency
from disclosure.storage.cases import Case
from disclosure.web import actions
from disclosure.web.form_papers import Paper, forget_papers, keep_papers, read_papers
from disclosure.web.forms import DemandForm, QueueForm
from disclosure.web.guard import actor, guarded
from disclosure.web.ranges import FILE_POLICY
from disclosure.web.refusals import keep_denial, status_of

blueprint = Blueprint("cases", __name__, url_prefix="/cases")
guarded(blueprint, Permission.SEE_CASES)


@blueprint.get("/")
def work_queue() -> str:
    """Show the open cases, nearest deadline first."""
    form = QueueForm(request.args)
    wanted = form.wanted() if form.validate() else queue.Filter()
    with look(actor()) as work:
        page = queue.read_queue(work, wanted)
    kept = {key: value for key, value in request.args.items() if key != "page" and value}
    return render_template(
        "cases/queue.html",
        form=form,
        page=page,
        wanted=wanted,
        kept=kept,
        size=queue.PAGE,
        may_enter=may(actor().roles, Permission.ENTER_DEMAND),
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> str | AnyResponse | tuple[str, int]:
    """Enter a demand that came on paper, with its scan."""
    actor().require(Permission.ENTER_DEMAND)
    with look(actor()) as work:
        form = DemandForm.for_desk(work, request.form)
        register = agencies(work)
        collection = request.values.get("collection", "")
        if collection:
            casefile.find_case(work, collection)
    shown = {"form": form, "register": register, "collection": collection}
    if request.method == "GET":
        return render_template("cases/new.html", kept=[], **shown)
    now = house().clock()
    tokens = request.form.getlist("kept")
    papers, problems = read_papers(request.files.getlist("papers"), tokens, now)
    valid = form.validate()
    if problems:
        form.show({"papers": " ".join(problems)})
    if valid and (opened := _open(form, papers, collection)) is not None:
        return opened
    return render_template("cases/new.html", kept=keep_papers(papers, now), **shown), 422


def _open(form: DemandForm, papers: Sequence[Paper], collection: str) -> AnyResponse | None:
    """Open the case and go there; None when there is a problem, which the form now shows."""
    demand = form.demand(channel="staff", papers=tuple(paper.upload for paper in papers))
    if form.errors:
        with look(actor()) as work:
            form.show(problems_of(work, demand))
        return None
    try:
        with unit_of_work(actor()) as work:
            receipt = receive_demand(work, demand)
            if collection:
                release_sets.open_set(work, receipt.case, reference=collection)
            reference, secret = receipt.case.reference, receipt.tracking_secret
    except Incomplete as problem:
        form.show(problem.problems)
    except (BadInput, Refused) as problem:
        form.show({_place(problem): problem.sentence})
    else:
        forget_papers(papers)
        flash(f"Case {reference} is open. Tracking secret for the requester: {secret}", "ok")
        return redirect(url_for("cases.case", reference=reference))
    return None


def _place(problem: DisclosureError) -> str:
    """Return the input at which a problem is shown; a link fails for the sake of the account."""
    where = problem.where if isinstance(problem, BadInput) else "collection"
    return "subject_account" if where == "collection" else where or "narrative"


def _uploads(files: list[FileStorage]) -> tuple[Upload, ...]:
    named = [each for each in files if each.filename]
    return tuple(Upload(each.filename or "unnamed", each.stream.read()) for each in named)


@blueprint.get("/<reference>")
def case(reference: str) -> str:
    """Show a case with everything that can be done now."""
    with look(actor()) as work:
        return case_page(work, casefile.find_case(work, reference))


def case_page(work: Work, shown: Case, **more: Any) -> str:
    """Render the page of a case, with what was typed into a form that failed."""
    evaluation, checks = casefile.checks_of(work, shown)
    history, states = casefile.history_of(work, shown)
    names = casefile.names_of(work)
    catalogue = work.desk.catalogue
    made = latest_release(work, shown)
    allowed = casefile.actions_for(work, shown)
    return render_template(
        "cases/case.html",
        case=shown,
        state=State.of(shown.state),
        steps=casefile.stages(shown, states),
        evaluation=evaluation,
        checks=checks,
        questions=open_questions(work, shown, evaluation),
        history=history,
        names=names,
        documents=casefile.documents_of(work, shown),
        jobs=casefile.jobs_of(work, shown),
        ground=catalogue.ground(shown.ground, work.now),
        fields=catalogue.fields,
        reasons=catalogue.reasons,
        classes=catalogue.classes,
        register=[each for each in agencies(work) if each.requester_class == shown.requester_class],
        route=ROUTES[shown.route],
        left=queue.days_left(work, shown.due_at),
        tone=queue.urgency(work, shown.due_at),
        facts=casefile.summary_of(work, shown),
        access_end=access_end_of(work, made),
        may_report=made is not None and may(work.actor.roles, Permission.WORK_INCIDENTS),
        offered=actions.offered(allowed, claimed=shown.handler_id is not None),
        allowed={each.action.code: each.blocked for each in allowed},
        sets=release_sets.other_sets(work, shown),
        link=release_sets.set_of(work, shown),
        offer=release_sets.offer_of(work, shown),
        states=State.of,
        may=lambda name: may(work.actor.roles, Permission[name]),
        **{"failed": "", "problem": "", "typed": {}, **more},
    )


@blueprint.post("/<reference>/do/<action>")
def act(reference: str, action: str) -> AnyResponse | tuple[str, int]:
    """Take one action of the workflow on a case."""
    handler = actions.find(action)
    try:
        with unit_of_work(actor()) as work:
            found = casefile.find_case(work, reference)
            actions.require_current(found, request.form)
            handler(work, found, request.form)
    except ApprovalLapsed as problem:
        return _lapse(reference, problem)
    except (BadInput, Refused) as problem:
        return _failed(reference, action, problem)
    flash(f"{actions.label(action)}: done.", "ok")
    return redirect(actions.next_page(action, reference))


def _lapse(reference: str, problem: ApprovalLapsed) -> tuple[str, int]:
    """Void the signatures that no longer stand on anything, and say so."""
    keep_denial()
    with unit_of_work(actor()) as work:
        lapse_approval(work, casefile.find_case(work, reference), cause=problem.message)
    return _failed(reference, "release", problem, denied=True)


def _failed(
    reference: str, action: str, problem: DisclosureError, *, denied: bool = False
) -> tuple[str, int]:
    """Show the case again with the reason, and everything typed where it was typed."""
    if isinstance(problem, Refused) and not denied:
        keep_denial()
    typed = request.form.to_dict()
    with look(actor()) as work:
        found = casefile.find_case(work, reference)
        which = typed.get("key", action)
        page = case_page(work, found, failed=which, problem=problem.sentence, typed=typed)
    return page, status_of(problem)


@blueprint.post("/<reference>/agency")
def agency(reference: str) -> AnyResponse | tuple[str, int]:
    """Say which entry of our register the requester claims to be."""
    given = request.form.get("agency", "")
    try:
        with unit_of_work(actor()) as work:
            found = casefile.find_case(work, reference)
            actions.require_current(found, request.form)
            choose_agency(work, found, int(given) if given.isascii() and given.isdigit() else 0)
    except (BadInput, Refused) as problem:
        return _failed(reference, "agency", problem)
    flash("The register's number is the one to call.", "ok")
    return redirect(url_for("cases.case", reference=reference))


@blueprint.post("/<reference>/collection")
def link(reference: str) -> AnyResponse | tuple[str, int]:
    """Link a case to what another one collected."""
    given = request.form.get("collection", "")
    try:
        with unit_of_work(actor()) as work:
            found = casefile.find_case(work, reference)
            actions.require_current(found, request.form)
            release_sets.open_set(work, found, reference=given)
    except (BadInput, Refused) as problem:
        return _failed(reference, "open_set", problem)
    flash("Linked. What may be taken over is offered once the case is decided.", "ok")
    return redirect(url_for("cases.case", reference=reference, _anchor="sets"))


@blueprint.post("/<reference>/collection/take")
def take(reference: str) -> AnyResponse | tuple[str, int]:
    """Take over what another case collected."""
    try:
        with unit_of_work(actor()) as work:
            found = casefile.find_case(work, reference)
            actions.require_current(found, request.form)
            release_sets.take_collection(
                work,
                found,
                documents=request.form.getlist("documents"),
                with_values="values" in request.form,
                with_marks="marks" in request.form,
            )
    except (BadInput, Refused) as problem:
        return _failed(reference, "take_collection", problem)
    flash("Taken over. Every document is being searched again.", "ok")
    return redirect(url_for("cases.case", reference=reference, _anchor="sets"))


@blueprint.post("/<reference>/documents")
def upload(reference: str) -> AnyResponse | tuple[str, int]:
    """Take files into a case."""
    files = _uploads(request.files.getlist("papers"))
    role = request.form.get("role", "evidence")
    try:
        with unit_of_work(actor()) as work:
            found = casefile.find_case(work, reference)
            add_documents(work, found, files, role=role)
    except (BadInput, Refused) as problem:
        return _failed(reference, "add_document", problem)
    flash(f"{len(files)} file{'s' if len(files) != 1 else ''} taken in and being read.", "ok")
    return redirect(url_for("cases.case", reference=reference, _anchor="files"))


@blueprint.get("/<reference>/documents/<document_id>")
def document(reference: str, document_id: str) -> Response:
    """Download an original, as an attachment that no browser opens in our name."""
    with unit_of_work(actor()) as work:
        case = casefile.find_case(work, reference)
        found = find_document(work, case, document_id)
        casefile.note_viewed(work, case, thing=found.id, sha256=found.sha256)
        sha256, kind, number = found.sha256, found.media_type, found.id[:8]
    return attachment(house().desk.files.read(sha256), kind, f"{reference}-{number}")


def attachment(content: bytes, kind: str, name: str) -> Response:
    """Answer with a file under a name of ours."""
    endings = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
    endings |= {
        "application/zip": ".zip",
        "image/tiff": ".tif",
        "text/plain": ".txt",
        "text/csv": ".csv",
        "message/rfc822": ".eml",
    }
    ending = endings.get(kind, ".bin")
    answer = make_response(content)
    answer.headers["Content-Type"] = kind if kind in endings else "application/octet-stream"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}{ending}"'
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    return answer
