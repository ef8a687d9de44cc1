"""The drawing tool on the web: plain forms, scripts, images, presence, and who may do what."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from disclosure.operations import page_flags, papers, redacting
from disclosure.operations.suggesting import note_decision, suggestions_of
from disclosure.storage.cases import Document, DocumentMark
from disclosure.storage.drawing_rows import DrawingSitting
from disclosure.storage.ledger_rows import LedgerEntry
from tests.cases import assess_impact, at_work, police_case
from tests.drawn_pages import EMAIL, LAST, NAME, PHONE, letter_office

CODE = "third_party_data"
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def drawn(tmp_path):
    """One case being redacted with a letter of three pages."""
    return Drawn(*letter_office(tmp_path))


class Drawn:
    def __init__(self, office, reference, document):
        self.office, self.reference, self.document = office, reference, document
        self.base = f"/cases/{reference}/redaction/{document}/draw"

    def post(self, client, what, **typed):
        return client.post(f"{self.base}/{what}", data={"page": 1, **typed}, headers=SCRIPT)

    def words(self, client, text, page=1):
        rows = client.get(f"{self.base}/pages/{page}/words").json["words"]
        signs = "".join(row[6] for row in rows)
        first = signs.index(text.replace(" ", ""))
        ends = [sum(len(row[6]) for row in rows[: n + 1]) for n in range(len(rows))]
        chosen = [n for n, end in enumerate(ends) if first < end <= first + len(text)]
        return {"page": page, "start": rows[chosen[0]][4], "end": rows[chosen[-1]][5], "code": CODE}

    def marks(self):
        with at_work(self.office, self.reference) as (work, case):
            marks = redacting.marks_of(work, case, self.document)
            return [(m.kind, m.page, m.term, m.reason_code, m.note) for m in marks]

    def plan(self):
        with at_work(self.office, self.reference) as (work, case):
            return redacting.plan_of(work, case, self.document)

    def entries(self, action):
        with at_work(self.office, self.reference) as (work, case):
            query = select(LedgerEntry.body).where(LedgerEntry.case_id == case.id)
            bodies = [bytes(body).decode() for body in work.session.scalars(query)]
        return [body for body in bodies if f'"{action}"' in body]


def test_without_script_the_page_is_seen_and_found_texts_and_pages_are_marked(drawn):
    client = drawn.office.client("handler")
    page = client.get(drawn.base, query_string={"page": 2}).get_data(as_text=True)
    found = client.post(f"{drawn.base}/find", data={"page": 2, "text": NAME})
    marked = client.post(f"{drawn.base}/term", data={"page": 2, "text": NAME, "code": CODE})
    client.post(f"{drawn.base}/page", data={"page": 3, "code": CODE, "note": "all of it"})
    after = client.get(drawn.base, query_string={"page": 2}).get_data(as_text=True)

    assert f"{drawn.base}/pages/2" in page
    assert "2 places on pages 1, 2" in found.get_data(as_text=True)
    assert marked.status_code == 302
    assert sorted(drawn.marks(), key=str) == [
        ("page", 3, None, CODE, "all of it"),
        ("term", None, NAME, CODE, None),
    ]
    assert after.count('class="marked term"') == 1
    assert 'class="flag withheld" data-flag="3"' in after
    assert 'class="flag part" data-flag="1"' in after


def test_a_mark_on_the_list_is_taken_back_without_script(drawn):
    client = drawn.office.client("handler")
    drawn.post(client, "page", code=CODE)
    page = client.get(drawn.base).get_data(as_text=True)
    mark = page.split('name="marks" value="')[1].split('"')[0]
    answer = client.post(f"{drawn.base}/take-back", data={"page": 1, "marks": mark})
    again = drawn.post(client, "take-back", marks=mark)
    foreign = drawn.post(client, "take-back", marks="0" * 32)

    assert answer.status_code == 302
    assert drawn.marks() == []
    assert again.json["said"] == "This was taken back already."
    assert foreign.status_code == 404


def test_images_are_webp_that_nobody_keeps(drawn):
    client = drawn.office.client("handler")
    answers = [
        client.get(f"{drawn.base}/pages/1"),
        client.get(f"{drawn.base}/pages/2/small"),
    ]

    for answer in answers:
        assert answer.data[8:12] == b"WEBP"
        assert answer.headers["Content-Type"] == "image/webp"
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert client.get(f"{drawn.base}/pages/4").status_code == 404
    assert client.get(f"{drawn.base}/pages/0").status_code == 404
    assert client.get(drawn.base, query_string={"page": "x"}).status_code == 422


def test_words_are_marked_by_their_range_and_the_server_reads_the_boxes_itself(drawn):
    client = drawn.office.client("handler")
    chosen = drawn.words(client, PHONE)
    answer = drawn.post(client, "words", **chosen, note="his number", box="[0,0,1,1]")
    twice = drawn.post(client, "words", **chosen)
    with at_work(drawn.office, drawn.reference) as (work, _):
        mark = work.session.scalars(select(DocumentMark)).one()
        kept = (mark.kind, mark.page, mark.span_start, mark.span_end, mark.note)
        boxes = mark.boxes

    assert answer.json["said"] == "Marked 1 word."
    assert twice.json["said"] == "This is marked already."
    assert kept == ("words", 1, chosen["start"], chosen["end"], "his number")
    assert len(boxes) == 1
    assert 40 < boxes[0][2] - boxes[0][0] < 120
    assert f"<q>{PHONE}</q>" in answer.json["parts"]["marks"]
    assert answer.json["flags"][0] == ["part", "part out"]


@pytest.mark.parametrize(
    ("what", "typed", "where"),
    [
        ("words", {"start": "3", "end": "2"}, "words"),
        ("words", {"start": "0", "end": "999999"}, "words"),
        ("words", {"start": "-1", "end": "4"}, "start"),
        ("words", {"start": "0", "end": "5", "code": ""}, "code"),
        ("words", {"start": "0", "end": "5", "code": "no such code"}, "code"),
        ("area", {"x": "700", "y": "10", "width": "20", "height": "20"}, "area"),
        ("area", {"x": "nan", "y": "10", "width": "20", "height": "20"}, "box"),
        ("area", {"x": "10", "y": "10", "width": "-5", "height": "20"}, "area"),
        ("area", {"x": "10", "y": "10", "width": "20"}, "box"),
        ("page", {"code": ""}, "code"),
        ("find", {"text": " "}, "text"),
        ("find", {"text": "x" * 201}, "text"),
        ("find", {"text": "\u200b"}, "terms[0].text"),
        ("term", {"text": ""}, "text"),
        ("suggestion", {"settle": "accepted nothing"}, "code"),
        ("suggestion", {"settle": ""}, "decision"),
        ("page", {"note": "x" * 501}, "note"),
    ],
)
def test_bad_input_is_answered_with_a_sentence_and_marks_nothing(drawn_once, what, typed, where):
    client = drawn_once.office.client("handler")
    answer = drawn_once.post(client, what, **{"code": CODE, **typed})

    assert answer.status_code == 422
    assert answer.json["error"].endswith(".") or where.startswith("terms")
    assert answer.json["where"] == where
    assert drawn_once.marks() == []


@pytest.fixture(scope="module")
def drawn_once(tmp_path_factory):
    return Drawn(*letter_office(tmp_path_factory.mktemp("drawn")))


def test_a_failed_form_keeps_what_was_typed_and_says_why(drawn_once):
    client = drawn_once.office.client("handler")
    answer = client.post(
        f"{drawn_once.base}/page", data={"page": 2, "code": "", "note": "kept note"}
    )
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert "Choose the reason code" in page
    assert 'value="kept note"' in page
    assert 'role="alert"' in page


def test_undo_takes_back_own_steps_of_this_sitting_only_and_redo_marks_again(drawn):
    client, other = drawn.office.client("handler"), drawn.office.client("legal")
    client.get(drawn.base)
    drawn.post(client, "page", code=CODE, page=3)
    drawn.post(other, "page", code=CODE, page=2)
    drawn.post(client, "words", **drawn.words(client, PHONE))
    said = [drawn.post(client, "undo").json.get("said") for _ in range(3)]
    refused = drawn.post(client, "undo")
    redone = [drawn.post(client, "redo").json.get("said") for _ in range(3)]

    assert said == [
        "Took back 1 mark: words on page 1.",
        "Took back 1 mark: a whole page on page 3.",
        None,
    ]
    assert refused.status_code == 409
    assert redone[:2] == [
        "Marked again: 1 mark: a whole page on page 3.",
        "Marked again: 1 mark: words on page 1.",
    ]
    assert redone[2] is None
    assert sorted((kind, page) for kind, page, *_ in drawn.marks()) == [
        ("page", 2), ("page", 3), ("words", 1),
    ]  # fmt: skip


def test_a_new_mark_ends_what_could_be_redone(drawn):
    client = drawn.office.client("handler")
    drawn.post(client, "page", code=CODE, page=3)
    drawn.post(client, "undo")
    drawn.post(client, "page", code=CODE, page=2)

    assert drawn.post(client, "redo").status_code == 409


def test_suggestions_are_taken_out_and_rejected_where_they_stand(drawn):
    client = drawn.office.client("handler")
    page = client.get(drawn.base).get_data(as_text=True)
    ids = {
        text: page.split(f'aria-label="Take out {text}"')[0].rsplit("accepted ", 1)[1].split('"')[0]
        for text in (PHONE, EMAIL)
    }
    taken = drawn.post(client, "suggestion", settle=f"accepted {ids[PHONE]}", code=CODE)
    rejected = drawn.post(client, "suggestion", settle=f"rejected {ids[EMAIL]}")
    undone = drawn.post(client, "undo")

    assert 'class="suggested"' in page
    assert taken.json["said"] == "Marked 1 suggestion."
    assert [flag for flag, _ in taken.json["flags"]] == ["part", "full", "part"]
    assert rejected.json["said"] == "Rejected 1 suggestion."
    assert undone.json["said"] == "Took back 1 mark: a text."
    assert drawn.marks() == []


def test_looking_is_one_entry_a_sitting_however_many_pages_are_turned(drawn):
    client = drawn.office.client("handler")
    before = len(drawn.entries("paper:viewed"))
    for number in (1, 2, 3, 1):
        client.get(drawn.base, query_string={"page": number})
        client.get(f"{drawn.base}/pages/{number}")
    once = len(drawn.entries("paper:viewed"))
    drawn.office.client("legal").get(f"{drawn.base}/pages/1")
    drawn.office.clock.move(minutes=31)
    drawn.office.client("handler").get(f"{drawn.base}/pages/1")

    assert once == before + 1
    assert len(drawn.entries("paper:viewed")) == before + 3


def test_two_people_are_told_of_each_other_and_of_new_marks(drawn):
    client, other = drawn.office.client("handler"), drawn.office.client("legal")
    client.get(drawn.base)
    other.get(drawn.base, query_string={"page": 3})
    drawn.office.clock.move(seconds=10)
    drawn.post(other, "page", page=3, code=CODE)
    drawn.post(other, "page", page=2, code=CODE)
    told = drawn.post(client, "here", page=1).json
    drawn.office.clock.move(seconds=61)
    later = drawn.post(client, "here", page=1).json

    assert (
        "Legal Person</strong> is on page 2, marked 2 things since you opened it"
        in told["parts"]["people"]
    )
    assert [flag for flag, _ in told["flags"]] == ["full", "withheld", "withheld"]
    assert "Legal Person" not in later["parts"]["people"]


def test_marks_that_two_people_make_at_once_both_stay(drawn):
    clients = [drawn.office.client(name) for name in ("handler", "legal")]
    chosen = [drawn.words(clients[0], PHONE), drawn.words(clients[0], EMAIL)]
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda c, w: drawn.post(c, "words", **w), clients, chosen))

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(drawn.marks()) == 2


def test_a_sign_of_life_does_not_keep_the_session_of_an_absent_person(drawn):
    client = drawn.office.client("handler")
    client.get(drawn.base)
    for _ in range(10):
        drawn.office.clock.move(minutes=5)
        answer = drawn.post(client, "here", page=1)

    assert answer.status_code == 403


def test_who_may_not_mark_sees_the_page_and_changes_nothing(drawn):
    client = drawn.office.client("auditor")
    page = client.get(drawn.base).get_data(as_text=True)
    answer = drawn.post(client, "page", code=CODE)

    assert "For looking only." in page
    assert "data-do=" not in page
    assert answer.status_code in {403, 409}
    assert drawn.marks() == []


def test_an_administrator_sees_no_page(drawn_once):
    client = drawn_once.office.client("admin")

    for place in ("", "/pages/1", "/pages/1/small", "/pages/1/words", "/compare", "/final/1"):
        assert client.get(drawn_once.base + place).status_code == 403


def test_a_demand_and_a_document_of_another_case_have_no_pages_to_mark(drawn_once):
    office, client = drawn_once.office, drawn_once.office.client("handler")
    with at_work(office, drawn_once.reference) as (work, case):
        query = select(Document.id).where(Document.case_id == case.id, Document.role == "demand")
        demand = work.session.scalars(query).first()
    foreign = police_case(office)

    assert client.get(drawn_once.base.replace(drawn_once.document, demand)).status_code == 404
    other = drawn_once.base.replace(drawn_once.reference, foreign)
    assert client.get(other).status_code == 404
    assert client.get(f"{other}/pages/1").status_code == 404


def test_no_text_of_the_document_stands_in_an_address_or_the_ledger(drawn):
    client = drawn.office.client("handler")
    drawn.post(client, "words", **drawn.words(client, LAST, page=3))
    drawn.post(client, "find", text=NAME)
    page = client.get(drawn.base, query_string={"page": 3}).get_data(as_text=True)
    addresses = [part.split('"')[0] for part in page.split('="/')[1:]]
    bodies = drawn.entries("redaction:marked")

    assert len(bodies) == 1
    for text in (LAST, NAME):
        assert not any(text in each for each in [*addresses, *bodies])


def test_the_preview_and_the_final_page_are_the_engines_own_pixels(drawn):
    client = drawn.office.client("handler")
    drawn.post(client, "words", **drawn.words(client, PHONE))
    empty = client.get(f"{drawn.base}/compare").get_data(as_text=True)
    client.post(f"{drawn.base}/preview", data={"page": 1})
    waiting = client.get(f"{drawn.base}/compare").get_data(as_text=True)
    drawn.office.work_jobs()
    ready = client.get(f"{drawn.base}/compare").get_data(as_text=True)
    preview = client.get(f"{drawn.base}/preview/1").data
    assess_impact(drawn.office, drawn.reference)
    with at_work(drawn.office, drawn.reference, "handler") as (work, case):
        for row in suggestions_of(work, drawn.document):
            note_decision(work, row, "rejected")
        papers.dispose(work, case, work.session.get_one(Document, drawn.document), "release")
        redacting.request_rendition(work, case)
    drawn.office.work_jobs()
    final = client.get(f"{drawn.base}/compare").get_data(as_text=True)

    assert "Make the preview" in empty
    assert "Making the preview" in waiting
    assert "Preview with the marks as they are now" in ready
    assert "This is the exact final page" in final
    assert client.get(f"{drawn.base}/final/1").data == preview
    assert preview != client.get(f"{drawn.base}/pages/1").data


def test_a_changed_mark_asks_for_a_new_preview(drawn):
    client = drawn.office.client("handler")
    client.post(f"{drawn.base}/preview", data={"page": 1})
    drawn.office.work_jobs()
    drawn.post(client, "page", code=CODE)

    assert "Make the preview" in client.get(f"{drawn.base}/compare").get_data(as_text=True)
    assert client.get(f"{drawn.base}/preview/1").status_code == 404


def test_a_page_that_is_set_aside_says_so_and_is_gone_from_the_preview(drawn):
    client = drawn.office.client("handler")
    with at_work(drawn.office, drawn.reference, "handler") as (work, case):
        aside = page_flags.Wanted(kind="not_responsive")
        asked = page_flags.Wanted(kind="consult", consulted="The tax counsel")
        given = {"document_id": drawn.document, "reason": "Outside the period."}
        page_flags.flag_page(work, case, page=2, wanted=aside, **given)
        page_flags.flag_page(work, case, page=3, wanted=asked, **given)
    client.post(f"{drawn.base}/preview", data={"page": 2})
    drawn.office.work_jobs()
    page = client.get(drawn.base).get_data(as_text=True)
    picture = client.get(f"{drawn.base}/preview/2").data

    assert 'class="flag not_responsive" data-flag="2">not responsive<' in page
    assert 'class="flag consult" data-flag="3">consult<' in page
    with Image.open(io.BytesIO(picture)) as seen:
        assert np.array(seen.convert("L")).mean() < 40


def test_an_expired_sitting_of_a_colleague_is_not_shown(drawn):
    drawn.office.client("legal").get(drawn.base)
    drawn.office.clock.move(minutes=5)
    page = drawn.office.client("handler").get(drawn.base).get_data(as_text=True)
    with at_work(drawn.office, drawn.reference) as (work, _):
        rows = len(work.session.scalars(select(DrawingSitting)).all())

    assert rows == 2
    assert "is on page" not in page
