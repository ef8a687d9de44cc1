"""The stand-alone verifier accepts what was exported and finds everything that was changed."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from disclosure import verify
from disclosure.domain.events import Event
from disclosure.storage import record_bag
from tests import records
from tests.records import FINGERPRINT, Story

PROGRAM = Path(verify.__file__)
NEEDED = [
    "bag-info.txt",
    "bagit.txt",
    "data/case.json",
    "data/entries.jsonl",
    "data/checkpoint.txt",
    "data/proofs.json",
    "data/openings.json",
    "data/papers/demand.pdf",
    "data/public-key.txt",
    "data/released.pdf",
    "manifest-sha256.txt",
    "seal.txt",
    "tagmanifest-sha256.txt",
]


def test_it_is_one_file_below_400_lines_of_standard_library():
    source = PROGRAM.read_text()
    imported = set(re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE))

    assert len(source.splitlines()) < 400
    assert imported <= set(sys.stdlib_module_names)


def test_it_runs_alone_where_the_application_cannot_be_imported(bag, tmp_path):
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(PROGRAM, alone)
    python = [sys.executable, "-I", "-S"]
    probe = subprocess.run(
        [*python, "-c", "import disclosure"], cwd=alone, capture_output=True, check=False
    )

    run = subprocess.run(
        [*python, "verify.py", str(bag), "--key", FINGERPRINT],
        cwd=alone,
        capture_output=True,
        text=True,
        check=False,
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
        "known checkpoint",
        "files",
        "documents",
        "committed values",
        "release in entry seq 25",
        "TRUE",
    ]
    assert "6 told and right, 5 withheld" in printed
    assert "u-lawyer as legal_reviewer, u-officer as compliance_officer" in printed


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
        (lambda lines: [*lines[:4], lines[3], *lines[4:]], "entry 5 of the case"),
        (lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]], "entry 5 of the case"),
        (lambda lines: lines[:-1], "entry 11 is missing"),
        (lambda lines: lines[1:], "entry 1 of the case"),
        (lambda lines: [*lines, lines[-1]], "entry 12 of the case"),
        (lambda _: [], "entry 1 is missing"),
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
        lambda told: json.dumps(dict(reversed(told.items())), separators=(",", ":")).encode(),
        lambda told: json.dumps(told, sort_keys=True).encode(),
        lambda told: b" " + canonical(told),
        lambda told: canonical({**told, "v": 2}),
        lambda told: canonical(told)[:-1] + b',"v":1}',
        lambda told: canonical({**told, "data": {"x": 1.5}}),
        lambda told: canonical({**told, "seq": "1"}),
        lambda _: b"[" * 100_000,
        lambda _: b"null",
        lambda told: canonical({**told, "actor": None}),
    ],
)
def test_an_entry_in_another_form_is_refused_whatever_its_hash(form):
    line = form(json.loads(Story().entries()[0]))

    with pytest.raises(verify.Tampered, match="it is not what the ledger writes"):
        verify.read_entry(line.decode(), 1, "DR-2026-0001")


@pytest.mark.parametrize(("place", "case"), [(1, "DR-2026-0002"), (2, "DR-2026-0001")])
def test_an_entry_of_another_case_or_place_is_refused(place, case):
    line = Story().entries()[0]
    assert verify.read_entry(line.decode(), 1, "DR-2026-0001")["seq"] == 1

    with pytest.raises(verify.Tampered, match="does not belong here"):
        verify.read_entry(line.decode(), place, case)


@pytest.mark.parametrize(("place", "before"), [(0, "ab" * 32), (1, verify.EMPTY)])
def test_only_the_first_entry_of_a_case_follows_on_nothing(place, before):
    line = canonical({**json.loads(Story().entries()[place]), "case_prev": before})

    with pytest.raises(verify.Tampered, match="does not belong here"):
        verify.read_entry(line.decode(), place + 1, "DR-2026-0001")


def canonical(told: object) -> bytes:
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def test_a_chain_written_anew_without_the_key_does_not_end_where_the_seal_says(
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
@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_file_is_found(bag, tmp_path, judge, name, listed_again):
    content = records.parts(bag)
    del content[name]
    if listed_again and name not in {"manifest-sha256.txt", "tagmanifest-sha256.txt"}:
        content = records.list_again(content)

    code, _ = judge(records.pack(content, tmp_path / "changed.zip"))

    assert code == 1


@pytest.mark.parametrize("name", ["data/more.txt", "data/released-2.pdf", "more.txt", "Data/x.txt"])
def test_a_file_too_many_is_named(bag, tmp_path, judge, name):
    content = {**records.parts(bag), name: b"slipped in"}

    code, printed = judge(records.pack(content, tmp_path / "changed.zip"))

    assert code == 1
    assert name in printed


def test_another_key_is_found_though_everything_is_signed_with_it(tmp_path, judge):
    bag = Story(key=records.OTHER_KEY).export(tmp_path / "other.zip")

    code, printed = judge(bag)

    assert code == 1
    assert "public-key.txt" in printed


@pytest.mark.parametrize("name", ["data/checkpoint.txt", "seal.txt"])
def test_a_statement_signed_with_another_key_is_named(bag, tmp_path, judge, name):
    content = records.parts(bag)
    other = records.parts(Story(key=records.OTHER_KEY).export(tmp_path / "other.zip"))
    content[name] = other[name]

    code, printed = judge(records.pack(content, tmp_path / "changed.zip"))

    assert code == 1
    assert f"{name} was changed, or signed with another key" in printed


@pytest.mark.parametrize(
    "names",
    [
        ["data/entries.jsonl"],
        ["data/checkpoint.txt"],
        ["data/entries.jsonl", "data/checkpoint.txt"],
        ["data/entries.jsonl", "data/checkpoint.txt", "data/openings.json", "data/case.json"],
        ["seal.txt"],
        ["seal.txt", "tagmanifest-sha256.txt"],
        ["data/released.pdf"],
    ],
)
def test_parts_of_another_case_of_the_same_house_are_found(bag, tmp_path, judge, names):
    other = Story(case="DR-2026-0002", salt=8)
    other.files["released.pdf"] = records.PDF + b"2"
    theirs = records.parts(other.export(tmp_path / "other.zip"))
    content = {**records.parts(bag), **{name: theirs[name] for name in names}}

    for number, changed in enumerate([content, records.list_again(content)]):
        code, _ = judge(records.pack(changed, tmp_path / f"{number}.zip"))

        assert code == 1


def test_a_seal_is_not_taken_for_a_checkpoint(bag, tmp_path, judge):
    content = records.parts(bag)
    content["data/checkpoint.txt"] = content["seal.txt"]

    code, printed = judge(records.pack(content, tmp_path / "changed.zip"))

    assert code == 1
    assert "data/checkpoint.txt is not a signed statement" in printed


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: raw + b"\n",
        lambda raw: raw.replace("—".encode(), b"-"),
        lambda raw: raw.replace(b"\n31\n", b"\n031\n"),
        lambda raw: raw.replace(b"cases: 3", b"cases: 3\ncases: 3"),
        lambda raw: raw.replace(b"cases: 3", b"cases: 4"),
        lambda raw: raw.replace(b"\n\n", b"\nnote: 1\n\n"),
        lambda raw: raw[:-4] + bytes([raw[-4] ^ 1]) + raw[-3:],
        lambda _: b"",
        lambda _: b"\xff" * 40,
    ],
)
def test_a_checkpoint_written_otherwise_is_refused(bag, tmp_path, judge, change):
    content = records.parts(bag)
    content["data/checkpoint.txt"] = change(content["data/checkpoint.txt"])

    code, printed = judge(records.pack(content, tmp_path / "changed.zip"))

    assert code == 1
    assert "data/checkpoint.txt" in printed


# What an entry commits to.


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["1"]["reason"].update(value="another reason"),
        lambda told: told["1"]["reason"].update(salt="00" * 32),
        lambda told: told["1"]["reason"].update(salt=told["1"]["reason"]["salt"] + "00"),
        lambda told: told.update({"4": told["1"]}),
        lambda told: told.update({"2": told["1"]}),
        lambda told: told["1"].update(more=told["1"]["reason"]),
        lambda told: told.update({"1": None}),
        lambda told: told["1"]["reason"].pop("salt"),
        lambda told: told["1"]["reason"].update(value=None),
    ],
)
def test_a_told_value_that_the_entry_does_not_hold_is_refused(change):
    told = {"1": {"reason": {"salt": Story().secret(1).hex(), "value": "reason 1"}}}
    entries = [
        verify.read_entry(line.decode(), n, "DR-2026-0001")
        for n, line in enumerate(Story().entries(), 1)
    ]
    assert verify.check_openings(json.dumps(told), entries).endswith("10 withheld")
    change(told)

    with pytest.raises((verify.Tampered, *verify.BAD_FORM)):
        verify.check_openings(json.dumps(told), entries)


def test_a_byte_cannot_move_from_the_salt_into_the_value():
    digest = hashlib.sha256(b"s" * 32 + b"value").hexdigest()
    entry = {"seq": 1, "commit": {"reason": digest}}
    opened = [
        json.dumps({"1": {"reason": {"salt": (b"s" * n).hex(), "value": "s" * (32 - n) + "value"}}})
        for n in (32, 31)
    ]

    assert verify.check_openings(opened[0], [entry]).startswith("committed values: 1 told")
    with pytest.raises(verify.Tampered):
        verify.check_openings(opened[1], [entry])


def test_without_any_salts_everything_is_withheld_and_the_record_still_true(tmp_path, judge):
    record = replace(Story().record(), openings={})
    record_bag.write_case_record(tmp_path / "outsider.zip", record, key=records.KEY)

    code, printed = judge(tmp_path / "outsider.zip")

    assert code == 0
    assert "0 told and right, 11 withheld" in printed


# Releases.


def release(**changes: str) -> records.Step:
    event, person, data = records.RELEASED
    return event, person, {**data, **changes}


def built(**changes: object) -> records.Step:
    event, person, data = records.BUILT
    return event, person, {**data, **changes}


def voided(mark: str) -> records.Step:
    return Event.SIGNATURE_VOIDED, "system", {"signature": mark, "rendition": "r-1", "cause": "x"}


HANDLER_AS_LAWYER = records.signed(records.HANDLER, "legal_reviewer", "s-4")
HANDLER_AS_OFFICER = records.signed(records.HANDLER, "compliance_officer", "s-5")
SECOND_LAWYER = records.signed("u-lawyer-2", "legal_reviewer", "s-6")
LAWYER_AS_OFFICER = records.signed(records.LAWYER, "compliance_officer", "s-7")
B, G, L, C, S, R = (
    records.BUILT,
    records.GATED,
    records.BY_LAWYER,
    records.BY_OFFICER,
    records.BY_SENIOR,
    records.RELEASED,
)
SMALL = built(separation="small-team")


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([B, G, L, R], "profile STD lacks a signature"),
        ([B, G, R], "profile STD lacks a signature"),
        ([B, G, L, SECOND_LAWYER, R], "profile STD lacks a signature"),
        ([B, G, L, LAWYER_AS_OFFICER, R], "profile STD lacks a signature"),
        ([B, G, L, R, C], "profile STD lacks a signature"),
        ([B, G, L, C, voided("s-2"), R], "profile STD lacks a signature"),
        ([B, G, L, C, release(profile="DUAL")], "profile DUAL lacks a signature"),
        ([B, G, L, release(profile="HOUSE")], "profile HOUSE lacks a signature"),
        ([B, G, L, C, HANDLER_AS_LAWYER, R], "u-handler prepared the bytes and signed"),
        ([B, G, L, HANDLER_AS_OFFICER, R], "u-handler prepared the bytes and signed"),
        ([SMALL, G, L, HANDLER_AS_OFFICER, R], "u-handler prepared the bytes and signed"),
        ([built(preparers=["u-handler", "u-lawyer"]), G, L, C, R], "u-lawyer prepared the bytes"),
        ([built(preparers=None), G, L, C, R], "cannot be read to its end"),
        ([G, L, C, R], "built and passed the gate"),
        ([B, L, C, R], "built and passed the gate"),
        ([B, (Event.RENDITION_GATED, "system", {**G[2], "passed": False}), L, C, R], "the gate"),
        ([built(sha256="ab" * 32), G, L, C, R], "built and passed the gate"),
        ([B, G, L, records.signed("u-officer", "compliance_officer", "s-2", sha256="ab" * 32), R],
         "profile STD lacks a signature"),
        ([B, G, L, C, release(sha256="ab" * 32)], "built and passed the gate"),
        ([B, G, L, C, release(rendition="r-2")], "built and passed the gate"),
    ],
)  # fmt: skip
def test_a_release_against_the_rules_is_refused_though_all_hashes_fit(tmp_path, judge, steps, why):
    code, printed = judge(Story(steps=list(steps)).export(tmp_path / "r.zip"))

    assert code == 1
    assert why in printed


@pytest.mark.parametrize(
    "steps",
    [
        [B, G, L, C, R],
        [B, G, C, L, R],
        [B, G, L, C, S, release(profile="DUAL")],
        [B, G, L, C, release(profile="HOUSE")],
        [SMALL, G, HANDLER_AS_LAWYER, C, R],
        [B, G, L, voided("s-1"), SECOND_LAWYER, C, R],
        [B, G, L, C, R, voided("s-1")],
        [B, G, HANDLER_AS_OFFICER, voided("s-5"), L, C, R],
    ],
)
def test_a_release_within_the_rules_is_true(tmp_path, judge, steps):
    code, printed = judge(Story(steps=list(steps)).export(tmp_path / "r.zip"))

    assert code == 0, printed
    assert "release in entry seq" in printed


def test_the_released_file_must_be_the_one_that_was_released(tmp_path, judge):
    story = Story()
    story.files["released.pdf"] = records.PDF + b"more"

    code, printed = judge(story.export(tmp_path / "r.zip"))

    assert code == 1
    assert "data/released.pdf is not what the last release names" in printed


@pytest.mark.parametrize(("destroyed", "expected"), [(False, 1), (True, 0)])
def test_the_released_file_may_be_missing_only_after_it_was_destroyed(
    tmp_path, judge, destroyed, expected
):
    story = Story()
    if destroyed:
        story.steps.append((Event.RECORD_DESTROYED, "system", {"files": 1}))
    record = story.record()
    files = {name: raw for name, raw in record.files.items() if name != "released.pdf"}
    record_bag.write_case_record(tmp_path / "r.zip", replace(record, files=files), key=records.KEY)

    assert judge(tmp_path / "r.zip")[0] == expected


def test_a_released_file_without_a_release_is_refused(tmp_path, judge):
    story = Story().until(4)
    story.files["released.pdf"] = records.PDF

    assert judge(story.export(tmp_path / "r.zip"))[0] == 1
