import hashlib
import io
import re
from functools import lru_cache

import pikepdf
import pytest
from pypdf import PdfReader

from disclosure.documents.gate import Outcome
from disclosure.documents.seal import verify_seal
from disclosure.domain.states import State
from disclosure.errors import Refused
from disclosure.operations import redacting, rendering, signing
from disclosure.operations.papers import dispose
from disclosure.storage.cases import Document
from tests import cases
from tests.cases import AUTHORITY, IP, TRANSACTION, at_work, do, state_of, to_state

UNSEEN = "/DisclosureWords"
"""Font of the words that lie unseen behind the picture of a redacted page."""


@lru_cache(maxsize=4)
def text_of(pdf):
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def streams_of(pdf):
    """Return every byte of the file that a reader could come to see, unpacked."""
    unpacked = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(
            unpacked,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.specialized,
            fix_metadata_version=False,
        )
    return pdf + unpacked.getvalue()


def rendition(office, reference):
    with at_work(office, reference) as (work, case):
        row = cases.rendition_of(work, case)
        work.session.expunge(row)
        return row, work.desk.files.read(row.sha256)


@pytest.mark.parametrize("reference", [AUTHORITY, IP, TRANSACTION])
def test_the_row_names_exactly_the_sealed_and_gated_bytes(prepared, reference):
    row, pdf = rendition(prepared, reference)
    certificate = prepared.app.extensions["disclosure"].desk.keys.seal_certificate

    assert hashlib.sha256(pdf).hexdigest() == row.sha256 == row.gate_sha256
    assert row.gate_passed
    assert (row.size, row.pages) == (len(pdf), len(text_of(pdf)))
    assert verify_seal(pdf, certificate)
    assert not verify_seal(pdf[:-200] + bytes([pdf[-200] ^ 1]) + pdf[-199:], certificate)


def test_the_certificate_says_what_leaves_what_does_not_and_on_which_ground(prepared):
    row, pdf = rendition(prepared, AUTHORITY)
    text = " ".join(" ".join(text_of(pdf)).split())
    squeezed = text.replace(" ", "")

    with at_work(prepared, AUTHORITY) as (_, case):
        assert f"No. {case.instrument['number']}, issued 2026-11-16" in text
    assert AUTHORITY in text
    assert "clause 3(c)" in text
    assert "上海市公安局浦东分局" in squeezed
    assert cases.SUBJECT.real_name in squeezed
    assert "not_responsive" in text
    assert row.manifest["data_sha256"] in squeezed
    for paper in row.manifest["documents"]:
        assert paper["original_sha256"] in squeezed
        assert paper["redacted_sha256"] in squeezed


def test_the_masked_number_and_the_redacted_term_are_nowhere_in_the_file(prepared):
    _, pdf = rendition(prepared, AUTHORITY)
    text = re.sub(r"\s", "", "".join(text_of(pdf)))
    everything = streams_of(pdf)

    for secret in (cases.SUBJECT.phone.replace(" ", "").removeprefix("+86"), cases.TERM):
        assert secret not in text
        for spelled in (
            secret.encode(),
            secret.encode("utf-16-be"),
            secret.encode().hex().encode(),
        ):
            assert spelled not in everything
    assert cases.SUBJECT.phone.encode() not in everything


def test_the_redacted_document_follows_with_a_mark_and_its_code_in_the_log(prepared):
    row, pdf = rendition(prepared, AUTHORITY)
    pages = text_of(pdf)
    [logged] = row.redaction_log["documents"]

    assert len(pages) == row.pages >= 3
    assert logged["marks"] == [
        {"page": 1, "code": "third_party_data", "by": "term", "count": 1, "flag": "part"}
    ]
    assert "third_party_data" in "".join(pages)


def test_a_private_requester_reads_order_and_purpose_on_the_certificate(prepared):
    _, pdf = rendition(prepared, TRANSACTION)
    text = " ".join(" ".join(text_of(pdf)).split())

    assert "Order O-5512" in text
    assert "complete transaction" in text
    assert "clause 3(f)" in text


def test_the_chinese_signs_are_drawn_with_an_embedded_font(prepared):
    _, pdf = rendition(prepared, AUTHORITY)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        fonts = [
            font
            for page in opened.pages
            for font in page.get("/Resources", {}).get("/Font", {}).values()
        ]
        drawn = [font for font in fonts if font.BaseFont != UNSEEN]
        bare = [font for font in drawn if not _is_embedded(font)]

        assert opened.Root.MarkInfo.Marked
        assert drawn
        assert bare == []


def _is_embedded(font):
    below = font.get("/DescendantFonts", [font])[0]
    held = below.get("/FontDescriptor", {})
    return any(name in held for name in ("/FontFile", "/FontFile2", "/FontFile3"))


# --- The gate ------------------------------------------------------------------------------------


def test_a_masked_value_that_leaks_elsewhere_stops_at_the_gate(office):
    """The paper's number, printed on the certificate, is the very number that is masked."""
    leaking = {"number": cases.SUBJECT.phone}
    reference = cases.police_case(office, instrument=leaking, fields=("reg.phone",), period=None)
    to_state(office, reference, State.REDACTING)
    mask = {"field": "reg.phone", "mask": "remove", "code": "not_responsive"}
    do(office, "handler", reference, redacting.set_mask, **mask)
    cases.assess_impact(office, reference)
    do(office, "handler", reference, redacting.request_rendition)
    office.work_jobs()
    row, _ = rendition(office, reference)

    assert row.gate_passed is False
    assert row.gate_report["outcome"] == "leak"
    assert cases.SUBJECT.phone not in str(row.gate_report)
    with pytest.raises(Refused, match="gate has not passed"):
        do(office, "handler", reference, signing.submit_for_signing)
    assert state_of(office, reference) is State.REDACTING


def test_a_rendition_that_did_not_pass_cannot_be_submitted(office):
    reference = to_state(office, cases.police_case(office), State.REDACTING)
    cases.assess_impact(office, reference)
    cases.small_rendition(office, reference, outcome=Outcome.LEAK)

    with pytest.raises(Refused, match="gate has not passed"):
        do(office, "handler", reference, signing.submit_for_signing)


def test_a_gate_over_other_bytes_does_not_count(office):
    reference = to_state(office, cases.police_case(office), State.REDACTING)
    cases.assess_impact(office, reference)
    with at_work(office, reference) as (work, case):
        draft = rendering.gather(work, case)
        built = rendering.Built(
            content=b"these bytes",
            pages=1,
            gate_sha256=hashlib.sha256(b"other bytes").hexdigest(),
            gate_outcome=Outcome.PASSED,
            gate_report={},
            redaction_log={},
            manifest={},
        )
        rendering.store_rendition(work, case, draft, built)

    with pytest.raises(Refused, match="gate has not passed"):
        do(office, "handler", reference, signing.submit_for_signing)


# --- Storing -------------------------------------------------------------------------------------


def test_a_rendition_of_an_older_case_is_not_kept(office):
    reference = to_state(office, cases.police_case(office), State.REDACTING)
    with at_work(office, reference) as (work, case):
        draft = rendering.gather(work, case)
    mask = {"field": "reg.phone", "mask": "remove", "code": "not_responsive"}
    do(office, "handler", reference, redacting.set_mask, **mask)
    built = rendering.Built(
        content=b"late",
        pages=1,
        gate_sha256="",
        gate_outcome=Outcome.PASSED,
        gate_report={},
        redaction_log={},
        manifest={},
    )

    with pytest.raises(Refused, match="changed while"):
        do(office, "", reference, rendering.store_rendition, draft=draft, built=built)
    with at_work(office, reference) as (work, case):
        assert signing.latest_rendition(work, case) is None


def test_a_document_withheld_in_full_is_counted_and_not_joined(office):
    reference = to_state(office, cases.police_case(office), State.REDACTING)
    document_id = cases.with_document(office, reference)
    with at_work(office, reference, "handler") as (work, case):
        dispose(work, case, work.session.get_one(Document, document_id), "withhold")
    with at_work(office, reference) as (work, case):
        draft = rendering.gather(work, case)

    assert draft.papers == ()
    assert draft.papers_withheld == 1
