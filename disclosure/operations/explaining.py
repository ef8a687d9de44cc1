"""Explaining one evaluation: the decision card, in English or Chinese.

Owns what stands on the card: outcome, deciding check, every check with the facts it read, clause
and articles, and the smallest change of facts. It reads the stored evaluation and changes nothing.
Facts that name somebody are shown as being on file. The words are the packs'.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from disclosure.domain.decision import Result
from disclosure.domain.fact_paths import value_at
from disclosure.domain.facts import Case as CaseOfRules
from disclosure.domain.facts import parse_case
from disclosure.domain.grounds.counterfactual import (
    ON_FILE,
    SOMEBODY_ELSE,
    Otherwise,
    what_would_change,
)
from disclosure.domain.rulebook import Catalogue
from disclosure.domain.wording import Language, reason_in
from disclosure.errors import BadInput, NotFound, NotReady, Refused
from disclosure.operations.assessing import overruled_checks
from disclosure.operations.desk import Work
from disclosure.operations.pinning import catalogue_of_day
from disclosure.operations.printing import local_time
from disclosure.storage.cases import Case, Evaluation

REACHED_NOTHING = frozenset({Result.NOT_REACHED, Result.NOT_APPLICABLE})
AFTER_A_DECISION = frozenset({"request.data_exists", "release_at"})
"""Facts that tell that a case was decided."""
LARGEST_NUMBER = 1_000_000
OVERRULED = "Overruled with a written reason: "
SHOWN_AS_THEY_ARE = frozenset({"requester.country", "subject.storage", "ground_facts.template"})
"""Facts whose text names no person: codes and names of the packs."""


@dataclass(frozen=True, slots=True)
class Input:
    """One fact that a check read."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class CardCheck:
    """One check on the card."""

    id: str
    title: str
    result: str
    result_label: str
    reason: str
    remedy: str
    clause: str
    articles: tuple[str, ...]
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """One smallest set of changes, in words, and where it leads."""

    changes: tuple[str, ...]
    outcome: str
    check: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A decision card in one language; ``words`` are the labels of its parts."""

    lang: str
    words: Mapping[str, str]
    reference: str
    number: int
    made_at: datetime
    catalogue: str
    catalogue_sha256: str
    policy_version: str
    ground: str
    outcome: str
    outcome_label: str
    deciding: CardCheck
    fields: tuple[str, ...]
    approvals: str
    notice: str
    objection_days: int
    checks: tuple[CardCheck, ...]
    others: tuple[CardCheck, ...]
    same_rules: bool
    towards: tuple[Path, ...]
    road: tuple[Path, ...]
    otherwise: tuple[Path, ...]
    away: tuple[Path, ...]


def find_evaluation(work: Work, case: Case, number: int) -> Evaluation:
    """Find one evaluation of a case by its number.

    Raises:
        NotFound: When there is none.
    """
    asked = select(Evaluation).where(Evaluation.case_id == case.id, Evaluation.number == number)
    found = work.session.scalars(asked).first() if number <= LARGEST_NUMBER else None
    if found is None:
        raise NotFound("The case has no evaluation with this number.")
    if not found.facts:
        raise NotFound("The records of this case are destroyed, and with them what the rules saw.")
    return found


def evaluations_of(work: Work, case: Case) -> list[Evaluation]:
    """List the evaluations of a case, newest first."""
    rows = work.session.scalars(
        select(Evaluation).where(Evaluation.case_id == case.id).order_by(Evaluation.number.desc())
    )
    return list(rows)


def card_of(work: Work, case: Case, evaluation: Evaluation, language: Language) -> Card:
    """Put together the card of an evaluation.

    It is explained by the rules that decided, as they are kept. Where those can not be had, the
    rules in force explain it, and what would change the outcome is left out.
    """
    return _Explainer(work, case, evaluation, language).card()


def inputs_of(work: Work, case: Case, evaluation: Evaluation, language: Language) -> list[Input]:
    """Return every fact that the checks of an evaluation read, each once, but not what they said.

    Left out is what belongs to the time after a decision: who approves, and whether data was found.
    """
    explainer = _Explainer(work, case, evaluation, language)
    return explainer.facts_before_a_decision()


def card_json(work: Work, case: Case, evaluation: Evaluation) -> dict[str, object]:
    """Return the card in both languages, for the case record."""
    told = {each.value: asdict(card_of(work, case, evaluation, each)) for each in Language}
    for card in told.values():
        del card["words"]
        card["made_at"] = evaluation.made_at.isoformat()
    return dict(told)


def _rules_of_day(work: Work, evaluation: Evaluation) -> Catalogue:
    """Return the rules that decided; those in force where the others can not be had."""
    try:
        return catalogue_of_day(work, evaluation.catalogue_hash)
    except NotReady:
        return work.desk.catalogue


class _Explainer:
    """One evaluation beside the rules that explain it, and the language to say it in."""

    def __init__(self, work: Work, case: Case, evaluation: Evaluation, language: Language) -> None:
        self.work, self.case, self.evaluation, self.language = work, case, evaluation, language
        self.rules = _rules_of_day(work, evaluation)
        self.same_rules = evaluation.catalogue_hash == self.rules.sha256
        self.parsed = self._parsed()

    def _parsed(self) -> CaseOfRules | None:
        """Read the stored facts; rules of another day may not know all of their words."""
        try:
            return parse_case(self.evaluation.facts, self.rules)
        except BadInput:
            return None

    def say(self, key: str) -> str:
        return self.work.desk.catalogue.explanations.phrases.say(key, self.language)

    def card(self) -> Card:
        """Put the parts together."""
        evaluation, decision = self.evaluation, self.evaluation.decision
        checks = [self._check(row) for row in decision["checks"]]
        ground = self.rules.ground(self.evaluation.facts["ground"], evaluation.made_at)
        paths = self._paths()
        return Card(
            lang=self.language.tag,
            words=self._words(),
            reference=self.case.reference,
            number=evaluation.number,
            made_at=evaluation.made_at,
            catalogue=evaluation.catalogue_version,
            catalogue_sha256=evaluation.catalogue_hash,
            policy_version=evaluation.facts["facts"]["policy"]["version_now"],
            ground=f"{ground.clause} {self._either(ground.title, ground.title_zh)}",
            outcome=evaluation.outcome,
            outcome_label=self.say(f"outcome.{evaluation.outcome}"),
            deciding=next(each for each in checks if each.id == evaluation.deciding_check),
            fields=tuple(self._field(name) for name in evaluation.releasable),
            approvals=self.say(f"profile.{evaluation.profile}"),
            notice=self.say(f"notice.{evaluation.notice_rule}"),
            objection_days=int(decision["objection_days"]),
            checks=tuple(each for each in checks if Result(each.result) not in REACHED_NOTHING),
            others=tuple(each for each in checks if Result(each.result) in REACHED_NOTHING),
            same_rules=self.same_rules,
            **paths,
        )

    def _words(self) -> dict[str, str]:
        """Return the labels of the card's parts, with underscores where keys have dots."""
        keys = self.rules.explanations.phrases.keys
        return {key.removeprefix("card."): self.say(key) for key in keys if key.startswith("card.")}

    def _either(self, english: str, chinese: str) -> str:
        return english if self.language is Language.ENGLISH else chinese

    def _field(self, name: str) -> str:
        field = self.rules.fields.get(name)
        return self._either(field.title, field.title_zh) if field else name

    # Checks

    def _check(self, row: Mapping[str, Any]) -> CardCheck:
        text = self.rules.checks.get(row["id"])
        reason, remedy = self._sentences(row)
        return CardCheck(
            id=row["id"],
            title=self._either(text.title, text.title_zh) if text else row["id"],
            result=row["result"],
            result_label=self.say(f"result.{row['result']}"),
            reason=reason,
            remedy=remedy,
            clause="; ".join(self._clause(each) for each in row["clause"].split(", ")),
            articles=tuple(self._article(each) for each in row["citations"]),
            inputs=tuple(self._inputs(row["id"])),
        )

    def _clause(self, name: str) -> str:
        clause = self.rules.policy_at(self.evaluation.made_at).clauses.get(name)
        return f"{name}: {self._either(clause.title, clause.title_zh)}" if clause else name

    def _article(self, citation: str) -> str:
        if citation not in self.rules.citations:
            return citation
        cited = self.rules.citation(citation, self.evaluation.made_at)
        title = self._either(cited.law, cited.title_zh)
        return f"{title} {cited.article} ({cited.as_of})"

    def _sentences(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Return reason and remedy; in English they are those that were stored."""
        wording = self.rules.explanations.wordings.get(row["id"])
        if self.language is Language.ENGLISH or wording is None or "branch" not in row:
            return row["reason"], row["remedy"]
        told = {**row, "values": {k: self._word(v) for k, v in row["values"].items()}}
        reason, remedy = reason_in(self.language, self.rules.checks[row["id"]], wording, told)
        if row["reason"].startswith(OVERRULED):
            reason = f"{self.say('card.overruled')}: {reason}"
        return reason, remedy

    def _word(self, value: str) -> str:
        titles = {each.title: each.title_zh for each in self.rules.classes.values()}
        return titles.get(value, self.rules.explanations.phrases.word(value, self.language))

    def facts_before_a_decision(self) -> list[Input]:
        """Return the facts that all checks read, without those that come after a decision."""
        if self.parsed is None:
            return []
        read = [self.rules.explanations.inputs.get(each, ()) for each in self._check_ids()]
        paths = dict.fromkeys(path for each in read for path in each)
        return [
            Input(self.say(f"fact.{path}"), self._value(path, value_at(self.parsed.facts, path)))
            for path in paths
            if not path.startswith("process.") and path not in AFTER_A_DECISION
        ]

    def _check_ids(self) -> list[str]:
        return [row["id"] for row in self.evaluation.decision["checks"]]

    def _inputs(self, check: str) -> Iterator[Input]:
        if self.parsed is None:
            return
        for path in self.rules.explanations.inputs.get(check, ()):
            value = self._value(path, value_at(self.parsed.facts, path))
            yield Input(self.say(f"fact.{path}"), value)

    # Facts

    def _value(self, path: str, value: object) -> str:
        """Say a fact so that nobody is named by it."""
        if isinstance(value, bool):
            return self.say("value.yes" if value else "value.no")
        if value is None or value == ():
            return self._absent(path)
        if isinstance(value, int):
            return str(value)
        if isinstance(value, datetime):
            return local_time(value, self.work.desk.settings.zone, self.language.value)
        if isinstance(value, tuple):
            return self._several(path, value)
        return self._text(path, str(value)) if isinstance(value, str) else self.say("value.on_file")

    def _absent(self, path: str) -> str:
        return self.say("value.requested" if path == "instrument.fields" else "value.none")

    def _several(self, path: str, values: tuple[object, ...]) -> str:
        if path == "process.approvers":
            named = self.say("value.people").format(count=len(values))
            more = f", {self.say('value.different')}" if SOMEBODY_ELSE in values else ""
            return named + more
        joined = "、" if self.language is Language.CHINESE else ", "
        return joined.join(self._field(str(each)) for each in values)

    def _text(self, path: str, value: str) -> str:
        special: Mapping[str, Callable[[str], str]] = {
            "requester.class": self._class,
            "instrument.type": lambda kind: self.rules.vocabulary.instruments.get(kind, kind),
            "ground_facts.purpose": self._purpose,
        }
        if value == SOMEBODY_ELSE:
            return self.say("value.different")
        if path in special:
            return special[path](value)
        if f"value.{value}" in self.rules.explanations.phrases.keys and value != ON_FILE:
            return self.say(f"value.{value}")
        return value if path in SHOWN_AS_THEY_ARE else self.say("value.on_file")

    def _class(self, name: str) -> str:
        found = self.rules.classes.get(name)
        return self._either(found.title, found.title_zh) if found else name

    def _purpose(self, purpose: str) -> str:
        """Show a purpose of the packs as it is; what somebody typed may name anybody."""
        known = set().union(
            *self.rules.vocabulary.purposes.values(), self.rules.vocabulary.marketing
        )
        return purpose if purpose.casefold() in known else self.say("value.on_file")

    # What would change it

    def _paths(self) -> dict[str, tuple[Path, ...]]:
        nothing: dict[str, tuple[Path, ...]] = {
            "towards": (),
            "road": (),
            "otherwise": (),
            "away": (),
        }
        if self.parsed is None or not self.same_rules:
            return nothing
        overruled = overruled_checks(self.work, self.case) & self._set_aside()
        try:
            outlook = what_would_change(self.parsed, self.rules, overruled=overruled)
        except Refused:
            return nothing
        return {
            "towards": self._told(outlook.towards),
            "road": self._told((outlook.road,) if outlook.road else ()),
            "otherwise": self._told(outlook.otherwise),
            "away": self._told(outlook.away),
        }

    def _set_aside(self) -> frozenset[str]:
        """Return the checks that counted as overruled in this very evaluation."""
        rows: Sequence[Mapping[str, Any]] = self.evaluation.decision["checks"]
        return frozenset(row["id"] for row in rows if row["reason"].startswith(OVERRULED))

    def _told(self, found: tuple[Otherwise, ...]) -> tuple[Path, ...]:
        return tuple(
            Path(
                changes=tuple(
                    self._change(change.path, change.now, change.then) for change in each.changes
                ),
                outcome=self.say(f"outcome.{each.outcome.value}"),
                check=each.deciding_check,
                fields=tuple(self._field(name) for name in each.fields),
            )
            for each in found
        )

    def _change(self, path: str, now: object, then: object) -> str:
        pattern = self.say("card.instead_of")
        label = self.say(f"fact.{path}")
        return pattern.format(label=label, now=self._value(path, now), then=self._value(path, then))
