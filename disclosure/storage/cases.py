"""A case and what hangs on it before anything is signed.

Columns that queries need are plain; everything that tells about a person is encrypted. The state
is written by ``operations/transition.py`` alone.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from disclosure.storage.base import Base, EncryptedJson, EncryptedText, JsonText, UtcDateTime


class Case(Base):
    """Our file on one demand.

    ``requester``, ``instrument`` and ``statement`` hold what was typed at intake, in the shape
    that ``operations/intake.py`` documents.
    """

    __tablename__ = "case"
    __table_args__ = (
        Index("ix_case_open", "is_open", "due_at", "id"),
        Index("ix_case_state", "state", "id"),
        Index("ix_case_fingerprint", "fingerprint"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    public_ref: Mapped[str] = mapped_column(String(32), unique=True)
    tracking_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20))
    is_open: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    route: Mapped[str] = mapped_column(String(16))
    ground: Mapped[str] = mapped_column(String(8))
    requester_class: Mapped[str] = mapped_column(String(32))
    country: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(EncryptedText("case.title"))
    requester: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("case.requester"))
    instrument: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("case.instrument"))
    statement: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("case.statement"))
    subject_account: Mapped[str] = mapped_column(EncryptedText("case.subject_account"))
    subject_index: Mapped[str] = mapped_column(String(32), index=True)
    fields: Mapped[list[str]] = mapped_column(JsonText)
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    fingerprint: Mapped[str] = mapped_column(String(64))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))

    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    channel: Mapped[str] = mapped_column(String(16))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_provisional: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    handler_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decider_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    separation: Mapped[str] = mapped_column(String(16))
    approval_profile: Mapped[str] = mapped_column(String(8), default="")
    allowed_fields: Mapped[list[str]] = mapped_column(JsonText, default=list)
    batch: Mapped[str | None] = mapped_column(String(32))
    decided_evaluation_id: Mapped[str | None] = mapped_column(String(32))
    restricted: Mapped[bool] = mapped_column(default=False)
    policy_version: Mapped[str] = mapped_column(String(16))
    catalogue_version: Mapped[str] = mapped_column(String(32))
    catalogue_hash: Mapped[str] = mapped_column(String(64))
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads a plain dict


class Deadline(Base):
    """A promise with a date: statutory, the instrument's own, or the house's target."""

    __tablename__ = "deadline"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    rule: Mapped[dict[str, Any]] = mapped_column(JsonText)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    provisional: Mapped[bool] = mapped_column(default=False)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ClockStop(Base):
    """A time in which the case waited for the requester and its clocks stood still."""

    __tablename__ = "clock_stop"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Finding(Base):
    """What a person found out about one fact; the newest for a key counts, none is changed."""

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    key: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("finding.answer"))
    reason: Mapped[str] = mapped_column(EncryptedText("finding.reason"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Callback(Base):
    """A call to the number in our own register, never to one from a letter."""

    __tablename__ = "callback"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    number: Mapped[str] = mapped_column(String(64))
    confirmed: Mapped[bool]
    answered_by: Mapped[str] = mapped_column(EncryptedText("callback.answered_by"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    called_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Overruling(Base):
    """A check that a legal reviewer set aside, with the reason."""

    __tablename__ = "overruling"
    __table_args__ = (UniqueConstraint("case_id", "check_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    check_id: Mapped[str] = mapped_column(String(48))
    reason: Mapped[str] = mapped_column(EncryptedText("overruling.reason"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Evaluation(Base):
    """One run of the rules over the facts of one instant, kept for ever.

    ``overruled``: the checks that were set aside in it; None in rows older than the column.
    """

    __tablename__ = "evaluation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    number: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("evaluation.facts"))
    facts_digest: Mapped[str] = mapped_column(String(64))
    decision: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("evaluation.decision"))
    outcome: Mapped[str] = mapped_column(String(20))
    deciding_check: Mapped[str] = mapped_column(String(48))
    profile: Mapped[str] = mapped_column(String(8))
    notice_rule: Mapped[str] = mapped_column(String(16))
    releasable: Mapped[list[str]] = mapped_column(JsonText)
    catalogue_version: Mapped[str] = mapped_column(String(32))
    catalogue_hash: Mapped[str] = mapped_column(String(64))
    overruled: Mapped[list[str] | None] = mapped_column(JsonText)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Task(Base):
    """A check that the case waits for a person to answer; closed when the rules ran on.

    ``permission`` names what the person has to be allowed to do.
    """

    __tablename__ = "task"
    __table_args__ = (Index("ix_task_open", "closed_at", "permission", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    check_id: Mapped[str] = mapped_column(String(48))
    permission: Mapped[str] = mapped_column(String(32))
    opened_by: Mapped[str] = mapped_column(ForeignKey("evaluation.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("evaluation.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Document(Base):
    """A file of the case; the original is stored encrypted and never changed.

    ``role``: demand (the paper), evidence, answer (from the requester), responsive (to release).
    ``status``: quarantine, ready, refused.
    """

    __tablename__ = "document"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    filename: Mapped[str] = mapped_column(EncryptedText("document.filename"))
    media_type: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(12))
    refusal: Mapped[str] = mapped_column(String(255), default="")
    pages: Mapped[int] = mapped_column(default=0)
    summary: Mapped[dict[str, Any]] = mapped_column(JsonText, default=dict)
    disposition: Mapped[str] = mapped_column(String(12), default="")
    added_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    copied_from: Mapped[str | None] = mapped_column(String(32))


class ResponsiveValue(Base):
    """One value fetched from the platform, with where and when it came from."""

    __tablename__ = "responsive_value"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    batch: Mapped[str] = mapped_column(String(32))
    field: Mapped[str] = mapped_column(String(48))
    record: Mapped[str] = mapped_column(EncryptedText("responsive_value.record"))
    value: Mapped[str] = mapped_column(EncryptedText("responsive_value.value"))
    source: Mapped[str] = mapped_column(String(64))
    storage_region: Mapped[str] = mapped_column(String(8))
    collected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fetched_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FieldMask(Base):
    """How one field leaves: in clear, under a mask, or not at all, with the reason code."""

    __tablename__ = "field_mask"
    __table_args__ = (UniqueConstraint("case_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    field: Mapped[str] = mapped_column(String(48))
    mask: Mapped[str] = mapped_column(String(16))
    reason_code: Mapped[str] = mapped_column(String(48))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DocumentMark(Base):
    """One redaction in one document, with its reason code.

    ``kind``: term, words, region, page. Words have the range of characters that a person chose in
    the page's text, and ``boxes``, one for each line of it. ``found_on``: the pages on which a term
    stood when it was marked, where somebody looked.
    """

    __tablename__ = "document_mark"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    term: Mapped[str | None] = mapped_column(EncryptedText("document_mark.term"))
    page: Mapped[int | None]
    box: Mapped[list[float] | None] = mapped_column(JsonText)
    span_start: Mapped[int | None]
    span_end: Mapped[int | None]
    boxes: Mapped[list[list[float]] | None] = mapped_column(JsonText)
    found_on: Mapped[list[int] | None] = mapped_column(JsonText)
    reason_code: Mapped[str] = mapped_column(String(48))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    marked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(EncryptedText("document_mark.note"))
    copied_from: Mapped[str | None] = mapped_column(String(32))


class PageFlag(Base):
    """A page that is set aside as a whole: ``kind`` says why, ``answer`` ends a consultation.

    ``kind``: duplicate (of ``of_page`` of ``of_document_id``), not_responsive, consult (with whom).
    """

    __tablename__ = "page_flag"
    __table_args__ = (
        Index(
            "ix_page_flag_live",
            "document_id",
            "page",
            "kind",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL AND answered_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL AND answered_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"))
    page: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    of_document_id: Mapped[str | None] = mapped_column(ForeignKey("document.id"))
    of_page: Mapped[int | None]
    consulted: Mapped[str | None] = mapped_column(EncryptedText("page_flag.consulted"))
    reason: Mapped[str] = mapped_column(EncryptedText("page_flag.reason"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    flagged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(EncryptedText("page_flag.answer"))
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SuggestedMark(Base):
    """A value in one document that a person has to decide on: open, accepted or rejected.

    ``mark_id``: the mark in another document after which it was looked for here, if any.
    """

    __tablename__ = "suggested_mark"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    text: Mapped[str] = mapped_column(EncryptedText("suggested_mark.text"))
    pages: Mapped[list[int]] = mapped_column(JsonText)
    count: Mapped[int]
    answer: Mapped[str] = mapped_column(String(8), default="open")
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mark_id: Mapped[str | None] = mapped_column(String(32))
