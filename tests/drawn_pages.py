"""Documents for the drawing tool: a letter of three pages, and pages that are turned and cropped.

Owns the texts, so that a test can say what must be gone and what must stay.
"""

import io
from functools import lru_cache

import pikepdf

NAME, PHONE, EMAIL = "王小明", "13812345678", "wang.xiaoming@example.org"
SECOND, ADDRESS, STAYS = "Zhao Lei", "Nanjing Road 1038", "parcel"
LAST = "赵雷的银行卡"

_PAGES = (
    f"<h1>Chat record 聊天记录</h1><p>2026-11-02 09:14 Seller 卖家</p>"
    f"<p>Please call {NAME} at {PHONE} about the {STAYS} of Monday.</p>"
    f"<p>Or write to {EMAIL} and name the order 订单 88-1042.</p>"
    "<p>请在今天下午五点之前回复，包裹已经到达仓库。</p>",
    f"<h1>Delivery 配送</h1><p>Mr {SECOND} lives at {ADDRESS}, Shanghai.</p>"
    f"<p>The courier rang twice; {NAME} was not at home.</p>"
    f"<p>He left the {STAYS} with a neighbour 邻居.</p>",
    f"<h1>Payment 付款</h1><p>{LAST} 6222 0202 0000 1234 was charged.</p>"
    f"<p>Call {PHONE} with questions.</p>",
)
_STYLE = (
    "@page { size: A4; margin: 2.2cm } section { break-after: page }"
    "body { font: 12pt/1.6 'Noto Sans CJK SC', sans-serif } h1 { font-size: 15pt }"
)


@lru_cache(maxsize=1)
def letter_pdf() -> bytes:
    """Return a letter of three pages in English and Chinese, with people's data on each."""
    from weasyprint import CSS, HTML

    pages = "".join(f"<section>{page}</section>" for page in _PAGES)
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
