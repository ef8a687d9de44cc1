"""The portal's form for a business partner: what it types, and how it becomes a demand.

Owns that form. The other forms of the portal, and what all of them share, are in
``portal_forms.py``.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from wtforms import SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from disclosure.domain.fields import Field as DataField
from disclosure.operations.intake import Demand
from disclosure.operations.papers import Upload
from disclosure.web.portal_forms import FromList, Plain, PortalForm, text

_FORTY = Length(max=40, message="Keep this under 40 characters.")
_THREE_HUNDRED = Length(max=300, message="Keep this under 300 characters.")


def _usual_width(typed: str | None) -> str | None:
    return unicodedata.normalize("NFKC", typed).strip() if typed else typed


class ConsentForm(PortalForm):
    """A demand of a business partner, on a consent of the user."""

    consent = StringField(
        "Number of the consent",
        [InputRequired("Enter the number of the consent."), _FORTY, Plain()],
        filters=[_usual_width],
    )
    purpose_text = StringField(
        "Purpose",
        [InputRequired("Say what you need the data for."), _THREE_HUNDRED, Plain()],
    )
    fields = SelectMultipleField(
        "What do you ask for?",
        [FromList("Choose the data from the list.")],
        choices=[],
        validate_choice=False,
    )
    places: Mapping[str, str] = {"purpose": "purpose_text", "identifiers": "consent"}

    def offer(self, fields: Iterable[DataField]) -> None:
        """Give the form its choices."""
        self.fields.choices = [(field.id, field.title) for field in fields]
        self.begin()

    def demand(self, name: str, account: str, papers: Sequence[Upload]) -> Demand:
        """Return the demand that was typed.

        Args:
            name: Of the partner, as the platform knows it.
            account: The account that the platform signed in.
            papers: Attached files.
        """
        return Demand(
            ground="G3A",
            requester_class="third_party_named_in_consent",
            organisation=name,
            account=account,
            consent=text(self.consent.data),
            purpose=text(self.purpose_text.data),
            fields=tuple(self.fields.data or ()),
            **self.common(papers),
        )
