import io
import re
import zipfile

import pytest

from disclosure.domain.events import Event
from disclosure.domain.ledger import EMPTY, Actor, Content, Place, build_entry
from disclosure.domain.states import State
from disclosure.operations import ledger_reading
from tests import cases
from tests.app import NOW, make_app
from tests.web.entries import actions, database


@pytest.fixture
def office(tmp_path):
    return make_app(tmp_path)


def text(answer):
    return answer.get_data(as_text=True)


def test_an_auditor_reads_the_ledger_and_checks_it(office):
    auditor = office.client("auditor")

    assert "An account was made for a person." in text(auditor.get("/audit/"))
    checked = text(auditor.post("/audit/verify"))
    assert "Whole" in checked
    assert "Not whole" not in checked


def test_the_ledger_is_filtered_by_event(office):
    page = text(office.client("auditor").get("/audit/?event=account:added"))

    assert "An account was made for a person." in page
    assert "A person was given a role" not in page


def test_the_ledger_is_filtered_by_case_however_it_is_typed(office):
    one, other = cases.police_case(office), cases.counterparty_case(office)
    page = text(office.client("auditor").get(f"/audit/?case=%20{one.lower()}%20"))

    assert f">{one}<" in page
    assert f">{other}<" not in page
    assert "No entry matches" in text(office.client("auditor").get("/audit/?case=DR-1999-1"))


def test_the_pages_of_the_ledger_show_each_entry_once(office, monkeypatch):
    monkeypatch.setattr(ledger_reading, "PAGE", 7)
    auditor, total = office.client("auditor"), len(actions(office))
    seen, before = [], ""
    while before != "end":
        page = text(auditor.get(f"/audit/?before={before}"))
        seen += [int(each) for each in re.findall(r'data-label="No." class="num">(\d+)<', page)]
        older = re.search(r"before=(\d+)", page)
        before = older.group(1) if older else "end"

    assert len(seen) > 14
    assert seen == list(range(seen[0], 0, -1))
    assert seen[0] >= total


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "1.5"])
def test_a_page_that_is_no_number_is_refused_with_a_sentence(office, before):
    answer = office.client("auditor").get(f"/audit/?before={before}")

    assert answer.status_code == 422
    assert "Enter a whole number." in text(answer)


def test_a_changed_entry_is_named_on_the_page(office):
    with database(office) as connection:
        connection.execute("DROP TRIGGER ledger_entry_no_update")
        connection.execute("UPDATE ledger_entry SET body = x'7b7d' WHERE seq = 3")

    assert "entry 3" in text(office.client("auditor").post("/audit/verify"))


def test_the_ledger_is_not_checked_by_looking(office):
    assert office.client("auditor").get("/audit/verify").status_code == 405


def test_a_record_is_told_of_before_it_is_taken_and_taking_it_is_an_entry(office):
    reference = cases.police_case(office)
    auditor = office.client("auditor")
    before = actions(office)
    page = text(auditor.get(f"/audit/record/{reference}"))
    assert re.search(r"\b(?:[0-9a-f]{8}-){7}[0-9a-f]{8}\b", page)
    assert ledger_reading.verifier_sha256() in page
    assert actions(office) == before, "looking takes nothing"

    answer = auditor.post(f"/audit/record/{reference}", follow_redirects=True)

    assert actions(office) == [*before, "record:exported", "record:downloaded"]
    assert answer.mimetype == "application/zip"
    assert f'filename="{reference}-record.zip"' in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as bag:
        told = len(bag.read("data/entries.jsonl").splitlines())
    assert f"{told} entries" in page


def test_the_case_page_leads_to_the_record_for_those_who_may_take_it(office):
    reference = cases.to_state(office, cases.police_case(office), State.VERIFYING)

    for name, led in (("auditor", True), ("compliance", True), ("handler", False)):
        page = text(office.client(name).get(f"/cases/{reference}"))
        assert (f"/audit/record/{reference}" in page) is led


def test_who_may_not_read_the_ledger_does_not_nor_take_records(office):
    reference = cases.police_case(office)

    for name in ("handler", "legal", "admin"):
        client = office.client(name)
        assert client.get("/audit/").status_code == 403
        assert client.post("/audit/verify").status_code == 403
        assert client.get(f"/audit/record/{reference}").status_code == 403
        assert client.post(f"/audit/record/{reference}").status_code == 403
    assert "record:exported" not in actions(office)


def test_a_record_of_no_case_is_not_found(office):
    assert office.client("auditor").get("/audit/record/DR-1999-0001").status_code == 404
    assert office.client("auditor").post("/audit/record/%22%0d%0a").status_code == 404


@pytest.mark.parametrize("event", list(Event))
def test_every_kind_of_entry_can_be_found(event):
    content = Content(at=NOW, actor=Actor("system", "none"), event=event, app_version="0")
    body = build_entry(Place(1, EMPTY), content)

    assert body.startswith(f'{{"action":"{event.value}",'.encode())
