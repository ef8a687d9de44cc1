"""What makes a set of packs fit to decide cases.

Owns the refusals: whoever fails one stops the start and is told file and line. Must not build
anything and must not decide. Look next at ``domain/catalogue.py``.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import chain
from string import Formatter

from disclosure.domain.approvals import SIGNING_ROLES
from disclosure.domain.decision import Profile
from disclosure.domain.facts import GROUND_FACTS
from disclosure.domain.fields import NEVER, Level
from disclosure.domain.grounds.assessment import ESCALATORS
from disclosure.domain.grounds.checks import CHECKS
from disclosure.domain.pack_rows import Pack, Row
from disclosure.domain.plans import PASSAGES
from disclosure.domain.retention import HOUSE
from disclosure.domain.rule_rows import CheckText, Outsiders
from disclosure.domain.rulebook import NEVER_CODE, OWN_CHECKS, Catalogue, Ground

EVERY_GROUND = "*"
EVERY_CLASS = "*"

_ARTICLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+\b")
_CLAUSE = re.compile(r"(?<!\w)\dx?\([a-z]\)")


def refuse_unfit(pack: Pack, catalogue: Catalogue, *, kept: bool) -> None:
    """Refuse a catalogue that could not decide every case.

    Args:
        pack: The rows.
        catalogue: What was built of them.
        kept: Whether check functions without a row are let through.

    Raises:
        NotReady: With file and line.
    """
    _refuse_bad_checks(pack, catalogue, kept=kept)
    for versions in catalogue.grounds.values():
        for ground in versions:
            _refuse_bad_ground(ground, catalogue)
    _refuse_bad_names(pack, catalogue)
    _refuse_bad_reporting(pack, catalogue)
    _refuse_bad_sources(pack, catalogue)
    _refuse_bad_profiles(pack)
    _refuse_gaps(pack, catalogue)


def _refuse_bad_reporting(pack: Pack, catalogue: Catalogue) -> None:
    reporting, row = catalogue.reporting, pack.values.part("transparency")
    papers = sorted(reporting.court_orders | reporting.real_time_papers)
    _known(row, "type of paper", papers, catalogue.vocabulary.instruments)
    _known(row, "reason code", sorted(reporting.real_time_refusals), catalogue.reasons)
    for kind in reporting.unreportable:
        _known(kind.row, "requester class", (kind.requester_class,), catalogue.classes)
        _known(kind.row, "citation", kind.citations, catalogue.citations)


def _refuse_bad_checks(pack: Pack, catalogue: Catalogue, *, kept: bool) -> None:
    """Hold check rows and check functions against each other, both ways."""
    for text in catalogue.checks.values():
        function = CHECKS.get(text.id)
        if function is None:
            raise text.row.refusal(f"there is no check function for {text.id}")
        if set(text.otherwise) != function.branches:
            ways = ", ".join(sorted(function.branches)) or "none"
            raise text.row.refusal(f"{text.id} has other ways to fail than its function: {ways}")
        _refuse_placeholders(text, function.values)
    for check_id in () if kept else CHECKS:
        if check_id not in catalogue.checks:
            message = f"no pack has a [[check]] row for the check function {check_id}"
            raise pack.lacks("check", message)


def _refuse_placeholders(text: CheckText, values: frozenset[str]) -> None:
    ways = text.otherwise.values()
    sentences = [text.passes, *(way.text for way in ways), *(way.remedy for way in ways)]
    for sentence in sentences:
        try:
            used = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
        except ValueError as error:
            raise text.row.refusal(f"{text.id} has a sentence with a bad brace: {error}") from error
        for name in sorted(used - values):
            known = ", ".join(sorted(values)) or "none"
            raise text.row.refusal(f"{text.id} has no value {{{name}}}; it fills: {known}")


def _refuse_bad_ground(ground: Ground, catalogue: Catalogue) -> None:
    row = ground.row
    _known(row, "check", ground.order, catalogue.checks)
    _once(row, "check", ground.order)
    _known(row, "check of this ground", (ground.key_check, *ground.codes), ground.order)
    _known(row, "requester class", ground.who_may_invoke, catalogue.classes)
    _known(row, "ground fact", ground.facts, GROUND_FACTS)
    _known(row, "reason code", (*ground.refusals, *ground.codes.values()), catalogue.reasons)
    for citation in chain(ground.law, *ground.jurisdictions.values()):
        _known(row, "citation", (citation,), catalogue.citations)
        versions = catalogue.dated_citations[citation]
        if not any(version.in_force(ground.valid_from) for version in versions):
            message = f"citation {citation} does not stand on {ground.valid_from}"
            raise row.refusal(f"ground {ground.id}: {message}, its first day")
    missing = {f.id for f in catalogue.fields.values() if f.level is Level.NEVER} - ground.never
    if missing:
        first = min(missing)
        raise row.refusal(f"'never' of ground {ground.id} must hold {first}, which leaves nowhere")
    if ground.approvals is Profile.NONE:
        raise row.refusal(f"ground {ground.id} must name a profile of signatures, not 'none'")
    if (ground.id, "", False) not in catalogue.notices:
        raise row.refusal(f"ground {ground.id} has no [[notice]] row for every class")
    if (ground.id, "", "", False) not in catalogue.deadlines:
        raise row.refusal(f"ground {ground.id} has no [[deadline]] row for every class")


def _refuse_bad_names(pack: Pack, catalogue: Catalogue) -> None:
    """Refuse every name that leads nowhere."""
    papers = catalogue.vocabulary.instruments
    for text in catalogue.checks.values():
        _known(text.row, "citation", text.citations, catalogue.citations)
        codes = [branch.code for branch in text.otherwise.values()]
        _known(text.row, "reason code", codes, catalogue.reasons)
    _refuse_bad_places(pack, catalogue)
    for row in pack.of("retention"):
        _known(row, "ground", (row.text("ground"),), (*catalogue.grounds, EVERY_GROUND))
        _known(row, "citation", (row.text("source"),), (*catalogue.citations, HOUSE))
    for row in (*pack.of("notice"), *pack.of("deadline")):
        _known(row, "ground", (row.text("ground"),), (*catalogue.grounds, EVERY_GROUND))
        for what, key, known in (
            ("requester class", "requester_class", catalogue.classes),
            ("type of paper", "instrument", papers),
        ):
            _known(row, what, filter(None, (row.text(key, ""),)), known)
    purposes = pack.values.part("vocabulary").part("purposes")
    for ground in purposes.values:
        if ground not in catalogue.grounds:
            raise purposes.refusal(f"there is no ground {ground!r}", ground)


def _refuse_bad_places(pack: Pack, catalogue: Catalogue) -> None:
    """Refuse classes, papers and countries that nobody knows, where law and paper meet them."""
    papers = catalogue.vocabulary.instruments
    for place in catalogue.jurisdictions.values():
        _known(place.row, "citation", place.citations, catalogue.citations)
        _known(place.row, "requester class", place.own_classes, catalogue.classes)
        for limit in place.limits:
            _known(place.row, "type of paper", limit.only_for | limit.not_for, papers)
    for row in pack.of("instrument"):
        named = [each for each in row.texts("classes") if each != EVERY_CLASS]
        _known(row, "requester class", named, catalogue.classes)
        countries = filter(None, (row.text("country", ""),))
        _known(row, "country", countries, catalogue.vocabulary.countries)


def _refuse_bad_sources(pack: Pack, catalogue: Catalogue) -> None:
    """Refuse clauses and articles that nobody has, also inside a sentence about a source."""
    clauses = frozenset(chain.from_iterable(each.clauses for each in catalogue.policies))
    for row in (*pack.of("check"), *pack.of("field"), *pack.of("ground")):
        _known(row, "clause", row.text("clause").split(", "), clauses)
    for kind in SOURCED:
        for row in pack.of(kind):
            source = row.text("source", "")
            _known(row, "citation", _ARTICLE.findall(source), catalogue.citations)
            _known(row, "clause", _CLAUSE.findall(source), clauses)


SOURCED = (
    *("deadline", "instrument", "notice", "notice_text", "reason", "requester_class"),
    "approval_profile",
)
"""Kinds of rows that say where they come from in a sentence."""


def _refuse_bad_profiles(pack: Pack) -> None:
    """Refuse signatures that the database would not ask for, and a field that nobody withholds."""
    for row in pack.of("approval_profile"):
        named, steps = row.text("id"), row.texts("steps")
        signing = tuple(role.value for role in SIGNING_ROLES.get(named, ()))
        if steps != signing:
            owed = ", ".join(signing) or "nobody: there is no such profile"
            raise row.refusal(f"{named} is signed by {owed}; the database asks for exactly these")
        if row.number("distinct_people") != len(steps):
            raise row.refusal(f"{named}: each of its {len(steps)} steps is another person")
    for row in pack.of("field"):
        if (row.text("level") == Level.NEVER.value) != (row.text("mask") == NEVER):
            raise row.refusal("level N and the mask 'never' go together")
    for row in pack.of("template"):
        if not row.texts("fields"):
            raise row.refusal(f"template {row.text('id')} needs no field: take it out")


def _refuse_gaps(pack: Pack, catalogue: Catalogue) -> None:
    order = pack.values.part("order")
    order.only("checks", "escalators")
    for key, what, known in (
        ("checks", "check", (*catalogue.checks, OWN_CHECKS)),
        ("escalators", "escalator", ESCALATORS),
    ):
        _known(order, what, order.texts(key), known, key)
    for profile in (each for each in Profile if each is not Profile.NONE):
        if profile not in catalogue.approval_profiles:
            message = f"there is no approval profile {profile.value!r}"
            raise pack.lacks("approval_profile", message)
    if NEVER_CODE not in catalogue.reasons:
        raise pack.lacks("reason", f"there is no reason code {NEVER_CODE!r}")
    for passage in PASSAGES:
        if passage not in catalogue.notice_texts:
            raise pack.lacks("notice_text", f"there is no [[notice_text]] row for {passage!r}")
    house = pack.values.part("house")
    home = catalogue.jurisdictions.get(catalogue.house.home)
    if home is None or home.outsiders is not Outsiders.HOME:
        named = catalogue.house.home
        message = f"no [[jurisdiction]] row with outsiders = 'home' for {named}"
        raise house.refusal(message, "home")


def _known(
    row: Row,
    what: str,
    names: Iterable[str],
    known: Iterable[str] | Mapping[str, object],
    key: str = "",
) -> None:
    for name in names:
        if name not in known:
            raise row.refusal(f"there is no {what} {name!r}", key)


def _once(row: Row, what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise row.refusal(f"{what} {name!r} stands here twice")
        seen.add(name)
