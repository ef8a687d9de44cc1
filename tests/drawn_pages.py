"""Documents for the drawing tool: a letter of three pages, and pages that are turned and cropped.

Owns the texts, so that a test can say what must be gone and what must stay, and an installation in
which a case with that letter is being redacted, made once per process.
"""

import io
import tempfile
from functools import lru_cache
from pathlib import Path

import pikepdf
from sqlalchemy import select

from disclosure.domain.states import State
from disclosure.operations import drawing
from disclosure.storage.cases import Document
from tests import cases
from tests.app import Office

NAME, PHONE, EMAIL = "王小明", "13812345678", "wang.xiaoming@example.org"
SECOND, ADDRESS, STAYS = "Zhao Lei", "Nanjing Road 1038", "parcel"
LAST = "赵雷的银行卡"

_FIRST = f"""<h1>Chat record 聊天记录</h1><p>2026-11-02 09:14 Seller 卖家</p>
<p>Please call {NAME} at {PHONE} about the {STAYS} of Monday.</p>
<p>Or write to {EMAIL} and name the order 订单 88-1042.</p>
<p>请在今天下午五点之前回复。包裹已经到达仓库。</p>"""
_MIDDLE = f"""<h1>Delivery 配送</h1><p>Mr {SECOND} lives at {ADDRESS}, Shanghai.</p>
<p>The courier rang twice; {NAME} was not at home.</p>
<p>He left the {STAYS} with a neighbour 邻居.</p>"""
_END = f"""<h1>Payment 付款</h1><p>{LAST} 6222 0202 0000 1234 was charged.</p>
<p>Call {PHONE} with questions.</p>"""
_STYLE = (
    "@page { size: A4; margin: 2.2cm } section { break-after: page }"
    "body { font: 12pt/1.6 'Noto Sans CJK SC', sans-serif } h1 { font-size: 15pt }"
)


@lru_cache(maxsize=1)
def letter_pdf() -> bytes:
    """Return a letter of three pages in English and Chinese, with people's data on each."""
    from weasyprint import CSS, HTML

    pages = "".join(f"<section>{page}</section>" for page in (_FIRST, _MIDDLE, _END))
    return bytes(HTML(string=pages).write_pdf(stylesheets=[CSS(string=_STYLE)]))


@lru_cache(maxsize=8)
def turned_pdf(rotation: int, *, shifted: bool = False, cropped: bool = False) -> bytes:
    """Return one page that is turned, whose origin is shifted, or that is cropped."""
    left, bottom = (113.0, -57.0) if shifted else (0.0, 0.0)
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(400, 300))
        page.MediaBox = [left, bottom, left + 400, bottom + 300]
        if cropped:
            page.CropBox = [left + 30, bottom + 20, left + 380, bottom + 290]
        page.Rotate = rotation
        font = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
        )
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        lines = ((250, "alpha"), (180, "secretword"), (60, "omega"))
        text = "".join(
            f"BT /F 14 Tf 1 0 0 1 {left + 90} {bottom + up} Tm ({word}) Tj ET\n"
            for up, word in lines
        )
        page.Contents = pdf.make_stream(text.encode())
        written = io.BytesIO()
        pdf.save(written)
    return written.getvalue()


def letter_office(tmp_path: Path) -> tuple[Office, str, str]:
    """Copy an installation in which the letter was read and its pages were seen.

    Returns:
        The office, the reference of its case, and the id of the letter.
    """
    office = cases._copy(_letter_instance(), tmp_path, None)
    with office.app.app_context(), office.unit() as work:
        query = select(Document).where(Document.role == "responsive")
        return office, "DR-2026-0001", work.session.scalars(query).one().id


@lru_cache(maxsize=1)
def _letter_instance() -> Path:
    office = cases.empty_office(Path(tempfile.mkdtemp(prefix="disclosure-letter-")))
    reference = cases.police_case(office)
    cases.to_state(office, reference, State.REDACTING)
    cases.do(office, "handler", reference, cases.add_responsive, content=letter_pdf())
    office.work_jobs()
    with cases.at_work(office, reference) as (work, _):
        query = select(Document).where(Document.role == "responsive")
        source = drawing.source_of(work.session.scalars(query).one())
        desk = work.desk
    drawing.image_at(desk, source, 1, small=True)
    return cases.at_rest(office)
