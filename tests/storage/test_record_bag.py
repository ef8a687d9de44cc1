"""A case record is a valid bag, the same bytes each time, and appears complete or not at all."""

import hashlib
import json
import subprocess
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import bagit
import pytest

from disclosure.errors import BadInput, Refused
from disclosure.storage import record_bag
from tests import records
from tests.records import FINGERPRINT, KEY, Story, judge


def write(target: Path, **changes: object) -> record_bag.RecordSummary:
    record = replace(Story().record(), **changes)  # type: ignore[arg-type]
    return record_bag.write_case_record(target, record, key=KEY)


def test_the_unpacked_record_is_a_valid_bag(tmp_path):
    write(tmp_path / "r.zip")
    with zipfile.ZipFile(tmp_path / "r.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "bag")

    bag = bagit.Bag(str(tmp_path / "bag"))

    assert bag.validate()
    assert bag.version_info == (1, 0)
    assert bag.info["External-Identifier"] == "DR-2026-0001"


def test_sha256sum_checks_the_manifest(tmp_path):
    bag = write(tmp_path / "r.zip")
    folder = records.unpack(records.parts(bag.path), tmp_path / "bag")

    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--strict", "-c", manifest], cwd=folder, check=True)


def test_the_record_holds_what_it_is_said_to_hold(tmp_path):
    content = records.parts(write(tmp_path / "r.zip").path)

    assert sorted(content) == [
        "bag-info.txt",
        "bagit.txt",
        "data/README.txt",
        "data/case.json",
        "data/checkpoint.txt",
        "data/entries.jsonl",
        "data/evidence/note.txt",
        "data/openings.json",
        "data/papers/demand.pdf",
        "data/proofs.json",
        "data/public-key.txt",
        "data/released.pdf",
        "data/verify.py",
        "manifest-sha256.txt",
        "seal.txt",
        "tagmanifest-sha256.txt",
    ]
    assert content["data/entries.jsonl"].splitlines() == Story().entries()
    assert content["data/released.pdf"] == records.PDF
    assert content["data/checkpoint.txt"] == Story().checkpoint()


def test_the_same_record_is_the_same_file(tmp_path):
    first = write(tmp_path / "1.zip")
    files = dict(reversed(Story().record().files.items()))

    second = write(tmp_path / "2.zip", files=files)

    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.sha256 == second.sha256


def test_nothing_in_the_zip_depends_on_the_machine(tmp_path):
    write(tmp_path / "r.zip")
    with zipfile.ZipFile(tmp_path / "r.zip") as archive:
        infos = archive.infolist()

    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.compress_type for info in infos} == {zipfile.ZIP_STORED}
    assert {info.create_system for info in infos} == {3}
    assert {info.external_attr >> 16 for info in infos} == {0o100644}


def test_the_summary_tells_what_was_written(tmp_path):
    made = write(tmp_path / "r.zip")
    content = records.parts(made.path)

    assert made.path == tmp_path / "r.zip"
    assert made.size == made.path.stat().st_size
    assert made.sha256 == hashlib.sha256(made.path.read_bytes()).hexdigest()
    assert (made.file_count, made.entry_count) == (len(content), 11)
    assert made.fingerprint == FINGERPRINT
    assert made.verifier_sha256 == hashlib.sha256(content["data/verify.py"]).hexdigest()


def test_the_readme_warns_of_a_swapped_verifier_and_keeps_the_fingerprint_out(tmp_path):
    made = write(tmp_path / "r.zip")
    readme = records.parts(made.path)["data/README.txt"].decode()

    assert "can also swap" in readme
    assert made.verifier_sha256 in readme
    assert FINGERPRINT not in readme


def test_the_fingerprint_is_the_hash_of_the_raw_key_in_groups():
    raw = KEY.public_key().public_bytes_raw()

    assert record_bag.fingerprint(raw) == hashlib.sha256(raw).hexdigest()
    assert record_bag.grouped("0123456789abcdef" * 4) == "-".join(["01234567", "89abcdef"] * 4)


@pytest.mark.parametrize("origin", ["商城-Düsseldorf", "shop.example"])
def test_platforms_with_other_letters_in_their_name_are_written_and_verified(tmp_path, origin):
    bag = Story(origin=origin).export(tmp_path / "r.zip")

    assert judge(bag)[0] == 0


@pytest.mark.parametrize(
    "name",
    ["../evil", "/evil", "a/../b", "a\\b", "李伟.pdf", "a b.pdf", "", ".hidden", "a//b", "a\nb",
     "x" * 101, "CASE.json", "verify.py", "Checkpoint.txt", "entries.jsonl", "readme.TXT"],
    ids=ascii,
)  # fmt: skip
def test_a_file_with_an_unfit_name_is_refused(tmp_path, name):
    files = {**Story().record().files, name: b"x"}

    with pytest.raises(BadInput):
        write(tmp_path / "r.zip", files=files)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("note", [b"", b"hello", b"\xff"])
def test_a_record_without_a_checkpoint_or_entries_is_refused(tmp_path, note):
    for changes in ({"checkpoint": note}, {"entries": []}):
        with pytest.raises(BadInput):
            write(tmp_path / "r.zip", **changes)
    assert list(tmp_path.iterdir()) == []


def test_a_record_without_case_json_is_refused(tmp_path):
    with pytest.raises(BadInput):
        write(tmp_path / "r.zip", files={})


def test_a_failed_record_leaves_the_older_one_in_place(tmp_path):
    write(tmp_path / "r.zip")
    before = (tmp_path / "r.zip").read_bytes()

    with pytest.raises(BadInput):
        write(tmp_path / "r.zip", files={"case.json": b"{}", "a.pdf": tmp_path / "absent.pdf"})
    assert (tmp_path / "r.zip").read_bytes() == before
    assert [place.name for place in tmp_path.iterdir()] == ["r.zip"]


def test_a_record_for_an_absent_folder_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(BadInput, match="not there"):
        write(tmp_path / "absent" / "r.zip")


def test_a_record_over_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(record_bag, "_SIZE_LIMIT", 10_000)

    with pytest.raises(Refused, match="2 GB"):
        write(tmp_path / "r.zip")
    assert list(tmp_path.iterdir()) == []


def test_memory_stays_flat_whatever_the_size_of_the_files(tmp_path):
    large = tmp_path / "large.bin"
    with large.open("wb") as stream:
        stream.truncate(64 << 20)
    files = {"case.json": b"{}", "released.pdf": records.PDF, "evidence/large.bin": large}
    tracemalloc.start()
    write(tmp_path / "r.zip", files=files)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 8 << 20


def test_openings_are_written_for_the_full_record_and_left_out_for_outsiders(tmp_path):
    full = records.parts(write(tmp_path / "full.zip").path)
    outside = records.parts(write(tmp_path / "outside.zip", openings={}).path)

    assert json.loads(full["data/openings.json"])["1"] == {
        "reason": {"salt": Story().secret(1).hex(), "value": "reason 1"}
    }
    assert outside["data/openings.json"] == b"{}"
    assert b"reason 1" not in (tmp_path / "outside.zip").read_bytes()
