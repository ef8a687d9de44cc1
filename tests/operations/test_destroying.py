"""After a destruction: the data of the people is nowhere, and the ledger is whole."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from disclosure.domain.states import State
from disclosure.errors import NotFound
from disclosure.jobs import export_to
from disclosure.operations import (
    drawing,
    exporting,
    redacting,
    retention,
    signing,
    sittings,
    tracking,
)
from disclosure.operations.casefile import checks_of
from disclosure.operations.desk import REQUESTER
from disclosure.operations.intake import receive_demand
from disclosure.operations.ledger_check import verify_ledger
from disclosure.storage.base import Base, EncryptedJson, EncryptedText
from disclosure.storage.cases import Case, Document, DocumentMark, Finding, ResponsiveValue
from disclosure.storage.drawing_rows import DrawingSitting
from disclosure.storage.page_images import PageImages
from disclosure.storage.protection import APPEND_ONLY
from tests import cases
from tests.cases import SUBJECT, TERM, at_work, do, to_state

WHY = "Its term is over and nothing is pending."
VERIFIER = Path(exporting.__file__).parents[1] / "verify.py"


@pytest.fixture
def closed(office):
    """A closed case with a document, a real rendition, mail, answers and everything else."""
    reference = to_state(
        office, cases.police_case(office, narrative="He was seen"), State.REDACTING
    )
    cases.with_document(office, reference)
    cases.assess_impact(office, reference)
    do(office, "handler", reference, redacting.request_rendition)
    office.work_jobs()
    do(office, "handler", reference, signing.submit_for_signing)
    return to_state(office, reference, State.CLOSED)


def destroy(office, reference):
    office.clock.move(days=5 * 366)
    do(office, "legal", reference, retention.propose_destruction, reason=WHY)
    do(office, "compliance", reference, retention.decide_destruction, agreed=True)
    office.work_jobs()


def personal(office, reference):
    """Return the values of the case that tell about people."""
    with at_work(office, reference) as (work, case):
        values = set(work.session.scalars(select(ResponsiveValue.value)))
        values |= {case.requester["name"], case.requester["email"], case.instrument["number"]}
        values |= {SUBJECT.real_name, case.subject_account, "He was seen", "Duty officer", TERM}
        values |= set(work.session.scalars(select(Document.filename)))
    return {value for value in values if len(value) > 4 or not value.isascii()}


def decrypted(office):
    """Return every encrypted cell of every table, in clear."""
    found = []
    with office.app.app_context(), office.unit() as work:
        for mapper in Base.registry.mappers:
            secret = [
                column
                for column in mapper.columns
                if isinstance(column.type, EncryptedText | EncryptedJson)
            ]
            if not secret or mapper.class_.__tablename__ == "person":
                continue
            for row in work.session.execute(select(*secret)):
                found += [json.dumps(cell, ensure_ascii=False) for cell in row]
    return "\n".join(found)


def on_disk(office):
    """Return every file of the instance in clear, apart from the platform's own database."""
    content = []
    for path in office.settings.instance.rglob("*"):
        if path.is_file() and not path.name.startswith("marketplace"):
            stored = path.parent.parent.name == "files"
            with office.app.app_context(), office.unit() as work:
                content.append(work.desk.files.read(path.name) if stored else path.read_bytes())
    return b"\n".join(content)


def test_the_data_of_people_is_in_no_table_file_index_or_log(office, closed, caplog):
    values = personal(office, closed)
    before = decrypted(office)
    assert len(values) > 8
    assert all(value in before for value in values), "each is there to be destroyed"
    assert cases.SUBJECT.real_name.encode() in on_disk(office) or office.settings.instance

    destroy(office, closed)

    after, disk = decrypted(office), on_disk(office)
    assert [value for value in values if value in after] == []
    assert [value for value in values if value.encode() in disk] == []
    assert [value for value in values if value in caplog.text] == []


def test_the_files_of_the_case_are_gone_from_the_disk(office, closed):
    with at_work(office, closed) as (work, case):
        hashes = [row.sha256 for row in work.session.scalars(select(Document))]
        hashes.append(cases.rendition_of(work, case).sha256)
    folder = office.settings.instance / "files"
    assert all((folder / each[:2] / each).exists() for each in hashes)

    destroy(office, closed)

    assert not any((folder / each[:2] / each).exists() for each in hashes)


def test_pictures_of_its_pages_and_who_sat_over_them_are_gone(office, closed):
    with at_work(office, closed, "handler") as (work, case):
        query = select(Document).where(Document.case_id == case.id, Document.role == "responsive")
        document = work.session.scalars(query).one()
        sittings.sit_down(work, case, document, page=1)
        source, desk = drawing.source_of(document), work.desk
    drawing.image_at(desk, source, 1)
    kept = PageImages(desk.settings.instance).names(source.sha256)
    destroy(office, closed)
    with at_work(office, closed) as (work, _):
        left = work.session.scalars(select(DrawingSitting)).all()

    assert kept
    assert PageImages(desk.settings.instance).names(source.sha256) == frozenset()
    assert left == []


def test_messages_that_were_written_to_the_folder_are_gone(office, closed):
    folder = office.settings.instance / "outbox-mail"
    assert list(folder.glob("*.eml"))

    destroy(office, closed)

    assert list(folder.glob("*.eml")) == []


def test_a_file_that_another_case_holds_too_stays(office, closed):
    other = cases.police_case(office)
    destroy(office, closed)

    with at_work(office, other) as (work, case):
        paper = work.session.scalars(select(Document).where(Document.case_id == case.id)).one()
        assert work.desk.files.read(paper.sha256) == cases.PAPER.content


def test_the_other_cases_are_as_they_were(office, closed):
    other = to_state(office, cases.police_case(office), State.REDACTING)
    cases.with_document(office, other)
    with at_work(office, other) as (work, case):
        shown = (case.title, dict(case.requester), dict(case.instrument), case.subject_account)
        values = len(work.session.scalars(_values(case)).all())
    destroy(office, closed)

    with at_work(office, other) as (work, case):
        assert (case.title, case.requester, case.instrument, case.subject_account) == shown
        assert len(work.session.scalars(_values(case)).all()) == values


def _values(case):
    return select(ResponsiveValue).where(ResponsiveValue.case_id == case.id)


def test_the_ledger_verifies_as_before(office, closed):
    destroy(office, closed)

    with at_work(office, closed) as (work, case):
        for table in (ResponsiveValue, DocumentMark, Finding):
            of_case = select(table).where(table.case_id == case.id)
            assert work.session.scalars(of_case).all() == []
        report = verify_ledger(work)
        assert report.whole, report.lines()


def test_its_record_can_still_be_exported_and_says_withheld(office, closed, tmp_path):
    destroy(office, closed)
    with office.app.app_context():
        made = export_to(office.actor("auditor"), closed, tmp_path / "record.zip")

    verdict = subprocess.run(
        [sys.executable, "-I", VERIFIER, made.path, "--key", made.fingerprint],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert "committed values: 0 told" in verdict.stdout


def test_the_tracking_secret_opens_nothing_any_more(office):
    with office.app.app_context(), office.unit("handler") as work:
        receipt = receive_demand(work, cases.police_demand())
        reference, secret = receipt.case.reference, receipt.tracking_secret
    to_state(office, reference, State.CLOSED)
    destroy(office, reference)

    with office.app.app_context(), office.unit() as work:
        found = tracking.follow(
            work.as_actor(REQUESTER), given=reference, secret=secret, address="127.0.0.1"
        )
    assert found is None


def test_its_page_still_opens_and_offers_nothing_to_read(office, closed):
    destroy(office, closed)
    client = office.client("compliance")
    page = client.get(f"/cases/{closed}")

    assert page.status_code == 200
    assert "records of this case are destroyed" in page.get_data(as_text=True)
    with at_work(office, closed) as (work, case):
        document = work.session.scalars(select(Document)).first().id
        assert checks_of(work, case)[1] == []
    assert client.get(f"/cases/{closed}/files/{document}").status_code in {404, 409}


def test_a_worker_that_dies_between_rows_and_files_loses_nothing(office, closed, monkeypatch):
    from disclosure import jobs

    def killed(_job):
        raise OSError

    monkeypatch.setitem(jobs.HANDLERS, "shred", killed)
    destroy(office, closed)
    folder = office.settings.instance / "files"
    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert left

    monkeypatch.undo()
    office.clock.move(minutes=30)
    office.work_jobs()
    assert not {path.name for path in folder.rglob("*") if path.is_file()}


APART = {
    "case": "emptied column by column",
    "ledger_opening": "deleted",
    "incident_step": "emptied with its incident",
    "person": "staff, not a party to the case",
    "consent_record": "the register's own, not one case's",
    "consent_withdrawal": "the register's own, not one case's",
    "recipient_block": "stands after the case: it protects other people",
}
"""Tables with encrypted columns that do not hang on a case, and why they may."""


def secret_columns(mapper):
    return [
        column.key
        for column in mapper.columns
        if isinstance(column.type, EncryptedText | EncryptedJson)
    ]


def test_every_table_with_encrypted_columns_is_reached_by_the_destruction_or_named_apart():
    for mapper in Base.registry.mappers:
        name = mapper.class_.__tablename__
        reached = "case_id" in mapper.columns
        assert not secret_columns(mapper) or reached or name in APART, name


def test_no_protected_table_of_a_case_has_an_encrypted_column():
    """What can never be changed must not hold what has to be emptied."""
    for mapper in Base.registry.mappers:
        if mapper.class_.__tablename__ in APPEND_ONLY and "case_id" in mapper.columns:
            assert secret_columns(mapper) == []


def test_deleted_pages_are_overwritten(office):
    with office.app.app_context(), office.unit() as work:
        told = work.session.connection().exec_driver_sql("PRAGMA secure_delete").scalar()
    assert told == 1
    with sqlite3.connect(office.settings.instance / "disclosure.sqlite3") as raw:
        assert raw.execute("SELECT COUNT(*) FROM destruction").fetchone() == (0,)


def test_a_case_that_does_not_exist_is_not_found(office):
    from disclosure.operations.casefile import find_case

    with pytest.raises(NotFound), office.app.app_context(), office.unit("legal") as work:
        find_case(work, "DR-2026-9999")
    with office.app.app_context(), office.unit() as work:
        assert work.session.scalars(select(Case)).all() == []
