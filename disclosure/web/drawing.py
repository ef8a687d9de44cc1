"""The drawing tool: a document's pages as images, and marks made on them.

Owns the addresses under ``/cases/<reference>/redaction/<document>/draw``. Every change goes through
``operations/redacting.py``, whether a script or a plain form sent it: a script gets the parts of
the page that changed, a form gets the page. Marks add up, so that two people never undo each
other; the case's version is not asked for here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from disclosure.documents.drawing import Found
from disclosure.documents.kinds import Kind
from disclosure.documents.layout import level_lines
from disclosure.domain.access import Permission
from disclosure.domain.page_flags import PageFlagKind
from disclosure.edge import house, look, unit_of_work
from disclosure.errors import BadInput, DisclosureError, NotFound, Refused
from disclosure.operations import casefile, drawing, drawing_marks, sittings
from disclosure.operations.desk import Work
from disclosure.operations.drawing_board import board_of
from disclosure.operations.drawing_marks import Asked, Place
from disclosure.operations.redaction_log import FULL, PART, WITHHELD
from disclosure.storage.cases import Case, Document
from disclosure.web.guard import actor, guarded
from disclosure.web.numbers import points, whole_number
from disclosure.web.refusals import keep_denial, status_of

blueprint = Blueprint(
    "drawing", __name__, url_prefix="/cases/<reference>/redaction/<document_id>/draw"
)
guarded(blueprint, Permission.SEE_CASES)

PARTS = ("layer", "marks", "people")
MOST_MARKS = 500
FLAGS = {FULL: "whole", PART: "part out", WITHHELD: "withheld"} | {
    kind.code: kind.short for kind in PageFlagKind
}
"""Flag of a page -> what the list of pages says."""

Answer = AnyResponse | str | tuple[Any, int]


@dataclass(frozen=True, slots=True, repr=False)
class OpenPage:
    """One page of one document, opened by the actor."""

    reference: str
    document_id: str
    source: drawing.Source
    place: Place


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """What a change works on: the unit of work with its rows, and the page."""

    row: tuple[Work, Case, Document]
    place: Place


@blueprint.get("")
def page(reference: str, document_id: str) -> str:
    """Show a page with what is marked on it."""
    desk = _desk(reference, document_id)
    with look(actor()) as work:
        return _page(work, desk)


def _desk(reference: str, document_id: str) -> OpenPage:
    """Open the page that the form or address names; the first page when it names none."""
    number = whole_number(request.values.get("page", "1"), where="page")
    source = sit_down(reference, document_id, number)
    place = Place(number, drawing.layout_at(house().desk, source, number))
    return OpenPage(reference, document_id, source, place)


def sit_down(reference: str, document_id: str, number: int) -> drawing.Source:
    """Show that the actor is on a page of a document; a new sitting is recorded."""
    with unit_of_work(actor()) as work:
        case = casefile.find_case(work, reference)
        document = drawing.find_drawable(work, case, document_id)
        sittings.sit_down(work, case, document, page=min(max(number, 1), document.pages))
        return drawing.source_of(document)


def open_source(reference: str, document_id: str) -> drawing.Source:
    """Return a document for somebody who sits over it; who does not sits down, on record."""
    with look(actor()) as work:
        document = drawing.find_drawable(work, casefile.find_case(work, reference), document_id)
        if sittings.sitting_of(work, document.id) is not None:
            return drawing.source_of(document)
    return sit_down(reference, document_id, 1)


def _page(work: Work, desk: OpenPage, **more: Any) -> str:
    return render_template("redaction/draw.html", **_known(work, desk), **_typed(more))


def _typed(more: dict[str, Any]) -> dict[str, Any]:
    return {"found": None, "failed": "", "problem": "", "typed": {}, **more}


def _known(work: Work, desk: OpenPage) -> dict[str, Any]:
    """Return what the page and its parts know."""
    case = casefile.find_case(work, desk.reference)
    document = drawing.find_drawable(work, case, desk.document_id)
    offered = {each.action.code: each.blocked for each in casefile.actions_for(work, case)}
    return {
        "case": case,
        "document": document,
        "at": {"reference": case.reference, "document_id": document.id},
        "number": desk.place.number,
        "size": desk.place.layout.size,
        "board": board_of(work, case, document, number=desk.place.number, layout=desk.place.layout),
        "reasons": work.desk.catalogue.reasons,
        "names": casefile.names_of(work),
        "flags": FLAGS,
        "kinds": {kind.value: kind.label for kind in Kind},
        "may_mark": "mark" in offered and not offered["mark"],
    }


@blueprint.get("/pages/<int:number>")
def image(reference: str, document_id: str, number: int) -> Response:
    """Send the image of a page."""
    return webp(drawing.image_at(house().desk, open_source(reference, document_id), number))


@blueprint.get("/pages/<int:number>/small")
def small(reference: str, document_id: str, number: int) -> Response:
    """Send the small image of a page."""
    source = open_source(reference, document_id)
    return webp(drawing.image_at(house().desk, source, number, small=True))


def webp(content: bytes) -> Response:
    """Answer with an image that no browser or proxy keeps."""
    answer = make_response(content)
    answer.headers["Content-Type"] = "image/webp"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/pages/<int:number>/words")
def words_of(reference: str, document_id: str, number: int) -> Response:
    """Tell where the words of a page stand, for choosing them."""
    layout = drawing.layout_at(house().desk, open_source(reference, document_id), number)
    rows = [
        [*(round(side, 2) for side in place), start, end, layout.text[start:end].strip()]
        for place, (start, end) in zip(level_lines(layout), layout.words, strict=True)
    ]
    return jsonify(words=rows)


@blueprint.post("/here")
def here(reference: str, document_id: str) -> Response:
    """Take a sign of life, and tell what others did."""
    desk = _desk(reference, document_id)
    with look(actor()) as work:
        return jsonify(**_parts(_known(work, desk)))


def _parts(known: dict[str, Any]) -> dict[str, Any]:
    """Return what of the page may have changed, for a script to put in place."""
    parts = {name: render_template(f"redaction/draw/{name}.html", **known) for name in PARTS}
    return {"parts": parts, "flags": [[flag, FLAGS[flag]] for flag in known["board"].flags]}


@blueprint.post("/words")
def mark_words(reference: str, document_id: str) -> Answer:
    """Mark the words that a person chose."""

    def change(on: Step) -> str:
        span = (_number("start"), _number("end"))
        return drawing_marks.mark_words(*on.row, asked=_asked(), at=on.place, span=span)

    return _change(reference, document_id, change)


@blueprint.post("/area")
def mark_area(reference: str, document_id: str) -> Answer:
    """Mark an area of the page as it is shown."""

    def change(on: Step) -> str:
        x, y, wide, high = (points(request.form.get(s, "")) for s in ("x", "y", "width", "height"))
        box, page = on.place.layout.box_at((x, y, wide, high)), on.place.number
        return drawing_marks.mark_area(*on.row, asked=_asked(), page=page, box=box)

    return _change(reference, document_id, change)


@blueprint.post("/page")
def mark_page(reference: str, document_id: str) -> Answer:
    """Withhold the whole page."""

    def change(on: Step) -> str:
        return drawing_marks.mark_page(*on.row, asked=_asked(), page=on.place.number)

    return _change(reference, document_id, change)


@blueprint.post("/find")
def find(reference: str, document_id: str) -> Answer:
    """Show where a text stands, before it is marked."""
    text = request.form.get("text", "").strip()
    desk = _desk(reference, document_id)
    try:
        found = drawing.look_for(house().desk, desk.source, text)
    except (BadInput, Refused) as problem:
        return _failed(desk, problem)
    shown = {"found": _shown_hits(found, desk, text)}
    with look(actor()) as work:
        if not _is_script():
            return _page(work, desk, **shown), 200
        known = {**_known(work, desk), **shown}
    part = render_template("redaction/draw/found.html", **known)
    return jsonify(said=shown["found"]["said"], parts={"found": part})


def _shown_hits(found: Found, desk: OpenPage, text: str) -> dict[str, Any]:
    layout = desk.place.layout
    return {
        "text": text,
        "said": drawing_marks.said_of(found),
        "places": [layout.shown(box) for page, box in found.hits if page == desk.place.number],
        "pages": found.pages,
        "count": len(found.hits),
    }


@blueprint.post("/term")
def mark_term(reference: str, document_id: str) -> Answer:
    """Mark a text wherever it stands."""
    text, desk = request.form.get("text", ""), _desk(reference, document_id)
    try:
        found = drawing.look_for(house().desk, desk.source, text)
    except (BadInput, Refused) as problem:
        return _failed(desk, problem)

    def change(on: Step) -> str:
        return drawing_marks.mark_term(*on.row, asked=_asked(), text=text, found=found)

    return _change(reference, document_id, change)


@blueprint.post("/suggestion")
def settle(reference: str, document_id: str) -> Answer:
    """Accept or reject a suggestion."""
    decision, _, chosen = request.form.get("settle", "").partition(" ")

    def change(on: Step) -> str:
        return drawing_marks.settle(*on.row, asked=_asked(), chosen=chosen, decision=decision)

    return _change(reference, document_id, change)


@blueprint.post("/take-back")
def take_back(reference: str, document_id: str) -> Answer:
    """Take back marks by their ids."""
    ids = request.form.get("marks", "").split()[:MOST_MARKS]
    return _change(reference, document_id, lambda on: drawing_marks.take_back(*on.row, ids=ids))


@blueprint.post("/undo")
def undo(reference: str, document_id: str) -> Answer:
    """Take back the last step of this person in this sitting."""
    return _change(reference, document_id, lambda on: drawing_marks.undo(*on.row))


@blueprint.post("/redo")
def redo(reference: str, document_id: str) -> Answer:
    """Do the step again that was taken back last."""
    return _change(reference, document_id, lambda on: drawing_marks.redo(*on.row))


def _number(name: str) -> int:
    return whole_number(request.form.get(name, ""), where=name)


def _asked() -> Asked:
    return Asked(request.form.get("code", ""), request.form.get("note", ""))


def _change(reference: str, document_id: str, change: Callable[[Step], str]) -> Answer:
    """Make one change; what a child process reads is read before the transaction begins."""
    desk = _desk(reference, document_id)
    try:
        with unit_of_work(actor()) as work:
            case = casefile.find_case(work, reference)
            # Two people mark at once: the second waits, and both marks stay.
            work.session.refresh(case, with_for_update=True)
            document = drawing.find_drawable(work, case, document_id)
            said = change(Step((work, case, document), desk.place))
    except (BadInput, NotFound, Refused) as problem:
        return _failed(desk, problem)
    if _is_script():
        with look(actor()) as work:
            return jsonify(said=said, **_parts(_known(work, desk)))
    flash(said, "ok")
    return redirect(
        url_for(
            "drawing.page",
            reference=reference,
            document_id=document_id,
            page=desk.place.number,
        )
    )


def _failed(desk: OpenPage, problem: DisclosureError) -> Answer:
    if isinstance(problem, Refused):
        keep_denial()
    status = status_of(problem)
    with look(actor()) as work:
        if _is_script():
            answer = {"error": problem.sentence, "where": getattr(problem, "where", "") or ""}
            return jsonify(**answer, **_parts(_known(work, desk))), status
        failed = request.endpoint or ""
        typed = request.form.to_dict()
        return _page(work, desk, failed=failed, problem=problem.sentence, typed=typed), status


def _is_script() -> bool:
    return request.accept_mimetypes.best == "application/json"
