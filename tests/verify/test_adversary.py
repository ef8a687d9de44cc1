"""Changes to a record by somebody who knows how it is made, but has not the key in force."""

import hashlib
import json
import struct
import unicodedata
import zipfile
from dataclasses import replace

import pytest

from disclosure.domain.events import Event
from disclosure.storage.notes import signed_note
from tests import records
from tests.records import FINGERPRINT, KEY, OTHER_KEY, Story


def on_line(content, change, *, line=3):
    lines = content["data/entries.jsonl"].split(b"\n")
    lines[line] = change(lines[line])
    return {**content, "data/entries.jsonl": b"\n".join(lines)}


def in_file(name, change):
    return lambda content: {**content, name: change(content[name])}


def renamed(old, new):
    return lambda content: {new if name == old else name: raw for name, raw in content.items()}


def swapped_entries(content):
    lines = content["data/entries.jsonl"].split(b"\n")
    lines[3], lines[4] = lines[4], lines[3]
    return {**content, "data/entries.jsonl": b"\n".join(lines)}


def moved_proof_place(content):
    proofs = json.loads(content["data/proofs.json"])
    proofs["heads"]["place"] += 1
    return {**content, "data/proofs.json": json.dumps(proofs).encode()}


def nodes_that_hide_entries(content):
    """Offer one node for the whole tree: the signed root itself."""
    proofs = json.loads(content["data/proofs.json"])
    size = content["data/checkpoint.txt"].split(b"\n")[1].decode()
    proofs["tree"] = {f"0-{size}": "00" * 32, **proofs["tree"]}
    return {**content, "data/proofs.json": json.dumps(proofs).encode()}


def manifest_in_other_order(content):
    lines = sorted(content["manifest-sha256.txt"].splitlines(keepends=True), reverse=True)
    return {**content, "manifest-sha256.txt": b"".join(lines)}


FILES = {
    "a byte-order mark before the entries": in_file("data/entries.jsonl", b"\xef\xbb\xbf".__add__),
    "other line ends": in_file("data/entries.jsonl", lambda raw: raw.replace(b"\n", b"\r\n")),
    "other line ends in the checkpoint": in_file(
        "data/checkpoint.txt", lambda raw: raw.replace(b"\n", b"\r\n")
    ),
    "a byte-order mark before the seal": in_file("seal.txt", b"\xef\xbb\xbf".__add__),
    "a key twice in an entry": lambda c: on_line(
        c, lambda line: line.replace(b'"action":', b'"action":"case:closed","action":', 1)
    ),
    "a blank in an entry": lambda c: on_line(c, lambda line: line.replace(b'"v":1', b'"v": 1')),
    "an escape in an entry": lambda c: on_line(
        c, lambda line: line.replace(b"case", b"\\u0063ase")
    ),
    "a number as a float": lambda c: on_line(c, lambda line: line.replace(b'"v":1', b'"v":1.0')),
    "entries in another order": swapped_entries,
    "no last line end": in_file("data/entries.jsonl", lambda raw: raw[:-1]),
    "an empty line": in_file("data/entries.jsonl", lambda raw: raw.replace(b"\n", b"\n\n", 1)),
    "another place among the heads": moved_proof_place,
    "a manifest in another order": manifest_in_other_order,
    "a file that no manifest names": lambda c: {**c, "data/extra.txt": b"x"},
    "a file beside the data": lambda c: {**c, "extra.txt": b"x"},
    "another verifier": lambda c: {**c, "verify.py": b"print('TRUE')\n"},
    "another verifier that the manifests name": lambda c: {
        **c,
        "data/verify.py": b"print('TRUE')\n",
    },
    "a name in decomposed form": renamed(
        "data/case.json", unicodedata.normalize("NFD", "data/cäse.json")
    ),
    "a name in other capitals": renamed("data/case.json", "data/Case.json"),
    "a note with another origin": in_file(
        "data/checkpoint.txt", lambda raw: raw.replace(b"shop.example", b"shop.example2")
    ),
    "two signatures in a note": in_file("seal.txt", lambda raw: raw + raw.rpartition(b"\n\n")[2]),
    "no signature in a note": in_file("seal.txt", lambda raw: raw.partition(b"\n\n")[0] + b"\n"),
    "another key in front": in_file(
        "data/public-key.txt",
        lambda raw: OTHER_KEY.public_key().public_bytes_raw().hex().encode() + b"\n" + raw,
    ),
    "another key behind": in_file(
        "data/public-key.txt",
        lambda raw: raw + OTHER_KEY.public_key().public_bytes_raw().hex().encode() + b"\n",
    ),
}


@pytest.mark.parametrize("listed", [True, False], ids=["listed again", "as it was"])
@pytest.mark.parametrize("change", FILES.values(), ids=FILES)
def test_no_change_of_a_file_passes(bag, tmp_path, judge, change, listed):
    content = records.parts(bag)
    changed = change(content)
    assert changed != content
    if listed:
        changed = records.list_again(changed)

    zipped = judge(records.pack(changed, tmp_path / "changed.zip"))
    folder = judge(records.unpack(changed, tmp_path / "folder"))

    verdict = 0 if changed == content else 1  # listing again mends a manifest's order, no more
    assert [code for code, _ in (zipped, folder)] == [verdict, verdict]
    assert changed != content or listed


def test_a_node_that_would_hide_an_entry_is_not_used(bag, tmp_path, judge):
    """A node over leaves that are here proves nothing; the seal forbids it in any case."""
    content = records.list_again(nodes_that_hide_entries(records.parts(bag)))

    assert judge(records.pack(content, tmp_path / "hiding.zip"))[0] == 1


def sealed_again(content, *, key):
    """Write the seal anew over changed files, as the holder of some key can."""
    content = records.list_again(content)
    body = content["seal.txt"].decode().partition("\n\n")[0].split("\n")
    digest = hashlib.sha256(content["tagmanifest-sha256.txt"]).hexdigest()
    body[-1] = f"tagmanifest: {digest}"
    note = signed_note("\n".join(body) + "\n", origin="shop.example", key=key)
    return {**content, "seal.txt": note.encode()}


def test_a_seal_with_another_key_seals_nothing(bag, tmp_path, judge):
    changed = {**records.parts(bag), "data/case.json": b"{}"}

    assert judge(records.pack(sealed_again(changed, key=OTHER_KEY), tmp_path / "o.zip"))[0] == 1
    assert judge(records.pack(sealed_again(changed, key=KEY), tmp_path / "k.zip"))[0] == 0, (
        "whoever holds the key can seal other files: the entries are what cannot be changed"
    )


def test_even_the_key_seals_no_released_file_that_the_entries_do_not_name(bag, tmp_path, judge):
    changed = sealed_again({**records.parts(bag), "data/released.pdf": b"%PDF other"}, key=KEY)

    code, printed = judge(records.pack(changed, tmp_path / "sealed.zip"))

    assert code == 1
    assert "data/released.pdf is not what the last release names" in printed


EVIDENCE = (
    "a key twice in an entry", "a blank in an entry", "an escape in an entry",
    "a number as a float", "entries in another order", "no last line end", "an empty line",
    "a byte-order mark before the entries", "other line ends", "other line ends in the checkpoint",
    "another place among the heads", "a note with another origin", "another key in front",
    "another key behind",
)  # fmt: skip


@pytest.mark.parametrize("name", EVIDENCE)
def test_no_changed_entry_or_proof_passes_under_the_seal_of_the_key_s_holder(
    bag, tmp_path, judge, name
):
    """The case's own files are the house's word; the ledger is what nobody changes."""
    changed = sealed_again(FILES[name](records.parts(bag)), key=KEY)

    assert judge(records.pack(changed, tmp_path / "sealed.zip"))[0] == 1


def test_the_names_in_the_index_and_before_the_files_are_the_same(bag, tmp_path, judge):
    """Two programs could read two records out of one zip."""
    raw = bag.read_bytes()
    first = raw.index(b"data/case.json")
    last = raw.rindex(b"data/case.json")
    assert first != last
    for at in (first, last):
        changed = bytearray(raw)
        changed[at : at + 14] = b"data/cose.json"
        (tmp_path / "two.zip").write_bytes(changed)
        assert judge(tmp_path / "two.zip")[0] == 1


def test_an_index_that_points_to_other_bytes_is_found(bag, tmp_path, judge):
    raw = bytearray(bag.read_bytes())
    at = raw.index(b"PK\x01\x02")
    raw[at + 42 : at + 46] = struct.pack("<L", 10)
    (tmp_path / "elsewhere.zip").write_bytes(raw)

    assert judge(tmp_path / "elsewhere.zip")[0] == 1


def test_a_zip_without_its_mark_is_judged_as_one_that_was_packed_again(bag, tmp_path, judge):
    content = records.parts(bag)
    target = tmp_path / "again.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.comment = b"disclosure case record v9"
        for name, raw in content.items():
            archive.writestr(name, raw)

    assert judge(target)[0] == 1
    assert judge(records.pack(content, target))[0] == 0


def test_a_record_under_a_key_that_the_ledger_never_introduced_is_found(tmp_path, judge):
    """The old fingerprint stands in the list, the checkpoint is signed with the other key."""
    story = Story(key=OTHER_KEY)
    content = records.parts(story.export(tmp_path / "other.zip"))
    both = b"".join(
        k.public_key().public_bytes_raw().hex().encode() + b"\n" for k in (KEY, OTHER_KEY)
    )
    changed = sealed_again({**content, "data/public-key.txt": both}, key=OTHER_KEY)

    code, _ = judge(records.pack(changed, tmp_path / "introduced.zip"), key=FINGERPRINT)

    assert code == 1


def test_a_cut_end_is_found_by_the_earlier_checkpoint_alone(tmp_path, judge):
    story = Story()
    known = tmp_path / "known.txt"
    known.write_bytes(story.checkpoint())
    shorter = replace(story, steps=story.steps[:-2])

    assert judge(shorter.export(tmp_path / "shorter.zip"))[0] == 0
    assert judge(shorter.export(tmp_path / "cut.zip"), known=known)[0] == 1
    assert story.steps[-1][0] is Event.CASE_CLOSED
