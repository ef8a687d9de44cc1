"""What nobody may do, tried through HTTP: every refusal is a page, and nothing is half done."""

import gc
import io
import sqlite3

import pytest

from disclosure.demonstration.marketplace import KNOWN
from disclosure.edge import look
from disclosure.operations.desk import SYSTEM
from disclosure.operations.facts import latest_rendition
from disclosure.storage.cases import Case
from tests.app import make_app
from tests.journeys.steps import Desk, paper


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return Desk(make_app(tmp_path_factory.mktemp("refusals"), csrf=True))


@pytest.fixture(scope="module")
def signing(desk):
    """A respondent's case whose rendition waits for signatures."""
    visitor = desk.user(KNOWN.respondent)
    form = visitor.open(f"/portal/ip?number={KNOWN.complaint_qualified}").form("receive")
    page = visitor.send(
        form,
        expect=201,
        purpose="resolve rights dispute",
        name="Respondent",
        email="r@letters.example",
        fields=["ipc.complainant_name", "ipc.contact_email"],
    )
    reference = next(word.strip(".,") for word in page.text.split() if word.startswith("DR-2026-"))
    desk.act("handler", reference, "start_verifying")
    desk.act("handler", reference, "confirm_requester")
    desk.act("legal", reference, "decide_release", reason="Qualified.")
    desk.jobs()
    desk.redact_and_submit(reference, masks={})
    return reference


def rendition_of(desk, reference):
    with desk.office.app.app_context(), look(SYSTEM) as work:
        case = work.session.query(Case).filter_by(reference=reference).one()
        found = latest_rendition(work, case)
        assert found is not None
        return found.sha256, case.version


def forged_signature(desk, name, reference):
    """Send the signing form as somebody to whom the page does not offer it."""
    sha256, version = rendition_of(desk, reference)
    visitor = desk.person(name)
    token = visitor.open(f"/cases/{reference}/redaction/").form("view_records").values
    return visitor.client.post(
        f"/cases/{reference}/do/sign",
        data={
            "csrf_token": token["csrf_token"],
            "version": str(version),
            "sha256": sha256,
            "reason": "Mine.",
        },
    )


def signatures(desk):
    path = desk.office.settings.instance / "disclosure.sqlite3"
    with sqlite3.connect(path) as database:
        return database.execute("SELECT person_id, role FROM signature").fetchall()


def test_who_prepared_the_file_is_told_why_they_do_not_sign_it(desk, signing):
    answer = forged_signature(desk, "handler", signing)

    assert answer.status_code in {403, 409}
    assert "sign" in answer.get_data(as_text=True)
    assert not signatures(desk)


def test_one_person_signs_once(desk, signing):
    desk.sign("legal", signing)

    answer = forged_signature(desk, "legal", signing)

    assert answer.status_code == 409
    assert "signed already" in answer.get_data(as_text=True)
    assert len(signatures(desk)) == 1


def test_a_denial_is_in_the_ledger(desk, signing):
    path = desk.office.settings.instance / "disclosure.sqlite3"
    with sqlite3.connect(path) as database:
        bodies = [row[0].decode() for row in database.execute("SELECT body FROM ledger_entry")]

    assert any('"action":"access:denied"' in body for body in bodies)


def test_a_double_click_is_told_that_the_case_has_changed(desk, signing):
    visitor = desk.person("compliance")
    form = visitor.open(f"/signing/{signing}").form("sign")
    visitor.send(form, reason="Right.")

    again = visitor.send(form, expect=409, reason="Right.")

    assert "changed this case" in again.text
    assert len(signatures(desk)) == 2


def test_a_byte_flipped_on_disk_stops_the_release_and_voids_the_signatures(desk, signing):
    sha256, _ = rendition_of(desk, signing)
    stored = desk.office.settings.instance / "files" / sha256[:2] / sha256
    content = bytearray(stored.read_bytes())
    content[len(content) // 2] ^= 1
    stored.write_bytes(bytes(content))

    page = desk.person("compliance").act(f"/cases/{signing}", "release", expect=409)

    assert "not the one that was signed" in page.text
    assert desk.state(signing) == "on_hold"
    path = desk.office.settings.instance / "disclosure.sqlite3"
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT COUNT(*) FROM release").fetchone() == (0,)
        assert database.execute("SELECT COUNT(*) FROM signature_voiding").fetchone() == (2,)


# Bad input


@pytest.fixture(scope="module")
def case(desk):
    """A demand keyed in at the desk."""
    visitor = desk.person("handler")
    form = visitor.open("/cases/new").form("receive")
    page = visitor.send(
        form,
        requester_class="court",
        organisation="杭州市西湖区人民法院",
        name="Judge Wu",
        email="wu@xihu.court.example",
        agency_id="2",
        instrument_type="court_notice",
        instrument_number="(2026)浙0106民初1234号",
        instrument_issued_at="2026-11-10",
        instrument_legal_basis="Civil Procedure Law 70",
        subject_account=KNOWN.police_subject,
        fields=["reg.real_name"],
        papers=[("order.png", paper())],
    )
    return page.path.rpartition("/")[2]


def add_file(desk, reference, name, content, *, expect):
    visitor = desk.person("handler")
    form = visitor.open(f"/cases/{reference}").form("add_document")
    return visitor.send(form, expect=expect, role="evidence", papers=[(name, content)])


def encrypted_pdf():
    import pikepdf

    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out, encryption=pikepdf.Encryption(user="u", owner="o"))
    return out.getvalue()


def long_scan(pages):
    import pikepdf

    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "status", "says"),
    [
        ("letter.pdf", b"<html><body>not a PDF</body></html>", "refused", ""),
        ("locked.pdf", encrypted_pdf(), "refused", "password"),
        ("scan.pdf", long_scan(300), "ready", ""),
    ],
    ids=["html named pdf", "encrypted", "300 pages"],
)
def test_a_file_is_read_completely_or_refused_with_its_reason(
    desk, case, name, content, status, says
):
    add_file(desk, case, name, content, expect=200)
    desk.jobs()

    page = desk.person("handler").open(f"/cases/{case}")

    assert page.status == 200
    assert name in page.text
    row = page.text.partition(name)[2][:300]
    assert status in row
    assert says in row.lower()


def test_an_empty_file_is_refused_at_once(desk, case):
    page = add_file(desk, case, "empty.pdf", b"", expect=422)

    assert "empty" in page.text
    assert "empty.pdf" not in page.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_file_over_the_limit_is_refused(desk, case):
    too_large = b"%PDF-1.7\n" + b"0" * (desk.office.settings.max_upload_bytes + 2 * 1024 * 1024)

    add_file(desk, case, "large.pdf", too_large, expect=413)
    gc.collect()  # the unread rest of the upload is dropped here, and not in the next test


@pytest.mark.parametrize(
    "name",
    ["a\x00b.pdf", "gnp.\u202efdp", "x" * 5000 + ".pdf", "../../etc/passwd", "名字.pdf"],
    ids=["NUL", "right to left", "5000 letters", "path", "Chinese"],
)
def test_a_strange_file_name_is_shown_as_harmless_text(desk, case, name):
    add_file(desk, case, name, paper(), expect=200)

    page = desk.person("handler").open(f"/cases/{case}")

    assert page.status == 200
    assert "\x00" not in page.text
    assert "\u202e" not in page.text
    assert "x" * 200 not in page.text
    assert "../" not in page.text


@pytest.mark.parametrize(
    "address",
    [
        "/cases/9223372036854775808",
        "/cases/DR-2026-9999",
        "/cases/..%2f..%2fetc",
        "/cases/DR-2026-0001/documents/nonsense",
        "/cases/DR-2026-0001/do/nothing",
        "/signing/0",
        "/jobs/status/0",
        "/portal/collect/nonsense",
        "/portal/notice/nonsense",
        "/portal/track/nonsense",
        "/account/link/nonsense",
        "/cases/?page=99999999999999999999&route=nowhere&q=%00",
    ],
)
def test_a_strange_address_is_answered_with_a_page_and_never_a_fault(desk, case, address):
    answer = desk.person("handler").open(address)

    assert answer.status < 500
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "Wu\x00", "email": "wu@xihu.court.example"},
        {"name": "x" * 5000, "email": "wu@xihu.court.example"},
        {"name": "\u202eWu", "email": "wu@xihu.court.example"},
        {"name": "Wu", "email": "not an address"},
        {"name": "Wu", "email": "wu@xihu.court.example\nBcc: all@example.org"},
        {"fields": ["cred.password_hash"], "name": "Wu", "email": "wu@xihu.court.example"},
    ],
    ids=["NUL", "long", "right to left", "address", "header", "credentials"],
)
def test_a_demand_with_bad_values_comes_back_with_everything_typed(desk, typed):
    visitor = desk.person("handler")
    before = visitor.open("/cases/").text
    form = visitor.open("/cases/new").form("receive")

    page = visitor.send(
        form,
        expect=422,
        requester_class="court",
        organisation="杭州市西湖区人民法院",
        instrument_type="court_notice",
        **typed,
    )

    assert page.alerts
    assert page.form("receive").values["organisation"] == "杭州市西湖区人民法院"
    assert visitor.open("/cases/").text == before


def test_a_scan_survives_an_error_at_the_desk_and_goes_with_the_second_try(desk):
    visitor = desk.person("handler")
    given = {
        "requester_class": "court",
        "organisation": "杭州市西湖区人民法院",
        "name": "Judge Wu",
        "instrument_type": "court_notice",
        "instrument_number": "(2026)浙0106民初77号",
        "instrument_issued_at": "2026-11-10",
        "instrument_legal_basis": "Civil Procedure Law 70",
        "subject_account": KNOWN.police_subject,
        "fields": ["reg.real_name"],
    }
    form = visitor.open("/cases/new").form("receive")
    page = visitor.send(form, expect=422, **given, papers=[("order.png", paper()), ("x.pdf", b"")])

    said = " ".join(page.alerts)
    assert "x.pdf: the file is empty" in said
    assert "Enter an e-mail address." in said
    page = visitor.send(
        page.form("receive"),
        expect=422,
        email="wu@xihu.court.example",
        fields=[],
        papers=[("x.pdf", b"")],
    )
    said = " ".join(page.alerts)
    assert "x.pdf: the file is empty" in said
    assert "Choose at least one kind of data." in said, "one answer names everything"
    page = visitor.send(page.form("receive"), fields=["reg.real_name"])
    assert page.state == "received"
    assert "order.png" in page.text


def test_an_incomplete_demand_lists_everything_that_is_missing_at_once(desk):
    visitor = desk.person("handler")
    form = visitor.open("/cases/new").form("receive")

    page = visitor.send(
        form,
        expect=422,
        requester_class="police",
        name="Li",
        email="li@pudong.police.example",
        fields=["log.ip"],
    )
    said = " ".join(page.alerts)

    for word in (
        "authority",
        "kind of paper",
        "number",
        "issued",
        "article",
        "whose data",
        "paper",
    ):
        assert word.lower() in said.lower(), word
