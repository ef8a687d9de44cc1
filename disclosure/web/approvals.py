"""Signing pages: what waits for signatures, and the exact bytes with everything checked on them.

Owns the addresses under ``/signing``. The form carries the hash that was shown, and nothing else
that matters: who may sign in which role is the workflow's, and the database's.
"""

from flask import Blueprint, Response, render_template

from disclosure.domain.access import Permission
from disclosure.domain.guards import missing_roles
from disclosure.domain.states import State
from disclosure.domain.workflow import Action
from disclosure.edge import look, unit_of_work
from disclosure.errors import NotFound
from disclosure.operations import casefile, queue
from disclosure.operations.facts import latest_rendition
from disclosure.operations.gate_answers import answers_shown
from disclosure.operations.set_differences import differences
from disclosure.operations.signing import require_intact, signatures_shown
from disclosure.web.cases import attachment
from disclosure.web.guard import actor, guarded

blueprint = Blueprint("approvals", __name__, url_prefix="/signing")
guarded(blueprint, Permission.SIGN, Permission.SEE_CASES)


@blueprint.get("/")
def waiting() -> str:
    """List the cases that wait for signatures or for their release."""
    with look(actor()) as work:
        signing = queue.read_queue(work, queue.Filter(state=State.SIGNING.code))
        approved = queue.read_queue(work, queue.Filter(state=State.APPROVED.code))
    return render_template("approvals/waiting.html", signing=signing, approved=approved)


@blueprint.get("/<reference>")
def page(reference: str) -> str:
    """Show the rendition to be signed: its hash, its verdict, its contents, its signatures."""
    with look(actor()) as work:
        case = casefile.find_case(work, reference)
        rendition = latest_rendition(work, case)
        if rendition is None:
            raise NotFound("No rendition has been built for this case yet.")
        offered = {each.action: each.blocked for each in casefile.actions_for(work, case)}
        facts = casefile.summary_of(work, case)
        _, states = casefile.history_of(work, case)
        names = casefile.names_of(work)
        return render_template(
            "approvals/page.html",
            case=case,
            state=State.of(case.state),
            steps=casefile.stages(case, states),
            rendition=rendition,
            missing=missing_roles(facts),
            facts=facts,
            signatures=signatures_shown(work, case, rendition),
            names=names,
            prepared_by=", ".join(names[person] for person in sorted(facts.preparers)),
            fields=work.desk.catalogue.fields,
            reasons=work.desk.catalogue.reasons,
            offered=offered,
            offered_codes={action.code: blocked for action, blocked in offered.items()},
            gate_answers=answers_shown(work, rendition),
            differences=differences(work, case),
            sign=Action.SIGN,
            send_back=Action.RETURN_FOR_REDACTION,
            left=queue.days_left(work, case.due_at),
            tone=queue.urgency(work, case.due_at),
        )


@blueprint.get("/<reference>/rendition.pdf")
def exact_bytes(reference: str) -> Response:
    """Download the exact bytes of the current rendition."""
    with unit_of_work(actor()) as work:
        case = casefile.find_case(work, reference)
        rendition = latest_rendition(work, case)
        if rendition is None:
            raise NotFound("No rendition has been built for this case yet.")
        content = require_intact(work, rendition)
        casefile.note_viewed(work, case, thing=rendition.id, sha256=rendition.sha256)
        name = f"{reference}-rendition-{rendition.number}"
    return attachment(content, "application/pdf", name)
