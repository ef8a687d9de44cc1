"""The portal's three ways to send a demand: as an authority, over a complaint, over an order.

Owns these pages and the receipt. All three call the same operation as the desk does. A form that
has an error comes back with everything typed and every file kept; the same form sent twice gives
the same receipt.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import abort, render_template, request, url_for

from disclosure.domain.routing import POINTER
from disclosure.domain.rule_rows import Group
from disclosure.domain.rulebook import Catalogue
from disclosure.edge import house, look, rules_in_force, unit_of_work
from disclosure.errors import BadInput
from disclosure.operations.desk import REQUESTER
from disclosure.operations.intake import Demand, Incomplete, Receipt, problems_of, receive_demand
from disclosure.operations.papers import Upload
from disclosure.operations.parties import COMPLAINANT, side_of_complaint, side_of_order
from disclosure.operations.repeats import claim_once
from disclosure.web.form_papers import (
    Paper,
    forget_papers,
    keep_papers,
    kept_files,
    read_papers,
)
from disclosure.web.partner_form import ConsentForm
from disclosure.web.portal_forms import (
    AuthorityForm,
    NumberForm,
    PartyForm,
    PortalForm,
    data_fields,
    text,
)
from disclosure.web.portal_identity import platform_sign_in_url, visitor

RECEIPT_LIFE = timedelta(minutes=15)

Page = str | tuple[str, int]
Build = Callable[[Sequence[Upload]], Demand]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a receipt shows, kept for a quarter of an hour for a form that is sent twice."""

    reference: str
    public_ref: str
    secret: str
    pointer: str
    state: str
    due_at: str


def catalogue() -> Catalogue:
    """Return the rules of the house."""
    return rules_in_force()


def authority() -> str:
    """Ask which authority it is."""
    classes = [each for each in catalogue().classes.values() if each.is_authority]
    return render_template(
        "portal/authority.html",
        domestic=[each for each in classes if each.group is Group.DOMESTIC],
        foreign=[each for each in classes if each.group is Group.FOREIGN],
    )


def authority_form(requester_class: str) -> Page:
    """Take a demand of an authority."""
    asks = catalogue().classes.get(requester_class)
    if asks is None or not asks.is_authority:
        abort(404)
    form = AuthorityForm.for_class(catalogue(), asks, request.form)
    return _answer(
        form,
        lambda papers: form.demand(asks, papers),
        "portal/authority_form.html",
        {"asks": asks, "rules": catalogue().house},
    )


def ip() -> Page:
    """Take a demand of one side of a complaint; which side, the complaint's record says."""
    account = visitor()
    if not account:
        return _sign_in_page("portal.ip")
    number = _number()
    with look(REQUESTER) as work:
        side = side_of_complaint(work, number.number.data or "", account)
    if side is None:
        return _number_page("portal/ip_number.html", number, account)
    form = _ip_form(side, number.number.data or "")
    return _answer(
        form,
        lambda papers: form.demand("G3E", side, account, papers),
        "portal/ip_form.html",
        {"account": account, "side": side, "complainant": side == COMPLAINANT, "pointer": POINTER},
    )


def transaction() -> Page:
    """Take a demand of a party to an order for the other side's contact."""
    account = visitor()
    if not account:
        return _sign_in_page("portal.transaction")
    number = _number()
    with look(REQUESTER) as work:
        party = side_of_order(work, number.number.data or "", account)
    if party is None:
        return _number_page("portal/transaction_number.html", number, account)
    form = _party_form("G3F", number.number.data or "", trader=party.other_is_trader)
    return _answer(
        form,
        lambda papers: form.demand("G3F", "transaction_party", account, papers),
        "portal/transaction_form.html",
        {
            "account": account,
            "party": party,
            "objection_days": catalogue().notice("G3F").objection_days,
        },
    )


def partner() -> Page:
    """Take a demand of a business partner that rests on a user's consent (G3A)."""
    account = visitor()
    if not account:
        return _sign_in_page("portal.partner")
    source = house().desk.source
    known = source.partner(account) if source is not None else None
    if known is None or known.reference != account:
        return _no_partner_page()
    form = ConsentForm(request.form)
    ground = catalogue().grounds["G3A"][-1]
    form.offer(data_fields(catalogue(), ground.fields.cap - ground.never))
    return _answer(
        form,
        lambda papers: form.demand(known.name, account, papers),
        "portal/partner_form.html",
        {"account": account, "partner": known},
    )


def _no_partner_page() -> Page:
    page = render_template(
        "portal/stopped.html",
        title="This account is not a business partner's",
        message="Only a partner that the platform has an agreement with asks on a consent here.",
        next="Sign in with the account of the company, or leave and start again.",
        go=(url_for("portal.start"), "Start again"),
    )
    return page, 403


def _number() -> NumberForm:
    return NumberForm(request.form if request.method == "POST" else request.args)


def _sign_in_page(place: str) -> Page:
    page = render_template(
        "portal/sign_in.html",
        place=place,
        platform_href=platform_sign_in_url(),
        expired=request.method == "POST",
    )
    return page, 403 if request.method == "POST" else 200


def _number_page(template: str, number: NumberForm, account: str) -> Page:
    asked = "number" in request.values
    if asked and number.validate():
        what = "a complaint" if template.startswith("portal/ip") else "an order"
        number.number.errors = [f"Enter the number of {what} that you are a party to."]
    return _rendered(template, number, account), 422 if asked else 200


def _rendered(template: str, number: NumberForm, account: str) -> str:
    return render_template(template, form=number, account=account, rules=catalogue().house)


def _ip_form(side: str, number: str) -> PartyForm:
    if side != COMPLAINANT:
        return _party_form("G3E", number)
    form = PartyForm(request.form)
    form.number.data = number
    rules = catalogue().grounds["G3D"][-1].fields
    wanted = rules.default | rules.on_justification
    purposes = catalogue().vocabulary.purposes["G3E"] & {"resolve rights dispute"}
    form.offer(purposes=purposes, fields=data_fields(catalogue(), wanted))
    form.offer_carriers()
    return form


def _party_form(ground: str, number: str, *, trader: bool = False) -> PartyForm:
    form = PartyForm(request.form)
    form.number.data = number
    rules = catalogue().grounds[ground][-1].fields
    wanted = rules.trader if trader else rules.default | rules.on_justification
    form.offer(
        purposes=catalogue().vocabulary.purposes[ground],
        fields=data_fields(catalogue(), wanted),
    )
    return form


def _answer(form: PortalForm, build: Build, template: str, shown: Mapping[str, Any]) -> Page:
    """Show a form, or take what it brings: a receipt, or the form again with its problems."""
    if request.method == "GET":
        return render_template(template, form=form, kept=[], **shown)
    now = house().clock()
    tokens = request.form.getlist("kept")
    papers, problems = read_papers(request.files.getlist("papers"), tokens, now)
    demand = build([paper.upload for paper in papers])
    valid = form.validate()
    if problems:
        form.papers.errors = [" ".join(problems)]
    form.show(_more_problems(form, demand))
    if valid and not form.errors:
        receipt = _receive(form, demand, papers, now)
        if receipt is not None:
            return receipt
    kept = keep_papers(papers, now)
    return render_template(template, form=form, kept=kept, **shown), 422


def _more_problems(form: PortalForm, demand: Demand) -> dict[str, str]:
    with look(REQUESTER) as work:
        problems = problems_of(work, demand)
    if isinstance(form, PartyForm) and demand.requester_class == COMPLAINANT:
        problems |= form.carrier_problems(demand.papers)
    return problems


def _receive(
    form: PortalForm, demand: Demand, papers: Sequence[Paper], now: datetime
) -> Page | None:
    """Open the case and return the receipt; None when the operation still found a problem."""
    key = _fingerprint(text(form.once.data), demand)
    try:
        with unit_of_work(REQUESTER) as work:
            if form.once.data and not claim_once(work, "demand", key):
                return _receipt_again(key, now)
            shown = _shown(receive_demand(work, demand))
            content = json.dumps(asdict(shown)).encode()
            kept_files().put(f"receipt.{key}", content, now=now, life=RECEIPT_LIFE)
    except Incomplete as problem:
        form.show(problem.problems)
    except BadInput as problem:
        form.show({problem.where or "narrative": problem.sentence})
    else:
        forget_papers(papers)
        return _receipt_page(shown)
    return None


def _fingerprint(once: str, demand: Demand) -> str:
    """Return what makes this very demand, sent from this very page, the same as another."""
    papers = [hashlib.sha256(paper.content).hexdigest() for paper in demand.papers]
    parts = [once, repr(replace(demand, papers=())), *papers]
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()


def _shown(receipt: Receipt) -> Shown:
    case = receipt.case
    return Shown(
        reference=case.reference,
        public_ref=case.public_ref,
        secret=receipt.tracking_secret,
        pointer=receipt.pointer,
        state=case.state,
        due_at=case.due_at.isoformat() if case.due_at else "",
    )


def _receipt_page(shown: Shown) -> Page:
    page = render_template(
        "portal/receipt.html",
        shown=shown,
        due_at=datetime.fromisoformat(shown.due_at) if shown.due_at else None,
        track_href=url_for("portal.track_link", public_ref=shown.public_ref),
    )
    return page, 201


def _receipt_again(key: str, now: datetime) -> Page:
    content = kept_files().get(f"receipt.{key}", now=now)
    if content is None:
        page = render_template(
            "portal/stopped.html",
            title="This demand has arrived already",
            message="You sent the same form before. There is one case for it, not two.",
            next="Reference and tracking secret are in the message that we sent you.",
            go=(url_for("portal.track"), "Follow the demand"),
        )
        return page, 409
    return _receipt_page(Shown(**json.loads(content)))
