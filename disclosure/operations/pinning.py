"""Which rules a unit of work uses, and the rules that earlier decisions are pinned to.

Owns the kept files of rule packs. Until a first pack is confirmed, the files of the installation
count; from then on only what two people put in force, by
``operations/rules.py``.
"""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from disclosure.domain.catalogue import catalogue_of
from disclosure.domain.pack_files import Layer, from_text, to_text
from disclosure.domain.rulebook import Catalogue
from disclosure.errors import NotReady
from disclosure.operations.desk import Desk, Work
from disclosure.storage.rules import CatalogueVersion, PackDecision, PackProposal, keep_files

MOST_BUILT = 16

_built: dict[str, Catalogue] = {}
"""Catalogues that this process has built from kept files, by fingerprint; pure values."""


def sha256_in_force(session: Session) -> str | None:
    """Return the fingerprint of the pack that two people put in force last, if any."""
    return session.scalar(
        select(PackProposal.sha256)
        .join(PackDecision, PackDecision.proposal_id == PackProposal.id)
        .where(PackDecision.confirmed.is_(True))
        .order_by(PackDecision.number.desc())
        .limit(1)
    )


def desk_in_force(session: Session, desk: Desk) -> Desk:
    """Return the desk with the rules that count now; asked at the start of each unit of work.

    Raises:
        NotReady: When the pack in force does not fit this version of the program.
    """
    sha256 = sha256_in_force(session)
    if sha256 is None or sha256 == desk.catalogue.sha256:
        return desk
    return replace(desk, catalogue=_kept(session, sha256))


def catalogue_of_day(work: Work, sha256: str) -> Catalogue:
    """Return the rules that something is pinned to, as they stood.

    Raises:
        NotReady: When they are not on file, or do not fit this version of the program.
    """
    if sha256 == work.desk.catalogue.sha256:
        return work.desk.catalogue
    return _kept(work.session, sha256)


def _kept(session: Session, sha256: str) -> Catalogue:
    if sha256 not in _built:
        files = session.scalar(
            select(CatalogueVersion.files).where(CatalogueVersion.sha256 == sha256)
        )
        if files is None:
            raise NotReady(f"the rule pack {sha256[:12]} is not on file")
        if len(_built) >= MOST_BUILT:
            _built.clear()
        try:
            _built[sha256] = catalogue_of(from_text(files, sha256), kept=True)
        except NotReady as error:
            message = "does not fit this version of the program"
            raise NotReady(f"the rule pack {sha256[:12]} {message}: {error.message}") from error
    return _built[sha256]


def kept_files(work: Work, sha256: str) -> tuple[Layer, ...]:
    """Return the files of a rule pack, byte for byte; none where they are not on file."""
    files = work.session.scalar(
        select(CatalogueVersion.files).where(CatalogueVersion.sha256 == sha256)
    )
    return () if files is None else from_text(files, sha256)


def keep_pack(work: Work, catalogue: Catalogue) -> None:
    """Keep a pack's files, so that what it decides can be decided again with it."""
    row = CatalogueVersion(
        sha256=catalogue.sha256,
        version=catalogue.version,
        files=to_text(catalogue.layers),
        stored_at=work.now,
    )
    keep_files(work.session, row)
