"""Forms of the staff pages, as plain WTForms; the token is the page's.

Owns field names, limits and the way from typed text to an operation's values. Rules about a demand
are the operation's: its problems are shown at the fields by ``show``.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    Form,
    MultipleFileField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from disclosure.domain.fields import NEVER
from disclosure.domain.routing import ROUTES
from disclosure.domain.states import State
from disclosure.operations.desk import Work
from disclosure.operations.intake import Demand
from disclosure.operations.papers import Upload
from disclosure.operations.queue import Filter
from disclosure.operations.registering import agencies

MOST_PAGES = 9999


class QueueForm(Form):
    """What the queue can be narrowed by."""

    q = StringField("Case number", [Length(max=40)])
    route = SelectField("Route", default="", choices=[("", "All routes"), *ROUTES.items()])
    state = SelectField(
        "State", default="", choices=[("", "All open"), *((s.code, s.label) for s in State)]
    )
    owner = SelectField(
        "Handler", default="", choices=[("", "Anybody"), ("mine", "Me"), ("nobody", "Nobody yet")]
    )
    urgency = SelectField("Deadline", default="", choices=[("", "Any"), ("late", "Late")])
    question = SelectField(
        "Open question", default="", choices=[("", "Any"), ("mine", "For me to answer")]
    )
    page = StringField("Page", [Length(max=4)])

    def wanted(self) -> Filter:
        """Return the filter that was asked for."""
        given = (self.page.data or "1").strip()
        number = int(given) if given.isascii() and given.isdigit() else 1
        return Filter(
            reference=(self.q.data or "").strip(),
            route=self.route.data or "",
            state=self.state.data or "",
            owner=self.owner.data or "",
            urgency=self.urgency.data or "",
            question=self.question.data or "",
            page=min(max(number, 1), MOST_PAGES),
        )


_DANGERS = [("person", "A person's life or health"), ("property", "Property only")]


class DemandForm(Form):
    """A demand that came on paper, keyed in at the desk."""

    requester_class = SelectField("Who asks", [InputRequired("Choose who asks.")])
    country = SelectField("Country of the requester", default="CN")
    agency_id = SelectField("Entry in our register")
    organisation = StringField("Authority, court or firm", [Length(max=200)])
    name = StringField("Person who asks", [InputRequired("Enter who asks."), Length(max=200)])
    email = StringField("E-mail", [InputRequired("Enter an e-mail address."), Length(max=254)])
    phone = StringField("Telephone, as the paper gives it", [Length(max=40)])
    account = StringField("Requester's platform account", [Length(max=40)])

    instrument_type = SelectField("Kind of paper")
    instrument_number = StringField("Number on the paper", [Length(max=80)])
    instrument_issued_at = DateField("Issued on", [Optional()])
    instrument_expires_at = DateField("Holds until", [Optional()])
    instrument_legal_basis = StringField("Legal basis it names", [Length(max=200)])
    emergency = BooleanField("It is marked as an emergency")
    danger = SelectField("Danger to", choices=_DANGERS)
    gag = BooleanField("It forbids telling the data subject")
    gag_until = DateField("Until", [Optional()])

    subject_account = StringField("Account", [Length(max=40)])
    subject_email = StringField("E-mail", [Length(max=254)])
    subject_phone = StringField("Telephone", [Length(max=40)])
    subject_real_name = StringField("Name", [Length(max=200)])
    order = StringField("Order number", [Length(max=40)])
    complaint = StringField("Complaint number", [Length(max=40)])
    purpose = StringField("Purpose", [Length(max=300)])
    consent = StringField("Consent number", [Length(max=40)])
    decision = StringField("Number of the decision on a violation", [Length(max=40)])
    acts_for = StringField("Whom that person acts for", [Length(max=200)])

    fields = SelectMultipleField("Data asked for")
    period_from = DateField("From", [Optional()])
    period_to = DateField("To", [Optional()])
    narrative = TextAreaField("What the paper says", [Length(max=8000)])
    papers = MultipleFileField("Scan of the paper")

    @classmethod
    def for_desk(cls, work: Work, typed: MultiDict[str, str] | None = None) -> "DemandForm":
        """Build the form with the catalogue's and the register's choices."""
        form = cls(typed)
        catalogue = work.desk.catalogue
        form.requester_class.choices = [
            ("", "Choose"),
            *((key, value.title) for key, value in catalogue.classes.items()),
        ]
        form.country.choices = [(code, code) for code in sorted(catalogue.vocabulary.countries)]
        form.agency_id.choices = [
            ("", "Not in the register"),
            *((str(each.id), f"{each.name} {each.local_name}") for each in agencies(work)),
        ]
        form.instrument_type.choices = [
            ("", "No paper of an authority"),
            *((each, each.replace("_", " ")) for each in sorted(catalogue.vocabulary.instruments)),
        ]
        form.fields.choices = [
            (each.id, each.title) for each in catalogue.fields.values() if each.mask != NEVER
        ]
        form.grounds = {
            requester_class: ground
            for ground in catalogue.grounds
            for requester_class in catalogue.ground(ground, work.now).who_may_invoke
        }
        return form

    grounds: Mapping[str, str] = {}

    def demand(self, *, channel: str, papers: tuple[Upload, ...]) -> Demand:
        """Return the demand that was typed."""
        chosen = str(self.requester_class.data)
        agency = str(self.agency_id.data or "")
        return Demand(
            ground=self.grounds.get(chosen, "G3E" if chosen == "ip_complainant" else "G3C"),
            requester_class=chosen,
            country=str(self.country.data),
            name=_text(self.name.data),
            organisation=_text(self.organisation.data),
            email=_text(self.email.data),
            phone=_text(self.phone.data),
            account=_text(self.account.data),
            agency_id=int(agency) if agency else None,
            instrument=self._instrument(),
            identifiers=self._identifiers(),
            fields=tuple(self.fields.data or ()),
            period=self._period(),
            purpose=_text(self.purpose.data),
            order=_text(self.order.data),
            complaint=_text(self.complaint.data),
            consent=_text(self.consent.data),
            decision=_text(self.decision.data),
            acts_for=_text(self.acts_for.data),
            narrative=_text(self.narrative.data),
            papers=papers,
            channel=channel,
        )

    def _instrument(self) -> dict[str, Any]:
        if not self.instrument_type.data:
            return {}
        paper: dict[str, Any] = {
            "type": self.instrument_type.data,
            "number": _text(self.instrument_number.data),
            "legal_basis": _text(self.instrument_legal_basis.data),
            "issued_at": _day(self.instrument_issued_at.data),
            "expires_at": _last_instant(self.instrument_expires_at.data),
            "gag_until": _last_instant(self.gag_until.data) if self.gag.data else "",
        }
        flags = {"emergency": bool(self.emergency.data), "gag": bool(self.gag.data)}
        if self.emergency.data:
            paper["danger"] = self.danger.data
        return {key: value for key, value in {**paper, **flags}.items() if value}

    def _identifiers(self) -> dict[str, str]:
        given = {
            "account": _text(self.subject_account.data),
            "email": _text(self.subject_email.data),
            "phone": _text(self.subject_phone.data),
            "real_name": _text(self.subject_real_name.data),
        }
        return {key: value for key, value in given.items() if value}

    def _period(self) -> tuple[date, date] | None:
        if self.period_from.data is None or self.period_to.data is None:
            return None
        return self.period_from.data, self.period_to.data

    def show(self, problems: Mapping[str, str]) -> None:
        """Put an operation's problems at the fields they are about."""
        places = {"identifiers": "subject_account"}
        for name, sentence in problems.items():
            field = self._fields.get(places.get(name, name))
            if field is None:
                self.form_errors.append(sentence)
            else:
                field.errors = [*field.errors, sentence]


def _text(given: str | None) -> str:
    return (given or "").strip()


def _day(given: date | None) -> str:
    return given.isoformat() if given else ""


def _last_instant(given: date | None) -> str:
    return f"{given.isoformat()}T23:59:59" if given else ""
