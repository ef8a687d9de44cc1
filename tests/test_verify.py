"""The stand-alone verifier accepts what was exported and finds everything that was changed."""

import base64
import hashlib
import json
import random
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from disclosure import verify
from disclosure.domain.events import Event
from disclosure.storage import record_bag
from tests import records
from tests.records import FINGERPRINT, Judge, Story

PROGRAM = Path(verify.__file__)


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Judge:
    return Judge(monkeypatch, capsys)


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return Story().export(tmp_path / "record.zip")


def test_it_is_one_file_below_400_lines_of_standard_library():
    source = PROGRAM.read_text()
    imported = set(re.findall(r"^(?:from|import) ([a-z_]+)", source, re.MULTILINE))

    assert len(source.splitlines()) < 400
    assert imported <= set(sys.stdlib_module_names)


def test_it_runs_alone_where_the_application_cannot_be_imported(bag, tmp_path):
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(PROGRAM, alone)
    python = [sys.executable, "-I", "-S"]
    probe = subprocess.run([*python, "-c", "import disclosure"], cwd=alone, capture_output=True)

    run = subprocess.run(
        [*python, "verify.py", str(bag), "--key", FINGERPRINT],
        cwd=alone,
        capture_output=True,
        text=True,
    )

    assert probe.returncode != 0
    assert run.returncode == 0, run.stdout + run.stderr
    assert "TRUE" in run.stdout
    assert not run.stderr


def test_a_clean_record_is_true_as_zip_as_folder_and_packed_again(bag, tmp_path, judge):
    content = records.parts(bag)
    folder = records.unpack(content, tmp_path / "folder")
    again = records.pack(content, tmp_path / "again.zip")

    verdicts = [judge(bag), judge(folder), judge(again)]

    assert [code for code, _ in verdicts] == [0, 0, 0]
    assert verdicts[0][1] == verdicts[1][1] == verdicts[2][1]


def test_it_prints_one_line_for_each_thing_proven(bag, judge):
    _, printed = judge(bag)

    assert [line.partition(":")[0] for line in printed.splitlines()] == [
        "case",
        "entries",
        "known head",
        "files",
        "documents",
        "committed values",
        "release in entry seq 25",
        "TRUE",
    ]
    assert "6 told and right, 5 withheld" in printed
    assert "u-lawyer as legal_reviewer, u-officer as compliance_officer" in printed


def test_twenty_clean_records_raise_no_alarm(tmp_path, judge):
    for number in range(20):
        story = Story(case=f"DR-{number}", gap=number % 3, salt=number)
        if number % 4 == 3:
            story = story.until(2 + number % 3)
        bag = story.export(tmp_path / f"{number}.zip")

        assert judge(bag)[0] == 0


def test_ten_thousand_entries_take_a_few_seconds(tmp_path, judge, benchmark_seconds=5.0):
    import time  # noqa: PLC0415 - only this test reads a clock

    story = Story(steps=[(Event.RECORD_VIEWED, records.HANDLER, {"field": "phone"})] * 10_000)
    bag = story.export(tmp_path / "long.zip")
    start = time.process_time()

    code, printed = judge(bag)

    assert (code, time.process_time() - start < benchmark_seconds) == (0, True), printed


# Changes to the entries.


def entry_lines(content: dict[str, bytes]) -> list[bytes]:
    return content["data/entries.jsonl"].splitlines()


def with_lines(content: dict[str, bytes], lines: list[bytes]) -> dict[str, bytes]:
    return {**content, "data/entries.jsonl": b"".join(line + b"\n" for line in lines)}


@pytest.mark.parametrize("packed", ["as exported", "folder", "packed again"])
@pytest.mark.parametrize("place", [1, 6, 11])
@pytest.mark.parametrize("field", [b'"action":"', b'"case_prev":"', b'"seq":', b'"person":"u'])
def test_a_changed_byte_names_its_entry(bag, tmp_path, judge, packed, place, field):
    lines = entry_lines(records.parts(bag))
    line = lines[place - 1]
    at = line.find(field) + len(field) if field in line else 12
    changed = line[:at] + bytes([line[at] ^ 1]) + line[at + 1 :]
    raw = bag.read_bytes()
    target = tmp_path / "changed"
    if packed == "as exported":
        target.write_bytes(raw.replace(line, changed))
    else:
        content = with_lines(
            records.parts(bag), [changed if known == line else known for known in lines]
        )
        (records.unpack if packed == "folder" else records.pack)(content, target)

    code, printed = judge(target)

    assert code == 1
    assert f"entry {place} of the case" in printed


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda lines: lines[:4] + lines[5:], "entry 5 of the case"),
        (lambda lines: lines[:4] + [lines[3]] + lines[4:], "entry 5 of the case"),
        (lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]], "entry 5 of the case"),
        (lambda lines: lines[:-1], "entry 11 is missing"),
        (lambda lines: lines[1:], "entry 1 of the case"),
        (lambda lines: [*lines, lines[-1]], "entry 12 of the case"),
        (lambda lines: [], "entry 1 is missing"),
    ],
    ids=["drop", "repeat", "reorder", "truncate", "behead", "append", "empty"],
)
@pytest.mark.parametrize("listed_again", [False, True])
def test_entries_dropped_added_or_moved_are_named(
    bag, tmp_path, judge, change, named, listed_again
):
    content = records.parts(bag)
    content = with_lines(content, change(entry_lines(content)))
    content = records.list_again(content) if listed_again else content

    code, printed = judge(records.pack(content, tmp_path / "changed.zip"))

    assert code == 1
    assert named in printed


@pytest.mark.parametrize(
    "form",
    [
        lambda told: json.dumps(told, separators=(",", ":")).encode(),
        lambda told: json.dumps(told, sort_keys=True).encode(),
        lambda told: b" " + canonical(told),
        lambda told: canonical({**told, "v": 2}),
        lambda told: canonical(told)[:-1] + b',"v":1}',
        lambda told: canonical({**told, "data": {"x": 1.5}}),
        lambda told: canonical({**told, "seq": "1"}),
        lambda told: b"[" * 100_000,
        lambda told: b"null",
        lambda told: canonical({**told, "actor": None}),
    ],
)
def test_an_entry_in_another_form_is_named_even_if_its_hash_would_fit(form):
    line = form({**json.loads(Story().entries()[0]), "note": 1})
    good = Story().entries()[0]

    with pytest.raises(verify.Tampered, match="entry 1 of the case|not what the ledger"):
        verify.check_entries(
            [line, b""],
            {
                "case": "DR-2026-0001",
                "count": "1",
                "leaf": hashlib.sha256(b"\0" + good).hexdigest(),
            },
        )


def canonical(told: object) -> bytes:
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def test_a_chain_written_anew_without_the_key_does_not_end_at_the_signed_head(
    bag, tmp_path, judge
):
    forged = Story()
    forged.steps[3] = (Event.EVALUATION_MADE, "system", {"outcome": "refuse", "ground": "G3C"})
    content = with_lines(records.parts(bag), forged.entries())

    code, printed = judge(records.pack(records.list_again(content), tmp_path / "f.zip"))

    assert code == 1
    assert "entry 11 of the case (seq 31) was changed" in printed


# Changes to files, statements and keys.


@pytest.mark.parametrize("listed_again", [False, True])
@pytest.mark.parametrize(
    "name",
    ["data/released.pdf", "data/papers/demand.pdf", "data/case.json", "data/README.txt",
     "data/verify.py", "data/evidence/note.txt", "bag-info.txt", "bagit.txt"],
)  # fmt: skip
def test_a_changed_file_is_found_though_the_manifests_are_made_to_fit(
    bag, tmp_path, judge, name, listed_again
):
    content = records.parts(bag)
    content[name] = content[name][:-2] + b"!\n"
    content = records.list_again(content) if listed_again else content

    code, printed = judge(records.pack(content, tmp_path / "changed.zip"))

    assert code == 1
    assert ("seal.txt" if listed_again else name) in printed


@pytest.mark.parametrize("listed_again", [False, True])
@pytest.mark.parametrize("name", sorted(records.parts(Story().export(Path("/dev/null")))) if False else ["data/released.pdf", "data/papers/demand.pdf", "data/entries.jsonl", "data/head.txt", "data/openings.json", "data/public-key.txt", "data/case.json", "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "seal.txt"])
def test_a_missing_file_is_found(bag, tmp_path, judge, name, listed_again):
    content = records.parts(bag)
    del content[name]
    if listed_again and name not in {"manifest-sha256.txt", "tagmanifest-sha256.txt"}:
        content = records.list_again(content)

    code, _ = judge(records.pack(content, tmp_path / "changed.zip"))

    assert code == 1
