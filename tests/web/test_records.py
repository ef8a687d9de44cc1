"""Records to take away on the web: made by a POST, fetched from an address, each download told."""

import io
import json
import zipfile

import pytest

from disclosure.domain.states import State
from tests import cases
from tests.app import make_app
from tests.visitor import Visitor
from tests.web.entries import actions


@pytest.fixture
def office(tmp_path):
    return make_app(tmp_path)


def made(office, reference, who="auditor"):
    """Export a record; return the client and the address of the file."""
    client = office.client(who)
    return client, client.post(f"/audit/record/{reference}").headers["Location"]


def test_a_record_is_continued_where_it_broke_and_that_is_one_download(office):
    client, place = made(office, cases.police_case(office))
    whole = client.get(place)
    tag = whole.headers["ETag"]
    rest = client.get(place, headers={"Range": "bytes=500-", "If-Range": tag})

    assert rest.status_code == 206
    assert whole.data[:500] + rest.data == whole.data
    assert actions(office).count("record:downloaded") == 1
    client.get(place)
    assert actions(office).count("record:downloaded") == 2
    client.head(place)
    client.get(place, headers={"Range": "bytes=9999999999-"})
    assert actions(office).count("record:downloaded") == 2


def test_the_middle_of_a_record_is_no_way_round_the_ledger(office):
    client, place = made(office, cases.police_case(office))
    client.get(place, headers={"Range": "bytes=1-"})
    assert actions(office).count("record:downloaded") == 1

    office.client("compliance").get(place, headers={"Range": "bytes=1-"})
    assert actions(office).count("record:downloaded") == 2


def test_a_kept_record_is_for_those_who_may_export_and_ends_with_its_days(office):
    reference = cases.police_case(office)
    client, place = made(office, reference)
    for who in ("handler", "legal", "admin"):
        assert office.client(who).get(place).status_code == 403
    other = cases.respondent_case(office)
    assert client.get(place.replace(reference, other)).status_code == 404

    office.clock.move(days=8)
    assert office.client("auditor").get(place).status_code == 404
    office.work_jobs()
    assert office.client("auditor").get(place).status_code == 404


def test_a_batch_is_asked_for_watched_and_downloaded(office):
    references = [cases.police_case(office), cases.respondent_case(office)]
    auditor = Visitor(office.client("auditor"))
    page = auditor.open("/audit/batches/")
    form = next(f for f in page.forms if f.values.get("by") == "list")
    page = auditor.send(form, references="\n".join([*references, "DR-1999-1"]))
    assert "being made" in page.text
    status = auditor.client.get(
        page.response.text.partition('data-poll="')[2].partition('"')[0]
    ).get_json()
    assert status["done"] is False

    office.work_jobs()
    page = auditor.open(page.path)
    assert "There is no case with this reference." in page.text
    answer = auditor.client.get(f"{page.path}/file")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as bag:
        index = json.loads(bag.read("data/index.json"))
    assert [each["reference"] for each in index["cases"]] == [*references, "DR-1999-1"]
    assert actions(office)[-1] == "record:downloaded"


def test_a_batch_of_a_search_holds_what_the_page_showed(office):
    closed = cases.to_state(office, cases.police_case(office), State.CLOSED)
    cases.respondent_case(office)
    auditor = Visitor(office.client("auditor"))
    page = auditor.open("/audit/cases?state=closed&first=2026-11-01")
    assert closed in page.text
    page = auditor.send(next(f for f in page.forms if f.action == "export_batch"))

    assert closed in page.text
    assert "1 case, chosen by a search: from 2026-11-01, state closed" in page.text


def test_a_batch_that_can_not_be_is_answered_on_the_page_with_what_was_typed(office):
    client = office.client("auditor")
    answer = client.post("/audit/batches/", data={"by": "list", "references": "no, reference!"})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert "no, reference!" in answer.get_data(as_text=True)
    assert client.get("/audit/batches/unknown").status_code == 404
    assert client.get("/audit/batches/unknown/file").status_code == 404
    for who in ("handler", "legal", "admin"):
        assert office.client(who).get("/audit/batches/").status_code == 403


def test_a_batch_is_cancelled_once(office):
    client = office.client("auditor")
    data = {"by": "list", "references": cases.police_case(office)}
    place = client.post("/audit/batches/", data=data).headers["Location"]

    assert client.post(f"{place}/cancel", follow_redirects=True).status_code == 200
    assert "cancelled" in client.get(place).get_data(as_text=True)
    assert client.post(f"{place}/cancel").status_code == 409


def test_the_timeline_tells_who_what_why_and_which_hash(office):
    reference = cases.to_state(office, cases.police_case(office), State.CLOSED)
    page = office.client("auditor").get(f"/audit/cases/{reference}").get_data(as_text=True)
    with cases.at_work(office, reference) as (work, case):
        sha256 = cases.rendition_of(work, case).sha256

    assert "Lawful and narrow." in page
    assert "Compliance Person" in page
    assert sha256 in page
    assert page.index("A demand arrived") < page.index("Nothing is left to do in the case.")


def test_entries_are_found_by_person_by_day_and_by_any_hash_they_name(office):
    reference = cases.to_state(office, cases.police_case(office), State.SIGNING)
    client = office.client("auditor")
    with cases.at_work(office, reference) as (work, case):
        sha256 = cases.rendition_of(work, case).sha256

    def found(**asked):
        page = client.get("/audit/", query_string=asked).get_data(as_text=True)
        return page.count('data-label="No."')

    assert found(sha256=sha256) >= 2
    assert found(sha256=sha256[:12]) == found(sha256=sha256)
    assert found(sha256="0" * 64) == 0
    assert 0 < found(person=office.people["handler"]) < found(case=reference)
    assert found(person=office.people["senior"]) == 0
    assert found(first="2026-11-24") > 0
    assert found(first="2026-11-25") == found(last="2026-11-23") == 0
    for asked in ({"sha256": "xyz"}, {"first": "31.1.2026"}):
        assert client.get("/audit/", query_string=asked).status_code == 422
