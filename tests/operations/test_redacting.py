import pytest

from disclosure.domain.masking import mask
from disclosure.domain.states import State
from disclosure.errors import BadInput, NotFound, Refused
from disclosure.operations import papers, redacting, rendering, signing
from disclosure.operations.facts import case_facts
from disclosure.operations.printing import fill
from disclosure.storage.releases import RenditionPreparer
from tests import cases
from tests.cases import at_work, do, sha_of, state_of, to_state

PHONE = {"field": "reg.phone", "mask": "mask_phone", "code": "not_responsive"}
CODE = "third_party_data"


@pytest.fixture
def reference(office):
    return to_state(office, cases.police_case(office), State.REDACTING)


@pytest.fixture
def document(office, reference):
    return cases.with_document(office, reference)


def current(office, reference):
    with at_work(office, reference) as (work, case):
        return case_facts(work, case).rendition_current


def preparers(office, reference):
    names = {person: name for name, person in office.people.items()}
    with at_work(office, reference) as (work, case):
        newest = signing.latest_rendition(work, case)
        rows = work.session.query(RenditionPreparer).filter_by(rendition_id=newest.id)
        return sorted(names[row.person_id] for row in rows)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"field": "reg.email"}, "field"),
        ({"mask": "mask_id"}, "mask"),
        ({"mask": "none"}, "mask"),
        ({"code": ""}, "code"),
        ({"code": "made_up"}, "code"),
        ({"code": "no_data_held"}, "code"),
    ],
)
def test_only_masks_and_codes_of_the_list_on_allowed_fields(office, reference, changes, where):
    with pytest.raises(BadInput) as problem:
        do(office, "handler", reference, redacting.set_mask, **PHONE | changes)

    assert problem.value.where == where
    with at_work(office, reference) as (work, case):
        assert redacting.masks_of(work, case) == {}


def test_the_offered_masks_are_clear_the_fields_own_and_removal(office, reference):
    with at_work(office, reference) as (work, _):
        assert redacting.mask_choices(work, "reg.phone") == ("keep", "mask_phone", "remove")
        assert redacting.mask_choices(work, "cred.password_hash") == ("keep", "remove")


@pytest.mark.parametrize("name", ["mask_phone", "remove"])
def test_a_masked_value_is_neither_in_the_draft_nor_in_the_page(office, reference, name):
    do(office, "handler", reference, redacting.set_mask, **PHONE | {"mask": name})
    with at_work(office, reference) as (work, case):
        draft = rendering.gather(work, case)
        values = {**draft.page, "draft": draft, **rendering._tables(draft)}
        values |= {"manifest": rendering._manifest(draft, [])}
        values |= {"log": rendering._redaction_log(draft, [])}
        html = fill("documents/rendition.html", "Asia/Shanghai", values)
    shown = {each.field: each.text for each in draft.shown}

    assert shown["reg.phone"] == mask(name, cases.SUBJECT.phone, case_key=b"k" * 32)
    assert cases.SUBJECT.phone not in html
    assert cases.SUBJECT.phone.replace(" ", "") not in html
    assert cases.SUBJECT.real_name in html
    assert draft.removed == (cases.SUBJECT.phone,)


def test_a_mask_taken_back_lets_the_value_leave_again(office, reference):
    do(office, "handler", reference, redacting.set_mask, **PHONE)
    do(office, "handler", reference, redacting.set_mask, field="reg.phone", mask="keep", code="")
    with at_work(office, reference) as (work, case):
        shown = {each.field: each.text for each in rendering.gather(work, case).shown}
    assert shown["reg.phone"] == cases.SUBJECT.phone


def withdraw_all(work, case):
    [document] = rendering._documents(work, case, "release")
    for mark in redacting.marks_of(work, case, document.id):
        redacting.withdraw_mark(work, case, mark.id)


def withhold(work, case):
    [document] = rendering._documents(work, case, "release")
    papers.dispose(work, case, document, "withhold")


def add_term(work, case):
    [document] = rendering._documents(work, case, "release")
    redacting.add_term(work, case, document_id=document.id, text="张伟", code=CODE)


def add_region(work, case):
    [document] = rendering._documents(work, case, "release")
    box = (10, 10, 90, 40)
    redacting.add_region(work, case, document_id=document.id, page=1, box=box, code=CODE)


def set_mask(work, case):
    redacting.set_mask(work, case, **PHONE)


CHANGES = [set_mask, add_term, add_region, withdraw_all, withhold]


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_makes_the_rendition_stale(office, reference, document, change):
    cases.assess_impact(office, reference)
    cases.small_rendition(office, reference)
    assert current(office, reference)
    do(office, "handler", reference, change)

    assert not current(office, reference)
    with pytest.raises(Refused, match="build it again"):
        do(office, "handler", reference, signing.submit_for_signing)


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_changed_what_leaves_is_among_the_preparers(office, reference, document, change):
    do(office, "legal", reference, change)
    cases.assess_impact(office, reference)
    cases.small_rendition(office, reference)
    do(office, "handler", reference, signing.submit_for_signing)

    assert preparers(office, reference) == ["handler", "legal"]
    with pytest.raises(Refused, match="You prepared"):
        cases.sign(office, "legal", reference)
    cases.sign(office, "legal2", reference)


def test_a_new_document_makes_the_rendition_stale_until_it_is_decided_on(office, reference):
    cases.assess_impact(office, reference)
    cases.small_rendition(office, reference)
    content = cases.chat_pdf()
    row = {"content": content}
    do(office, "handler", reference, cases.add_responsive, **row)

    with pytest.raises(Refused, match="1 marks or documents still need a decision"):
        do(office, "handler", reference, redacting.request_rendition)
    office.work_jobs()
    with pytest.raises(Refused, match="decision"):
        do(office, "handler", reference, redacting.request_rendition)


@pytest.mark.parametrize("text", ["", "  ", "x" * 201])
def test_a_term_has_1_to_200_characters(office, reference, document, text):
    given = {"document_id": document, "text": text, "code": CODE}
    with pytest.raises(BadInput):
        do(office, "handler", reference, redacting.add_term, **given)


@pytest.mark.parametrize(
    ("page", "box"),
    [(0, (0, 0, 9, 9)), (2, (0, 0, 9, 9)), (1, (9, 0, 9, 9)), (1, (0, 0, float("nan"), 9))],
)
def test_a_region_lies_on_a_page_of_the_document(office, reference, document, page, box):
    given = {"document_id": document, "page": page, "box": box, "code": CODE}
    with pytest.raises(BadInput):
        do(office, "handler", reference, redacting.add_region, **given)


def test_marks_of_another_case_are_out_of_reach(office, reference, document):
    other = to_state(office, cases.respondent_case(office), State.REDACTING)
    with at_work(office, reference) as (work, case):
        [mark] = redacting.marks_of(work, case, document)
        mark_id = mark.id

    with pytest.raises(NotFound):
        do(office, "handler", other, redacting.withdraw_mark, mark_id=mark_id)
    given = {"document_id": document, "text": "text", "code": CODE}
    with pytest.raises(NotFound):
        do(office, "handler", other, redacting.add_term, **given)


def test_a_mark_is_withdrawn_once(office, reference, document):
    with at_work(office, reference, "handler") as (work, case):
        [mark] = redacting.marks_of(work, case, document)
        mark_id = mark.id
        redacting.withdraw_mark(work, case, mark_id)

    with pytest.raises(NotFound):
        do(office, "handler", reference, redacting.withdraw_mark, mark_id=mark_id)


def test_nothing_is_marked_while_people_sign(office, reference):
    to_state(office, reference, State.SIGNING)
    sha256 = sha_of(office, reference)

    with pytest.raises(Refused, match="Signing"):
        do(office, "handler", reference, redacting.set_mask, **PHONE)
    assert sha_of(office, reference) == sha256
    assert state_of(office, reference) is State.SIGNING


def test_no_rendition_without_an_impact_assessment(office, reference):
    with pytest.raises(Refused, match="impact assessment"):
        do(office, "handler", reference, redacting.request_rendition)
