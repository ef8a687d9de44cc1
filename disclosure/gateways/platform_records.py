"""What a platform source answers: frozen facts and fetched values, whatever the source's kind.

Owns the shapes only. Facts are what the checks need to know about a subject, complaint or order;
values are the personal data itself, and come field by field from ``fetch``.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Period:
    """A time from its first instant up to, not including, its end; both aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Resolution:
    """Say whom the given identifiers mean.

    Attributes:
        accounts: The accounts that all identifiers have in common; where they have none in
            common, every account that any of them means. Sorted.
        agree: False when the identifiers have no account in common although one meant some.
    """

    accounts: tuple[str, ...]
    agree: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectFacts:
    """What the checks and the notice need to know of a data subject.

    Attributes:
        account: The platform's own account number.
        age: In whole years; None where no date of birth is known.
        storage: Code of the region in which the registration record is stored.
        roles: Any of ``buyer``, ``seller``, ``complainant``, ``respondent``.
        safety_flag: Whether the platform recorded stalking, violence or harassment.
        email: Where the notice goes; None where there is none.
        phone: The second channel; None where there is none.
        language: Of letters to the subject, such as ``zh`` or ``en``.
    """

    account: str
    age: int | None
    storage: str
    trader: bool
    deceased: bool
    cookies_refused: bool
    guardian_on_file: bool
    safety_flag: bool
    roles: tuple[str, ...]
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """The five things that an intellectual-property complaint needs to be qualified.

    Source: E-Commerce Law 42; Supreme People's Court opinion 2020 no. 32, article 5.
    """

    proof_of_right: bool
    true_identity: bool
    locatable_goods: bool
    preliminary_evidence: bool
    statement_of_truth: bool

    @property
    def complete(self) -> bool:
        """Return whether all five are there."""
        return not self.missing

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the names of those that are not there."""
        return tuple(name for name in self.__slots__ if not getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """An intellectual-property complaint as the platform keeps it, without contact data.

    Attributes:
        complainant: Account of who complained.
        respondent: Account of who offered the goods.
        state: ``open`` or ``withdrawn``.
        malicious: Whether the platform found the complaint to be made in bad faith.
    """

    reference: str
    complainant: str
    respondent: str
    items: Qualification
    filed_at: datetime
    forwarded_at: datetime | None
    state: str
    malicious: bool

    @property
    def qualified(self) -> bool:
        """Return whether the complaint carries everything that the law asks for."""
        return self.items.complete


@dataclass(frozen=True, slots=True)
class Side:
    """What one party of an order did.

    Attributes:
        performed: ``none``, ``part`` or ``full``.
        relay_tried_at: When the party first wrote to the other through the platform, of its
            messages that are unanswered; of all of them where each was answered.
        relay_answered: Whether the other party answered.
    """

    performed: str
    relay_tried_at: datetime | None
    relay_answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A transaction as the platform keeps it, without contact data.

    Attributes:
        trader: Whether the seller is one.
        on_platform: False where the parties dealt outside the platform.
        cross_border: Whether buyer and seller are in different countries.
        closed_at: When the order was completed or cancelled; None while it is open.
        breach_at: When the failure to perform that is complained of happened.
    """

    reference: str
    buyer: str
    seller: str
    buyer_side: Side
    seller_side: Side
    trader: bool
    on_platform: bool
    cross_border: bool
    placed_at: datetime
    closed_at: datetime | None
    breach_at: datetime | None

    def side(self, account: str) -> Side | None:
        """Return what an account did in this order, or None if it is no party to it."""
        return {self.buyer: self.buyer_side, self.seller: self.seller_side}.get(account)

    def counterparty(self, account: str) -> str | None:
        """Return the other party's account, or None if the account is no party itself."""
        return {self.buyer: self.seller, self.seller: self.buyer}.get(account)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FetchedValue:
    """One value of one field, with where it came from.

    Attributes:
        field: Field id, such as ``reg.phone``.
        value: As text.
        record: Key of the row it stood in, so that a row's values can be shown together.
        source: Name of the source and of its field group.
        storage_region: Code of the region in which the record is stored.
        collected_at: When the platform collected it; None where it does not know.
        fetched_at: When this program read it.
        cookie_choice: The user's choice on cookies when it was collected, where that was recorded.
        lawful_source: The partner's note on how it came by the data; partner data only.
    """

    field: str
    value: str
    record: str
    source: str
    storage_region: str
    collected_at: datetime | None
    fetched_at: datetime
    cookie_choice: str | None
    lawful_source: str | None

    def __repr__(self) -> str:
        return f"FetchedValue(field={self.field!r}, source={self.source!r})"
