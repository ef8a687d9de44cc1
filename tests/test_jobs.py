import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from disclosure import jobs
from disclosure.domain.states import State
from disclosure.errors import Refused
from disclosure.gateways.mail import written_messages
from disclosure.operations import collecting, outbox, redacting
from disclosure.operations.desk import SYSTEM
from disclosure.operations.facts import live_notice
from disclosure.operations.papers import Upload
from disclosure.storage.cases import Document, ResponsiveValue
from disclosure.storage.ledger_rows import LedgerEntry, Outbox
from disclosure.storage.releases import Rendition
from tests import cases
from tests.app import make_app
from tests.cases import at_work, do, to_state
from tests.journeys.steps import paper

ROOT = Path(__file__).parents[1]
WORKER = """
import sys
from dataclasses import replace
from pathlib import Path

from disclosure.app import create_app
from disclosure.config import load_settings
from disclosure.jobs import work_forever
from tests.app import NOW

folder = Path(sys.argv[1])
settings = replace(load_settings(folder, {}), sources=folder / "marketplace.toml")
work_forever(create_app(settings, clock=lambda: NOW))
"""


@pytest.fixture
def office(tmp_path):
    return cases.empty_office(tmp_path)


def rows(office, kind):
    with office.app.app_context(), office.unit() as work:
        found = work.session.scalars(
            select(Outbox).where(Outbox.kind == kind).order_by(Outbox.created_at)
        ).all()
        work.session.expunge_all()
        return found


def run(office, row):
    with office.app.app_context():
        return jobs.run(row.id)


def counted(office, row):
    with office.app.app_context(), office.unit() as work:
        return len(work.session.scalars(select(row)).all())


# --- Each kind ----------------------------------------------------------------------------------


def test_a_letter_is_sent_once_and_its_row_ends(office):
    cases.police_case(office)
    [row] = rows(office, "letter")
    assert run(office, row) is True
    assert run(office, row) is False

    assert rows(office, "letter")[0].status == "done"
    assert len(written_messages(office.settings)) == 1


@pytest.mark.parametrize(
    ("filename", "content", "status", "pages"),
    [
        ("scan.png", paper(), "ready", 1),
        ("chat.pdf", cases.chat_pdf(), "ready", 1),
        ("fake.pdf", b"MZ\x90 this is no PDF", "refused", 0),
        ("torn.pdf", cases.chat_pdf()[:400], "refused", 0),
    ],
)
def test_a_file_leaves_quarantine_read_or_refused(office, filename, content, status, pages):
    cases.police_case(office, papers=(Upload(filename, content),))
    office.work_jobs()
    with office.app.app_context(), office.unit() as work:
        [document] = work.session.scalars(select(Document))

        assert (document.status, document.pages) == (status, pages)
        assert bool(document.refusal) is (status == "refused")
    assert rows(office, "inspect")[0].status == "done"


def test_a_file_that_was_read_is_not_read_again(office, monkeypatch):
    cases.police_case(office, papers=(Upload("scan.png", paper()),))
    [row] = rows(office, "inspect")
    run(office, row)
    with office.app.app_context(), office.unit() as work:
        work.session.get_one(Outbox, row.id).status = "waiting"
    monkeypatch.setattr(jobs, "inspect", lambda _path: pytest.fail("it was read again"))

    assert run(office, row) is True
    assert rows(office, "inspect")[0].status == "done"


def test_collecting_shows_its_progress(office, monkeypatch):
    reference = to_state(office, cases.police_case(office), State.COLLECTING)
    do(office, "handler", reference, collecting.request_collection)
    seen = []
    real = jobs.fetch_values

    def fetch(work, case, **given):
        row = work.session.scalars(select(Outbox).where(Outbox.kind == "collect")).one()
        seen.append((row.status, row.progress, row.step))
        return real(work, case, **given)

    monkeypatch.setattr(jobs, "fetch_values", fetch)
    office.work_jobs()

    assert seen == [("running", 10, "Asking the platform for the allowed fields")]
    assert rows(office, "collect")[0].progress == 100


def test_rendering_ends_with_one_rendition_of_the_right_number(office):
    reference = to_state(office, cases.respondent_case(office), State.REDACTING)
    cases.assess_impact(office, reference)
    do(office, "handler", reference, redacting.request_rendition)
    office.work_jobs()
    with at_work(office, reference) as (work, _):
        [row] = work.session.scalars(select(Rendition))

        assert (row.number, row.gate_passed) == (1, True)


def test_a_notice_that_was_replaced_is_not_looked_at(office):
    reference = to_state(office, cases.police_case(office), State.COLLECTING)
    with at_work(office, reference) as (work, case):
        live_notice(work, case).replaced_at = work.now
    office.clock.move(days=181)
    office.work_jobs()

    assert [row.status for row in rows(office, "notice_due")] == ["done"]
    assert all("personal data" not in each.subject for each in written_messages(office.settings))


# --- Failing ------------------------------------------------------------------------------------


def test_a_dropped_line_is_tried_again_with_the_same_message_id(
    tmp_path, dropping_smtp_server, smtp_server
):
    office = make_app(tmp_path, smtp_url=dropping_smtp_server.url)
    reference = to_state(office, cases.counterparty_case(office), State.COLLECTING)
    notices = [row for row in rows(office, "letter") if row.arguments.get("notice")]
    run(office, notices[0])
    with at_work(office, reference) as (work, case):
        assert live_notice(work, case).sent_at is None
    [failed] = [row for row in rows(office, "letter") if row.arguments.get("notice")]
    assert (failed.status, failed.attempts) == ("waiting", 1)
    assert "broke while sending" in failed.error
    assert failed.secret, "the secret waits for the next try"

    point_to(office, smtp_server.url)
    office.clock.now = failed.available_at
    office.work_jobs()
    with at_work(office, reference) as (work, case):
        assert live_notice(work, case).sent_at == office.clock.now
        sent = [body for body in bodies(work) if b'"notice:sent"' in body]
    [accepted] = [each for each in smtp_server.messages if "personal data" in each["Subject"]]
    assert accepted["Message-ID"] == dropping_smtp_server.messages[0]["Message-ID"]
    assert len(sent) == 1


def point_to(office, smtp_url):
    home = office.app.extensions["disclosure"]
    settings = replace(home.desk.settings, smtp_url=smtp_url)
    office.app.extensions["disclosure"] = replace(home, desk=replace(home.desk, settings=settings))


def bodies(work):
    return list(work.session.scalars(select(LedgerEntry.body)))


def test_a_crash_after_the_effect_repeats_it_and_the_result_is_there_once(office, monkeypatch):
    """The mail is out, the power goes before the row ends: the same message goes out again."""
    cases.police_case(office)
    [row] = rows(office, "letter")
    real = outbox.finish

    def crash(_row, _now):
        raise KeyboardInterrupt

    monkeypatch.setattr(outbox, "finish", crash)
    with pytest.raises(KeyboardInterrupt):
        run(office, row)
    monkeypatch.setattr(outbox, "finish", real)
    assert rows(office, "letter")[0].status == "running"
    office.clock.now += outbox.LEASE
    office.clock.move(seconds=1)
    office.work_jobs()

    assert len(written_messages(office.settings)) == 1, "one message, under one Message-ID"
    assert rows(office, "letter")[0].status == "done"


def test_a_crash_while_values_are_kept_keeps_none_and_the_retry_keeps_them_once(
    office, monkeypatch
):
    reference = to_state(office, cases.police_case(office), State.COLLECTING)
    do(office, "handler", reference, collecting.request_collection)
    real = jobs.store_values

    def crash(work, case, values):
        real(work, case, values)
        raise RuntimeError("the platform's answer was cut")

    monkeypatch.setattr(jobs, "store_values", crash)
    office.work_jobs()
    assert counted(office, ResponsiveValue) == 0
    [failed] = rows(office, "collect")
    assert failed.error == "An unexpected RuntimeError; the log has it under this job's id."
    monkeypatch.setattr(jobs, "store_values", real)
    office.clock.now = failed.available_at
    office.work_jobs()
    with at_work(office, reference) as (work, case):
        kept = len(collecting.values_of(work, case))

    assert counted(office, ResponsiveValue) == kept > 0


def test_a_worker_that_was_overtaken_keeps_nothing(office):
    reference = to_state(office, cases.police_case(office), State.COLLECTING)
    do(office, "handler", reference, collecting.request_collection)
    [row] = rows(office, "collect")
    with office.app.app_context():
        with jobs.unit_of_work(SYSTEM) as work:
            taken = outbox.take(work.session, row.id, work.now)
            slow = jobs.Job(taken.id, taken.kind, taken.attempts, dict(taken.arguments))
        office.clock.now += outbox.LEASE
        office.clock.move(seconds=1)
        assert jobs.run(row.id) is True
        before = counted(office, ResponsiveValue)
        with pytest.raises(Refused, match="taken this job over"):
            jobs._collect(slow)
        jobs._fail(slow, "too late")

    assert counted(office, ResponsiveValue) == before
    assert rows(office, "collect")[0].status == "done"


def test_five_failures_park_the_job_and_a_person_sends_it_again(tmp_path):
    office = make_app(tmp_path, smtp_url="smtp://127.0.0.1:1")
    cases.police_case(office)
    for _ in range(5):
        office.work_jobs()
        office.clock.move(hours=2)
    [parked] = rows(office, "letter")
    assert (parked.status, parked.attempts) == ("parked", 5)
    assert "police.example" not in parked.error
    point_to(office, None)
    with office.app.app_context(), office.unit("admin") as work:
        outbox.retry(work, parked.id)
    office.work_jobs()

    assert rows(office, "letter")[0].status == "done"
    assert len(written_messages(office.settings)) == 1


def test_a_failing_job_does_not_keep_the_others_waiting(office, monkeypatch):
    cases.police_case(office)

    def broken(_job):
        raise ValueError("poison")

    monkeypatch.setitem(jobs.HANDLERS, "inspect", broken)
    office.work_jobs()

    assert rows(office, "inspect")[0].status == "waiting"
    assert rows(office, "letter")[0].status == "done"


# --- Killed -------------------------------------------------------------------------------------


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.02)
    pytest.fail("it never came to that")


def test_a_worker_killed_while_it_renders_is_followed_by_another(office, tmp_path):
    reference = to_state(office, cases.police_case(office), State.REDACTING)
    cases.with_document(office, reference)
    cases.assess_impact(office, reference)
    do(office, "handler", reference, redacting.request_rendition)
    folder = str(office.settings.instance)
    scratch, elsewhere = office.settings.instance / "scratch", tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(elsewhere)}
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, folder], cwd=ROOT, env=environment, start_new_session=True
    )
    try:
        wait_for(lambda: list(scratch.rglob("original*")))
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    [cut] = rows(office, "render")
    assert (cut.status, cut.attempts) == ("running", 1)
    assert counted(office, Rendition) == 0
    assert [path for path in elsewhere.rglob("*") if path.is_file()] == []
    office.work_jobs()
    assert counted(office, Rendition) == 0, "the lease still holds"
    office.clock.now = cut.lease_until
    office.clock.move(seconds=1)
    office.work_jobs()

    assert counted(office, Rendition) == 1
    assert (rows(office, "render")[0].status, rows(office, "render")[0].attempts) == ("done", 2)
    assert list(scratch.iterdir()) == [], "the killed worker's plain bytes are gone"
    with at_work(office, reference) as (work, _):
        assert work.session.scalars(select(Rendition.gate_passed)).one()
