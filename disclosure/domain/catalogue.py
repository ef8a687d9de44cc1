"""The catalogue of rules: read from the packs, checked as a whole, then never changed.

Owns how rows become a catalogue. What makes it fit to decide cases is in ``domain/pack_laws.py``;
the values themselves are in ``domain/rulebook.py``. Must not decide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields as dataclass_fields
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Protocol, TypeVar

from disclosure.domain.explanations import Explanations
from disclosure.domain.fact_paths import PATHS
from disclosure.domain.fields import Field, FieldTable
from disclosure.domain.grounds.checks import CHECKS
from disclosure.domain.pack_files import Layer, read_folders
from disclosure.domain.pack_laws import EVERY_GROUND, refuse_unfit
from disclosure.domain.pack_rows import Pack, Row, read_pack
from disclosure.domain.plans import ApprovalProfile, Deadline, NoticePlan, NoticeText
from disclosure.domain.policy import Policy, read_policies
from disclosure.domain.reporting import Reporting
from disclosure.domain.retention import Ending, RetentionRule, RetentionRules, retention_key
from disclosure.domain.rule_rows import (
    CheckText,
    Citation,
    Instrument,
    Jurisdiction,
    ReasonCode,
    RequesterClass,
    selection,
)
from disclosure.domain.rulebook import OWN_CHECKS, Catalogue, Ground, House, Vocabulary

BUILT_IN = Path(__file__).parent.parent / "packs"
"""The packs that come with the program."""

_OFFSET = "utc_offset_minutes"

WHOLE = frozenset({"check", "citation", "clause", "field", "ground", "reason", "requester_class"})
"""A folder with rows of all these kinds is a whole pack; any other only changes one."""

__all__ = ["BUILT_IN", "Catalogue", "catalogue_of", "load_catalogue", "standing_over"]


def load_catalogue(*folders: Path) -> Catalogue:
    """Read the rule packs.

    Args:
        folders: Read in this order; a later folder's row replaces an earlier one's of the same
            key. None at all means the built-in packs; a deployment gives ``BUILT_IN`` first and
            its own folder after it.

    Raises:
        NotReady: When the packs do not fit together; the message names file and line.
    """
    return catalogue_of(read_folders(*(folders or (BUILT_IN,))))


def catalogue_of(layers: Sequence[Layer], *, kept: bool = False) -> Catalogue:
    """Build the catalogue of some files.

    Args:
        layers: The files; a later layer's row replaces an earlier one's of the same key.
        kept: Whether they were in force earlier. A check that the program has learnt since then
            need not stand in them: they decide as they did.

    Raises:
        NotReady: When the packs do not fit together; the message names file and line.
    """
    pack = read_pack(layers)
    catalogue = _build(pack, tuple(layers))
    refuse_unfit(pack, catalogue, kept=kept)
    if not kept:
        filled = {check: function.values for check, function in CHECKS.items()}
        catalogue.explanations.refuse_gaps(catalogue.checks, filled, PATHS)
    return catalogue


def standing_over(candidate: Layer, base: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return what a folder means: a whole pack by itself, or changes to what is in force.

    Args:
        candidate: The folder's files.
        base: The files in force.

    Raises:
        NotReady: When one of its files is not TOML or not a pack's.
    """
    rows = read_pack([candidate]).rows
    return (candidate,) if rows.keys() >= WHOLE else (*base, candidate)


def _build(pack: Pack, layers: tuple[Layer, ...]) -> Catalogue:
    fields = FieldTable(Field.from_row(row) for row in pack.of("field"))
    order = pack.values.part("order")
    notices = {_notice_key(row): NoticePlan.from_row(row) for row in pack.of("notice")}
    delayed = notices.pop((EVERY_GROUND, "", False), None)
    if delayed is None:
        message = "no [[notice]] row for ground '*' says how a delayed notice is reviewed"
        raise pack.lacks("notice", message)
    papers = [Instrument.from_row(row) for row in pack.of("instrument")]
    cited = _citations(pack)
    profiles = [ApprovalProfile.from_row(row) for row in pack.of("approval_profile")]
    return Catalogue(
        version=pack.values.text("catalogue_version"),
        sha256=pack.sha256,
        layers=layers,
        policies=_policies(pack),
        house=_house(pack.values.part("house")),
        vocabulary=_vocabulary(pack.values.part("vocabulary"), papers),
        fields=fields,
        citations={citation: versions[-1] for citation, versions in cited.items()},
        dated_citations=cited,
        papers=_papers(papers),
        reasons={row.text("code"): ReasonCode.from_row(row) for row in pack.of("reason")},
        classes={
            row.text("id"): RequesterClass.from_row(row, fields, papers)
            for row in pack.of("requester_class")
        },
        jurisdictions={
            row.text("code"): Jurisdiction.from_row(row, fields) for row in pack.of("jurisdiction")
        },
        checks={row.text("id"): CheckText.from_row(row) for row in pack.of("check")},
        grounds=_grounds(pack, fields, order),
        templates={row.text("id"): selection(row, "fields", fields) for row in pack.of("template")},
        approval_profiles={profile.profile: profile for profile in profiles},
        escalators=order.texts("escalators"),
        notices=notices,
        delayed_notice=delayed,
        notice_texts={row.text("id"): NoticeText.from_row(row) for row in pack.of("notice_text")},
        deadlines={_deadline_key(row): Deadline.from_row(row) for row in pack.of("deadline")},
        retention=_retention(pack),
        explanations=Explanations.from_pack(pack),
        reporting=Reporting.from_rows(pack.values.part("transparency"), pack.of("unreportable")),
    )


def _retention(pack: Pack) -> RetentionRules:
    rules = {retention_key(row): RetentionRule.from_row(row) for row in pack.of("retention")}
    if (EVERY_GROUND, Ending.ANY) not in rules:
        message = "no [[retention]] row for ground '*' and ending '*' says how long to keep"
        raise pack.lacks("retention", message)
    return rules


def _policies(pack: Pack) -> tuple[Policy, ...]:
    rows = pack.of("policy")
    if not rows:
        raise pack.lacks("clause", "no [[policy]] row says which version of the policy this is")
    return read_policies(rows, pack.of("clause"))


class _Dated(Protocol):
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...
    @property
    def row(self) -> Row: ...


Dated = TypeVar("Dated", bound=_Dated)


def _in_time(name: str, versions: Sequence[Dated]) -> tuple[Dated, ...]:
    """Put the versions of one thing in their order; they must not overlap."""
    ordered = sorted(versions, key=lambda version: version.valid_from or date.min)
    for version in ordered:
        if version.valid_to is not None and version.valid_to < (version.valid_from or date.min):
            raise version.row.refusal(f"{name} ends before it begins")
    for earlier, later in pairwise(ordered):
        if earlier.valid_to is None or (later.valid_from or date.min) <= earlier.valid_to:
            message = f"{name}: this version overlaps the one at {earlier.row.place}"
            raise later.row.refusal(message)
    return tuple(ordered)


def _citations(pack: Pack) -> Mapping[str, tuple[Citation, ...]]:
    versions: dict[str, list[Citation]] = {}
    for row in pack.of("citation"):
        versions.setdefault(row.text("id"), []).append(Citation.from_row(row))
    return {name: _in_time(f"citation {name}", several) for name, several in versions.items()}


def _papers(papers: Sequence[Instrument]) -> Mapping[str, tuple[Instrument, ...]]:
    """Group the types of paper by requester class; versions for one country must not overlap."""
    by_class: dict[str, list[Instrument]] = {}
    same: dict[tuple[str, str], list[Instrument]] = {}
    for paper in papers:
        same.setdefault((paper.id, paper.country), []).append(paper)
        for named in sorted(paper.classes):
            by_class.setdefault(named, []).append(paper)
    for (name, _), versions in same.items():
        _in_time(f"instrument {name}", versions)
    return {named: tuple(several) for named, several in by_class.items()}


def _house(row: Row) -> House:
    row.only(*(each.name for each in dataclass_fields(House) if each.name != "utc_offset"), _OFFSET)
    return House(
        home=row.text("home"),
        utc_offset=timedelta(minutes=row.number(_OFFSET)),
        minor_age=row.number("minor_age"),
        longest_period_days=row.number("longest_period_days"),
        reason_characters=row.number("reason_characters"),
        relay_hours=row.number("relay_hours"),
        residual_sunset_days=row.number("residual_sunset_days"),
        paper_after_emergency_hours=row.number("paper_after_emergency_hours"),
        policy_banner_days=row.number("policy_banner_days"),
    )


def _vocabulary(row: Row, papers: Sequence[Instrument]) -> Vocabulary:
    row.only("countries", "purposes", "marketing")
    purposes = row.part("purposes")
    return Vocabulary(
        countries=frozenset(row.text("countries").split()),
        instruments={paper.id: paper.title for paper in papers},
        purposes={
            ground: frozenset(purpose.casefold() for purpose in purposes.texts(ground))
            for ground in purposes.values
        },
        marketing=frozenset(purpose.casefold() for purpose in row.texts("marketing")),
    )


def _grounds(pack: Pack, fields: FieldTable, order: Row) -> Mapping[str, tuple[Ground, ...]]:
    """Read the grounds; versions of one ground must not overlap."""
    common = order.texts("checks")
    if common.count(OWN_CHECKS) != 1:
        message = f"'checks' of [order] must hold '{OWN_CHECKS}' exactly once"
        raise order.refusal(message, "checks")
    versions: dict[str, list[Ground]] = {}
    for row in pack.of("ground"):
        ground = Ground.from_row(row, fields, common)
        versions.setdefault(ground.id, []).append(ground)
    return {name: _in_time(f"ground {name}", several) for name, several in versions.items()}


def _notice_key(row: Row) -> tuple[str, str, bool]:
    return row.text("ground"), row.text("requester_class", ""), row.flag("trader")


def _deadline_key(row: Row) -> tuple[str, str, str, bool]:
    named = row.text("requester_class", ""), row.text("instrument", "")
    return row.text("ground"), *named, row.flag("emergency")
