"""Published transparency reports, for everybody.

Owns these pages and how a structured file leaves as JSON or CSV. A page is drawn from the stored
file alone, so that it says for good what was published.
"""

from flask import Response, abort, make_response, render_template

from disclosure.domain.transparency import Json, as_csv
from disclosure.edge import look
from disclosure.operations.desk import REQUESTER
from disclosure.operations.transparency import find_published, published, read_report

KINDS = {"json": "application/json", "csv": "text/csv; charset=utf-8"}


def transparency() -> str:
    """List the published reports, the newest first."""
    with look(REQUESTER) as work:
        return render_template("portal/reports.html", reports=published(work))


def transparency_report(report_id: str) -> str:
    """Show one published report."""
    with look(REQUESTER) as work:
        stored = find_published(work, report_id)
        return render_template(
            "portal/report.html", stored=stored, report=read_report(stored.content)
        )


def transparency_file(report_id: str, kind: str) -> Response:
    """Give one published report as a structured file."""
    with look(REQUESTER) as work:
        content = find_published(work, report_id).content
    return structured(content, read_report(content), kind)


def structured(content: bytes, report: Json, kind: str) -> Response:
    """Answer with a report as JSON, the exact bytes, or as CSV."""
    if kind not in KINDS:
        abort(404)
    answer = make_response(content if kind == "json" else as_csv(report))
    period = report["period"]
    name = f"transparency-{period['from']}-to-{period['to']}.{kind}"
    answer.headers["Content-Type"] = KINDS[kind]
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
