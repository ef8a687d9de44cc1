"""The commands, as a person types them: what they print, and their exit codes."""

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from disclosure.demonstration.marketplace import KNOWN
from disclosure.operations.intake import Demand, receive_demand
from tests.app import make_app
from tests.domain.situations import CASES

ROOT = Path(__file__).parents[1]


def run(*words, instance=None, expect=0, cwd=ROOT):
    """Run a command in a process of its own and return what it printed."""
    command = [sys.executable, "-m", "disclosure", *map(str, words)]
    if instance is not None:
        command += ["--instance", str(instance)]
    done = subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == expect, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    if expect:
        assert len(done.stderr.strip().splitlines()) <= 5, done.stderr
    return done


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """An installation with one case in it."""
    made = make_app(tmp_path_factory.mktemp("commands"))
    with made.app.app_context(), made.unit() as work:
        receive_demand(
            work,
            Demand(
                ground="G3E",
                requester_class="ip_respondent",
                name="Respondent",
                email="r@letters.example",
                account=KNOWN.respondent,
                complaint=KNOWN.complaint_qualified,
                purpose="resolve rights dispute",
                fields=("ipc.complainant_name",),
            ),
        )
    made.work_jobs()
    return made


def test_a_new_installation_gets_its_first_administrator_by_link(tmp_path):
    home = tmp_path / "new"
    run("migrate", instance=home)
    words = ["add-user", "chen.yu", "--name", "Chen Yu", "--email", "c@example.org"]
    run(*words, "--role", "administrator", instance=home)

    link = run("login-link", "chen.yu", instance=home).stdout.strip()

    assert re.fullmatch(r"http://127\.0\.0\.1:8000/account/link/[\w-]{40,}", link)
    assert (home / "keys.json").stat().st_mode & 0o077 == 0
    run("migrate", instance=home)


def test_nobody_is_there_before_somebody_was_added(tmp_path):
    home = tmp_path / "new"
    run("migrate", instance=home)

    with sqlite3.connect(home / "disclosure.sqlite3") as database:
        assert database.execute("SELECT COUNT(*) FROM person").fetchone() == (0,)
    run("login-link", "admin", instance=home, expect=2)


def test_a_key_ring_open_to_others_stops_the_start(tmp_path):
    home = tmp_path / "new"
    run("migrate", instance=home)
    (home / "keys.json").chmod(0o644)

    said = run("list-cases", "--json", instance=home, expect=2).stderr

    assert "chmod 600" in said


def test_a_lost_key_ring_is_never_replaced_by_a_new_one(tmp_path):
    home = tmp_path / "new"
    run("migrate", instance=home)
    (home / "keys.json").unlink()

    assert "restore it from backup" in run("migrate", instance=home, expect=2).stderr


def test_cases_are_listed_one_json_object_a_line(office):
    lines = run("list-cases", "--json", instance=office.settings.instance).stdout.splitlines()

    assert [set(json.loads(line)) for line in lines] == [
        {"reference", "state", "ground", "class", "deadline"}
    ]


def test_cases_are_decided_without_an_installation(tmp_path):
    lines = run("evaluate", CASES, cwd=tmp_path).stdout.splitlines()

    assert len(lines) == len(json.loads(CASES.read_text("utf-8")))
    assert {"id", "outcome", "deciding_check", "checks"} <= set(json.loads(lines[0]))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('[{"id": "a", "ground": "G3C", "facts": {"release_at": "no day"}}]', "release_at"),
        ('[{"id": "a", "id": "b"}]', "id"),
        ("{", "line"),
        ("\udcff", "UTF-8"),
    ],
    ids=["date", "twice", "not JSON", "not text"],
)
def test_a_bad_facts_file_is_named_with_the_place(tmp_path, content, says):
    file = tmp_path / "facts.json"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))

    assert says in run("evaluate", file, expect=2).stderr
    assert not run("evaluate", file, expect=2).stdout


def test_a_missing_file_is_bad_usage(tmp_path):
    run("evaluate", tmp_path / "nowhere.json", expect=2)
    run("no-such-command", expect=2)
    run("serve", "--port", "99999999", expect=2)


def test_a_whole_ledger_is_whole_and_a_changed_one_is_not(office, tmp_path):
    home = tmp_path / "copy"
    shutil.copytree(office.settings.instance, home)
    assert run("verify-ledger", instance=home).stdout.startswith("whole:")
    with sqlite3.connect(home / "disclosure.sqlite3") as database:
        triggers = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        database.execute(
            "UPDATE ledger_entry SET body = CAST(replace(CAST(body AS TEXT), 'G3E', 'G3G') AS BLOB)"
            " WHERE seq = (SELECT MIN(seq) FROM ledger_entry WHERE CAST(body AS TEXT) LIKE '%G3E%')"
        )
        for _, sql in triggers:
            database.execute(sql)

    assert "entry" in run("verify-ledger", instance=home, expect=1).stdout


def test_a_database_without_its_guards_does_not_start(office, tmp_path):
    home = tmp_path / "copy"
    shutil.copytree(office.settings.instance, home)
    with sqlite3.connect(home / "disclosure.sqlite3") as database:
        database.execute("DROP TRIGGER release_no_delete")

    assert "release_no_delete" in run("list-cases", instance=home, expect=2).stderr


def test_a_record_is_exported_with_the_fingerprint_and_verifies(office, tmp_path):
    target = tmp_path / "record.zip"
    said = run("export-case", "DR-2026-0001", target, instance=office.settings.instance).stdout
    fingerprint = re.search(r"[0-9a-f]{64}", said)
    assert fingerprint is not None

    done = subprocess.run(
        [
            sys.executable,
            "-I",
            str(ROOT / "disclosure" / "verify.py"),
            str(target),
            "--key",
            fingerprint.group(),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert done.returncode == 0, done.stdout
    run("export-case", "DR-2026-0001", target, instance=office.settings.instance, expect=2)
    run("export-case", "DR-2026-9", tmp_path / "b", instance=office.settings.instance, expect=2)


def test_a_transparency_report_is_written_and_can_be_made_again(office, tmp_path):
    days = ("--from", "2026-11-01", "--to", "2026-11-30")
    made, again, table = (tmp_path / name for name in ("made.json", "again.json", "made.csv"))
    words = ("transparency-report", *days, "--json", made, "--csv", table)
    done = run(*words, instance=office.settings.instance)
    entry = re.search(r"ledger entry: (\d+)", done.stdout).group(1)
    words = ("transparency-report", *days, "--entry", entry, "--json", again)
    run(*words, instance=office.settings.instance)

    sha256 = hashlib.sha256(made.read_bytes()).hexdigest()
    assert f"sha256: {sha256}" in done.stdout
    assert again.read_bytes() == made.read_bytes()
    assert table.read_text("utf-8").startswith("from,to,half,table,row,")


@pytest.mark.parametrize(
    "words",
    [
        ("--from", "2026-11-30", "--to", "2026-11-01"),
        ("--from", "2020-01-01", "--to", "2026-11-01"),
        ("--from", "yesterday", "--to", "2026-11-01"),
        ("--from", "2026-11-01", "--to", "2026-11-30", "--entry", "999999"),
        ("--from", "2026-11-01", "--to", "2026-11-30", "--json", "no/such/folder/r.json"),
    ],
)
def test_days_that_make_no_report_are_bad_usage(office, words):
    run("transparency-report", *words, instance=office.settings.instance, expect=2)


def test_flask_runs_the_same_commands(office):
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "list-cases", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "DISCLOSURE_INSTANCE": str(office.settings.instance)},
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[0])["reference"] == "DR-2026-0001"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_serve_says_when_it_is_ready_works_jobs_and_stops_whole(tmp_path):
    port = free_port()
    command = [sys.executable, "-m", "disclosure", "serve", "--port", str(port)]
    server = subprocess.Popen(
        [*command, "--instance", str(tmp_path / "home")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert server.stdout is not None
        line = next(line for line in server.stdout if line.startswith("ready:"))
        assert line.strip() == f"ready: http://127.0.0.1:{port}"
        assert answered(port, "/healthz") == {"status": "ok"}
        assert eventually(lambda: answered(port, "/readyz")["status"] == "ok")
        taken = run("serve", "--port", port, instance=tmp_path / "other", expect=2)
        assert "cannot listen" in taken.stderr
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
    assert eventually(lambda: not running_in_session(server.pid))
    server.stdout.close()


def answered(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


def eventually(question, *, seconds=60):
    for _ in range(seconds * 5):
        if question():
            return True
        time.sleep(0.2)
    return False


def running_in_session(session):
    listed = subprocess.run(
        ["ps", "-o", "pid=,stat=", "-s", str(session)], capture_output=True, text=True, check=False
    )
    return [line for line in listed.stdout.splitlines() if " Z" not in line]


def test_a_demonstration_listens_on_the_loopback_only(tmp_path):
    said = run("serve", "--demo", "--host", "0.0.0.0", instance=tmp_path / "d", expect=2).stderr  # noqa: S104

    assert "loopback" in said


def test_a_real_installation_is_never_opened_as_a_demonstration(tmp_path):
    home = tmp_path / "real"
    run("migrate", instance=home)

    assert "real installation" in run("serve", "--demo", instance=home, expect=2).stderr


def test_a_demonstration_is_never_opened_as_a_real_installation(tmp_path):
    home = tmp_path / "demo"
    home.mkdir()
    (home / "this-is-a-demonstration").write_text("filled\n", "utf-8")

    assert "--demo" in run("serve", instance=home, expect=2).stderr
