"""Our own HTML as a tagged PDF: Chinese text, nothing fetched, no empty boxes."""

import http.server
import threading

import pikepdf
import pytest
from weasyprint import HTML

from disclosure.documents.fonts import INSTALL, require_cjk_font
from disclosure.documents.render import STYLESHEET, render_pdf
from disclosure.errors import NotReady
from tests.documents.test_redact import text_of

PAGE = "<html lang='en'><body><h1>Certificate</h1><p class='zh' lang='zh-CN'>{}</p></body></html>"


def test_chinese_text_can_be_read_out_of_the_file(tmp_path):
    path = tmp_path / "page.pdf"

    path.write_bytes(render_pdf(PAGE.format("上海市公安局浦东分局"), title="R", lang="en"))

    assert "上海市公安局浦东分局" in text_of(path)


def test_the_file_is_tagged_and_says_its_title_and_language(tmp_path):
    path = tmp_path / "page.pdf"
    path.write_bytes(render_pdf(PAGE.format("证明"), title="Record 42", lang="en"))

    with pikepdf.open(path) as pdf:
        kinds = {
            str(item.get("/S")) for item in pdf.objects if isinstance(item, pikepdf.Dictionary)
        }

        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == "en"
        assert str(pdf.docinfo["/Title"]) == "Record 42"
        assert {"/H1", "/P"} <= kinds


@pytest.fixture
def listener():
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_no_planted_address_is_fetched(listener, tmp_path):
    address, asked = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("canary-of-the-host")
    planted = (
        f"<link rel=stylesheet href='{address}/a.css'><link rel=attachment href='{address}/b'>"
        f"<link rel=attachment href='{secret.as_uri()}'>"
        f"<style>@import '{address}/c.css'; @font-face{{font-family:x;src:url({address}/d)}}"
        f"body{{background:url({address}/e);font-family:x}}</style>"
        f"<img src='{address}/f'><object data='{address}/g'></object><embed src='{address}/h'>"
        f"<img src='{secret.as_uri()}'>"
        f"<svg><image href='{address}/i'/><use href='{address}/j#k'/></svg>"
    )
    HTML(string=planted.replace(secret.as_uri(), "data:,x")).render()
    assert asked, "the planted addresses must be such as an open fetcher would ask for"
    asked.clear()

    pdf = render_pdf(planted + "<p>text</p>", title="R", lang="en")

    assert asked == []
    assert b"canary-of-the-host" not in pdf
    assert b"/EmbeddedFile" not in pdf


def test_a_missing_chinese_font_is_found_before_anything_is_printed():
    def without() -> str:
        return ""

    with pytest.raises(NotReady, match=INSTALL):
        render_pdf(
            PAGE.format("证明"), title="R", lang="en", cjk_font=lambda: require_cjk_font(without)
        )


def test_an_installed_chinese_font_is_enough():
    asked: list[str] = []

    def listing() -> str:
        asked.append("families")
        return "Noto Sans CJK SC"

    require_cjk_font(listing)

    assert asked == ["families"]


def test_a_character_without_a_glyph_stops_the_work_without_being_named():
    odd = "\U000e0fff\U0001f9ff\U00012345"

    with pytest.raises(NotReady) as stopped:
        render_pdf(PAGE.format(odd), title="R", lang="en")

    assert not set(odd) & set(str(stopped.value))


def test_every_offered_class_is_styled():
    style = STYLESHEET.read_text()
    offered, _, rules = style.partition("*/")
    names = [word for word in offered.split() if word.startswith(".") and word[1:2].isalpha()]

    assert names
    assert [name for name in names if name.strip(".,") not in rules] == []
