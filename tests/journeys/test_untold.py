"""The gate lacks a program: an officer answers for the bytes, three people sign, it is proven.

And the pages of two documents that are set aside, by the forms of the page.
"""

import shutil

import pytest

from disclosure.documents.programs import PACKAGES
from disclosure.domain.states import State
from disclosure.operations.page_flags import flags_of
from disclosure.operations.papers import dispose
from disclosure.storage.cases import Document
from tests import cases
from tests.cases import at_work, to_state
from tests.journeys.steps import verify

WHY = "Read all pages on paper beside the original, with a colleague."


@pytest.fixture
def reference(office):
    reference = to_state(office, cases.police_case(office), State.REDACTING)
    cases.with_document(office, reference)
    cases.assess_impact(office, reference)
    return reference


def test_what_the_gate_could_not_tell_is_answered_for_signed_by_three_and_proven(
    desk, reference, tmp_path, monkeypatch
):
    place = f"/cases/{reference}/redaction/"
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in set(PACKAGES) - {"pdftotext"}:
        (programs / name).symlink_to(shutil.which(name))
    with monkeypatch.context() as narrow:
        narrow.setenv("PATH", str(programs))
        desk.person("handler").act(place, "build_rendition")
        desk.jobs()
    handlers = desk.person("handler").open(place)
    assert "gate could not tell" in handlers.text
    assert "pdftotext" in handlers.text
    assert not handlers.offers("submit_for_signing")
    assert not handlers.offers("answer_for_gate")

    empty = desk.person("compliance2").open(place).form("answer_for_gate")
    refused = desk.person("compliance2").send(empty, expect=422, reason=" ")
    assert "Write the reason" in " ".join(refused.alerts)
    answered = desk.person("compliance2").act(place, "answer_for_gate", reason=WHY)
    assert WHY in answered.text
    assert not answered.offers("answer_for_gate")

    desk.person("handler").act(place, "submit_for_signing")
    signing = desk.person("legal").open(f"/signing/{reference}")
    assert "Could not tell" in signing.text
    assert WHY in signing.text
    assert "Senior compliance officer" in signing.text
    for name in ("legal", "compliance", "senior"):
        desk.sign(name, reference)
    desk.act("compliance", reference, "release")
    assert desk.state(reference) == "released"

    assert reference in desk.person("auditor").open("/audit/oversight").text
    bag, key = desk.export(reference, tmp_path)
    proven = verify(bag, key, tmp_path / "elsewhere")
    assert proven.returncode == 0, proven.stdout + proven.stderr
    assert f"{desk.office.people['compliance2']} for the gate" in proven.stdout


def test_pages_are_set_aside_asked_about_and_answered_on_the_page(desk, office, reference):
    place = f"/cases/{reference}/redaction/"
    handler = desk.person("handler")
    failed = handler.send(_flag_form(handler, place), expect=422, page="1", reason="Same page.")
    assert "Choose what is to be said" in " ".join(failed.alerts)
    assert failed.form("flag_page").values["reason"] == "Same page."

    asked = handler.send(
        _flag_form(handler, place),
        page="1",
        kind="consult",
        consulted="Tax counsel",
        reason="May it leave?",
    )
    assert "waits for an answer" in asked.text
    assert not asked.offers("build_rendition")
    answered = desk.person("handler2").act(place, "answer_consultation", answer="It may.")
    assert "Answer, recorded by Handler2 Person: It may." in answered.text
    assert handler.open(place).offers("build_rendition")


def test_a_file_that_came_in_twice_is_set_aside_by_one_button(desk, office, reference):
    place = f"/cases/{reference}/redaction/"
    with at_work(office, reference, "handler") as (work, case):
        copy = cases.add_responsive(work, case, content=cases.chat_pdf()).id
    office.work_jobs()
    with at_work(office, reference, "handler") as (work, case):
        dispose(work, case, work.session.get_one(Document, copy), "release")
    handler = desk.person("handler")
    page = handler.open(place)
    assert "The same file as an earlier document" in page.text
    form = next(form for form in page.forms if form.url.endswith("/same-file"))

    after = handler.send(form)

    assert "The same file as an earlier document" not in after.text
    with at_work(office, reference) as (work, case):
        assert [each.kind for each in flags_of(work, case)] == ["duplicate"]
    taken_back = handler.act(place, "withdraw_flag")
    assert "The same file as an earlier document" in taken_back.text


def _flag_form(visitor, place):
    forms = [form for form in visitor.open(place).forms if form.action == "flag_page"]
    return next(form for form in forms if form.url.endswith("/flag"))
