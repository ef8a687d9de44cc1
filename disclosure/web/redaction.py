"""Redaction pages: how each field leaves, what is taken out of each document, the rendition.

Owns the addresses under ``/cases/<reference>/redaction``. Values are shown only when somebody asks
for them, and that they looked is an entry of the ledger.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.documents.kinds import Kind
from disclosure.domain.access import Permission
from disclosure.domain.states import State
from disclosure.edge import look, unit_of_work
from disclosure.errors import BadInput, DisclosureError, Refused
from disclosure.operations import casefile, page_flags, queue, redacting
from disclosure.operations.desk import Work
from disclosure.operations.facts import latest_rendition
from disclosure.operations.gate_answers import answers_shown
from disclosure.operations.papers import dispose, find_document
from disclosure.operations.removed_elsewhere import removed_in
from disclosure.operations.set_differences import differences
from disclosure.operations.suggesting import suggestions_of
from disclosure.storage.cases import Case, ResponsiveValue, SuggestedMark
from disclosure.web import actions
from disclosure.web.guard import actor, guarded
from disclosure.web.numbers import points
from disclosure.web.refusals import keep_denial, status_of

blueprint = Blueprint("redaction", __name__, url_prefix="/cases/<reference>/redaction")
guarded(blueprint, Permission.SEE_CASES)


@blueprint.get("/")
def page(reference: str) -> str:
    """Show fields and documents with how they leave."""
    with look(actor()) as work:
        return _page(work, casefile.find_case(work, reference))


def _page(work: Work, case: Case, **more: Any) -> str:
    documents = casefile.documents_of(work, case, role="responsive")
    catalogue = work.desk.catalogue
    rendition = latest_rendition(work, case)
    offered = {each.action.code: each.blocked for each in casefile.actions_for(work, case)}
    _, states = casefile.history_of(work, case)
    return render_template(
        "redaction/page.html",
        case=case,
        state=State.of(case.state),
        steps=casefile.stages(case, states),
        fields=catalogue.fields,
        reasons=catalogue.reasons,
        masks=redacting.masks_of(work, case),
        choices={each: redacting.mask_choices(work, each) for each in case.allowed_fields},
        counts=redacting.counts_of(work, case),
        documents=documents,
        marks={each.id: redacting.marks_of(work, case, each.id) for each in documents},
        suggested={each.id: _by_kind(work, each.id) for each in documents},
        removed_in=removed_in(
            work, [row for each in documents for row in suggestions_of(work, each.id)]
        ),
        jobs=casefile.jobs_of(work, case),
        rendition=rendition,
        gate_answers=answers_shown(work, rendition),
        differences=differences(work, case),
        page_flags=page_flags.flags_of(work, case),
        same_files=page_flags.same_files(work, case),
        numbers={each.id: number for number, each in enumerate(documents, 1)},
        facts=casefile.summary_of(work, case),
        offered=offered,
        may_mark="mark" in offered,
        left=queue.days_left(work, case.due_at),
        tone=queue.urgency(work, case.due_at),
        names=casefile.names_of(work),
        **{"values": None, "failed": "", "problem": "", "typed": {}, **more},
    )


def _by_kind(work: Work, document_id: str) -> dict[Kind, list[SuggestedMark]]:
    """Arrange the open suggestions of a document by kind."""
    kinds: dict[Kind, list[SuggestedMark]] = {}
    for row in suggestions_of(work, document_id):
        kinds.setdefault(Kind(row.kind), []).append(row)
    return kinds


@blueprint.post("/values")
def values(reference: str) -> str:
    """Show the collected values in clear; the reading is recorded."""
    with unit_of_work(actor()) as work:
        case = casefile.find_case(work, reference)
        shown: list[ResponsiveValue] = casefile.read_values(work, case)
        return _page(work, case, values=shown)


@blueprint.post("/mask")
def mask(reference: str) -> AnyResponse | tuple[str, int]:
    """Decide how one field leaves."""
    typed = request.form
    return _change(
        reference,
        f"mask:{typed.get('field', '')}",
        lambda work, case: redacting.set_mask(
            work,
            case,
            field=typed.get("field", ""),
            mask=typed.get("mask", ""),
            code=typed.get("code", ""),
        ),
    )


@blueprint.post("/<document_id>/term")
def term(reference: str, document_id: str) -> AnyResponse | tuple[str, int]:
    """Take a text out of a document wherever it stands."""
    typed = request.form
    return _change(
        reference,
        f"term:{document_id}",
        lambda work, case: redacting.add_term(
            work,
            case,
            document_id=document_id,
            text=typed.get("text", ""),
            code=typed.get("code", ""),
            note=typed.get("note", ""),
        ),
    )


@blueprint.post("/<document_id>/page")
def whole_page(reference: str, document_id: str) -> AnyResponse | tuple[str, int]:
    """Withhold a whole page."""
    typed = request.form
    return _change(
        reference,
        f"page:{document_id}",
        lambda work, case: redacting.add_page(
            work,
            case,
            document_id=document_id,
            page=_whole(typed.get("page", "")),
            code=typed.get("code", ""),
            note=typed.get("note", ""),
        ),
    )


@blueprint.post("/<document_id>/suggestions")
def settle(reference: str, document_id: str) -> AnyResponse | tuple[str, int]:
    """Accept or reject a suggestion, or all of a kind."""
    typed = request.form
    return _change(
        reference,
        f"suggested:{document_id}",
        lambda work, case: redacting.settle_suggestions(
            work,
            case,
            document_id=document_id,
            chosen=typed.get("chosen", ""),
            decision=typed.get("decision", ""),
            code=typed.get("code", ""),
        ),
    )


@blueprint.post("/<document_id>/region")
def region(reference: str, document_id: str) -> AnyResponse | tuple[str, int]:
    """Take a box out of a page."""
    typed = request.form
    return _change(
        reference,
        f"region:{document_id}",
        lambda work, case: redacting.note_on(
            redacting.add_region(
                work,
                case,
                document_id=document_id,
                page=_whole(typed.get("page", "")),
                box=[points(typed.get(side, "")) for side in ("left", "bottom", "right", "top")],
                code=typed.get("code", ""),
            ),
            typed.get("note", ""),
        ),
    )


@blueprint.post("/<document_id>/disposition")
def disposition(reference: str, document_id: str) -> AnyResponse | tuple[str, int]:
    """Decide whether a document leaves with its marks or not at all."""
    return _change(
        reference,
        f"disposition:{document_id}",
        lambda work, case: dispose(
            work,
            case,
            find_document(work, case, document_id),
            request.form.get("disposition", ""),
        ),
    )


@blueprint.post("/<document_id>/flag")
def flag(reference: str, document_id: str) -> AnyResponse | tuple[str, int]:
    """Set a page aside, or note who is asked about it."""
    typed = request.form
    return _change(
        reference,
        f"flag:{document_id}",
        lambda work, case: page_flags.flag_page(
            work,
            case,
            document_id=document_id,
            page=_whole(typed.get("page", "")),
            wanted=page_flags.Wanted(
                kind=typed.get("kind", ""),
                of_document=typed.get("of_document", ""),
                of_page=_whole(typed.get("of_page", "") or "0"),
                consulted=typed.get("consulted", ""),
            ),
            reason=typed.get("reason", ""),
        ),
    )


@blueprint.post("/<document_id>/same-file")
def same_file(reference: str, document_id: str) -> AnyResponse | tuple[str, int]:
    """Flag every page of a file that came in twice."""
    return _change(
        reference,
        f"same:{document_id}",
        lambda work, case: page_flags.flag_same_file(
            work, case, document_id=document_id, reason=request.form.get("reason", "")
        ),
    )


@blueprint.post("/flags/<flag_id>/withdraw")
def unflag(reference: str, flag_id: str) -> AnyResponse | tuple[str, int]:
    """Take a page's flag back."""
    return _change(
        reference,
        f"unflag:{flag_id}",
        lambda work, case: page_flags.withdraw_flag(work, case, flag_id),
    )


@blueprint.post("/flags/<flag_id>/answer")
def consultation(reference: str, flag_id: str) -> AnyResponse | tuple[str, int]:
    """Record the answer about a page."""
    return _change(
        reference,
        f"answer:{flag_id}",
        lambda work, case: page_flags.answer_consultation(
            work, case, flag_id, answer=request.form.get("answer", "")
        ),
    )


@blueprint.post("/marks/<mark_id>/withdraw")
def withdraw(reference: str, mark_id: str) -> AnyResponse | tuple[str, int]:
    """Take back a mark."""
    return _change(
        reference,
        f"mark:{mark_id}",
        lambda work, case: redacting.withdraw_mark(work, case, mark_id),
    )


def _change(reference: str, form: str, change: Any) -> AnyResponse | tuple[str, int]:
    try:
        with unit_of_work(actor()) as work:
            case = casefile.find_case(work, reference)
            actions.require_current(case, request.form)
            change(work, case)
    except (BadInput, Refused) as problem:
        return _failed(reference, form, problem)
    flash("Kept.", "ok")
    return redirect(url_for("redaction.page", reference=reference))


def _failed(reference: str, form: str, problem: DisclosureError) -> tuple[str, int]:
    if isinstance(problem, Refused):
        keep_denial()
    with look(actor()) as work:
        case = casefile.find_case(work, reference)
        typed = request.form.to_dict()
        page = _page(work, case, failed=form, problem=problem.sentence, typed=typed)
    return page, status_of(problem)


def _whole(given: str) -> int:
    if not given.isascii() or not given.isdigit() or len(given) > 6:  # noqa: PLR2004 - page numbers
        raise BadInput("Enter the page as a whole number.", where="page")
    return int(given)
