"""Make case records for tests: a whole case as entries, its record, and its parts to tamper with.

Owns the made-up case. Knows the ledger and the record's writer; checks nothing.
"""

import hashlib
import io
import sys
import zipfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from disclosure import verify
from disclosure.domain.events import Event
from disclosure.domain.ledger import (
    EMPTY,
    Actor,
    Payload,
    build_entry,
    commitment,
    leaf_hash,
)
from disclosure.storage import record_bag

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
FINGERPRINT = record_bag.fingerprint(KEY.public_key().public_bytes_raw())
PDF = b"%PDF-1.7 made-up release " + bytes(range(256)) * 8
PAPER = b"%PDF-1.4 made-up demand"
SHA = hashlib.sha256(PDF).hexdigest()
HANDLER, LAWYER, OFFICER, SENIOR = "u-handler", "u-lawyer", "u-officer", "u-senior"

Step = tuple[Event, str, Payload]


def signed(person: str, role: str, mark: str, **changes: str) -> Step:
    """Return the step in which a person signs the rendition."""
    data = {"signature": mark, "rendition": "r-1", "sha256": SHA, "role": role, **changes}
    return Event.SIGNATURE_GIVEN, person, data


BUILT: Step = (
    Event.RENDITION_BUILT,
    HANDLER,
    {"rendition": "r-1", "sha256": SHA, "preparers": [HANDLER], "separation": "strict"},
)
GATED: Step = (Event.RENDITION_GATED, "system", {"rendition": "r-1", "sha256": SHA, "passed": True})
BY_LAWYER = signed(LAWYER, "legal_reviewer", "s-1")
BY_OFFICER = signed(OFFICER, "compliance_officer", "s-2")
BY_SENIOR = signed(SENIOR, "senior_compliance_officer", "s-3")
RELEASED: Step = (
    Event.RELEASE_MADE,
    OFFICER,
    {"rendition": "r-1", "sha256": SHA, "profile": "STD", "release": "l-1"},
)
ORDINARY: list[Step] = [
    (Event.CASE_RECEIVED, "requester", {"ground": "G3C"}),
    (Event.DOCUMENT_ADDED, "requester", {"sha256": hashlib.sha256(PAPER).hexdigest(), "size": 23}),
    (Event.CASE_REQUESTER_CONFIRMED, HANDLER, {"method": "callback"}),
    (Event.EVALUATION_MADE, "system", {"outcome": "release", "ground": "G3C"}),
    BUILT,
    GATED,
    BY_LAWYER,
    BY_OFFICER,
    RELEASED,
    (Event.DELIVERY_REDEEMED, "requester", {"delivery": "d-1"}),
    (Event.CASE_CLOSED, HANDLER, {}),
]


@dataclass
class Story:
    """One case as it stands in the ledger; with other entries between its own, or none."""

    steps: list[Step] = field(default_factory=lambda: list(ORDINARY))
    case: str = "DR-2026-0001"
    gap: int = 2
    salt: int = 7
    key: Ed25519PrivateKey = KEY
    files: dict[str, Path | bytes] = field(default_factory=dict)

    def entries(self) -> list[bytes]:
        """Return the exact bytes of the case's entries."""
        made: list[bytes] = []
        for place, (event, person, data) in enumerate(self.steps, 1):
            case_prev = leaf_hash(made[-1]) if made else EMPTY
            seq = 1 + (place - 1) * (self.gap + 1)
            elsewhere = hashlib.sha256(f"{self.salt}.{seq}".encode()).hexdigest()
            entry = build_entry(
                seq=seq,
                prev=case_prev if self.gap == 0 or place == 1 else elsewhere,
                at=START + timedelta(hours=place),
                case=self.case,
                case_seq=place,
                case_prev=case_prev,
                actor=Actor(person, "none", hashlib.sha256(person.encode()).hexdigest()),
                event=event,
                subjects=[f"thing:{self.salt}"],
                data=data,
                commitments={"reason": commitment(self.secret(place), f"reason {place}")},
                app_version="0.1.0",
            )
            made.append(entry)
        return made

    def secret(self, place: int) -> bytes:
        """Return the salt of an entry's commitment."""
        return hashlib.sha256(f"salt {self.salt} {place}".encode()).digest()

    def head(self) -> str:
        """Return the signed head over all entries."""
        made = self.entries()
        leaf = leaf_hash(made[-1]) if made else EMPTY
        at = START + timedelta(days=9)
        return record_bag.sign_head(
            origin="shop.example", case=self.case, count=len(made), leaf=leaf, at=at, key=self.key
        )

    def record(self) -> record_bag.CaseRecord:
        """Return everything that goes into the record."""
        released = any(event is Event.RELEASE_MADE for event, _, _ in self.steps)
        files: dict[str, Path | bytes] = {
            "case.json": f'{{"reference":"{self.case}"}}\n'.encode(),
            "papers/demand.pdf": PAPER,
            "evidence/note.txt": b"Called back on the number of our register.\n",
            **({"released.pdf": PDF} if released else {}),
        }
        gaps = [1 + (place - 1) * (self.gap + 1) for place in range(1, len(self.steps) + 1)]
        openings = {
            seq: {"reason": (self.secret(place), f"reason {place}")}
            for place, seq in enumerate(gaps, 1)
            if place % 2
        }
        return record_bag.CaseRecord(
            reference=self.case,
            entries=self.entries(),
            openings=openings,
            head=self.head(),
            files=files | self.files,
            app_version="0.1.0",
        )

    def export(self, target: Path) -> Path:
        """Write the record and return where it is."""
        record_bag.write_case_record(target, self.record(), key=self.key)
        return target

    def until(self, count: int) -> "Story":
        """Return the same case when it had only so many entries."""
        return replace(self, steps=self.steps[:count])


def parts(bag: Path) -> dict[str, bytes]:
    """Return the files of a zip by name."""
    with zipfile.ZipFile(bag) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(content: dict[str, bytes], target: Path) -> Path:
    """Pack files again as any tool would."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in content.items():
            archive.writestr(name, raw)
    return target


def unpack(content: dict[str, bytes], folder: Path) -> Path:
    """Write files below a folder."""
    for name, raw in content.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(raw)
    return folder


def list_again(content: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files with both manifests made to fit, as somebody without the key can."""

    def lines(names: list[str]) -> bytes:
        told = io.StringIO()
        for name in sorted(names):
            told.write(f"{hashlib.sha256(content[name]).hexdigest()}  {name}\n")
        return told.getvalue().encode()

    content = dict(content)
    content["manifest-sha256.txt"] = lines([n for n in content if n.startswith("data/")])
    tags = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"]
    content["tagmanifest-sha256.txt"] = lines([n for n in tags if n in content])
    return content


class Judge:
    """Run the verifier in this process, as its command line would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch = monkeypatch
        self.capsys = capsys

    def __call__(
        self, bag: Path, *, known: Path | None = None, key: str = FINGERPRINT
    ) -> tuple[int, str]:
        """Return the exit code and everything that was printed."""
        more = ["--known", str(known)] if known else []
        self.monkeypatch.setattr(sys, "argv", ["verify.py", str(bag), "--key", key, *more])
        code = verify.main()
        printed = self.capsys.readouterr()
        return code, printed.out + printed.err
