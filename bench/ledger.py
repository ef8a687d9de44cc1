"""What the ledger costs: appending, checking all of it, and checking a case record.

Prints one line for each figure; each is a ratio to a limit that is measured in the same run. How
to read them, and the targets: append at least 0.15 of the bare fsync rate, `verify-ledger` at most
3 times and `verify.py` at most 35 times chained SHA-256 over the same bytes. `--quick` takes a
small ledger and one round, to see that it runs.
"""

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import select

from disclosure import verify
from disclosure.domain.access import Permission
from disclosure.domain.events import Event
from disclosure.jobs import export_to
from disclosure.operations.ledger_check import verify_ledger
from disclosure.operations.outbox import Effect, enqueue
from disclosure.operations.recording import record
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerEntry
from tests.app import Office, make_app
from tests.cases import police_case

QUICK = "--quick" in sys.argv[1:]
ENTRIES = int(os.environ.get("BENCH_ENTRIES", "300" if QUICK else "10000"))
ROUNDS = 1 if QUICK else 5


def say(name: str, value: float, unit: str, target: str = "") -> None:
    """Print one figure."""
    print(f"{name:<58} {value:>10.2f} {unit}{f'   (target {target})' if target else ''}")


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that a call takes, the median of some after one that warms up."""
    work()
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def rate(work: Callable[[], object], *, count: int) -> float:
    """Return how often a call can be made in a second of the clock."""
    start = time.perf_counter()
    for _ in range(count):
        work()
    return count / (time.perf_counter() - start)


def chained(bodies: list[bytes]) -> bytes:
    """Hash every entry together with the hash before it: the floor in Python."""
    last = b""
    for body in bodies:
        last = hashlib.sha256(last + body).digest()
    return last


def bare_fsync(folder: Path) -> Callable[[], None]:
    """Return the bare limit: one page written and brought to the disk."""
    descriptor = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    page = bytes(4096)

    def write() -> None:
        os.write(descriptor, page)
        os.fsync(descriptor)

    return write


def appending(office: Office, reference: str) -> Callable[[], None]:
    """Change a case's row, append its entry and an outbox row, in one transaction."""

    def append() -> None:
        with office.app.app_context(), office.unit("handler") as work:
            case = work.session.scalars(select(Case).where(Case.reference == reference)).one()
            case.changed_at = work.now
            record(
                work,
                Event.RECORD_VIEWED,
                case=case,
                data={"field": "reg.phone"},
                permission=Permission.SEE_CASES,
            )
            enqueue(work, Effect("notice_due", {"case": reference}), case=case)

    return append


def fill(office: Office, reference: str) -> None:
    """Bring the ledger to its size, a thousand entries in a transaction."""
    while True:
        with office.app.app_context(), office.unit("handler") as work:
            case = work.session.scalars(select(Case).where(Case.reference == reference)).one()
            for _ in range(1000):
                entry = record(work, Event.RECORD_VIEWED, case=case, data={"field": "reg.phone"})
                if entry.seq >= ENTRIES:
                    return


def main() -> None:
    """Measure everything once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        office = make_app(folder)
        reference = police_case(office)
        measure_appends(office, reference, folder)
        fill(office, reference)
        with office.app.app_context(), office.unit() as work:
            query = select(LedgerEntry.body).order_by(LedgerEntry.seq)
            bodies = [bytes(body) for body in work.session.scalars(query)]
        floor = cpu(lambda: chained(bodies))
        say(f"chained SHA-256 over {len(bodies)} entries", floor * 1000, "ms CPU")
        measure_ledger(office, floor)
        measure_record(office, reference, folder, floor)


def measure_appends(office: Office, reference: str, folder: Path) -> None:
    """Measure a change with its entry against bare fsync, in turns."""
    raw, append, ratios = bare_fsync(folder), appending(office, reference), []
    append()
    for _ in range(ROUNDS):
        limit, ours = rate(raw, count=100), rate(append, count=50)
        ratios.append(ours / limit)
    say("bare 4 KiB write and fsync", limit, "a second")
    say("append: case row, entry, outbox row, one commit", ours, "a second")
    say("append against bare fsync", statistics.median(ratios), "x", ">= 0.15")


def measure_ledger(office: Office, floor: float) -> None:
    """Measure the check of the whole ledger."""

    def check(*, deep: bool) -> None:
        with office.app.app_context(), office.unit() as work:
            assert verify_ledger(work, deep=deep).whole

    say(
        "verify-ledger against chained SHA-256", cpu(lambda: check(deep=False)) / floor, "x", "<= 3"
    )
    say("verify-ledger --deep against chained SHA-256", cpu(lambda: check(deep=True)) / floor, "x")


def measure_record(office: Office, reference: str, folder: Path, floor: float) -> None:
    """Measure export and check of a record with almost every entry."""
    with office.app.app_context():
        start = time.process_time()
        made = export_to(office.actor("auditor"), reference, folder / "record.zip")
        say("export of that case, its summary printed", time.process_time() - start, "s CPU")
    own = cpu(lambda: verify.verify(made.path, made.fingerprint, None))
    say("verify.py on its record against chained SHA-256", own / floor, "x", "<= 35")
    start = time.perf_counter()
    command = [sys.executable, "-I", verify.__file__, made.path, "--key", made.fingerprint]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own program
    say("verify.py as a command, start included", time.perf_counter() - start, "s")


if __name__ == "__main__":
    main()
