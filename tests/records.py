"""Make case records for tests: a whole case as entries, its record, and its parts to tamper with.

Owns the made-up case. Knows the ledger and the record's writer; checks nothing.
"""

import hashlib
import io
import sys
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from disclosure import verify
from disclosure.domain.checkpoints import Checkpoint, head_leaf
from disclosure.domain.events import Event
from disclosure.domain.ledger import (
    EMPTY,
    Actor,
    Content,
    Payload,
    Place,
    build_entry,
    commitment,
    leaf_hash,
)
from disclosure.domain.merkle import Tree
from disclosure.storage import record_bag
from disclosure.storage.notes import signed_note

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
    """One case as it stands in the ledger; with other entries between its own, or none.

    Attributes:
        gap: How many entries of others stand before each of its own but the first.
        more: How many entries of others follow the last of its own.
    """

    steps: list[Step] = field(default_factory=lambda: list(ORDINARY))
    case: str = "DR-2026-0001"
    gap: int = 2
    salt: int = 7
    more: int = 0
    key: Ed25519PrivateKey = KEY
    variant: str = "full"
    origin: str = "shop.example"
    files: dict[str, Path | bytes] = field(default_factory=dict)

    def seq(self, place: int) -> int:
        """Return where an entry of the case stands in the ledger."""
        return 1 + (place - 1) * (self.gap + 1)

    @property
    def size(self) -> int:
        """Return how many entries the ledger has."""
        return self.seq(len(self.steps)) + self.more

    def elsewhere(self, seq: int) -> bytes:
        """Return the hash of an entry of others."""
        return hashlib.sha256(f"{self.salt}.{seq}".encode()).digest()

    def entries(self) -> list[bytes]:
        """Return the exact bytes of the case's entries."""
        made: list[bytes] = []
        for place, (event, person, data) in enumerate(self.steps, 1):
            case_prev = leaf_hash(made[-1]) if made else EMPTY
            seq = self.seq(place)
            prev = case_prev if self.gap == 0 or place == 1 else self.elsewhere(seq - 1).hex()
            content = Content(
                at=START + timedelta(hours=place),
                actor=Actor(person, "none", hashlib.sha256(person.encode()).hexdigest()),
                event=event,
                subjects=[f"thing:{self.salt}"],
                data=data,
                commitments={"reason": commitment(self.secret(place), f"reason {place}")},
                app_version="0.1.0",
            )
            made.append(build_entry(Place(seq, prev, self.case, place, case_prev), content))
        return made

    def secret(self, place: int) -> bytes:
        """Return the salt of an entry's commitment."""
        return hashlib.sha256(f"salt {self.salt} {place}".encode()).digest()

    def tree(self) -> Tree:
        """Return the tree over the whole ledger."""
        leaves = [self.elsewhere(seq) for seq in range(1, self.size + 1)]
        for place, entry in enumerate(self.entries(), 1):
            leaves[self.seq(place) - 1] = bytes.fromhex(leaf_hash(entry))
        return Tree(leaves)

    def heads(self) -> tuple[int, Tree]:
        """Return the case's place among the heads of all cases, and their tree."""
        made = self.entries()
        told = [("AA-1", 3, EMPTY), ("ZZ-1", 9, EMPTY), (self.case, len(made), leaf_hash(made[-1]))]
        told.sort()
        return [case for case, *_ in told].index(self.case), Tree([head_leaf(*t) for t in told])

    def checkpoint(self, **changes: object) -> bytes:
        """Return the signed checkpoint over the whole ledger."""
        _, heads = self.heads()
        told = Checkpoint(
            origin=self.origin,
            size=self.size,
            root=self.tree().root(),
            cases=heads.size,
            heads=heads.root(),
            at=START + timedelta(days=9),
        )
        told = replace(told, **changes)  # type: ignore[arg-type]
        return signed_note(told.body(), origin=self.origin, key=self.key).encode()

    def proofs(self) -> dict[str, object]:
        """Return what ties the entries, and each earlier size, to the checkpoint."""
        seqs = [self.seq(place) for place in range(1, len(self.steps) + 1)]
        place, heads = self.heads()
        return {
            "tree": self.tree().proof([seq - 1 for seq in seqs], seqs[:-1]),
            "heads": {"place": place, "nodes": heads.proof([place])},
            "keys": [],
        }

    def record(self) -> record_bag.CaseRecord:
        """Return everything that goes into the record."""
        released = any(event is Event.RELEASE_MADE for event, _, _ in self.steps)
        files: dict[str, Path | bytes] = {
            "case.json": f'{{"reference":"{self.case}"}}\n'.encode(),
            "papers/demand.pdf": PAPER,
            "evidence/note.txt": b"Called back on the number of our register.\n",
            **({"released.pdf": PDF} if released and self.variant == "full" else {}),
        }
        openings = {
            self.seq(place): {"reason": (self.secret(place), f"reason {place}")}
            for place in range(1, len(self.steps) + 1, 2)
        }
        return record_bag.CaseRecord(
            reference=self.case,
            variant=self.variant,
            entries=self.entries(),
            openings=openings if self.variant == "full" else {},
            checkpoint=self.checkpoint(),
            proofs=self.proofs(),
            public_keys=[self.key.public_key().public_bytes_raw()],
            files=files | self.files,
            app_version="0.1.0",
        )

    def export(self, target: Path) -> Path:
        """Write the record and return where it is."""
        record_bag.write_case_record(target, self.record(), key=self.key)
        return target

    def until(self, count: int) -> "Story":
        """Return the same case when it had only so many entries."""
        return replace(self, steps=self.steps[:count], more=0)


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


def judge(bag: Path, *, known: Path | None = None, key: str = FINGERPRINT) -> tuple[int, str]:
    """Run the verifier in this process, as its command line would.

    Returns:
        The exit code and everything that was printed.
    """
    more = ["--known", str(known)] if known else []
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed), redirect_stderr(printed):
        patch.setattr(sys, "argv", ["verify.py", str(bag), "--key", key, *more])
        code = verify.main()
    return code, printed.getvalue()
