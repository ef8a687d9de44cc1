"""Markdown in the few forms that the generated pages use.

Owns headings, tables and the line that warns against editing by hand. Knows no rules.
"""

from collections.abc import Iterable, Sequence


def page(title: str, *parts: str) -> str:
    """Join parts to a page; each page says where its text comes from."""
    note = "<!-- Written by `python -m disclosure docs`; change the table it comes from. -->"
    return "\n\n".join((f"# {title}", note, *(part.strip() for part in parts if part))) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; empty without rows."""
    lines = [_line([_cell(cell) for cell in row]) for row in rows]
    if not lines:
        return ""
    return "\n".join((_line(heads), _line(["---"] * len(heads)), *lines))


def code(text: str) -> str:
    """Return text set as a word of the program; nothing for nothing."""
    return f"`{text}`" if text else ""


def codes(words: Iterable[str]) -> str:
    """Return words of the program, separated by commas."""
    return ", ".join(code(word) for word in words)


def anchor(name: str) -> str:
    """Return where a heading that is one word of the program is linked."""
    return "#" + name.lower()


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
