"""The stand-alone verifier survives hostile zips and finds hundreds of random changes."""

import os
import random
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from disclosure import verify
from disclosure.domain.events import Event
from disclosure.storage import record_bag
from tests import records
from tests.records import FINGERPRINT, Story

Content = dict[str, bytes]


# Hostile containers.


@pytest.mark.parametrize(
    "name",
    ["../evil.txt", "/etc/evil", "data/../../evil", "data\\evil", "C:evil", "data//evil",
     "data/.hidden", "data/\u202egnp.exe", "data/a b", "data/" + "n" * 300, "data/./x", "~x",
     "data/a\nb"],
)  # fmt: skip
def test_a_dangerous_name_is_refused_and_nothing_is_written(bag, tmp_path, judge, name):
    content = {**records.parts(bag), name: b"evil"}
    before = sorted(tmp_path.rglob("*"))
    target = records.pack(content, tmp_path / "evil.zip")

    code, printed = judge(target)

    assert code == 1
    assert printed.startswith("TAMPERED: the file name ")
    assert len(printed.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == sorted([*before, target])


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("name", "why"),
    [("data/case.json", "there twice"), ("data/CASE.json", "other capitals")],
)
def test_a_name_that_is_there_twice_is_refused(bag, tmp_path, judge, name, why):
    target = records.pack(records.parts(bag), tmp_path / "twice.zip")
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(name, b"{}")

    code, printed = judge(target)

    assert code == 1
    assert why in printed


def test_a_link_in_the_zip_is_refused(bag, tmp_path, judge):
    target = records.pack(records.parts(bag), tmp_path / "link.zip")
    with zipfile.ZipFile(target, "a") as archive:
        info = zipfile.ZipInfo("data/shortcut")
        info.create_system = 3
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")

    code, printed = judge(target)

    assert code == 1
    assert "data/shortcut is there twice, or a link" in printed


@pytest.mark.parametrize("inside", ["data/link.txt", "data/released.pdf", "data/folder"])
def test_a_link_in_the_folder_is_refused(bag, tmp_path, judge, inside):
    outside = tmp_path / "outside.pdf"
    outside.write_bytes(records.PDF)
    folder = records.unpack(records.parts(bag), tmp_path / "folder")
    (folder / inside).unlink(missing_ok=True)
    (folder / inside).symlink_to(tmp_path if inside.endswith("folder") else outside)

    code, printed = judge(folder)

    assert code == 1
    assert inside in printed


def test_a_bomb_is_refused_before_it_unpacks(bag, tmp_path, judge):
    content = {**records.parts(bag), "data/zeros.bin": bytes(40 << 20)}

    code, printed = judge(records.pack(content, tmp_path / "bomb.zip"))

    assert code == 1
    assert "unpacks to far too much" in printed


def test_a_wrong_checksum_in_the_zip_is_found(bag, judge):
    raw = bytearray(bag.read_bytes())
    at = raw.index(b"data/case.json") - 16
    raw[at] ^= 1
    bag.write_bytes(raw)

    code, printed = judge(bag)

    assert code == 1
    assert "the zip's header of data/case.json" in printed


def test_an_encrypted_zip_is_one_line(bag, tmp_path, judge):
    raw = bytearray(records.pack(records.parts(bag), tmp_path / "e.zip").read_bytes())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + offset] |= 1
            at = raw.find(mark, at + 4)
    (tmp_path / "e.zip").write_bytes(raw)

    code, printed = judge(tmp_path / "e.zip")

    assert code == 1
    assert len(printed.splitlines()) == 1


@pytest.mark.parametrize(
    "raw", [b"", b"x", b"%PDF-1.7", b"\0" * 5000, b"not a zip " * 100], ids=repr
)
def test_what_is_no_record_is_unreadable(tmp_path, judge, raw):
    place = tmp_path / "file"
    place.write_bytes(raw[:5000])

    code, printed = judge(place)

    assert code == 2
    assert printed.startswith("UNREADABLE: ")
    assert len(printed.splitlines()) == 1


def test_other_zips_and_folders_and_absent_files_are_unreadable(tmp_path, judge):
    other = records.pack({"letter.txt": b"hello"}, tmp_path / "other.zip")
    empty = tmp_path / "empty"
    empty.mkdir()

    assert [judge(place)[0] for place in (other, empty, tmp_path / "absent")] == [2, 2, 2]


@pytest.mark.parametrize(
    "arguments",
    [[], ["BAG"], ["BAG", "--key", "zz"], ["BAG", "--key", FINGERPRINT[:-1]], ["--key"],
     ["BAG", "--key", FINGERPRINT, "--more"]],
)  # fmt: skip
def test_wrong_use_is_exit_2_without_a_traceback(arguments, bag):
    told = [str(bag) if part == "BAG" else part for part in arguments]

    run = subprocess.run(
        [sys.executable, "-I", verify.__file__, *told],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 2
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("form", [str, str.upper, record_bag.grouped, lambda f: f"{f[:9]} {f[9:]}"])
def test_the_fingerprint_may_be_grouped(bag, judge, form):
    assert judge(bag, key=form(FINGERPRINT))[0] == 0


def test_text_in_a_record_cannot_play_tricks_with_the_terminal(bag, tmp_path, judge):
    content = {**records.parts(bag), "data/\x1b[2J\x1b]0;x.txt": b""}

    _, printed = judge(records.pack(content, tmp_path / "t.zip"))

    assert "\x1b" not in printed
    assert printed.isascii()


# Random changes. Each takes the files of a clean record and a source of chance.


def repeatable(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - chance to repeat, not to keep a secret


def flip_bytes(content: Content, chance: random.Random) -> Content:
    name = chance.choice([name for name in content if content[name]])
    raw = bytearray(content[name])
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return {**content, name: bytes(raw)}


def cut_a_file(content: Content, chance: random.Random) -> Content:
    name = chance.choice([name for name in content if content[name]])
    return {**content, name: content[name][: chance.randrange(len(content[name]))]}


def drop_a_file(content: Content, chance: random.Random) -> Content:
    name = chance.choice(sorted(content))
    return {known: raw for known, raw in content.items() if known != name}


def add_a_file(content: Content, chance: random.Random) -> Content:
    return {**content, f"data/extra-{chance.randrange(99)}.txt": b"x"}


def swap_two_files(content: Content, chance: random.Random) -> Content:
    one, other = chance.sample(sorted(content), 2)
    return {**content, one: content[other], other: content[one]}


def change_entries(content: Content, chance: random.Random) -> Content:
    lines = content["data/entries.jsonl"].splitlines(keepends=True)
    at = chance.randrange(len(lines))
    kind = chance.choice(["drop", "repeat", "move", "cut", "digit"])
    if kind == "drop":
        del lines[at]
    elif kind == "repeat":
        lines.insert(chance.randrange(len(lines)), lines[at])
    elif kind == "move":
        lines.insert((at + chance.randrange(1, len(lines) - 1)) % len(lines), lines.pop(at))
    elif kind == "cut":
        del lines[at:]
    else:
        lines[at] = lines[at].replace(b"2026-11-0", b"2026-11-1")
    return {**content, "data/entries.jsonl": b"".join(lines)}


def rewrite_history(content: Content, chance: random.Random) -> Content:
    story = Story(salt=chance.randrange(100, 200))
    place = chance.randrange(len(story.steps))
    story.steps[place] = (Event.FINDING_RECORDED, "u-nobody", {"check": "V01"})
    lines = b"".join(line + b"\n" for line in story.entries())
    return {**content, "data/entries.jsonl": lines}


def take_from_another_case(content: Content, chance: random.Random) -> Content:
    theirs = chance.choice(OTHERS)
    names = [n for n in sorted(theirs) if n.startswith("data/") and theirs[n] != content.get(n)]
    taken = chance.sample(names, chance.randrange(1, len(names)))
    return {**content, **{name: theirs[name] for name in taken}}


def sign_with_another_key(content: Content, chance: random.Random) -> Content:
    story = Story(key=records.OTHER_KEY)
    if chance.random() < 0.5:
        return {**content, "data/checkpoint.txt": story.checkpoint()}
    return {**content, **FOREIGN}


def fork_with_the_key(_content: Content, chance: random.Random) -> Content:
    """What the holder of the key can write: another history, whole in itself."""
    story = Story()
    place = chance.randrange(KNOWN)
    story.steps[place] = (
        Event.FINDING_RECORDED,
        "u-nobody",
        {"check": f"V{chance.randrange(999)}"},
    )
    return in_memory(story)


def restore_an_older_copy(_content: Content, chance: random.Random) -> Content:
    return in_memory(Story().until(chance.randrange(1, KNOWN)))


def in_memory(story: Story) -> Content:
    """Return the files of a record that is true without an earlier checkpoint."""
    return records.parts(replace(story, variant="outsider").export(FOLDER[0] / "made.zip"))


CHANGES: list[Callable[[Content, random.Random], Content]] = [
    flip_bytes,
    cut_a_file,
    drop_a_file,
    add_a_file,
    swap_two_files,
    change_entries,
    rewrite_history,
    take_from_another_case,
    sign_with_another_key,
    fork_with_the_key,
    restore_an_older_copy,
]
KNOWN = 6
"""How many entries of the case the auditor's earlier checkpoint covers."""
SEEDS = 110 * int(os.environ.get("TAMPER_ROUNDS", "1"))
FOLDER: list[Path] = []
OTHERS: list[Content] = []
FOREIGN: Content = {}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Content:
    folder = tmp_path_factory.mktemp("records")
    FOLDER.append(folder)
    for number in (2, 3):
        story = Story(case=f"DR-2026-000{number}", salt=number)
        OTHERS.append(records.parts(story.export(folder / f"{number}.zip")))
    FOREIGN.update(records.parts(Story(key=records.OTHER_KEY).export(folder / "key.zip")))
    return records.parts(Story().export(folder / "clean.zip"))


@pytest.fixture
def _quick_signatures(monkeypatch):
    """Check signatures with ``cryptography``: its agreement with the verifier is tested apart."""

    def signed_by(key: bytes, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    monkeypatch.setattr(verify, "signed_by", signed_by)


@pytest.mark.usefixtures("_quick_signatures")
@pytest.mark.parametrize("change", CHANGES)
def test_every_random_change_is_found_given_an_earlier_checkpoint(clean, tmp_path, judge, change):
    missed = []
    known = tmp_path / "known.txt"
    known.write_bytes(Story().until(KNOWN).checkpoint())
    for seed in range(SEEDS):
        chance = repeatable(f"{change.__name__} {seed}")
        content = change(clean, chance)
        content = records.list_again(content) if seed % 2 else content
        if content == clean:
            continue
        place = records.pack(content, tmp_path / f"{seed}.zip")
        if seed % 3 == 0:
            place = records.unpack(content, tmp_path / str(seed))
        code, printed = judge(place, known=known)
        if code != 1 or len(printed.splitlines()) != 1:
            missed.append((seed, code, printed))

    assert missed == []


@pytest.mark.usefixtures("_quick_signatures")
def test_two_hundred_clean_records_raise_no_alarm(tmp_path, judge):
    for number in range(200):
        story = Story(case=f"DR-{number}", gap=number % 4, salt=number, more=number % 7)
        if number % 5 == 4:
            story = story.until(2 + number % 3)
        early = story.until(1 + number % len(story.steps))
        (tmp_path / "known.txt").write_bytes(early.checkpoint())
        code, printed = judge(
            story.export(tmp_path / f"{number}.zip"), known=tmp_path / "known.txt"
        )

        assert code == 0, (number, printed)


@pytest.mark.usefixtures("_quick_signatures")
def test_every_flipped_byte_of_the_exported_zip_is_found(bag, tmp_path, judge):
    raw = bag.read_bytes()
    chance = repeatable("flips")
    index = raw.index(b"PK\x01\x02")
    places = [chance.randrange(len(raw)) for _ in range(150)]
    places += [chance.randrange(index, len(raw)) for _ in range(150)]
    places += list(range(len(raw) - 22 - len(verify.MARK), len(raw)))
    target = tmp_path / "flipped.zip"
    missed = []
    for at in places:
        changed = bytearray(raw)
        changed[at] ^= chance.randrange(1, 256)
        target.write_bytes(changed)
        code, printed = judge(target)
        if code != 1 or len(printed.splitlines()) != 1:
            missed.append((at, code, printed))

    assert missed == []


def test_every_cut_of_the_exported_zip_is_found(bag, tmp_path, judge):
    raw = bag.read_bytes()
    chance = repeatable("cuts")
    for _ in range(40):
        (tmp_path / "cut.zip").write_bytes(raw[: chance.randrange(2, len(raw))])

        assert judge(tmp_path / "cut.zip")[0] == 1


@pytest.mark.parametrize(
    ("behind", "value"),
    [(20, bytes(2)), (8, bytes(4)), (12, bytes(4)), (20, b"\x18\0"), (16, b"\xff" * 4)],
    ids=["no comment", "no files", "no index", "shorter comment", "index elsewhere"],
)
def test_a_changed_end_of_the_exported_zip_is_found(bag, judge, behind, value):
    raw = bytearray(bag.read_bytes())
    at = len(raw) - 22 - len(verify.MARK) + behind
    raw[at : at + len(value)] = value
    bag.write_bytes(raw)

    assert judge(bag)[0] == 1


@pytest.mark.parametrize("rest", [b"x", b"PK\x05\x06" + bytes(18), struct.pack("<H", 0)])
def test_bytes_behind_or_before_the_exported_zip_are_found(bag, tmp_path, judge, rest):
    raw = bag.read_bytes()
    for number, changed in enumerate([raw + rest, b"PK" + rest + raw]):
        place = tmp_path / f"{number}.zip"
        place.write_bytes(changed)

        assert judge(place)[0] != 0
