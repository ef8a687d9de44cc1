"""Many case records at once: each proves itself, the index names all, nothing is made twice."""

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from disclosure import jobs
from disclosure.domain.states import State
from disclosure.edge import look
from disclosure.errors import BadInput, Forbidden, Refused
from disclosure.operations import accounts, batching, record_files, retention
from disclosure.operations.case_search import query_of
from disclosure.operations.desk import SYSTEM
from disclosure.storage.exports import RecordFile
from disclosure.storage.ledger_rows import LedgerEntry, Outbox
from disclosure.storage.people import Person
from tests import cases
from tests.cases import do, to_state
from tests.operations.test_exporting import judge

UNKNOWN = "DR-1999-0001"


@pytest.fixture
def two(office):
    """Two cases that were just received."""
    return [cases.police_case(office), cases.respondent_case(office)]


@pytest.fixture
def closed_and_new(office):
    """A closed case and one that was just received."""
    return [
        to_state(office, cases.police_case(office), State.CLOSED),
        cases.respondent_case(office),
    ]


def ask(office, references, *, who="auditor", variant="full"):
    with office.app.app_context(), office.unit(who) as work:
        selection = batching.by_list("\n".join(references))
        return batching.request_batch(work, selection, variant=variant).id


def shown(office, batch):
    with office.app.app_context(), look(office.actor("auditor")) as work:
        found = batching.show_batch(work, batch)
        work.session.expunge_all()
        return found


def content(office, batch):
    """Return the files of the finished zip by name."""
    file = shown(office, batch).file
    with office.app.app_context(), look(SYSTEM) as work:
        raw = work.desk.files.read(file.sha256)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def entries(office, action):
    with office.app.app_context(), look(SYSTEM) as work:
        told = [json.loads(body) for body in work.session.scalars(select(LedgerEntry.body))]
    return [each for each in told if each["action"] == action]


def stored(office):
    return {path.name for path in (office.settings.instance / "files").rglob("*") if path.is_file()}


@pytest.mark.parametrize("variant", ["full", "outsider"])
def test_each_record_of_a_batch_is_accepted_and_the_index_names_its_hash(
    office, closed_and_new, tmp_path, variant
):
    batch = ask(office, [*closed_and_new, UNKNOWN], variant=variant)
    office.work_jobs()
    files = content(office, batch)
    index = json.loads(files["data/index.json"])

    assert index["variant"] == variant
    assert [each["reference"] for each in index["cases"]] == [*closed_and_new, UNKNOWN]
    assert index["cases"][2]["left_out"] == batching.NO_CASE
    for case in index["cases"][:2]:
        record = tmp_path / "record.zip"
        record.write_bytes(files[case["file"]])
        verdict = judge(record, index["key_fingerprint"])
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
        assert f"{case['sha256']}  {case['file']}\n" in files["manifest-sha256.txt"].decode()


def test_the_batch_and_each_case_in_it_are_entries_by_who_asked(office, two):
    batch = ask(office, two)
    office.work_jobs()

    exported = entries(office, "record:exported")
    assert [each["case"] for each in exported] == two
    assert {each["data"]["batch"] for each in exported} == {batch}
    (asked,), (made,) = entries(office, "batch:requested"), entries(office, "batch:exported")
    people = {each["actor"]["person"] for each in [*exported, asked, made]}
    assert people == {office.people["auditor"]}
    assert made["data"]["sha256"] == shown(office, batch).file.sha256


def test_a_batch_that_broke_off_goes_on_and_exports_no_case_again(office, two, monkeypatch):
    batch = ask(office, two)
    honest, calls = jobs.export_to, []

    def breaks_off(*given, **more):
        calls.append(given[1])
        if len(calls) == 2:
            raise OSError("the worker died")
        return honest(*given, **more)

    monkeypatch.setattr(jobs, "export_to", breaks_off)
    with office.app.app_context():
        jobs.sweep()
    assert [each.status for each in shown(office, batch).cases] == ["built", "waiting"]
    first = shown(office, batch).cases[0].sha256

    office.clock.move(minutes=2)
    office.work_jobs()

    done = shown(office, batch)
    assert done.status == "ready"
    assert done.cases[0].sha256 == first
    assert [each["case"] for each in entries(office, "record:exported")] == two


def test_the_same_batch_written_twice_is_the_same_file(office, two, monkeypatch):
    batch = ask(office, two)
    written, honest = [], batching.write_batch

    def write_twice(target, made, *, key):
        honest(target, made, key=key)
        written.append(target.read_bytes())
        target.unlink()
        sealed = honest(target, made, key=key)
        written.append(target.read_bytes())
        return sealed

    monkeypatch.setattr(batching, "write_batch", write_twice)
    office.work_jobs()

    assert shown(office, batch).status == "ready"
    assert written[0] == written[1]


def test_the_single_records_are_gone_from_the_store_when_the_batch_is_made(office, two):
    before = stored(office)
    batch = ask(office, two)
    office.work_jobs()

    assert stored(office) - before == {shown(office, batch).file.sha256}


def test_a_case_whose_released_file_is_gone_is_named_and_the_rest_goes_on(office, closed_and_new):
    with cases.at_work(office, closed_and_new[0]) as (work, case):
        work.desk.files.remove(cases.rendition_of(work, case).sha256)
    batch = ask(office, closed_and_new)
    office.work_jobs()

    done = shown(office, batch)
    assert [each.status for each in done.cases] == ["left_out", "built"]
    assert "missing" in done.cases[0].note
    assert f"data/records/{closed_and_new[0]}-record.zip" not in content(office, batch)


def test_who_lost_the_role_meanwhile_gets_no_record(office, two):
    batch = ask(office, two)
    with office.app.app_context(), office.unit("admin") as work:
        accounts.disable_person(work, work.session.get_one(Person, office.people["auditor"]))
    with office.app.app_context():
        jobs.sweep()

    assert entries(office, "record:exported") == []
    with office.app.app_context(), look(office.actor("compliance")) as work:
        assert "permission" in batching.show_batch(work, batch).job.error


def test_a_cancelled_batch_stops_and_nothing_of_it_is_kept(office, two, monkeypatch):
    batch, before = ask(office, two), stored(office)
    honest = jobs.export_to

    def cancels_meanwhile(*given, **more):
        made = honest(*given, **more)
        with office.unit("auditor") as work:
            batching.cancel_batch(work, batch)
        return made

    monkeypatch.setattr(jobs, "export_to", cancels_meanwhile)
    office.work_jobs()

    done = shown(office, batch)
    assert (done.status, done.file) == ("cancelled", None)
    assert [each.status for each in done.cases] == ["built", "waiting"]
    assert stored(office) == before
    assert [each["data"]["exported"] for each in entries(office, "batch:cancelled")] == [0]
    with office.app.app_context(), office.unit("auditor") as work, pytest.raises(Refused):
        batching.cancel_batch(work, batch)


def test_a_batch_is_kept_for_its_days_and_then_removed(office, two):
    before = stored(office)
    batch = ask(office, two)
    office.work_jobs()
    office.clock.move(days=office.settings.record_days, minutes=-1)
    office.work_jobs()
    assert shown(office, batch).status == "ready"

    office.clock.move(minutes=2)
    assert shown(office, batch).status == "expired", "even before it is swept"
    office.work_jobs()

    assert stored(office) == before


def test_a_destruction_takes_every_batch_and_record_of_the_case_with_it(office, closed_and_new):
    before = stored(office)
    for row in (ask(office, closed_and_new), ask(office, closed_and_new[1:])):
        office.work_jobs()
        kept = row
    with cases.at_work(office, closed_and_new[0], "auditor") as (work, case):
        sha256 = work.desk.files.add(b"its record")
        record_files.keep_record(work, case, variant="full", sha256=sha256, size=10)
    with office.app.app_context(), office.unit() as work:
        for row in work.session.scalars(select(RecordFile)):
            row.expires_at = office.clock.now.replace(year=2099)
    office.clock.move(days=5 * 366)
    do(
        office,
        "legal",
        closed_and_new[0],
        retention.propose_destruction,
        reason="Its term is over.",
    )
    do(office, "compliance", closed_and_new[0], retention.decide_destruction, agreed=True)
    for kind in ("destroy", "shred"):
        with office.app.app_context():
            with look(SYSTEM) as work:
                job = work.session.scalars(select(Outbox.id).where(Outbox.kind == kind)).one()
            assert jobs.run(job)

    left = stored(office) - before
    with office.app.app_context(), look(SYSTEM) as work:
        live = work.session.scalars(select(RecordFile).where(RecordFile.removed_at.is_(None)))
        assert left == {row.sha256 for row in live if row.batch_id == kept}
        assert len(left) == 1, "the batch without the case stays"


def test_a_case_destroyed_while_the_batch_is_made_is_named_and_not_in_it(office, two, monkeypatch):
    batch = ask(office, two)
    honest = batching._pack

    def after_a_removal(doors, batch_id, actor):
        with office.unit() as work:
            part = work.session.scalars(select(RecordFile).where(RecordFile.part == 1)).one()
            record_files.remove_files(work, [part])
        honest(doors, batch_id, actor)

    monkeypatch.setattr(batching, "_pack", after_a_removal)
    office.work_jobs()
    index = json.loads(content(office, batch)["data/index.json"])

    assert index["cases"][0]["left_out"] == batching.DESTROYED_SINCE
    assert "file" in index["cases"][1]


def test_a_case_destroyed_while_the_zip_is_written_makes_it_be_written_again(
    office, two, monkeypatch
):
    batch = ask(office, two)
    honest, calls = batching.write_batch, []

    def removes_meanwhile(target, made, *, key):
        sealed = honest(target, made, key=key)
        calls.append(len(made.records))
        if len(calls) == 1:
            with office.unit() as work:
                part = work.session.scalars(select(RecordFile).where(RecordFile.part == 1)).one()
                record_files.remove_files(work, [part])
        return sealed

    monkeypatch.setattr(batching, "write_batch", removes_meanwhile)
    with office.app.app_context():
        jobs.sweep()
    assert shown(office, batch).file is None

    office.clock.move(minutes=2)
    office.work_jobs()

    assert f"data/records/{two[0]}-record.zip" not in content(office, batch)
    assert shown(office, batch).status == "ready"


def test_cases_are_chosen_by_days_ground_state_and_signer(office, closed_and_new):
    closed, received = closed_and_new

    def chosen(**given):
        with office.app.app_context(), look(office.actor("auditor")) as work:
            return list(batching.by_query(work, query_of(given)).references)

    assert chosen() == closed_and_new
    assert chosen(state="closed") == [closed]
    assert chosen(approver=office.people["compliance"]) == [closed]
    assert chosen(approver=office.people["senior"]) == []
    assert chosen(first="2026-11-24", last="2026-11-24") == closed_and_new
    assert chosen(last="2026-11-23") == []
    with cases.at_work(office, received) as (_, case):
        ground = case.ground
    assert chosen(ground=ground.lower()) == [received]


@pytest.mark.parametrize(
    "given",
    [
        {"first": "x"},
        {"first": "2026-02-30"},
        {"first": "2026-11-24", "last": "2026-11-23"},
        {"state": "nowhere"},
        {"approver": "' OR 1"},
        {"last": "0001-01-01"},
    ],
)
def test_a_search_that_makes_no_sense_is_refused(given):
    with pytest.raises(BadInput):
        query_of(given)


def test_the_cases_of_a_sample_are_taken_each_once(office, closed_and_new):
    with office.app.app_context(), look(office.actor("auditor")) as work:
        chosen = batching.by_sample(work, seed="autumn", each=2)

    assert list(chosen.references) == closed_and_new[:1]


@pytest.mark.parametrize("text", ["", " ,\n", "张三", "a" * 17, "DR-1; x@example.org"])
def test_a_list_without_right_references_is_refused_and_not_repeated(office, text):
    with office.app.app_context(), office.unit("auditor") as work:
        with pytest.raises(BadInput) as refusal:
            batching.request_batch(work, batching.by_list(text), variant="full")
        assert not text.strip(" ,\n") or text not in refusal.value.message


def test_a_batch_has_a_limit_and_an_officer_or_auditor_asks_for_it(office, two):
    too_many = [f"DR-2026-{number:04d}" for number in range(batching.MOST_CASES + 1)]
    with pytest.raises(BadInput, match="at most"):
        ask(office, too_many)
    for who in ("handler", "legal", "admin"):
        with pytest.raises(Forbidden):
            ask(office, two, who=who)
