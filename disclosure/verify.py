"""Check a case record with Python alone: what it says happened, in that order, unchanged.

    python3 -I verify.py BAG --key FINGERPRINT [--known FILE]

BAG is the exported zip, or the folder that it unpacks to. FINGERPRINT is the SHA-256 of the
platform's public key: get it, and this program, by another way than the record, for who can swap
the one can swap the other. FILE is data/head.txt of an earlier record of the case. Exit 0: true.
1: tampered, naming the first bad entry or file. 2: unreadable or misused. Python 3.9 or later.

A statement is UTF-8 text: a title, ``label: value`` lines, an empty line, ``— ORIGIN SIGNATURE``:
the Ed25519 signature (base64) over all before the empty line, with its last line end. head.txt
signs how many entries there are and the hash of the last one, seal.txt the tagmanifest's and so
every file's. An entry's hash is SHA-256(0x00 || line). docs/case-record.md tells the whole.
"""

from __future__ import annotations

import argparse
import base64
import errno
import hashlib
import itertools
import json
import mmap
import re
import struct
import sys
import zipfile
import zlib
from pathlib import Path
from typing import IO, NamedTuple

HEAD = ("disclosure case head v1", "origin", "case", "count", "leaf", "time")
SEAL = ("disclosure record seal v1", "origin", "case", "tagmanifest")
EMPTY = hashlib.sha256(b"").hexdigest()  # what the first entry names as the one before it
SEALED = {"bag-info.txt", "bagit.txt", "manifest-sha256.txt"}
SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,5}")
MARK = b"disclosure case record v1"  # the comment of a zip as exported
CHUNK, TEXT_LIMIT, TOTAL_LIMIT = 1 << 20, 1 << 28, 1 << 31
TWO = ("legal_reviewer", "compliance_officer")  # the roles that sign under each profile
PROFILES = {"STD": TWO, "EMERG": TWO, "AUTO": TWO, "DUAL": (*TWO, "senior_compliance_officer")}


class Tampered(Exception):
    """Say what in the record is not what was exported."""


class Unreadable(Exception):
    """Say why there is nothing to judge."""


# What Python raises for a text or a zip that is not in the form that is exported.
BAD_FORM = (ValueError, TypeError, LookupError, AttributeError, RuntimeError, EOFError)
BAD_ZIP = (zipfile.BadZipFile, zlib.error, struct.error)


def shown(value: object) -> str:
    """Return a text in plain ASCII, so that it cannot play tricks with a terminal."""
    return ascii(str(value))[1:-1][:400]


# Ed25519 (RFC 8032, 5.1). Only public values are handled, so its time may vary.
P = 2**255 - 19
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
    total = (0, 1, 1, 0)
    while scalar:
        total = add(total, point) if scalar & 1 else total
        point, scalar = add(point, point), scalar >> 1
    return total


def encode(point: Point) -> bytes:
    """Return the 32 bytes that stand for a point."""
    inverse = pow(point[2], -1, P)
    return (point[1] * inverse % P | (point[0] * inverse % P & 1) << 255).to_bytes(32, "little")


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
    point = decode(key)
    scalar = int.from_bytes(signature[32:], "little")
    if (len(key), len(signature)) != (32, 64) or scalar >= L or point is None or BASE is None:
        return False
    if encode(times(8, point)) == encode((0, 1, 1, 0)):
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    minus = (P - point[0], point[1], point[2], P - point[3])
    challenge = times(int.from_bytes(digest, "little") % L, minus)
    return encode(add(times(scalar, BASE), challenge)) == signature[:32]


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
        if not {"bagit.txt", "data/entries.jsonl", "data/head.txt"} & set(self.sizes):
            raise (Tampered if self.exported else Unreadable)("this holds no case record")
        if sum(self.sizes.values()) > TOTAL_LIMIT:
            raise Tampered("it is larger than any record that is exported")

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
                raise Unreadable("this is neither a zip nor a folder")
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

    def read(self, name: str) -> bytes:
        """Return a text file of the record."""
        if name in self.sizes:
            with self.open(name) as stream:
                return stream.read(TEXT_LIMIT)
        raise Tampered(f"{name} is missing")

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


class Entry(NamedTuple):
    """Hold what the checks need of one entry."""

    seq: int
    leaf: str
    case_prev: str
    person: str
    action: str
    data: dict[str, object]
    commit: dict[str, str]


def read_statement(
    raw: bytes, where: str, form: tuple[str, ...], key: bytes, fault: type[Exception] = Tampered
) -> dict[str, str]:
    """Return the values of a statement that has the right form and is signed by the key."""
    try:
        body, _, last = raw.decode().partition("\n\n")
        told = dict(line.split(": ", 1) for line in body.split("\n")[1:])
        signature = base64.b64decode(last[:-1].rpartition(" ")[2])
        lines = [form[0], *(f"{label}: {told[label]}" for label in form[1:]), ""]
        lines += [f"— {told['origin']} {base64.b64encode(signature).decode()}", ""]
    except (ValueError, KeyError):
        lines = []
    if not lines or raw != "\n".join(lines).encode():
        raise fault(f"{where} is not a signed statement with the title {form[0]!r}")
    if not signed_by(key, (body + "\n").encode(), signature):
        raise Tampered(f"{where} was changed, or signed with another key")
    return told


def read_entry(line: bytes, place: int, case: str) -> Entry:
    """Return an entry if its bytes have the one form that the ledger writes."""
    number = re.search(rb'"seq":(\d{1,15}),', line)
    where = f"entry {place} of the case (seq {number[1].decode() if number else 'unreadable'})"
    try:
        told = json.loads(line, parse_float=str, parse_constant=str)
        same = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        good = same.encode() == line and (told["v"], type(told["seq"])) == (1, int)
        leaf, person = hashlib.sha256(b"\0" + line).hexdigest(), told["actor"]["person"]
        picked = {name: told[name] for name in Entry._fields if name in told}
        entry = Entry(**picked, leaf=leaf, person=person)
    except (ValueError, TypeError, KeyError, RecursionError):
        good = False
    if not good:
        raise Tampered(f"{where} was changed: it is not what the ledger writes")
    first = (place == 1) == (entry.case_prev == EMPTY)
    if told["case_seq"] != place or told["case"] != case or not first:
        raise Tampered(f"{where} does not belong here: one was dropped, added or moved")
    return entry


def check_entries(lines: list[bytes], head: dict[str, str]) -> list[Entry]:
    """Return the case's entries if each names the one before it and the signed head the last."""
    entries = [read_entry(line, place, head["case"]) for place, line in enumerate(lines[:-1], 1)]
    if lines[-1] or str(len(entries)) != head["count"] or not entries:
        told = f"the signed head covers {head['count']} entries, the record has {len(entries)}"
        raise Tampered(f"entry {len(entries) + 1} is missing, or the one before was added: {told}")
    vouched = [entry.case_prev for entry in entries[1:]] + [head["leaf"]]
    broken = [at for at, entry in enumerate(entries) if entry.leaf != vouched[at]]
    if broken:
        first = broken[0] + (broken[1:2] == [broken[0] + 1])
        where = f"entry {first + 1} of the case (seq {entries[first].seq})"
        raise Tampered(f"{where} was changed: the hash that vouches for it does not fit")
    return entries


def check_files(bag: Bag) -> None:
    """Compare every file with the two manifests: all there, all right, none more."""
    for name in bag.sizes:
        digest = hashlib.sha256()
        with bag.open(name) as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
        bag.hashes[name] = digest.hexdigest()
    payload = {name for name in bag.sizes if name.startswith("data/")}
    for manifest, names in (("manifest-sha256.txt", payload), ("tagmanifest-sha256.txt", SEALED)):
        listed = bag.read(manifest).decode("utf-8", "replace").split("\n")
        right = [f"{bag.hashes.get(name)}  {name}" for name in sorted(names)] + [""]
        if listed != right:
            wrong = sorted({line[66:] for line in set(listed) ^ set(right)}) or [manifest]
            raise Tampered(f"{wrong[0]} was changed, or is missing or not in {manifest}")
    for name in sorted(set(bag.sizes) - payload - SEALED - {"tagmanifest-sha256.txt", "seal.txt"}):
        raise Tampered(f"{name} does not belong into the record")


def check_openings(raw: bytes, entries: list[Entry]) -> str:
    """Compare each salt and value that is told with the hash that its entry holds."""
    held = {(str(e.seq), name): e.commit[name] for e in entries for name in e.commit}
    total = len(held)
    for seq, opened in json.loads(raw).items():
        for name, told in opened.items():
            salt = bytes.fromhex(told["salt"])
            digest = hashlib.sha256(salt + told["value"].encode()).hexdigest()
            if (held.pop((seq, name), ""), len(salt)) != (digest, 32):
                raise Tampered(f"data/openings.json: {name} is not what entry seq {seq} holds")
    return f"committed values: {total - len(held)} told and right, {len(held)} withheld"


def check_releases(released: str | None, entries: list[Entry]) -> list[str]:
    """Check every release, and that the released file is the one that the last of them names."""
    made = [at for at, entry in enumerate(entries) if entry.action == "release:made"]
    proven = [check_release(entries[at], entries[:at]) for at in made]
    last = entries[made[-1]].data.get("sha256") if made else None
    destroyed = any(entry.action == "record:destroyed" for entry in entries)
    if released != last and not (destroyed and released is None):
        raise Tampered("data/released.pdf is not what the last release names, or is missing")
    return proven or ["release: none was made"]


def check_release(release: Entry, before: list[Entry]) -> str:
    """Check that those whom the profile asks for had signed these bytes, made by others."""
    where, profile = f"release in entry seq {release.seq}", str(release.data.get("profile"))
    rendition, digest = release.data.get("rendition"), release.data.get("sha256")
    same = [entry for entry in before if entry.data.get("sha256") == digest]
    of_it = [entry for entry in same if entry.data.get("rendition") == rendition]
    built = [entry.data for entry in of_it if entry.action == "rendition:built"]
    gated = [entry for entry in of_it if entry.action == "rendition:gated"]
    if not built or not any(entry.data.get("passed") is True for entry in gated):
        raise Tampered(f"{where}: no entry says that these bytes were built and passed the gate")
    void = [entry.data.get("signature") for entry in before if entry.action == "signature:voided"]
    given = [entry for entry in of_it if entry.action == "signature:given"]
    valid = [entry for entry in given if entry.data.get("signature") not in void]
    signers = [(entry.person, entry.data.get("role")) for entry in valid]
    preparers, separation = built[-1].get("preparers"), built[-1].get("separation")
    if not isinstance(preparers, list):
        raise Tampered(f"{where}: no entry says who prepared the bytes")
    for who, role in signers:
        if who in preparers and (separation, role) != ("small-team", TWO[0]):
            raise Tampered(f"{where}: {who} prepared the bytes and signed them too")
    asked = PROFILES.get(profile, TWO)
    people = [[who for who, role in signers if role == needed] for needed in asked]
    if not any(len(set(choice)) == len(asked) for choice in itertools.product(*people)):
        raise Tampered(f"{where}: a signature that profile {profile} asks for is not there")
    names = ", ".join(f"{who} as {role}" for who, role in signers)
    return f"{where}: SHA-256 {digest}, {profile}, signed by {names}, prepared by {preparers}"


def check_known(known: Path | None, head: dict[str, str], entries: list[Entry], key: bytes) -> str:
    """Check that an earlier head statement tells of the beginning of this same history."""
    if known is None:
        return "known head: none given"
    told = read_statement(known.read_bytes(), "the known head", HEAD, key, Unreadable)
    count, same = (
        int(told["count"]),
        (told["origin"], told["case"]) == (head["origin"], head["case"]),
    )
    if not same or not 0 < count <= len(entries) or entries[count - 1].leaf != told["leaf"]:
        raise Tampered(f"the known head ({told['case']}, entry {count}) is not of this history")
    return f"known head: its {count} entries are the first of this record"


def verify(path: Path, fingerprint: str, known: Path | None) -> list[str]:
    """Return one line for each thing proven."""
    bag = Bag(path)
    key = bytes.fromhex(bag.read("data/public-key.txt").decode("ascii", "replace"))
    if hashlib.sha256(key).hexdigest() != fingerprint:
        raise Tampered("data/public-key.txt is not the key with that fingerprint")
    head = read_statement(bag.read("data/head.txt"), "data/head.txt", HEAD, key)
    entries = check_entries(bag.read("data/entries.jsonl").split(b"\n"), head)
    earlier = check_known(known, head, entries, key)
    check_files(bag)
    seal = read_statement(bag.read("seal.txt"), "seal.txt", SEAL, key)
    told = (head["origin"], head["case"], bag.hashes["tagmanifest-sha256.txt"])
    if tuple(seal.values()) != told:
        raise Tampered("seal.txt does not seal these files")
    if bag.exported:
        bag.check_zip()
    added = {str(entry.data.get("sha256")) for entry in entries if entry.action == "document:added"}
    return [
        f"case: {head['case']} of {head['origin']}, as of {head['time']}",
        f"entries: all {len(entries)} are whole, in order, and end where the signed head says",
        earlier,
        f"files: all {len(bag.sizes)} are there and as sealed, and there are none more",
        f"documents: {len(added & set(bag.hashes.values()))} of the {len(added)} added are here",
        check_openings(bag.read("data/openings.json"), entries),
        *check_releases(bag.hashes.get("data/released.pdf"), entries),
        "TRUE: this is what was exported, signed with the key that you named",
    ]


def main() -> int:
    """Judge one record; print what was proven, or the first fault."""
    parser = argparse.ArgumentParser(description="Check a case record with Python alone.")
    parser.add_argument("bag", type=Path, metavar="BAG", help="the zip, or the unpacked folder")
    parser.add_argument("--key", required=True, help="fingerprint of the platform's public key")
    parser.add_argument("--known", type=Path, help="head statement of an earlier record")
    asked = parser.parse_args()
    fingerprint = re.sub(r"[\s:-]", "", asked.key).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", fingerprint):
        parser.error("--key is a SHA-256: 64 hex digits, in groups or not")
    try:
        print(*map(shown, verify(asked.bag, fingerprint, asked.known)), sep="\n")
    except (Tampered, Unreadable, OSError, *BAD_FORM, *BAD_ZIP) as fault:
        failed = isinstance(fault, OSError) and fault.errno != errno.EINVAL  # a place before 0
        if failed or isinstance(fault, Unreadable):
            print("UNREADABLE:", shown(fault), file=sys.stderr)
            return 2
        told = "" if isinstance(fault, Tampered) else "the record cannot be read to its end: "
        print("TAMPERED:", shown(told + str(fault)))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
