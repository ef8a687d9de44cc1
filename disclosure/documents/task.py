"""The child's side: limit this process, do one task, answer with one JSON file.

Started by ``child.py`` as a program of its own (``python -I task.py``), reads one request from its
standard input. Owns the limits as the system enforces them and the table of tasks; it must limit
itself before it imports any parser. Answers and error words never hold content of a document.
"""

import ctypes
import errno
import importlib
import json
import os
import resource
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, cast

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = "disclosure.documents"
TASKS: Final = {
    "inspect": "inspect_task:inspect_document",
    "apply": "raster:apply_plan",
    "typeset": "text_pages:typeset",
    "beneath": "inspect_task:text_beneath",
    "gate": "gate_task:read_finished",
    "suggest": "suggest_task:suggest_marks",
    "draw": "drawing_task:draw_pages",
    "find": "drawing_task:find_text",
    "take_apart": "mail_parts:take_apart",
}
"""Name of the task -> module and function inside this package."""

PR_SET_NO_NEW_PRIVS: Final = 38
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWNET: Final = 0x40000000


def main() -> int:
    """Do the task that standard input names and write its answer."""
    request = json.load(sys.stdin)
    confine(request["limits"], spawns=request["spawns"])
    sys.path.insert(0, str(ROOT))
    function = _function(request["task"])
    try:
        answer = function(request["arguments"])
    except MemoryError:
        answer = {"error": "memory"}
    except RecursionError:
        answer = {"error": "damaged", "place": "nested too deeply"}
    except Exception as error:  # noqa: BLE001  a parser may raise anything on a hostile file
        answer = describe(error)
    with Path("answer.json").open("w", encoding="utf-8") as stream:
        json.dump(answer, stream)
    return 0


def confine(limits: Mapping[str, float], *, spawns: bool) -> None:
    """Take away from this process what its task does not need.

    Args:
        limits: Members of ``Limits``.
        spawns: Whether the task may start other programs.
    """
    space, seconds = int(limits["address_space"]), int(limits["cpu_seconds"])
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limits["file_bytes"]),) * 2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(limits["open_files"]),) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not spawns:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # Best effort: some systems forbid user namespaces. The limits above hold in any case.
    libc.unshare(CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWNET | CLONE_NEWUSER)


def describe(error: Exception) -> dict[str, object]:
    """Turn an exception into an answer without any text of the document."""
    code = getattr(error, "code", None)
    message = getattr(error, "message", None)
    kinds = {"NotReady": "not-ready", "BadInput": "bad-input"}
    kind = kinds.get(type(error).__name__)
    if kind is not None and isinstance(message, str):
        return {"error": kind, "message": message}
    if type(error).__name__ == "DocumentRefused" and isinstance(code, str):
        return {"error": code}
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return {"error": "file-too-large"}
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if PACKAGE.replace(".", "/") in frame.filename]
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "outside"
    return {"error": "damaged", "place": f"{type(error).__name__} at {place}"}


def _function(task: str) -> Callable[[Mapping[str, object]], dict[str, object]]:
    module, _, name = TASKS[task].partition(":")
    function = getattr(importlib.import_module(f"{PACKAGE}.{module}"), name)
    return cast("Callable[[Mapping[str, object]], dict[str, object]]", function)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
