"""The papers of the demonstration: notices and orders with a seal, and records to be redacted.

Owns how they look. They are made from what a story says, so that number, date and list on the
paper are those of the case; nothing in them is taken from a real document.
"""

import io
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import cos, pi, sin
from pathlib import Path
from typing import Any

from disclosure.documents.render import render_pdf

SCAN_SCALE = 1.1
SCAN_TURN = 0.7

WORDS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
"""The Chinese words of papers, records and letters."""

TITLES = {
    "cn_evidence_notice": "调取证据通知书",
    "cn_emergency_request": "紧急调取请求函",
    "cn_state_security_approval": "国家安全机关批准文件",
    "court_notice": "协助调查通知书",
    "court_investigation_order": "律师调查令",
    "lawyer_letter": "律师函",
    "regulator_letter": "协助调查函",
    "copyright_authority_letter": "提供资料通知书",
    "foreign_order": "Order to produce records",
    "us_subpoena": "Subpoena duces tecum",
    "epoc": "European Production Order Certificate (EPOC)",
    "uk_ipa_notice": "Notice to obtain communications data",
    "preservation_request": "Request to preserve records",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What stands on an instrument.

    Attributes:
        kind: Type of the instrument, as the catalogue names it.
        entity: Our legal entity, to which it is addressed.
        subject: How the paper names the data subject.
        listed: The data asked for, in the language of the paper.
        note: A further sentence, such as an order of silence.
    """

    kind: str
    issuer: str
    entity: str
    number: str
    issued: date
    basis: str
    subject: str
    listed: Sequence[str]
    officer: str
    note: str = ""

    @property
    def chinese(self) -> bool:
        """Tell whether the paper is written in Chinese."""
        return not TITLES[self.kind].isascii()


def notice_paper(notice: Notice) -> bytes:
    """Return an instrument as a PDF of one page, with its seal."""
    items = "".join(f"<li>{escape(item)}</li>" for item in notice.listed)
    opening, closing = _chinese(notice) if notice.chinese else _english(notice)
    note = _paragraphs(notice.note) if notice.note else ""
    body = (
        f'<p style="text-align:center">{escape(notice.issuer)}</p>'
        f'<h1 style="text-align:center">{TITLES[notice.kind]}</h1>'
        f'<p style="text-align:right">{escape(notice.number)}</p>'
        f"{opening}<ol>{items}</ol>{note}{closing}"
        f'<div style="text-align:right">{seal_drawing(notice.issuer)}</div>'
    )
    return _printed(body, TITLES[notice.kind], "zh-CN" if notice.chinese else "en")


def _chinese(notice: Notice) -> tuple[str, str]:
    words, day = WORDS["notice"], notice.issued
    opening = words["opening"].format(entity=notice.entity)
    middle = words["middle"].format(basis=notice.basis, subject=notice.subject)
    officer = words["officer"].format(officer=notice.officer)
    date_line = words["day"].format(year=day.year, month=day.month, day=day.day)
    return _paragraphs(opening, middle), _paragraphs(officer, date_line)


def _english(notice: Notice) -> tuple[str, str]:
    opening = f"To: {notice.entity}"
    middle = f"Under {notice.basis} you are asked for these records of “{notice.subject}”:"
    date_line = f"{notice.issued.day} {notice.issued:%B %Y}"
    return _paragraphs(opening, middle), _paragraphs(notice.officer, date_line)


def _paragraphs(*texts: str) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def seal_drawing(name: str) -> str:
    """Return a round red seal with a star, as inline SVG."""
    width = len(name) * (0.55 if name.isascii() else 1.0)
    letters = min(11.0, 88 / width)
    return (
        '<svg width="140" height="140" viewBox="0 0 140 140"><g transform="rotate(-9 70 70)" '
        'stroke="none" fill="#c4142c"><circle cx="70" cy="70" r="65" fill="none" '
        'stroke="#c4142c" stroke-width="4"/><circle cx="70" cy="70" r="59" fill="none" '
        f'stroke="#c4142c" stroke-width="1"/><polygon points="{_star()}"/>'
        f'<text x="70" y="104" text-anchor="middle" font-size="{letters:.1f}">{escape(name)}</text>'
        "</g></svg>"
    )


def _star() -> str:
    corners = []
    for step in range(10):
        size, turn = (8.6 if step % 2 else 22.0), step * pi / 5
        corners.append(f"{70 + size * sin(turn):.1f},{62 - size * cos(turn):.1f}")
    return " ".join(corners)


def conversation(**filled: str) -> bytes:
    """Return a conversation with customer service as a PDF.

    Args:
        filled: The words in braces of ``words.toml``.
    """
    words = WORDS["conversation"]
    cells = (
        "".join(f"<td>{escape(each.format(**filled))}</td>" for each in line)
        for line in words["lines"]
    )
    rows = "".join(f"<tr>{line}</tr>" for line in cells)
    head = '<tr><th scope="col">时间</th><th scope="col">发言人</th><th scope="col">内容</th></tr>'
    table = f'<table class="records"><thead>{head}</thead><tbody>{rows}</tbody></table>'
    return _printed(f"<h1>{words['title']}</h1>{table}", words["title"], "zh-CN")


def statement(name: str, **filled: str) -> bytes:
    """Return a written statement as a PDF.

    Args:
        name: Its table in ``words.toml``.
        filled: The words in braces there.
    """
    words = WORDS[name]
    text = _paragraphs(*(each.format(**filled) for each in words["paragraphs"]))
    return _printed(f"<h1>{words['title']}</h1>{text}", words["title"], "zh-CN")


def _printed(body: str, title: str, lang: str) -> bytes:
    page = f'<html lang="{lang}"><body><div lang="{lang}">{body}</div></body></html>'
    return render_pdf(page, title=title, lang=lang)


def scanned(pdf: bytes) -> bytes:
    """Return the first page as a slightly crooked PNG, as a scanner gives it."""
    import pypdfium2  # noqa: PLC0415 - slow to load, and only our own pages are opened here
    from PIL.Image import Resampling  # noqa: PLC0415 - as above

    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0].render(scale=SCAN_SCALE).to_pil()
    crooked = (
        page.convert("RGB").rotate(SCAN_TURN, Resampling.BICUBIC, fillcolor="white").quantize(32)
    )
    out = io.BytesIO()
    crooked.save(out, "PNG", optimize=True)
    return out.getvalue()
