import io
import json
import re

import pikepdf
import pypdfium2
import pytest
from sqlalchemy import select, update

from disclosure.domain.states import State
from disclosure.operations.explaining import card_json, find_evaluation
from disclosure.storage.cases import Evaluation
from tests import cases
from tests.cases import SUBJECT, at_work, empty_office, to_state


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return empty_office(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def reference(office):
    return to_state(office, cases.police_case(office), State.ASSESSING)


def text(answer):
    """Return what a page says, without its marks."""
    page = answer.get_data(as_text=True).partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("&#39;", "'").split())


def card(office, reference, number, more="", who="legal"):
    return office.client(who).get(f"/cases/{reference}/decisions/{number}{more}")


def last_number(office, reference):
    with at_work(office, reference, "legal") as (work, case):
        return max(work.session.scalars(select(Evaluation.number).filter_by(case_id=case.id)))


def test_the_case_page_leads_to_the_card_and_the_card_back(office, reference):
    page = office.client("legal").get(f"/cases/{reference}").get_data(as_text=True)
    number = last_number(office, reference)

    assert f'href="/cases/{reference}/decisions/{number}"' in page
    assert f'href="/cases/{reference}/decisions"' in page
    assert f'href="/cases/{reference}"' in card(office, reference, 1).get_data(as_text=True)
    listed = office.client("legal").get(f"/cases/{reference}/decisions").get_data(as_text=True)
    assert listed.count("/decisions/") == number


def test_a_card_says_the_outcome_the_deciding_check_its_facts_and_its_sources(office, reference):
    said = text(card(office, reference, 1))

    assert "Needs information from the requester" in said
    assert "Requester identified V01_requester_identified" in said
    assert "Facts: Requester identified: no" in said
    assert "Policy clause opening: Default and changes PIPL 51" in said
    assert "What would change it: Proof of identity" in said


def test_a_card_names_the_changes_that_would_let_the_data_leave(office, reference):
    said = text(card(office, reference, 1))

    assert "Requester identified: yes instead of no" in said
    assert "Officers with credentials: 2 instead of 0" in said
    assert "leads to: Release" in said


def test_a_release_is_told_what_would_stop_it(office, reference):
    said = text(card(office, reference, last_number(office, reference)))

    assert "Fields that may leave" in said
    assert "Officers with credentials: 1 instead of 2 leads to: Needs information" in said


def test_the_card_is_in_chinese_to_the_last_sentence(office, reference):
    answer = card(office, reference, 1, "?lang=zh")
    said = text(answer)

    assert 'lang="zh-CN"' in answer.get_data(as_text=True)
    assert "需请求人补充材料" in said
    assert "请求人的身份未存档。" in said
    assert "由“0”变为“2”" in said
    assert re.findall(r"[a-z]{3,}(?: [a-z]{2,}){2,}", said) == []
    assert len(said) > 2000


def test_a_language_or_a_card_that_does_not_exist_is_an_error(office, reference):
    assert card(office, reference, 1, "?lang=fr").status_code == 422
    assert card(office, reference, 999).status_code == 404
    assert card(office, reference, "10000000000000000000000").status_code == 404
    assert office.client("admin").get(f"/cases/{reference}/decisions/1").status_code == 403


@pytest.mark.parametrize(("lang", "words"), [("en", "Decision card"), ("zh", "决定说明")])
def test_the_card_is_a_tagged_pdf_in_both_languages(office, reference, lang, words):
    answer = card(office, reference, 1, f".pdf?lang={lang}")

    assert answer.headers["Content-Type"] == "application/pdf"
    assert "attachment" in answer.headers["Content-Disposition"]
    pages = pypdfium2.PdfDocument(answer.data)
    said = "".join(pages[page].get_textpage().get_text_range() for page in range(len(pages)))
    assert words in said
    assert reference in said
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == ("zh-CN" if lang == "zh" else "en")


def test_a_card_names_nobody(office, reference):
    said = text(card(office, reference, last_number(office, reference)))
    with at_work(office, reference, "legal") as (work, case):
        told = json.dumps(card_json(work, case, find_evaluation(work, case, 1)))
        held = [case.requester["name"], case.requester["email"], case.instrument["number"]]

    for private in (*held, SUBJECT.real_name, SUBJECT.phone, SUBJECT.email):
        assert private not in said
        assert private not in told


def test_the_frozen_facts_hold_the_account_as_a_reference_and_no_other_data(office, reference):
    with at_work(office, reference, "legal") as (work, case):
        facts = json.dumps(find_evaluation(work, case, 1).facts, ensure_ascii=False)
        private = [case.requester["name"], case.requester["email"]]

    assert case_account(office, reference) in facts
    for value in (*private, SUBJECT.real_name, SUBJECT.phone, SUBJECT.email):
        assert value not in facts


def case_account(office, reference):
    with at_work(office, reference, "legal") as (_, case):
        return case.subject_account


def test_an_evaluation_is_explained_by_the_rules_of_its_day(office, reference):
    before = text(card(office, reference, 1))
    cases.put_in_force(office, "[house]\nrelay_hours = 71\n")
    after = text(card(office, reference, 1))

    assert "The rules have changed since this evaluation" not in after
    assert ("instead of" in after) == ("instead of" in before)


def test_an_evaluation_under_rules_that_are_gone_is_explained_without_guessing(office, reference):
    with at_work(office, reference, "legal") as (work, case):
        work.session.execute(
            update(Evaluation).where(Evaluation.case_id == case.id).values(catalogue_hash="0" * 64)
        )
    said = text(card(office, reference, 1))

    assert "The rules have changed since this evaluation" in said
    assert "The requester's identity is not on file." in said
    assert "instead of" not in said
