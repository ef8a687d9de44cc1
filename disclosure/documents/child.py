"""Running one task on a hostile file in a process of its own, and turning its death into a word.

Owns the parent's side: start, wall clock, killing the process group, reading the bounded answer.
The child's side, which limits itself before it touches any file, is ``task.py``. Nothing here may
open the document.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

from disclosure.documents.limits import REFUSALS, Limits, refused
from disclosure.errors import BadInput, DisclosureError, DocumentRefused, NotReady

ANSWER: Final = "answer.json"
ENTRY: Final = Path(__file__).with_name("task.py")
PYTHON_FAILED: Final = 1
KEPT_VARIABLES: Final = ("PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "TESSDATA_PREFIX")


@contextmanager
def child_folder(beside: Path) -> Iterator[Path]:
    """Give a child its own empty folder, removed with everything in it afterwards.

    Args:
        beside: The file it reads. What the child writes is as secret as that file, so it lies in
            the same folder; only where nobody may write there, in the system's temporary one.
    """
    home = beside.resolve().parent
    room = home if os.access(home, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="disclosure-", dir=room) as folder:
        yield Path(folder)


def run_child(
    task: str,
    arguments: Mapping[str, object],
    *,
    limits: Limits,
    folder: Path,
    spawns: bool = False,
) -> dict[str, object]:
    """Run a task in a limited child and return its answer.

    Args:
        task: A key of ``task.TASKS``.
        arguments: JSON values only.
        limits: What the child may use.
        folder: The child's working folder; it may write there and nowhere else by its task.
        spawns: Whether the task starts programs of its own (text extractor, recognition).

    Raises:
        DocumentRefused: When the child refuses, dies, takes too long or answers too much.
        NotReady: When a program or font that the task needs is missing.
        BadInput: When the plan does not fit the document.
    """
    request = {
        "task": task,
        "arguments": dict(arguments),
        "limits": asdict(limits),
        "spawns": spawns,
    }
    status = _run(json.dumps(request).encode(), folder, limits.wall_seconds)
    answer = _read_answer(folder / ANSWER, limits.answer_bytes)
    if answer is None and status == PYTHON_FAILED:
        raise RuntimeError(f"the task {task} could not be started")
    if answer is None:
        raise _death(status)
    _raise_refusal(answer)
    return answer


def _run(request: bytes, folder: Path, wall_seconds: float) -> int | None:
    environment = {key: os.environ[key] for key in KEPT_VARIABLES if key in os.environ}
    environment |= {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    (folder / ANSWER).unlink(missing_ok=True)
    with subprocess.Popen(  # noqa: S603  our own interpreter and our own file
        [sys.executable, "-I", str(ENTRY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            process.communicate(request, timeout=wall_seconds)
            status: int | None = process.returncode
        except subprocess.TimeoutExpired:
            status = None
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    if status is None:
        (folder / ANSWER).unlink(missing_ok=True)
    return status


def _read_answer(path: Path, limit: int) -> dict[str, object] | None:
    try:
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except FileNotFoundError:
        return None
    if len(content) > limit:
        raise refused("answer")
    try:
        answer = json.loads(content)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _death(status: int | None) -> DocumentRefused:
    if status is None or status in {-signal.SIGXCPU, -signal.SIGKILL}:
        return refused("time")
    if status == -signal.SIGABRT:  # how the parsers' own code ends when memory is refused
        return refused("memory")
    refusal = refused("damaged")
    refusal.add_note(f"the child ended with status {status}")
    return refusal


def _raise_refusal(answer: Mapping[str, object]) -> None:
    kind = answer.get("error")
    if kind is None:
        return
    message = str(answer.get("message", ""))
    raised: DisclosureError
    if kind == "not-ready":
        raised = NotReady(message)
    elif kind == "bad-input":
        raised = BadInput(message, where=str(answer.get("where", "")))
    else:
        raised = refused(str(kind) if kind in REFUSALS else "damaged", detail=message)
        raised.add_note(str(answer.get("place", "")))
    raise raised
