import hashlib
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from disclosure.domain.catalogue import BUILT_IN
from disclosure.domain.states import State
from disclosure.edge import look
from disclosure.errors import Forbidden, NotReady, Refused
from disclosure.jobs import export_to
from disclosure.operations import closing, exporting, verifying
from disclosure.operations.desk import SYSTEM
from disclosure.operations.intake import receive_demand
from disclosure.storage.ledger_rows import LedgerOpening
from tests import cases
from tests.cases import at_work, do, to_state

VERIFIER = Path(exporting.__file__).parents[1] / "verify.py"


@pytest.fixture
def delivered(office):
    return to_state(office, cases.police_case(office), State.DELIVERED)


def export(office, reference, target, who="auditor", variant="full"):
    with office.app.app_context():
        return export_to(office.actor(who), reference, target, variant=variant)


def judge(bag, fingerprint, *more):
    return subprocess.run(
        [sys.executable, "-I", VERIFIER, bag, "--key", fingerprint, *more],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def read(bag, name):
    with zipfile.ZipFile(bag) as archive:
        return archive.read(f"data/{name}")


def told(bag, name):
    return json.loads(read(bag, name))


def test_the_record_of_a_whole_case_is_accepted_by_python_alone(office, delivered, tmp_path):
    made = export(office, delivered, tmp_path / "record.zip")
    verdict = judge(made.path, made.fingerprint)

    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert f"entries: all {made.entry_count} are whole" in verdict.stdout
    assert "signed by" in verdict.stdout
    assert "0 withheld" in verdict.stdout
    assert made.sha256 == hashlib.sha256(made.path.read_bytes()).hexdigest()


def test_the_record_holds_the_card_of_the_evaluation_that_was_decided_on(
    office, delivered, tmp_path
):
    made = export(office, delivered, tmp_path / "record.zip")
    number = told(made.path, "case.json")["decided_evaluation"]
    card = told(made.path, f"decisions/{number:03d}.json")

    assert set(card) == {"en", "zh"}
    assert card["en"]["outcome"] == card["zh"]["outcome"] == "release"
    assert card["zh"]["outcome_label"] == "准予披露"
    assert card["en"]["away"]


def test_one_flipped_byte_anywhere_is_seen(office, delivered, tmp_path):
    made = export(office, delivered, tmp_path / "record.zip")
    whole = made.path.read_bytes()
    for part in range(12):
        raw = bytearray(whole)
        raw[len(raw) * part // 12 + 3] ^= 1
        made.path.write_bytes(raw)

        assert judge(made.path, made.fingerprint).returncode == 1, part


def test_the_entry_with_the_flipped_byte_is_named(office, delivered, tmp_path):
    made = export(office, delivered, tmp_path / "record.zip")
    entries = read(made.path, "entries.jsonl").splitlines()
    place = next(number for number, each in enumerate(entries, 1) if b"case:decided" in each)
    raw = bytearray(made.path.read_bytes())
    raw[raw.index(b"case:decided")] ^= 1
    made.path.write_bytes(raw)
    verdict = judge(made.path, made.fingerprint)

    assert verdict.returncode == 1
    assert f"entry {place} of the case" in verdict.stdout


def test_another_key_is_not_ours(office, delivered, tmp_path):
    made = export(office, delivered, tmp_path / "record.zip")

    assert judge(made.path, "0" * 64).returncode == 1


def test_the_export_itself_is_the_last_entry_of_the_record(office, delivered, tmp_path):
    made = export(office, delivered, tmp_path / "record.zip")
    entries = read(made.path, "entries.jsonl").splitlines()

    assert json.loads(entries[-1])["action"] == "record:exported"
    assert json.loads(entries[-1])["actor"]["person"] == office.people["auditor"]
    assert [json.loads(each)["case_seq"] for each in entries] == list(range(1, len(entries) + 1))


def test_a_later_record_continues_an_earlier_one(office, delivered, tmp_path):
    first = export(office, delivered, tmp_path / "first.zip")
    (tmp_path / "checkpoint.txt").write_bytes(read(first.path, "checkpoint.txt"))
    office.work_jobs()
    do(office, "handler", delivered, closing.close)
    second = export(office, delivered, tmp_path / "second.zip")

    assert (
        judge(second.path, second.fingerprint, "--known", tmp_path / "checkpoint.txt").returncode
        == 0
    )
    (tmp_path / "checkpoint.txt").write_bytes(read(second.path, "checkpoint.txt"))
    assert (
        judge(first.path, first.fingerprint, "--known", tmp_path / "checkpoint.txt").returncode == 1
    )


def test_the_record_holds_what_was_released_and_how_it_was_decided(office, delivered, tmp_path):
    bag = export(office, delivered, tmp_path / "record.zip").path
    case = told(bag, "case.json")
    rendition = told(bag, f"renditions/{case['released_rendition']:03d}.json")
    evaluation = told(bag, f"evaluations/{case['decided_evaluation']:03d}.json")

    assert hashlib.sha256(read(bag, "released.pdf")).hexdigest() == rendition["sha256"]
    assert {"gate", "redaction_log", "manifest"} <= set(rendition)
    assert evaluation["decision"]["outcome"] == "release"
    assert len(evaluation["decision"]["checks"]) > 20
    assert all(each["result"] for each in evaluation["decision"]["checks"])
    assert evaluation["catalogue_sha256"] == case["catalogue_sha256"]
    assert told(bag, "policy.json")["version"] == case["policy_version"]


def test_the_record_holds_the_policy_and_the_rules_that_the_case_used(office, delivered, tmp_path):
    with office.app.app_context(), look(SYSTEM) as work:
        rules = work.desk.catalogue
    changed = """
        [[policy]]
        id = "privacy-policy"
        version = "2"
        announced = 2025-12-01
        valid_from = 2026-01-01
        valid_to = 2026-11-20
        summary = "As it was."
        summary_zh = "如前。"
        [[policy]]
        id = "privacy-policy"
        version = "3"
        valid_from = 2026-11-21
        summary = "Of today."
        summary_zh = "今日。"
        [[clause]]
        id = "6(a)"
        since = "3"
        title = "Security"
        title_zh = "信息安全"
        promise = "Another promise."
        promise_zh = "另一项承诺。"
        kept_by = "Nothing of this case."
        [[clause]]
        id = "6(a)"
        until = "2"
        """ + "".join(
        f"{key} = {value!r}\n"
        for key, value in rules.policy.clauses["6(a)"].row.values.items()
        if key != "id"
    )
    cases.put_in_force(office, changed)
    bag = export(office, delivered, tmp_path / "record.zip").path
    policy = told(bag, "policy.json")
    (version,) = policy["versions"]

    assert policy["version"] == version["version"] == "2"
    assert hashlib.sha256(version["text"].encode()).hexdigest() == version["sha256"]
    assert "Another promise." not in version["text"]
    assert len(version["clauses"]) == len(rules.policy.clauses)
    name = f"rules/{rules.sha256}/01/policy.toml"
    assert read(bag, name) == (BUILT_IN / "policy.toml").read_bytes()


def test_a_case_that_lived_under_two_versions_has_both_texts(office, tmp_path):
    with office.app.app_context(), office.unit("handler") as work:
        demand = cases.counterparty_demand(received_at=datetime(2025, 12, 30, tzinfo=UTC))
        reference = receive_demand(work, demand).case.reference
    bag = export(office, reference, tmp_path / "record.zip").path
    policy = told(bag, "policy.json")

    assert policy["version"] == "1"
    assert [each["version"] for each in policy["versions"]] == ["1", "2"]
    assert policy["versions"][0]["sha256"] != policy["versions"][1]["sha256"]


def test_the_papers_are_in_the_record_byte_for_byte(office, delivered, tmp_path):
    bag = export(office, delivered, tmp_path / "record.zip").path
    with zipfile.ZipFile(bag) as archive:
        papers = [name for name in archive.namelist() if name.startswith("data/evidence/")]
        assert [archive.read(name) for name in papers] == [cases.PAPER.content]

    assert told(bag, "case.json")["documents"][0]["sha256"] == (
        hashlib.sha256(cases.PAPER.content).hexdigest()
    )


def test_reasons_are_told_beside_the_entries_and_withheld_once_destroyed(
    office, delivered, tmp_path
):
    first = export(office, delivered, tmp_path / "first.zip")
    openings = told(first.path, "openings.json")
    reasons = [each["reason"]["value"] for each in openings.values() if "reason" in each]
    assert "Lawful and narrow." in reasons
    with at_work(office, delivered) as (work, _):
        for row in work.session.query(LedgerOpening):
            work.session.delete(row)

    second = export(office, delivered, tmp_path / "second.zip")
    verdict = judge(second.path, second.fingerprint)

    assert told(second.path, "openings.json") == {}
    assert verdict.returncode == 0
    assert "committed values: 0 told" in verdict.stdout


def test_a_case_of_which_nothing_was_released_has_a_true_record_too(office, tmp_path):
    reference = cases.police_case(office)
    made = export(office, reference, tmp_path / "record.zip")

    assert judge(made.path, made.fingerprint).returncode == 0
    with zipfile.ZipFile(made.path) as archive:
        assert "data/released.pdf" not in archive.namelist()


@pytest.mark.parametrize("who", ["handler", "legal", "admin"])
def test_who_may_not_export_gets_no_file_and_leaves_no_entry(office, delivered, tmp_path, who):
    target = tmp_path / "record.zip"
    with pytest.raises((Refused, Forbidden)):
        export(office, delivered, target, who)

    assert list(tmp_path.glob("*.zip")) == []
    entries = read(export(office, delivered, target).path, "entries.jsonl")
    assert entries.count(b"record:exported") == 1


def test_an_export_that_fails_leaves_neither_file_nor_entry(office, delivered, tmp_path):
    folder = tmp_path / "gone"
    with pytest.raises(Exception, match="not there"):
        export(office, delivered, folder / "record.zip")
    made = export(office, delivered, tmp_path / "record.zip")

    assert read(made.path, "entries.jsonl").count(b"record:exported") == 1


def test_a_released_file_that_was_changed_on_disk_stops_the_export(office, delivered, tmp_path):
    sha256 = cases.sha_of(office, delivered)
    path = office.settings.instance / "files" / sha256[:2] / sha256
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    with pytest.raises(NotReady):
        export(office, delivered, tmp_path / "record.zip")

    assert list(tmp_path.glob("*.zip")) == []


def test_a_paper_that_is_gone_is_said_to_be_gone(office, delivered, tmp_path):
    sha256 = hashlib.sha256(cases.PAPER.content).hexdigest()
    (office.settings.instance / "files" / sha256[:2] / sha256).unlink()
    made = export(office, delivered, tmp_path / "record.zip")

    assert b"missing" in read(made.path, "evidence/001-demand.missing.txt")
    verdict = judge(made.path, made.fingerprint)
    assert verdict.returncode == 0
    assert "documents: 0 of the 1 added are here" in verdict.stdout


def test_the_same_case_at_the_same_instant_gives_the_same_files(office, delivered, tmp_path):
    first = export(office, delivered, tmp_path / "first.zip")
    second = export(office, delivered, tmp_path / "second.zip")
    with zipfile.ZipFile(first.path) as one, zipfile.ZipFile(second.path) as other:
        assert one.namelist() == other.namelist()
        same = [name for name in one.namelist() if one.read(name) == other.read(name)]

    assert {"data/case.json", "data/released.pdf", "data/policy.json"} <= set(same)


def test_names_typed_by_people_are_no_file_names(office, tmp_path):
    nasty = cases.replace(cases.PAPER, filename="../../etc/passwd\x00\u202efdp.exe")
    reference = cases.police_case(office, papers=(nasty,))
    do(office, "handler", reference, verifying.start_verifying)
    bag = export(office, reference, tmp_path / "record.zip").path
    with zipfile.ZipFile(bag) as archive:
        names = archive.namelist()

    assert all(name.isascii() and ".." not in name for name in names)
    assert any(name.startswith("data/evidence/001-demand.") for name in names)
