"""One case on the table: its facts beside the rules that apply to them.

Owns the questions that several checks ask (is this an authority, is the data subject a child, what
is still to be released). Must not decide: that is ``evaluate.py``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from disclosure.domain.decision import NoticeRule, Profile
from disclosure.domain.facts import Case, Facts
from disclosure.domain.fields import Level
from disclosure.domain.plans import NoticePlan
from disclosure.domain.rule_rows import Group, RequesterClass
from disclosure.domain.rulebook import Catalogue, Ground


@dataclass(slots=True)
class Assessment:
    """A case under assessment.

    Attributes:
        remaining: Fields still to be released, in the order asked; checks that narrow shorten it.
        who: The requester's class; None where none was given.
        overruled: Checks that a person overruled with a written reason.
    """

    catalogue: Catalogue
    facts: Facts
    ground: Ground
    who: RequesterClass | None
    remaining: tuple[str, ...]
    overruled: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, case: Case, catalogue: Catalogue, overruled: frozenset[str]) -> "Assessment":
        """Put a case on the table."""
        facts = case.facts
        return cls(
            catalogue=catalogue,
            facts=facts,
            ground=catalogue.ground(case.ground, facts.release_at),
            who=catalogue.classes.get(facts.requester.requester_class or ""),
            remaining=facts.request.fields,
            overruled=overruled,
        )

    @property
    def by_authority(self) -> bool:
        """Tell whether an authority asks, from here or abroad."""
        return self.who is not None and self.who.is_authority

    @property
    def by_foreign_authority(self) -> bool:
        """Tell whether an authority from abroad asks."""
        return self.who is not None and self.who.group is Group.FOREIGN

    @property
    def stored_at_home(self) -> bool:
        """Tell whether the data is stored where the platform is at home."""
        return self.facts.subject.storage == self.catalogue.house.home

    @property
    def crosses_foreign_gate(self) -> bool:
        """Tell whether data stored at home is asked for by an authority from abroad."""
        return self.by_foreign_authority and self.stored_at_home

    @property
    def is_export(self) -> bool:
        """Tell whether data stored at home would go to a private recipient abroad.

        A recipient whose country is not known counts as abroad.
        """
        abroad = self.facts.requester.country != self.catalogue.house.home
        return abroad and self.stored_at_home and not self.by_authority

    @property
    def is_emergency(self) -> bool:
        """Tell whether the paper claims an emergency."""
        return self.ground.rests_on_instrument and self.facts.instrument.emergency

    @property
    def is_gagged(self) -> bool:
        """Tell whether the paper forbids to tell the data subject."""
        return self.ground.rests_on_instrument and self.facts.instrument.gag

    @property
    def of_child(self) -> bool:
        """Tell whether the data subject is known to be a child."""
        age = self.facts.subject.age
        return age is not None and age < self.catalogue.house.minor_age

    @property
    def purpose_accepted(self) -> bool:
        """Tell whether the stated purpose is one that the ground accepts."""
        purpose = (self.facts.ground_facts.purpose or "").casefold()
        return purpose in self.catalogue.vocabulary.purposes.get(self.ground.id, ())

    @property
    def never(self) -> frozenset[str]:
        """Return the fields that beat every allowance in this case."""
        return self.ground.never_of_child if self.of_child else self.ground.never

    def level(self, field_id: str) -> Level:
        """Return the level that a field has for this data subject."""
        return self.catalogue.fields[field_id].level_for(child=self.of_child)

    def remaining_of(self, *levels: Level) -> tuple[str, ...]:
        """Return the remaining fields of these levels."""
        return tuple(name for name in self.remaining if self.level(name) in levels)

    def remaining_in(self, names: frozenset[str]) -> tuple[str, ...]:
        """Return the remaining fields that are among these."""
        return tuple(name for name in self.remaining if name in names)

    def remaining_outside(self, names: frozenset[str]) -> tuple[str, ...]:
        """Return the remaining fields that are not among these."""
        return tuple(name for name in self.remaining if name not in names)

    def profile(self) -> Profile:
        """Return who would have to sign the release of what remains."""
        if self.is_emergency and self.by_authority and not self.by_foreign_authority:
            return Profile.EMERG
        lifted = self.overruled or any(ESCALATORS[name](self) for name in self.catalogue.escalators)
        return Profile.DUAL if lifted else self.ground.approvals

    def notice(self) -> NoticePlan:
        """Return when the data subject would be told."""
        plan = self.catalogue.notice(
            self.ground.id,
            self.facts.requester.requester_class or "",
            trader=self.facts.ground_facts.trader,
        )
        delays = self.is_gagged or self.is_emergency
        if delays and plan.rule is not NoticeRule.SUPPRESSED:
            return self.catalogue.delayed_notice
        return plan


ESCALATORS: Mapping[str, Callable[[Assessment], bool]] = {
    "sensitive_fields_released": lambda on: bool(on.remaining_of(Level.L3)),
    "excluded_category_released": lambda on: bool(on.remaining_of(Level.EXCLUDED)),
    "subject_is_minor": lambda on: on.of_child,
    "foreign_recipient": lambda on: on.by_foreign_authority or on.is_export,
}
"""The facts that may lift STD to DUAL; a pack says which of them do."""
