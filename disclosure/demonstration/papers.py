"""The papers of the demonstration: notices and orders with a seal, and records to be redacted.

Owns how they look. They are made from what a story says, so that number, date and list on the
paper are those of the case; nothing in them is taken from a real document.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import cos, pi, sin

from disclosure.documents.render import render_pdf

SCAN_SCALE = 1.1
SCAN_TURN = 0.7

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
    note = f"<p>{escape(notice.note)}</p>" if notice.note else ""
    body = (
        f'<p style="text-align:center">{escape(notice.issuer)}</p>'
        f'<h1 style="text-align:center">{TITLES[notice.kind]}</h1>'
        f'<p style="text-align:right">{escape(notice.number)}</p>'
        f"{opening}<ol>{items}</ol>{note}{closing}"
        f'<div style="text-align:right">{seal_drawing(notice.issuer)}</div>'
    )
    return _printed(body, TITLES[notice.kind], "zh-CN" if notice.chinese else "en")


def _chinese(notice: Notice) -> tuple[str, str]:
    day = f"{notice.issued.year}年{notice.issued.month}月{notice.issued.day}日"
    opening = (
        f"<p>{escape(notice.entity)}：</p><p>根据{escape(notice.basis)}，因办案需要，现依法向你单位"
        f"调取“{escape(notice.subject)}”的下列数据，请如实提供：</p>"
    )
    closing = f"<p>承办人：{escape(notice.officer)}</p><p>{day}</p>"
    return opening, closing


def _english(notice: Notice) -> tuple[str, str]:
    opening = (
        f"<p>To: {escape(notice.entity)}</p><p>Under {escape(notice.basis)} you are asked for the "
        f"following records of “{escape(notice.subject)}”:</p>"
    )
    day = f"{notice.issued.day} {notice.issued:%B %Y}"
    return opening, f"<p>{escape(notice.officer)}</p><p>{day}</p>"


def seal_drawing(name: str) -> str:
    """Return a round red seal with a star, as inline SVG."""
    width = len(name) * (0.55 if name.isascii() else 1.0)
    letters = min(11.0, 108 / width)
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


def chat_log(title: str, lines: Sequence[tuple[str, str, str]]) -> bytes:
    """Return a conversation as a PDF.

    Args:
        title: Printed above it.
        lines: Time, speaker and words, oldest first.
    """
    rows = "".join(
        f"<tr><td>{escape(at)}</td><td>{escape(who)}</td><td>{escape(words)}</td></tr>"
        for at, who, words in lines
    )
    head = '<tr><th scope="col">Time</th><th scope="col">Who</th><th scope="col">Words</th></tr>'
    table = f'<table class="records"><thead>{head}</thead><tbody>{rows}</tbody></table>'
    return _printed(f"<h1>{escape(title)}</h1>{table}", title, "zh-CN")


def statement(title: str, paragraphs: Sequence[str]) -> bytes:
    """Return a written statement as a PDF."""
    text = "".join(f"<p>{escape(each)}</p>" for each in paragraphs)
    return _printed(f"<h1>{escape(title)}</h1>{text}", title, "zh-CN")


def _printed(body: str, title: str, lang: str) -> bytes:
    page = f'<html lang="{lang}"><body><div lang="{lang}">{body}</div></body></html>'
    return render_pdf(page, title=title, lang=lang)


def scanned(pdf: bytes) -> bytes:
    """Return the first page as a slightly crooked PNG, as a scanner gives it."""
    import pypdfium2  # noqa: PLC0415 - slow to load, and only our own pages are opened here

    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0].render(scale=SCAN_SCALE).to_pil()
    crooked = page.convert("RGB").rotate(SCAN_TURN, fillcolor="white").quantize(32)
    out = io.BytesIO()
    crooked.save(out, "PNG", optimize=True)
    return out.getvalue()
