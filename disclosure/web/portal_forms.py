"""Forms of the portal: what people type, and how it becomes a demand.

Owns names, hints of length and the way from typed text to ``Demand``. What a demand must contain is
the operation's rule; ``show`` puts its problems at the fields. Nothing here reads a file.
"""

import secrets
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from babel import Locale
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    Field,
    Form,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectFieldBase,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from disclosure.domain.fields import Field as DataField
from disclosure.domain.fields import Level
from disclosure.domain.routing import CARRIED_BY
from disclosure.domain.rule_rows import Group, RequesterClass
from disclosure.domain.rulebook import Catalogue
from disclosure.operations.intake import Demand
from disclosure.operations.papers import Upload

PRESERVATION = "preservation_request"
HIDDEN_SIGNS = frozenset({"Cc", "Cf", "Cs", "Co"})
HOME_COUNTRY = {"us_process": "US", "uk_authority": "UK", "eu_epoc_issuer": "EU"}
NO_PAPER = "none"
CARRIERS = {
    "court_order": "A court's investigation order",
    "copyright_authority": "A letter of the copyright authority",
    "final_finding": "A final finding of the platform against the respondent",
    NO_PAPER: "None of these",
}
PURPOSES = {
    "resolve rights dispute": "To settle the dispute over the right",
    "claim for wrongful notice": "To claim damages for a wrongful complaint",
    "defend against the complaint": "To defend myself against the complaint",
    "complete transaction": "To complete the order: payment, delivery or return",
    "resolve dispute": "To settle a dispute over the order",
}
"""Purposes of the packs in the words of the page; one without words is shown as it is."""


class Plain:
    """Refuse invisible signs, which can make a text read as something that it is not."""

    def __init__(self, *, lines: bool = False) -> None:
        self.allowed = "\r\n\t" if lines else ""

    def __call__(self, _form: Form, field: Field) -> None:
        """Check what was typed."""
        typed = field.data or ""
        for sign in typed:
            if unicodedata.category(sign) in HIDDEN_SIGNS and sign not in self.allowed:
                raise StopValidation("This text holds invisible control characters; type it again.")


class FromList:
    """Refuse a value that the page did not offer."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __call__(self, _form: Form, field: SelectFieldBase) -> None:
        """Check what was chosen."""
        offered = {value for value, *_ in field.iter_choices()}
        chosen = field.data if isinstance(field.data, list) else [field.data or ""]
        if any(value not in offered for value in chosen if value):
            raise StopValidation(self.sentence)


def _up_to(most: int) -> Length:
    return Length(max=most, message=f"Keep this under {most} characters.")


def _narrow(typed: str | None) -> str | None:
    """Write full-width letters and digits in their usual form."""
    return unicodedata.normalize("NFKC", typed).strip() if typed else typed


class DayField(DateField):
    """A day, also in full-width digits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what the browser sent, with a sentence that says what to type."""
        try:
            super().process_formdata([_narrow(each) or "" for each in valuelist])
        except ValueError:
            raise ValueError("Enter a day like 2026-11-24.") from None


class PortalForm(Form):
    """What every demand has."""

    name = StringField(
        "Your full name",
        [InputRequired("Enter the name of the person who asks."), _up_to(200), Plain()],
    )
    email = StringField(
        "E-mail address",
        [InputRequired("Enter an e-mail address like name@example.org."), _up_to(254), Plain()],
        filters=[_narrow],
    )
    phone = StringField("Telephone", [_up_to(40), Plain()], filters=[_narrow])
    narrative = TextAreaField("What else we should know", [_up_to(8000), Plain(lines=True)])
    papers = MultipleFileField("Papers")
    once = HiddenField(validators=[_up_to(64), Plain()])

    places: Mapping[str, str] = {}

    def begin(self) -> None:
        """Give the form its number, by which a second sending of the same is known."""
        self.once.data = self.once.data or secrets.token_urlsafe(18)

    def show(self, problems: Mapping[str, str]) -> None:
        """Put an operation's problems at the fields; one that has a problem keeps its own."""
        for name, sentence in problems.items():
            field = self._fields.get(self.places.get(name, name))
            if field is None:
                self.form_errors.append(sentence)
            elif not field.errors:
                field.errors = [sentence]

    def common(self, papers: Sequence[Upload]) -> dict[str, Any]:
        """Return the parts of a demand that every form has."""
        return {
            "name": text(self.name.data),
            "email": text(self.email.data),
            "phone": text(self.phone.data),
            "narrative": text(self.narrative.data),
            "papers": tuple(papers),
            "channel": "portal",
        }


_LIST = "Choose the data from the list."
_GROUP = [FromList(_LIST)]


def _boxes(title: str, question: str) -> SelectMultipleField:
    return SelectMultipleField(
        question, _GROUP, choices=[], validate_choice=False, description=title
    )


class AuthorityForm(PortalForm):
    """A demand of a court, the police or another authority, with its paper."""

    organisation = StringField(
        "Authority, court or firm",
        [
            InputRequired("Enter the name of the authority, court or firm."),
            _up_to(200),
            Plain(),
        ],
    )
    country = SelectField("Country", validate_choice=False)
    instrument_type = RadioField("Kind of paper", choices=[], validate_choice=False)
    instrument_number = StringField(
        "Number on the paper",
        [InputRequired("Enter the number on the paper."), _up_to(120), Plain()],
    )
    instrument_legal_basis = StringField(
        "Article of law that it rests on",
        [InputRequired("Enter the article of law that the paper rests on."), _up_to(200), Plain()],
    )
    instrument_issued_at = DayField("Issued on", [Optional()])
    instrument_expires_at = DayField("Holds until", [Optional()])
    emergency = BooleanField("This is an emergency")
    danger = RadioField(
        "What is in danger?",
        [FromList("Say what is in danger.")],
        choices=[("person", "A person's life or health"), ("property", "Property only")],
        default="person",
        validate_choice=False,
    )
    gag = BooleanField("The paper forbids us to tell the user")
    gag_until = DayField("Forbidden until", [Optional()])
    subject_account = StringField("Account number", [_up_to(200), Plain()], filters=[_narrow])
    subject_email = StringField("E-mail address", [_up_to(200), Plain()], filters=[_narrow])
    subject_phone = StringField("Telephone number", [_up_to(200), Plain()], filters=[_narrow])
    subject_real_name = StringField("Name", [_up_to(200), Plain()])
    fields_reg = _boxes("Registration data", "Which registration data?")
    fields_log = _boxes("Log-ins and devices", "Which data on log-ins and devices?")
    fields_ptn = _boxes("Data from partners", "Which data from partners?")
    fields_named = _boxes("Only where the paper names it in words", "What does it name?")
    period_from = DayField("First day", [Optional()])
    period_to = DayField("Last day", [Optional()])

    places: Mapping[str, str] = {"fields": "fields_reg", "identifiers": "subject_account"}
    groups = ("fields_reg", "fields_log", "fields_ptn", "fields_named")

    @classmethod
    def for_class(
        cls, catalogue: Catalogue, asks: RequesterClass, typed: MultiDict[str, str]
    ) -> "AuthorityForm":
        """Build the form with what a class of requesters may ask for, and on which paper."""
        form = cls(typed)
        titles = catalogue.vocabulary.instruments
        papers = [*sorted(asks.instruments), PRESERVATION]
        form.instrument_type.choices = [(each, titles[each]) for each in papers]
        form.country.choices = _countries(catalogue, asks)
        form.country.data = form.country.data or form.country.choices[0][0]
        for name, fields in _groups(catalogue, asks).items():
            getattr(form, name).choices = [(field.id, field.title) for field in fields]
        form.begin()
        return form

    def demand(self, asks: RequesterClass, papers: Sequence[Upload]) -> Demand:
        """Return the demand that was typed."""
        named = self.fields_named.data or []
        wanted = [field for name in self.groups for field in self[name].data or ()]
        return Demand(
            ground="G3C",
            requester_class=asks.id,
            country=str(self.country.data or ""),
            organisation=text(self.organisation.data),
            instrument=self._instrument(wanted if named else None),
            identifiers={
                key: typed
                for key in ("account", "email", "phone", "real_name")
                if (typed := text(self[f"subject_{key}"].data))
            },
            fields=tuple(wanted),
            period=_period(self.period_from.data, self.period_to.data),
            **self.common(papers),
        )

    def _instrument(self, named: list[str] | None) -> dict[str, Any]:
        paper: dict[str, Any] = {
            "type": self.instrument_type.data,
            "number": text(self.instrument_number.data),
            "legal_basis": text(self.instrument_legal_basis.data),
            "issued_at": _first_instant(self.instrument_issued_at.data),
            "expires_at": _last_instant(self.instrument_expires_at.data),
            "fields": named,
            "emergency": bool(self.emergency.data),
            "danger": self.danger.data if self.emergency.data else "",
            "gag": bool(self.gag.data),
            "gag_until": _last_instant(self.gag_until.data) if self.gag.data else "",
        }
        return {key: value for key, value in paper.items() if value}


class PartyForm(PortalForm):
    """A demand of somebody whom the platform signed in."""

    number = HiddenField(validators=[_up_to(40), Plain()])
    purpose = RadioField(
        "What do you need it for?",
        [FromList("Choose what you need the data for.")],
        choices=[],
        validate_choice=False,
    )
    carried_by = RadioField(
        "What do you hold?",
        [FromList("Choose one of the answers.")],
        choices=[],
        validate_choice=False,
    )
    fields = SelectMultipleField("What do you ask for?", _GROUP, choices=[], validate_choice=False)
    places: Mapping[str, str] = {"complaint": "number", "order": "number"}

    def offer(self, *, purposes: Iterable[str], fields: Iterable[DataField]) -> None:
        """Give the form its choices."""
        self.purpose.choices = [(each, PURPOSES.get(each, each)) for each in sorted(purposes)]
        self.fields.choices = [(field.id, field.title) for field in fields]
        self.begin()

    def offer_carriers(self) -> None:
        """Ask a complainant what carries the demand, where clause 3(e) does not."""
        self.carried_by.choices = list(CARRIERS.items())

    def carrier_problems(self, papers: Sequence[Upload]) -> dict[str, str]:
        """Say what a complainant left open."""
        if not self.carried_by.data:
            return {"carried_by": "Say what you hold, or that you hold none of these."}
        if self.carried_by.data in CARRIED_BY and not papers:
            return {"papers": "Attach the paper that you hold, as a PDF or picture."}
        return {}

    def demand(self, ground: str, asks: str, account: str, papers: Sequence[Upload]) -> Demand:
        """Return the demand that was typed.

        Args:
            ground: ``G3E`` or ``G3F``; says whether the number is a complaint's or an order's.
            asks: Id of the class of the requester.
            account: The account that the platform signed in.
            papers: Attached files.
        """
        number = text(self.number.data)
        return Demand(
            ground=ground,
            requester_class=asks,
            account=account,
            purpose=text(self.purpose.data),
            complaint=number if ground == "G3E" else "",
            order=number if ground == "G3F" else "",
            carried_by=str(self.carried_by.data or ""),
            fields=tuple(self.fields.data or ()),
            **self.common(papers),
        )


class NumberForm(Form):
    """The number of a complaint or an order."""

    number = StringField(
        "Number",
        [InputRequired("Enter the number."), _up_to(40), Plain()],
        filters=[_narrow],
    )


class TrackForm(Form):
    """What opens the page on which a demand is followed."""

    reference = StringField(
        "Reference",
        [InputRequired("Enter the reference of your receipt."), _up_to(64), Plain()],
        filters=[_narrow],
    )
    secret = StringField(
        "Tracking secret",
        [InputRequired("Enter the secret of your receipt."), _up_to(100), Plain()],
    )


class CodeForm(Form):
    """The code that comes by the second way."""

    code = StringField(
        "Code",
        [InputRequired("Enter the code of eight digits."), _up_to(40), Plain()],
        filters=[_narrow],
    )


def text(typed: str | None) -> str:
    """Return what was typed without the blanks around it."""
    return (typed or "").strip()


def data_fields(catalogue: Catalogue, ids: Iterable[str]) -> list[DataField]:
    """Return fields in the catalogue's order."""
    wanted = set(ids)
    return [field for field in catalogue.fields.values() if field.id in wanted]


def _groups(catalogue: Catalogue, asks: RequesterClass) -> dict[str, list[DataField]]:
    ground = catalogue.grounds["G3C"][-1]
    reach = ground.fields.cap | ground.fields.special
    allowed = (asks.reach if asks.reach is not None else reach) - ground.never
    groups: dict[str, list[DataField]] = {name: [] for name in AuthorityForm.groups}
    for field in data_fields(catalogue, allowed):
        usual = field.level in {Level.L0, Level.L1, Level.L2}
        name = f"fields_{field.category}" if usual else "fields_named"
        groups.get(name, groups["fields_named"]).append(field)
    return groups


def _countries(catalogue: Catalogue, asks: RequesterClass) -> list[tuple[str, str]]:
    if asks.group is Group.DOMESTIC:
        return [("CN", "China")]
    names = Locale("en").territories
    listed = [(code, str(names.get(code, code))) for code in catalogue.vocabulary.countries]
    first = HOME_COUNTRY.get(asks.id)
    if first == "EU":
        return [("EU", "European Union"), *sorted(listed, key=lambda row: row[1])]
    if first is not None:
        return [row for row in listed if row[0] == first]
    return [("", "Choose"), *sorted(listed, key=lambda row: row[1])]


def _period(first: date | None, last: date | None) -> tuple[date, date] | None:
    return (first, last) if first is not None and last is not None else None


def _first_instant(day: date | None) -> str:
    return day.isoformat() if day else ""


def _last_instant(day: date | None) -> str:
    return f"{day.isoformat()}T23:59:59" if day else ""
