"""The questions that people answer, each feeding one fact of the rules.

Owns which fact a person may establish, in which form, and which check asks for it. An answer never
decides a case; it changes a fact, and the rules run again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from disclosure.domain.access import Permission
from disclosure.errors import BadInput

LONGEST_TEXT = 500
MOST_OFFICERS = 20


class Kind(Enum):
    """The form of an answer."""

    YES_NO = "yes_no"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    FIELDS = "fields"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Question:
    """One question to a person.

    Attributes:
        key: Path of the fact that the answer sets, such as ``instrument.sealed``; paths under
            ``house.`` are read by the workflow and never by the rules.
        check: Check of the catalogue that asks for it.
        text: The question as people read it.
        kind: Form of the answer.
        choices: (value, label) for ``Kind.CHOICE``.
        permission: Who may answer.
        also: Other checks that read the same fact.
    """

    key: str
    check: str
    text: str
    kind: Kind
    choices: tuple[tuple[str, str], ...] = ()
    permission: Permission = Permission.WORK_CASE
    also: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """Say which answers are allowed."""
        if self.kind is Kind.CHOICE:
            return "; ".join(label for _, label in self.choices)
        return _ALLOWED[self.kind]


_ALLOWED = {
    Kind.YES_NO: "yes or no",
    Kind.NUMBER: f"a whole number from 0 to {MOST_OFFICERS}",
    Kind.TEXT: f"a text of 1 to {LONGEST_TEXT} characters",
    Kind.DATE: "a day",
    Kind.FIELDS: "some of the fields asked for",
}

_LEGAL = Permission.DECIDE_CASE
_LEVELS = (
    ("sufficient", "High enough for this paper"),
    ("unclear", "Unclear"),
    ("insufficient", "Too low"),
)
_DANGERS = (("person", "To a person's life or health"), ("property", "To property only"))
_ROUTES = (
    ("security_assessment", "Security assessment passed"),
    ("certification", "Certification"),
    ("standard_contract", "Standard contract filed"),
    ("flow2024.5.1", "Exempt: needed for the person's own contract (2024 Provisions, art. 5)"),
)
_TEMPLATES = (
    ("delivery", "Delivery of an order"),
    ("payment", "Payment of an order"),
    ("customer_service", "Customer service"),
)
_OTHERS = (
    ("none", "No"),
    ("redacted", "It was, and all of it is redacted"),
    ("present", "Yes, and counsel has to look at it"),
)
_RELAYED = "Was the other side written to through the platform, without an answer for 72 hours?"

QUESTIONS: tuple[Question, ...] = (
    Question(
        "requester.verified",
        "V01_requester_identified",
        "Do our own register or the platform's login say who the requester is?",
        Kind.YES_NO,
    ),
    Question(
        "requester.officers",
        "V04_two_officers",
        "How many officers have shown their credentials?",
        Kind.NUMBER,
    ),
    Question(
        "instrument.number", "I02_instrument_formal", "Which number is on the paper?", Kind.TEXT
    ),
    Question(
        "instrument.sealed", "I02_instrument_formal", "Is the paper sealed or signed?", Kind.YES_NO
    ),
    Question(
        "instrument.issued_at", "I02_instrument_formal", "On which day was it issued?", Kind.DATE
    ),
    Question(
        "instrument.expires_at",
        "I03_instrument_in_force",
        "Which day is the last on which the paper holds?",
        Kind.DATE,
    ),
    Question(
        "instrument.issuer_level",
        "I04_issuer_competent",
        "Is the issuer's level high enough for this paper?",
        Kind.CHOICE,
        _LEVELS,
        _LEGAL,
    ),
    Question(
        "instrument.names_us",
        "I05_addressed_to_us",
        "Is the paper addressed to our legal entity?",
        Kind.YES_NO,
    ),
    Question(
        "instrument.legal_basis",
        "C01_legal_basis_cited",
        "Which article does the paper rest on?",
        Kind.TEXT,
    ),
    Question(
        "instrument.fields",
        "C05_category_needs_named",
        "Which data does the paper name expressly?",
        Kind.FIELDS,
    ),
    Question(
        "instrument.danger", "C02_emergency_test", "Danger to what?", Kind.CHOICE, _DANGERS, _LEGAL
    ),
    Question(
        "instrument.excluded_basis",
        "S02_in_policy_scope",
        "On which legal basis may data outside the policy leave?",
        Kind.TEXT,
        permission=_LEGAL,
    ),
    Question(
        "instrument.content_warrant",
        "S02_in_policy_scope",
        "Does a warrant reach the content of messages?",
        Kind.YES_NO,
        permission=_LEGAL,
    ),
    Question(
        "instrument.art41_approval",
        "J01_foreign_authority_gate",
        "Reference of the competent authority's approval",
        Kind.TEXT,
        permission=_LEGAL,
    ),
    Question(
        "instrument.intl_agreement",
        "J03_local_law_pack",
        "Is there an international agreement in force that carries this order?",
        Kind.YES_NO,
        permission=_LEGAL,
    ),
    Question(
        "instrument.gag",
        "N01_notice_plan",
        "Does an order forbid telling the data subject?",
        Kind.YES_NO,
    ),
    Question("instrument.gag_until", "N01_notice_plan", "Until which day?", Kind.DATE),
    Question(
        "requester.restricted_list",
        "J04_recipient_not_listed",
        "Is the recipient on the restricted list?",
        Kind.YES_NO,
    ),
    Question(
        "request.period_reason",
        "S04_period_bounded",
        "Why does the paper need more than 180 days?",
        Kind.TEXT,
    ),
    Question(
        "request.justified",
        "S03_on_ground_list",
        "For which fields is there a recorded justification?",
        Kind.FIELDS,
        permission=_LEGAL,
    ),
    Question(
        "ground_facts.export_route",
        "J02_export_route",
        "Which route lets the data leave the country?",
        Kind.CHOICE,
        _ROUTES,
        _LEGAL,
    ),
    Question(
        "subject.guardian_consent",
        "P01_minor",
        "Has the child's guardian consented?",
        Kind.YES_NO,
        permission=_LEGAL,
    ),
    Question(
        "subject.safety_flag",
        "P04_safety_flag",
        "Is anybody at risk from this disclosure?",
        Kind.YES_NO,
        also=("E08_complainant_risk",),
    ),
    Question(
        "process.pia",
        "P03_impact_assessment",
        "Reference of the impact assessment",
        Kind.TEXT,
        permission=_LEGAL,
    ),
    Question("ground_facts.decision", "D01_final_finding", "Which decision was it?", Kind.TEXT),
    Question("ground_facts.final", "D01_final_finding", "Is the decision final?", Kind.YES_NO),
    Question(
        "ground_facts.interest",
        "D02_third_party_interest",
        "Which own legal interest does the requester have?",
        Kind.TEXT,
        permission=_LEGAL,
    ),
    Question("ground_facts.relay_tried", "D04_less_intrusive_tried", _RELAYED, Kind.YES_NO),
    Question(
        "ground_facts.law_note",
        "D05_law_beyond_policy",
        "Which legal basis carries the disclosure beyond the policy?",
        Kind.TEXT,
        permission=_LEGAL,
    ),
    Question(
        "ground_facts.other_ground_fits",
        "X01_no_other_ground",
        "Does another ground fit?",
        Kind.YES_NO,
        permission=_LEGAL,
    ),
    Question(
        "ground_facts.legal_basis",
        "X02_legal_basis_stated",
        "Which law or policy article?",
        Kind.TEXT,
        permission=_LEGAL,
    ),
    Question(
        "ground_facts.reason",
        "X03_written_reason",
        "Why is this disclosure appropriate although no other ground fits?",
        Kind.TEXT,
        permission=_LEGAL,
    ),
    Question(
        "house.consent_purpose",
        "A04_consent_covers",
        "Is what the recipient wants the data for within the purpose of the consent?",
        Kind.YES_NO,
        permission=_LEGAL,
    ),
    Question(
        "ground_facts.order_ref",
        "B01_service_requested",
        "Which order or subscription of this user asked for the service?",
        Kind.TEXT,
    ),
    Question(
        "ground_facts.contract",
        "B03_recipient_contract",
        "Which contract binds the recipient?",
        Kind.TEXT,
        permission=_LEGAL,
    ),
    Question(
        "ground_facts.template",
        "B02_field_necessary",
        "Which approved template says what this service needs?",
        Kind.CHOICE,
        _TEMPLATES,
        _LEGAL,
    ),
    Question(
        "ground_facts.access_end",
        "B04_access_ends",
        "Which day is the last of the recipient's access?",
        Kind.DATE,
    ),
    Question(
        "records.authority_to_act",
        "V05_authority_to_act",
        "Does a power of attorney, or the order with the practising certificate, show it?",
        Kind.YES_NO,
    ),
    Question(
        "records.third_parties",
        "S06_third_party_data",
        "Is other people's data in what was gathered?",
        Kind.CHOICE,
        _OTHERS,
    ),
    Question(
        "house.paper_forged",
        "V02_domain_on_register",
        "Did the issuer say that the paper is not theirs?",
        Kind.YES_NO,
    ),
)

_BY_KEY = {question.key: question for question in QUESTIONS}
KEYS = frozenset(_BY_KEY)


def question_for(key: str) -> Question:
    """Return the question with this key.

    Raises:
        BadInput: When there is none.
    """
    if key not in _BY_KEY:
        raise BadInput("There is no such question.", where="key")
    return _BY_KEY[key]


def questions_of(check: str) -> tuple[Question, ...]:
    """List the questions whose answers a check reads."""
    return tuple(q for q in QUESTIONS if check == q.check or check in q.also)


def read_answer(question: Question, given: str, fields: frozenset[str]) -> object:
    """Turn what was typed into the fact's value.

    Args:
        question: The question.
        given: The typed answer; field ids are separated by spaces.
        fields: Field ids that the case asks for.

    Raises:
        BadInput: With what to type instead.
    """
    return _READERS[question.kind](question, given.strip(), fields)


def _read_yes_no(_question: Question, given: str, _fields: frozenset[str]) -> object:
    if given not in {"yes", "no"}:
        raise BadInput("Choose yes or no.", where="answer")
    return given == "yes"


def _read_number(_question: Question, given: str, _fields: frozenset[str]) -> object:
    short = given.isascii() and given.isdigit() and len(given) <= len(str(MOST_OFFICERS))
    if not short or int(given) > MOST_OFFICERS:
        raise BadInput(f"Enter a whole number from 0 to {MOST_OFFICERS}.", where="answer")
    return int(given)


def _read_text(_question: Question, given: str, _fields: frozenset[str]) -> object:
    if not given or len(given) > LONGEST_TEXT:
        raise BadInput(f"Write 1 to {LONGEST_TEXT} characters.", where="answer")
    return given


_LAST_DAYS = ("expires_at", "until", "access_end")


def _read_date(question: Question, given: str, _fields: frozenset[str]) -> object:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise BadInput("Enter a day like 2026-11-24.", where="answer") from None
    return f"{day}T23:59:59" if question.key.endswith(_LAST_DAYS) else str(day)


def _read_fields(_question: Question, given: str, fields: frozenset[str]) -> object:
    named = given.split()
    if strangers := [field for field in named if field not in fields]:
        raise BadInput(f"{strangers[0][:48]} is not among the fields asked for.", where="answer")
    return named


def _read_choice(question: Question, given: str, _fields: frozenset[str]) -> object:
    if given not in {value for value, _ in question.choices}:
        raise BadInput("Choose one of the answers.", where="answer")
    return given


_READERS: Mapping[Kind, Callable[[Question, str, frozenset[str]], object]] = {
    Kind.YES_NO: _read_yes_no,
    Kind.NUMBER: _read_number,
    Kind.TEXT: _read_text,
    Kind.DATE: _read_date,
    Kind.FIELDS: _read_fields,
    Kind.CHOICE: _read_choice,
}
