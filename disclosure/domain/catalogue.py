"""The catalogue of rules: read from the packs, checked as a whole, then never changed.

Owns what makes a set of packs fit to decide cases; whoever fails a test here stops the start and is
told file and line. The values themselves are in ``domain/rulebook.py``. Must not decide.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from string import Formatter

from disclosure.domain.decision import Profile
from disclosure.domain.facts import GROUND_FACTS
from disclosure.domain.fields import Field, FieldTable
from disclosure.domain.grounds.assessment import ESCALATORS
from disclosure.domain.grounds.checks import CHECKS
from disclosure.domain.pack_rows import Pack, Row, read_pack
from disclosure.domain.plans import ApprovalProfile, Deadline, NoticePlan
from disclosure.domain.policy import Clause, Policy
from disclosure.domain.reporting import Reporting
from disclosure.domain.rule_rows import (
    CheckText,
    Citation,
    Jurisdiction,
    Outsiders,
    ReasonCode,
    RequesterClass,
    selection,
)
from disclosure.domain.rulebook import NEVER_CODE, Catalogue, Ground, House, Vocabulary
from disclosure.errors import NotReady

BUILT_IN = Path(__file__).parent.parent / "packs"
"""The packs that come with the program."""

EVERY_GROUND = "*"

__all__ = ["BUILT_IN", "Catalogue", "load_catalogue"]


def load_catalogue(*folders: Path) -> Catalogue:
    """Read the rule packs.

    Args:
        folders: Read in this order; a later folder's row replaces an earlier one's of the same
            key. None at all means the built-in packs; a deployment gives ``BUILT_IN`` first and
            its own folder after it.

    Raises:
        NotReady: When the packs do not fit together; the message names file and line.
    """
    pack = read_pack(*(folders or (BUILT_IN,)))
    catalogue = _build(pack)
    _refuse_bad_checks(catalogue)
    _refuse_bad_grounds(catalogue)
    _refuse_bad_rows(pack, catalogue)
    return catalogue


def _build(pack: Pack) -> Catalogue:
    fields = FieldTable(Field.from_row(row) for row in pack.of("field"))
    order = pack.values.part("order")
    notices = {_notice_key(row): NoticePlan.from_row(row) for row in pack.of("notice")}
    delayed = notices.pop((EVERY_GROUND, "", False), None)
    if delayed is None:
        raise NotReady("no [[notice]] row for ground '*' says how a delayed notice is reviewed")
    profiles = [ApprovalProfile.from_row(row) for row in pack.of("approval_profile")]
    return Catalogue(
        version=pack.values.text("catalogue_version"),
        sha256=pack.sha256,
        policy=_policy(pack),
        house=_house(pack.values.part("house")),
        vocabulary=_vocabulary(pack.values.part("vocabulary")),
        fields=fields,
        citations={row.text("id"): Citation.from_row(row) for row in pack.of("citation")},
        reasons={row.text("code"): ReasonCode.from_row(row) for row in pack.of("reason")},
        classes={
            row.text("id"): RequesterClass.from_row(row, fields)
            for row in pack.of("requester_class")
        },
        jurisdictions={
            row.text("code"): Jurisdiction.from_row(row, fields) for row in pack.of("jurisdiction")
        },
        checks={row.text("id"): CheckText.from_row(row) for row in pack.of("check")},
        grounds=_grounds(pack, fields, order.texts("checks")),
        templates={row.text("id"): selection(row, "fields", fields) for row in pack.of("template")},
        approval_profiles={profile.profile: profile for profile in profiles},
        escalators=order.texts("escalators"),
        notices=notices,
        delayed_notice=delayed,
        deadlines={_deadline_key(row): Deadline.from_row(row) for row in pack.of("deadline")},
        reporting=Reporting.from_rows(pack.values.part("transparency"), pack.of("unreportable")),
    )


def _policy(pack: Pack) -> Policy:
    policy = pack.values.part("policy")
    clauses = [Clause.from_row(row) for row in pack.of("clause")]
    return Policy(
        policy.text("id"), policy.text("version"), {clause.id: clause for clause in clauses}
    )


def _house(row: Row) -> House:
    return House(
        home=row.text("home"),
        utc_offset=timedelta(minutes=row.number("utc_offset_minutes")),
        minor_age=row.number("minor_age"),
        longest_period_days=row.number("longest_period_days"),
        reason_characters=row.number("reason_characters"),
        relay_hours=row.number("relay_hours"),
        residual_sunset_days=row.number("residual_sunset_days"),
        paper_after_emergency_hours=row.number("paper_after_emergency_hours"),
    )


def _vocabulary(row: Row) -> Vocabulary:
    instruments, purposes = row.part("instruments"), row.part("purposes")
    return Vocabulary(
        countries=frozenset(row.text("countries").split()),
        instruments={kind: instruments.text(kind) for kind in instruments.values},
        purposes={
            ground: frozenset(purpose.casefold() for purpose in purposes.texts(ground))
            for ground in purposes.values
        },
        marketing=frozenset(purpose.casefold() for purpose in row.texts("marketing")),
    )


def _grounds(
    pack: Pack, fields: FieldTable, common: tuple[str, ...]
) -> Mapping[str, tuple[Ground, ...]]:
    """Read the grounds; versions of one ground must not overlap."""
    if common.count("<ground checks>") != 1:
        raise NotReady("'checks' of [order] must hold '<ground checks>' exactly once")
    versions: dict[str, list[Ground]] = {}
    for row in pack.of("ground"):
        ground = Ground.from_row(row, fields, common)
        versions.setdefault(ground.id, []).append(ground)
    for several in versions.values():
        several.sort(key=lambda ground: ground.valid_from)
        for earlier, later in pairwise(several):
            if earlier.valid_to is None or later.valid_from <= earlier.valid_to:
                raise later.row.refusal(
                    f"ground {later.id}: this version overlaps the one at {earlier.row.place}"
                )
    return {ground: tuple(several) for ground, several in versions.items()}


def _refuse_bad_checks(catalogue: Catalogue) -> None:
    """Hold check rows and check functions against each other, both ways."""
    for text in catalogue.checks.values():
        function = CHECKS.get(text.id)
        if function is None:
            raise text.row.refusal(f"there is no check function for {text.id}")
        if set(text.otherwise) != function.branches:
            ways = ", ".join(sorted(function.branches)) or "none"
            raise text.row.refusal(f"{text.id} has other ways to fail than its function: {ways}")
        _refuse_placeholders(text, function.values)
    for check_id in CHECKS:
        if check_id not in catalogue.checks:
            raise NotReady(f"no pack has a [[check]] row for the check function {check_id}")


def _refuse_placeholders(text: CheckText, values: frozenset[str]) -> None:
    sentences = [text.passes, *(branch.text for branch in text.otherwise.values())]
    for sentence in sentences:
        try:
            used = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
        except ValueError as error:
            raise text.row.refusal(f"{text.id} has a sentence with a bad brace: {error}") from error
        for name in sorted(used - values):
            known = ", ".join(sorted(values)) or "none"
            raise text.row.refusal(f"{text.id} has no value {{{name}}}; it fills: {known}")


def _refuse_bad_grounds(catalogue: Catalogue) -> None:
    for ground in (version for versions in catalogue.grounds.values() for version in versions):
        row = ground.row
        if ground.valid_to is not None and ground.valid_to < ground.valid_from:
            raise row.refusal(f"ground {ground.id} ends before it begins")
        _known(row, "check", ground.order, catalogue.checks)
        _known(row, "check of this ground", (ground.key_check, *ground.codes), ground.order)
        _known(row, "citation", ground.law, catalogue.citations)
        _known(row, "ground fact", ground.facts, GROUND_FACTS)
        _known(row, "reason code", (*ground.refusals, *ground.codes.values()), catalogue.reasons)
        for citations in ground.jurisdictions.values():
            _known(row, "citation", citations, catalogue.citations)
        if (ground.id, "", False) not in catalogue.notices:
            raise row.refusal(f"ground {ground.id} has no [[notice]] row for every class")
        if (ground.id, "", "", False) not in catalogue.deadlines:
            raise row.refusal(f"ground {ground.id} has no [[deadline]] row for every class")


def _refuse_bad_rows(pack: Pack, catalogue: Catalogue) -> None:
    """Refuse every name that leads nowhere."""
    for text in catalogue.checks.values():
        _known(text.row, "citation", text.citations, catalogue.citations)
        codes = [branch.code for branch in text.otherwise.values()]
        _known(text.row, "reason code", codes, catalogue.reasons)
    for place in catalogue.jurisdictions.values():
        _known(place.row, "citation", place.citations, catalogue.citations)
        _known(place.row, "requester class", place.own_classes, catalogue.classes)
    for row in (*pack.of("check"), *pack.of("field"), *pack.of("ground")):
        _known(row, "clause", row.text("clause").split(", "), catalogue.policy.clauses)
    for row in pack.of("requester_class"):
        instruments = row.texts("instruments", ())
        _known(row, "type of paper", instruments, catalogue.vocabulary.instruments)
    for row in (*pack.of("notice"), *pack.of("deadline")):
        _known(row, "ground", (row.text("ground"),), (*catalogue.grounds, EVERY_GROUND))
        named = row.text("requester_class", "")
        _known(row, "requester class", (named,) if named else (), catalogue.classes)
    _refuse_bad_reporting(pack, catalogue)
    order = pack.values.part("order")
    _known(order, "escalator", catalogue.escalators, ESCALATORS)
    _known(
        order,
        "approval profile",
        [p.value for p in Profile if p is not Profile.NONE],
        [profile.value for profile in catalogue.approval_profiles],
    )
    _known(order, "reason code", (NEVER_CODE,), catalogue.reasons)
    home = catalogue.jurisdictions.get(catalogue.house.home)
    if home is None or home.outsiders is not Outsiders.HOME:
        raise NotReady(
            f"no [[jurisdiction]] row with outsiders = 'home' for {catalogue.house.home}"
        )


def _refuse_bad_reporting(pack: Pack, catalogue: Catalogue) -> None:
    reporting, row = catalogue.reporting, pack.values.part("transparency")
    papers = sorted(reporting.court_orders | reporting.real_time_papers)
    _known(row, "type of paper", papers, catalogue.vocabulary.instruments)
    _known(row, "reason code", sorted(reporting.real_time_refusals), catalogue.reasons)
    for kind in reporting.unreportable:
        _known(kind.row, "requester class", (kind.requester_class,), catalogue.classes)
        _known(kind.row, "citation", kind.citations, catalogue.citations)


def _known(row: Row, what: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise row.refusal(f"there is no {what} {name!r}")


def _notice_key(row: Row) -> tuple[str, str, bool]:
    return row.text("ground"), row.text("requester_class", ""), row.flag("trader")


def _deadline_key(row: Row) -> tuple[str, str, str, bool]:
    named = row.text("requester_class", ""), row.text("instrument", "")
    return row.text("ground"), *named, row.flag("emergency")
