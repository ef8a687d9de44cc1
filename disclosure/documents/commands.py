"""What the ``redact`` and ``gate`` commands do, without a database.

Owns reading the plan, writing the report, and the exit codes of the two. Arguments and printing
belong to ``cli``; a refusal leaves as an exception that carries its own exit code.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

from disclosure.documents.gate import Outcome, Reading, gate
from disclosure.documents.plan import Plan, parse_plan
from disclosure.documents.redact import redact
from disclosure.errors import BadInput

Say = Callable[[str], None]

DONE = 0
LEAK = 1
CANNOT_TELL = 3


def redact_file(source: Path, target: Path, *, plan: Path, report: Path | None, say: Say) -> int:
    """Redact one file after a plan and write it once the gate has passed it.

    Args:
        source: The original.
        target: The finished PDF.
        plan: JSON file as ``parse_plan`` takes it.
        report: Where to write what was done, as JSON; none writes no report.
        say: Prints one line.

    Returns:
        0; everything else is an exception.
    """
    wanted = read_plan(plan)
    if report is not None:
        _check_report(report, taken=(source, target, plan))
    done = redact(source, target, wanted)
    if report is not None:
        report.write_text(json.dumps(done.as_json(), indent=2) + "\n", "utf-8")
    say(f"written: {done.pages} pages, {len(done.marks)} boxes, sha256 {done.sha256}")
    for index, found in enumerate(done.occurrences):
        if not found:
            say(f"note: terms[{index}] occurs nowhere in this document")
    return DONE


def _check_report(report: Path, *, taken: tuple[Path, ...]) -> None:
    """Refuse before anything is written what could only fail, or destroy a file, afterwards."""
    folder = report.resolve().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise BadInput("there is no such folder to write into", where=report.name)
    if report.is_dir():
        raise BadInput("is a folder, not a file", where=report.name)
    if report.resolve() in {path.resolve() for path in taken}:
        raise BadInput("is another of the files; name one of its own", where=report.name)


def gate_file(path: Path, *, plan: Path, original: Path | None, say: Say) -> int:
    """Check a finished file against a plan.

    Args:
        path: The finished PDF.
        plan: JSON file as ``parse_plan`` takes it.
        original: The document before redaction.
        say: Prints one line.

    Returns:
        0 nothing left, 1 a leak (each with its place), 3 cannot tell (with what is missing).

    Raises:
        BadInput: When a file is missing or the plan names a page that the file does not have.
    """
    wanted = read_plan(plan)
    verdict = gate(
        path,
        removed=[term.text for term in wanted.terms],
        regions=wanted.regions,
        original=original,
        reading=Reading(password=wanted.password),
    )
    for index, region in enumerate(wanted.regions):
        if region.page > verdict.pages > 0:
            raise BadInput(
                f"the file has only {verdict.pages} pages", where=f"regions[{index}].page"
            )
    for finding in verdict.leaks:
        say(f"leak: {finding}")
    for finding in verdict.unknown:
        say(f"cannot tell: {finding}")
    if verdict.passed:
        say(f"nothing left: {verdict.pages} pages, sha256 {verdict.sha256}")
    return {Outcome.PASSED: DONE, Outcome.LEAK: LEAK, Outcome.CANNOT_TELL: CANNOT_TELL}[
        verdict.outcome
    ]


def read_plan(path: Path) -> Plan:
    """Read a plan from its file.

    Raises:
        BadInput: When there is no such file or it holds no plan.
    """
    try:
        return parse_plan(path.read_text("utf-8-sig"))
    except (FileNotFoundError, IsADirectoryError):
        raise BadInput("there is no such file", where=path.name) from None
    except UnicodeDecodeError:
        raise BadInput("is not a text file in UTF-8", where=path.name) from None
    except OSError:
        raise BadInput("cannot be read", where=path.name) from None
