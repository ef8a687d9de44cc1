"""The decision card: one page and one PDF for each evaluation, in English and Chinese.

Owns the addresses under ``/cases/REFERENCE/decisions``. What stands on a card is
``operations/explaining.py``'s; a card changes nothing.
"""

from flask import Blueprint, Response, render_template, request

from disclosure.documents.render import render_pdf
from disclosure.domain.access import Permission
from disclosure.domain.states import State
from disclosure.domain.wording import Language
from disclosure.edge import house, look
from disclosure.errors import BadInput
from disclosure.operations import casefile
from disclosure.operations.explaining import Card, card_of, evaluations_of, find_evaluation
from disclosure.operations.printing import fill
from disclosure.web.cases import attachment
from disclosure.web.guard import actor, guarded

blueprint = Blueprint("decisions", __name__, url_prefix="/cases")
guarded(blueprint, Permission.SEE_CASES)

NAMES = {Language.ENGLISH: "English", Language.CHINESE: "中文"}


@blueprint.get("/<reference>/decisions")
def decisions(reference: str) -> str:
    """List the evaluations of a case, newest first."""
    with look(actor()) as work:
        case = casefile.find_case(work, reference)
        return render_template(
            "cases/decisions.html",
            case=case,
            state=State.of(case.state),
            evaluations=evaluations_of(work, case),
        )


@blueprint.get("/<reference>/decisions/<int:number>")
def decision(reference: str, number: int) -> str:
    """Show the card of one evaluation."""
    with look(actor()) as work:
        case = casefile.find_case(work, reference)
        evaluation = find_evaluation(work, case, number)
        return render_template(
            "cases/decision.html",
            case=case,
            state=State.of(case.state),
            card=card_of(work, case, evaluation, _language()),
            names=NAMES,
            language=_language(),
        )


@blueprint.get("/<reference>/decisions/<int:number>.pdf")
def printed(reference: str, number: int) -> Response:
    """Send the card as a tagged PDF; it is typeset after the reading has ended."""
    with look(actor()) as work:
        case = casefile.find_case(work, reference)
        card = card_of(work, case, find_evaluation(work, case, number), _language())
    content = print_card(card)
    return attachment(content, "application/pdf", f"{reference}-decision-{number}")


def print_card(card: Card) -> bytes:
    """Typeset a card."""
    settings = house().desk.settings
    values = {"card": card, "entity": settings.legal_entity}
    html = fill("documents/decision.html", settings.timezone, values)
    title = f"{card.words['title']} {card.reference}/{card.number}"
    return render_pdf(html, title=title, lang=card.lang)


def _language() -> Language:
    given = request.args.get("lang", Language.ENGLISH.value)
    try:
        return Language(given)
    except ValueError:
        raise BadInput("Choose en or zh as the language.", where="lang") from None
