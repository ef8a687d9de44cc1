"""Print the tables that rule the house as pages for people; ``docs/`` holds what this writes.

Owns the generated pages and nothing that they say: every line comes from the workflow, the
permission table, the events, the packs or the settings. Must not touch a database. To change a
page, change its table and run ``python -m disclosure docs``; a test compares both.
"""

from pathlib import Path

from disclosure.documentation.drawing import workflow_svg
from disclosure.documentation.grounds_page import grounds_page
from disclosure.documentation.lists import events_page, permissions_page, settings_page
from disclosure.documentation.workflow_page import workflow_page
from disclosure.domain.rulebook import Catalogue

__all__ = ["render_docs", "write_docs"]


def render_docs(catalogue: Catalogue) -> dict[str, str]:
    """Render every generated page.

    Returns:
        File name to text, in the order in which they are written.
    """
    return {
        "workflow.md": workflow_page(),
        "workflow.svg": workflow_svg(),
        "permissions.md": permissions_page(),
        "events.md": events_page(),
        "grounds.md": grounds_page(catalogue),
        "settings.md": settings_page(),
    }


def write_docs(docs: Path, catalogue: Catalogue) -> list[Path]:
    """Write every generated page into a folder, which is made when it is not there.

    Returns:
        The files written.
    """
    docs.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in render_docs(catalogue).items():
        path = docs / name
        path.write_text(text, "utf-8")
        written.append(path)
    return written
