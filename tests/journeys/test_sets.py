"""A second authority asks for what the first one asked: taken over, signed apart, and proven."""

import json
import zipfile

import pytest

from disclosure.domain.states import State
from disclosure.operations import redacting
from disclosure.operations.casefile import documents_of
from disclosure.operations.papers import dispose
from disclosure.operations.release_sets import open_set, set_of
from disclosure.operations.suggesting import suggestions_of
from tests import cases
from tests.cases import at_work, do, to_state
from tests.journeys.steps import paper, verify

TEXT = b"The seller Zhao Wei wrote yesterday that the parcel is late.\n"


@pytest.fixture
def first(office):
    reference = cases.collected_letter(office, TEXT)
    with at_work(office, reference, "handler") as (work, case):
        [document] = documents_of(work, case, role="responsive")
        dispose(work, case, document, "release")
    return reference


@pytest.fixture
def second(office, first):
    reference = cases.police_case(office, organisation="北京市公安局")
    return to_state(office, reference, State.COLLECTING)


def settle(desk, reference):
    """Let the document leave and reject what is suggested, then build and submit."""
    place = f"/cases/{reference}/redaction/"
    handler = desk.person("handler")
    with at_work(desk.office, reference, "handler") as (work, case):
        [document] = documents_of(work, case, role="responsive")
        for row in suggestions_of(work, document.id):
            redacting.settle_suggestions(
                work, case, document_id=document.id, chosen=row.id, decision="rejected", code=""
            )
        dispose(work, case, document, "release")
    cases.assess_impact(desk.office, reference)
    handler.act(place, "build_rendition")
    desk.jobs()
    return handler.act(place, "submit_for_signing")


def test_a_second_recipient_is_served_from_the_same_collection_and_the_record_says_so(
    desk, first, second, tmp_path
):
    handler = desk.person("handler")
    page = handler.act(f"/cases/{second}", "open_set", collection=first)
    assert "Linked" in page.text
    form = handler.open(f"/cases/{second}").form("take_collection")
    handler.send(form)
    desk.jobs()
    assert "letter.txt" in handler.open(f"/cases/{second}").text
    assert second in handler.open(f"/cases/{first}").text
    handler.act(f"/cases/{second}", "finish_collecting")
    settle(desk, second)

    signing = desk.person("legal").open(f"/signing/{second}").text
    assert "Other recipients of this collection get it differently" in signing
    assert "1 taken out there and not here (third party data)" in signing
    assert "Zhao Wei" not in signing
    desk.sign("legal", second)
    desk.sign("compliance", second)
    assert desk.state(second) == "approved"

    bag, key = desk.export(second, tmp_path)
    assert verify(bag, key, tmp_path / "elsewhere").returncode == 0
    with zipfile.ZipFile(bag) as record:
        [name] = [each for each in record.namelist() if each.endswith("case.json")]
        told = json.loads(record.read(name))
    assert told["collection"]["opened_from"] == first
    assert [each["taken_over"] for each in told["documents"] if each["role"] == "responsive"] == [
        True
    ]


def test_a_link_or_a_choice_that_cannot_be_is_explained_at_its_form(desk, first, second):
    handler = desk.person("handler")
    form = handler.open(f"/cases/{second}").form("open_set")
    refused = handler.send(form, expect=422, collection="DR-1999-0001")
    assert "There is no case with this reference." in " ".join(refused.alerts)

    handler.send(form, collection=first)
    form = handler.open(f"/cases/{second}").form("take_collection")
    form.values.pop("values")
    form.values.pop("documents")
    refused = handler.send(form, expect=422)
    assert "Choose values or documents to take over." in " ".join(refused.alerts)


def test_a_hidden_case_is_not_shown_among_the_others(desk, office, first, second):
    do(office, "handler", second, open_set, reference=first)
    with at_work(office, first) as (_, case):
        case.restricted, case.handler_id = True, office.people["handler2"]

    page = desk.person("handler").open(f"/cases/{second}")
    assert first not in page.text
    assert "linked to a case that you do not see" in page.text
    assert first in desk.person("legal").open(f"/cases/{second}").text
    assert desk.person("handler").open(f"/cases/new?collection={first}").status == 403


def test_a_demand_that_is_entered_for_another_recipient_is_linked_at_once(desk, office, first):
    handler = desk.person("handler")
    typed = {
        "requester_class": "police",
        "country": "CN",
        "organisation": "天津市公安局",
        "name": "Wang Li",
        "email": "wang.li@tj.police.example",
        "instrument_type": "cn_evidence_notice",
        "instrument_number": "TJ-1",
        "instrument_issued_at": "2026-11-20",
        "instrument_legal_basis": "CPL-54",
        "subject_account": cases.KNOWN.police_subject,
        "fields": ["reg.real_name"],
    }
    form = handler.open(f"/cases/new?collection={first}").form("receive")
    page = handler.send(form, papers=[("notice.png", paper())], **typed)

    reference = page.path.rsplit("/", 1)[-1].split("#")[0]
    with at_work(office, reference) as (work, case):
        assert set_of(work, case) is not None
    refused = handler.send(
        handler.open(f"/cases/new?collection={first}").form("receive"),
        expect=422,
        papers=[("notice.png", paper())],
        **(typed | {"subject_account": "U-1002", "instrument_number": "TJ-2"}),
    )
    assert "not about the same account" in " ".join([*refused.alerts, refused.text])


def test_an_unknown_collection_opens_no_form(desk):
    assert desk.person("handler").open("/cases/new?collection=DR-1999-0001").status == 404
