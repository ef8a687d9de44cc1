"""What leaves of a document, page by page: a preview by the engine, and the exact final page.

Owns the addresses for looking at results beside the original. A preview is made by a job from the
marks as they are; once a rendition is built, its own bytes are shown and nothing is made.
"""

from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from disclosure.edge import house, look, unit_of_work
from disclosure.errors import NotFound
from disclosure.operations import casefile, drawing
from disclosure.operations.desk import Work
from disclosure.operations.drawing import Source, find_drawable, source_of
from disclosure.operations.final_pages import FinalPages, final_pages
from disclosure.operations.page_flags import plan_with_flags
from disclosure.operations.previewing import ask_for_preview, preview_job
from disclosure.storage.cases import Case, Document
from disclosure.storage.ledger_rows import Outbox
from disclosure.web.drawing import blueprint, open_source, sit_down, webp
from disclosure.web.guard import actor
from disclosure.web.numbers import whole_number


@dataclass(frozen=True, slots=True)
class Result:
    """What there is of a document's result now.

    Attributes:
        preview: The redacted copy under the marks as they are.
        refusal: Why the engine refused these marks; empty when it did not, None when not asked.
        final: The document in the newest rendition, when that is still current.
        job: The preview that is being made.
    """

    preview: Source
    refusal: str | None
    final: FinalPages | None
    job: Outbox | None


@blueprint.get("/compare")
def compare(reference: str, document_id: str) -> str:
    """Show a page before and after."""
    number = whole_number(request.args.get("page", "1"), where="page")
    source = sit_down(reference, document_id, number)
    layout = drawing.layout_at(house().desk, source, number)
    with look(actor()) as work:
        case = casefile.find_case(work, reference)
        document = find_drawable(work, case, document_id)
        known = {
            "case": case,
            "document": document,
            "at": {"reference": case.reference, "document_id": document.id},
            "number": number,
            "size": layout.size,
            "result": _result(work, case, document),
        }
        return render_template("redaction/compare.html", **known)


def _result(work: Work, case: Case, document: Document) -> Result:
    plan = plan_with_flags(work, case, document.id)
    preview = drawing.preview_source(source_of(document), plan)
    final = final_pages(work, case, document)
    current = casefile.summary_of(work, case).rendition_current
    return Result(
        preview,
        drawing.preview_outcome(house().desk, preview),
        final if current else None,
        preview_job(work, document),
    )


@blueprint.post("/preview")
def make_preview(reference: str, document_id: str) -> AnyResponse:
    """Have the engine redact this document with its marks as they are, by a job."""
    with unit_of_work(actor()) as work:
        case = casefile.find_case(work, reference)
        document = find_drawable(work, case, document_id)
        ask_for_preview(work, case, document)
    where: dict[str, Any] = {"reference": reference, "document_id": document_id}
    page = whole_number(request.form.get("page", "1"), where="page")
    return redirect(url_for("drawing.compare", page=page, **where))


@blueprint.get("/preview/<int:number>")
def preview(reference: str, document_id: str, number: int) -> Response:
    """Send a page of the preview."""
    open_source(reference, document_id)
    with look(actor()) as work:
        case = casefile.find_case(work, reference)
        source = _result(work, case, find_drawable(work, case, document_id)).preview
    return webp(drawing.image_at(house().desk, source, number))


@blueprint.get("/final/<int:number>")
def final(reference: str, document_id: str, number: int) -> Response:
    """Send a page of the newest rendition, by the number of the document's own page."""
    open_source(reference, document_id)
    with look(actor()) as work:
        case = casefile.find_case(work, reference)
        document = find_drawable(work, case, document_id)
        found = final_pages(work, case, document)
    if found is None:
        raise NotFound("No rendition holds this document yet.")
    return webp(drawing.image_at(house().desk, found.source, found.page(number)))
