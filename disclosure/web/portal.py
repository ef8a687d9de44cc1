"""The portal: the pages that anybody may open.

Owns the blueprint, its addresses and the pages that only explain. Demands are taken in
``portal_demands``, followed and collected in ``portal_follow``; who a visitor is on the platform is
``portal_identity``'s; a user's own statement is in ``portal_own``, the policy in ``portal_policy``,
published reports in ``portal_reports``. How often one address may send is in ``limits``.
"""

from flask import Blueprint, render_template
from flask.blueprints import BlueprintSetupState

from disclosure.domain.fields import Field, Level
from disclosure.edge import rules_in_force
from disclosure.web import (
    portal_demands,
    portal_follow,
    portal_identity,
    portal_leak,
    portal_own,
    portal_policy,
    portal_reports,
)
from disclosure.web.portal_identity import enter_as, enter_url

__all__ = ["blueprint", "enter_as", "enter_url"]

blueprint = Blueprint("portal", __name__)

NEVER_THIS_WAY = (Level.EXCLUDED, Level.CONTENT, Level.NEVER)
"""Levels of data that the policy leaves out; only a paper that names some of it may reach it."""


@blueprint.get("/")
def start() -> str:
    """Ask who the visitor is, and say what is never given and what happens next."""
    return render_template("portal/start.html", left_out=left_out())


@blueprint.get("/portal/user")
def user() -> str:
    """Tell a user whose data it is what they can do."""
    return render_template("portal/user.html", left_out=left_out())


def left_out() -> dict[str, list[Field]]:
    """Return the data that is not given out on request, by what it would take."""
    fields = rules_in_force().fields.values()
    return {level.name.lower(): [f for f in fields if f.level is level] for level in NEVER_THIS_WAY}


def _exempt_enter(state: BlueprintSetupState) -> None:
    """Let the platform's page post to the one door whose proof is the signed token itself."""
    state.app.extensions["csrf"].exempt(portal_identity.enter)


blueprint.record_once(_exempt_enter)

BOTH = ["GET", "POST"]
blueprint.get("/portal/authority")(portal_demands.authority)
blueprint.route("/portal/authority/<requester_class>", methods=BOTH)(portal_demands.authority_form)
blueprint.route("/portal/ip", methods=BOTH)(portal_demands.ip)
blueprint.route("/portal/transaction", methods=BOTH)(portal_demands.transaction)
blueprint.route("/portal/partner", methods=BOTH)(portal_demands.partner)
blueprint.route("/portal/leak", methods=BOTH)(portal_leak.leak)
blueprint.post("/portal/enter")(portal_identity.enter)
blueprint.post("/portal/leave")(portal_identity.leave)
blueprint.get("/portal/policy")(portal_policy.policy)
blueprint.get("/portal/policy.atom")(portal_policy.policy_feed)
blueprint.get("/portal/policy/<version>")(portal_policy.policy_version)
blueprint.get("/portal/policy/<older>/to/<newer>")(portal_policy.policy_difference)
blueprint.route("/portal/track", methods=BOTH)(portal_follow.track)
blueprint.route("/portal/track/<public_ref>", methods=BOTH)(portal_follow.track_link)
blueprint.route("/portal/collect/<token>", methods=BOTH)(portal_follow.collect)
blueprint.get("/portal/collect/<token>/file")(portal_follow.collected)
blueprint.route("/portal/statement", methods=BOTH)(portal_own.statement)
blueprint.post("/portal/statement/pdf")(portal_own.statement_pdf)
blueprint.get("/transparency")(portal_reports.transparency)
blueprint.get("/transparency/<report_id>")(portal_reports.transparency_report)
blueprint.get("/transparency/<report_id>/<kind>")(portal_reports.transparency_file)
