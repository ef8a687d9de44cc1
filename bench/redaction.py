# ruff: noqa: PLC0415, S603  each job loads only what it is measured with
"""Pages a second of applying and of the gate, peak memory and bytes a page, as ratios.

The limit is a bare loop over the same file in the same run: each page drawn at the engine's
resolution, made grey, stored as JPEG. Processor time of fresh processes, medians, runs interleaved.
With ``--quick`` a few pages once, to see that it runs; its figures mean nothing.
"""

import io
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

RUNS = 3
RESOLUTION = 200
LINES = {"plain": 44, "dense": 96}
PAGES = 30
QUICK = "--quick"
WORDS = ("parcel", "lamp", "order", "courier", "buyer", "Monday", "letter", "street", "desk")
NAME = "Weiming Zhangson"
MEGABYTE = 1024


def write_pages(path: Path, *, pages: int, lines: int) -> None:
    """Write a file of text pages with one name on each."""
    import pikepdf

    pdf = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )  # fmt: skip
    font = pdf.make_indirect(font)
    step = 760 / lines
    for number in range(pages):
        rows = [
            " ".join(WORDS[(number + line * 7 + at * 5) % len(WORDS)] for at in range(13))
            for line in range(lines)
        ]
        rows[lines // 2] = f"Line of page {number}: the buyer is {NAME}"
        size = min(10.0, step * 0.85)
        drawn = "\n".join(
            f"1 0 0 1 50 {800 - line * step:.1f} Tm ({row}) Tj" for line, row in enumerate(rows)
        )
        page = pdf.add_blank_page(page_size=(595, 842))
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        page.obj.Contents = pdf.make_stream(f"BT /F {size:.1f} Tf {drawn} ET".encode())
    pdf.save(path)


def bare(source: Path, target: Path) -> None:
    """Draw every page and store it."""
    import pypdfium2
    from PIL import Image

    with target.open("wb") as stream:
        document = pypdfium2.PdfDocument(source)
        for page in document:
            bitmap = page.render(scale=RESOLUTION / 72, rev_byteorder=True)
            content = io.BytesIO()
            Image.fromarray(bitmap.to_numpy()).convert("L").save(content, "JPEG", quality=75)
            stream.write(content.getvalue())
            bitmap.close()
            page.close()


def apply(source: Path, target: Path) -> None:
    """Apply a plan of one term and one box, as the engine's child does."""
    from disclosure.documents.inspect import limit_arguments
    from disclosure.documents.limits import Limits
    from disclosure.documents.raster import apply_plan

    apply_plan(
        {
            "source": str(source), "media": "PDF", "password": None, "target": str(target),
            "regions": [[1, [50, 60, 200, 80], "x"]], "terms": [[NAME, "x"]],
            "scans": [], "unlayered": [],
        } | limit_arguments(Limits())
    )  # fmt: skip


def judge(source: Path, target: Path) -> None:
    """Read the finished file strictly, as the gate's child does."""
    from disclosure.documents.gate_task import read_finished
    from disclosure.documents.inspect import limit_arguments
    from disclosure.documents.limits import Limits

    answer = read_finished(
        {
            "source": str(target), "removed": [NAME],
            "regions": [[1, [50, 60, 200, 80], "x"]], "expected_pages": None, "strict": True,
            "scans": [], "recognise": True,
        } | limit_arguments(Limits())
    )  # fmt: skip
    assert not answer["leaks"], answer["leaks"]
    assert source.is_file()


JOBS: dict[str, Callable[[Path, Path], None]] = {"bare": bare, "apply": apply, "gate": judge}


def run(job: str, source: Path, target: Path) -> tuple[float, int]:
    """Run a job in a fresh process; return its processor seconds and its peak in KiB."""
    answer = subprocess.run(
        [sys.executable, __file__, job, source, target],
        capture_output=True, check=True, cwd=target.parent,
    )  # fmt: skip
    seconds, peak = json.loads(answer.stdout)
    return float(seconds), int(peak)


def one(job: str, source: Path, target: Path) -> None:
    """Do one job in this process and print what it cost, the programs that it ran included."""
    JOBS["bare" if job == "base" else job](source, target)
    own, others = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    seconds = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    print(json.dumps([seconds, own.ru_maxrss]))


def speed(folder: Path, kind: str, *, pages: int, runs: int) -> None:
    """Print pages a second and ratios for one kind of page."""
    source = folder / f"{kind}.pdf"
    write_pages(source, pages=pages, lines=LINES[kind])
    costs: dict[str, list[float]] = {job: [] for job in JOBS}
    for _ in range(runs):
        for job in JOBS:
            target = folder / ("bare.out" if job == "bare" else f"{kind}-out.pdf")
            costs[job].append(run(job, source, target)[0])
    middle = {job: statistics.median(values) for job, values in costs.items()}
    for job in ("apply", "gate"):
        ratio = middle[job] / middle["bare"]
        rate = pages / middle[job]
        print(f"{job}, {kind} pages: {ratio:.2f} x the bare raster loop ({rate:.1f} pages/s CPU)")
    size = (folder / f"{kind}-out.pdf").stat().st_size / pages
    print(f"bytes a page, {kind} pages: {size:,.0f} ({size / 100_000:.2f} x 100 kB)")


def memory(folder: Path, few: int) -> None:
    """Print the peak of ten times as many pages against that of a few."""
    peaks: dict[tuple[str, int], int] = {}
    many = 10 * few
    for pages in (few, many):
        source, target = folder / f"m{pages}.pdf", folder / f"m{pages}-out.pdf"
        write_pages(source, pages=pages, lines=LINES["plain"])
        for job in ("apply", "gate"):
            peaks[job, pages] = run(job, source, target)[1]
    for job in ("apply", "gate"):
        ratio = peaks[job, many] / peaks[job, few]
        print(
            f"peak memory, {job}: {many} pages {ratio:.2f} x {few} pages"
            f" ({peaks[job, many] / MEGABYTE:.0f} MiB; goal 1.20)"
        )


def main() -> None:
    """Print every figure."""
    quick = QUICK in sys.argv
    if len(sys.argv) > 1 and not quick:
        one(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
        return
    pages, runs = (2, 1) if quick else (PAGES, RUNS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in LINES:
            speed(folder, kind, pages=pages, runs=runs)
        memory(folder, pages)


if __name__ == "__main__":
    main()
