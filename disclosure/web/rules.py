"""The rules: which pack is in force, what another would change, and the two people behind it.

Owns the addresses under ``/rules``. Who may not see cases sees how many would change, not which.
"""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form, MultipleFileField, StringField

from disclosure.domain.access import Permission, may
from disclosure.domain.pack_changes import pack_changes
from disclosure.domain.pack_files import Layer, layer_of, layer_of_zip
from disclosure.domain.rulebook import Catalogue
from disclosure.edge import look, unit_of_work
from disclosure.errors import BadInput, NotReady
from disclosure.operations import casefile, replaying, rules
from disclosure.operations.desk import Work
from disclosure.operations.pinning import catalogue_of_day
from disclosure.operations.sight import visible_cases
from disclosure.web.cases import attachment
from disclosure.web.guard import actor, guarded
from disclosure.web.problems import show_at_field

blueprint = Blueprint("rules", __name__, url_prefix="/rules")
guarded(blueprint, Permission.PROPOSE_RULES, Permission.CONFIRM_RULES)

UPLOAD = "upload"
"""What stands for the folder's name in messages about uploaded files."""


class PackForm(Form):
    """A pack to try or to propose; whether it fits is the loader's to say."""

    files = MultipleFileField("Pack")
    reason = StringField("Why the rules change")


@blueprint.get("/")
def overview() -> str:
    """Show the pack in force, the proposals, and the form for another one."""
    return _overview(PackForm())


def _overview(form: PackForm) -> str:
    with look(actor()) as work:
        return render_template(
            "rules/overview.html",
            rules=work.desk.catalogue,
            policy=work.desk.catalogue.policy_at(work.now),
            proposals=rules.proposals(work),
            names=casefile.names_of(work),
            may_propose=may(actor().roles, Permission.PROPOSE_RULES),
            form=form,
        )


@blueprint.post("/propose")
def propose() -> AnyResponse | str | tuple[str, int]:
    """Propose uploaded files, or only try them."""
    form = PackForm(request.form)
    actor().require(Permission.PROPOSE_RULES)
    try:
        candidate = _uploaded(request.files.getlist("files"))
        if request.form.get("only") == "simulate":
            return _tried(candidate)
        with unit_of_work(actor()) as work:
            proposal_id = rules.propose_pack(work, candidate, reason=form.reason.data or "").id
    except (BadInput, NotReady) as problem:
        where = problem.where if isinstance(problem, BadInput) else "files"
        show_at_field(form, BadInput(problem.sentence, where=where))
        return _overview(form), 422
    flash("Proposed. The rules stay as they are until a second person confirms.", "ok")
    return redirect(url_for("rules.proposal", proposal_id=proposal_id))


def _uploaded(files: list[FileStorage]) -> Layer:
    given = [each for each in files if each.filename]
    if not given:
        raise BadInput("Choose the files of the pack: a zip, or its TOML files.", where="files")
    if len(given) == 1 and str(given[0].filename).lower().endswith(".zip"):
        return layer_of_zip(UPLOAD, given[0].read())
    if any(not str(each.filename).endswith(".toml") for each in given):
        raise BadInput("Choose TOML files only, or one zip of them.", where="files")
    return layer_of(UPLOAD, [(_plain_name(each), each.read()) for each in given])


def _plain_name(file: FileStorage) -> str:
    return str(file.filename).replace("\\", "/").rpartition("/")[2][:80]


def _tried(candidate: Layer) -> str:
    with look(actor()) as work:
        catalogue = rules.read_candidate(work, candidate)
        return render_template("rules/tried.html", **_effect(work, work.desk.catalogue, catalogue))


def _effect(work: Work, base: Catalogue, catalogue: Catalogue) -> dict[str, object]:
    """Return what a pack changes: its rows, and the cases that the person may see."""
    found = replaying.simulate(work, catalogue, *visible_cases(work))
    return {
        "rows": pack_changes(base.layers, catalogue.layers),
        "found": found,
        "may_see": may(work.actor.roles, Permission.SEE_CASES),
    }


@blueprint.get("/proposals/<proposal_id>")
def proposal(proposal_id: str) -> str:
    """Show a proposal: what differs, which cases would come out otherwise, and the decision."""
    with look(actor()) as work:
        row = rules.find_proposal(work, proposal_id)
        catalogue = catalogue_of_day(work, row.sha256)
        return render_template(
            "rules/proposal.html",
            proposal=row,
            pack_version=catalogue.version,
            decision=rules.decision_on(work, row),
            names=casefile.names_of(work),
            is_current=row.base_sha256 == work.desk.catalogue.sha256,
            may_confirm=may(actor().roles, Permission.CONFIRM_RULES),
            me=actor().person,
            **_effect(work, catalogue_of_day(work, row.base_sha256), catalogue),
        )


@blueprint.get("/proposals/<proposal_id>/cases.csv")
def listing(proposal_id: str) -> Response:
    """Send the list of cases that a proposal would change, as CSV."""
    actor().require(Permission.SEE_CASES)
    with look(actor()) as work:
        row = rules.find_proposal(work, proposal_id)
        catalogue = catalogue_of_day(work, row.sha256)
        found = replaying.simulate(work, catalogue, *visible_cases(work))
    return attachment(replaying.as_csv(found).encode(), "text/csv", f"rules-{row.id[:8]}")


@blueprint.post("/proposals/<proposal_id>/<any(confirm, refuse):decision>")
def decide(proposal_id: str, decision: str) -> AnyResponse:
    """Put a proposed pack in force, or turn it down."""
    with unit_of_work(actor()) as work:
        rules.decide_pack(work, proposal_id, confirmed=decision == "confirm")
    said = "In force from this moment." if decision == "confirm" else "Not let through."
    flash(said, "ok")
    return redirect(url_for("rules.overview"))
