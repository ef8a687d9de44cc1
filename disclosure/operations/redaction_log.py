"""The redaction log of a rendition: by page what was removed under which code, never the value.

Owns the flags of pages. The log is printed in the rendition and kept with its row.
"""

from collections import Counter

from disclosure.documents.plan import Plan
from disclosure.documents.redact import RedactionReport
from disclosure.operations.redacting import WHOLE_PAGE

FULL, PART, WITHHELD = "full", "part", "withheld"
"""A page leaves whole, with something taken out, or not at all."""


def document_log(
    number: int, document_id: str, plan: Plan, outcome: RedactionReport
) -> dict[str, object]:
    """Return the log of one document.

    Args:
        number: Of the document in the rendition.
        document_id: Of its row.
        plan: What had to go.
        outcome: What went.
    """
    by_page = Counter((mark.page, mark.reason, mark.origin) for mark in outcome.marks)
    flags = page_flags(plan, outcome)
    return {
        "number": number,
        "document": document_id,
        "pages": outcome.pages,
        "marks": [
            {"page": page, "code": code, "by": origin, "count": count, "flag": flags[page - 1]}
            for (page, code, origin), count in sorted(by_page.items())
        ],
        "flags": flags,
        "totals": {flag: flags.count(flag) for flag in (FULL, PART, WITHHELD)},
        "words_dropped": outcome.words_dropped,
    }


def page_flags(plan: Plan, outcome: RedactionReport) -> list[str]:
    """Return the flag of each page, from the first."""
    touched = {mark.page for mark in outcome.marks}
    gone = {region.page for region in plan.regions if region.box == WHOLE_PAGE}
    return [
        WITHHELD if number in gone else PART if number in touched else FULL
        for number in range(1, outcome.pages + 1)
    ]
