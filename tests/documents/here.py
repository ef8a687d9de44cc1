"""The engine's and the gate's own work in this process, where no child is what a test is about."""

from collections.abc import Sequence
from pathlib import Path

from disclosure.documents.gate_task import read_finished
from disclosure.documents.inspect import limit_arguments
from disclosure.documents.limits import Limits
from disclosure.documents.plan import Box
from disclosure.documents.raster import apply_plan


def applied(
    source: Path, target: Path, *, boxes: Sequence[Box] = (), terms: Sequence[str] = ()
) -> dict[str, object]:
    """Let the engine alone redact a PDF."""
    order = {
        "source": str(source), "media": "PDF", "password": None, "target": str(target),
        "regions": [[1, list(box), "third-party"] for box in boxes],
        "terms": [[term, "third-party"] for term in terms],
        "scans": [], "unlayered": [],
    }  # fmt: skip
    return apply_plan(order | limit_arguments(Limits()))


def read(
    path: Path,
    *,
    removed: Sequence[str] = (),
    boxes: Sequence[Box] = (),
    strict: bool = False,
    recognise: bool = False,
) -> dict[str, list[tuple[str, str, int | None]]]:
    """Let the gate alone read a file; it writes into the working folder."""
    question = {
        "source": str(path), "removed": list(removed), "expected_pages": None,
        "regions": [[1, list(box), "third-party"] for box in boxes],
        "strict": strict, "scans": None, "recognise": recognise,
    }  # fmt: skip
    return read_finished(question | limit_arguments(Limits()))
