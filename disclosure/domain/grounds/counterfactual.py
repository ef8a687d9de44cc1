"""The smallest change of facts that makes a case come out otherwise, found by trying.

Owns which values are worth trying for a fact and the search: every single change, then pairs, each
run through ``evaluate``; bounded, without memory of earlier cases. Must not say anything in words:
``operations/explaining.py`` does.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from disclosure.domain.decision import Decision, Outcome
from disclosure.domain.fact_paths import value_at, with_value
from disclosure.domain.facts import Case, Facts
from disclosure.domain.fields import Level
from disclosure.domain.grounds.evaluate import evaluate
from disclosure.domain.rulebook import Catalogue

ON_FILE = "(on file)"
"""Stands for a reference that the house would get to know only by asking."""

SOMEBODY_ELSE = "(somebody else)"
MOST_SHOWN = 4
MOST_STEPS = 12
MOST_FIRST_CHANGES = 12
"""Pairs begin with a change that got the case further; this many are followed up."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact with the value it has and the one that was tried."""

    path: str
    now: object
    then: object


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A set of changes and how the case comes out with them."""

    changes: tuple[FactChange, ...]
    outcome: Outcome
    deciding_check: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would change a decision.

    Attributes:
        towards: The smallest changes after which something leaves, or more of it does.
        road: Where no one or two changes do that: changes that do it together, none of them
            without need. Not always the fewest there are.
        otherwise: Where no one or two changes do that: what changes the outcome at all.
        away: The single changes after which a release would be none.
    """

    towards: tuple[Otherwise, ...]
    road: Otherwise | None
    otherwise: tuple[Otherwise, ...]
    away: tuple[Otherwise, ...]


@dataclass(frozen=True, slots=True)
class _Tried:
    changes: tuple[FactChange, ...]
    facts: Facts
    decision: Decision

    @property
    def told(self) -> Otherwise:
        decision = self.decision
        return Otherwise(
            self.changes, decision.outcome, decision.deciding_check, decision.releasable_fields
        )


def what_would_change(
    case: Case, catalogue: Catalogue, *, overruled: frozenset[str] = frozenset()
) -> Outlook:
    """Search for the smallest changes of facts that would change the outcome.

    Args:
        case: The facts.
        catalogue: The rules that decided the case.
        overruled: Checks that a person overruled.

    Returns:
        At most ``MOST_SHOWN`` of each kind, in the order of the checks; the same for the same case.
    """
    search = _Search(case, catalogue, overruled)
    singles = list(search.singles())
    base = search.base
    towards = [each for each in singles if _releases_more(each.decision, base)]
    if not towards and base.outcome is not Outcome.RELEASE:
        towards = [each for each in search.pairs(singles) if _releases_more(each.decision, base)]
    changed = [each for each in singles if each.decision.outcome is not base.outcome]
    changed.sort(key=lambda each: _position(each.decision) <= _position(base))
    released = base.outcome.releases
    lost = [each for each in changed if released and not each.decision.outcome.releases]
    best = sorted(towards, key=lambda each: -len(each.decision.releasable_fields))
    return Outlook(
        towards=_few(best),
        road=None if towards or released else search.road(),
        otherwise=() if towards else _few(each for each in changed if each not in lost),
        away=_few(lost),
    )


def _few(tried: Iterable[_Tried]) -> tuple[Otherwise, ...]:
    """Take the first few, and of each set of facts only the first value tried."""
    by_facts: dict[tuple[str, ...], Otherwise] = {}
    for each in tried:
        by_facts.setdefault(tuple(sorted(change.path for change in each.changes)), each.told)
    return tuple(by_facts.values())[:MOST_SHOWN]


def _releases_more(decision: Decision, base: Decision) -> bool:
    if base.outcome.releases:
        return set(decision.releasable_fields) > set(base.releasable_fields)
    return decision.outcome.releases


class _Search:
    """One case with the decision it has, and the facts that its ground's checks read."""

    def __init__(self, case: Case, catalogue: Catalogue, overruled: frozenset[str]) -> None:
        self.case, self.catalogue, self.overruled = case, catalogue, overruled
        self.base = self._decide(case.facts)
        order = catalogue.ground(case.ground, case.facts.release_at).order
        paths = (path for check in order for path in catalogue.explanations.inputs[check])
        self.paths = [path for path in dict.fromkeys(paths) if path in TRIES]

    def _decide(self, facts: Facts) -> Decision:
        return evaluate(replace(self.case, facts=facts), self.catalogue, overruled=self.overruled)

    def singles(self) -> Iterator[_Tried]:
        """Try every fact by itself."""
        yield from self._next(_Tried((), self.case.facts, self.base))

    def pairs(self, singles: Iterable[_Tried]) -> Iterator[_Tried]:
        """Try a second fact after each first that got the case further.

        Facts of the deciding check itself are tried in pairs in any case: some help only together.
        """
        reached, together = _position(self.base), self.catalogue.explanations.inputs
        own = [path for path in self.paths if path in together[self.base.deciding_check]]
        tried = list(singles)
        further = [each for each in tried if _position(each.decision) > reached]
        for first in further[:MOST_FIRST_CHANGES]:
            yield from self._next(first)
        for first in tried:
            if first not in further and first.changes[0].path in own:
                yield from self._next(first, own)

    def road(self) -> Otherwise | None:
        """Follow the change that gets furthest until something leaves, then drop what is idle."""
        tried = _Tried((), self.case.facts, self.base)
        for _ in range(MOST_STEPS):
            best = max(self._next(tried), key=lambda each: _position(each.decision), default=tried)
            if _position(best.decision) <= _position(tried.decision):
                return None
            tried = best
            if tried.decision.outcome.releases:
                return self._without_idle(tried).told
        return None

    def _without_idle(self, tried: _Tried) -> _Tried:
        for change in tried.changes:
            fewer = tuple(each for each in tried.changes if each is not change)
            facts = self.case.facts
            for each in fewer:
                facts = with_value(facts, each.path, each.then)
            decision = self._decide(facts)
            if decision.outcome.releases:
                tried = _Tried(fewer, facts, decision)
        return tried

    def _next(self, tried: _Tried, paths: Iterable[str] | None = None) -> Iterator[_Tried]:
        changed = {change.path for change in tried.changes}
        for path in self.paths if paths is None else paths:
            if path in changed or not self._may_change(path, tried.facts):
                continue
            now = value_at(tried.facts, path)
            for then in TRIES[path](tried.facts, self.catalogue, self.case.ground):
                if then != now:
                    facts = with_value(tried.facts, path, then)
                    changes = (*tried.changes, FactChange(path, now, then))
                    yield _Tried(changes, facts, self._decide(facts))

    def _may_change(self, path: str, facts: Facts) -> bool:
        """Leave out what has no meaning: people before there are any."""
        return not path.startswith("process.") or facts.process is not None


def _position(decision: Decision) -> int:
    """Return how far a case got: the place of the check that ended it, or past the last."""
    if decision.outcome.releases:
        return len(decision.checks)
    return [check.check for check in decision.checks].index(decision.deciding_check)


Tries = Callable[[Facts, Catalogue, str], Iterable[object]]


def _flag(path: str) -> Tries:
    return lambda facts, _rules, _ground: (not value_at(facts, path),)


def _maybe_flag(path: str) -> Tries:
    return lambda facts, _rules, _ground: (
        (True, False) if value_at(facts, path) is None else (not value_at(facts, path),)
    )


def _reference(path: str) -> Tries:
    return lambda facts, _rules, _ground: (None if value_at(facts, path) else ON_FILE,)


def _words(*words: object) -> Tries:
    return lambda _facts, _rules, _ground: words


def _officers(facts: Facts, rules: Catalogue, _ground: str) -> Iterable[object]:
    who = rules.classes.get(facts.requester.requester_class or "")
    needed = who.officers if who else 0
    return (needed, needed - 1) if needed else ()


def _papers(facts: Facts, rules: Catalogue, _ground: str) -> Iterable[object]:
    who = rules.classes.get(facts.requester.requester_class or "")
    return sorted(who.instruments) if who else ()


def _moments(*steps: timedelta | None) -> Tries:
    """Try instants around the one of release, or none."""

    def tries(facts: Facts, _rules: Catalogue, _ground: str) -> Iterable[object]:
        return [None if step is None else _moved(facts.release_at, step) for step in steps]

    return tries


def _moved(moment: datetime, step: timedelta) -> datetime:
    try:
        return moment + step
    except OverflowError:
        return moment


def _fields_asked(path: str) -> Tries:
    def tries(facts: Facts, _rules: Catalogue, _ground: str) -> Iterable[object]:
        held = value_at(facts, path) or ()
        named = tuple(str(each) for each in held) if isinstance(held, tuple) else ()
        return (tuple(dict.fromkeys((*named, *facts.request.fields))),)

    return tries


def _fewer_fields(facts: Facts, rules: Catalogue, ground: str) -> Iterable[object]:
    """Try to ask without each field, without whole kinds, and without what never leaves."""
    asked = facts.request.fields
    never = rules.ground(ground, facts.release_at).never
    levels = (Level.EXCLUDED, Level.CONTENT, Level.L3)
    for lighter in (
        tuple(name for name in asked if name not in rules.fields.with_period),
        tuple(name for name in asked if name not in never),
        *(tuple(n for n in asked if rules.fields[n].level is not level) for level in levels),
    ):
        if lighter:
            yield lighter


def _approvers(facts: Facts, _rules: Catalogue, _ground: str) -> Iterable[object]:
    process = facts.process
    if process is None:
        return ()
    others = tuple(n for n in dict.fromkeys(process.approvers) if n != process.reviewer)
    return (*process.approvers, SOMEBODY_ELSE), (*others, SOMEBODY_ELSE), process.approvers[:-1]


def _purposes(_facts: Facts, rules: Catalogue, ground: str) -> Iterable[object]:
    accepted = sorted(rules.vocabulary.purposes.get(ground, ()))
    return [*accepted, *sorted(rules.vocabulary.marketing)[:1], None]


_ON = "ground_facts"
_FLAGS = (
    *("requester.verified", "requester.callback_done", "requester.is_data_subject"),
    *("requester.restricted_list", "instrument.sealed", "instrument.names_us"),
    *("instrument.emergency", "instrument.gag", "instrument.intl_agreement"),
    *("instrument.excluded_basis", "instrument.content_warrant", "subject.identifiers_agree"),
    *("subject.guardian_consent", "subject.safety_flag", "subject.cookies_refused"),
    *("subject.deceased", "request.period_reason", "process.pia"),
    *(f"{_ON}.consent.{name}" for name in ("separate", "covers", "guardian", "sensitive_separate")),
    *(f"{_ON}.{name}" for name in ("final", "relay_tried", "qualified", "forwarded")),
    *(f"{_ON}.{name}" for name in ("requester_is_respondent", "on_platform", "is_party")),
    *(f"{_ON}.{name}" for name in ("other_ground_fits", "reason_ok")),
)
_REFERENCES = (
    *("instrument.number", "instrument.legal_basis", "instrument.art41_approval"),
    *("request.duplicate_of",),
    *(f"{_ON}.{name}" for name in ("order_ref", "contract", "decision", "interest", "law_note")),
    *(f"{_ON}.{name}" for name in ("legal_basis", "export_route")),
)

TRIES: Mapping[str, Tries] = MappingProxyType(
    {path: _flag(path) for path in _FLAGS}
    | {path: _reference(path) for path in _REFERENCES}
    | {
        "requester.domain": _words("registered", "unlisted"),
        "requester.officers": _officers,
        "instrument.type": _papers,
        "instrument.issued_at": _moments(-ONE_DAY, ONE_DAY),
        "instrument.expires_at": _moments(ONE_DAY, -ONE_DAY),
        "instrument.danger": _words("person", "property"),
        "instrument.issuer_level": _words("sufficient", "unclear"),
        "instrument.fields": _fields_asked("instrument.fields"),
        "subject.resolves_to": _words(1, 0),
        "subject.objection": _words("none", "upheld"),
        "request.fields": _fewer_fields,
        "request.justified": _fields_asked("request.justified"),
        "request.period_days": lambda _f, rules, _g: (
            rules.house.longest_period_days,
            rules.house.longest_period_days + 1,
        ),
        "request.data_exists": _words(True, False),  # noqa: FBT003 - values to try
        f"{_ON}.consent.fields": _fields_asked(f"{_ON}.consent.fields"),
        f"{_ON}.consent.given_at": _moments(-ONE_DAY, ONE_DAY),
        f"{_ON}.consent.withdrawn_at": _moments(None, -ONE_DAY),
        f"{_ON}.template": lambda _f, rules, _g: sorted(rules.templates),
        f"{_ON}.access_end": _moments(ONE_DAY, None),
        f"{_ON}.purpose": _purposes,
        f"{_ON}.state": _words("open", "withdrawn"),
        f"{_ON}.performed": _words("part", "none"),
        f"{_ON}.in_time": _maybe_flag(f"{_ON}.in_time"),
        f"{_ON}.trader": _flag(f"{_ON}.trader"),
        "process.reviewer": _words(SOMEBODY_ELSE, None),
        "process.approvers": _approvers,
        "policy.receipt_lacks": _words(()),
        "policy.now_removes": _words(()),
    }
)
"""Fact -> the values worth trying. Who asks, whose data it is, where it lies, the age and the day
are no levers: nobody should be told to change them."""
