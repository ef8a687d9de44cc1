"""What auditors draw and compare: samples of cases, who approved whose, releases by quarter.

Owns the sampling entries and these readings; it changes no case.
"""

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from disclosure.domain.access import Permission, Role
from disclosure.domain.events import Event
from disclosure.domain.ledger import Payload
from disclosure.domain.sampling import Candidate, draw
from disclosure.errors import BadInput
from disclosure.operations.casefile import names_of
from disclosure.operations.desk import Work
from disclosure.operations.recording import record
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerEntry
from disclosure.storage.releases import Release, RenditionPreparer, Signature

MOST_EACH = 20
VERDICTS = {"sound": "Sound", "doubtful": "Doubtful", "wrong": "Wrong"}
WATCHED = ("G3D", "G3G")
"""Grounds whose releases are listed by quarter."""
_SEED = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
_LONGEST_NOTE = 4000


@dataclass(frozen=True, slots=True)
class Pair:
    """How often one person signed what another had prepared."""

    preparer: str
    signer: str
    role: str
    times: int


@dataclass(frozen=True, slots=True)
class Quarterly:
    """One release under a watched ground."""

    quarter: str
    at: datetime
    reference: str
    ground: str
    profile: str
    sha256: str


def candidates(work: Work) -> list[Candidate]:
    """Return every released case with each compliance officer who signed what was released."""
    rows = work.session.execute(
        select(Case.reference, Case.ground, Signature.person_id)
        .join(Release, Release.case_id == Case.id)
        .join(Signature, Signature.rendition_id == Release.rendition_id)
        .where(Signature.role == Role.COMPLIANCE_OFFICER.value)
    )
    return [Candidate(row.ground, row.person_id, row.reference) for row in rows]


def sample(work: Work, *, seed: str, each: int) -> list[Candidate]:
    """Return the sample that a seed draws now.

    Raises:
        BadInput: When the seed is no plain word, or the number is out of range.
    """
    if not _SEED.fullmatch(seed) or re.search(r"\d{7}", seed):
        raise BadInput(
            "Use letters, digits and hyphens, at most 40, no seven digits in a row.", where="seed"
        )
    if not 1 <= each <= MOST_EACH:
        raise BadInput(f"Take 1 to {MOST_EACH} cases of each.", where="each")
    return draw(candidates(work), seed=seed, each=each)


def select_sample(work: Work, *, seed: str, each: int) -> list[Candidate]:
    """Record that a sample was drawn, so that its seed was chosen before its cases were read.

    Raises:
        Forbidden: Without the permission.
        BadInput: As ``sample`` does.
    """
    work.actor.require(Permission.SAMPLE_CASES)
    drawn = sample(work, seed=seed, each=each)
    listed = "".join(f"{one.reference}\n" for one in drawn)
    data: Payload = {
        "seed": seed,
        "each": each,
        "cases": len(drawn),
        "sha256": hashlib.sha256(listed.encode()).hexdigest(),
    }
    record(work, Event.SAMPLE_SELECTED, data=data, permission=Permission.SAMPLE_CASES)
    return drawn


def review_sampled(work: Work, case: Case, *, seed: str, verdict: str, note: str) -> None:
    """Record what a sampled case showed; the note is committed to, the verdict stands open.

    Raises:
        Forbidden: Without the permission.
        BadInput: When the verdict is not one, or no note is given where one is needed.
    """
    work.actor.require(Permission.SAMPLE_CASES)
    if verdict not in VERDICTS:
        raise BadInput("Choose what the case showed.", where="verdict")
    note = note.strip()
    if verdict != "sound" and not note:
        raise BadInput("Write what is doubtful or wrong.", where="note")
    if len(note) > _LONGEST_NOTE:
        raise BadInput(f"Keep the note under {_LONGEST_NOTE} characters.", where="note")
    sample(work, seed=seed, each=1)
    record(
        work,
        Event.SAMPLE_REVIEWED,
        case=case,
        data={"seed": seed, "verdict": verdict},
        private={"reason": note} if note else {},
        permission=Permission.SAMPLE_CASES,
    )


def reviewed(work: Work, seed: str) -> dict[str, list[str]]:
    """Return what was written down of the cases that a seed drew: reference to verdicts."""
    begins = f'{{"action":"{Event.SAMPLE_REVIEWED.value}",'.encode()
    rows = work.session.execute(
        select(LedgerEntry.body)
        .where(LedgerEntry.body >= begins, LedgerEntry.body < begins[:-1] + b"-")
        .order_by(LedgerEntry.seq)
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        told = json.loads(row.body)
        if told["data"]["seed"] == seed:
            found.setdefault(str(told["case"]), []).append(VERDICTS[told["data"]["verdict"]])
    return found


def signers(work: Work) -> list[tuple[str, str]]:
    """Return everybody who ever signed, by name: id and name."""
    ids = set(work.session.scalars(select(Signature.person_id).distinct()))
    named = [(one, name) for one, name in names_of(work).items() if one in ids]
    return sorted(named, key=lambda pair: pair[1])


def separation(work: Work) -> list[Pair]:
    """Return who signed what whom prepared, over everything released, most often first."""
    names = names_of(work)
    rows = work.session.execute(
        select(RenditionPreparer.person_id, Signature.person_id, Signature.role)
        .join(Release, Release.rendition_id == RenditionPreparer.rendition_id)
        .join(Signature, Signature.rendition_id == Release.rendition_id)
    )
    counted = Counter((preparer, signer, role) for preparer, signer, role in rows)
    pairs = [
        Pair(names.get(one, one), names.get(other, other), role.replace("_", " "), times)
        for (one, other, role), times in counted.items()
    ]
    return sorted(pairs, key=lambda pair: (-pair.times, pair.preparer, pair.signer))


def quarterly(work: Work) -> list[Quarterly]:
    """Return the releases under the watched grounds, newest first."""
    rows = work.session.execute(
        select(Release, Case.reference, Case.ground)
        .join(Case, Case.id == Release.case_id)
        .where(Case.ground.in_(WATCHED))
        .order_by(Release.released_at.desc())
    )
    zone = work.desk.settings.zone
    return [
        Quarterly(
            quarter=_quarter(release.released_at.astimezone(zone)),
            at=release.released_at,
            reference=reference,
            ground=ground,
            profile=release.profile,
            sha256=release.sha256,
        )
        for release, reference, ground in rows
    ]


def _quarter(at: datetime) -> str:
    return f"{at.year} Q{(at.month + 2) // 3}"
