"""The grounds, and the catalogue: every rule that decides cases, as one frozen value.

Owns what the engine asks the rules. Must not read files (``domain/catalogue.py`` does) and must
not decide (``domain/grounds/evaluate.py`` does).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from disclosure.domain.decision import Decision, Profile
from disclosure.domain.explanations import Explanations
from disclosure.domain.fields import FieldTable, Level
from disclosure.domain.pack_files import Layer
from disclosure.domain.pack_rows import Row
from disclosure.domain.plans import ApprovalProfile, Deadline, NoticePlan, NoticeText
from disclosure.domain.policy import Policy
from disclosure.domain.reporting import Reporting
from disclosure.domain.retention import RetentionRules
from disclosure.domain.rule_rows import (
    CheckText,
    Citation,
    Instrument,
    Jurisdiction,
    ReasonCode,
    RequesterClass,
    choice,
    selection,
)
from disclosure.errors import BadInput

NEVER_CODE = "never_disclosed"
"""Reason code of a field that leaves under no ground."""

OWN_CHECKS = "<ground checks>"
"""Marks the place of a ground's own checks in the order that all grounds share."""

GROUND_KEYS = (
    *("id", "clause", "title", "title_zh", "valid_from", "valid_to", "who_may_invoke", "evidence"),
    *("facts", "checks", "key_check", "fields", "never", "approvals", "discretion", "codes"),
    *("jurisdictions", "law", "refusals"),
)


class ListSource(Enum):
    """Where a ground's list of fields comes from."""

    OWN = "own"
    TEMPLATE = "service_template"
    CONSENT = "consent"
    INSTRUMENT = "instrument"


@dataclass(frozen=True, slots=True)
class FieldList:
    """The fields that may leave under a ground.

    Attributes:
        source: Whether the list is the ground's own or what another paper names.
        default: Fields of the ground's own list.
        on_justification: Fields that need a recorded justification.
        trader: The list that replaces all others when the data subject is a trader.
        cap: Where another paper names the fields: what it can name at all.
        special: Excluded fields and content, which leave only as S02 allows.
        max_fields: The most fields that may leave; 0 for any number.
    """

    source: ListSource
    default: frozenset[str]
    on_justification: frozenset[str]
    trader: frozenset[str]
    cap: frozenset[str]
    special: frozenset[str]
    max_fields: int

    @classmethod
    def from_row(cls, row: Row, fields: FieldTable) -> "FieldList":
        """Read a ground's field list."""
        row.only(
            *("source", "default", "on_justification", "trader"),
            *("cap", "special", "max_fields"),
        )
        return cls(
            source=choice(row, "source", ListSource),
            default=selection(row, "default", fields),
            on_justification=selection(row, "on_justification", fields),
            trader=selection(row, "trader", fields),
            cap=selection(row, "cap", fields),
            special=selection(row, "special", fields),
            max_fields=row.number("max_fields", 0),
        )


@dataclass(frozen=True, slots=True)
class Ground:
    """One version of a reason of the policy that permits disclosure.

    Attributes:
        facts: Keys of ``ground_facts`` that a case of this ground may carry.
        checks: Its own checks in their order.
        order: All checks in their order, shared ones included.
        key_check: Decides a release in which nothing else did.
        never: Fields that beat every allowance; ``never_of_child`` with the levels of a child.
        codes: Check id to the reason code that this ground gives it instead of the check's own.
        discretion: Whether the clause leaves the release to the platform's judgement.
    """

    id: str
    clause: str
    title: str
    title_zh: str
    valid_from: date
    valid_to: date | None
    who_may_invoke: tuple[str, ...]
    evidence: tuple[str, ...]
    facts: frozenset[str]
    checks: tuple[str, ...]
    order: tuple[str, ...]
    key_check: str
    fields: FieldList
    never: frozenset[str]
    never_of_child: frozenset[str]
    approvals: Profile
    discretion: bool
    codes: Mapping[str, str]
    jurisdictions: Mapping[str, tuple[str, ...]]
    law: tuple[str, ...]
    refusals: tuple[str, ...]
    row: Row

    @property
    def rests_on_instrument(self) -> bool:
        """Tell whether a paper of an authority carries this ground."""
        return self.fields.source is ListSource.INSTRUMENT

    @property
    def rests_on_consent(self) -> bool:
        """Tell whether the data subject's consent carries this ground."""
        return self.fields.source is ListSource.CONSENT

    def in_force(self, day: date) -> bool:
        """Tell whether this version holds on a day; both ends count."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @classmethod
    def from_row(cls, row: Row, fields: FieldTable, common: tuple[str, ...]) -> "Ground":
        """Read a ground from its pack row.

        Args:
            row: The pack row.
            fields: The taxonomy that its selectors mean.
            common: The order shared by all grounds; ``<ground checks>`` marks this one's place.
        """
        row.only(*GROUND_KEYS)
        for key in ("key_check", "never", "approvals"):
            if key not in row.values:
                raise row.refusal(f"ground {row.text('id')} has no {key!r}; every ground needs one")
        checks = row.texts("checks")
        place = common.index(OWN_CHECKS)
        codes, local = row.part("codes"), row.part("jurisdictions")
        return cls(
            id=row.text("id"),
            clause=row.text("clause"),
            title=row.text("title"),
            title_zh=row.text("title_zh"),
            valid_from=row.day("valid_from"),
            valid_to=row.day_if_any("valid_to"),
            who_may_invoke=row.texts("who_may_invoke"),
            evidence=row.texts("evidence"),
            facts=frozenset(row.texts("facts", ())),
            checks=checks,
            order=(*common[:place], *checks, *common[place + 1 :]),
            key_check=row.text("key_check"),
            fields=FieldList.from_row(row.part("fields"), fields),
            never=selection(row, "never", fields),
            never_of_child=selection(row, "never", fields, child=True),
            approvals=choice(row, "approvals", Profile),
            discretion=row.flag("discretion"),
            codes={check: codes.text(check) for check in codes.values},
            jurisdictions={place: local.texts(place) for place in local.values},
            law=row.texts("law"),
            refusals=row.texts("refusals"),
            row=row,
        )


@dataclass(frozen=True, slots=True)
class House:
    """The numbers that a deployment may set for itself.

    Attributes:
        home: Where the platform is at home: data stored there is under its export rules.
        utc_offset: What a time without offset means.
        minor_age: Below this age the data subject is a child.
        longest_period_days: The longest period that needs no reason.
        reason_characters: The least length of a written reason under the residual ground.
        relay_hours: How long a message through the platform may stay without an answer.
        residual_sunset_days: After which an approval under the residual ground lapses.
        paper_after_emergency_hours: Within which the paper has to follow an emergency.
        policy_banner_days: How long a significant change of the policy is notified on the site.
    """

    home: str
    utc_offset: timedelta
    minor_age: int
    longest_period_days: int
    reason_characters: int
    relay_hours: int
    residual_sunset_days: int
    paper_after_emergency_hours: int
    policy_banner_days: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The closed sets of words that a case may use, and the purposes that count.

    Attributes:
        instruments: Types of paper, with their titles.
        purposes: By ground, the purposes it accepts, in small letters.
        marketing: Purposes that are marketing, in small letters.
    """

    countries: frozenset[str]
    instruments: Mapping[str, str]
    purposes: Mapping[str, frozenset[str]]
    marketing: frozenset[str]


@dataclass(frozen=True)
class Catalogue:
    """Every rule of some packs: a pure value, pinned to a case by version and fingerprint.

    Attributes:
        sha256: Fingerprint of the pack files.
        layers: The files themselves.
        policies: The versions of the policy in their order of time.
        citations: By id, as the article stands now; ``citation`` asks for another day.
        dated_citations: By id, all versions in their order of time.
        papers: By requester class, what can oblige the platform.
        grounds: By id, the versions in their order of time.
        templates: Service template to the fields that the service needs.
        notices: By ground, requester class or empty, and whether the data subject is a trader.
        delayed_notice: The plan under a non-disclosure order or after an emergency.
        deadlines: By ground, requester class, instrument (each or empty), and emergency.
        retention: By ground (or ``*``) and what came of the case.
        explanations: What decision cards say beside the rules.
        escalators: Names of the facts that lift STD to DUAL.
        reporting: What the transparency report has to know of papers and classes.
    """

    version: str
    sha256: str
    layers: tuple[Layer, ...]
    policies: tuple[Policy, ...]
    house: House
    vocabulary: Vocabulary
    fields: FieldTable
    citations: Mapping[str, Citation]
    dated_citations: Mapping[str, tuple[Citation, ...]]
    papers: Mapping[str, tuple[Instrument, ...]]
    reasons: Mapping[str, ReasonCode]
    classes: Mapping[str, RequesterClass]
    jurisdictions: Mapping[str, Jurisdiction]
    checks: Mapping[str, CheckText]
    grounds: Mapping[str, tuple[Ground, ...]]
    templates: Mapping[str, frozenset[str]]
    approval_profiles: Mapping[Profile, ApprovalProfile]
    escalators: tuple[str, ...]
    notices: Mapping[tuple[str, str, bool], NoticePlan]
    delayed_notice: NoticePlan
    notice_texts: Mapping[str, NoticeText]
    deadlines: Mapping[tuple[str, str, str, bool], Deadline]
    retention: RetentionRules
    explanations: Explanations

    @property
    def policy(self) -> Policy:
        """Return the newest version of the policy, whether it has begun or not."""
        return self.policies[-1]

    def policy_at(self, at: datetime) -> Policy:
        """Return the version of the policy in force at an instant; before the first, the first."""
        day = self.local_day(at)
        begun = [policy for policy in self.policies if policy.valid_from <= day]
        return begun[-1] if begun else self.policies[0]

    def policy_version(self, version: str) -> Policy | None:
        """Return a version of the policy, if there is one of this name."""
        return next((policy for policy in self.policies if policy.version == version), None)

    def announced_policies(self, at: datetime) -> tuple[Policy, ...]:
        """Return the versions of the policy that are public, also those that are to come."""
        day = self.local_day(at)
        public = tuple(policy for policy in self.policies if policy.announced <= day)
        return public or self.policies[:1]

    def policy_news(self, at: datetime) -> Policy | None:
        """Return the newest significant change that is still to be notified on the site."""
        day, length = self.local_day(at), timedelta(days=self.house.policy_banner_days)
        fresh = (
            policy
            for policy in reversed(self.announced_policies(at))
            if policy.significant and day < policy.valid_from + length
        )
        return next(fresh, None)

    def citation(self, citation: str, at: datetime) -> Citation:
        """Return an article as it stands at an instant; the nearest version where none does."""
        day, versions = self.local_day(at), self.dated_citations[citation]
        standing = [version for version in versions if version.in_force(day)]
        return standing[-1] if standing else versions[-1]

    def obliges(self, requester_class: str, paper: str, country: str | None, at: datetime) -> bool:
        """Tell whether a class of requesters can oblige the platform with a type of paper.

        Rows that name the requester's country, or none, go first. Where there are none, all of the
        class count: which class a requester is in was settled by the register.
        """
        day = self.local_day(at)
        rows = [row for row in self.papers.get(requester_class, ()) if row.in_force(day)]
        here = [row for row in rows if row.country in {"", country}]
        return any(row.id == paper for row in here or rows)

    reporting: Reporting

    def ground(self, ground: str, at: datetime) -> Ground:
        """Return the version of a ground that holds at an instant.

        Returns:
            The version in force; else the nearest one, under which R05 lets nothing leave.

        Raises:
            BadInput: When there is no such ground.
        """
        if ground not in self.grounds:
            raise BadInput(f"there is no such ground; use one of {', '.join(self.grounds)}")
        versions = self.grounds[ground]
        if len(versions) == 1:
            return versions[0]
        day = self.local_day(at)
        begun = [version for version in versions if version.valid_from <= day]
        return begun[-1] if begun else versions[0]

    def local_day(self, at: datetime) -> date:
        """Return the day that an instant belongs to where the platform is at home."""
        return (at + self.house.utc_offset).date()

    def notice(self, ground: str, requester_class: str = "", *, trader: bool = False) -> NoticePlan:
        """Return the notice plan of a ground before gags and emergencies: the closest row."""
        for key in (
            (ground, requester_class, trader),
            (ground, "", trader),
            (ground, requester_class, False),
        ):
            if key in self.notices:
                return self.notices[key]
        return self.notices[ground, "", False]

    def deadline(
        self,
        ground: str,
        requester_class: str = "",
        *,
        instrument: str = "",
        emergency: bool = False,
    ) -> Deadline:
        """Return how long the house has to answer: the row that fits most closely."""
        for urgent in (True, False) if emergency else (False,):
            for key in (
                (ground, requester_class, instrument, urgent),
                (ground, "", instrument, urgent),
                (ground, requester_class, "", urgent),
                (ground, "", "", urgent),
            ):
                if key in self.deadlines:
                    return self.deadlines[key]
        raise BadInput(f"no deadline is set for ground {ground}; add a [[deadline]] row to a pack")

    def withholding_reason(self, field: str, decision: Decision) -> ReasonCode:
        """Return the coded reason why a field that was asked for does not leave.

        Raises:
            BadInput: When the decision releases the field.
        """
        if field in decision.releasable_fields:
            raise BadInput("this field is released: there is no reason for withholding it")
        if self.fields.named(field).level is Level.NEVER:
            return self.reasons[NEVER_CODE]
        for check in decision.checks:
            if field in check.cut:
                return self.reasons[check.code]
        return self.reasons[decision.deciding.code]
