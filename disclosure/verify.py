"""Check a case record with Python alone: what it says happened, in that order, unchanged.

    python3 -I verify.py BAG --key FINGERPRINT [--known FILE]

BAG is the exported zip, or the folder that it unpacks to. FINGERPRINT is the SHA-256 of the
platform's public key: get it, and this program, by another way than the record, for who can swap
the one can swap the other. FILE is an earlier checkpoint: data/checkpoint.txt of an older record.
Exit 0: true. 1: tampered, naming the first bad entry or file. 2: unreadable or misused.

An entry is a line; it names the hash of the case's entry before it. All entries are leaves of a
tree (RFC 6962), the last ones of cases leaves of another; checkpoint.txt signs both roots, seal.txt
the case's last entry and every file. docs/case-record.md tells the whole.
"""

from __future__ import annotations

import argparse
import errno
import itertools
import json
import mmap
import re
import struct
import sys
import zipfile
import zlib
from base64 import b64decode, b64encode
from bisect import bisect_left
from contextlib import suppress
from hashlib import sha256, sha512
from pathlib import Path
from typing import IO, Any

EMPTY = sha256(b"").hexdigest()  # what the first entry names as the one before it
SEAL = r"""disclosure record seal v2\norigin: (?P<origin>\S+)\ncase: (?P<case>\S+)
variant: (?P<variant>full|outsider)\nentries: (?P<count>\d+)\nleaf: (?P<leaf>[0-9a-f]{64})
tagmanifest: (?P<tagmanifest>[0-9a-f]{64})"""
CHECKPOINT = r"""(?P<origin>\S+)\n(?P<size>[1-9]\d{0,14})\n(?P<root>\S{44})
cases: (?P<cases>\d{1,15})\nheads: (?P<heads>\S{44})\ntime: (?P<time>\S+)\nprevious: \S{64}"""
SEALED = {"bag-info.txt", "bagit.txt", "manifest-sha256.txt"}
SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,5}")
MARK, CHUNK, TEXT_LIMIT = b"disclosure case record v2", 1 << 20, 1 << 28  # MARK: a zip's comment
TWO = ("legal_reviewer", "compliance_officer")  # the roles that sign under each profile
PROFILES = {"STD": TWO, "EMERG": TWO, "AUTO": TWO, "DUAL": (*TWO, "senior_compliance_officer")}
READ = json.JSONDecoder(parse_float=str, parse_constant=str).decode
WRITE = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
BAD_FORM = (ValueError, TypeError, LookupError, AttributeError, RuntimeError, EOFError)
KINDS = {"seq": int, "action": str, "data": dict, "commit": dict, "actor": dict}
Told = dict[str, Any]  # what an entry or a signed text tells; an entry's own hash is its "leaf"


class Tampered(Exception):
    """Say what in the record is not what was exported."""


P = 2**255 - 19  # Ed25519 (RFC 8032, 5.1); only public values are handled: its time may vary
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, x*y = T/Z


def add(a: Point, b: Point) -> Point:
    """Return the sum of two points of the curve."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar: int, point: Point) -> Point:
    """Return a point added to itself that many times."""
    most = times(scalar >> 1, add(point, point)) if scalar else (0, 1, 1, 0)
    return add(most, point) if scalar & 1 else most


def decode(raw: bytes) -> Point | None:
    """Return the point for 32 bytes, or None if they are not the one right form of a point."""
    sign, y = divmod(int.from_bytes(raw, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return (x, y, 1, x * y % P)


BASE = decode(bytes.fromhex("58" + "66" * 31))


def signed_by(key: bytes, message: bytes, signature: bytes) -> bool:
    """Answer whether the key signed the message; keys of small order, fit for any, never do."""
    point, mark, scalar = decode(key), decode(signature[:32]), signature[32:]
    s = int.from_bytes(scalar, "little")
    if (len(key), len(scalar)) != (32, 32) or s >= L or not (point and mark and BASE):
        return False
    h = int.from_bytes(sha512(signature[:32] + key + message).digest(), "little") % L
    x, y, z, _ = add(times(s, BASE), times(h, (P - point[0], point[1], 1, P - point[3])))
    return (x - mark[0] * z) % P == (y - mark[1] * z) % P == 0 != times(8, point)[0]


class Bag:
    """Read the record, from its folder or its zip, without trusting names or sizes in it."""

    def __init__(self, path: Path) -> None:
        self.path, self.exported = path, False
        self.zip: zipfile.ZipFile | None = None
        self.sizes: dict[str, int] = {}
        self.hashes: dict[str, str] = {}
        (self.list_folder if path.is_dir() else self.list_zip)()
        safe = {name.lower(): name for name in self.sizes if SAFE_NAME.fullmatch(name)}
        for name in set(self.sizes) - set(safe.values()):
            raise Tampered(f"the file name {name} is not safe, or is another's in other capitals")
        if not {"bagit.txt", "data/entries.jsonl", "data/checkpoint.txt"} & set(self.sizes):
            raise (Tampered if self.exported else OSError)("this holds no case record")

    def list_folder(self) -> None:
        """Find the files of an unpacked record."""
        for item in self.path.rglob("*"):
            name = item.relative_to(self.path).as_posix()
            if item.is_symlink() or not (item.is_dir() or item.is_file()):
                raise Tampered(f"{name} is a link or a device, not a file")
            if item.is_file():
                self.sizes[name] = item.stat().st_size

    def list_zip(self) -> None:
        """Find the files of a zip: as exported, or as somebody packed it again."""
        with self.path.open("rb") as file:
            if file.read(2) != b"PK" and not zipfile.is_zipfile(file):
                raise OSError("this is neither a zip nor a folder")
            self.raw = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.zip = zipfile.ZipFile(self.path)
        self.exported = self.zip.comment != b"" or self.raw[-len(MARK) :] == MARK
        for info in self.zip.infolist():
            name, link = info.filename, info.external_attr >> 28 not in {0, 4, 8}
            if name in self.sizes or link or info.file_size > 100 * info.compress_size + CHUNK:
                raise Tampered(f"{name} is there twice, or a link, or unpacks to far too much")
            if self.exported or not info.is_dir():
                self.sizes[name] = info.file_size

    def open(self, name: str) -> IO[bytes]:
        """Open a file of the record; the zip's own weak checksum is looked at last."""
        if self.zip is None:
            return (self.path / name).open("rb")
        stream = self.zip.open(name)
        vars(stream)["_expected_crc"] = None
        return stream

    def read(self, name: str) -> str:
        """Return a text file of the record; bytes that are no UTF-8 stay what they are."""
        if name not in self.sizes:
            raise Tampered(f"{name} is missing")
        with self.open(name) as stream:
            return stream.read(TEXT_LIMIT).decode("utf-8", "surrogateescape")

    def check_zip(self) -> None:
        """Rebuild all bytes that an exported zip has beside its files, and compare them."""
        at, index, count = 0, b"", len(self.sizes)
        for name, size in self.sizes.items():
            start = at + 30 + len(name)
            crc = zlib.crc32(memoryview(self.raw)[start : start + size])
            facts = struct.pack("<5H3L2H", 20, 0, 0, 0, 33, crc, size, size, len(name), 0)
            if self.raw[at:start] != b"PK\3\4" + facts + name.encode():
                raise Tampered(f"the zip's header of {name} was changed")
            rest = struct.pack("<3H2L", 0, 0, 0, 0o100644 << 16, at)
            index, at = index + b"PK\1\2\x14\3" + facts + rest + name.encode(), start + size
        end = struct.pack("<4H2LH", 0, 0, count, count, len(index), at, len(MARK))
        if self.raw[at:] != index + b"PK\5\6" + end + MARK:
            raise Tampered("the zip's index was changed")


class Tree:
    """A tree of which some leaves are here, and for the rest nodes above them."""

    def __init__(self, leaves: dict[int, bytes], nodes: dict[str, str]) -> None:
        self.leaves, self.nodes, self.places = leaves, nodes, sorted(leaves)

    def over(self, low: int, high: int, cut: int = 0) -> bytes:
        """Return the root over some leaves; never by a node that hides one, or the cut."""
        held = self.places[bisect_left(self.places, low) : bisect_left(self.places, high)]
        if not held and not low < cut < high and f"{low}-{high}" in self.nodes:
            return bytes.fromhex(self.nodes[f"{low}-{high}"])
        if len(held) == high - low:  # all are here: row by row up, an odd one goes up as it is
            row = [self.leaves[place] for place in held]
            while len(row) > 1:
                pairs, odd = range(0, len(row) - 1, 2), row[len(row) & ~1 :]
                row = [sha256(b"\1" + row[at] + row[at + 1]).digest() for at in pairs] + odd
            return row[0]
        half = low + (1 << (high - low - 1).bit_length() - 1)
        return sha256(b"\1" + self.over(low, half, cut) + self.over(half, high, cut)).digest()

    def grew(self, old: Told, new: Told) -> bool:
        """Answer whether the old checkpoint's tree is the beginning of the new one's."""
        size, whole = int(old["size"]), int(new["size"])
        if old["origin"] != new["origin"] or size > whole:
            return False
        ends = [size >> bit << bit for bit in range(size.bit_length()) if size >> bit & 1]
        root, *lefts = (self.over(end & (end - 1), end) for end in ends)
        for left in lefts:
            root = sha256(b"\1" + left + root).digest()
        roots = [b64decode(told["root"]) for told in (old, new)]
        return roots == [root, self.over(0, whole, size)]


def read_note(text: str, where: str, form: str, keys: list[bytes]) -> Told:
    """Return what a signed text tells: lines, an empty one, — NAME BASE64(KEY ID, SIGNATURE)."""
    body, _, last = text.partition("\n\n")
    told = re.fullmatch(form, body)
    if not told:
        raise Tampered(f"{where} is not a signed statement of the right form")
    name, signature = told["origin"], b64decode(last.rpartition(" ")[2])[4:]
    for key in keys:
        mark = sha256(f"{name}\n\1".encode() + key).digest()[:4]
        same = f"{body}\n\n— {name} {b64encode(mark + signature).decode()}\n" == text
        if same and signed_by(key, f"{body}\n".encode(), signature):
            return told.groupdict()
    raise Tampered(f"{where} was changed, or signed with another key")


def read_entry(line: str, place: int, case: str | None) -> Told:
    """Return an entry if its bytes have the one form that the ledger writes."""
    wrong = "was changed: it is not what the ledger writes"
    with suppress(ValueError, TypeError, KeyError, RecursionError):
        told: Told = READ(line)
        good = WRITE(told) == line and [type(told[name]) for name in KINDS] == [*KINDS.values()]
        good = good and told["v"] == 1 and told["seq"] > 0
        first = case is None or (place == 1) == (told["case_prev"] == EMPTY)
        if good and (told["case_seq"] or 1) == place and told["case"] == case and first:
            told["leaf"] = sha256(b"\0" + line.encode()).hexdigest()
            return told
        wrong = "does not belong here: one was dropped, added or moved" if good else wrong
    number = re.search(r'"seq":(\d{1,15}),', line)
    raise Tampered(f"entry {place} of the case (seq {number and number[1]}) {wrong}")


def check_entries(lines: list[str], seal: Told) -> list[Told]:
    """Return the case's entries if each names the one before it and the seal the last."""
    entries = [read_entry(line, place, seal["case"]) for place, line in enumerate(lines[:-1], 1)]
    if lines[-1] or str(len(entries)) != seal["count"] or not entries:
        raise Tampered(f"entry {len(entries) + 1} is missing, or one was added at the end")
    vouched = [entry["case_prev"] for entry in entries[1:]] + [seal["leaf"]]
    broken = [at for at, entry in enumerate(entries) if entry["leaf"] != vouched[at]]
    if broken:
        first = broken[0] + (broken[1:2] == [broken[0] + 1])
        where = f"entry {first + 1} of the case (seq {entries[first]['seq']})"
        raise Tampered(f"{where} was changed: the hash that vouches for it does not fit")
    return entries


def check_tree(now: Told, proofs: Any, entries: list[Told], keys: list[bytes]) -> Tree:
    """Prove that the entries are under the signed roots, the case has no more, and each key."""
    changes = [read_entry(each["entry"], 1, None) for each in proofs["keys"]]
    leaves = {each["seq"] - 1: bytes.fromhex(each["leaf"]) for each in entries + changes}
    tree, seqs = Tree(leaves, proofs["tree"]), [entry["seq"] for entry in entries]
    size, apart = int(now["size"]), seqs == sorted(seqs) and len(leaves) == len(entries + changes)
    if not apart or seqs[-1] > size or tree.over(0, size) != b64decode(now["root"]):
        raise Tampered("data/proofs.json: the entries are not those under the signed root")
    head = f"{entries[-1]['case']}\n{len(entries)}\n{entries[-1]['leaf']}\n"
    place, cases = proofs["heads"]["place"], int(now["cases"])
    heads = Tree({place: sha256(b"\0" + head.encode()).digest()}, proofs["heads"]["nodes"])
    if not 0 <= place < cases or heads.over(0, cases) != b64decode(now["heads"]):
        raise Tampered(f"entry {len(entries)} is not the case's last one under the signed heads")
    for at, key in enumerate(keys[1:]):
        end, change = proofs["keys"][at]["checkpoint"], changes[at]
        last = read_note(end, f"the end of key {at + 1}", CHECKPOINT, keys[at : at + 1])
        said = (change["action"], str(change["seq"]), change["data"].get("key"))
        if said != ("ledger:key-changed", last["size"], key.hex()) or not tree.grew(last, now):
            raise Tampered(f"key {at + 2} was not introduced by an entry under the key before it")
    return tree


def check_files(bag: Bag) -> None:
    """Compare every file with the two manifests: all there, all right, none more."""
    for name in bag.sizes:
        digest = sha256()
        with bag.open(name) as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
        bag.hashes[name] = digest.hexdigest()
    payload = set(bag.sizes) - SEALED - {"tagmanifest-sha256.txt", "seal.txt"}
    for manifest, names in (("manifest-sha256.txt", payload), ("tagmanifest-sha256.txt", SEALED)):
        listed = bag.read(manifest).split("\n")
        right = [f"{bag.hashes.get(name)}  {name}" for name in sorted(names)] + [""]
        if listed != right:
            wrong = sorted({line[66:] for line in set(listed) ^ set(right)}) or [manifest]
            raise Tampered(f"{wrong[0]} was changed, or is missing or not in {manifest}")


def check_openings(text: str, entries: list[Told]) -> str:
    """Compare each salt and value that is told with the hash that its entry holds."""
    held = {(str(e["seq"]), name): e["commit"][name] for e in entries for name in e["commit"]}
    total = len(held)
    for seq, opened in json.loads(text).items():
        for name, told in opened.items():
            salt = bytes.fromhex(told["salt"])
            digest = sha256(salt + told["value"].encode()).hexdigest()
            if (held.pop((seq, name), ""), len(salt)) != (digest, 32):
                raise Tampered(f"data/openings.json: {name} is not what entry seq {seq} holds")
    return f"committed values: {total - len(held)} told and right, {len(held)} withheld"


def check_releases(released: str | None, entries: list[Told], variant: str) -> list[str]:
    """Check every release, and that the released file is the one that the last of them names."""
    made = [at for at, entry in enumerate(entries) if entry["action"] == "release:made"]
    proven = [check_release(entries[at], entries[:at]) for at in made]
    last = entries[made[-1]]["data"].get("sha256") if made else None
    withheld = variant == "outsider" or any(e["action"] == "record:destroyed" for e in entries)
    if released != last and not (withheld and released is None):
        raise Tampered("data/released.pdf is not what the last release names, or is missing")
    return proven or ["release: none was made"]


def check_release(release: Told, before: list[Told]) -> str:
    """Check that those whom the profile asks for had signed these bytes, made by others."""
    data, where = release["data"], f"release in entry seq {release['seq']}"
    key, profile = (data["rendition"], data["sha256"]), data.get("profile")
    told = [(e["action"], e["data"], e["actor"]["person"]) for e in before]
    same = [each for each in told if (each[1].get("rendition"), each[1].get("sha256")) == key]
    built = [said for action, said, _ in same if action == "rendition:built"]
    gate = {d.get("passed") or d.get("outcome") for a, d, _ in same if a == "rendition:gated"}
    preparers = list(built[-1]["preparers"]) if built else []
    others = {who for action, _, who in same if action == "gate:answered"} - {*preparers}
    if not built or not (True in gate or (others and gate == {"cannot-tell"})):
        raise Tampered(f"{where}: no entry says that these bytes were built and passed the gate")
    void = [said.get("signature") for action, said, _ in told if action == "signature:voided"]
    given = [(who, said) for action, said, who in same if action == "signature:given"]
    signers = [(who, d.get("role")) for who, d in given if d.get("signature") not in void]
    for who, role in signers:
        if who in preparers and (built[-1].get("separation"), role) != ("small-team", TWO[0]):
            raise Tampered(f"{where}: {who} prepared the bytes and signed them too")
    asked = PROFILES.get(profile if True in gate or profile == "EMERG" else "DUAL", TWO)
    people = [[who for who, role in signers if role == needed] for needed in asked]
    if not any(len({*choice}) == len(people) for choice in itertools.product(*people)):
        raise Tampered(f"{where}: profile {profile} lacks a signature")
    by = [f"{who} as {role}" for who, role in signers] + [f"{who} for the gate" for who in others]
    return f"{where}: SHA-256 {key[1]}, signed by {', '.join(by)}, prepared by {preparers}"


def verify(path: Path, fingerprint: str, known: Path | None) -> list[str]:
    """Return one line for each thing proven."""
    bag, where, manifest = Bag(path), "data/checkpoint.txt", "tagmanifest-sha256.txt"
    keys = [bytes.fromhex(line) for line in bag.read("data/public-key.txt").split("\n")[:-1]]
    if fingerprint not in [sha256(key).hexdigest() for key in keys]:
        raise Tampered("data/public-key.txt has not the key with that fingerprint")
    seal = read_note(bag.read("seal.txt"), "seal.txt", SEAL, keys[-1:])
    now = read_note(bag.read(where), where, CHECKPOINT, keys[-1:])
    entries = check_entries(bag.read("data/entries.jsonl").split("\n"), seal)
    tree = check_tree(now, json.loads(bag.read("data/proofs.json")), entries, keys)
    if known and "\ncases: " not in (told := known.read_text("utf-8", "replace")):
        raise OSError("the known file is not a checkpoint")
    old = read_note(told, "the known checkpoint", CHECKPOINT, keys) if known else None
    if old and not tree.grew(old, now):
        raise Tampered(f"the known checkpoint ({old['size']} entries) is not of this history")
    earlier = f"its {old['size']} entries are the first of {now['size']}" if old else "none given"
    check_files(bag)
    if [seal["tagmanifest"], seal["origin"]] != [bag.hashes[manifest], now["origin"]]:
        raise Tampered("seal.txt does not seal these files")
    if bag.exported:
        bag.check_zip()
    added = {str(e["data"].get("sha256")) for e in entries if e["action"] == "document:added"}
    return [
        f"case: {seal['case']} of {seal['origin']}, {seal['variant']} record, as of {now['time']}",
        f"entries: all {len(entries)} are whole, in order, in the tree, and the case has no more",
        f"known checkpoint: {earlier}",
        f"files: all {len(bag.sizes)} are there and as sealed, and there are none more",
        f"documents: {len(added & set(bag.hashes.values()))} of the {len(added)} added are here",
        check_openings(bag.read("data/openings.json"), entries),
        *check_releases(bag.hashes.get("data/released.pdf"), entries, seal["variant"]),
        "TRUE: this is what was exported, signed with the key that you named",
    ]


def main() -> int:
    """Judge one record; print what was proven, or the first fault."""
    parser = argparse.ArgumentParser(description="Check a case record with Python alone.")
    parser.add_argument("bag", type=Path, metavar="BAG", help="the zip, or the unpacked folder")
    parser.add_argument("--key", required=True, help="fingerprint of the platform's public key")
    parser.add_argument("--known", type=Path, help="an earlier checkpoint")
    asked = parser.parse_args()
    fingerprint = re.sub(r"[\s:-]", "", asked.key).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", fingerprint):
        parser.error("--key is a SHA-256: 64 hex digits, in groups or not")
    try:
        code, lines = 0, verify(asked.bag, fingerprint, asked.known)
    except (Tampered, OSError, *BAD_FORM, zipfile.BadZipFile, zlib.error, struct.error) as fault:
        told = "" if isinstance(fault, Tampered) else "it cannot be read to its end: "
        code, lines = 1, [f"TAMPERED: {told}{fault}"]
        if isinstance(fault, OSError) and fault.errno != errno.EINVAL:  # that is a place before 0
            code, lines = 2, [f"UNREADABLE: {fault}"]
    plain = [ascii(line)[1:-1][:400] for line in lines]  # no text plays tricks with a terminal
    print(*plain, sep="\n", file=sys.stderr if code > 1 else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
