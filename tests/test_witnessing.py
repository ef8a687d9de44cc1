"""Checkpoints are shown to three kinds of witness, and a database older than one is read-only."""

import http.server
import json
import shutil
import sqlite3
import subprocess
import threading
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select

from disclosure import jobs
from disclosure.app import create_app
from disclosure.domain.checkpoints import read_checkpoint
from disclosure.domain.states import State
from disclosure.errors import NotReady, Refused
from disclosure.gateways import witness
from disclosure.operations import witnessing
from disclosure.operations.checkpoints import latest_checkpoint
from disclosure.storage.alarm import alarm_of
from disclosure.storage.base import db
from disclosure.storage.ledger_rows import LedgerCheckpoint
from tests import cases
from tests.app import Office, make_app
from tests.web.entries import actions


@pytest.fixture
def elsewhere(tmp_path):
    """Return a file on what stands for another mount."""
    (tmp_path / "mount").mkdir()
    return tmp_path / "mount" / "checkpoints.txt"


@pytest.fixture
def office(tmp_path, elsewhere):
    return make_app(tmp_path, witness_file=elsewhere)


def keep(office):
    with office.app.app_context():
        jobs.keep_ledger()


def newest(office):
    """Return size and bytes of the newest checkpoint."""
    with office.app.app_context(), office.unit() as work:
        found = latest_checkpoint(work)
        return (found.size, bytes(found.body))


def sizes_of(office):
    with office.app.app_context(), office.unit() as work:
        return list(work.session.scalars(select(LedgerCheckpoint.size).order_by("size")))


def started_again(office) -> Office:
    """Return the same installation as a new process sees it."""
    app = create_app(office.settings, clock=office.clock)
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
    return replace(office, app=app)


def alarm(office):
    return alarm_of(office.settings.instance)


# Checkpoints by themselves.


def test_a_minute_with_news_ends_with_a_checkpoint_and_one_without_does_not(office):
    keep(office)
    first = newest(office)[0]
    cases.police_case(office)
    keep(office)
    assert newest(office)[0] == first, "the minute is not over"
    office.clock.move(minutes=1)
    keep(office)
    second = newest(office)[0]
    office.clock.move(minutes=5)
    keep(office)

    assert second > first
    assert newest(office)[0] == second, "there was no news"


def test_a_hundred_entries_end_with_a_checkpoint_however_quick_they_are(office):
    while len(actions(office)) < 210:
        cases.police_case(office)

    assert [size for size in sizes_of(office) if size % 100 == 0] == [100, 200]


def test_release_close_and_export_each_have_one_over_themselves(office, tmp_path):
    reference = cases.to_state(office, cases.police_case(office), State.CLOSED)
    with office.app.app_context():
        jobs.export_to(office.actor("auditor"), reference, tmp_path / "r.zip")
    told = dict(enumerate(actions(office), 1))

    assert [told[size] for size in sizes_of(office) if size % 100] == [
        "release:made",
        "case:closed",
        "record:exported",
    ]


# The file.


def test_the_file_gets_every_checkpoint_once_and_in_order(office, elsewhere):
    cases.to_state(office, cases.police_case(office), State.RELEASED)
    keep(office)
    keep(office)
    office.clock.move(minutes=2)
    keep(office)
    notes = elsewhere.read_bytes().split(b"\n\n")
    sizes = [read_checkpoint(note.decode()).size for note in notes[0:-1:2]]

    assert sizes == sorted(set(sizes))
    assert len(sizes) > 1
    assert witness.last_in_file(elsewhere) == newest(office)[1]


def test_a_file_that_cannot_be_written_is_tried_again(office, elsewhere):
    elsewhere.parent.rmdir()
    keep(office)
    assert newest(office) is not None
    elsewhere.parent.mkdir()
    keep(office)

    assert witness.last_in_file(elsewhere) == newest(office)[1]


@pytest.mark.parametrize("content", [b"hello", b"\n\n\n", b"a\n\nb\n"])
def test_a_file_that_holds_something_else_raises_the_alarm(office, elsewhere, content):
    elsewhere.write_bytes(content)
    again = started_again(office)

    assert bool(alarm(again)) is (content != b"\n\n\n")


# A restored copy.


def save(office, name):
    """Copy the database as it is now."""
    instance = office.settings.instance
    with (
        closing(sqlite3.connect(instance / "disclosure.sqlite3")) as source,
        closing(sqlite3.connect(instance / name)) as target,
    ):
        source.backup(target)


def put_back(office, name):
    """Put a copy into the place of the database."""
    with office.app.app_context():
        db.session.remove()
        db.engine.dispose()
    database = office.settings.instance / "disclosure.sqlite3"
    for ending in ("", "-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    shutil.copy(database.with_name(name), database)


@pytest.fixture
def restored(office):
    """Return an installation whose database is older than its witness."""
    reference = cases.police_case(office)
    keep(office)
    save(office, "older")
    cases.to_state(office, reference, State.RELEASED)
    office.clock.move(minutes=2)
    keep(office)
    put_back(office, "older")
    return started_again(office)


def test_a_restored_copy_starts_read_only_and_says_so(restored):
    assert "it is an older copy" in alarm(restored)
    with pytest.raises(NotReady, match="read-only"):
        cases.police_case(restored)

    client = restored.client("auditor", despite_alarm=True)
    page = client.get("/audit/").get_data(as_text=True)
    assert "Read-only." in page
    assert "it is an older copy" in page
    assert client.get("/readyz").status_code == 503
    answer = client.post("/audit/record/DR-2026-0001")
    assert answer.status_code == 503
    assert "read-only" in answer.get_data(as_text=True)


def test_verify_ledger_says_what_the_witness_knows(restored):
    with restored.app.app_context():
        report = jobs.check_ledger()

    assert not report.whole
    assert any("the witness knows a ledger of" in fault for fault in report.faults)


def test_the_newer_database_put_back_ends_the_alarm(office):
    reference = cases.police_case(office)
    keep(office)
    save(office, "older")
    cases.to_state(office, reference, State.RELEASED)
    keep(office)
    save(office, "newer")
    put_back(office, "older")
    older = started_again(office)
    assert alarm(office)
    put_back(older, "newer")
    again = started_again(office)
    with again.app.app_context():
        assert alarm(again), "only a full check ends it"
        assert jobs.check_ledger().faults == []

    assert not alarm(again)


def test_a_loss_that_is_accepted_is_an_entry_and_work_goes_on(restored):
    with restored.app.app_context():
        with witnessing_unit(restored) as work, pytest.raises(Refused, match="reason"):
            witnessing.accept_loss(work, reason=" ")
        with witnessing_unit(restored) as work:
            witnessing.accept_loss(work, reason="The disk burned; nothing newer is left.")
        assert jobs.check_ledger().whole
    reference = cases.police_case(restored)

    assert reference
    assert "ledger:loss-accepted" in actions(restored)
    with witnessing_unit(restored) as work, pytest.raises(Refused, match="no loss"):
        witnessing.accept_loss(work, reason="Again.")


def witnessing_unit(office):
    from disclosure.edge import unit_of_work
    from disclosure.operations.desk import SYSTEM

    @contextmanager
    def opened():
        with office.app.app_context(), unit_of_work(SYSTEM, despite_alarm=True) as work:
            yield work

    return opened()


def test_a_rewritten_history_of_the_same_length_is_seen(office, elsewhere):
    cases.police_case(office)
    keep(office)
    note = elsewhere.read_bytes()
    other = note.replace(b"time: 2026", b"time: 2027")
    elsewhere.write_bytes(other)
    again = started_again(office)

    assert "another ledger of" in alarm(again)


# Every night.


def test_the_ledger_is_checked_every_night_and_the_result_is_an_entry(office):
    cases.police_case(office)
    keep(office)
    keep(office)
    assert actions(office).count("ledger:verified") == 1
    office.clock.move(hours=25)
    keep(office)

    assert actions(office).count("ledger:verified") == 2
    assert not alarm(office)


def test_a_ledger_that_is_not_whole_at_night_stops_the_work(office):
    cases.police_case(office)
    with closing(sqlite3.connect(office.settings.instance / "disclosure.sqlite3")) as database:
        database.execute("DROP TRIGGER ledger_entry_no_update")
        database.execute("UPDATE ledger_entry SET body = x'7b7d' WHERE seq = 3")
        database.commit()
    with office.app.app_context():
        assert not jobs.check_ledger().whole

    assert alarm(office).startswith("entry 3 ")


# Mail and timestamps.


def test_auditors_get_a_checkpoint_by_mail_once_a_day(tmp_path, smtp_server):
    office = make_app(
        tmp_path, witness_mail="a@audit.example b@audit.example", smtp_url=smtp_server.url
    )
    cases.police_case(office)
    keep(office)
    office.clock.move(hours=2)
    cases.police_case(office)
    keep(office)
    assert [each for to in smtp_server.recipients for each in to] == [
        "a@audit.example",
        "b@audit.example",
    ]
    text = smtp_server.messages[0].get_content().replace("\r\n", "\n")
    note = text.partition("--------\n")[2].partition("--------")[0]
    office.clock.move(hours=24)
    keep(office)

    assert read_checkpoint(note).size > 0
    assert len(smtp_server.messages) == 4


@pytest.fixture
def authority(tmp_path):
    """Run a timestamp authority of our own on the loopback: openssl behind a small server."""
    folder = tmp_path / "authority"
    folder.mkdir()
    (folder / "tsa.cnf").write_text(
        "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=Local TSA\n"
        "[ext]\nextendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:FALSE\n"
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ncrypto_device=builtin\n"
        "signer_cert=cert.pem\nsigner_key=key.pem\nsigner_digest=sha256\ndefault_policy=1.2.3.4\n"
        "digests=sha256\nordering=no\ntsa_name=no\ness_cert_id_chain=no\n"
    )
    run(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-config", "tsa.cnf",
        "-keyout", "key.pem", "-out", "cert.pem")  # fmt: skip

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            (folder / "query").write_bytes(self.rfile.read(length))
            run(
                folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply"
            )
            content = (folder / "reply").read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", folder
    server.shutdown()
    thread.join()
    server.server_close()


def run(folder, *arguments):
    return subprocess.run(
        ["openssl", *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


def test_a_timestamp_authority_signs_the_newest_checkpoint_once_an_hour(tmp_path, authority):
    url, folder = authority
    office = make_app(tmp_path, witness_timestamp_url=url)
    cases.police_case(office)
    keep(office)
    with office.app.app_context(), office.unit() as work:
        receipt = witnessing.last_receipt(work, witnessing.TIMESTAMP)
        note = bytes(work.session.get(LedgerCheckpoint, receipt.size).body)
        token = bytes(receipt.receipt)
    (folder / "note").write_bytes(note)
    (folder / "token").write_bytes(token)
    verify = ["ts", "-verify", "-data", "note", "-in", "token", "-token_in", "-CAfile", "cert.pem"]

    assert "Verification: OK" in run(folder, *verify)
    (folder / "note").write_bytes(note + b"x")
    with pytest.raises(subprocess.CalledProcessError):
        run(folder, *verify)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "ftp://x/", "nowhere"])
def test_an_authority_that_does_not_answer_stops_nothing(tmp_path, url):
    office = make_app(tmp_path, witness_timestamp_url=url)
    cases.police_case(office)
    keep(office)

    assert newest(office) is not None
    with pytest.raises(NotReady):
        witness.timestamp(url, b"note")


def test_a_checkpoint_says_nothing_about_people(office):
    cases.police_case(office)
    keep(office)
    told = newest(office)[1].decode()

    assert "DR-" not in told
    assert json.dumps(told).isascii() or "—" in told
