"""The redaction log of a rendition: by page what was removed under which code, never the value.

Owns the flags of pages. The log is printed in the rendition and kept with its row.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from disclosure.documents.plan import Plan
from disclosure.documents.redact import RedactionReport
from disclosure.domain.page_flags import PageFlagKind
from disclosure.operations.page_flags import SetAside
from disclosure.operations.redacting import WHOLE_PAGE

FULL, PART, WITHHELD = "full", "part", "withheld"
"""A page leaves whole, with something taken out, or not at all; or it bears its own flag."""


OWN_FLAGS = tuple(kind.code for kind in PageFlagKind if kind.withholds)


def document_log(
    number: int,
    document_id: str,
    plan: Plan,
    outcome: RedactionReport,
    *,
    aside: Sequence[SetAside] = (),
) -> dict[str, object]:
    """Return the log of one document.

    Args:
        number: Of the document in the rendition.
        document_id: Of its row.
        plan: What had to go.
        outcome: What went.
        aside: The pages that bear a flag of their own.
    """
    by_page = Counter((mark.page, mark.reason, mark.origin) for mark in outcome.marks)
    flags = page_flags(plan, outcome, aside)
    return {
        "number": number,
        "document": document_id,
        "pages": outcome.pages,
        "marks": [
            {"page": page, "code": code, "by": origin, "count": count, "flag": flags[page - 1]}
            for (page, code, origin), count in sorted(by_page.items())
        ],
        "flags": flags,
        "totals": {flag: flags.count(flag) for flag in (FULL, PART, WITHHELD, *OWN_FLAGS)},
        "words_dropped": outcome.words_dropped,
    }


def page_flags(plan: Plan, outcome: RedactionReport, aside: Sequence[SetAside] = ()) -> list[str]:
    """Return the flag of each page, from the first."""
    touched = {mark.page for mark in outcome.marks}
    gone = {region.page: WITHHELD for region in plan.regions if region.box == WHOLE_PAGE}
    gone |= {each.page: each.kind for each in aside}
    return [
        gone.get(number, PART if number in touched else FULL)
        for number in range(1, outcome.pages + 1)
    ]


def set_aside_log(
    aside: Sequence[SetAside], numbers: Mapping[str, int]
) -> list[dict[str, str | int | None]]:
    """Return the pages of a document that bear a flag of their own, in order.

    Args:
        aside: The flagged pages.
        numbers: Id of each document of the rendition to its number there.
    """
    return [
        {
            "page": each.page,
            "flag": each.kind,
            "of_document": numbers.get(each.of_document or ""),
            "of_page": each.of_page,
        }
        for each in sorted(aside, key=lambda each: each.page)
    ]
